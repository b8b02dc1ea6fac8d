"""Django's name for this room."""

from django.apps import AppConfig


class CataloguesConfig(AppConfig):
    """The room `catalogues`."""

    name = "xinshu.register.catalogues"
    label = "catalogues"
    verbose_name = "catalogues 目录"
