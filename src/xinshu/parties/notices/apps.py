"""Django's name for this room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The room `notices`."""

    name = "xinshu.parties.notices"
    label = "notices"
    verbose_name = "notices 通知"
