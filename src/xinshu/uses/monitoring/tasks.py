"""Jobs of monitoring: the months are counted by the hour and by the night, alarms raised each morning."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.kit.moment import Moment
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.uses.monitoring.actions import count_months, raise_alarms
from xinshu.uses.monitoring.queries import before

NIGHTLY_MONTHS = 13
"""A batch opened so long ago can no longer be filed: its upload was erased after 30 days. The rest is for safety."""


@app.periodic(cron="7 * * * *")
@app.task(name="monitoring.count", queue="timers", queueing_lock="count", lock="count", retry=AFTER_A_LOSS)
def _count(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """The present month and the one before."""
    with told_without_values("count"):
        moment = now()
        count_months(since=before(moment.day), moment=moment)


@app.periodic(cron="0 19 * * *")
@app.task(name="monitoring.count_year", queue="timers", queueing_lock="count_year", lock="count", retry=AFTER_A_LOSS)
def _count_year(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Every month that may still change, in the small hours here (the queue's own schedule counts in UTC)."""
    with told_without_values("count_year"):
        moment = now()
        _count_from(moment)


def _count_from(moment: Moment) -> None:
    first = moment.day
    for _ in range(NIGHTLY_MONTHS):
        first = before(first)
    count_months(since=first, moment=moment)


@app.periodic(cron="0 22 * * *")
@app.task(name="monitoring.raise_alarms", queue="timers", queueing_lock="alarms", lock="alarms", retry=AFTER_A_LOSS)
def _raise_alarms(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """At six in the morning here, before the offices open."""
    with told_without_values("alarms"):
        raise_alarms(moment=now())
