"""The statistics of what is shown, as they may be told: read, and given their shape for page, API and table."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any, Final

from django.db.models import Q

from xinshu.bulk.small_cells import SMALLEST, STEP, Part
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import Audience
from xinshu.register.access.queries import organs
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.disclosure.models import Delivery, ShownCount, ShownNumber

INDUSTRY: Final = "INDUSTRY"
UNKNOWN: Final = "UNKNOWN"
MEASURE: Final = "MEASURE"
"""The part of a count that tells of how many bodies a ground of a measure is shown; its kind is the measure's name."""

MONTHS: Final = 24
COLUMNS: Final = ("day", "kind", "division", "part", "value", "name_zh", "name_en", "number")

RULE: Final = (
    f"每个数都向下取整到{STEP}的倍数；不足{SMALLEST}条的不公布，为防止由其他数推算出来，有时其周围的数也不公布。",
    f"Each number is rounded down to a multiple of {STEP}. What is below {SMALLEST} is not told; now and then numbers"
    " around it are not told either, so that it cannot be computed from them.",
)
NOT_COUNTED: Final = (
    "今日尚未统计。统计每日零时后进行；以前各日的统计含有已经结束公示的信息，不再提供。",
    "Nothing has been counted today yet. The count is made soon after midnight; those of earlier days hold what has"
    " ended since, and are not kept.",
)
UNKNOWN_NAME: Final = ("未知", "unknown")

Names = tuple[str, str]
Key = tuple[str, str, str, str]
"""Kind, division, part and value of a number."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its value, official names, and how many are shown; None where that is not told."""

    value: str
    names: Names
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What may be told of a day, of one kind or one division or of all.

    `counted_at` and `log_number` are None while the day is not counted; then every number is None. Of a kind within a
    division only the total is told: the four tables are empty then.
    """

    day: date
    counted_at: datetime | None
    log_number: int | None
    kind: str
    division: str
    total: int | None
    months: tuple[Line, ...]
    kinds: tuple[Line, ...]
    divisions: tuple[Line, ...]
    industries: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen: the public kinds and the divisions of the organs, with their names."""

    kinds: Mapping[str, Names]
    divisions: Mapping[str, Names]


@dataclass(frozen=True, slots=True)
class Source:
    """An organ that delivers a kind, and the last day on which it did."""

    name: str
    last_on: date


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who delivers each kind, by name; a kind of which nothing ever came is not among them.

    `looked_up_on` is the day on which that was looked up; None: never, and then nothing is known.
    """

    looked_up_on: date | None
    sources: Mapping[str, tuple[Source, ...]]


def choices(*, on_date: date) -> Choices:
    """The kinds of the catalogue of that day that are public, and the prefectures of all organs."""
    catalogue = catalogue_on(on_date).catalogue
    kinds = {name: (kind.name_zh, kind.name_en) for name, kind in public_kinds(catalogue).items()}
    codes = sorted({prefecture(organ.division) for organ in organs()})
    return Choices(kinds, {code: _division(code, catalogue) for code in codes} | {UNKNOWN: UNKNOWN_NAME})


def is_counted(day: date) -> bool:
    """Whether that day has its count."""
    return ShownCount.objects.filter(day=day).exists()


def statistics(given: Choices, *, kind: str = "", division: str = "", on_date: date) -> Statistics:
    """The day's numbers of that kind and division (empty: of all), which must be among the choices given."""
    count = ShownCount.objects.filter(day=on_date).first()
    numbers = {} if count is None else _numbers(count, kind, division)
    kinds = {} if kind else given.kinds
    divisions = {} if division else given.divisions
    by = not (kind and division)
    months = {f"{month:%Y-%m}": (f"{month:%Y-%m}", "") for month in months_until(on_date)} if by else {}
    industries = _industries(catalogue_on(on_date).catalogue) if by else {}

    def line(value: str, names: Names, key: Key) -> Line:
        return Line(value, names, numbers.get(key))

    return Statistics(
        day=on_date,
        counted_at=None if count is None else count.counted_at,
        log_number=None if count is None else count.log_number,
        kind=kind,
        division=division,
        total=numbers.get((kind, division, Part.TOTAL, "")),
        months=tuple(line(at, names, (kind, division, Part.MONTH, at)) for at, names in months.items()),
        kinds=tuple(line(one, names, (one, division, Part.TOTAL, "")) for one, names in kinds.items() if by),
        divisions=tuple(line(one, names, (kind, one, Part.TOTAL, "")) for one, names in divisions.items() if by),
        industries=tuple(line(one, names, (kind, division, Part.INDUSTRY, one)) for one, names in industries.items()),
    )


def counts_of_measures(*, on_date: date) -> Mapping[str, int] | None:
    """Of each measure for how many bodies a ground is shown, as that may be told; None while the day is not counted."""
    if not is_counted(on_date):
        return None
    rows = ShownNumber.objects.filter(count_id=on_date, part=MEASURE)
    return dict(rows.values_list("kind", "number"))


def coverage() -> Coverage:
    """Who delivers what, and when last: three queries, however many."""
    looked_up_on = ShownCount.objects.values_list("day", flat=True).first()
    names = {organ.code: organ.name for organ in organs()}
    found: dict[str, list[Source]] = {}
    for row in Delivery.objects.order_by("kind", "organ_code"):
        found.setdefault(row.kind, []).append(Source(names.get(row.organ_code, row.organ_code), row.last_on))
    ordered = {kind: tuple(sorted(several, key=lambda source: source.name)) for kind, several in found.items()}
    return Coverage(looked_up_on, ordered)


def as_json(found: Statistics) -> dict[str, Any]:
    """The statistics as plain data; `number` is null where it is not told."""
    tables = {name: [_plain(line) for line in lines] for name, lines in _tables(found)}
    return {
        "day": found.day,
        "counted_at": found.counted_at,
        "kind": found.kind or None,
        "division": found.division or None,
        "rule": dict(zip(("zh", "en"), RULE if found.counted_at else NOT_COUNTED, strict=True)),
        "total": found.total,
        **tables,
    }


def as_csv(found: Statistics) -> bytes:
    """One line for each number, with a mark that has spreadsheets read it as UTF-8; empty where it is not told."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    head = (found.day, found.kind, found.division)
    every: Iterable[tuple[str, Line]] = (
        ("total", Line("", ("合计", "total"), found.total)),
        *((name, line) for name, lines in _tables(found) for line in lines),
    )
    for part, line in every:
        writer.writerow((*head, part, line.value, *line.names, "" if line.number is None else line.number))
    return text.getvalue().encode("utf-8-sig")


def public_kinds(catalogue: Catalogue) -> dict[str, Any]:
    """The kinds of which anything can be shown, in the official order."""
    return {name: kind for name, kind in catalogue.kinds.items() if kind.audience is Audience.PUBLIC}


def industry_field(catalogue: Catalogue) -> tuple[str, str]:
    """The kind and the field that show a body's industry; two empty names where no kind does."""
    fields = (
        (name, field, rule) for name, kind in public_kinds(catalogue).items() for field, rule in kind.fields.items()
    )
    return next(
        ((name, field) for name, field, rule in fields if rule.vocabulary == INDUSTRY and rule.public), ("", "")
    )


def months_until(day: date) -> tuple[date, ...]:
    """The MONTHS months that end with that day's own, by their first days, the oldest first."""
    last = day.year * 12 + day.month - 1
    return tuple(date(at // 12, at % 12 + 1, 1) for at in range(last - MONTHS + 1, last + 1))


def prefecture(division: str) -> str:
    """The prefecture of a division, or its province if it is one itself (GB/T 2260: two digits a level)."""
    return division[:4].ljust(6, "0")


def _numbers(count: ShownCount, kind: str, division: str) -> dict[Key, int]:
    """The numbers that a choice needs: its own, and the totals that its tables of kinds and divisions are made of."""
    wanted = Q(kind=kind, division=division)
    if not division:
        wanted |= Q(kind=kind, part=Part.TOTAL)
    if not kind:
        wanted |= Q(division=division, part=Part.TOTAL)
    found = ShownNumber.objects.filter(wanted, count=count)
    return {
        (row.kind, row.division, row.part, row.value): row.number
        for row in found.only("kind", "division", "part", "value", "number")
    }


def _division(code: str, catalogue: Catalogue) -> Names:
    """The official name of the province with the code; the names of prefectures are not held."""
    province = catalogue.divisions.get(code[:2])
    if province is None:
        return code, ""
    rest = "" if code.endswith("0000") else f" {code}"
    return province.name_zh + rest, province.name_en + rest


def _industries(catalogue: Catalogue) -> dict[str, Names]:
    vocabulary = catalogue.vocabularies.get(INDUSTRY)
    chosen = {} if vocabulary is None else vocabulary.choices
    named = {name: (f"{name} {choice.name_zh}", choice.name_en) for name, choice in chosen.items()}
    return named | {UNKNOWN: UNKNOWN_NAME}


def _tables(found: Statistics) -> Iterator[tuple[str, tuple[Line, ...]]]:
    yield "months", found.months
    yield "kinds", found.kinds
    yield "divisions", found.divisions
    yield "industries", found.industries


def _plain(line: Line) -> dict[str, Any]:
    return {"value": line.value, "name": dict(zip(("zh", "en"), line.names, strict=True)), "number": line.number}
