"""Django's name for this room."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The room `records`."""

    name = "xinshu.register.records"
    label = "records"
    verbose_name = "records 信用信息"
