"""What proceedings do to the display of a record: it is repaired, reinstated, hidden for a while, marked, answered.

Each is one filing of one line, in the caller's transaction, numbered before whatever shows something new. Who may do
it, and on what ground, is the proceeding's to know.
"""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import orjson
from django.db import connection, transaction

from xinshu.bulk.canonical import canonical
from xinshu.bulk.derivation import masked_text
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.public_form import TELLING
from xinshu.law.terms import Mark
from xinshu.register.records.actions import Change, NotHeld
from xinshu.register.records.entries import enter_changes
from xinshu.register.records.statements import FILE, WITHDRAW, WITHDRAWN_LINE
from xinshu.register.records.withholding import held_shown, write_marks

REMAINING: Final = """
SELECT j.public_from, j.public_until, j.repair_from FROM records_journalline j
 WHERE j.subject_id = %(subject)s AND j.record_ref = %(record_ref)s AND j.public_from IS NOT NULL
 ORDER BY j.filing_id DESC, j.place DESC LIMIT 1
"""
"""From when until when it would have been shown, and its first day of repair, by the last period derived before."""

STANDING: Final = """
SELECT r.version, r.severity, r.edition, r.kind, r.hidden_for, r.ended, r.ended_form, r.masked_for
  FROM records_record r
 WHERE r.subject_id = %(subject)s AND r.record_ref = %(record_ref)s FOR UPDATE
"""
REINSTATE: Final = """
UPDATE records_record SET ended = NULL, ended_on = NULL, ended_form = NULL, public_from = %(start)s,
       public_until = %(until)s, repair_from = %(repair)s, public_form = %(form)s, masked_for = %(marks)s,
       masked_form = %(masked)s, filing_id = %(filing)s
 WHERE subject_id = %(subject)s AND record_ref = %(record_ref)s
"""
HIDE: Final = """
UPDATE records_record SET hidden_for = %(hidden_for)s, filing_id = %(filing)s
 WHERE subject_id = %(subject)s AND record_ref = %(record_ref)s
"""
LINE: Final = """
INSERT INTO records_journalline (filing_id, place, subject_id, record_ref, change, version, on_day, at, actor,
                                 organ_code, public_from, public_until, repair_from, severity, reasons, words, edition)
SELECT %(filing)s, 0, subject_id, record_ref, %(change)s, version, %(day)s, %(at)s, %(actor)s, %(organ)s,
       public_from, public_until, repair_from, severity, %(reasons)s, %(words)s, edition
  FROM records_record WHERE subject_id = %(subject)s AND record_ref = %(record_ref)s
"""


class Hidden(StrEnum):
    """Why nothing of a record is shown for a while: a court approved a plan, or the subject says that it is not it."""

    SHIELDED = "SHIELDED"
    NOT_US = "NOT_US"


class Standing(NamedTuple):
    """A record as it stands, held until the commit."""

    version: int
    severity: str | None
    edition: bytes
    kind: str
    hidden_for: str | None
    ended: str | None
    ended_form: str | None
    marks: str | None


@transaction.atomic
def end_publication(
    *,
    subject: int,
    record_ref: UUID,
    ground: Change = Change.REPAIRED,
    organ: str,
    words: str,
    actor: str,
    moment: Moment,
) -> None:
    """A record is repaired: display, sharing and use of it end at once (Order 36 art. 3, G11); the fact stays.

    `ground`: REPAIRED, or DECLINED where its subject does without it (G27). `organ`: whose record it is, or who decided
    the repair. Nothing that is filed later brings it back. Raises NotHeld when it has ended.
    """
    found = _standing(subject, record_ref)
    where = _filed(found, subject, record_ref, organ, actor, moment) | {"ended": ground}
    said = {"organ": organ, "actor": actor, "words": words, "reasons": _reasons(ground), "at": moment.instant}
    line = where | said | {"version": found.version, "severity": found.severity, "edition": found.edition}
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW, where)
        cursor.execute(WITHDRAWN_LINE, line)
    enter_changes([subject], [str(record_ref)], day=moment.day, filing=where["filing"])


@transaction.atomic
def reinstate(
    *, subject: int, record_ref: UUID, organ: str, words: str, actor: str, catalogue: Catalogue, moment: Moment
) -> date | None:
    """The repair of a record was revoked: it is shown for what is left of its lawful term, by a new entry of the log.

    What was withheld of it for someone's claim is withheld again. Its last shown day and its first day of repair are
    those that it had (a ban of the body stands apart); the day after the last one is returned (None: open). Raises
    NotHeld when no repair ended it, or nothing of its term is left.
    """
    found = _standing(subject, record_ref, ended=Change.REPAIRED)
    with connection.cursor() as cursor:
        cursor.execute(REMAINING, {"subject": subject, "record_ref": record_ref})
        row = cursor.fetchone()
    first, until, repair = row or (moment.day, moment.day, None)
    if found.ended_form is None or (until is not None and until <= moment.day):
        raise NotHeld(
            "公示期已满，撤销修复后也不再公示。Its term is over: it is not shown again, though its repair is revoked."
        )
    start = max(first, moment.day)
    form = canonical(orjson.loads(found.ended_form) | {"shown_from": start.isoformat()}).decode()
    marks = ",".join(name for name in (found.marks or "").split(",") if name and Mark(name) not in TELLING) or None
    masked = masked_text(form, marks, catalogue) if marks else None
    where = _filed(found, subject, record_ref, organ, actor, moment)
    with connection.cursor() as cursor:
        said = {"start": start, "until": until, "repair": repair, "form": form, "marks": marks, "masked": masked}
        cursor.execute(REINSTATE, where | said)
    _line(where, Change.REINSTATED, organ=organ, words=words, actor=actor, moment=moment)
    enter_changes([subject], [str(record_ref)], day=moment.day, filing=where["filing"])
    shown_until: date | None = until
    return shown_until


@transaction.atomic
def hide(*, subject: int, record_ref: UUID, cause: Hidden, organ: str, actor: str, moment: Moment) -> None:
    """Show nothing of a record for now, to anyone; its period runs on. Raises NotHeld when it has ended."""
    found = _standing(subject, record_ref)
    causes = set((found.hidden_for or "").split(",")) - {""} | {str(cause)}
    _hide(found, subject, record_ref, causes, Change.HIDDEN, cause, organ=organ, actor=actor, moment=moment)


@transaction.atomic
def unhide(*, subject: int, record_ref: UUID, cause: Hidden, organ: str, actor: str, moment: Moment) -> None:
    """That cause to hide it is gone; where nothing else hides it, it is shown again, as long as its period still runs.

    Nothing is written where that cause did not hide it. Raises NotHeld when it has ended.
    """
    found = _standing(subject, record_ref)
    causes = set((found.hidden_for or "").split(",")) - {""}
    if str(cause) in causes:
        left = causes - {str(cause)}
        _hide(found, subject, record_ref, left, Change.UNHIDDEN, cause, organ=organ, actor=actor, moment=moment)


@transaction.atomic
def mark(
    *, subject: int, record_ref: UUID, mark: Mark, organ: str, actor: str, catalogue: Catalogue, moment: Moment
) -> None:
    """Have a record that is shown say of itself, everywhere, what a mark of TELLING says (G13). Raises NotShown."""
    held = held_shown(subject, record_ref, moment)
    if mark not in TELLING:
        raise ValueError(f"{mark} withholds something: that is a claim's to do")
    if mark not in held.marks:
        said = {"change": str(Change.MARKED), "reasons": _reasons(mark), "organ": organ, "actor": actor}
        write_marks(held, held.marks | {mark}, said, catalogue, moment)


@transaction.atomic
def unmark(
    *, subject: int, record_ref: UUID, mark: Mark, organ: str, actor: str, catalogue: Catalogue, moment: Moment
) -> None:
    """Take such a mark off. Raises NotShown; where there is none, nothing is written."""
    held = held_shown(subject, record_ref, moment)
    if mark in held.marks & TELLING:
        said = {"change": str(Change.UNMARKED), "reasons": _reasons(mark), "organ": organ, "actor": actor}
        write_marks(held, held.marks - {mark}, said, catalogue, moment)


@transaction.atomic
def state(*, subject: int, record_ref: UUID, words: str, actor: str, catalogue: Catalogue, moment: Moment) -> None:
    """The subject's statement, shown with the record and gone with it (G27); "" takes it back. Raises NotShown.

    The caller has masked the persons in it.
    """
    held = held_shown(subject, record_ref, moment)
    marks = held.marks | {Mark.STATED} if words else held.marks - {Mark.STATED}
    said = {"change": str(Change.STATED), "reasons": _reasons(Mark.STATED), "organ": "", "actor": actor}
    write_marks(replace(held, statement=words or None), marks, said, catalogue, moment)


def _standing(subject: int, record_ref: UUID, *, ended: Change | None = None) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"subject": subject, "record_ref": record_ref})
        row = cursor.fetchone()
    found = None if row is None else Standing(*row)
    if found is None or found.ended != ended:
        raise NotHeld(
            "没有这条信息，或者它的状态已经改变；请刷新页面查看。"
            " There is no such record, or it stands otherwise by now; reload the page."
        )
    return found


def _filed(found: Standing, subject: int, record_ref: UUID, organ: str, actor: str, moment: Moment) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(FILE, (uuid4(), 0, found.kind, organ, actor, moment.day, moment.instant, 1, True))
        return {"subject": subject, "record_ref": record_ref, "filing": cursor.fetchone()[0], "day": moment.day}


def _hide(
    found: Standing,
    subject: int,
    record_ref: UUID,
    causes: set[str],
    change: Change,
    cause: Hidden,
    *,
    organ: str,
    actor: str,
    moment: Moment,
) -> None:
    where = _filed(found, subject, record_ref, organ, actor, moment)
    with connection.cursor() as cursor:
        cursor.execute(HIDE, where | {"hidden_for": ",".join(sorted(causes)) or None})
    _line(where, change, reason=cause, organ=organ, words="", actor=actor, moment=moment)
    enter_changes([subject], [str(record_ref)], day=moment.day, filing=where["filing"])


def _line(
    where: dict[str, Any],
    change: Change,
    *,
    organ: str,
    words: str,
    actor: str,
    moment: Moment,
    reason: StrEnum | None = None,
) -> None:
    said = {"change": change, "organ": organ, "words": words, "actor": actor, "at": moment.instant}
    with connection.cursor() as cursor:
        cursor.execute(LINE, where | said | {"reasons": _reasons(reason or change)})


def _reasons(code: StrEnum) -> str:
    return orjson.dumps([[code, None, None]]).decode()
