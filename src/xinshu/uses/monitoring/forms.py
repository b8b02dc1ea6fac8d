"""The figures as JSON and CSV, and a month as it is written: what API and pages share."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import StringIO
from typing import Any, Final
from uuid import UUID

from ninja import Field, Schema

from xinshu.register.access.answers import Bilingual
from xinshu.uses.monitoring.measures import DEFINITIONS, Band, MeasureName, QualityMeasure, change
from xinshu.uses.monitoring.queries import MonthReport, OrganReport, Scored
from xinshu.uses.monitoring.states import Due

COLUMNS: Final = (
    *("month", "complete", "organ_code", "organ_name", "kind", "measure", "name_zh", "name_en", "numerator"),
    *("denominator", "percent", "change_in_points", "band"),
)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

MOST_LISTED: Final = 10_000
"""Documents of one list; a longer ledger is sent as a file."""

MOST_COUNTED: Final = 2_000_000_000
"""More than any month of any organ, and what the table can hold."""


class LedgerDocument(Schema):
    """A document of an organ's ledger; `organ_code` if another organ decided it, `content_digest` in hexadecimal."""

    number: str = Field(max_length=200)
    code: str | None = Field(None, max_length=50)
    item: str | None = Field(None, max_length=2000)
    organ_code: str | None = Field(None, max_length=18)
    content_digest: str | None = Field(None, max_length=64)


class ReconciliationForm(Schema):
    """What an organ says of a month: count and digest of its ledger, or the ledger itself, or both."""

    kind: str
    month: str
    count: int | None = Field(None, ge=0, le=MOST_COUNTED)
    digest: str | None = Field(None, pattern="^[0-9a-fA-F]{64}$")
    documents: list[LedgerDocument] | None = Field(None, max_length=MOST_LISTED)


class AlarmAnswer(Schema):
    """How the organ dealt with returned rows by another way."""

    words: str = Field(max_length=500)


class MeasureForm(Schema):
    """A share: `percent` as text with two decimals, null where there is no denominator; `missing` says why."""

    measure: MeasureName
    numerator: int | None
    denominator: int | None
    percent: str | None
    change_in_points: str | None
    band: Band | None
    missing: Bilingual | None = None


class DefinitionForm(Schema):
    """A measure in words: what is counted, of how many, and the source that it serves."""

    measure: MeasureName
    name: Bilingual
    counted: Bilingual
    of: Bilingual
    source: str


class CountsForm(Schema):
    """What was received, and how much of it was taken in and sent back."""

    batches: int
    received: int
    accepted: int
    returned: int


class ScoredForm(Schema):
    """Counts and measures of a month."""

    counts: CountsForm
    measures: list[MeasureForm]


class OrganScoreForm(ScoredForm):
    """Those of one organ. `named_late`: so late that the bulletin names it."""

    code: str
    name: str
    named_late: bool


class KindScoreForm(ScoredForm):
    """Those of one kind of record."""

    kind: str


class MonthScoreForm(ScoredForm):
    """Those of one month (YYYY-MM)."""

    month: str


class MonthAnswer(Schema):
    """A month of all organs. `complete` is false for the present month."""

    month: str
    complete: bool
    counted_at: datetime | None
    definitions: list[DefinitionForm]
    whole: ScoredForm
    organs: list[OrganScoreForm]


class OrganAnswer(OrganScoreForm):
    """A month of one organ, its kinds, and twelve months, the oldest first."""

    month: str
    complete: bool
    counted_at: datetime | None
    definitions: list[DefinitionForm]
    kinds: list[KindScoreForm]
    trend: list[MonthScoreForm]


class ReconciliationItem(Schema):
    """A reconciliation as it was answered: counts and digests; null where no ledger was compared."""

    id: int
    organ_code: str
    kind: str
    month: str
    their_count: int
    their_digest: str
    our_count: int
    our_digest: str
    listed: bool
    held: int | None
    missing_here: int | None
    missing_there: int | None
    different: int | None
    withdrawn: int | None
    at: datetime
    agrees: bool


class NamedForm(Schema):
    """A document as it is named to the organ itself."""

    number: str
    code: str


class ApartForm(Schema):
    """Documents of each sort, at most `most_named` of each."""

    missing_here: list[NamedForm]
    missing_there: list[NamedForm]
    different: list[NamedForm]
    withdrawn: list[NamedForm]


class ComparisonForm(ReconciliationItem):
    """The answer to a reconciliation; the documents are named once and kept nowhere."""

    documents: ApartForm
    most_named: int


class ReconciliationsAnswer(Schema):
    """The organ's last reconciliations."""

    reconciliations: list[ReconciliationItem]


class AlarmItem(Schema):
    """Returned rows that nobody has filed again. `days_left`: working days, null when past or not computable."""

    batch: UUID
    kind: str
    file_name: str
    rows: int
    due: Due
    due_on: date | None
    days_left: int | None
    raised_on: date | None


class AlarmsAnswer(Schema):
    """What waits on that day, the nearest deadline first."""

    day: date
    alarms: list[AlarmItem]


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


def _taken(now: QualityMeasure, earlier: QualityMeasure) -> dict[str, Any]:
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
