"""Django's name for this room."""

from django.apps import AppConfig


class ObjectionsConfig(AppConfig):
    """The room `objections`."""

    name = "xinshu.proceedings.objections"
    label = "objections"
    verbose_name = "objections 异议"
