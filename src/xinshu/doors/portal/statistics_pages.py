"""统计 for everyone: how many records are shown today, by month, kind, division and industry; never of one body."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.charts import Bars, column_chart, row_chart
from xinshu.doors.portal.wording import Words
from xinshu.register.access.audience import moment_of, public
from xinshu.uses.disclosure.statistics import (
    NOT_COUNTED,
    RULE,
    Choices,
    Line,
    Statistics,
    choices,
    statistics,
)

HEADINGS: Final[dict[str, Words]] = {
    "months": ("按决定月份", "By month of decision"),
    "kinds": ("按类别", "By kind"),
    "divisions": ("按作出决定的机关所在区划", "By division of the deciding organ"),
    "industries": ("按行业门类", "By section of industry"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its names, its number, and where it leads."""

    names: Words
    number: int
    link: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table with its chart: the rows that have a number, and the names of those of which none is told."""

    name: str
    heading: Words
    rows: tuple[Row, ...]
    untold: tuple[Words, ...]
    chart: Bars

    @property
    def told(self) -> bool:
        """Whether any row has a number."""
        return bool(self.rows)


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The day's statistics, of one kind or division if they are asked for."""
    day = moment_of(request).day
    given = choices(on_date=day)
    kind, division = request.GET.get("kind", ""), request.GET.get("division", "")
    if (kind and kind not in given.kinds) or (division and division not in given.divisions):
        raise Http404
    found = statistics(given, kind=kind, division=division, on_date=day)
    chosen = {name: value for name, value in (("kind", kind), ("division", division)) if value}
    context: dict[str, Any] = {
        "found": found,
        "given": given,
        "of": [names for names in (given.kinds.get(kind), given.divisions.get(division)) if names],
        "both": bool(kind and division),
        "tables": _tables(found, given) if found.counted_at else [],
        "query": urlencode(chosen),
        "rule": RULE,
        "not_counted": NOT_COUNTED,
    }
    return render(request, "portal/statistics.html", context)


def _tables(found: Statistics, given: Choices) -> list[Table]:
    """The tables that have rows, each with its chart."""
    lines = {name: getattr(found, name) for name in HEADINGS}
    return [_table(name, several, found, given) for name, several in lines.items() if several]


def _table(name: str, lines: tuple[Line, ...], found: Statistics, given: Choices) -> Table:
    if name == "months":
        chart = column_chart([(date.fromisoformat(f"{line.value}-01"), line.number) for line in lines])
        lines = lines[::-1]
    else:
        chart = row_chart([(line.names[0], line.number) for line in lines if line.number is not None])
    told = [(line, line.number) for line in lines if line.number is not None]
    rows = tuple(Row(line.names, number, _link(name, line, found, given)) for line, number in told)
    untold = tuple(line.names for line in lines if line.number is None)
    return Table(name, HEADINGS[name], rows, untold, chart)


def _link(name: str, line: Line, found: Statistics, given: Choices) -> str:
    """Where a kind or a division leads: to its own statistics, beside what is chosen already."""
    if name == "kinds" and line.value in given.kinds:
        return urlencode({"kind": line.value} | ({"division": found.division} if found.division else {}))
    if name == "divisions" and line.value in given.divisions:
        return urlencode(({"kind": found.kind} if found.kind else {}) | {"division": line.value})
    return ""
