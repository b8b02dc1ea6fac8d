"""The transparency log as an app of Django."""

from django.apps import AppConfig


class PublogConfig(AppConfig):
    """Register, log."""

    name = "xinshu.register.publog"
    label = "publog"
