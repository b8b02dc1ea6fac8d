"""The jobs of measures: watched bodies are asked about again at each change, and old answers go."""

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.uses.measures.actions import erase_old
from xinshu.uses.measures.tenders import follow


@app.periodic(cron="* * * * *")
@app.task(
    name="measures.follow", queue="timers", queueing_lock="follow_watches", lock="follow_watches", retry=AFTER_A_LOSS
)
def _follow(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Every minute; where the public log told nothing new and the day is the same, nothing is asked."""
    with told_without_values("follow watches"):
        follow(moment=now())


@app.periodic(cron="35 16 * * *")
@app.task(name="measures.erase", queue="timers", queueing_lock="erase_checks", lock="erase_checks", retry=AFTER_A_LOSS)
def _erase(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, after midnight here: answers and rooms of tenders whose time is over."""
    with told_without_values("erase checks"):
        erase_old(moment=now())
