"""Django's name for this room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The room `intake`."""

    name = "xinshu.proceedings.intake"
    label = "intake"
    verbose_name = "intake 归集"
