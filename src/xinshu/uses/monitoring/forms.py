"""The figures as JSON and CSV, and a month as it is written: what API and pages share."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO
from typing import Any, Final

from xinshu.uses.monitoring.measures import DEFINITIONS, Measure, change
from xinshu.uses.monitoring.queries import MonthReport, OrganReport, Scored

COLUMNS: Final = (
    *("month", "complete", "organ_code", "organ_name", "kind", "measure", "name_zh", "name_en", "numerator"),
    *("denominator", "percent", "change_in_points", "band"),
)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def month_of(text: str) -> date | None:
    """The month that YYYY-MM names, by its first day."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return day if f"{day:%Y-%m}" == text else None


def definitions() -> list[dict[str, Any]]:
    """Each measure in words, once for the whole answer."""
    return [
        {
            "measure": told.name,
            "name": {"zh": told.name_zh, "en": told.name_en},
            "counted": {"zh": told.counted_zh, "en": told.counted_en},
            "of": {"zh": told.of_zh, "en": told.of_en},
            "source": told.source,
        }
        for told in DEFINITIONS.values()
    ]


def month_form(report: MonthReport) -> dict[str, Any]:
    """A month of all organs."""
    return {
        "month": f"{report.month:%Y-%m}",
        "complete": report.complete,
        "counted_at": report.counted_at,
        "definitions": definitions(),
        "whole": _scored(report.whole),
        "organs": [
            {"code": score.organ.code, "name": score.organ.name, "named_late": score.named, **_scored(score.scored)}
            for score in report.organs
        ],
    }


def organ_form(report: OrganReport) -> dict[str, Any]:
    """A month of one organ, its kinds, and twelve months."""
    return {
        "code": report.organ.code,
        "name": report.organ.name,
        "month": f"{report.month:%Y-%m}",
        "complete": report.complete,
        "counted_at": report.counted_at,
        "named_late": report.named,
        "definitions": definitions(),
        **_scored(report.scored),
        "kinds": [{"kind": kind, **_scored(scored)} for kind, scored in report.kinds],
        "trend": [{"month": f"{at:%Y-%m}", **_scored(scored)} for at, scored in report.trend],
    }


def month_csv(report: MonthReport) -> bytes:
    """A month of all organs, one line for each organ and measure."""
    head = (f"{report.month:%Y-%m}", _yes(complete=report.complete))
    return _csv(
        (*head, score.organ.code, score.organ.name, "", *line)
        for score in report.organs
        for line in _lines(score.scored)
    )


def organ_csv(report: OrganReport) -> bytes:
    """One organ: its twelve months, then the kinds of the month asked about."""
    organ = (report.organ.code, report.organ.name)
    trend = (
        (f"{at:%Y-%m}", _yes(complete=report.complete or at < report.month), *organ, "", *line)
        for at, scored in report.trend
        for line in _lines(scored)
    )
    kinds = (
        (f"{report.month:%Y-%m}", _yes(complete=report.complete), *organ, kind, *line)
        for kind, scored in report.kinds
        for line in _lines(scored)
    )
    return _csv([*trend, *kinds])


def _scored(scored: Scored) -> dict[str, Any]:
    counts = {name: getattr(scored.counts, name) for name in ("batches", "received", "accepted", "returned")}
    taken = [_taken(now, earlier) for now, earlier in zip(scored.measures, scored.before, strict=True)]
    return {"counts": counts, "measures": taken}


def _taken(now: Measure, earlier: Measure) -> dict[str, Any]:
    told = {
        "measure": now.definition.name,
        "numerator": now.numerator,
        "denominator": now.denominator,
        "percent": now.percent,
        "change_in_points": change(now, earlier),
        "band": now.band,
    }
    return told if now.missing is None else told | {"missing": {"zh": now.missing[0], "en": now.missing[1]}}


def _lines(scored: Scored) -> Iterator[tuple[Any, ...]]:
    for now, earlier in zip(scored.measures, scored.before, strict=True):
        told = now.definition
        shares = (now.numerator, now.denominator, now.percent, change(now, earlier), now.band)
        yield (told.name, told.name_zh, told.name_en, *("" if one is None else str(one) for one in shares))


def _csv(lines: Iterable[tuple[Any, ...]]) -> bytes:
    """With a mark that has spreadsheets read it as UTF-8; no cell of words begins as a formula does."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in lines:
        name = line[3]
        writer.writerow([*line[:3], f"'{name}" if name.startswith(FORMULA) else name, *line[4:]])
    return text.getvalue().encode("utf-8-sig")


def _yes(*, complete: bool) -> str:
    return "true" if complete else "false"
