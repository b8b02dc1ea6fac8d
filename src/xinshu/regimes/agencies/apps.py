"""Django's name for this room."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """The room `agencies`."""

    name = "xinshu.regimes.agencies"
    label = "agencies"
    verbose_name = "agencies 信用服务机构"
