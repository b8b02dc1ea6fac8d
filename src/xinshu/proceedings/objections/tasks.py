"""The nightly job of claims: those of ended records lapse, old words are erased."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.proceedings.objections.actions import sweep


@app.periodic(cron="40 18 * * *")
@app.task(
    name="objections.sweep", queue="timers", queueing_lock="sweep_claims", lock="sweep_claims", retry=AFTER_A_LOSS
)
def _sweep(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, in the small hours here (the queue's own schedule counts in UTC)."""
    with told_without_values("sweep claims"):
        sweep(moment=now())
