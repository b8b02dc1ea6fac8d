"""How cases go, by unit and month, as it may be published: nothing small can be computed from it (docs/adr/0031).

Counted are the months that are over, as cases stood when the last of them ended: the figures do not move within a
month, so that no single case is seen to move them. Every case is in one cell (unit, whether in time, month, outcome),
and each course is told by itself, through the same protection as the statistics of what is shown (adr/0014).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from statistics import median_low
from typing import Any, Final

from django.db import connection

from xinshu.bulk.small_cells import Cell, Number, Part, Published, Range, published
from xinshu.kit.workdays import NotYetComputable, WorkCalendar, working_days_between

MONTHS: Final = 24
YEAR: Final = 12


class Pace(StrEnum):
    """Whether a case was decided, or still waits, in its time."""

    ON_TIME = "ON_TIME"
    LATE = "LATE"


class Result(StrEnum):
    """How cases of a course ended; OPEN waits, OTHER was taken back or fell away."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    UPHELD = "UPHELD"
    NOT_UPHELD = "NOT_UPHELD"
    OPEN = "OPEN"
    OTHER = "OTHER"


OBJECTED: Final = {
    "CORRECTED": Result.UPHELD,
    "ENDED": Result.UPHELD,
    "CONFIRMED": Result.NOT_UPHELD,
    "CONFIRMED_AGAIN": Result.NOT_UPHELD,
    "APPEAL_DISMISSED": Result.NOT_UPHELD,
}
DECIDED: Final[Mapping[str, Mapping[str, Result]]] = {
    "REPAIR": {"GRANTED": Result.GRANTED, "REFUSED": Result.REFUSED},
    "OBJECTION": OBJECTED,
    "NOT_US": {"NOT_SAME": Result.UPHELD, "SAME": Result.NOT_UPHELD},
    "SHIELD": {"GRANTED": Result.GRANTED, "REFUSED": Result.REFUSED},
}
"""The states of each course in which it is decided, and what that is; a course that is not here is not counted."""

PLATFORM: Final = "PLATFORM"
"""Stands for a unit where the platform itself decides: a court's plan is shielded by its officers."""

BY_THE_PLATFORM: Final = frozenset({"SHIELD"})
UNLODGED: Final = ("DRAFT", "PRELODGED")

COUNTED: Final = """
WITH lines AS (
    SELECT coalesce(nullif(c.organ_code, ''), %(platform)s) AS organ_code, e.case_id, e.place, e.after, e.on_day,
           e.until, lag(e.until) OVER own AS due,
           min(e.place) FILTER (WHERE e.after = ANY(%(decided)s)) OVER (PARTITION BY e.case_id) AS first_decided,
           e.place = max(e.place) OVER (PARTITION BY e.case_id) AS is_last
      FROM cases_caseevent e JOIN cases_case c ON c.id = e.case_id
     WHERE c.course = %(course)s AND (c.organ_code <> '' OR %(by_platform)s) AND e.on_day < %(until)s
    WINDOW own AS (PARTITION BY e.case_id ORDER BY e.place)
), cases AS (
    SELECT organ_code, case_id,
           min(on_day) FILTER (WHERE after <> ALL(%(unlodged)s)) AS received,
           min(on_day) FILTER (WHERE place = first_decided) AS decided,
           (array_agg(after ORDER BY place DESC) FILTER (WHERE after = ANY(%(decided)s)))[1] AS outcome,
           (array_agg(after ORDER BY place DESC))[1] AS state,
           bool_or(place <= coalesce(first_decided, place) AND due < on_day
                   OR first_decided IS NULL AND is_last AND until < %(until)s) AS late
      FROM lines GROUP BY organ_code, case_id
)
SELECT organ_code, received, decided, outcome, state = ANY(%(closed)s), coalesce(late, false), count(*)
  FROM cases WHERE received IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""
FALLEN: Final = ("WITHDRAWN", "LAPSED", "TAKEN_BACK", "FOLLOWED")


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Cases alike: whose, received and decided on which day, how they ended, whether late, and how many."""

    organ: str
    received: date
    decided: date | None
    result: Result
    late: bool
    many: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """What is told of a unit (`organ`; "" for all together). None: fewer than ten, or not told.

    `days`: the median of working days from receipt to decision.
    """

    organ: str
    received: int | None
    on_time: int | None
    late: int | None
    results: Mapping[Result, int | None]
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatistics:
    """One course until a day (excluded): all together, each unit of which a number is told, and receipts by month."""

    course: str
    until: date
    all: UnitLine
    units: tuple[UnitLine, ...]
    months: tuple[tuple[str, int | None], ...]
    results: tuple[Result, ...]


def counted(course: str, *, until: date) -> tuple[Group, ...]:
    """How many cases of a course are alike, as they stood before that day. Not for publication."""
    decided = DECIDED[course]
    asked: dict[str, Any] = {"course": course, "decided": list(decided), "until": until}
    asked |= {"platform": PLATFORM, "by_platform": course in BY_THE_PLATFORM}
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, asked | {"unlodged": list(UNLODGED), "closed": list(FALLEN)})
        rows = cursor.fetchall()
    return tuple(
        Group(organ, received, on_day, _result(decided, outcome, fallen=fallen), late, many)
        for organ, received, on_day, outcome, fallen, late, many in rows
    )


def case_statistics(course: str, calendar: WorkCalendar, *, organ: str = "", on_date: date) -> CaseStatistics:
    """What may be told of a course in the months that are over; `months` of one unit, if it is given."""
    until = on_date.replace(day=1)
    groups = counted(course, until=until)
    seen = _published(course, groups, until)
    names = sorted({group.organ for group in groups})
    lines = [_line(name, course, seen, groups, calendar) for name in names]
    return CaseStatistics(
        course=course,
        until=until,
        all=_line("", course, seen, groups, calendar),
        units=tuple(line for line in lines if line.received is not None),
        months=tuple((month, seen.told.get(Number(organ, "", Part.MONTH, month))) for month in _months(until)),
        results=tuple(dict.fromkeys(DECIDED[course].values())),
    )


@lru_cache(maxsize=8)
def _published(course: str, groups: tuple[Group, ...], until: date) -> Published:
    """The numbers that may be told; worked out once for the same groups."""
    months = _months(until)
    return published(_cells(groups, months), _rows(course, groups, months))


def _cells(groups: Iterable[Group], months: tuple[str, ...]) -> dict[Cell, int]:
    cells: dict[Cell, int] = {}
    for group in groups:
        month = f"{group.received:%Y-%m}"
        pace = Pace.LATE if group.late else Pace.ON_TIME
        cell = Cell(group.organ, pace, month if month in months else "", group.result)
        cells[cell] = cells.get(cell, 0) + group.many
    return cells


def _rows(course: str, groups: Iterable[Group], months: tuple[str, ...]) -> Range:
    return Range(
        kinds=tuple(sorted({group.organ for group in groups})),
        divisions=tuple(Pace),
        months=months,
        industries=(*dict.fromkeys(DECIDED[course].values()), Result.OPEN, Result.OTHER),
    )


def _line(organ: str, course: str, seen: Published, groups: Iterable[Group], calendar: WorkCalendar) -> UnitLine:
    def told(pace: str, part: Part, value: str) -> int | None:
        return seen.told.get(Number(organ, pace, part, value))

    results = {result: told("", Part.INDUSTRY, result) for result in dict.fromkeys(DECIDED[course].values())}
    # The median says that ten at least are decided: it is told where that is told already.
    known = any(number is not None for number in results.values())
    return UnitLine(
        organ=organ,
        received=told("", Part.TOTAL, ""),
        on_time=told(Pace.ON_TIME, Part.TOTAL, ""),
        late=told(Pace.LATE, Part.TOTAL, ""),
        results=results,
        days=_median(organ, groups, calendar) if known else None,
    )


def _median(organ: str, groups: Iterable[Group], calendar: WorkCalendar) -> int | None:
    days: list[int] = []
    for group in groups:
        if group.decided is not None and organ in ("", group.organ):
            between = working_days_between(group.received, group.decided, calendar)
            if not isinstance(between, NotYetComputable):
                days += [between] * group.many
    return median_low(days) if days else None


def _result(decided: Mapping[str, Result], outcome: str | None, *, fallen: bool) -> Result:
    if outcome is not None:
        return decided[outcome]
    return Result.OTHER if fallen else Result.OPEN


def _months(until: date) -> tuple[str, ...]:
    last = until.year * YEAR + until.month - 1
    return tuple(f"{at // YEAR:04}-{at % YEAR + 1:02}" for at in range(last - MONTHS, last))
