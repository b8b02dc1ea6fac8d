"""Django's name for this door."""

from django.apps import AppConfig


class SpaceConfig(AppConfig):
    """The door `space`."""

    name = "xinshu.doors.space"
    label = "space"
