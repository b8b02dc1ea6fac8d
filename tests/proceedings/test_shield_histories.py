"""Whatever happens to a body's records under a shield, nothing is shown that the law would not show; no hide is left over.

Random histories of granting, failing, completing, repairing, "not us", withdrawing, late filing and the days going by.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from django.db import transaction

from tests import factories
from tests.factories import MARKET, SUBJECT, accepted, body, document, noon, registered_organ
from tests.proceedings.repairs import OWNER, officer
from tests.proceedings.shields import completed, failed, granted, officers, shown
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.objections.bodies import answer_whose, not_us
from xinshu.proceedings.shield import deciding
from xinshu.proceedings.shield.models import Shielded
from xinshu.proceedings.shield.states import Fate
from xinshu.register.access.roles import Role
from xinshu.register.records.actions import withdraw
from xinshu.register.records.display import end_publication
from xinshu.register.records.models import JournalLine, Record

pytestmark = pytest.mark.django_db
BEGINS: Final = date(2026, 7, 1)
ORDERS: Final = (date(2026, 5, 15), date(2026, 6, 15))
DECIDED: Final = (date(2026, 4, 10), date(2026, 5, 15), date(2026, 5, 16), date(2026, 6, 20))
REVIEWER: Final = "复核"
"""Days on both sides of either order."""


class Undone(Exception):
    """The history is over, and is undone."""


@dataclass
class Told:
    """A record as this test itself knows it: what ended it, and what hides it."""

    number: str
    decided_on: date
    ended: bool = False
    kept_away: bool = False
    not_ours: UUID | None = None


@dataclass
class History:
    """A body's records, the order of the shield that stands (None: none does), and the day."""

    dice: random.Random
    day: date = BEGINS
    order: date | None = None
    case: UUID | None = None
    records: dict[str, Told] = field(default_factory=dict)

    def file(self) -> None:
        """A penalty comes in, from before or after an order."""
        number, decided_on = f"第{len(self.records)}号", self.dice.choice(DECIDED)
        accepted(document(document_number=number, decided_on=decided_on), on_day=self.day)
        self.records[number] = Told(number, decided_on)

    def later(self) -> None:
        """Days go by; terms of a year run out."""
        self.day += timedelta(days=self.dice.choice((1, 30, 200)))

    def grant(self) -> None:
        """A shield, where none stands and the order covers anything."""
        order = self.dice.choice(ORDERS)
        if self.case is None and any(self._runs(one) and one.decided_on <= order for one in self.records.values()):
            self.case, self.order = granted(self.day, ordered_on=order.isoformat()), order

    def fail(self) -> None:
        """The plan fails."""
        if self.case is not None:
            failed(self.case, self.day)
            self.case, self.order = None, None

    def complete(self) -> None:
        """The plan is performed: what is under it ends."""
        if self.case is None:
            return
        completed(self.case, self.day)
        for one in self.records.values():
            one.ended = one.ended or (self._covers(one) and self._runs(one))
        self.case, self.order = None, None

    def repair(self) -> None:
        """One is repaired by itself."""
        if (one := self._any()) is not None:
            which = {"subject": body(SUBJECT), "record_ref": _row(one.number).record_ref}
            end_publication(**which, organ=MARKET.code, words="", actor=REVIEWER, moment=noon(self.day))
            one.ended = True

    def take_back(self) -> None:
        """Its organ withdraws one."""
        if (one := self._any()) is not None:
            which: dict[str, Any] = {"subjects": [body(SUBJECT)], "record_ref": _row(one.number).record_ref}
            said = {"organ": MARKET.code, "ground": "ENTERED_WRONGLY", "words": "", "actor": "test"}
            withdraw(**which, **said, moment=noon(self.day))
            one.ended = True

    def question(self) -> None:
        """The body says of one that it is not its own; or that is answered: it is."""
        asked = [one for one in self.records.values() if one.not_ours is not None and not one.ended]
        if asked:
            case, asked[0].not_ours = asked[0].not_ours, None
            assert case is not None
            answer_whose(case=case, same=True, words="属于", actor=REVIEWER, moment=noon(self.day))
        elif (one := self._any()) is not None and not one.kept_away:
            which = {"subject": body(SUBJECT), "record_ref": _row(one.number).record_ref}
            one.kept_away = True
            one.not_ours = not_us(**which, words="不是", side=Side.SUBJECT, actor=OWNER, moment=noon(self.day))

    def expected(self) -> set[str]:
        """What the law would show on the day."""
        return {
            one.number
            for one in self.records.values()
            if self._runs(one) and not self._covers(one) and one.not_ours is None
        }

    def _covers(self, one: Told) -> bool:
        return self.order is not None and one.decided_on <= self.order

    def _runs(self, one: Told) -> bool:
        """A year from the day of the document, the corresponding day included (Order 36 art. 12)."""
        return not one.ended and self.day <= one.decided_on.replace(year=one.decided_on.year + 1)

    def _any(self) -> Told | None:
        left = [one for one in self.records.values() if not one.ended and one.not_ours is None]
        return self.dice.choice(left) if left else None


ACTS: Final[tuple[Callable[[History], None], ...]] = (
    History.file,
    History.file,
    History.later,
    History.grant,
    History.grant,
    History.fail,
    History.complete,
    History.repair,
    History.take_back,
    History.question,
)


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    factories.adopted_catalogue()
    registered_organ()
    officers()
    officer(REVIEWER, Role.REVIEWER)
    body(SUBJECT)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_shown_that_the_law_would_not_show(seed: int) -> None:
    history = History(random.Random(seed))
    acts = []
    for _ in range(3):
        history.file()
    for _ in range(12):
        act = history.dice.choice(ACTS)
        acts.append(act.__name__)
        act(history)
        deciding.follow(moment=noon(history.day))
        assert shown(history.day) == history.expected(), (acts, history)
    for number in history.records:
        assert list(_hides(number)) in ([], [1], *([1, 0] * n + rest for n in range(1, 9) for rest in ([], [1]))), acts
        is_hidden = "SHIELDED" in (_row(number).hidden_for or "")
        assert (
            is_hidden
            == Shielded.objects.filter(
                record_ref=_row(number).record_ref, fate__in=[Fate.WITHHELD, Fate.KEPT_BACK]
            ).exists()
        ), (acts, number)


def test_the_histories_meet_every_fate() -> None:
    """Else they would prove little."""
    met: set[str] = set()
    for seed in range(4):
        try:
            with transaction.atomic():
                history = History(random.Random(seed))
                for act in (History.file, History.file, History.grant, History.repair):
                    act(history)
                (History.complete if seed % 2 else History.fail)(history)
                met |= set(Shielded.objects.values_list("fate", flat=True))
                raise Undone
        except Undone:
            continue
    assert met >= {Fate.REPAIRED, Fate.SHOWN_AGAIN, Fate.ENDED_MEANWHILE}


def _row(number: str) -> Record:
    return Record.objects.get(document_number=number)


def _hides(number: str) -> Iterator[int]:
    """1 for each line by which the shield hid it, 0 for each by which it let it go, in their order."""
    lines = JournalLine.objects.filter(record_ref=_row(number).record_ref, reasons__contains="SHIELDED")
    for change in lines.order_by("filing_id").values_list("change", flat=True):
        yield int(change == "HIDDEN")
