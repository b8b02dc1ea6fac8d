"""The nightly jobs of retention: what is past its term half an hour after the day has turned, and what a crash left."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.cases.documents import sweep
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.proceedings.retention.actions import erase_past_term


@app.periodic(cron="30 16 * * *")
@app.task(name="retention.erase", queue="timers", queueing_lock="erase", lock="erase", retry=AFTER_A_LOSS)
def _erase(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily after midnight here: what is past its retention goes, with everything that lets guess it."""
    with told_without_values("erase"):
        erase_past_term(moment=now())


@app.periodic(cron="50 18 * * *")
@app.task(name="retention.sweep", queue="timers", queueing_lock="sweep_files", lock="sweep_files", retry=AFTER_A_LOSS)
def _sweep(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily: files of cases' documents that a crash left without a line."""
    with told_without_values("sweep documents"):
        sweep(moment=now())
