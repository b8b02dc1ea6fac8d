"""归集质效 for everyone: a month of all organs, and one organ's scorecard with its kinds and twelve months."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.charts import Chart, line_chart
from xinshu.doors.portal.wording import Wording
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.monitoring.forms import month_of
from xinshu.uses.monitoring.measures import DEFINITIONS, Band, Definition, MeasureName, QualityMeasure, change
from xinshu.uses.monitoring.queries import Scored, before, month_report, months, organ_report

BANDS: Final = {Band.GOOD: ("好", "good"), Band.FAIR: ("中", "fair"), Band.POOR: ("差", "poor")}
LISTED: Final = tuple(name for name in MeasureName if name is not MeasureName.OBJECTIONS_UPHELD)
"""What the table of organs has a column for; what nobody can measure yet is said once, below it."""

PAGE: Final = 100
"""Organs on a page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A measure as a page shows it. `points`: the change in percentage points since the month before."""

    definition: Definition
    measure: QualityMeasure
    percent: str | None
    bar: str
    band: tuple[str, str] | None
    points: str | None
    better: bool | None


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every organ that filed in a month, each measure with its numerator and denominator."""
    day = moment_of(request).day
    known = months()
    month = _month(request, known)
    report = month_report(month, on_date=day)
    page = _page(request)
    shown = report.organs[PAGE * (page - 1) : PAGE * page]
    last = max(1, -(-len(report.organs) // PAGE))
    context = _shared(request, known, month) | {
        "report": report,
        "whole": _cells(report.whole),
        "rows": [(score, [cell for cell in _cells(score.scored) if cell.definition.name in LISTED]) for score in shown],
        "named": [score for score in report.organs if score.named],
        "listed": [DEFINITIONS[name] for name in LISTED],
        "pages": {
            "this": page,
            "last": last,
            "total": len(report.organs),
            "before": page - 1 if page > 1 else None,
            "after": page + 1 if page < last else None,
        },
        "query": f"month={month:%Y-%m}&",
    }
    return render(request, "portal/quality.html", context)


@public
@require_safe
def organ(request: HttpRequest, code: str) -> HttpResponse:
    """One organ's scorecard: each measure with its trend of twelve months, and its kinds."""
    known = months()
    month = _month(request, known)
    report = organ_report(code, month, on_date=moment_of(request).day)
    if report is None:
        raise Http404
    context = _shared(request, known, month)
    wording: Wording = context["wording"]
    kinds = wording.catalogue.kinds
    context |= {
        "report": report,
        "cards": [(cell, _chart(report.trend, cell.definition.name)) for cell in _cells(report.scored)],
        "kinds": [
            ((kinds[name].name_zh, kinds[name].name_en) if name in kinds else (name, ""), name, scored, _listed(scored))
            for name, scored in report.kinds
        ],
        "trend": [(at, scored, _listed(scored)) for at, scored in reversed(report.trend)],
        "listed": [DEFINITIONS[name] for name in LISTED],
    }
    return render(request, "portal/quality-organ.html", context)


def _shared(request: HttpRequest, known: tuple[date, ...], month: date) -> dict[str, Any]:
    catalogue = catalogue_on(moment_of(request).day).catalogue
    return {
        "wording": Wording(catalogue),
        "month": month,
        "earlier": before(month) if known and month > known[-1] else None,
        "later": _next(month) if known and month < known[0] else None,
        "months": known,
        "definitions": list(DEFINITIONS.values()),
        "rules": [(DEFINITIONS[MeasureName(name)], rule) for name, rule in catalogue.quality.items()],
    }


def _cells(scored: Scored) -> list[Cell]:
    return [_cell(now, earlier) for now, earlier in zip(scored.measures, scored.before, strict=True)]


def _listed(scored: Scored) -> list[Cell]:
    return [cell for cell in _cells(scored) if cell.definition.name in LISTED]


def _cell(now: QualityMeasure, earlier: QualityMeasure) -> Cell:
    points = change(now, earlier)
    return Cell(
        definition=now.definition,
        measure=now,
        percent=now.percent,
        bar="" if now.value is None else f"{float(now.value * 100):.1f}",
        band=None if now.band is None else BANDS[now.band],
        points=points,
        better=_better(now, points),
    )


def _better(now: QualityMeasure, points: str | None) -> bool | None:
    """Whether the change is one for the better; None where there is none."""
    if points is None or float(points) == 0:
        return None
    rises = not points.startswith("-")
    return rises is (now.definition.name in {MeasureName.COMPLIANCE, MeasureName.COMPLETENESS, MeasureName.REPORTING})


def _chart(trend: tuple[tuple[date, Scored], ...], name: MeasureName) -> Chart | None:
    """The measure's line; None where no month has a share."""
    series = [
        (at, next(taken.value for taken in scored.measures if taken.definition.name is name)) for at, scored in trend
    ]
    return line_chart(series) if any(share is not None for _, share in series) else None


def _month(request: HttpRequest, known: tuple[date, ...]) -> date:
    """The month asked for; else the newest that is complete, or the newest there is, or this one."""
    present = moment_of(request).day.replace(day=1)
    if text := request.GET.get("month"):
        month = month_of(text)
        if month is None or month > present:
            raise Http404
        return month
    return next((month for month in known if month < present), known[0] if known else present)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= 10_000 else 1
