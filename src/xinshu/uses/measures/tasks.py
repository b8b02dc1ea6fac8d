"""The jobs of measures: watched bodies are asked about again at each change, and old answers go."""

from typing import Final

import psycopg
from django.db import InterfaceError, OperationalError, connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.uses.measures.actions import erase_old
from xinshu.uses.measures.tenders import follow

AGAIN: Final = RetryStrategy(
    max_attempts=8,
    exponential_wait=2,
    retry_exceptions=[OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError],
)


@app.periodic(cron="* * * * *")
@app.task(name="measures.follow", queue="timers", queueing_lock="follow_watches", lock="follow_watches", retry=AGAIN)
def _follow(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Every minute; where the public log told nothing new and the day is the same, nothing is asked."""
    try:
        follow(moment=now())
    finally:
        connection.close()


@app.periodic(cron="35 16 * * *")
@app.task(name="measures.erase", queue="timers", queueing_lock="erase_checks", lock="erase_checks", retry=AGAIN)
def _erase(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, after midnight here: answers and rooms of tenders whose time is over."""
    try:
        erase_old(moment=now())
    finally:
        connection.close()
