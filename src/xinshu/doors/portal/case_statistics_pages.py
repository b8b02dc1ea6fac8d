"""办件统计 for everyone: how repairs and objections go, by unit and month; never of one subject."""

from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.charts import column_chart, row_chart
from xinshu.doors.portal.wording import Words
from xinshu.proceedings.cases.statistics import PLATFORM, CaseStatistics, Result, UnitLine, case_statistics
from xinshu.register.access.audience import moment_of, public
from xinshu.register.access.queries import organs
from xinshu.register.catalogues.queries import catalogue_on

COURSES: Final[dict[str, Words]] = {
    "REPAIR": ("信用修复", "Repair"),
    "OBJECTION": ("异议", "Objections"),
    "NOT_US": ("非本单位信息申明", "“This is not us”"),
    "SHIELD": ("重整计划临时屏蔽", "Shields of court-approved plans"),
}
RESULTS: Final[dict[Result, Words]] = {
    Result.GRANTED: ("准予", "Granted"),
    Result.REFUSED: ("不予", "Refused"),
    Result.UPHELD: ("成立", "Upheld"),
    Result.NOT_UPHELD: ("不成立", "Not upheld"),
}
BEFORE: Final[tuple[Words, ...]] = (("收到", "Received"), ("按时", "On time"), ("超期", "Late"))
DAYS: Final[Words] = ("工作日中位数", "Median working days")


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The statistics of one course (repair, unless another is asked for); months of one unit, if it is asked for."""
    course, organ = request.GET.get("course", "REPAIR"), request.GET.get("organ", "")
    names = {row.code: row.name for row in organs()} | {PLATFORM: "平台运行管理"}
    if course not in COURSES or (organ and organ not in names):
        raise Http404
    day = moment_of(request).day
    found = case_statistics(course, catalogue_on(day).catalogue.calendar, organ=organ, on_date=day)
    context: dict[str, Any] = {
        "found": found,
        "courses": COURSES,
        "course": COURSES[course],
        "organ": names.get(organ, ""),
        "code": organ,
        "columns": _columns(found),
        "rows": [_row(line, names, found) for line in (found.all, *found.units)],
        "months": [(month, number) for month, number in reversed(found.months) if number is not None],
        "tables": _charts(found, names),
    }
    return render(request, "portal/case_statistics.html", context)


def _row(line: UnitLine, names: dict[str, str], found: CaseStatistics) -> dict[str, Any]:
    numbers = [line.received, line.on_time, line.late, *(line.results[result] for result in found.results), line.days]
    told = list(zip(_columns(found), numbers, strict=True))
    return {"code": line.organ, "name": names.get(line.organ, line.organ), "numbers": told}


def _columns(found: CaseStatistics) -> list[Words]:
    return [*BEFORE, *(RESULTS[result] for result in found.results), DAYS]


def _charts(found: CaseStatistics, names: dict[str, str]) -> dict[str, Any]:
    months = column_chart([(date.fromisoformat(f"{month}-01"), number) for month, number in found.months])
    units = row_chart([(names.get(line.organ, line.organ), line.received) for line in found.units])
    return {
        "months": {"name": "months", "heading": ("按收到月份", "By month of receipt"), "chart": months},
        "units": {"name": "units", "heading": ("按单位", "By unit"), "chart": units},
    }
