"""The rooms of tenders as they are read: bidders as they were pasted, what both sides see, and what happened."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Max

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code
from xinshu.uses.measures.models import Bidder, Tender, TenderStep, WatchedCode
from xinshu.uses.measures.states import LONGEST_NAME, MOST_WATCHED, TenderEvent

BETWEEN: Final = re.compile(r"[\s,，、;；]+")
NAMED: Final = re.compile(r"\s*([^:：]*)[:：](.*)")


class TenderRefused(XinshuError):
    """A room cannot be opened as asked; the sentence says what is to be done."""


class Party(NamedTuple):
    """A bidder's code, and the name that the members of its consortium have in common (else empty)."""

    name: str
    code: str


def parties(text: str) -> list[Party]:
    """Bidders as they were pasted: a line each; members of a consortium stand in one line, its name before a colon.

    Raises TenderRefused, with the line and what is wrong of it.
    """
    found: list[Party] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        named = NAMED.fullmatch(line)
        name, rest = (named[1].strip(), named[2]) if named else ("", line)
        written = [one for one in BETWEEN.split(rest) if one]
        if len(written) > 1 and not name:
            name = f"联合体{number}"
        name = name[:LONGEST_NAME]
        if written and name and lines.setdefault(name, number) != number:
            raise TenderRefused(
                f"第{number}行的名称与第{lines[name]}行相同；一个联合体写在一行，各有各的名称。"
                f" Line {number} has the name of line {lines[name]}; each consortium has one line, and its own name."
            )
        for one in written:
            checked = check_code(one)
            if not checked.valid:
                raise TenderRefused(
                    f"第{number}行有无效的代码，请核对；联合体成员写在同一行，名称后加冒号。"
                    f" Line {number} holds an invalid"
                    " code; mend it. Members of a consortium stand in one line, its name before a colon."
                )
            found.append(Party(name, checked.code))
    if not 1 <= len(found) <= MOST_WATCHED:
        raise TenderRefused(
            f"请填写1至{MOST_WATCHED}个投标人的代码。Give the codes of 1 to {MOST_WATCHED} bidders, a line each."
        )
    twice = {one.code for one in found if sum(other.code == one.code for other in found) > 1}
    if twice:
        raise TenderRefused("同一代码出现两次，请删去一处。A code stands twice; take one of them out.")
    return found


@dataclass(frozen=True, slots=True)
class BidderRow:
    """A bidder as both sides see it; `stands`: the keys of what stands now; `told`: of what it was told, with the code
    of another member of its consortium where it stands against that one."""

    code: str
    party: str
    outcome: str
    stands: list[list[str]]
    told: list[list[str]]
    answer_by: date | None
    answer: str
    answered_on: date | None
    excluded_on: date | None
    excluded_for: list[str] | None
    excluded_words: str
    joint_text: str

    def window_runs(self, day: date) -> bool:
        """Whether it may still answer on that day."""
        return self.answer_by is not None and day <= self.answer_by


@dataclass(frozen=True, slots=True)
class TenderRow:
    """A tender's room: whose, its reference, by which article, its days and state."""

    id: UUID
    organ: str
    reference: str
    title: str
    power: str
    basis: str
    article: str
    opens_on: date
    ends_on: date
    state: str
    watch: UUID
    evidence: UUID | None
    closed_on: date | None


class StepRow(NamedTuple):
    """What happened: when, what, of which bidder, by whom."""

    on_day: date
    event: str
    bidder: str
    actor: str


def tenders_of(organs: Collection[str] | None, *, most: int = 100) -> list[TenderRow]:
    """The rooms of these units (None: of every one), open ones first, then by the day of bid opening."""
    found = Tender.objects.all() if organs is None else Tender.objects.filter(organ_code__in=list(organs))
    return [_tender_row(one) for one in found.order_by("closed_on", "-opens_on", "id")[:most]]


def tenders_with(codes: Collection[str], *, most: int = 100) -> list[TenderRow]:
    """For a body itself: the rooms in which it is a bidder."""
    found = Tender.objects.filter(bidder__code__in=list(codes)).distinct().order_by("closed_on", "-opens_on", "id")
    return [_tender_row(one) for one in found[:most]]


def tender(number: UUID) -> TenderRow | None:
    """The room of that number, or None."""
    found = Tender.objects.filter(id=number).first()
    return None if found is None else _tender_row(found)


def bidders_of(number: UUID) -> list[BidderRow]:
    """Every bidder of a room, in the order in which they were given."""
    row = Tender.objects.get(id=number)
    stands = dict(WatchedCode.objects.filter(watch_id=row.watch_id).values_list("code", "stands"))
    return [_bidder_row(one, stands.get(one.code, [])) for one in Bidder.objects.filter(tender=row).order_by("place")]


def steps_of(number: UUID) -> list[StepRow]:
    """What happened in a room, the oldest first."""
    found = TenderStep.objects.filter(tender=number).order_by("id")
    return [StepRow(*row) for row in found.values_list("on_day", "event", "bidder", "actor")]


def changed_on(organs: Collection[str]) -> list[tuple[UUID, str, date]]:
    """For a buyer: its open rooms in which what stands has changed, with their titles and the last day of a change."""
    rooms = dict(Tender.objects.filter(organ_code__in=list(organs), closed_on=None).values_list("id", "title"))
    found = TenderStep.objects.filter(tender__in=list(rooms), event=TenderEvent.CHANGED).values_list("tender")
    return [(room, rooms[room], last) for room, last in found.annotate(last=Max("on_day")).order_by("-last")]


def _tender_row(one: Tender) -> TenderRow:
    said = (one.id, one.organ_code, one.reference, one.title, one.power, one.basis, one.article, one.opens_on)
    return TenderRow(*said, one.ends_on, one.state, one.watch_id, one.evidence_id, one.closed_on)


def _bidder_row(one: Bidder, stands: list[list[str]]) -> BidderRow:
    said = (one.code, one.party, one.outcome, stands, one.told, one.answer_by, one.answer, one.answered_on)
    return BidderRow(*said, one.excluded_on, one.excluded_for, one.excluded_words, one.joint_text)
