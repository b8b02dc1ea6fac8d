"""Copies of a made-up platform, for the tests of the follower: opened, caught up, and read as any reader does."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import time_machine

from xinshu.doors.follower.feed import BackOff, Feed
from xinshu.doors.follower.following import Follower, following
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.tlog.note import VerifierKey

QUICK = BackOff(tries=3, first=0.001, most=0.002)


@contextmanager
def copying(folder: Path, url: str, key: VerifierKey, *, token: str | None = None, **how: Any) -> Iterator[Follower]:
    """A follower that does not wait long."""
    feed = Feed(url, token=token, back_off=QUICK)
    with closing(feed), following(folder, feed, key, **how) as follower:
        yield follower


def caught_up(folder: Path, url: str, key: VerifierKey, *, token: str | None = None) -> None:
    """As `xinshu follow --once` does it."""
    with copying(folder, url, key, token=token) as follower:
        follower.catch_up()


def read(folder: Path) -> dict[int, bytes]:
    """What a reader of the copy sees."""
    return {row[0]: row[5].encode() for row in rows(folder, "SELECT * FROM shown ORDER BY number")}


def rows(folder: Path, sql: str) -> list[Any]:
    """What stands in the file."""
    with closing(sqlite3.connect(folder / "copy.sqlite")) as database:
        return database.execute(sql).fetchall()


def on(day: date) -> time_machine.travel:
    """Noon of that day; the clock goes on from there."""
    return time_machine.travel(noon(day), tick=True)


def noon(day: date) -> datetime:
    """In Asia/Shanghai."""
    return datetime.combine(day, time(12), LEGAL_ZONE)


def holds(folder: Path, text: str) -> bool:
    """Whether a text stands anywhere in the copy's files, deleted or not."""
    return any(text.encode() in path.read_bytes() for path in folder.glob("copy.sqlite*"))
