"""The nightly job of cases: files of documents that a crash left without a line are erased."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.cases.documents import sweep
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values


@app.periodic(cron="50 18 * * *")
@app.task(
    name="cases.sweep", queue="timers", queueing_lock="sweep_documents", lock="sweep_documents", retry=AFTER_A_LOSS
)
def _sweep(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, in the small hours here (the queue's own schedule counts in UTC)."""
    with told_without_values("sweep documents"):
        sweep(moment=now())
