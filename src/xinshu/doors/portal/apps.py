"""Django's name for this door."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The door `portal`."""

    name = "xinshu.doors.portal"
    label = "portal"
