"""What the public log is told of records: what is shown for the first time, what changed, what ended, what is erased.

A record and its entries die together: with it go its versions, journal lines, sources and notices, and of its entries
whatever says or lets guess what they were (adr/0024).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import polars as pl
from django.db import connection, transaction

from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.retention import Kept
from xinshu.law.terms import Audience
from xinshu.register.erasures.actions import remember
from xinshu.register.publog.actions import Stands, enter_shown, follow
from xinshu.register.publog.actions import erase as erase_entries
from xinshu.register.records.gate import FORM
from xinshu.register.subjects.actions import forget, hold_still
from xinshu.register.subjects.queries import codes_of, described

OVERNIGHT_MOST: Final = 50_000
"""Records that one transaction of the day's turn takes up."""

ERASED_MOST: Final = 2_000
"""Records that one transaction erases."""

NOWHERE: Final = "00000000-0000-0000-0000-000000000000"

TOUCHED = f"""
SELECT r.subject_id, r.record_ref::text, r.entry_lot, r.entry_place,
       CASE WHEN r.audience = 'PUBLIC' AND r.public_from <= %(day)s
                 AND (r.public_until IS NULL OR r.public_until > %(day)s) AND r.hidden_for IS NULL THEN {FORM} END
  FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[]) WITH ORDINALITY t (subject_id, record_ref, place)
  JOIN records_record r USING (subject_id, record_ref) ORDER BY t.place
"""
ENTERED = """
UPDATE records_record r SET entry_lot = t.lot, entry_place = t.place
  FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[], %(lots)s::bigint[], %(places)s::bigint[])
       t (subject_id, record_ref, lot, place) WHERE r.subject_id = t.subject_id AND r.record_ref = t.record_ref
"""
OVERNIGHT = """
SELECT subject_id, record_ref::text FROM (
       (SELECT r.subject_id, r.record_ref FROM records_record r
         WHERE r.entry_lot IS NOT NULL AND r.public_until <= %(day)s LIMIT %(most)s)
       UNION ALL
       (SELECT r.subject_id, r.record_ref FROM records_record r
         WHERE r.entry_lot IS NULL AND r.audience = 'PUBLIC' AND r.hidden_for IS NULL AND r.public_from <= %(day)s
           AND r.public_until > %(day)s LIMIT %(most)s)
       UNION ALL
       (SELECT r.subject_id, r.record_ref FROM records_record r
         WHERE r.entry_lot IS NULL AND r.audience = 'PUBLIC' AND r.hidden_for IS NULL AND r.public_from <= %(day)s
           AND r.public_until IS NULL LIMIT %(most)s)) turned LIMIT %(most)s
"""
"""What the log shows and the day does not, or the other way round: ended or begun with the day, by no filing."""

KEPT = """
SELECT r.subject_id, r.record_ref::text, r.kind, r.recorded_on, f.on_day, r.decided_on,
       r.public_from IS NOT NULL OR h.known_from IS NOT NULL, coalesce(h.known_until, r.public_until), r.ended_on
  FROM records_record r JOIN records_filing f ON f.id = r.filing_id JOIN unnest(%(kinds)s::text[], %(days)s::date[])
       d (kind, day) ON d.kind = r.kind
  LEFT JOIN records_heldback h
    ON h.subject_id = r.subject_id AND h.record_ref = r.record_ref AND h.filing_id = r.filing_id
 WHERE (r.subject_id, r.record_ref) > (%(subject)s, %(record_ref)s::uuid)
   AND r.entry_lot IS NULL AND f.first_number IS NOT NULL
   AND least(r.ended_on, coalesce(h.known_until, r.public_until),
             CASE WHEN r.public_from IS NULL THEN r.recorded_on END) <= d.day
 ORDER BY r.subject_id, r.record_ref LIMIT %(most)s
"""
"""What may be due, and never less: which day counts is the law's to say."""

REFERENCES = "SELECT subject_id, record_ref::text FROM records_record"

FILINGS_OF = """
SELECT array_agg(DISTINCT j.filing_id) FROM records_journalline j
  JOIN unnest(%(subjects)s::bigint[], %(references)s::uuid[]) t (subject_id, record_ref) USING (subject_id, record_ref)
"""
ERASE = """
DELETE FROM records_record r USING unnest(%(subjects)s::bigint[], %(references)s::uuid[]) t (subject_id, record_ref)
 WHERE r.subject_id = t.subject_id AND r.record_ref = t.record_ref AND r.entry_lot IS NULL
RETURNING r.subject_id, r.record_ref::text, r.identity
"""
"""The database erases the history of a record with it, whole, and lets nothing else of history be erased."""

NOBODYS = """
UPDATE records_filing f SET kind = '', organ_code = '', actor = '' WHERE f.id = ANY(%s)
   AND NOT EXISTS (SELECT FROM records_journalline j WHERE j.filing_id = f.id)
"""
WITHOUT_RECORD = """
SELECT s.id FROM unnest(%s::bigint[]) s (id)
 WHERE NOT EXISTS (SELECT FROM records_record r WHERE r.subject_id = s.id)
"""


class Due(NamedTuple):
    """A record that may be past its retention, and what the law asks of it."""

    subject: int
    record_ref: str
    kept: Kept


class Erased(NamedTuple):
    """How many records, entries of the public log, and bodies of which nothing is recorded any more."""

    records: int
    entries: int
    bodies: int


def enter_changes(
    subjects: Sequence[int],
    references: Sequence[str],
    *,
    day: date,
    filing: int | None,
    codes: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Have the public log say what became of these records, as they now stand; in the transaction that changed them.

    `codes`, by reference: those under which documents were filed that the log does not show yet; else the body's own.
    """
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"day": day, "subjects": list(subjects), "references": list(references)})
        stands = [Stands(*row) for row in cursor.fetchall()]
        unknown = {row.subject for row in stands if row.lot is None and row.form and row.record_ref not in codes}
        own = {row.subject: row.code for row in described(unknown)} if unknown else {}
        named = {row.record_ref: own[row.subject] for row in stands if row.subject in own} | dict(codes)
        written = follow(stands, filing=filing, codes=named)
        names = ("subjects", "references", "lots", "places")
        if written:
            cursor.execute(ENTERED, dict(zip(names, map(list, zip(*written, strict=True)), strict=True)))


def turn_the_day(*, moment: Moment) -> int:
    """Have the public log say what ended and what began with the day; how many records. The gate never waits for it."""
    count = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(OVERNIGHT, {"day": moment.day, "most": OVERNIGHT_MOST})
            rows = cursor.fetchall()
            if not rows:
                return count
            enter_changes(*zip(*rows, strict=True), day=moment.day, filing=None)
            count += len(rows)


def entries_of(kind: str, documents: pl.DataFrame, *, catalogue: Catalogue, day: date) -> pl.DataFrame:
    """The entries of the public log that show new documents, as columns of their records; null: not shown today."""
    now = (pl.col("public_from") <= day) & (pl.col("public_until").is_null() | (pl.col("public_until") > day))
    is_public = catalogue.kinds[kind].audience is Audience.PUBLIC
    shown = documents.select(now.fill_null(value=False) & is_public).to_series()
    showing = documents.filter(shown)
    lot = enter_shown(showing, filing=int(showing["filing_id"][0])) if len(showing) else None
    place = pl.when(shown).then(shown.cum_sum().cast(pl.Int64) - 1)
    return documents.select(pl.when(shown).then(pl.lit(lot, pl.Int64)).alias("entry_lot"), place.alias("entry_place"))


def kept_since(kinds: Mapping[str, date], *, after: tuple[int, str] | None = None, most: int) -> list[Due]:
    """At most `most` records of these kinds that had ended, or were never shown, by the day of the kind.

    By subject and reference, after such a place.
    """
    subject, record_ref = after or (0, NOWHERE)
    asked: dict[str, Any] = {"kinds": list(kinds), "days": list(kinds.values()), "most": most}
    with connection.cursor() as cursor:
        cursor.execute(KEPT, asked | {"subject": subject, "record_ref": record_ref})
        return [Due(row[0], row[1], _as_kept(*row[2:])) for row in cursor.fetchall()]


def _as_kept(
    kind: str,
    recorded_on: date,
    changed_on: date,
    decided_on: date | None,
    has_period: bool,
    shown_until: date | None,
    withdrawn_on: date | None,
) -> Kept:
    return Kept(
        kind=kind,
        recorded_on=recorded_on,
        changed_on=changed_on,
        decided_on=decided_on,
        has_period=has_period,
        shown_until=shown_until,
        withdrawn_on=withdrawn_on,
    )


def every_reference() -> Iterator[tuple[int, str]]:
    """Every record that is held, subject and reference, flat in memory."""
    with transaction.atomic(), connection.connection.cursor(name="every_reference") as cursor:
        cursor.execute(REFERENCES)
        while rows := cursor.fetchmany(OVERNIGHT_MOST):
            yield from rows


@transaction.atomic
def erase(records: Sequence[tuple[int, str]]) -> Erased:
    """Erase records (subject, reference) with all that is kept of them here; what the log still shows is left alone.

    That they were held is remembered by a keyed digest alone. A body without any record goes with its last one. All of
    it, or nothing on any error. Raises KeyLost, NotNumbered.
    """
    asked = dict(zip(("subjects", "references"), map(list, zip(*records, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(FILINGS_OF, asked)
        (filings,) = cursor.fetchone()
        cursor.execute(ERASE, asked)
        gone = [(subject, record_ref, bytes(identity)) for subject, record_ref, identity in cursor.fetchall()]
        cursor.execute(NOBODYS, [filings or []])
        subjects = [subject for subject, _, _ in gone]
        codes = codes_of(subjects)
        remember((identity, code) for subject, _, identity in gone for code in codes.get(subject, ()))
        entries = erase_entries(subjects=subjects, references=[record_ref for _, record_ref, _ in gone])
        cursor.execute(WITHOUT_RECORD, [hold_still(subjects)])
        bodies = [row[0] for row in cursor.fetchall()]
    forget(bodies)
    return Erased(len(gone), entries, len(bodies))
