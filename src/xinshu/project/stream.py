"""The ASGI application of the stream that granian serves, in a process of its own."""

import os

import django

from xinshu.doors.stream import Stream

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinshu.project.settings")
django.setup()

application = Stream()
