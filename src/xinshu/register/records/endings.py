"""What became of records after they were accepted, by number, and how a restored register is brought up to it.

A restore brings back the records of an earlier day. What ended since is ended again; what was changed since in another
way is held back from display until its organ files it again (docs/adr/0013). Both only ever show less.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import polars as pl
from django.db import connection, transaction

from xinshu.kit.moment import Moment
from xinshu.register.records.actions import Change
from xinshu.register.records.statements import into_temporary

CHUNK: Final = 20_000
START: Final = ""
"""The mark of the point before the first line."""

NUMBERING = """
SELECT coalesce((SELECT first_number + lines - 1 FROM records_filing WHERE first_number IS NOT NULL
                  ORDER BY first_number DESC LIMIT 1), 0), count(*), min(at)
  FROM records_filing WHERE first_number IS NULL
"""
MARK = """
SELECT first_number + lines - 1, batch::text FROM records_filing
 WHERE first_number <= %(number)s ORDER BY first_number DESC LIMIT 1
"""
SINCE = """
SELECT f.first_number + f.lines - 1, f.batch::text, f.first_number + j.place, j.record_ref::text, j.change, j.version,
       j.on_day, j.public_from, j.public_until
  FROM records_filing f LEFT JOIN records_journalline j ON j.filing_id = f.id AND j.change <> 'ACCEPTED'
 WHERE f.first_number > %(number)s ORDER BY f.first_number, j.place
"""
HELD_COUNT = """
SELECT count(*) FROM records_heldback h JOIN records_record r USING (subject_id, record_ref, filing_id)
"""

TOLD: Final = ("record_ref text", "withdrawn boolean", "on_day date", "bounded boolean", "seen_from date")
TOLD_COLUMNS: Final = (*TOLD, "seen_until date")
AFFECTED = """
CREATE TEMPORARY TABLE affected ON COMMIT DROP AS
SELECT r.subject_id, r.record_ref, r.kind, r.organ_code, r.version, r.severity, r.edition, t.withdrawn, t.on_day,
       CASE WHEN t.bounded THEN greatest(r.public_from, t.seen_from) ELSE r.public_from END AS known_from,
       CASE WHEN t.bounded THEN least(r.public_until, t.seen_until) ELSE r.public_until END AS known_until,
       t.bounded AND t.seen_from IS NULL AS never
  FROM told t JOIN records_record r ON r.record_ref = t.record_ref::uuid
 WHERE r.ended IS NULL AND (t.withdrawn OR (r.public_from IS NOT NULL AND (r.public_until IS NULL OR
       r.public_until > %(day)s)))
"""
OF_OTHER_KINDS = """
CREATE TEMPORARY TABLE affected ON COMMIT DROP AS
SELECT r.subject_id, r.record_ref, r.kind, r.organ_code, r.version, r.severity, r.edition, false AS withdrawn,
       %(day)s::date AS on_day, r.public_from AS known_from, r.public_until AS known_until, false AS never
  FROM records_record r WHERE r.kind <> ALL(%(kinds)s) AND r.ended IS NULL AND r.public_from IS NOT NULL
   AND (r.public_until IS NULL OR r.public_until > %(day)s)
"""
FILINGS = """
INSERT INTO records_filing (batch, part, kind, organ_code, actor, on_day, at, lines, withdraws)
SELECT gen_random_uuid(), 0, kind, organ_code, %(actor)s, %(day)s, %(at)s, count(*), withdrawn
  FROM affected GROUP BY kind, organ_code, withdrawn RETURNING id
"""
LINES = """
INSERT INTO records_journalline (filing_id, place, subject_id, record_ref, change, version, on_day, at, actor,
                                 organ_code, severity, reasons, edition)
SELECT f.id, row_number() OVER (PARTITION BY f.id ORDER BY a.subject_id, a.record_ref) - 1, a.subject_id, a.record_ref,
       CASE WHEN a.withdrawn THEN 'WITHDRAWN' ELSE 'HELD_BACK' END, a.version, %(day)s, %(at)s, %(actor)s,
       a.organ_code, a.severity, %(reasons)s, a.edition
  FROM affected a JOIN records_filing f USING (kind, organ_code) WHERE f.id = ANY(%(filings)s)
   AND f.withdraws = a.withdrawn
"""
HIDE = """
UPDATE records_record r
   SET ended = CASE WHEN a.withdrawn THEN 'WITHDRAWN' END, ended_on = CASE WHEN a.withdrawn THEN a.on_day END,
       public_from = NULL, public_until = NULL, repair_from = NULL, public_form = NULL, filing_id = j.filing_id
  FROM affected a, records_journalline j
 WHERE r.subject_id = a.subject_id AND r.record_ref = a.record_ref AND j.subject_id = a.subject_id
   AND j.record_ref = a.record_ref AND j.filing_id = ANY(%(filings)s)
"""
REMEMBER = """
INSERT INTO records_heldback (subject_id, record_ref, filing_id, known_from, known_until, on_day)
SELECT a.subject_id, a.record_ref, r.filing_id,
       CASE WHEN NOT a.never AND (a.known_until IS NULL OR a.known_until > a.known_from) THEN a.known_from END,
       CASE WHEN NOT a.never AND a.known_until > a.known_from THEN a.known_until END, %(day)s
  FROM affected a JOIN records_record r USING (subject_id, record_ref) WHERE NOT a.withdrawn
"""


class Numbering(NamedTuple):
    """The last number of the journal, how many filings wait for one, and since when the oldest does."""

    last: int
    waiting: int
    waiting_since: datetime | None


class Point(NamedTuple):
    """A place in one history of the journal: the last number of a filing, and that filing's own mark, which is random.

    Two stores that went different ways have different marks from there on. Before the first filing: 0 and START.
    """

    number: int
    mark: str


class Ending(NamedTuple):
    """A line that is not an acceptance: an opaque reference and days. `public_from` null: shown to nobody since."""

    number: int
    record_ref: str
    change: str
    version: int
    on_day: date
    public_from: date | None
    public_until: date | None


class Again(NamedTuple):
    """How many records were ended again, and how many are held back."""

    withdrawn: int
    held: int


def numbering() -> Numbering:
    """How far the journal is numbered."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERING)
        return Numbering(*cursor.fetchone())


def point_at(number: int) -> Point:
    """The last filing that begins at or before a number; its point is another one when this is not how it went."""
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"number": number})
        row = cursor.fetchone()
    return Point(0, START) if row is None else Point(*row)


def endings_since(number: int) -> Iterator[tuple[Point, list[Ending]]]:
    """After each numbered filing that follows: the point reached, and the lines of it that are not acceptances."""
    with transaction.atomic(), connection.connection.cursor(name="endings_since") as cursor:
        cursor.execute(SINCE, {"number": number})
        reached, found = None, []
        while rows := cursor.fetchmany(CHUNK):
            for last, mark, *line in rows:
                if reached is not None and reached != (last, mark):
                    yield reached, found
                    found = []
                reached = Point(last, mark)
                if line[0] is not None:
                    found.append(Ending(*line))
        if reached is not None:
            yield reached, found


@transaction.atomic
def end_again(*, endings: Iterable[Ending], actor: str, moment: Moment) -> Again:
    """Bring a restored register up to what is known to have become of its records since; nothing shows more by it.

    `endings` in their order, without those that this history holds already. A record that was withdrawn is withdrawn
    again; any other that could still be shown is held back. A later filing of its organ shows it again, no longer than
    the last correction left it. Unnumbered until `number_filings`; nobody may read before.
    """
    told: dict[str, tuple[bool, date, bool, date | None, date | None]] = {}
    for ending in endings:
        withdrawn, on_day, *bounds = told.get(ending.record_ref, (False, ending.on_day, False, None, None))
        if ending.change == Change.CORRECTED:
            bounds = [True, ending.public_from, ending.public_until]
        if ending.change == Change.WITHDRAWN:
            withdrawn, on_day = True, ending.on_day
        told[ending.record_ref] = (withdrawn, on_day, *bounds)  # type: ignore[assignment]
    schema = {
        "record_ref": pl.String,
        "withdrawn": pl.Boolean,
        "on_day": pl.Date,
        "bounded": pl.Boolean,
        "seen_from": pl.Date,
        "seen_until": pl.Date,
    }
    rows = [(reference, *rest) for reference, rest in told.items()]
    into_temporary("told", TOLD_COLUMNS, pl.DataFrame(rows, schema=schema, orient="row"))
    with connection.cursor() as cursor:
        cursor.execute(AFFECTED, {"day": moment.day})
        cursor.execute("DROP TABLE told")
    return _hide("RESTORED", actor, moment)


@transaction.atomic
def hold_back_all_but(*, kinds: Iterable[str], actor: str, moment: Moment) -> Again:
    """Hold back every record that could still be shown and is of no such kind: nobody knows what became of it."""
    with connection.cursor() as cursor:
        cursor.execute(OF_OTHER_KINDS, {"kinds": list(kinds), "day": moment.day})
    return _hide("RESTORED_WITHOUT_LEDGER", actor, moment)


def held_back() -> int:
    """How many records are held back until they are filed again."""
    with connection.cursor() as cursor:
        cursor.execute(HELD_COUNT)
        return int(cursor.fetchone()[0])


def _hide(ground: str, actor: str, moment: Moment) -> Again:
    """Each act has its line in the journal; a filing for each kind, organ and sort of act."""
    values: dict[str, Any] = {"day": moment.day, "at": moment.instant, "actor": actor}
    with connection.cursor() as cursor:
        cursor.execute(FILINGS, values)
        values |= {"filings": [row[0] for row in cursor.fetchall()], "reasons": f'[["{ground}",null,null]]'}
        for statement in (LINES, HIDE, REMEMBER):
            cursor.execute(statement, values)
        cursor.execute("SELECT count(*) FILTER (WHERE withdrawn), count(*) FILTER (WHERE NOT withdrawn) FROM affected")
        again = Again(*cursor.fetchone())
        cursor.execute("DROP TABLE affected")
    return again
