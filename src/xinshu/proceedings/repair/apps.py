"""Django's name for this room."""

from django.apps import AppConfig


class RepairConfig(AppConfig):
    """The room `repair`."""

    name = "xinshu.proceedings.repair"
    label = "repair"
    verbose_name = "repair 修复"
