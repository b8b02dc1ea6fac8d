"""The feed: each entry of the public log with what the gate shows of it now; the snapshot; how far subscribers are.

What a line tells of a record is asked of the gate when the line is told, by the entry that shows the record now. All
else is a tombstone: what ended, what an entry after it tells, and to everyone what is for subscribers (docs/adr/0019).
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction

from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import Audience, Effect
from xinshu.register.publog.leaf import Event, shown
from xinshu.register.publog.queries import Line, Stand, erased_through, lines, lines_at, numbered, numbered_since, stand
from xinshu.register.records.own import why_ended
from xinshu.register.records.queries import shown_by_entry, shown_with_entries
from xinshu.uses.sharing.models import Subscription

BACK: Final = timedelta(days=31)
"""So far back the feed goes; who was away for longer begins from a snapshot."""

MOST: Final = 1_000

SHOWING: Final = (Event.SHOWN, Event.CHANGED)


class Told(NamedTuple):
    """A line of the feed. `content`: what its leaf commits to, as JSON, while it may be told; `why`: how it ended."""

    line: Line
    content: bytes | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """The lines from a cursor on, and where the log stood when they were read."""

    after: int
    lines: list[Told]
    stand: Stand


class TooOld(NamedTuple):
    """The feed no longer goes back to that cursor, but to this one."""

    begins: int


class Ahead(NamedTuple):
    """The cursor is beyond the log, which stands here."""

    stand: Stand


class SubscriptionRow(NamedTuple):
    """How far a subscriber was told, and how far it has applied every ending, as cursors, and when each was last so."""

    recipient: str
    told: int
    told_at: datetime
    acknowledged: int
    acknowledged_at: datetime | None


def kinds_told(catalogue: Catalogue, *, adverse: bool) -> list[str]:
    """The public kinds whose content the feed tells: without the adverse ones, unless to a subscriber."""
    return [
        name
        for name, kind in catalogue.kinds.items()
        if kind.audience is Audience.PUBLIC and (adverse or kind.effect is not Effect.ADVERSE)
    ]


def feed_begins(instant: datetime) -> int:
    """The cursor before which the feed tells nothing any more, at that instant: of another month, or erased."""
    first = numbered_since(instant - BACK)
    return max(numbered() if first is None else first, erased_through())


def changes(
    after: int, *, most: int, kinds: Sequence[str], on_date: date, instant: datetime, reasons: bool
) -> Page | TooOld | Ahead:
    """The lines from a cursor on, at most `most`, with what is shown of these kinds.

    Danger: the gate is asked last, so that what ended while the lines were read is not told.
    """
    now = stand()
    if after > now.size:
        return Ahead(now)
    begins = feed_begins(instant)
    if after < begins:
        return TooOld(begins)
    found = lines(after, min(after + most, now.size))
    showing = [
        (line.subject, line.record_ref, line.lot, line.place)
        for line in found
        if line.event in SHOWING and line.salt is not None and line.subject is not None and line.record_ref is not None
    ]
    why = _why(found, after, on_date) if reasons else {}
    forms = {(row.lot, row.place): row.form for row in shown_by_entry(showing, kinds=kinds, on_date=on_date)}
    return Page(
        after,
        [Told(line, _content(line, forms.get((line.lot, line.place))), why.get(line.number)) for line in found],
        now,
    )


def _content(line: Line, form: str | None) -> bytes | None:
    return None if form is None else shown(form, line.subject_code or "")


def _why(found: Sequence[Line], after: int, day: date) -> dict[int, str]:
    """By the number of an ending: why, where the reader had before this page what ended."""
    endings = {
        line.number: (line.subject, line.record_ref)
        for line in found
        if line.event is Event.ENDED
        and line.of is not None
        and line.of < after
        and line.subject is not None
        and line.record_ref is not None
    }
    known = why_ended(endings.values(), on_date=day) if endings else {}
    return {number: known[record] for number, record in endings.items() if record in known}


class InBetween(Exception):
    """Something is numbered that no signed checkpoint tells of yet; there is no state to be told of this instant."""


def snapshot(*, kinds: Sequence[str], on_date: date) -> Generator[Stand | list[tuple[Line, bytes]]]:
    """First where the log stands, then all that it shows of these kinds, of one instant of the database.

    The instant is that of the one statement that reads the records: where nothing is numbered beyond the checkpoint
    before it and after, it shows what the checkpoint tells of, but for what was hidden since. Raises InBetween.
    """
    with transaction.atomic():
        now = stand()
        parts = shown_with_entries(kinds=kinds, on_date=on_date)
        rows = next(parts, [])
        if numbered() != now.size or not now.checkpoint:
            raise InBetween
        yield now
        while rows:
            forms = {(row.lot, row.place): row.form for row in rows}
            found = lines_at([row.lot for row in rows], [row.place for row in rows])
            yield [(line, shown(forms[line.lot, line.place], line.subject_code or "")) for line in found]
            rows = next(parts, [])


def subscriptions() -> list[SubscriptionRow]:
    """Every subscriber, by name."""
    return [_row(found) for found in Subscription.objects.order_by("recipient")]


def _row(found: Subscription) -> SubscriptionRow:
    return SubscriptionRow(found.recipient, found.told, found.told_at, found.acknowledged, found.acknowledged_at)
