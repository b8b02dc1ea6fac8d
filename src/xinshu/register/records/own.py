"""What an organ itself reads of what it filed; for its own staff and systems, never for the public."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from django.db import connection, transaction

CHUNK: Final = 20_000

FILED_BY = """
SELECT r.identity, v.content_digest, r.document_number
  FROM records_filing f
  JOIN records_journalline j ON j.filing_id = f.id
  JOIN records_record r ON r.subject_id = j.subject_id AND r.record_ref = j.record_ref
  JOIN records_recordversion v ON v.subject_id = r.subject_id AND v.record_ref = r.record_ref AND v.version = r.version
 WHERE f.organ_code = %(organ)s AND f.kind = %(kind)s AND f.on_day >= %(first)s AND f.on_day < %(until)s
   AND j.change = 'ACCEPTED' AND r.ended IS NULL
 ORDER BY r.document_number, r.record_ref
"""

OWN_RECORDS = """
SELECT r.subject_id, r.record_ref, r.kind, r.document_number, r.decided_on, r.public_from, r.public_until
  FROM records_record r
 WHERE r.subject_id = ANY(%(subjects)s) AND r.organ_code = %(organ)s AND r.document_number = %(number)s
   AND r.ended IS NULL
 ORDER BY r.recorded_at DESC, r.record_ref LIMIT 50
"""


def filed_by(*, organ: str, kind: str, first: date, until: date) -> Iterator[tuple[bytes, bytes, str]]:
    """For the organ itself: what it filed of a kind from a day until a day and has not withdrawn, by number.

    Of each document: the digest of its key, that of its present content, and its number.
    """
    values = {"organ": organ, "kind": kind, "first": first, "until": until}
    with transaction.atomic(), connection.connection.cursor(name="filed_by") as cursor:
        cursor.execute(FILED_BY, values)
        while rows := cursor.fetchmany(CHUNK):
            yield from ((bytes(identity), bytes(content), number) for identity, content, number in rows)


def own_records(*, organ: str, subjects: Iterable[int], document_number: str) -> list[dict[str, Any]]:
    """For the organ itself: its records of these bodies and that number which have not ended, at most 50."""
    with connection.cursor() as cursor:
        cursor.execute(OWN_RECORDS, {"organ": organ, "subjects": list(subjects), "number": document_number})
        names = ("subject", "record_ref", "kind", "document_number", "decided_on", "public_from", "public_until")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
