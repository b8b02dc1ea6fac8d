"""Django's name for this room."""

from django.apps import AppConfig


class ShieldConfig(AppConfig):
    """The room `shield`."""

    name = "xinshu.proceedings.shield"
    label = "shield"
    verbose_name = "shield 临时屏蔽"
