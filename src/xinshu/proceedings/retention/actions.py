"""Erases what is past its retention, in small transactions, and what a restore brought back of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, NamedTuple, Protocol

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.kit.period import ONE_DAY
from xinshu.law.catalogue import Catalogue
from xinshu.law.retention import retention
from xinshu.parties.notices import actions as notices
from xinshu.proceedings.cases import actions as cases
from xinshu.proceedings.cases import queries as open_cases
from xinshu.proceedings.endings import forget_erased, note_erased
from xinshu.proceedings.intake.actions import forget_files, forget_withdrawals
from xinshu.proceedings.objections import actions as objections
from xinshu.proceedings.objections.queries import waiting_on
from xinshu.proceedings.shield import actions as shield
from xinshu.register.access.actions import note
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.actions import erase_nobodys
from xinshu.register.records.entries import ERASED_MOST, Due, Erased, erase, kept_since
from xinshu.register.subjects.queries import described

ACTOR: Final = "retention"
NOTHING: Final = Erased(0, 0, 0)
MONTHS: Final = 12
FEED: Final = timedelta(days=31)
"""So far back the feed goes (adr/0019): what belongs to nobody needs no link any longer."""


class Told(NamedTuple):
    """How far it is: records looked at, and of these erased (or due, where nothing is erased)."""

    looked_at: int
    due: int


class Forget(Protocol):
    """What a room above this one erases of records (subject, reference), in the transaction that erases them."""

    def __call__(self, records: Sequence[tuple[int, str]], /, *, moment: Moment) -> None:
        """All of it, or nothing on any error."""


def untold(_told: Told) -> None:
    """Nobody watches."""


def erase_past_term(
    *,
    moment: Moment,
    told: Callable[[Told], None] = untold,
    actor: str = ACTOR,
    most: int = ERASED_MOST,
    also: Sequence[Forget] = (),
) -> Erased:
    """Erase every record that is past its retention on that day; how much it was. `also`: what rooms above hold of it.

    Each chunk of at most `most` is a transaction of its own, so that a run that was cut off is simply run again. The
    ledger of endings hears of it before it is done, and forgets what it knew of the records afterwards.
    """
    erased, looked_at = NOTHING, 0
    catalogue = catalogue_on(moment.day).catalogue
    for looked, due in _due(catalogue, moment.day, most):
        looked_at += looked
        erased = _sum(erased, _erase_now([(one.subject, one.record_ref) for one in due], moment, actor, also))
        told(Told(looked_at, erased.records))
    forget_erased()
    forget_files(_termed(catalogue), moment=moment)
    erase_nobodys(before=moment.instant - FEED)
    return erased


def count_past_term(*, moment: Moment, told: Callable[[Told], None] = untold) -> dict[str, int]:
    """How many records of each kind would be erased on that day; nothing is."""
    counts: dict[str, int] = {}
    looked_at = 0
    for looked, due in _due(catalogue_on(moment.day).catalogue, moment.day):
        looked_at += looked
        for one in due:
            counts[one.kept.kind] = counts.get(one.kept.kind, 0) + 1
        told(Told(looked_at, sum(counts.values())))
    return counts


def erase_again(
    records: Sequence[tuple[int, str]], *, moment: Moment, actor: str, also: Sequence[Forget] = ()
) -> Erased:
    """After a restore: erase these, which were erased before and have ended again, and what is past its term."""
    erased = NOTHING
    for start in range(0, len(records), ERASED_MOST):
        erased = _sum(erased, _erase_now(records[start : start + ERASED_MOST], moment, actor, also))
    return _sum(erased, erase_past_term(moment=moment, actor=actor, also=also))


def _termed(catalogue: Catalogue) -> dict[str, int]:
    """The kinds that have a number of months, and how many."""
    return {name: kind.retention.months for name, kind in catalogue.kinds.items() if kind.retention.months is not None}


def _due(catalogue: Catalogue, day: date, most: int = ERASED_MOST) -> Iterator[tuple[int, list[Due]]]:
    """Chunk by chunk how many were looked at, and those that the law lets nobody keep on that day."""
    days = {kind: _before(day, months) for kind, months in _termed(catalogue).items()}
    after = None
    while days and (found := kept_since(days, after=after, most=most)):
        references = [one.record_ref for one in found]
        waiting = waiting_on(references) | open_cases.waiting_on(references)
        asked = (one._replace(kept=replace(one.kept, open_matter=one.record_ref in waiting)) for one in found)
        yield len(found), [one for one in asked if retention(one.kept, catalogue).erased_on(day)]
        after = (found[-1].subject, found[-1].record_ref)


def _before(day: date, months: int) -> date:
    """A day so early that months from any later one end after `day`; the law says the day itself."""
    year, month = divmod(day.year * MONTHS + day.month - 1 - months, MONTHS)
    return max(date.min, date(max(year, 1), month + 1, 1) + 31 * ONE_DAY)


def _erase_now(records: Sequence[tuple[int, str]], moment: Moment, actor: str, also: Sequence[Forget]) -> Erased:
    """One chunk in one transaction, in every room that holds something of it; the trail has its counts alone."""
    if not records:
        return NOTHING
    references = [record_ref for _, record_ref in records]
    note_erased(references)
    with transaction.atomic():
        erased = erase(records)
        objections.forget(references)
        cases.forget(references)
        shield.forget(references)
        subjects = {subject for subject, _ in records}
        cases.forget_bodies(subjects - {body.subject for body in described(subjects)})
        notices.forget(references)
        forget_withdrawals(references)
        for forget in also:
            forget(records, moment=moment)
        matter = f"records {erased.records} entries {erased.entries} bodies {erased.bodies}"
        note(actor=actor, act="ERASE", matter=matter, purpose="保存期满", organ="", moment=moment)
    return erased


def _sum(one: Erased, other: Erased) -> Erased:
    return Erased(one.records + other.records, one.entries + other.entries, one.bodies + other.bodies)


def kinds_with_a_term(day: date) -> Mapping[str, int]:
    """The kinds of which anything is ever erased, by the catalogue of that day, with their months."""
    return _termed(catalogue_on(day).catalogue)
