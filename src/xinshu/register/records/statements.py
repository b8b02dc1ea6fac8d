"""The statements by which records are compared, corrected, withdrawn and numbered, and how columns are written."""

from collections.abc import Sequence
from typing import Final

import polars as pl
from django.db import connection

from xinshu.bulk import copying

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
)
"""The columns of a record that a correction may change."""

TYPES: Final = (
    *("varchar", "varchar", "date", "varchar", "boolean", "date", "date", "date", "text", "bytea", "int", "bigint"),
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
