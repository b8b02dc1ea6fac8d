"""Durations as an operator writes them (10s, 15m, 2h, 30d), and the waits of an exponential back-off with jitter."""

import random
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

from xinshu.doors.connectors.faults import Unavailable

T = TypeVar("T")

UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
WRITTEN = re.compile(r"(\d{1,6})(ms|s|m|h|d)")


def duration(written: object) -> timedelta:
    """A duration of the configuration; ValueError, in both languages, for anything else."""
    found = WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError("应写作10s、15m、2h或30d write it as 10s, 15m, 2h or 30d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def waits(first: timedelta, most: timedelta, attempts: int) -> Iterator[float]:
    """Seconds before each further attempt: doubling up to `most`, each shortened at random by up to a half.

    The jitter keeps many connectors that were cut off at one moment from coming back at one moment.
    """
    for attempt in range(attempts - 1):
        whole = min(first * 2 ** min(attempt, 30), most).total_seconds()
        yield whole * random.uniform(0.5, 1.0)  # noqa: S311 spreads load, guards nothing


def persist(attempt: Callable[[], T], *, first: timedelta, most: timedelta, attempts: int) -> T:
    """Attempt until it succeeds; the last Unavailable is raised when all attempts are used up.

    A wait that the source asks for is honoured; one that is longer than `most` ends this run instead.
    """
    for wait in waits(first, most, attempts):
        try:
            return attempt()
        except Unavailable as error:
            if error.retry_after is not None and error.retry_after > most.total_seconds():
                raise
            time.sleep(max(wait, error.retry_after or 0.0))
    return attempt()
