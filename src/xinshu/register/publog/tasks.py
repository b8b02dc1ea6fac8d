"""Jobs of the log: what is numbered comes into the signed tree within seconds, and each minute whatever was missed."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import JobDeferrer

from xinshu.kit.clock import now
from xinshu.register.publog.actions import integrate
from xinshu.register.queueing import asked_once

AGAIN = RetryStrategy(
    max_attempts=8,
    exponential_wait=2,
    retry_exceptions=[OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError],
)

OFFER = "publog.offer"
"""The job that offers a new checkpoint to witnesses, by its name: it calls the network, so that it lives at a door."""


def integrate_soon() -> None:
    """Have a worker bring the tree up to date; asked for again before it begins, it is done once."""
    _soon(_integrate.configure(queueing_lock="integrate", lock="integrate"))


def _soon(job: JobDeferrer) -> None:
    with asked_once():
        job.defer()


@contextmanager
def _own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


@app.task(name="publog.integrate", queue="timers", retry=AGAIN)
def _integrate() -> None:
    with _own_connection():
        integrate(moment=now())
        if settings.PUBLOG_WITNESSES is not None:
            _soon(app.configure_task(OFFER, allow_unknown=True, queue="witnesses", queueing_lock="offer"))


@app.periodic(cron="* * * * *")
@app.task(name="publog.heal", queue="timers", queueing_lock="heal_log", lock="integrate")
def _heal(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """What a crash, or a house without workers, left outside the tree."""
    with _own_connection():
        integrate(moment=now())
