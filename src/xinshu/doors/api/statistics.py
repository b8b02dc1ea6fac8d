"""The statistics of what is shown, for machines."""

from datetime import date, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from xinshu.register.access.answers import Bilingual, answer, error, may_say
from xinshu.register.access.audience import moment_of, public
from xinshu.uses.disclosure.statistics import as_csv, as_json, choices, statistics

router = Router(tags=["disclosure 公示"])

FORMS: Final = ("json", "csv")


class LineForm(Schema):
    """A row of a table. `number` is null where it is not told."""

    value: str
    name: Bilingual
    number: int | None


class StatisticsForm(Schema):
    """How many records are shown today. `counted_at` is null while today is not counted yet; then no number is told."""

    day: date
    counted_at: datetime | None
    kind: str | None
    division: str | None
    rule: Bilingual
    total: int | None
    months: list[LineForm]
    kinds: list[LineForm]
    divisions: list[LineForm]
    industries: list[LineForm]


@router.get(
    "/statistics",
    response=StatisticsForm,
    summary="公示信息统计 How many records are shown, by month, kind, division and industry",
    operation_id="statistics",
    url_name="statistics",
    openapi_extra=may_say("UNKNOWN_FORM", "UNKNOWN_KIND", "UNKNOWN_DIVISION"),
)
@public
def statistics_of_today(request: HttpRequest, kind: str = "", division: str = "", form: str = "json") -> HttpResponse:
    """Of one kind, of one division (six digits of a prefecture), or of all; `form=csv` for a table."""
    day = moment_of(request).day
    given = choices(on_date=day)
    if form not in FORMS:
        return error(422, "UNKNOWN_FORM", "form 只能是 json 或 csv。", "form is json or csv.")
    if kind and kind not in given.kinds:
        zh, en = "没有这个公示的类别；可用的见 kinds。", "There is no such public kind; `kinds` of the answer has them."
        return error(422, "UNKNOWN_KIND", zh, en)
    if division and division not in given.divisions:
        zh, en = "没有这个区划的机关；可用的见 divisions。", "No organ is of that division; see `divisions`."
        return error(422, "UNKNOWN_DIVISION", zh, en)
    found = statistics(given, kind=kind, division=division, on_date=day)
    if form == "csv":
        response = HttpResponse(as_csv(found), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="statistics-{day}.csv"'
        return response
    return answer(as_json(found))
