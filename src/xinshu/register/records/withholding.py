"""What is withheld of records beyond their filings: parts under a claim, and whole records after a restore.

Someone's claim withholds a part in the sight of everyone, and its review may show it again; each is a filing of one
line. A restore brings back the records of an earlier day: what ended since is ended again, and what was changed since
in another way is held back until its organ files it again (docs/adr/0013). A restore only ever shows less.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import orjson
import polars as pl
from django.db import connection, transaction

from xinshu.bulk.derivation import masked_text
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.public_form import MARKS
from xinshu.law.terms import ClaimCause, Mark
from xinshu.register.records.actions import Change
from xinshu.register.records.entries import enter_changes
from xinshu.register.records.queries import shown_record
from xinshu.register.records.statements import FILE, into_temporary

ENDINGS: Final = frozenset({Change.WITHDRAWN, Change.REPAIRED, Change.DECLINED})
"""After these nothing is shown of a record; only a repair can be revoked."""

EVERY_CLAIM: Final = f"{Mark.NAME_CLAIMED},{Mark.BODY_CLAIMED}"
"""Marks of a record that was masked after the backup."""

TOLD_SCHEMA: Final = {
    "record_ref": pl.String,
    "ended": pl.String,
    "masked": pl.Boolean,
    "on_day": pl.Date,
    "bounded": pl.Boolean,
    "seen_from": pl.Date,
    "seen_until": pl.Date,
}

HOLD: Final = """
SELECT r.version, r.kind, r.masked_for, r.public_form, r.statement, r.organ_code,
       ARRAY(SELECT DISTINCT j.organ_code FROM records_journalline j
              WHERE j.subject_id = r.subject_id AND j.record_ref = r.record_ref AND j.organ_code <> '')
  FROM records_record r
 WHERE r.subject_id = %(subject)s AND r.record_ref = %(record_ref)s AND r.ended IS NULL FOR NO KEY UPDATE OF r
"""
MASK: Final = """
UPDATE records_record SET masked_for = %(marks)s, masked_form = %(form)s, statement = %(statement)s,
       filing_id = %(filing)s
 WHERE subject_id = %(subject)s AND record_ref = %(record_ref)s
"""
MASKED_LINE: Final = """
INSERT INTO records_journalline (filing_id, place, subject_id, record_ref, change, version, on_day, at, actor,
                                 organ_code, public_from, public_until, repair_from, severity, reasons, edition)
SELECT %(filing)s, 0, subject_id, record_ref, %(change)s, version, %(day)s, %(at)s, %(actor)s, %(organ)s,
       public_from, public_until, repair_from, severity, %(reasons)s, edition
  FROM records_record WHERE subject_id = %(subject)s AND record_ref = %(record_ref)s
"""

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

TOLD: Final = ("record_ref text", "ended text", "masked boolean", "on_day date")
TOLD_COLUMNS: Final = (*TOLD, "bounded boolean", "seen_from date", "seen_until date")
AFFECTED = """
CREATE TEMPORARY TABLE affected ON COMMIT DROP AS
SELECT r.subject_id, r.record_ref, r.kind, r.organ_code, r.version, r.severity, r.edition, t.ended, t.masked,
       t.on_day, CASE WHEN t.bounded THEN greatest(r.public_from, t.seen_from) ELSE r.public_from END AS known_from,
       CASE WHEN t.bounded THEN least(r.public_until, t.seen_until) ELSE r.public_until END AS known_until,
       t.bounded AND t.seen_from IS NULL AS never
  FROM told t JOIN records_record r ON r.record_ref = t.record_ref::uuid
 WHERE r.ended IS NULL AND (t.ended IS NOT NULL OR (r.public_from IS NOT NULL AND (r.public_until IS NULL OR
       r.public_until > %(day)s)))
"""
OF_OTHER_KINDS = """
CREATE TEMPORARY TABLE affected ON COMMIT DROP AS
SELECT r.subject_id, r.record_ref, r.kind, r.organ_code, r.version, r.severity, r.edition, NULL::text AS ended,
       false AS masked, %(day)s::date AS on_day, r.public_from AS known_from, r.public_until AS known_until,
       false AS never
  FROM records_record r WHERE r.kind <> ALL(%(kinds)s) AND r.ended IS NULL AND r.public_from IS NOT NULL
   AND (r.public_until IS NULL OR r.public_until > %(day)s)
"""
FILINGS = """
INSERT INTO records_filing (batch, part, kind, organ_code, actor, on_day, at, lines, withdraws)
SELECT gen_random_uuid(), 0, kind, organ_code, %(actor)s, %(day)s, %(at)s, count(*), ended IS NOT NULL
  FROM affected GROUP BY kind, organ_code, ended IS NOT NULL RETURNING id
"""
LINES = """
INSERT INTO records_journalline (filing_id, place, subject_id, record_ref, change, version, on_day, at, actor,
                                 organ_code, severity, reasons, edition)
SELECT f.id, row_number() OVER (PARTITION BY f.id ORDER BY a.subject_id, a.record_ref) - 1, a.subject_id, a.record_ref,
       coalesce(a.ended, 'HELD_BACK'), a.version, %(day)s, %(at)s, %(actor)s,
       a.organ_code, a.severity, %(reasons)s, a.edition
  FROM affected a JOIN records_filing f USING (kind, organ_code) WHERE f.id = ANY(%(filings)s)
   AND f.withdraws = (a.ended IS NOT NULL)
"""
HIDE = """
UPDATE records_record r
   SET ended = a.ended, ended_on = CASE WHEN a.ended IS NOT NULL THEN a.on_day END, hidden_for = NULL,
       statement = NULL,
       public_from = NULL, public_until = NULL, repair_from = NULL, public_form = NULL, masked_form = NULL,
       masked_for = CASE WHEN a.ended IS NOT NULL THEN NULL WHEN a.masked THEN %(marks)s
                         ELSE r.masked_for END,
       filing_id = j.filing_id
  FROM affected a, records_journalline j
 WHERE r.subject_id = a.subject_id AND r.record_ref = a.record_ref AND j.subject_id = a.subject_id
   AND j.record_ref = a.record_ref AND j.filing_id = ANY(%(filings)s)
"""
REMEMBER = """
INSERT INTO records_heldback (subject_id, record_ref, filing_id, known_from, known_until, on_day)
SELECT a.subject_id, a.record_ref, r.filing_id,
       CASE WHEN NOT a.never AND (a.known_until IS NULL OR a.known_until > a.known_from) THEN a.known_from END,
       CASE WHEN NOT a.never AND a.known_until > a.known_from THEN a.known_until END, %(day)s
  FROM affected a JOIN records_record r USING (subject_id, record_ref) WHERE a.ended IS NULL
"""


class NotShown(XinshuError):
    """Nothing is shown there today, so that nothing of it can be withheld."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRecord:
    """A record that is shown, held until the commit: its version, marks, and the organs that decided or filed it."""

    subject: int
    record_ref: UUID
    kind: str
    version: int
    marks: frozenset[Mark]
    organs: tuple[str, ...]
    form: str
    statement: str | None


def hold(*, subject: int, record_ref: UUID, on_date: date) -> ShownRecord | None:
    """The record, if it is shown on that day; whoever else would change it waits for the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"subject": subject, "record_ref": record_ref})
        row = cursor.fetchone()
    # Asked after the lock: the gate then sees what those who held it before have done.
    if row is None or shown_record(subject=subject, record_ref=record_ref, on_date=on_date) is None:
        return None
    version, kind, marks, form, statement, decided_by, filed_by = row
    return ShownRecord(
        subject=subject,
        record_ref=record_ref,
        kind=kind,
        version=version,
        marks=frozenset(Mark(name) for name in marks.split(",")) if marks else frozenset(),
        organs=tuple(sorted({decided_by, *filed_by})),
        form=form,
        statement=statement,
    )


@transaction.atomic
def mask(
    *, subject: int, record_ref: UUID, mark: Mark, organ: str, actor: str, catalogue: Catalogue, moment: Moment
) -> None:
    """Withhold what the mark's cause concerns, in every form of the gate; another mark of that cause gives way to it.

    `organ`: on whose word, "" for anyone's. Raises NotShown. Shown again once numbered; masks are numbered before
    other filings that wait, as withdrawals are. A correction keeps the mask; a withdrawal and the term end it.
    """
    held = held_shown(subject, record_ref, moment)
    others = held.marks.difference(*(marks for marks in MARKS.values() if mark in marks))
    said = {"change": str(Change.MASKED), "reasons": _reason(mark), "organ": organ, "actor": actor}
    write_marks(held, others | {mark}, said, catalogue, moment)


@transaction.atomic
def unmask(
    *, subject: int, record_ref: UUID, cause: ClaimCause, organ: str, actor: str, catalogue: Catalogue, moment: Moment
) -> None:
    """Show again what was withheld for that cause only. Raises NotShown; where nothing was, nothing is written."""
    held = held_shown(subject, record_ref, moment)
    for mark in held.marks.intersection(MARKS[cause]):
        said = {"change": str(Change.UNMASKED), "reasons": _reason(mark), "organ": organ, "actor": actor}
        write_marks(held, held.marks - {mark}, said, catalogue, moment)


def held_shown(subject: int, record_ref: UUID, moment: Moment) -> ShownRecord:
    """The record that is shown, held until the commit. Raises NotShown."""
    held = hold(subject=subject, record_ref=record_ref, on_date=moment.day)
    if held is None:
        raise NotShown(
            "这条信息没有在公示，不需要遮蔽；请刷新页面查看。"
            " This record is not shown, and nothing of it needs withholding; reload the page."
        )
    return held


def _reason(mark: Mark) -> str:
    return orjson.dumps([[mark, None, None]]).decode()


def write_marks(
    held: ShownRecord, marks: frozenset[Mark], said: dict[str, str], catalogue: Catalogue, moment: Moment
) -> None:
    """The filing, the record under these marks, and its journal line; `said` are the line's own words."""
    names = ",".join(name for name in Mark if name in marks) or None
    form = masked_text(held.form, names, catalogue, held.statement) if names else None
    filed = (uuid4(), 0, held.kind, said["organ"], said["actor"], moment.day, moment.instant, 1, True)
    with connection.cursor() as cursor:
        cursor.execute(FILE, filed)
        where = {"subject": held.subject, "record_ref": held.record_ref, "filing": cursor.fetchone()[0]}
        cursor.execute(MASK, {**where, "marks": names, "form": form, "statement": held.statement})
        cursor.execute(MASKED_LINE, {**where, **said, "day": moment.day, "at": moment.instant})
    enter_changes([held.subject], [str(held.record_ref)], day=moment.day, filing=where["filing"])


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


class _Told:
    """What the lines of one record say in all: withdrawn or not, masked or not, and the last period derived."""

    def __init__(self, on_day: date) -> None:
        self._masks, self._on_day = 0, on_day
        self._ended: str | None = None
        self._period: tuple[bool, date | None, date | None] = (False, None, None)

    def hear(self, ending: Ending) -> None:
        """The next line."""
        if ending.change in {Change.CORRECTED, Change.CARRIED_OVER}:
            self._period = (True, ending.public_from, ending.public_until)
        if ending.change in ENDINGS:
            self._ended, self._on_day = ending.change, ending.on_day
        if ending.change == Change.REINSTATED:
            self._ended = None
        self._masks += (ending.change == Change.MASKED) - (ending.change == Change.UNMASKED)

    def row(self) -> tuple[str | None, bool, date, bool, date | None, date | None]:
        """In the order of TOLD_COLUMNS, after the reference."""
        return (self._ended, self._masks > 0, self._on_day, *self._period)


@transaction.atomic
def end_again(*, endings: Iterable[Ending], actor: str, moment: Moment) -> Again:
    """Bring a restored register up to what is known to have become of its records since; nothing shows more by it.

    `endings` in their order, without those that this history holds already. A record that was withdrawn is withdrawn
    again; any other that could still be shown is held back. A later filing of its organ shows it again, no longer than
    the last correction left it, and masked if it was: nobody knows any more for which cause. Unnumbered until
    `number_filings`; nobody may read before.
    """
    told: dict[str, _Told] = {}
    for ending in endings:
        told.setdefault(ending.record_ref, _Told(ending.on_day)).hear(ending)
    rows = [(reference, *said.row()) for reference, said in told.items()]
    into_temporary("told", TOLD_COLUMNS, pl.DataFrame(rows, schema=TOLD_SCHEMA, orient="row"))
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
    values: dict[str, Any] = {"day": moment.day, "at": moment.instant, "actor": actor, "marks": EVERY_CLAIM}
    with connection.cursor() as cursor:
        cursor.execute(FILINGS, values)
        values |= {"filings": [row[0] for row in cursor.fetchall()], "reasons": f'[["{ground}",null,null]]'}
        for statement in (LINES, HIDE, REMEMBER):
            cursor.execute(statement, values)
        cursor.execute("SELECT count(ended), count(*) FILTER (WHERE ended IS NULL) FROM affected")
        again = Again(*cursor.fetchone())
        cursor.execute("SELECT subject_id, record_ref::text FROM affected")
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE affected")
    if rows:
        enter_changes(*zip(*rows, strict=True), day=moment.day, filing=None)
    return again
