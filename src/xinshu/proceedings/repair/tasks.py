"""The nightly job of repair: what was handed in ahead files itself on its first lawful day."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.proceedings.repair.actions import file_due


@app.periodic(cron="5 16 * * *")
@app.task(name="repair.file_due", queue="timers", queueing_lock="file_due", lock="file_due", retry=AFTER_A_LOSS)
def _file_due(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, five minutes after midnight here (the queue counts in UTC); missed for a day, it is made up for."""
    with told_without_values("file repairs"):
        file_due(moment=now())
