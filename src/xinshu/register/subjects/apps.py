"""Django's name for this room."""

from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    """The room `subjects`."""

    name = "xinshu.register.subjects"
    label = "subjects"
    verbose_name = "subjects 信用主体"
