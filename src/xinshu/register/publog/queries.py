"""What the log says: where it stands, single entries with their proofs, entries in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.register.publog import tiles
from xinshu.register.publog.leaf import SIZE, Event, leaf
from xinshu.tlog import proof
from xinshu.tlog.merkle import EMPTY_ROOT
from xinshu.tlog.tile import Malformed

STATE: Final = "SELECT size, root, checkpoint, signed_at FROM publog_state"

WAITING: Final = """
SELECT count(*), min(numbered_at) FROM publog_lot
 WHERE first_number IS NOT NULL AND first_number + entries > (SELECT coalesce(max(size), 0) FROM publog_state)
   AND first_number >= (SELECT coalesce(max(first_number), 0) FROM publog_lot
                         WHERE first_number <= (SELECT coalesce(max(size), 0) FROM publog_state))
"""
NUMBERED: Final = """
SELECT coalesce(max(first_number + entries), 0) FROM publog_lot
 WHERE first_number = (SELECT max(first_number) FROM publog_lot)
"""
LOTS: Final = """
SELECT id, first_number, entries FROM publog_lot
 WHERE first_number >= (SELECT coalesce(max(first_number), 0) FROM publog_lot WHERE first_number <= %(first)s)
   AND first_number + entries > %(first)s ORDER BY first_number LIMIT %(most)s
"""
LEAVES: Final = """
SELECT string_agg('\\x01'::bytea || substring(int2send(event) FROM 2) || uuid_send(reference) || commitment, ''::bytea
                  ORDER BY place)
  FROM (SELECT event, reference, commitment, place FROM publog_entry
         WHERE lot_id = %(lot)s AND place >= %(place)s ORDER BY place LIMIT %(most)s) e
"""
"""Leaves as `leaf.leaf` makes them, one behind the other: the database joins them faster than rows come over."""
AT: Final = """
SELECT l.first_number + e.place, e.event, e.reference, e.commitment, e.salt, e.subject_code
  FROM publog_entry e JOIN publog_lot l ON l.id = e.lot_id WHERE e.lot_id = %(lot)s AND e.place = %(place)s
"""

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
TROUBLE: Final = "SELECT cause, since FROM publog_trouble"
WITNESSES: Final = "SELECT key, size, cosigned_at, asked_at, failure FROM publog_witness ORDER BY key"
ERASED: Final = "SELECT coalesce(max(erased_through), 0) FROM publog_state"
FIRST_ENDING: Final = """
SELECT greatest(first_number, %(number)s), numbered_at FROM publog_lot
 WHERE ends AND first_number + entries > %(number)s
   AND first_number >= (SELECT coalesce(max(first_number), 0) FROM publog_lot WHERE first_number <= %(number)s)
   AND first_number < (SELECT coalesce(max(size), 0) FROM publog_state)
 ORDER BY first_number LIMIT 1
"""
ENDING: Final = f"""
SELECT l.first_number + e.place, e.event, e.reference, e.commitment, e.salt, e.subject_code
  FROM publog_entry e JOIN publog_lot l ON l.id = e.lot_id
 WHERE e.event = {int(Event.ENDED)} AND e.subject_id = %(subject)s AND e.record_ref = %(record_ref)s
 ORDER BY l.first_number DESC NULLS FIRST LIMIT 1
"""
VERSIONS: Final = """
WITH RECURSIVE line (lot, place, depth) AS (
    SELECT %(lot)s::bigint, %(place)s::bigint, 1
    UNION ALL
    SELECT e.of_lot, e.of_place, line.depth + 1
      FROM line JOIN publog_entry e ON e.lot_id = line.lot AND e.place = line.place
     WHERE e.of_lot IS NOT NULL AND line.depth < %(most)s)
SELECT l.numbered_at, e.commitment, e.salt FROM line
  JOIN publog_entry e ON e.lot_id = line.lot AND e.place = line.place JOIN publog_lot l ON l.id = e.lot_id
 ORDER BY line.depth
"""

PATIENCE: Final = timedelta(minutes=10)
"""So long may what is numbered wait for a signed checkpoint before new publication stops; endings never wait."""

TOLD: Final = """
SELECT EXISTS (SELECT FROM publog_lot l JOIN publog_entry e ON e.lot_id = l.id
                WHERE l.entries = 1 AND NOT l.ends AND e.event = %s AND e.commitment = %s)
"""
CHUNK: Final = 20_000
"""Entries that are in memory at once."""


class NotPublished(XinshuError):
    """The published files are not there to read; the writer tells of these."""


class Stand(NamedTuple):
    """The tree of the log: entries in it, its root, the checkpoint signed of it ("" before the first), and when."""

    size: int
    root: bytes
    checkpoint: str
    signed_at: datetime | None


class Delay(NamedTuple):
    """How many numbered lots no checkpoint tells of yet, and since when the oldest waits."""

    lots: int
    since: datetime | None


class Cause(StrEnum):
    """Why no checkpoint can be signed."""

    KEY = "KEY"
    FORKED = "FORKED"
    FULL = "FULL"
    FILES = "FILES"
    IDLE = "IDLE"
    """Nothing fails: nobody has tried. No worker runs, or the writer is held up."""


class Stopped(NamedTuple):
    """Nothing new is published: since when the oldest entry waits for a checkpoint, and why none can be signed."""

    since: datetime
    cause: Cause


class Witnessed(NamedTuple):
    """A witness by its public key: the largest size that it cosigned and when, when it was asked last, and what failed
    then ("": nothing)."""

    key: str
    size: int
    cosigned_at: datetime | None
    asked_at: datetime
    failure: str


class Consistency(NamedTuple):
    """The hashes that lead from an earlier size to the tree of a signed checkpoint."""

    size: int
    checkpoint: str
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry: its number in the log (None while it has none), its leaf, and while it is kept salt and code."""

    number: int | None
    event: Event
    reference: UUID
    commitment: bytes
    salt: bytes | None
    subject_code: str | None


class FirstEnding(NamedTuple):
    """An ENDED entry: its number, and when it was given."""

    number: int
    numbered_at: datetime


class Version(NamedTuple):
    """An entry that showed a record, as it can be compared with: when it was numbered, its commitment, its salt."""

    numbered_at: datetime | None
    commitment: bytes
    salt: bytes | None


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


def stand() -> Stand:
    """Where the tree stands."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        row = cursor.fetchone()
    return Stand(0, EMPTY_ROOT, "", None) if row is None else Stand(row[0], bytes(row[1]), row[2], row[3])


def numbered() -> int:
    """How many entries have a number; those beyond the size of the tree are about to be put into it."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED)
        return int(cursor.fetchone()[0])


def erased_through() -> int:
    """One more than the highest number of an entry that was erased; 0: none was. Before it not every link is there."""
    with connection.cursor() as cursor:
        cursor.execute(ERASED)
        return int(cursor.fetchone()[0])


def delay() -> Delay:
    """What is numbered, and no checkpoint tells of it yet."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return Delay(*cursor.fetchone())


def tells_of_rules(edition: bytes) -> bool:
    """Whether there is an entry for the adoption of an edition, by its hash."""
    with connection.cursor() as cursor:
        cursor.execute(TOLD, [int(Event.RULES), edition])
        return bool(cursor.fetchone()[0])


def is_overdue(moment: Moment) -> bool:
    """Whether something numbered has waited for a checkpoint for so long that nothing new may be published."""
    since = delay().since
    return since is not None and moment.instant - since > PATIENCE


def stopped(moment: Moment) -> Stopped | None:
    """Why nothing new is published; None while it is. The gate and the endings never depend on it."""
    since = delay().since
    if since is None or moment.instant - since <= PATIENCE:
        return None
    found = trouble()
    return Stopped(since, Cause.IDLE if found is None else found.cause)


def trouble() -> Stopped | None:
    """What the writer failed by when it tried last, and since when; None where it succeeded."""
    with connection.cursor() as cursor:
        cursor.execute(TROUBLE)
        row = cursor.fetchone()
    return None if row is None else Stopped(row[1], Cause(row[0]))


def witnesses() -> list[Witnessed]:
    """Every witness that was ever asked."""
    with connection.cursor() as cursor:
        cursor.execute(WITNESSES)
        return [Witnessed(*row) for row in cursor.fetchall()]


def leaves_from(first: int) -> Iterator[list[bytes]]:
    """The leaf of every numbered entry from a number on, in order, in chunks."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(LOTS, {"first": first, "most": 1})
            lot = cursor.fetchone()
            if lot is None:
                return
            asked = {"lot": lot[0], "place": first - lot[1], "most": CHUNK}
            cursor.execute(LEAVES, asked)
            joined = bytes(cursor.fetchone()[0])
        found = [joined[at : at + SIZE] for at in range(0, len(joined), SIZE)]
        yield found
        first += len(found)


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


def standing(lot: int, place: int) -> Standing | None:
    """One entry."""
    with connection.cursor() as cursor:
        cursor.execute(AT, {"lot": lot, "place": place})
        return _standing(cursor.fetchone())


def _standing(row: tuple[Any, ...] | None) -> Standing | None:
    if row is None:
        return None
    number, event, reference, committed, salt, code = row
    return Standing(number, Event(event), reference, bytes(committed), None if salt is None else bytes(salt), code)


def first_ending(number: int) -> FirstEnding | None:
    """The oldest ENDED entry of the signed log at `number` or after it; of lots that end something, one is read."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_ENDING, {"number": number})
        row = cursor.fetchone()
    return None if row is None else FirstEnding(*row)


def ending_of(subject: int, record_ref: UUID) -> Standing | None:
    """The last ENDED entry of a record, as long as its link is kept."""
    with connection.cursor() as cursor:
        cursor.execute(ENDING, {"subject": subject, "record_ref": record_ref})
        return _standing(cursor.fetchone())


def versions_of(lot: int, place: int, *, most: int = 50) -> list[Version]:
    """The entry at that place and those that it took the place of, one after the other, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, {"lot": lot, "place": place, "most": most})
        return [
            Version(at, bytes(committed), None if salt is None else bytes(salt))
            for at, committed, salt in cursor.fetchall()
        ]


def proof_of(number: int) -> proof.Proof | None:
    """The proof that entry `number` is in the log, with the checkpoint that is signed now.

    None while it is in none, and while the published files are not there to read (the writer tells of these).
    """
    now = stand()
    if number >= now.size or not now.checkpoint:
        return None
    try:
        return proof.Proof(number, tuple(proof.inclusion(number, now.size, tiles.read)), now.checkpoint)
    except (FileNotFoundError, Malformed):
        return None


@transaction.atomic
def consistency(old: int) -> Consistency:
    """The proof that the tree goes on from an earlier size, with the checkpoint that is signed now.

    Raises ValueError for a size that it never had or from which nothing follows (0), NotPublished while the files are
    not there to read.
    """
    now = stand()
    try:
        return Consistency(now.size, now.checkpoint, tuple(proof.consistency(old, now.size, tiles.read)))
    except FileNotFoundError as error:
        raise NotPublished from error
