"""What is shown: the gate in its three forms, one subject, a page, and an Arrow stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
from django.db import connection, transaction

from xinshu.register.access.prepared import prepared
from xinshu.register.records.gate import SHOWN

ORDER = "r.decided_on DESC NULLS LAST, r.record_ref"

OF_SUBJECT = f"""
SELECT COALESCE('[' || string_agg(r.public_form, ',' ORDER BY {ORDER}) || ']', '[]')
  FROM records_record r WHERE r.subject_id = %(subject)s AND {SHOWN}
"""

PAGE = f"""
SELECT r.kind, r.public_form, count(*) OVER () FROM records_record r
 WHERE r.subject_id = %(subject)s AND (%(kind)s::text IS NULL OR r.kind = %(kind)s) AND {SHOWN}
 ORDER BY {ORDER} LIMIT %(most)s OFFSET %(skip)s
"""

ONE = f"""
SELECT r.public_form FROM records_record r
 WHERE r.subject_id = %(subject)s AND r.record_ref = %(record_ref)s AND {SHOWN}
"""

COUNTS = f"""
SELECT r.subject_id, r.kind, count(*) FROM records_record r
 WHERE r.subject_id = ANY(%(subjects)s) AND {SHOWN} GROUP BY r.subject_id, r.kind
"""

TALLY = f"""
SELECT r.kind, r.organ_code, coalesce(i.industry, ''), count(*),
       CASE WHEN r.decided_on BETWEEN %(first)s AND %(day)s THEN to_char(r.decided_on, 'YYYY-MM') ELSE '' END AS month
  FROM records_record r LEFT JOIN (
       SELECT DISTINCT ON (r.subject_id) r.subject_id AS body, r.public_form::json -> 'fields' ->> %(field)s AS industry
         FROM records_record r WHERE r.kind = %(registration)s AND {SHOWN}
        ORDER BY r.subject_id, {ORDER}) i ON i.body = r.subject_id
 WHERE {SHOWN} GROUP BY r.kind, r.organ_code, i.industry, month
"""

DELIVERIES = """
SELECT f.kind, f.organ_code, max(f.on_day) FROM records_filing f
 WHERE f.first_number IS NOT NULL AND NOT f.withdraws GROUP BY f.kind, f.organ_code ORDER BY f.kind, f.organ_code
"""
LAST_NUMBER = """
SELECT coalesce(max(f.first_number + f.lines - 1), 0) FROM records_filing f WHERE f.first_number IS NOT NULL
"""

STREAM = f"""
SELECT r.subject_id, r.record_ref::text, r.kind, r.public_from, r.public_until, r.public_form
  FROM records_record r WHERE r.subject_id > %(after)s AND {SHOWN} ORDER BY r.subject_id, r.record_ref
"""

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

CHUNK = 20_000
"""Rows of a stream that are in memory at once."""


def shown_json(*, subject: int, on_date: date) -> str:
    """All that is shown of one subject on that day, newest first, as one JSON array of public forms."""
    (row,) = prepared(OF_SUBJECT, {"subject": subject, "day": on_date})
    return str(row[0])


def shown_page(
    *, subject: int, on_date: date, kind: str | None = None, most: int = 50, skip: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """One page of what is shown of a subject (of one kind, if given), newest first, and how many there are in all."""
    values: dict[str, Any] = {"subject": subject, "day": on_date, "kind": kind, "most": most, "skip": skip}
    with connection.cursor() as cursor:
        cursor.execute(PAGE, values)
        rows = cursor.fetchall()
    return [orjson.loads(form) for _, form, _ in rows], rows[0][2] if rows else 0


def shown_record(*, subject: int, record_ref: UUID, on_date: date) -> dict[str, Any] | None:
    """One record of that subject, if it is shown on that day. Ended and never there are the same None."""
    with connection.cursor() as cursor:
        cursor.execute(ONE, {"subject": subject, "record_ref": record_ref, "day": on_date})
        row = cursor.fetchone()
    form: dict[str, Any] | None = None if row is None else orjson.loads(row[0])
    return form


def shown_counts(*, subjects: Iterable[int], on_date: date) -> dict[int, dict[str, int]]:
    """How many records of each kind are shown of each of these subjects; subjects with none are left out."""
    counts: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"subjects": list(subjects), "day": on_date})
        for subject, kind, count in cursor.fetchall():
            counts.setdefault(subject, {})[kind] = count
    return counts


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


def last_number() -> int:
    """The number of the journal's last numbered line; 0 before the first."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_NUMBER)
        return int(cursor.fetchone()[0])


def shown_stream(*, on_date: date, after: int = 0) -> Iterator[pa.RecordBatch]:
    """Everything that is shown on that day, by subject, as Arrow batches of at most CHUNK rows; flat in memory."""
    with transaction.atomic(), connection.connection.cursor(name="shown_stream") as cursor:
        cursor.execute(STREAM, {"day": on_date, "after": after})
        while rows := cursor.fetchmany(CHUNK):
            columns = zip(*rows, strict=True)
            arrays = [pa.array(list(column), field.type) for column, field in zip(columns, STREAM_SCHEMA, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=STREAM_SCHEMA)
