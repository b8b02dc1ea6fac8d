"""Withholds a part of a record in the sight of everyone, and shows it again; each is a filing of one line."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid4

import orjson
from django.db import connection, transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.public_form import MARKS
from xinshu.law.terms import ClaimCause, Mark
from xinshu.register.records.actions import Change
from xinshu.register.records.derivation import masked_text
from xinshu.register.records.queries import shown_record
from xinshu.register.records.statements import FILE

HOLD: Final = """
SELECT r.version, r.kind, r.masked_for, r.public_form, r.organ_code,
       ARRAY(SELECT DISTINCT j.organ_code FROM records_journalline j
              WHERE j.subject_id = r.subject_id AND j.record_ref = r.record_ref AND j.organ_code <> '')
  FROM records_record r
 WHERE r.subject_id = %(subject)s AND r.record_ref = %(record_ref)s AND r.ended IS NULL FOR NO KEY UPDATE OF r
"""
MASK: Final = """
UPDATE records_record SET masked_for = %(marks)s, masked_form = %(form)s, filing_id = %(filing)s
 WHERE subject_id = %(subject)s AND record_ref = %(record_ref)s
"""
MASKED_LINE: Final = """
INSERT INTO records_journalline (filing_id, place, subject_id, record_ref, change, version, on_day, at, actor,
                                 organ_code, public_from, public_until, repair_from, severity, reasons, edition)
SELECT %(filing)s, 0, subject_id, record_ref, %(change)s, version, %(day)s, %(at)s, %(actor)s, %(organ)s,
       public_from, public_until, repair_from, severity, %(reasons)s, edition
  FROM records_record WHERE subject_id = %(subject)s AND record_ref = %(record_ref)s
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


def hold(*, subject: int, record_ref: UUID, on_date: date) -> ShownRecord | None:
    """The record, if it is shown on that day; whoever else would change it waits for the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"subject": subject, "record_ref": record_ref})
        row = cursor.fetchone()
    # Asked after the lock: the gate then sees what those who held it before have done.
    if row is None or shown_record(subject=subject, record_ref=record_ref, on_date=on_date) is None:
        return None
    version, kind, marks, form, decided_by, filed_by = row
    return ShownRecord(
        subject=subject,
        record_ref=record_ref,
        kind=kind,
        version=version,
        marks=frozenset(Mark(name) for name in marks.split(",")) if marks else frozenset(),
        organs=tuple(sorted({decided_by, *filed_by})),
        form=form,
    )


@transaction.atomic
def mask(
    *, subject: int, record_ref: UUID, mark: Mark, organ: str, actor: str, catalogue: Catalogue, moment: Moment
) -> None:
    """Withhold what the mark's cause concerns, in every form of the gate; another mark of that cause gives way to it.

    `organ`: on whose word, "" for anyone's. Raises NotShown. Shown again once numbered; masks are numbered before
    other filings that wait, as withdrawals are. A correction keeps the mask; a withdrawal and the term end it.
    """
    held = _held(subject, record_ref, moment)
    others = held.marks.difference(*(marks for marks in MARKS.values() if mark in marks))
    said = {"change": str(Change.MASKED), "reasons": _reason(mark), "organ": organ, "actor": actor}
    _write(held, others | {mark}, said, catalogue, moment)


@transaction.atomic
def unmask(
    *, subject: int, record_ref: UUID, cause: ClaimCause, organ: str, actor: str, catalogue: Catalogue, moment: Moment
) -> None:
    """Show again what was withheld for that cause only. Raises NotShown; where nothing was, nothing is written."""
    held = _held(subject, record_ref, moment)
    for mark in held.marks.intersection(MARKS[cause]):
        said = {"change": str(Change.UNMASKED), "reasons": _reason(mark), "organ": organ, "actor": actor}
        _write(held, held.marks - {mark}, said, catalogue, moment)


def _held(subject: int, record_ref: UUID, moment: Moment) -> ShownRecord:
    held = hold(subject=subject, record_ref=record_ref, on_date=moment.day)
    if held is None:
        raise NotShown(
            "这条信息没有在公示，不需要遮蔽；请刷新页面查看。"
            " This record is not shown, and nothing of it needs withholding; reload the page."
        )
    return held


def _reason(mark: Mark) -> str:
    return orjson.dumps([[mark, None, None]]).decode()


def _write(
    held: ShownRecord, marks: frozenset[Mark], said: dict[str, str], catalogue: Catalogue, moment: Moment
) -> None:
    """The filing, the record under these marks, and its journal line; `said` are the line's own words."""
    names = ",".join(name for name in Mark if name in marks) or None
    form = masked_text(held.form, names, catalogue) if names else None
    filed = (uuid4(), 0, held.kind, said["organ"], said["actor"], moment.day, moment.instant, 1, True)
    with connection.cursor() as cursor:
        cursor.execute(FILE, filed)
        where = {"subject": held.subject, "record_ref": held.record_ref, "filing": cursor.fetchone()[0]}
        cursor.execute(MASK, {**where, "marks": names, "form": form})
        cursor.execute(MASKED_LINE, {**where, **said, "day": moment.day, "at": moment.instant})
