"""Jobs of monitoring: the months are counted by the hour and by the night, alarms raised each morning.

What they handle are counts, codes of organs and references of batches: no error of theirs can hold a value of a row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

import psycopg
from django.db import InterfaceError, OperationalError, connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.kit.moment import Moment
from xinshu.uses.monitoring.actions import FIRST_MONTH, count_months, forget_digests, raise_alarms
from xinshu.uses.monitoring.queries import before, months

NIGHTLY_MONTHS: Final = 13
"""A batch opened longer ago can no longer be filed: its upload is erased after 30 days. The rest is for safety."""

AFTER_A_LOSS: Final = RetryStrategy(
    max_attempts=8,
    exponential_wait=2,
    retry_exceptions=[OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError],
)


@contextmanager
def _own_connection() -> Iterator[None]:
    """A job leaves no connection open behind it."""
    try:
        yield
    finally:
        connection.close()


def _count_since(first: date, moment: Moment) -> None:
    """A store of which nothing was counted yet is counted whole."""
    count_months(since=first if months() else FIRST_MONTH, moment=moment)


@app.periodic(cron="7 * * * *")
@app.task(name="monitoring.count", queue="timers", queueing_lock="count", lock="count", retry=AFTER_A_LOSS)
def _count(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """The present month and the one before."""
    with _own_connection():
        moment = now()
        _count_since(before(moment.day), moment)


@app.periodic(cron="0 19 * * *")
@app.task(name="monitoring.count_year", queue="timers", queueing_lock="count_year", lock="count", retry=AFTER_A_LOSS)
def _count_year(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Every month that may still change, in the small hours here (the queue's own schedule counts in UTC)."""
    with _own_connection():
        moment = now()
        first = moment.day
        for _ in range(NIGHTLY_MONTHS):
            first = before(first)
        _count_since(first, moment)


@app.periodic(cron="0 22 * * *")
@app.task(name="monitoring.raise_alarms", queue="timers", queueing_lock="alarms", lock="alarms", retry=AFTER_A_LOSS)
def _raise_alarms(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """At six in the morning here, before the offices open."""
    with _own_connection():
        raise_alarms(moment=now())


@app.periodic(cron="50 18 * * *")
@app.task(name="monitoring.forget", queue="timers", queueing_lock="forget", lock="forget", retry=AFTER_A_LOSS)
def _forget(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, in the small hours here: digests by which a document could be guessed."""
    with _own_connection():
        forget_digests(moment=now())
