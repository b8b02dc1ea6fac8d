"""Django's name for this room."""

from django.apps import AppConfig


class ErasuresConfig(AppConfig):
    """The room `erasures`."""

    name = "xinshu.register.erasures"
    label = "erasures"
    verbose_name = "erasures 删除"
