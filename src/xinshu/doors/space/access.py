"""Who looked (G21): by which unit, on which day, why and at what; and which registered recipients took bulk data.

Every look is told from the moment it is noted: no ground that is recorded today lets one be held back (docs/adr/0033).
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from io import StringIO
from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.bulk.open_files import guarded
from xinshu.bulk.personal import mask as without_persons
from xinshu.doors.desk.past import DUTIES
from xinshu.doors.portal.wording import Words
from xinshu.doors.space.standing import OWN, acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.kit.paging import page_number, pages
from xinshu.kit.period import earlier_end
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import Audience, Effect
from xinshu.proceedings.cases.documents import numbers_of
from xinshu.proceedings.cases.queries import CaseRow, cases_of
from xinshu.register.access.audience import moment_of
from xinshu.register.access.queries import LookRow, looks_at, organs, purposes_of_recipients, taken_in_bulk
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import about
from xinshu.register.subjects.queries import codes_of
from xinshu.uses.sharing.queries import subscriptions

PAGE_SIZE: Final = 25
PART: Final = 500

WHAT: Final[dict[str, Words]] = {
    "LOOK_PAST": ("查看全部历史，包括已停止公示的", "the whole past, with what is no longer shown"),
    "LOOK_OWN_RECORDS": ("在工作台按代码查找本机关的信息", "an organ's own records of you, by your code"),
    "MAKE_REPAIR_NOTICE": ("制作信用修复告知书", "a repair notice was made"),
    "LOOK_REPAIR": ("办理修复申请", "an application for repair"),
    "LOOK_SHIELD": ("办理重整计划临时屏蔽", "a shield of a court-approved plan"),
    "LOOK_LISTING": ("办理列入名单", "a listing"),
    "LOOK_OBJECTION": ("办理异议", "an objection"),
    "LOOK_ELSEWHERE": ("核对他处的修复决定", "a repair decided elsewhere"),
    "DOCUMENT_OPEN": ("打开所附材料", "a document that you attached"),
}
WHY: Final[dict[str, Words]] = {
    "修复": ("修复", "repair"),
    "修复告知": ("修复告知", "repair notice"),
    "撤回": ("撤回错误信息", "withdrawal of a wrong record"),
    "异议": ("异议", "objection"),
    "临时屏蔽": ("临时屏蔽", "shield of a plan"),
    "列入名单": ("列入名单", "a listing"),
}
GROUNDS: Final[dict[str, Words]] = DUTIES | {"SUBJECT": ("本人申请", "asked for by the body itself")}
"""What stands before the ground of a look at the whole past."""

PLATFORM: Final[Words] = ("平台（未记单位）", "the platform (no unit was noted)")
HEADER: Final = ("部分", "日期", "单位", "单位代码", "内容", "目的", "依据", "至", "天数")


class Given(NamedTuple):
    """A registered recipient: for what, and on which days; `days` None: it is kept in step by the feed."""

    name: str
    purpose: str
    first: date | None
    last: date
    days: int | None


@mandated
@require_safe
def looks(request: HttpRequest) -> HttpResponse:
    """The looks a page at a time, newest first, and below them the recipients."""
    leave_line(request, "LOOK_ACCESS")
    page = page_number(request.GET.get("page", ""))
    rows, total = looks_at(_matters(request), without=OWN, most=PAGE_SIZE, skip=(page - 1) * PAGE_SIZE)
    units = _units()
    told = {
        "looks": [_told(row, units) for row in rows],
        "pages": pages(page, total, PAGE_SIZE),
        "given": _given(request),
        "acting": acting_for(request),
        "username": actor_of(request),
    }
    return render(request, "space/access.html", told)


@mandated
@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """All of it as CSV (UTF-8 with a mark); no cell is a formula to a spreadsheet."""
    leave_line(request, "TAKE_ACCESS")
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows([guarded(cell) for cell in line] for line in _lines(request))
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="access.csv"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _lines(request: HttpRequest) -> Iterator[tuple[str, ...]]:
    matters, units, skip = _matters(request), _units(), 0
    while True:
        rows, total = looks_at(matters, without=OWN, most=PART, skip=skip)
        for row in (_told(one, units) for one in rows):
            told = (" ".join(row["what"]), " ".join(row["why"]), row["ground"])
            yield ("查看 look", row["on"].isoformat(), row["unit"][0], row["code"], *told, "", "")
        skip += len(rows)
        if not rows or skip >= total:
            break
    for one in _given(request):
        first = "" if one.first is None else one.first.isoformat()
        days = "" if one.days is None else str(one.days)
        what = "公示中的不利信息，批量 shown adverse records, in bulk"
        yield ("提供 given", first, one.name, "", what, one.purpose, "", one.last.isoformat(), days)


def _matters(request: HttpRequest) -> list[str]:
    """What the trail calls the organisation: its codes of today and before, its cases, their documents."""
    subjects = subjects_of(request)
    codes = {code for found in codes_of(subjects).values() for code in found} | {acting_for(request).code}
    cases = _cases(subjects)
    documents = [f"{case} {document}" for case, document in numbers_of([one.id for one in cases])]
    return [*sorted(codes), *(str(one.id) for one in cases), *documents]


def _cases(subjects: tuple[int, ...]) -> list[CaseRow]:
    found: list[CaseRow] = []
    while True:
        rows, total = cases_of(subjects, most=PART, skip=len(found))
        found += rows
        if not rows or len(found) >= total:
            return found


def _units() -> dict[str, str]:
    """The names of organs by code, asked for once."""
    return {one.code: one.name for one in organs()}


def _told(row: LookRow, units: Mapping[str, str]) -> dict[str, Any]:
    """A look in words: day, unit, what and why; a ground is told without numbers and names of persons."""
    head, _, ground = row.purpose.partition(": ")
    known = row.act == "LOOK_PAST" and head in GROUNDS
    unit = (units.get(row.organ, row.organ), "") if row.organ else PLATFORM
    return {
        "on": row.at.astimezone(LEGAL_ZONE).date(),
        "unit": unit,
        "code": row.organ,
        "what": WHAT[row.act],
        "why": GROUNDS[head] if known else WHY.get(row.purpose, (without_persons(row.purpose)[0], "")),
        "ground": without_persons(ground)[0] if known else "",
    }


def _given(request: HttpRequest) -> list[Given]:
    """Registered recipients that took bulk data, or were kept in step, while something adverse was shown."""
    periods = _shown_adverse(request)
    if not periods:
        return []
    given = [Given(*row) for row in taken_in_bulk(periods)]
    since = min(first for first, _ in periods)
    fed = [one for one in subscriptions() if one.told_at.astimezone(LEGAL_ZONE).date() >= since]
    purposes = purposes_of_recipients({one.recipient for one in fed})
    return given + [
        Given(one.recipient, purposes.get(one.recipient, ""), None, one.told_at.astimezone(LEGAL_ZONE).date(), None)
        for one in fed
    ]


def _shown_adverse(request: HttpRequest) -> list[tuple[date, date | None]]:
    """The days, from and until (excluded), on which an adverse record of the organisation is or was shown."""
    day, subjects = moment_of(request).day, subjects_of(request)
    catalogue, skip = catalogue_on(day).catalogue, 0
    periods: set[tuple[date, date | None]] = set()
    while subjects:
        rows, total = about(subjects, on_date=day, most=PART, skip=skip)
        periods |= {
            (row.public_from, earlier_end(row.public_until, row.ended_on))
            for row in rows
            if row.public_from is not None and _is_adverse(row.kind, catalogue)
        }
        skip += len(rows)
        if not rows or skip >= total:
            break
    return [period for period in periods if period[1] is None or period[0] < period[1]]


def _is_adverse(name: str, catalogue: Catalogue) -> bool:
    kind = catalogue.kinds.get(name)
    return kind is not None and kind.effect is Effect.ADVERSE and kind.audience is Audience.PUBLIC
