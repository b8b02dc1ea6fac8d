"""Django's name for this room."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The room `monitoring`."""

    name = "xinshu.uses.monitoring"
    label = "monitoring"
    verbose_name = "monitoring 城市监测"
