"""Counts that may be published: none below ten can be computed from them, by no subtraction and from no set of tables.

What may be told is rounded down to a multiple of five; what is below ten is not told. That alone is not enough: five
cells of nine, none of them told, beside a total of 45 are each nine. So for every small cell it is made sure that one
record more, one less, or one record told otherwise would have given the very same tables with another small cell; where
no such change exists, numbers around it are withheld until one does (docs/adr/0014).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice, product
from typing import Final, NamedTuple

SMALLEST: Final = 10
STEP: Final = 5
LOOKED_AT: Final = 3_000
"""Changes that are tried for one small cell before numbers are withheld."""

REMEMBERED: Final = 30
"""Cells that are remembered of each number, to take a record from."""


class Part(StrEnum):
    """What a number counts: all, a month of decision, or a section of industry."""

    TOTAL = "TOTAL"
    MONTH = "MONTH"
    INDUSTRY = "INDUSTRY"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Records alike in all that is counted. `month` is empty for what is older than the table, or has no day."""

    kind: str
    division: str
    month: str
    industry: str


class Number(NamedTuple):
    """A number of the tables: of a kind and of a division (empty: of all), and of which month or industry."""

    kind: str
    division: str
    part: Part
    value: str


class Change(NamedTuple):
    """One record less in a cell, one more in another; None: nothing less, or nothing more."""

    less: Cell | None
    more: Cell | None


@dataclass(frozen=True, slots=True)
class Published:
    """What is told, rounded; and what is withheld, which no reader can tell from what is small."""

    told: Mapping[Number, int]
    withheld: frozenset[Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The values that a table has rows for, whether or not anything is counted there."""

    kinds: tuple[str, ...]
    divisions: tuple[str, ...]
    months: tuple[str, ...]
    industries: tuple[str, ...]


def numbers_of(cell: Cell) -> Iterator[Number]:
    """Every number of the tables in which a record of that cell is counted."""
    yield Number(cell.kind, cell.division, Part.TOTAL, "")
    for kind, division in (("", ""), (cell.kind, ""), ("", cell.division)):
        yield Number(kind, division, Part.TOTAL, "")
        if cell.month:
            yield Number(kind, division, Part.MONTH, cell.month)
        yield Number(kind, division, Part.INDUSTRY, cell.industry)


def published(cells: Mapping[Cell, int], rows: Range) -> Published:
    """The tables of these counts as they may be told. Every cell must lie within the rows (its month may be empty)."""
    tables = _Tables(cells, rows)
    for number in _every(rows):
        if tables.counts.get(number, 0) < SMALLEST:
            tables.shelter(number)
    told = {
        number: count - count % STEP
        for number, count in sorted(tables.counts.items())
        if count >= SMALLEST and number not in tables.withheld
    }
    return Published(told, frozenset(tables.withheld))


def _every(rows: Range) -> Iterator[Number]:
    """Every number of the tables, those of nothing too."""
    sides = [("", ""), *((kind, "") for kind in rows.kinds), *(("", division) for division in rows.divisions)]
    for kind, division in [*sides, *product(rows.kinds, rows.divisions)]:
        yield Number(kind, division, Part.TOTAL, "")
    for kind, division in sides:
        yield from (Number(kind, division, Part.MONTH, month) for month in rows.months)
        yield from (Number(kind, division, Part.INDUSTRY, industry) for industry in rows.industries)


class _Tables:
    """The true numbers, and what is withheld of them so far; that only grows, so what is sheltered stays so."""

    def __init__(self, cells: Mapping[Cell, int], rows: Range) -> None:
        self.rows = rows
        self.counts: dict[Number, int] = {}
        self.withheld: set[Number] = set()
        self._cells: dict[Number, list[Cell]] = {}
        for cell, count in sorted(cells.items()):
            for number in numbers_of(cell) if count else ():
                self.counts[number] = self.counts.get(number, 0) + count
                some = self._cells.setdefault(number, [])
                if len(some) < REMEMBERED:
                    some.append(cell)

    def shelter(self, number: Number) -> None:
        """See to it that some change of one record alters this number and nothing that is told."""
        fewest: set[Number] | None = None
        for change in islice(self._changes(number), LOOKED_AT):
            seen = self._seen(change, number)
            if seen is not None and (fewest is None or self._cost(seen) < self._cost(fewest)):
                fewest = seen
                if not fewest:
                    return
        self.withheld |= fewest or set()

    def _cost(self, numbers: set[Number]) -> tuple[int, int]:
        """What withholding them costs: what is small is not told anyhow, so that calling it withheld helps little."""
        return sum(self.counts.get(number, 0) < SMALLEST for number in numbers), len(numbers)

    def _seen(self, change: Change, number: Number) -> set[Number] | None:
        """The numbers by which a reader would see the change; None when it does not alter the number."""
        less, more = (set() if cell is None else set(numbers_of(cell)) for cell in change)
        if (number in less) == (number in more):
            return None
        risen = {one for one in more - less if not self._may_rise(one)}
        return risen | {one for one in less - more if not self._may_fall(one)}

    def _may_rise(self, number: Number) -> bool:
        count = self.counts.get(number, 0)
        if number in self.withheld:
            return True
        return count < SMALLEST - 1 if count < SMALLEST else count % STEP != STEP - 1

    def _may_fall(self, number: Number) -> bool:
        count = self.counts[number]
        return number in self.withheld or count < SMALLEST or count % STEP != 0

    def _changes(self, number: Number) -> Iterator[Change]:
        """A record told otherwise, out of the number or into it; a record more; a record less."""
        for less in self._cells.get(number, ()):
            yield from (Change(less, more) for more in self._otherwise(less, number))
        for less in self._near(number):
            yield Change(less, self._moved(less, number))
        for less in self._cells.get(number, ()):
            yield Change(less, None)
        yield from (Change(None, more) for more in self._within(number))

    def _near(self, number: Number) -> Iterator[Cell]:
        """Records of the same kind, of the same division, then of any."""
        for kind, division in ((number.kind, number.division), (number.kind, ""), ("", number.division), ("", "")):
            yield from self._cells.get(Number(kind, division, Part.TOTAL, ""), ())

    def _moved(self, cell: Cell, number: Number) -> Cell:
        """The record as it would be counted in the number."""
        moved = replace(cell, kind=number.kind or cell.kind, division=number.division or cell.division)
        if number.part is Part.MONTH:
            return replace(moved, month=number.value)
        return replace(moved, industry=number.value) if number.part is Part.INDUSTRY else moved

    def _otherwise(self, cell: Cell, number: Number) -> Iterator[Cell]:
        """The record as it would be counted beside the number."""
        if number.part is Part.MONTH:
            yield from (replace(cell, month=month) for month in ("", *self.rows.months))
        elif number.part is Part.INDUSTRY:
            yield from (replace(cell, industry=industry) for industry in self.rows.industries)
        if number.kind:
            yield from (replace(cell, kind=kind) for kind in self.rows.kinds)
        if number.division:
            yield from (replace(cell, division=division) for division in self.rows.divisions)

    def _within(self, number: Number) -> Iterator[Cell]:
        """Every cell that is counted in the number."""
        rows, value = self.rows, (number.value,)
        months: Iterable[str] = value if number.part is Part.MONTH else ("", *rows.months)
        industries = value if number.part is Part.INDUSTRY else rows.industries
        kinds = (number.kind,) if number.kind else rows.kinds
        divisions = (number.division,) if number.division else rows.divisions
        for month, industry, kind, division in product(months, industries, kinds, divisions):
            yield Cell(kind, division, month, industry)
