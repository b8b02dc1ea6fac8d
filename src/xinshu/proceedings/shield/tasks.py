"""The job of shields: what came in late, or is shown again, and belongs under a plan's shield is withheld."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.proceedings.shield.deciding import follow


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="shield.follow", queue="timers", queueing_lock="follow_shields", lock="follow_shields", retry=AFTER_A_LOSS
)
def _follow(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Every five minutes: a body that can be told is told before display, so that its records are withheld in time."""
    with told_without_values("follow shields"):
        follow(moment=now())
