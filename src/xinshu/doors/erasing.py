"""Erasure as a whole: retention's own, and what the rooms above it hold of a record, in one transaction.

The nightly job, `xinshu erase` and a restore all erase by this; retention itself stands below rooms that use records.
"""

from collections.abc import Callable, Sequence
from typing import Final

from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.kit.moment import Moment
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.proceedings.retention import actions as retention
from xinshu.proceedings.retention.actions import ACTOR, Forget, Told, untold
from xinshu.register.records.entries import Erased
from xinshu.uses.measures.actions import forget as forget_in_measures

ALSO: Final[Sequence[Forget]] = (forget_in_measures,)


def erase_past_term(*, moment: Moment, told: Callable[[Told], None] = untold, actor: str = ACTOR) -> Erased:
    """Erase every record that is past its retention on that day, wherever it is held; how much it was."""
    return retention.erase_past_term(moment=moment, told=told, actor=actor, also=ALSO)


def erase_again(records: Sequence[tuple[int, str]], *, moment: Moment, actor: str) -> Erased:
    """After a restore: the same for these, which were erased before, and for what is past its term."""
    return retention.erase_again(records, moment=moment, actor=actor, also=ALSO)


@app.periodic(cron="30 16 * * *")
@app.task(name="retention.erase", queue="timers", queueing_lock="erase", lock="erase", retry=AFTER_A_LOSS)
def _erase(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily after midnight here: what is past its retention goes, with everything that lets guess it."""
    with told_without_values("erase"):
        erase_past_term(moment=now())
