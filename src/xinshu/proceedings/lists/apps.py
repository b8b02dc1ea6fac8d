"""Django's name for this room."""

from django.apps import AppConfig


class ListsConfig(AppConfig):
    """The room `lists`."""

    name = "xinshu.proceedings.lists"
    label = "lists"
    verbose_name = "lists 名单"
