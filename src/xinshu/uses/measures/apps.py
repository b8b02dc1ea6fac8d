"""Django's name for this room."""

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    """The room `measures`."""

    name = "xinshu.uses.measures"
    label = "measures"
    verbose_name = "measures 奖惩"
