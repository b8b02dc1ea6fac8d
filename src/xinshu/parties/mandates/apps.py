"""Django's name for this room."""

from django.apps import AppConfig


class MandatesConfig(AppConfig):
    """The room `mandates`."""

    name = "xinshu.parties.mandates"
    label = "mandates"
    verbose_name = "mandates 授权"
