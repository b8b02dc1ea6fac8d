"""Writes to the records: a batch is accepted whole or not at all, with its journal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import polars as pl
from django.db import connection, transaction

from xinshu.kit.moment import Moment
from xinshu.kit.period import Period
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SEVERITY_ORDER, Severity
from xinshu.law.verdict import Publicity, SeverityVerdict
from xinshu.register.records.derivation import Derived, Row, derive, form_text, reasons_text


class Change(StrEnum):
    """What a journal line says happened."""

    ACCEPTED = "ACCEPTED"
    CORRECTED = "CORRECTED"


class Held(StrEnum):
    """Why a document that is sound in itself is not taken in."""

    TWICE_FOR_ONE_BODY = "TWICE_FOR_ONE_BODY"
    DECIDED_AFTER_ARRIVAL = "DECIDED_AFTER_ARRIVAL"
    WOULD_LENGTHEN = "WOULD_LENGTHEN"
    WOULD_RAISE_CLASS = "WOULD_RAISE_CLASS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Who files what, when, and by which edition of the catalogue (its hash, 32 bytes)."""

    batch: UUID
    kind: str
    organ: str
    actor: str
    moment: Moment
    edition: bytes
    catalogue: Catalogue


@dataclass(slots=True)
class Outcome:
    """What became of a batch: counts; by `index`, the documents held back and those whose class is in question."""

    accepted: int = 0
    unchanged: int = 0
    corrected: int = 0
    held: dict[int, Held] = field(default_factory=dict)
    questions: dict[int, SeverityVerdict] = field(default_factory=dict)


STAGE = "CREATE TEMP TABLE filed (index bigint, subject_id bigint, identity bytea, content_digest bytea) ON COMMIT DROP"

COMPARE = """
SELECT f.index, r.record_ref, r.recorded_on, r.version, r.severity, r.public_from, r.public_until,
       EXISTS (SELECT FROM records_recordversion v WHERE v.subject_id = r.subject_id
                AND v.record_ref = r.record_ref AND v.content_digest = f.content_digest)
  FROM filed f JOIN records_record r ON r.subject_id = f.subject_id AND r.identity = f.identity
"""

RECORD_COLUMNS = (
    "subject_id, record_ref, kind, identity, organ_code, document_number, decided_on, severity, question, audience,"
    " public_from, public_until, repair_from, public_form, edition, version, recorded_on, recorded_at"
)
VERSION_COLUMNS = "subject_id, record_ref, version, content_digest, content, batch, recorded_at"
JOURNAL_COLUMNS = (
    "subject_id, record_ref, change, version, on_day, at, actor, organ_code, public_from, public_until, repair_from,"
    " severity, regime, reasons, edition"
)

CORRECT = """
UPDATE records_record SET organ_code = %(organ_code)s, document_number = %(document_number)s,
       decided_on = %(decided_on)s, severity = %(severity)s, question = %(question)s, public_from = %(public_from)s,
       public_until = %(public_until)s, repair_from = %(repair_from)s, public_form = %(public_form)s,
       edition = %(edition)s, version = %(version)s
 WHERE subject_id = %(subject_id)s AND record_ref = %(record_ref)s
"""


@transaction.atomic
def accept_batch(*, filing: Filing, documents: pl.DataFrame) -> Outcome:
    """Store a batch of sound documents with their versions and journal lines; all of it, or nothing on any error.

    `documents` is the good frame of `bulk.checks` with the columns `subject` (our reference) and `department`.
    Content equal to any past version changes nothing; other content is a correction, which may shorten a display or
    lower a class, never the other way (Decision 6).
    """
    outcome = Outcome()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"accept {filing.kind}"])
    documents = _one_for_each_body(documents, outcome)
    known = _known(documents)
    unchanged = [index for index, found in known.items() if found.is_equal]
    outcome.unchanged = len(unchanged)
    documents = documents.filter(~pl.col("index").is_in(unchanged))
    documents = _with_first_days(documents, known, filing.moment.day)
    derived = derive(documents, kind=filing.kind, catalogue=filing.catalogue, on_date=filing.moment.day)
    fresh, corrections = _sorted_out(derived, known, outcome)
    _store(filing, fresh)
    _correct(filing, corrections)
    outcome.accepted, outcome.corrected = len(fresh), len(corrections)
    stored = (*fresh, *corrections)
    outcome.questions = {
        entry.row["index"]: entry.verdict for entry in stored if entry.verdict and entry.verdict.question
    }
    return outcome


class _Known(NamedTuple):
    """What is held of a document that comes again; `is_equal`: some version of it said the very same."""

    record_ref: UUID
    recorded_on: date
    version: int
    severity: str | None
    public_from: date | None
    public_until: date | None
    is_equal: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document ready to be written: its row, the law's answers (no verdict: kinds without classes), its version."""

    row: Row
    answer: Publicity
    verdict: SeverityVerdict | None
    version: int

    @property
    def dates(self) -> tuple[date | None, date | None, date | None]:
        period = self.answer.period
        if period is None:
            return None, None, None
        return period.start, period.until, self.answer.repair_from


def _one_for_each_body(documents: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
    """Two codes of one body may bring one document twice; neither is guessed to be the right one."""
    twice = pl.struct("subject", "identity").is_duplicated()
    for index in documents.filter(twice)["index"]:
        outcome.held[index] = Held.TWICE_FOR_ONE_BODY
    return documents.filter(~twice)


def _known(documents: pl.DataFrame) -> dict[int, _Known]:
    """What is held of each document that is not new, by index."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        with cursor.cursor.copy("COPY filed FROM STDIN") as copy:
            for row in documents.select("index", "subject", "identity", "content_digest").iter_rows():
                copy.write_row(row)
        cursor.execute(COMPARE)
        found = {row[0]: _Known(*row[1:]) for row in cursor.fetchall()}
        cursor.execute("DROP TABLE filed")
    return found


def _with_first_days(documents: pl.DataFrame, known: dict[int, _Known], today: date) -> pl.DataFrame:
    """The column `recorded_on`: the day on which each fact first reached us, which no correction moves."""
    days = [known[index].recorded_on if index in known else today for index in documents["index"]]
    return documents.with_columns(pl.Series("recorded_on", days, pl.Date))


def _sorted_out(derived: Derived, known: dict[int, _Known], outcome: Outcome) -> tuple[list[_Entry], list[_Entry]]:
    """New documents, and corrections that may be made; the others are held."""
    fresh: list[_Entry] = []
    corrections: list[_Entry] = []
    for row in derived.documents.iter_rows(named=True):
        answer = derived.answers[row["answer"]]
        verdict = None if row["verdict"] is None else derived.verdicts[row["verdict"]]
        before = known.get(row["index"])
        if before is None:
            fresh.append(_Entry({**row, "record_ref": uuid4()}, answer, verdict, 1))
            continue
        held = _against(before, row, answer.period)
        if held is not None:
            outcome.held[row["index"]] = held
        else:
            corrections.append(_Entry({**row, "record_ref": before.record_ref}, answer, verdict, before.version + 1))
    return fresh, corrections


def _against(before: _Known, row: Row, period: Period | None) -> Held | None:
    """What forbids a correction: a day after its arrival, a higher class, display on a day that had none."""
    settled, decided_on = row["settled"], row["decided_on"]
    if decided_on is not None and decided_on > before.recorded_on:
        return Held.DECIDED_AFTER_ARRIVAL
    if settled and before.severity and _rank(settled) > _rank(before.severity):
        return Held.WOULD_RAISE_CLASS
    if period is None:
        return None
    if before.public_from is None or not period.within(Period(before.public_from, before.public_until)):
        return Held.WOULD_LENGTHEN
    return None


def _rank(severity: str) -> int:
    return SEVERITY_ORDER.index(Severity(severity))


def _store(filing: Filing, entries: list[_Entry]) -> None:
    _copy("records_record", RECORD_COLUMNS, (_record_row(filing, entry) for entry in entries))
    _write_history(filing, entries, Change.ACCEPTED)


def _correct(filing: Filing, entries: list[_Entry]) -> None:
    names = [name.strip() for name in RECORD_COLUMNS.split(",")]
    with connection.cursor() as cursor:
        for entry in entries:
            cursor.execute(CORRECT, dict(zip(names, _record_row(filing, entry), strict=True)))
    _write_history(filing, entries, Change.CORRECTED)


def _write_history(filing: Filing, entries: list[_Entry], change: Change) -> None:
    _copy("records_recordversion", VERSION_COLUMNS, (_version_row(filing, entry) for entry in entries))
    _copy("records_journalline", JOURNAL_COLUMNS, (_journal_row(filing, entry, change) for entry in entries))


def _copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _record_row(filing: Filing, entry: _Entry) -> tuple[Any, ...]:
    row = entry.row
    audience = filing.catalogue.kinds[filing.kind].audience
    form = form_text(row, entry.answer, kind=filing.kind, catalogue=filing.catalogue)
    return (
        row["subject"],
        row["record_ref"],
        filing.kind,
        row["identity"],
        row["organ_code"],
        row["document_number"],
        row["decided_on"],
        row["settled"],
        row["question"],
        str(audience),
        *entry.dates,
        form,
        filing.edition,
        entry.version,
        row["recorded_on"],
        filing.moment.instant,
    )


def _version_row(filing: Filing, entry: _Entry) -> tuple[Any, ...]:
    row = entry.row
    kept = (row["subject"], row["record_ref"], entry.version, row["content_digest"], row["content"])
    return (*kept, filing.batch, filing.moment.instant)


def _journal_row(filing: Filing, entry: _Entry, change: Change) -> tuple[Any, ...]:
    row = entry.row
    return (
        row["subject"],
        row["record_ref"],
        str(change),
        entry.version,
        filing.moment.day,
        filing.moment.instant,
        filing.actor,
        filing.organ,
        *entry.dates,
        row["settled"],
        entry.answer.regime,
        reasons_text(entry.answer, entry.verdict),
        filing.edition,
    )
