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

# The place is that of the last record read: (decided_on, record_ref) in the order of ORDER, where no day comes last.
ONWARD = f"""
SELECT r.subject_id, r.decided_on, r.record_ref, r.public_form FROM records_record r
 WHERE r.subject_id = ANY(%(subjects)s) AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
   AND (%(ref)s::uuid IS NULL OR r.decided_on < %(decided_on)s::date
        OR (r.decided_on IS NULL AND %(decided_on)s::date IS NOT NULL)
        OR (r.decided_on IS NOT DISTINCT FROM %(decided_on)s::date AND r.record_ref > %(ref)s::uuid))
   AND {SHOWN}
 ORDER BY {ORDER} LIMIT %(most)s
"""

ONE = f"""
SELECT r.public_form FROM records_record r
 WHERE r.subject_id = %(subject)s AND r.record_ref = %(record_ref)s AND {SHOWN}
"""

COUNTS = f"""
SELECT r.subject_id, r.kind, count(*) FROM records_record r
 WHERE r.subject_id = ANY(%(subjects)s) AND {SHOWN} GROUP BY r.subject_id, r.kind
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


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A record on its way out: of which subject, its place in the order (newest first), and its public form as JSON."""

    subject: int
    decided_on: date | None
    record_ref: UUID
    form: bytes


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


def shown_stream(*, on_date: date, after: int = 0) -> Iterator[pa.RecordBatch]:
    """Everything that is shown on that day, by subject, as Arrow batches of at most CHUNK rows; flat in memory."""
    with transaction.atomic(), connection.connection.cursor(name="shown_stream") as cursor:
        cursor.execute(STREAM, {"day": on_date, "after": after})
        while rows := cursor.fetchmany(CHUNK):
            columns = zip(*rows, strict=True)
            arrays = [pa.array(list(column), field.type) for column, field in zip(columns, STREAM_SCHEMA, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=STREAM_SCHEMA)
