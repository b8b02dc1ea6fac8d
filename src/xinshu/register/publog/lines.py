"""Numbered entries in their order, as the feed reads them: what each says, and whose it is while that is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from xinshu.register.publog.leaf import Event, leaf

LINES: Final = """
SELECT l.first_number + e.place, e.event, e.reference, e.commitment, e.salt, e.subject_code, e.subject_id, e.record_ref,
       l.id, e.place, o.first_number + e.of_place
  FROM (SELECT id, first_number FROM publog_lot
         WHERE first_number >= (SELECT coalesce(max(first_number), 0) FROM publog_lot WHERE first_number <= %(first)s)
           AND first_number < %(until)s ORDER BY first_number LIMIT %(most)s) l
 CROSS JOIN LATERAL (SELECT * FROM publog_entry e
                      WHERE e.lot_id = l.id AND e.place >= %(first)s - l.first_number
                        AND e.place < %(until)s - l.first_number ORDER BY e.place LIMIT %(most)s) e
  LEFT JOIN publog_lot o ON o.id = e.of_lot ORDER BY 1
"""
HELD: Final = """
SELECT l.first_number + e.place, e.event, e.reference, e.commitment, e.salt, e.subject_code, e.subject_id, e.record_ref,
       e.lot_id, e.place, NULL
  FROM unnest(%(lots)s::bigint[], %(places)s::bigint[]) WITH ORDINALITY t (lot_id, place, at)
  JOIN publog_entry e USING (lot_id, place) JOIN publog_lot l ON l.id = e.lot_id
 WHERE l.first_number IS NOT NULL ORDER BY t.at
"""
NUMBERED_SINCE: Final = """
SELECT first_number FROM publog_lot WHERE numbered_at >= %s ORDER BY numbered_at, first_number LIMIT 1
"""


class Line(NamedTuple):
    """A numbered entry as the feed reads it: what it says, whose it is while that is kept, and by which lot and place.

    `of`: the number of the entry that it takes the place of; None where it takes none, or none is known any more.
    """

    number: int
    event: Event
    reference: UUID
    commitment: bytes
    salt: bytes | None
    subject_code: str | None
    subject: int | None
    record_ref: UUID | None
    lot: int
    place: int
    of: int | None

    @property
    def leaf(self) -> bytes:
        """The bytes that the tree was made of."""
        return leaf(self.event, self.reference.bytes, self.commitment)


def lines(first: int, until: int) -> list[Line]:
    """The entries from a number until another (excluded), in order; the caller keeps the distance small."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, {"first": first, "until": until, "most": until - first})
        return [_line(row) for row in cursor.fetchall()]


def lines_at(lots: Sequence[int], places: Sequence[int]) -> list[Line]:
    """The numbered ones of these entries, by lot and place, in the order given; `of` is not told."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"lots": list(lots), "places": list(places)})
        return [_line(row) for row in cursor.fetchall()]


def numbered_since(instant: datetime) -> int | None:
    """The first number that was given at that instant or later; None: none was."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED_SINCE, [instant])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _line(row: Sequence[Any]) -> Line:
    number, event, reference, committed, salt, *rest = row
    return Line(number, Event(event), reference, bytes(committed), None if salt is None else bytes(salt), *rest)
