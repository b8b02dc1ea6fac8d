"""Timers that a test lets come due by its own word, not by the clock."""

from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def due(name: str) -> None:
    """Have that timer's job wait for a worker. The clock may have asked for it a moment ago: then it waits already."""
    with suppress(AlreadyEnqueued):
        app.configure_task(name, queue="timers").defer(timestamp=0)
