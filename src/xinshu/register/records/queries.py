"""What is shown: the gate in its three forms, one subject, a page, and an Arrow stream."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
from django.db import connection, transaction

from xinshu.register.access.prepared import prepared
from xinshu.register.records.gate import FORM, SHOWN

ORDER = "r.decided_on DESC NULLS LAST, r.record_ref"

OF_SUBJECT = f"""
SELECT COALESCE('[' || string_agg({FORM}, ',' ORDER BY {ORDER}) || ']', '[]')
  FROM records_record r WHERE r.subject_id = %(subject)s AND {SHOWN}
"""

ALREADY = "r.public_from <= %(as_of)s"
"""Of what is shown, what was shown on that earlier day already (Decision 3: what has ended since is no longer told)."""

PAGE = f"""
SELECT r.kind, {FORM}, count(*) OVER () FROM records_record r
 WHERE r.subject_id = %(subject)s AND (%(kind)s::text IS NULL OR r.kind = %(kind)s) AND {SHOWN} AND {ALREADY}
 ORDER BY {ORDER} LIMIT %(most)s OFFSET %(skip)s
"""

NEWEST = f"""
SELECT n.form FROM (
       SELECT r.kind, {FORM} AS form, row_number() OVER (PARTITION BY r.kind ORDER BY {ORDER}) AS place
         FROM records_record r WHERE r.subject_id = %(subject)s AND {SHOWN} AND {ALREADY}) n
 WHERE n.place <= %(most)s ORDER BY n.kind, n.place
"""

# The place is that of the last record read: (decided_on, record_ref) in the order of ORDER, where no day comes last.
ONWARD = f"""
SELECT r.subject_id, r.decided_on, r.record_ref, {FORM} FROM records_record r
 WHERE r.subject_id = ANY(%(subjects)s) AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
   AND (%(ref)s::uuid IS NULL OR r.decided_on < %(decided_on)s::date
        OR (r.decided_on IS NULL AND %(decided_on)s::date IS NOT NULL)
        OR (r.decided_on IS NOT DISTINCT FROM %(decided_on)s::date AND r.record_ref > %(ref)s::uuid))
   AND {SHOWN}
 ORDER BY {ORDER} LIMIT %(most)s
"""

ONE = f"""
SELECT {FORM}, r.entry_lot, r.entry_place FROM records_record r
 WHERE r.subject_id = %(subject)s AND r.record_ref = %(record_ref)s AND {SHOWN}
"""

MANY = f"""
SELECT r.subject_id, r.record_ref, {FORM}, r.entry_lot, r.entry_place
  FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[]) q (subject_id, record_ref)
  JOIN records_record r ON r.subject_id = q.subject_id AND r.record_ref = q.record_ref WHERE {SHOWN}
"""

COUNTS = f"""
SELECT r.subject_id, r.kind, count(*) FROM records_record r
 WHERE r.subject_id = ANY(%(subjects)s) AND {SHOWN} AND {ALREADY} GROUP BY r.subject_id, r.kind
"""

SINCE = f"""
SELECT r.subject_id, min(r.decided_on),
       min(({FORM})::jsonb #>> '{{fields,ESTABLISHED_ON}}') FILTER (WHERE r.kind = ANY(%(kinds)s))
  FROM records_record r WHERE r.subject_id = ANY(%(subjects)s) AND {SHOWN} GROUP BY r.subject_id
"""

TALLY = f"""
SELECT g.kind, g.organ_code, coalesce(g.industry, ''), count(*), g.month FROM (
       SELECT r.kind, r.organ_code, CASE WHEN r.decided_on BETWEEN %(first)s AND %(day)s
                   THEN to_char(r.decided_on, 'YYYY-MM') ELSE '' END AS month,
              first_value(CASE WHEN r.kind = %(registration)s THEN ({FORM})::json -> 'fields' ->> %(field)s END)
                   OVER (PARTITION BY r.subject_id ORDER BY (r.kind = %(registration)s) DESC, {ORDER}) AS industry
         FROM records_record r WHERE {SHOWN}) g
 GROUP BY g.kind, g.organ_code, g.industry, g.month
"""
"""One pass and one sort. Danger: a join with the registrations instead was planned before any statistics were there,
and read them all again for each record."""

DELIVERIES = """
SELECT f.kind, f.organ_code, max(f.on_day) FROM records_filing f
 WHERE f.first_number IS NOT NULL AND NOT f.withdraws AND f.kind <> ''
 GROUP BY f.kind, f.organ_code ORDER BY f.kind, f.organ_code
"""

STREAM = f"""
SELECT r.subject_id, r.record_ref::text, r.kind, r.public_from, r.public_until, {FORM}
  FROM records_record r WHERE r.subject_id > %(after)s
   AND (%(kinds)s::text[] IS NULL OR r.kind = ANY(%(kinds)s::text[])) AND {SHOWN} ORDER BY r.subject_id, r.record_ref
"""

BY_ENTRY = f"""
SELECT r.entry_lot, r.entry_place, {FORM}
  FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[], %(lots)s::bigint[], %(places)s::bigint[])
       t (subject_id, record_ref, lot, place)
  JOIN records_record r USING (subject_id, record_ref)
 WHERE r.entry_lot = t.lot AND r.entry_place = t.place AND r.kind = ANY(%(kinds)s) AND {SHOWN}
"""

WITH_ENTRIES = f"""
SELECT r.entry_lot, r.entry_place, {FORM} FROM records_record r
 WHERE r.entry_lot IS NOT NULL AND r.kind = ANY(%(kinds)s) AND {SHOWN}
"""

AS_MANY = f"""
SELECT count(*) FROM (
    SELECT FROM records_record r WHERE r.kind = ANY(%(kinds)s) AND {SHOWN} LIMIT %(most)s) shown
"""

FACTS = f"""
SELECT r.subject_id, r.record_ref::text, r.kind, f.form ->> 'severity', r.decided_on, r.public_until,
       (SELECT jsonb_object_agg(n, f.form -> 'fields' -> n) FROM unnest(%(fields)s::text[]) n
         WHERE f.form -> 'fields' -> n IS NOT NULL)::text,
       r.masked_for, f.form ->> 'document_number', f.form #>> '{{organ,code}}', f.form #>> '{{organ,name}}',
       (f.form ->> 'repair_from')::date
  FROM unnest(string_to_array(%(subjects)s, ',')::bigint[]) q (subject)
  JOIN records_record r ON r.subject_id = q.subject CROSS JOIN LATERAL (SELECT ({FORM})::jsonb AS form OFFSET 0) f
 WHERE r.kind = ANY(%(kinds)s::text[]) AND {SHOWN}
"""

LOG_STATE = """
SELECT COALESCE(last.first_number + last.lines - 1, 0), last.batch, last.part, unnumbered.ids
  FROM (SELECT array_agg(id ORDER BY id) AS ids FROM records_filing WHERE first_number IS NULL) unnumbered
  LEFT JOIN (SELECT first_number, lines, batch, part FROM records_filing
              WHERE first_number IS NOT NULL ORDER BY first_number DESC LIMIT 1) last ON true
"""
"""Where the journal stands. It names no record: filings are transactions, and of them only the last and the waiting."""

STREAM_SCHEMA = pa.schema(
    [
        ("subject", pa.int64()),
        ("record_ref", pa.string()),
        ("kind", pa.string()),
        ("public_from", pa.date32()),
        ("public_until", pa.date32()),
        ("public_form", pa.string()),
    ]
)

TEXTS = ("document_number", "organ_code", "organ_name")
FACT_COLUMNS = {
    **{"subject": pl.Int64, "record_ref": pl.String, "kind": pl.String, "severity": pl.String},
    **{"decided_on": pl.Date, "public_until": pl.Date, "said": pl.String, "marks": pl.String},
    **dict.fromkeys(TEXTS, pl.String),
    "repair_from": pl.Date,
}

CHUNK = 20_000
"""Rows of a stream that are in memory at once."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A record on its way out: of which subject, its place in the order (newest first), and its public form as JSON."""

    subject: int
    decided_on: date | None
    record_ref: UUID
    form: bytes


class LogState(NamedTuple):
    """Where the journal stands: the number of its last line, and a mark that differs whenever a record changed.

    The number alone does not tell: a withdrawal hides its record as soon as it is committed, a moment before it is
    numbered; and a store put back from a backup gives numbers anew. The mark is of the last numbered filing and of
    those that wait; 16 hexadecimal digits.
    """

    number: int
    mark: str


def log_state() -> LogState:
    """Where the journal stands now. Two equal answers: between them no record changed, whatever day it was."""
    with connection.cursor() as cursor:
        cursor.execute(LOG_STATE)
        number, batch, part, waiting = cursor.fetchone()
    told = f"{number} {batch} {part} {waiting or []}"
    return LogState(int(number), hashlib.sha256(told.encode()).hexdigest()[:16])


def shown_json(*, subject: int, on_date: date) -> str:
    """All that is shown of one subject on that day, newest first, as one JSON array of public forms."""
    (row,) = prepared(OF_SUBJECT, {"subject": subject, "day": on_date})
    return str(row[0])


def shown_page(
    *, subject: int, on_date: date, as_of: date | None = None, kind: str | None = None, most: int = 50, skip: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """One page of what is shown of a subject (of one kind, if given), newest first, and how many there are in all.

    `as_of`: of these, what was shown on that earlier day already.
    """
    values: dict[str, Any] = {"subject": subject, "day": on_date, "kind": kind, "most": most, "skip": skip}
    values["as_of"] = as_of or on_date
    with connection.cursor() as cursor:
        cursor.execute(PAGE, values)
        rows = cursor.fetchall()
    return [orjson.loads(form) for _, form, _ in rows], rows[0][2] if rows else 0


def shown_newest(*, subject: int, on_date: date, as_of: date | None = None, most: int) -> list[dict[str, Any]]:
    """The newest of each kind of what is shown of a subject, at most `most` of a kind, kind by kind."""
    values: dict[str, Any] = {"subject": subject, "day": on_date, "as_of": as_of or on_date, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, values)
        return [orjson.loads(row[0]) for row in cursor.fetchall()]


def shown_onward(
    *,
    subjects: Iterable[int],
    on_date: date,
    most: int,
    kind: str | None = None,
    after: tuple[date | None, UUID] | None = None,
) -> list[ShownRow]:
    """At most `most` records shown of these subjects (of one kind, if given), newest first, beyond the place `after`.

    The place need not be that of a record that is shown, or ever was.
    """
    day, ref = after or (None, None)
    values: dict[str, Any] = {"subjects": list(subjects), "day": on_date, "kind": kind, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(ONWARD, values | {"decided_on": day, "ref": ref})
        return [ShownRow(subject, decided, ref, form.encode()) for subject, decided, ref, form in cursor.fetchall()]


def shown_record(*, subject: int, record_ref: UUID, on_date: date) -> dict[str, Any] | None:
    """One record of that subject, if it is shown on that day. Ended and never there are the same None."""
    found = shown_entry(subject=subject, record_ref=record_ref, on_date=on_date)
    return None if found is None else found[0]


def shown_entry(
    *, subject: int, record_ref: UUID, on_date: date
) -> tuple[dict[str, Any], tuple[int, int] | None] | None:
    """The same, with lot and place of the entry of the public log that shows it; None before the log knows of it."""
    with connection.cursor() as cursor:
        cursor.execute(ONE, {"subject": subject, "record_ref": record_ref, "day": on_date})
        row = cursor.fetchone()
    return None if row is None else (orjson.loads(row[0]), None if row[1] is None else (row[1], row[2]))


class ShownEntry(NamedTuple):
    """A record that is shown: its public form as JSON, and the entry of the log that shows it, once it has one."""

    form: str
    entry: tuple[int, int] | None


def shown_many(*, references: Sequence[tuple[int, UUID]], on_date: date) -> dict[tuple[int, UUID], ShownEntry]:
    """Of these records (subject, reference) those that are shown on that day; ended and never there are missing."""
    asked: dict[str, Any] = {
        "subjects": [one for one, _ in references],
        "references": [one for _, one in references],
        "day": on_date,
    }
    with connection.cursor() as cursor:
        cursor.execute(MANY, asked)
        return {
            (subject, reference): ShownEntry(form, None if lot is None else (lot, place))
            for subject, reference, form, lot, place in cursor.fetchall()
        }


def shown_counts(*, subjects: Iterable[int], on_date: date, as_of: date | None = None) -> dict[int, dict[str, int]]:
    """How many records of each kind are shown of each of these subjects; subjects with none are left out."""
    counts: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"subjects": list(subjects), "day": on_date, "as_of": as_of or on_date})
        for subject, kind, count in cursor.fetchall():
            counts.setdefault(subject, {})[kind] = count
    return counts


def shown_since(
    *, subjects: Iterable[int], registrations: Iterable[str], on_date: date
) -> dict[int, tuple[date | None, date | None]]:
    """Of each of these subjects the day of the oldest decision that is shown, and the day of its establishment.

    The latter is what a shown registration says (a record of the kinds `registrations`); None where none says it.
    """
    asked: dict[str, Any] = {"subjects": list(subjects), "kinds": list(registrations), "day": on_date}
    with connection.cursor() as cursor:
        cursor.execute(SINCE, asked)
        return {
            subject: (decided_on, None if established is None else date.fromisoformat(established))
            for subject, decided_on, established in cursor.fetchall()
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """So many records are shown of a kind, deciding organ, section of industry and month (YYYY-MM) of decision.

    `industry` is empty where the body's registration does not show one, `month` for what is older or has no day.
    """

    kind: str
    organ_code: str
    industry: str
    count: int
    month: str


def shown_tally(*, on_date: date, first: date, registration: str, field: str) -> tuple[Tally, ...]:
    """What is shown on that day, counted in one pass; months from `first` on.

    A body's industry is what the newest shown record of the kind `registration` says of it in `field`.
    """
    values: dict[str, Any] = {"day": on_date, "first": first, "registration": registration, "field": field}
    with connection.cursor() as cursor:
        cursor.execute(TALLY, values)
        return tuple(Tally(*row) for row in cursor.fetchall())


def deliveries() -> tuple[tuple[str, str, date], ...]:
    """Of each kind and organ that filed it (its code) the last day on which a numbered filing came in."""
    with connection.cursor() as cursor:
        cursor.execute(DELIVERIES)
        return tuple(cursor.fetchall())


class Entered(NamedTuple):
    """A record as it is shown, and lot and place of the entry of the public log that shows it."""

    lot: int
    place: int
    form: str


def shown_by_entry(
    entries: Iterable[tuple[int, UUID, int, int]], *, kinds: Sequence[str], on_date: date
) -> list[Entered]:
    """Of these (subject, reference, lot, place) the records of these kinds that are shown, by that very entry."""
    columns = [list(column) for column in zip(*entries, strict=True)] or [[], [], [], []]
    names = ("subjects", "references", "lots", "places")
    values: dict[str, Any] = dict(zip(names, columns, strict=True)) | {"kinds": list(kinds), "day": on_date}
    with connection.cursor() as cursor:
        cursor.execute(BY_ENTRY, values)
        return [Entered(*row) for row in cursor.fetchall()]


def shown_with_entries(*, kinds: Sequence[str], on_date: date) -> Iterator[list[Entered]]:
    """All of these kinds that is shown and entered in the public log, in no order, CHUNK rows at a time.

    Within the caller's transaction, so that it may read more of the same instant.
    """
    with connection.connection.cursor(name="shown_with_entries") as cursor:
        cursor.execute(WITH_ENTRIES, {"kinds": list(kinds), "day": on_date})
        while rows := cursor.fetchmany(CHUNK):
            yield [Entered(*row) for row in rows]


def shown_facts(subjects: pl.Series, *, kinds: Iterable[str], fields: Iterable[str], on_date: date) -> pl.DataFrame:
    """By columns what is shown of these (distinct) subjects and kinds on that day: FACT_COLUMNS. One statement.

    `said`: of its public form these fields, as JSON; `marks`: their names, with commas between them.
    """
    values = {"subjects": ",".join(map(str, subjects)), "kinds": list(kinds), "fields": list(fields), "day": on_date}
    statement = f"COPY ({FACTS}) TO STDOUT (FORMAT csv)"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.cursor.copy(statement, values) as told:
        said = b"".join(told)
    return pl.read_csv(said, has_header=False, schema=FACT_COLUMNS) if said else pl.DataFrame(schema=FACT_COLUMNS)


def shown_as_many(*, kinds: Sequence[str], on_date: date, most: int) -> int:
    """How many records of these kinds are shown on that day, counted up to `most`."""
    with connection.cursor() as cursor:
        cursor.execute(AS_MANY, {"kinds": list(kinds), "day": on_date, "most": most})
        return int(cursor.fetchone()[0])


def shown_stream(*, on_date: date, after: int = 0, kinds: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """All that is shown on that day (of these kinds, if given), by subject, as Arrow batches of at most CHUNK rows.

    Flat in memory; one statement, so that all of it is of one instant.
    """
    values = {"day": on_date, "after": after, "kinds": None if kinds is None else list(kinds)}
    with transaction.atomic(), connection.connection.cursor(name="shown_stream") as cursor:
        cursor.execute(STREAM, values)
        while rows := cursor.fetchmany(CHUNK):
            columns = zip(*rows, strict=True)
            arrays = [pa.array(list(column), field.type) for column, field in zip(columns, STREAM_SCHEMA, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=STREAM_SCHEMA)
