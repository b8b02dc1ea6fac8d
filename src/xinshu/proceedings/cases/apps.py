"""Django's name for this room."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The room `cases`."""

    name = "xinshu.proceedings.cases"
    label = "cases"
    verbose_name = "cases 办件"
