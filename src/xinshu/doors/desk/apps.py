"""Django's name for this door."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The door `desk`."""

    name = "xinshu.doors.desk"
    label = "desk"
