"""The statistics of cases, for machines."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from xinshu.proceedings.cases.statistics import DECIDED, UnitLine, case_statistics
from xinshu.register.access.answers import answer, error, may_say
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on

router = Router(tags=["disclosure 公示"])


class UnitForm(Schema):
    """What is told of a unit (`organ` null: of all together). null: fewer than ten, or not told."""

    organ: str | None
    received: int | None
    on_time: int | None
    late: int | None
    results: dict[str, int | None]
    median_working_days: int | None


class MonthForm(Schema):
    """How many were received in a month; null: fewer than ten, or not told."""

    month: str
    received: int | None


class CaseStatisticsForm(Schema):
    """How cases of a course go in the months that are over; `until` is the first day that is not counted."""

    course: str
    until: date
    all: UnitForm
    units: list[UnitForm]
    months: list[MonthForm]


@router.get(
    "/statistics/cases",
    response=CaseStatisticsForm,
    summary="办件统计 How repairs and objections go, by unit and month",
    operation_id="case_statistics",
    url_name="case-statistics",
    openapi_extra=may_say("UNKNOWN_KIND"),
)
@public
def statistics_of_cases(request: HttpRequest, course: str = "REPAIR", organ: str = "") -> HttpResponse:
    """Of one course: REPAIR, OBJECTION, NOT_US or SHIELD; `months` of one unit, if it is given by its code.

    Shields are decided by the platform itself, whose code here is PLATFORM.
    """
    if course not in DECIDED:
        known = ", ".join(DECIDED)
        return error(422, "UNKNOWN_KIND", f"course 只能是：{known}。", f"The course is one of: {known}.")
    day = moment_of(request).day
    found = case_statistics(course, catalogue_on(day).catalogue.calendar, organ=organ, on_date=day)
    return answer(
        {
            "course": found.course,
            "until": found.until,
            "all": _unit(found.all),
            "units": [_unit(line) for line in found.units],
            "months": [{"month": month, "received": number} for month, number in found.months],
        }
    )


def _unit(line: UnitLine) -> dict[str, object]:
    return {
        "organ": line.organ or None,
        "received": line.received,
        "on_time": line.on_time,
        "late": line.late,
        "results": {str(result): number for result, number in line.results.items()},
        "median_working_days": line.days,
    }
