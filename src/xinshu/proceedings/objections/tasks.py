"""The jobs of this room: claims lapse, old words are erased; cases follow what became of their record."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.proceedings.objections.actions import sweep
from xinshu.proceedings.objections.bodies import follow_not_us
from xinshu.proceedings.objections.contests import follow
from xinshu.proceedings.objections.remarks import follow_reviews


@app.periodic(cron="40 18 * * *")
@app.task(
    name="objections.sweep", queue="timers", queueing_lock="sweep_claims", lock="sweep_claims", retry=AFTER_A_LOSS
)
def _sweep(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, in the small hours here (the queue's own schedule counts in UTC)."""
    with told_without_values("sweep claims"):
        sweep(moment=now())


@app.periodic(cron="*/5 * * * *")
@app.task(
    name="objections.follow", queue="timers", queueing_lock="follow_cases", lock="follow_cases", retry=AFTER_A_LOSS
)
def _follow(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Every five minutes, so that a record objected to before its first day is marked soon after midnight."""
    with told_without_values("follow cases"):
        moment = now()
        follow(moment=moment)
        follow_not_us(moment=moment)
        follow_reviews(moment=moment)
