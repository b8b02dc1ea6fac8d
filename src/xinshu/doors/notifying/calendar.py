"""The days that matter to a subject: what ends, what may be repaired, what is due; as rows and as an iCalendar file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import orjson

from xinshu.kit.moment import Moment
from xinshu.kit.period import ONE_DAY
from xinshu.law.catalogue import Catalogue
from xinshu.law.duties import YearlyDuty, next_due
from xinshu.law.entries import FieldRole
from xinshu.law.public_form import law_phrase
from xinshu.proceedings.cases.queries import CaseRow, cases_of
from xinshu.register.records.own import AboutRow, about
from xinshu.register.subjects.queries import SubjectRow, described

PAGE: Final = 500
LINE: Final = 75
"""Octets of a line of an iCalendar file, its break not counted (RFC 5545 section 3.1)."""


class DayKind(StrEnum):
    """Why a day matters."""

    LAST_SHOWN = "LAST_SHOWN"
    REPAIR_OPENS = "REPAIR_OPENS"
    CASE_DUE = "CASE_DUE"
    LICENCE_EXPIRES = "LICENCE_EXPIRES"
    COMMITMENT_DUE = "COMMITMENT_DUE"
    DUTY_DUE = "DUTY_DUE"


WORDS: Final[dict[DayKind, tuple[str, str]]] = {
    DayKind.LAST_SHOWN: ("公示的最后一天", "Last day of display"),
    DayKind.REPAIR_OPENS: ("可以申请修复（免费）", "Repair may be asked for (free)"),
    DayKind.CASE_DUE: ("办件期限", "A case is due"),
    DayKind.LICENCE_EXPIRES: ("许可到期", "A licence expires"),
    DayKind.COMMITMENT_DUE: ("承诺或者合同的履行期限", "What was promised is due"),
    DayKind.DUTY_DUE: ("每年法定义务的期限", "A duty of every year is due"),
}

DATED: Final[dict[str, tuple[DayKind, str]]] = {
    "ADMIN_LICENCE": (DayKind.LICENCE_EXPIRES, "XK_YXQZI"),
    "COMMITMENT": (DayKind.COMMITMENT_DUE, "VALID_UNTIL"),
    "CONTRACT_PERFORMANCE": (DayKind.COMMITMENT_DUE, "PERFORM_UNTIL"),
}
"""Kinds of record with a day of their own that matters to their subject: why, and the field that holds it."""

KEPT: Final = ("PERFORMANCE", "FULL")
"""The field and value that say that what was promised is done; its day matters no more."""


DUE: Final[dict[str, str]] = {
    "REPAIR_ACCEPT": "修复申请的受理 Taking up an application for repair",
    "REPAIR_RESULT": "修复申请的结果 Result of an application for repair",
    "REPAIR_EXTENSION": "修复申请延期后的结果 Result of an application for repair, extended",
    "REPAIR_REPLY": "贵单位对拟撤销修复的答复 Your reply to a planned revocation",
    "OBJECTION_ANSWER": "异议的答复 Answer to an objection",
    "OBJECTION_APPEAL": "贵单位申请复核 Your appeal",
    "OBJECTION_APPEAL_ANSWER": "复核的答复 Answer to an appeal",
    "CHANGED_DECISION": "决定变更后的更正 Correction after a changed decision",
    "SHIELD_RESULT": "临时屏蔽申请的结果 Result of an application for a shield",
    "SHIELD_COMPLETION": "最终修复的结果 Result of an application for final repair",
    "LISTING_DEFENCE": "贵单位对拟列入名单的陈述、申辩 Your defence before a listing",
    "SHIELD_REPLY": "贵单位对终止屏蔽的答复 Your reply before a shield ends",
}
"""What is due in a case, by the name of its deadline (national/deadlines.yaml)."""


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """One day: when, why, about what (a kind and a number, or a case), and the reference of that.

    `course`: of the case, empty where it is a record; of a duty the reference is its name in the catalogue.
    """

    on: date
    kind: DayKind
    about: str
    reference: str
    subject: int
    course: str = ""

    @property
    def words(self) -> tuple[str, str]:
        """What the day is called, in Chinese and English."""
        return WORDS[self.kind]

    @property
    def key(self) -> str:
        """The same for the same day of the same thing."""
        return f"{self.kind} {self.reference} {self.on}"


def days_of(subjects: Iterable[int], catalogue: Catalogue, *, on_date: date) -> tuple[Day, ...]:
    """Every day from `on_date` on that matters to these subjects, in order.

    The caller leaves a line in the trail. A case counts on the day by which somebody must act, in working days.
    """
    subjects = list(subjects)
    rows = _records(subjects, on_date)
    found = [day for row in rows for day in _days_of_record(row, catalogue)]
    found += [day for row in _open_cases(subjects) for day in _days_of_case(row)]
    found += [day for body in described(subjects) for day in _days_of_duties(body, rows, catalogue, on_date)]
    # A code may name two bodies; a duty is told once.
    return tuple(sorted({day.key: day for day in found if day.on >= on_date}.values()))


def as_icalendar(days: Iterable[Day], *, moment: Moment) -> bytes:
    """The days as a calendar file (RFC 5545): whole days, each with an identifier of its own that stays the same."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Xinshu//calendar//ZH", "CALSCALE:GREGORIAN"]
    stamp = moment.instant.strftime("%Y%m%dT%H%M%SZ")
    for day in days:
        zh, en = day.words
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_escaped(day.key.replace(' ', '-'))}@xinshu",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day.on + ONE_DAY:%Y%m%d}",
            f"SUMMARY:{_escaped(f'{zh} {en}')}",
            f"DESCRIPTION:{_escaped(day.about)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def near(days: Iterable[Day], *, on_date: date, within: int) -> tuple[Day, ...]:
    """Those of the days that are at most so many days away."""
    last = on_date + timedelta(days=within)
    return tuple(day for day in days if on_date <= day.on <= last)


def _records(subjects: list[int], on_date: date) -> list[AboutRow]:
    found: list[AboutRow] = []
    while True:
        rows, count = about(subjects, on_date=on_date, most=PAGE, skip=len(found))
        found += rows
        if not rows or len(found) >= count:
            return found


def _open_cases(subjects: list[int]) -> list[CaseRow]:
    found: list[CaseRow] = []
    while True:
        rows, count = cases_of(subjects, most=PAGE, skip=len(found))
        found += rows
        if not rows or len(found) >= count:
            return [row for row in found if row.closed_on is None]


def _days_of_record(row: AboutRow, catalogue: Catalogue) -> list[Day]:
    if row.ended is not None:
        return []
    kind = catalogue.kinds.get(row.kind)
    said = f"{row.kind if kind is None else kind.name_zh} {row.document_number}".strip()
    last = None if row.public_until is None else row.public_until - ONE_DAY
    days = [(DayKind.LAST_SHOWN, last), (DayKind.REPAIR_OPENS, row.repair_from), *_own_day(row)]
    return [Day(on, why, said, str(row.record_ref), row.subject) for why, on in days if on is not None]


def _own_day(row: AboutRow) -> Iterator[tuple[DayKind, date | None]]:
    """The day that a record of its kind holds itself, unless what it is about is done."""
    if row.kind in DATED:
        why, field = DATED[row.kind]
        content = orjson.loads(row.content)
        if content.get(KEPT[0]) != KEPT[1]:
            yield why, _day(content.get(field))


def _days_of_duties(body: SubjectRow, rows: Iterable[AboutRow], catalogue: Catalogue, on_date: date) -> Iterator[Day]:
    """The next day of each duty that such a body has, unless it is deregistered."""
    for name, duty in catalogue.duties.items():
        registered = _registered(body, rows, duty)
        if body.kind not in duty.subjects or _is_over(registered, duty, catalogue, on_date):
            continue
        on = next_due(duty, begun=_day(registered.get(duty.since)), on_date=on_date)
        if on is not None:
            said = f"{duty.name_zh} {duty.name_en}（{law_phrase(duty.basis, duty.article, catalogue)[0]}）"
            yield Day(on, DayKind.DUTY_DUE, said, name, body.subject)


def _registered(body: SubjectRow, rows: Iterable[AboutRow], duty: YearlyDuty) -> dict[str, object]:
    """What the newest registration of the body says; empty where none is held."""
    held = (row for row in rows if row.subject == body.subject and row.kind == duty.kind and row.ended is None)
    newest = next(held, None)
    return {} if newest is None else dict(orjson.loads(newest.content))


def _is_over(registered: dict[str, object], duty: YearlyDuty, catalogue: Catalogue, on_date: date) -> bool:
    """Whether the registration says that the body was deregistered by that day."""
    kind = catalogue.kinds.get(duty.kind)
    names = [] if kind is None else [name for name, rule in kind.fields.items() if rule.role is FieldRole.EVENT_ON]
    return any(gone <= on_date for name in names if (gone := _day(registered.get(name))) is not None)


def _days_of_case(row: CaseRow) -> list[Day]:
    if row.due_on is None:
        return []
    said = DUE.get(row.due_what, row.due_what)
    return [Day(row.due_on, DayKind.CASE_DUE, said, str(row.id), row.subject, row.course)]


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _escaped(text: str) -> str:
    """A text as a calendar file holds it (section 3.3.11); a line break is two signs, so that no line can be made."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(plain.splitlines())


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, no sign cut in two; each further piece begins with a blank."""
    pieces, piece, room = [], "", LINE
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", LINE - 1
        piece, room = piece + sign, room - size
    return "\r\n ".join([*pieces, piece])
