"""The nightly job of retention, half an hour after the day has turned."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.proceedings.retention.actions import erase_past_term


@app.periodic(cron="30 16 * * *")
@app.task(name="retention.erase", queue="timers", queueing_lock="erase", lock="erase", retry=AFTER_A_LOSS)
def _erase(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily after midnight here: what is past its retention goes, with everything that lets guess it."""
    with told_without_values("erase"):
        erase_past_term(moment=now())
