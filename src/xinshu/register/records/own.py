"""What is read behind the gate, never by the public: an organ's own filings, and the whole past of a body."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from xinshu.register.records.gate import SHOWN
from xinshu.register.records.models import NoticeDue

CHUNK: Final = 20_000

# A decision cannot be filed before its day, so no filing from before the month can hold one of it.
FILED_BY = """
SELECT r.subject_id, r.identity, v.content_digest, r.document_number, r.organ_code
  FROM records_filing f
  JOIN records_journalline j ON j.filing_id = f.id
  JOIN records_record r ON r.subject_id = j.subject_id AND r.record_ref = j.record_ref
  JOIN records_recordversion v ON v.subject_id = r.subject_id AND v.record_ref = r.record_ref AND v.version = r.version
 WHERE f.organ_code = %(organ)s AND f.kind = %(kind)s AND f.on_day >= %(first)s
   AND r.decided_on >= %(first)s AND r.decided_on < %(until)s
   AND j.change = 'ACCEPTED' AND r.ended IS NULL
 ORDER BY r.document_number, r.record_ref
"""

HELD_OF = """
SELECT w.place, v.content_digest, r.ended IS NOT NULL
  FROM unnest(%(places)s::int[], %(subjects)s::bigint[], %(identities)s::bytea[]) AS w (place, subject, identity)
  JOIN records_record r ON r.subject_id = w.subject AND r.identity = w.identity
  JOIN records_recordversion v ON v.subject_id = r.subject_id AND v.record_ref = r.record_ref AND v.version = r.version
 WHERE r.organ_code = %(organ)s
    OR EXISTS (SELECT FROM records_journalline j WHERE j.subject_id = r.subject_id
                AND j.record_ref = r.record_ref AND j.organ_code = %(organ)s)
    OR EXISTS (SELECT FROM records_recordsource s WHERE s.subject_id = r.subject_id
                AND s.record_ref = r.record_ref AND s.source_code = %(organ)s)
"""

OWN_RECORDS = """
SELECT r.subject_id, r.record_ref, r.kind, r.document_number, r.decided_on, r.public_from, r.public_until
  FROM records_record r
 WHERE r.subject_id = ANY(%(subjects)s) AND r.organ_code = %(organ)s AND r.ended IS NULL
   AND (r.document_number = %(number)s OR r.record_ref = %(record_ref)s)
 ORDER BY r.recorded_at DESC, r.record_ref LIMIT 50
"""

FILED_IN = """
SELECT t.*, count(*) OVER ()
  FROM (SELECT DISTINCT r.subject_id, r.record_ref, r.kind, r.document_number, r.decided_on, r.public_from,
               r.public_until
          FROM records_filing f
          JOIN records_journalline j ON j.filing_id = f.id
          JOIN records_record r ON r.subject_id = j.subject_id AND r.record_ref = j.record_ref
         WHERE f.batch = %(batch)s AND j.change IN ('ACCEPTED', 'CORRECTED') AND r.ended IS NULL) t
 ORDER BY t.document_number, t.record_ref LIMIT %(most)s OFFSET %(skip)s
"""

OWN_COLUMNS: Final = ("subject", "record_ref", "kind", "document_number", "decided_on", "public_from", "public_until")

PAST = """
SELECT f.first_number + j.place, j.on_day, j.change, j.record_ref, r.kind, r.document_number, j.organ_code, j.version,
       j.public_from, j.public_until, j.repair_from, j.severity, j.reasons, j.words, v.content,
       count(*) OVER ()
  FROM records_journalline j
  JOIN records_record r ON r.subject_id = j.subject_id AND r.record_ref = j.record_ref
  JOIN records_recordversion v ON v.subject_id = j.subject_id AND v.record_ref = j.record_ref AND v.version = j.version
  JOIN records_filing f ON f.id = j.filing_id
 WHERE j.subject_id = ANY(%(subjects)s) AND (%(record_ref)s::uuid IS NULL OR j.record_ref = %(record_ref)s::uuid)
 ORDER BY j.at DESC, j.filing_id DESC, j.place DESC LIMIT %(most)s OFFSET %(skip)s
"""


class PastLine(NamedTuple):
    """One change of a record of a body: its number in the journal (None: not yet numbered), what happened, the period
    that was then derived (`until` excluded), why (JSON of [code, basis, article]), and what the record then said."""

    number: int | None
    on_day: date
    change: str
    record_ref: UUID
    kind: str
    document_number: str
    organ: str
    version: int
    public_from: date | None
    public_until: date | None
    repair_from: date | None
    severity: str | None
    reasons: str
    words: str
    content: str


ENDED = """
SELECT t.subject_id, t.record_ref,
       COALESCE(r.ended, CASE WHEN r.hidden_for IS NOT NULL THEN 'HIDDEN'
                             WHEN r.public_until <= %(day)s THEN 'TERM_OVER' ELSE 'CORRECTED' END)
  FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[]) t (subject_id, record_ref)
  JOIN records_record r USING (subject_id, record_ref)
"""

ABOUT = f"""
SELECT r.subject_id, r.record_ref, r.kind, r.document_number, r.organ_code, r.decided_on, r.severity, r.recorded_on,
       r.public_from, r.public_until, r.repair_from, r.ended, r.ended_on, r.hidden_for, r.masked_for, r.statement,
       coalesce({SHOWN}, false), r.version, v.content, v.source_name,
       (SELECT j.regime FROM records_journalline j WHERE j.subject_id = r.subject_id AND j.record_ref = r.record_ref
           AND j.regime IS NOT NULL ORDER BY j.filing_id DESC, j.place DESC LIMIT 1),
       ARRAY(SELECT DISTINCT j.organ_code FROM records_journalline j WHERE j.subject_id = r.subject_id
                AND j.record_ref = r.record_ref AND j.organ_code <> '' ORDER BY 1), count(*) OVER ()
  FROM records_record r
  JOIN records_recordversion v ON v.subject_id = r.subject_id AND v.record_ref = r.record_ref AND v.version = r.version
 WHERE r.subject_id = ANY(%(subjects)s) AND (%(record_ref)s::uuid IS NULL OR r.record_ref = %(record_ref)s::uuid)
   AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
 ORDER BY r.recorded_at DESC, r.record_ref LIMIT %(most)s OFFSET %(skip)s
"""


class AboutRow(NamedTuple):
    """A record as the body itself may see it, shown or not: where it stands, what it says (JSON), who supplied it.

    `ended`: why for good, else None. `hidden_for`, `marks`: names with commas between. `shown`: on the day asked about.
    `organs`: who filed or changed it. `regime`: by whose rules its period was derived last.
    """

    subject: int
    record_ref: UUID
    kind: str
    document_number: str
    organ_code: str
    decided_on: date | None
    severity: str | None
    recorded_on: date
    public_from: date | None
    public_until: date | None
    repair_from: date | None
    ended: str | None
    ended_on: date | None
    hidden_for: str | None
    marks: str | None
    statement: str | None
    shown: bool
    version: int
    content: str
    source_name: str | None
    regime: str | None
    organs: list[str]


class NoticeDueRow(NamedTuple):
    """A notice that a subject is owed: which record, by which filing, and whether its class or its display grew."""

    subject: int
    record_ref: UUID
    filing: int
    raises: bool
    lengthens: bool


STILL_HELD = """
SELECT subject_id, record_ref FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[]) t (subject_id, record_ref)
  JOIN records_record r USING (subject_id, record_ref)
"""

WHOLE = """
SELECT r.public_form FROM records_record r
 WHERE r.subject_id = %(subject)s AND r.record_ref = %(record_ref)s AND r.ended IS NULL
"""


class Filed(NamedTuple):
    """A document that an organ filed: its body, digests of its key and present content, number, and who decided it."""

    subject: int
    identity: bytes
    content: bytes
    number: str
    organ: str


class Sought(NamedTuple):
    """A document that an organ asks after, by the body and the digest of its key; `place` is the asker's own."""

    place: int
    subject: int
    identity: bytes


class HeldOf(NamedTuple):
    """What is held of a document sought: its present content's digest, and whether the record has ended."""

    place: int
    content: bytes
    ended: bool


def filed_by(*, organ: str, kind: str, first: date, until: date) -> Iterator[Filed]:
    """For the organ itself: what it filed of a kind that was decided from a day until a day, by number.

    What was withdrawn is left out, whenever it was filed. A document that another organ had filed before is not in it.
    """
    values = {"organ": organ, "kind": kind, "first": first, "until": until}
    with transaction.atomic(), connection.connection.cursor(name="filed_by") as cursor:
        cursor.execute(FILED_BY, values)
        while rows := cursor.fetchmany(CHUNK):
            yield from (Filed(row[0], bytes(row[1]), bytes(row[2]), *row[3:]) for row in rows)


def held_of(*, organ: str, sought: Sequence[Sought]) -> list[HeldOf]:
    """For the organ itself: those of these documents that are held, if it decided them or is one of their sources."""
    found: list[HeldOf] = []
    with connection.cursor() as cursor:
        for start in range(0, len(sought), CHUNK):
            places, subjects, identities = (list(column) for column in zip(*sought[start : start + CHUNK], strict=True))
            values: dict[str, Any] = {
                "organ": organ,
                "places": places,
                "subjects": subjects,
                "identities": identities,
            }
            cursor.execute(HELD_OF, values)
            found += [HeldOf(place, bytes(content), ended) for place, content, ended in cursor.fetchall()]
    return found


def own_records(
    *, organ: str, subjects: Iterable[int], document_number: str | None = None, record_ref: UUID | None = None
) -> list[dict[str, Any]]:
    """For the organ itself: its records of these bodies by number or reference which have not ended, at most 50."""
    values = {"organ": organ, "subjects": list(subjects), "number": document_number, "record_ref": record_ref}
    with connection.cursor() as cursor:
        cursor.execute(OWN_RECORDS, values)
        return [dict(zip(OWN_COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def filed_in(*, batch: UUID, most: int, skip: int = 0) -> tuple[list[dict[str, Any]], int]:
    """For the organ itself: the records that its batch brought or corrected and that have not ended, and how many."""
    with connection.cursor() as cursor:
        cursor.execute(FILED_IN, {"batch": batch, "most": most, "skip": skip})
        rows = cursor.fetchall()
    found = [dict(zip(OWN_COLUMNS, row[:-1], strict=True)) for row in rows]
    return found, rows[0][-1] if rows else 0


def past_of(
    subjects: Iterable[int], *, most: int, skip: int = 0, record_ref: UUID | None = None
) -> tuple[list[PastLine], int]:
    """For the body itself, a supervisor, a court or an auditor: the journal of its records (of one of them, if given),
    newest first; its length.

    The caller has recorded the ground and left a line in the trail (Decision 3).
    """
    with connection.cursor() as cursor:
        cursor.execute(PAST, {"subjects": list(subjects), "record_ref": record_ref, "most": most, "skip": skip})
        rows = cursor.fetchall()
    return [PastLine(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def about(
    subjects: Iterable[int], *, on_date: date, kind: str | None = None, most: int = 50, skip: int = 0
) -> tuple[list[AboutRow], int]:
    """For the body itself: every record about it (of one kind, if given), the newest first, and how many there are.

    The caller leaves a line in the trail.
    """
    return _about(subjects, {"day": on_date, "record_ref": None, "kind": kind, "most": most, "skip": skip})


def about_record(subjects: Iterable[int], record_ref: UUID, *, on_date: date) -> AboutRow | None:
    """For the body itself: one record about it; None where it is another's, or there is none."""
    values = {"day": on_date, "record_ref": record_ref, "kind": None, "most": 1, "skip": 0}
    rows, _ = _about(subjects, values)
    return rows[0] if rows else None


def _about(subjects: Iterable[int], values: dict[str, Any]) -> tuple[list[AboutRow], int]:
    with connection.cursor() as cursor:
        cursor.execute(ABOUT, values | {"subjects": list(subjects)})
        rows = cursor.fetchall()
    return [AboutRow(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def why_ended(records: Collection[tuple[int, UUID]], *, on_date: date) -> dict[tuple[int, UUID], str]:
    """For recipients who held these records: what each `ended` by, else TERM_OVER, else CORRECTED."""
    asked: dict[str, Any] = {"subjects": [subject for subject, _ in records], "references": [ref for _, ref in records]}
    with connection.cursor() as cursor:
        cursor.execute(ENDED, {**asked, "day": on_date})
        return {(subject, reference): why for subject, reference, why in cursor.fetchall()}


def notices_due(*, since: date) -> tuple[NoticeDueRow, ...]:
    """The notices that corrections to their harm have owed to subjects since a day."""
    found = NoticeDue.objects.filter(on_day__gte=since).order_by("filing_id", "subject_id", "record_ref")
    return tuple(
        NoticeDueRow(one.subject_id, one.record_ref, one.filing_id, one.raises, one.lengthens) for one in found
    )


def still_held(records: Collection[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
    """Those of these records (subject, reference) that are held here, shown or not; the others were erased."""
    asked: dict[str, Any] = {"subjects": [subject for subject, _ in records], "references": [ref for _, ref in records]}
    with connection.cursor() as cursor:
        cursor.execute(STILL_HELD, asked)
        return set(cursor.fetchall())


def whole_form(*, subject: int, record_ref: UUID) -> dict[str, Any] | None:
    """For whoever reviews a claim on the record: its public form with nothing withheld; None when it has none now."""
    with connection.cursor() as cursor:
        cursor.execute(WHOLE, {"subject": subject, "record_ref": record_ref})
        row = cursor.fetchone()
    form: dict[str, Any] | None = None if row is None or row[0] is None else orjson.loads(row[0])
    return form
