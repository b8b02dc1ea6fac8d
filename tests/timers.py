"""Timers that a test lets come due by its own word, not by the clock."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import time_machine
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from xinshu.doors.cli.worker import work
from xinshu.kit.moment import LEGAL_ZONE


def due(name: str) -> None:
    """Have that timer's job wait for a worker. The clock may have asked for it a moment ago: then it waits already."""
    with suppress(AlreadyEnqueued):
        app.configure_task(name, queue="timers").defer(timestamp=0)


def work_far_ahead(**which: Any) -> bool:
    """A worker whose clock is ahead of the database's: what it puts off does not come up again at once."""
    with time_machine.travel(datetime(2099, 1, 1, 12, tzinfo=LEGAL_ZONE), tick=True):
        return work(**which)
