"""The statements by which records are compared, corrected, withdrawn and numbered, and how columns are written."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import orjson
import polars as pl
from django.db import connection

from xinshu.bulk import copying
from xinshu.bulk.documents import normalised_number
from xinshu.bulk.listings import COLUMNS
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole

ACCEPTING: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
"""Of “accept” and a kind: who files records of it, or changes the terms by which they are derived, is one at a time."""

FILED_COLUMNS: Final = ("index bigint", "subject_id bigint", "identity bytea", "content_digest bytea")
COMPARE = """
SELECT f.index, r.record_ref::text, r.recorded_on, r.version, r.severity,
       coalesce(h.known_from, r.public_from), coalesce(h.known_until, r.public_until),
       r.ended IS NOT NULL,
       r.public_from IS NULL AND h.known_from IS NULL AND EXISTS (SELECT FROM records_journalline j
              WHERE j.subject_id = r.subject_id AND j.record_ref = r.record_ref AND j.public_from IS NOT NULL),
       h.filing_id IS NULL AND EXISTS (SELECT FROM records_recordversion v WHERE v.subject_id = r.subject_id
                AND v.record_ref = r.record_ref AND v.content_digest = f.content_digest)
  FROM filed f CROSS JOIN LATERAL (
       SELECT * FROM records_record k WHERE k.subject_id = f.subject_id AND k.identity = f.identity OFFSET 0) r
  LEFT JOIN records_heldback h
    ON h.subject_id = r.subject_id AND h.record_ref = r.record_ref AND h.filing_id = r.filing_id
"""
"""What is held back counts as not yet filed, and its period as that which it was last known to have.

One probe of an index for each document, however much is held: OFFSET 0 keeps the planner from reading the whole
table, which it would rather do until that is many times as large as a part."""
KNOWN: Final = {
    "index": pl.UInt32,
    "record_ref": pl.String,
    "recorded_on": pl.Date,
    "known_version": pl.Int32,
    "known_severity": pl.String,
    "known_from": pl.Date,
    "known_until": pl.Date,
    "has_ended": pl.Boolean,
    "was_shown": pl.Boolean,
    "is_equal": pl.Boolean,
}

HOLD = """
SELECT f.index, r.ended IS NOT NULL FROM filed f JOIN records_record r USING (subject_id, identity)
 WHERE f.index = ANY(%s) FOR NO KEY UPDATE OF r
"""
"""What will be corrected is held until the commit, and asked again whether it has been withdrawn meanwhile."""

REPAIRED = """
SELECT q.subject, r.document_number, r.organ_code, r.decided_on, v.content
  FROM unnest(%(subjects)s::bigint[]) q (subject)
 CROSS JOIN LATERAL (
       SELECT * FROM records_record k WHERE k.subject_id = q.subject AND k.public_until IS NULL
          AND k.ended = 'REPAIRED' AND k.kind = %(kind)s OFFSET 0) r
  JOIN records_recordversion v ON v.subject_id = q.subject AND v.record_ref = r.record_ref AND v.version = r.version
"""
"""One probe of the index of the gate for each body, as in COMPARE."""

LISTING: Final = (*COLUMNS, "served_on")
CHANGED: Final = (
    "organ_code",
    "document_number",
    "decided_on",
    "severity",
    "question",
    "public_from",
    "public_until",
    "repair_from",
    "public_form",
    "edition",
    "version",
    "filing_id",
    *LISTING,
)
"""The columns of a record that a correction may change."""

TYPES: Final = (
    *("varchar", "varchar", "date", "varchar", "boolean", "date", "date", "date", "text", "bytea", "int", "bigint"),
    *("varchar", *("date",) * (len(LISTING) - 1)),
)
CORRECT = f"""
WITH done AS (
    UPDATE records_record r SET {", ".join(f"{name} = c.{name}" for name in CHANGED)},
           masked_form = CASE WHEN r.masked_for IS NOT NULL AND c.public_form IS NOT NULL THEN '' END
      FROM corrected c WHERE r.subject_id = c.subject_id AND r.record_ref = c.record_ref
 RETURNING r.subject_id, r.record_ref, r.masked_for, CASE WHEN r.masked_for IS NOT NULL THEN r.public_form END AS form,
           r.statement
) SELECT subject_id, record_ref, masked_for, form, statement FROM done WHERE form IS NOT NULL
"""
"""Answers with the masked records among them, whose masked form is to be made again (until then it is none at all)."""

MASK_AGAIN = "UPDATE records_record SET masked_form = %s WHERE subject_id = %s AND record_ref = %s"

FILE = """
INSERT INTO records_filing (batch, part, kind, organ_code, actor, on_day, at, lines, withdraws)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""

ADD_SOURCES = """
INSERT INTO records_recordsource (subject_id, record_ref, source_code, source_name, batch, recorded_at)
SELECT s.subject_id, s.record_ref, s.source_code, min(s.source_name), %s, %s FROM brought s
 WHERE NOT EXISTS (SELECT FROM records_recordversion v WHERE v.subject_id = s.subject_id
                    AND v.record_ref = s.record_ref AND v.source_code = s.source_code OFFSET 0)
 GROUP BY s.subject_id, s.record_ref, s.source_code
ON CONFLICT DO NOTHING
"""
"""One probe for each, as in COMPARE: a join was planned without statistics after a first load, and took for ever."""

NUMBER = """
WITH waiting AS (
    SELECT id, lines, sum(lines) OVER (ORDER BY withdraws DESC, id) - lines AS before
      FROM records_filing WHERE first_number IS NULL AND (withdraws OR NOT %(endings_only)s)
), last AS (SELECT coalesce(max(first_number + lines - 1), 0) AS number FROM (
    SELECT first_number, lines FROM records_filing WHERE first_number IS NOT NULL ORDER BY first_number DESC LIMIT 1) l)
UPDATE records_filing f SET first_number = last.number + 1 + w.before, numbered_at = %(at)s
  FROM waiting w, last WHERE f.id = w.id RETURNING f.id
"""

OWN = """
SELECT r.subject_id, r.version, r.severity, r.edition, r.kind FROM records_record r
 WHERE r.subject_id = ANY(%(subjects)s) AND r.record_ref = %(record_ref)s AND r.ended IS NULL
   AND (r.organ_code = %(organ)s OR EXISTS (SELECT FROM records_journalline j
         WHERE j.subject_id = r.subject_id AND j.record_ref = r.record_ref AND j.organ_code = %(organ)s))
   FOR UPDATE
"""
WITHDRAW = """
UPDATE records_record SET ended_form = CASE WHEN %(ended)s = 'REPAIRED' THEN public_form END, ended = %(ended)s,
       ended_on = %(day)s, public_from = NULL, public_until = NULL,
       repair_from = NULL, public_form = NULL, masked_form = NULL, hidden_for = NULL,
       masked_for = CASE WHEN %(ended)s = 'REPAIRED' THEN masked_for END,
       statement = NULL,
       filing_id = %(filing)s
 WHERE subject_id = %(subject)s AND record_ref = %(record_ref)s
"""
WITHDRAWN_LINE = """
INSERT INTO records_journalline (filing_id, place, subject_id, record_ref, change, version, on_day, at, actor,
                                 organ_code, severity, reasons, words, edition)
VALUES (%(filing)s, 0, %(subject)s, %(record_ref)s, %(ended)s, %(version)s, %(day)s, %(at)s, %(actor)s,
        %(organ)s, %(severity)s, %(reasons)s, %(words)s, %(edition)s)
"""


def repaired_before(documents: pl.DataFrame, known: pl.DataFrame, kind: str, catalogue: Catalogue) -> pl.DataFrame:
    """Those of these documents that are not known by themselves, and were repaired by another name (KNOWN).

    One number and day of decision about one body are one document, whichever organ says that it decided; a document
    without an item is the whole of it. Columns `index`, `subject`, `organ_code`, `document_number`, `decided_on`,
    `content`.
    """
    new = documents.join(known, on="index", how="anti")
    with connection.cursor() as cursor:
        cursor.execute(REPAIRED, {"subjects": new["subject"].unique().to_list(), "kind": kind})
        rows = cursor.fetchall()
    if not rows:
        return pl.DataFrame(schema=KNOWN)
    item = next((name for name, rule in catalogue.kinds[kind].fields.items() if rule.role is FieldRole.ITEM), "")
    gone: dict[tuple[int, str], list[tuple[str, date | None, str]]] = {}
    for subject, number, organ, decided_on, content in rows:
        key = subject, pl.select(normalised_number(pl.lit(number))).item()
        gone.setdefault(key, []).append((organ, decided_on, _item_of(content, item)))
    compared = normalised_number(pl.col("document_number"))
    asked = new.select("index", "subject", compared, "organ_code", "decided_on", "content").iter_rows()
    again = pl.Series("index", [index for index, *said in asked if _is_again(gone, item, *said)], KNOWN["index"])
    nothing = [pl.lit(None, KNOWN[name]).alias(name) for name in KNOWN if name != "index"]
    return again.to_frame().with_columns(nothing).with_columns(has_ended=pl.lit(value=True)).select(*KNOWN)


def _is_again(
    gone: Mapping[tuple[int, str], Sequence[tuple[str, date | None, str]]],
    item: str,
    subject: int,
    number: str,
    organ: str,
    decided_on: date | None,
    content: str,
) -> bool:
    return any(
        not (named and _item_of(content, item)) if other == organ else day == decided_on
        for other, day, named in gone.get((subject, number), ())
    )


def _item_of(content: str, item: str) -> str:
    return "".join(str(orjson.loads(content).get(item, "")).split())


def add_sources(unchanged: pl.DataFrame, *, batch: UUID, at: datetime) -> None:
    """A document that says nothing new, from a system that had not brought it yet: its record has one source more."""
    named = unchanged.filter(pl.col("source_code").is_not_null())
    if named.is_empty():
        return
    brought = named.select(
        pl.col("subject").alias("subject_id"), copying.as_uuid("record_ref"), "source_code", "source_name"
    )
    into_temporary(
        "brought", ["subject_id bigint", "record_ref uuid", "source_code varchar", "source_name varchar"], brought
    )
    with connection.cursor() as cursor:
        cursor.execute(ADD_SOURCES, [batch, at])
        cursor.execute("DROP TABLE brought")


def copy_into(table: str, frame: pl.DataFrame) -> None:
    """Append the rows of a frame, whose types are the table's own (see `bulk.copying`)."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        copying.copy_into(cursor.cursor, table, frame)


def into_temporary(table: str, columns: Sequence[str], frame: pl.DataFrame) -> None:
    """Fill a temporary table that lasts as long as the transaction; `columns` are its definitions, in frame order."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} ({', '.join(columns)}) ON COMMIT DROP")
    copy_into(table, frame)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")
