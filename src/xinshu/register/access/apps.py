"""Django's name for this room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The room `access`."""

    name = "xinshu.register.access"
    label = "access"
    verbose_name = "access 准入"
