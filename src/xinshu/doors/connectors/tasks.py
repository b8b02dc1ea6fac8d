"""Jobs of the connectors: each run by its own schedule, and receipts sent until they have arrived."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from croniter import croniter  # type: ignore[import-untyped]
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from xinshu.doors.connectors import configuration, receipts, running
from xinshu.doors.connectors.delivery import Delivered
from xinshu.doors.connectors.entries import Connector
from xinshu.doors.connectors.faults import Busy, Unavailable
from xinshu.kit.clock import now
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.proceedings.intake.tasks import BackingOff, DatabaseLost, told_without_values
from xinshu.register.queueing import asked_once

LOG = logging.getLogger(__name__)
RUN = "connectors.run"
RECEIPTS = "receipts"

UNTIL_IT_ANSWERS = BackingOff(Unavailable, Busy, DatabaseLost, first=60, most=3600, attempts=6)
UNTIL_IT_ARRIVES = BackingOff(Unavailable, receipts.NotYet, DatabaseLost, first=5, most=3600, attempts=30)


def due(connector: Connector, *, last: datetime | None, instant: datetime) -> datetime | None:
    """The time of the schedule that has come and has not been answered yet; one missed long ago counts once.

    Read in the legal time zone. A connector that never ran is due at the next time of its schedule, not before.
    """
    here = instant.astimezone(LEGAL_ZONE) + timedelta(microseconds=1)
    latest = croniter(connector.cron, here).get_prev(datetime)
    since = instant - timedelta(minutes=1) if last is None else last
    return latest if isinstance(latest, datetime) and latest > since else None


@app.periodic(cron="* * * * *")
@app.task(name="connectors.tick", queue="timers", queueing_lock="connectors", lock="connectors")
def _tick(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    with told_without_values("connectors"):
        instant = now().instant
        for connector in configuration.connectors():
            when = due(connector, last=_last(connector.name), instant=instant)
            if when is not None:
                run_later(connector.name, at=when)


def run_later(name: str, *, at: datetime) -> None:
    """Have a connector run by a worker, for that time of its schedule; no second run waits beside a first."""
    with asked_once():
        waiting = f"connector {name}"
        _run.configure(lock=waiting, queueing_lock=waiting).defer(name=name, due=at.isoformat())


@app.task(name=RUN, queue="connectors", retry=UNTIL_IT_ANSWERS)
def _run(name: str, due: str) -> None:  # noqa: ARG001 what `_last` reads
    with told_without_values(f"connector {name}", Unavailable, Busy):
        running.run(configuration.connector(name), told=_warn_if_refused)


@app.task(name="connectors.send_receipt", queue=RECEIPTS, retry=UNTIL_IT_ARRIVES)
def send_receipt(name: str, batch: str) -> None:
    """Send the receipt of a batch to every place of its connector, once the batch has ended."""
    with told_without_values(f"receipt {batch}", Unavailable, receipts.NotYet):
        receipts.send(configuration.connector(name), UUID(batch))


def _warn_if_refused(delivered: Delivered) -> None:
    """What cannot be read as a whole holds everything up until somebody looks; the batch says why."""
    if not delivered.is_filed:
        LOG.warning(
            "batch %s of %s was not taken in: %s", delivered.batch, delivered.file_name, delivered.receipt.state
        )


def _last(name: str) -> datetime | None:
    """For which time the newest run of a connector was, whether it waits, runs or has ended."""
    runs = ProcrastinateJob.objects.filter(task_name=RUN, args__name=name).order_by("-id")
    newest = runs.values_list("args__due", flat=True).first()
    return None if newest is None else datetime.fromisoformat(newest)
