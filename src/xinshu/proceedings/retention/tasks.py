"""The nightly job of retention: what a crash left. That which erases stands at the doors (doors/erasing)."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.cases.documents import sweep
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values


@app.periodic(cron="50 18 * * *")
@app.task(name="retention.sweep", queue="timers", queueing_lock="sweep_files", lock="sweep_files", retry=AFTER_A_LOSS)
def _sweep(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily: files of cases' documents that a crash left without a line."""
    with told_without_values("sweep documents"):
        sweep(moment=now())
