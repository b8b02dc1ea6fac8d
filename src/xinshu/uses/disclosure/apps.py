"""Django's name for this room."""

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    """The room `disclosure`."""

    name = "xinshu.uses.disclosure"
    label = "disclosure"
    verbose_name = "disclosure 公示"
