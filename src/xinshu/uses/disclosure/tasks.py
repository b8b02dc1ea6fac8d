"""Jobs of disclosure: open data files are made ahead, and what is shown is counted soon after midnight.

What they handle are names of sets and forms. Until midnight's files are there, and after each filing, the first
reader of a small set has its file made at once; a large one is left to these jobs.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from typing import Final

import psycopg
from django.db import InterfaceError, OperationalError, connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.register.queueing import asked_once
from xinshu.uses.disclosure.actions import count_measures, count_shown
from xinshu.uses.disclosure.data_sets import ADVERSE, OPEN_SETS
from xinshu.uses.disclosure.open_data import FORMS, BeingMade, asked_lately, make_file, sweep
from xinshu.uses.disclosure.statistics import is_counted

ALL_SETS: Final = {**OPEN_SETS, ADVERSE.name: ADVERSE}

AGAIN: Final = RetryStrategy(
    max_attempts=8,
    exponential_wait=2,
    retry_exceptions=[OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError],
)


SOON: Final = 60
"""Seconds after its tick that the making begins: what a worker finds waiting when it starts comes first."""


def make_later(data_set: str, form: str, *, seconds: int = 0) -> None:
    """Have a file made by a worker, in so many seconds; asked for again before it is begun, it is made once."""
    named = f"open data {data_set} {form}"
    with asked_once():
        waiting = _make.configure(lock=named, queueing_lock=named, schedule_in={"seconds": seconds})
        waiting.defer(data_set=data_set, form=form)


@contextmanager
def _own_connection() -> Iterator[None]:
    """A job leaves no connection open behind it. A file that another makes, or that is outrun, comes next time."""
    try:
        yield
    except BeingMade:
        pass
    finally:
        connection.close()


@app.task(name="disclosure.make_file", queue="timers", retry=AGAIN)
def _make(data_set: str, form: str) -> None:
    with _own_connection():
        make_file(ALL_SETS[data_set], form, on_date=now().day)


def _gone(name: str, form: str) -> None:
    with suppress(BeingMade):
        sweep(ALL_SETS[name], form)


@app.periodic(cron="*/30 * * * *")
@app.task(name="disclosure.make_files", queue="timers", queueing_lock="open_data", lock="open_data", retry=AGAIN)
def _make_all(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Every half hour, so at midnight too: what is asked for is made anew, and of the rest nothing stays on the disk.

    A workbook of a million rows takes an hour to write: nobody makes it for nobody.
    """
    with _own_connection():
        today = now().day
        for name, form in product(ALL_SETS, FORMS):
            if asked_lately(ALL_SETS[name], form, on_date=today):
                make_later(name, form, seconds=SOON)
            else:
                _gone(name, form)


@app.periodic(cron="20 * * * *")
@app.task(
    name="disclosure.count_shown",
    queue="timers",
    queueing_lock="count_shown",
    lock="count_shown",
    retry=AGAIN,
)
def _count_shown(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """At twenty past midnight here; each hour after it finds the day counted, unless nobody was at work before."""
    with _own_connection():
        moment = now()
        if not is_counted(moment.day):
            count_shown(moment=moment)
            count_measures(moment=moment)
