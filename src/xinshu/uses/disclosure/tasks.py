"""The job of the statistics: what is shown is counted soon after midnight, and once wherever today has no count yet."""

from typing import Final

import psycopg
from django.db import InterfaceError, OperationalError, connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.uses.disclosure.actions import count_shown
from xinshu.uses.disclosure.statistics import is_counted

AFTER_A_LOSS: Final = RetryStrategy(
    max_attempts=8,
    exponential_wait=2,
    retry_exceptions=[OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError],
)


@app.periodic(cron="20 * * * *")
@app.task(
    name="disclosure.count_shown",
    queue="timers",
    queueing_lock="count_shown",
    lock="count_shown",
    retry=AFTER_A_LOSS,
)
def _count_shown(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """At twenty past midnight here; each hour after it finds the day counted, unless nobody was at work before."""
    try:
        moment = now()
        if not is_counted(moment.day):
            count_shown(moment=moment)
    finally:
        connection.close()
