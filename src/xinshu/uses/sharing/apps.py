"""Django's name for this room."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """The room `sharing`."""

    name = "xinshu.uses.sharing"
    label = "sharing"
    verbose_name = "sharing 共享"
