"""Lines and bars of a chart, laid out on the server: a small SVG that the page's own style sheet colours.

No library draws it: what the strict Content-Security-Policy bars (styles of its own) is not needed, the characters are
the page's own, and it follows the reader's colours and size of text. The same figures stand in a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import count
from typing import Final

WIDTH, HEIGHT = 320, 132
LEFT, RIGHT, TOP, BOTTOM = 38, 312, 10, 108
STEPS: Final = (Fraction(0), Fraction(1, 2), Fraction(1))
CEILINGS: Final = tuple(Fraction(share, 100) for share in (5, 10, 20, 50, 100))
ROW: Final = 32
BAR: Final = 10
"""Height of a row of a bar chart, and of the bar below its words."""


@dataclass(frozen=True, slots=True)
class Point:
    """One month that has a share: where it lies in the chart, and what it says."""

    x: str
    y: str
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the grid or a month below it, with its words."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart of shares by month. `lines`: runs of neighbouring months; a month without a share parts them."""

    width: int
    height: int
    lines: tuple[str, ...]
    points: tuple[Point, ...]
    grid: tuple[Mark, ...]
    months: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its corner, its size, what it is called and how many it says; no size where that is not told."""

    x: str
    y: str
    width: str
    height: str
    words: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart of counts. `grid` and `months` are there for columns only: rows say their numbers themselves."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    grid: tuple[Mark, ...]
    months: tuple[Mark, ...]


def column_chart(series: Sequence[tuple[date, int | None]]) -> Bars:
    """Counts by month as columns; a month of which nothing is told has none."""
    ceiling = round_ceiling(max((number or 0 for _, number in series), default=0))
    wide = (RIGHT - LEFT) / max(len(series), 1)
    bars = tuple(_column(index, wide, f"{at:%Y-%m}", number, ceiling) for index, (at, number) in enumerate(series))
    middles = [LEFT + wide * (index + 0.5) for index in range(len(series))]
    return Bars(
        width=WIDTH,
        height=HEIGHT,
        bars=bars,
        grid=tuple(Mark(_height(ceiling * step, Fraction(ceiling)), f"{float(ceiling * step):,g}") for step in STEPS),
        months=tuple(_months(series, middles)),
    )


def row_chart(series: Sequence[tuple[str, int | None]]) -> Bars:
    """Counts as rows, each with its words above its bar."""
    most = max((number or 0 for _, number in series), default=0)
    bars = tuple(
        Bar("0", str(ROW * index + 18), f"{WIDTH * (number or 0) / max(most, 1):.1f}", str(BAR), words, number)
        for index, (words, number) in enumerate(series)
    )
    return Bars(width=WIDTH, height=ROW * len(series), bars=bars, grid=(), months=())


def round_ceiling(most: int) -> int:
    """The first of 10, 20, 50, 100, 200 and so on that is no less."""
    return next(ceiling for digits in count(1) for step in "125" if (ceiling := int(step + "0" * digits)) >= most)


def _column(index: int, wide: float, words: str, number: int | None, ceiling: int) -> Bar:
    top = float(_height(Fraction(number or 0), Fraction(ceiling)))
    return Bar(f"{LEFT + wide * index + 1:.1f}", f"{top:.1f}", f"{wide - 2:.1f}", f"{BOTTOM - top:.1f}", words, number)


def line_chart(series: Sequence[tuple[date, Fraction | None]]) -> Chart:
    """The chart of a series; its scale begins at nought and ends at the first round share that holds them all."""
    shares = [share for _, share in series if share is not None]
    ceiling = next(ceiling for ceiling in CEILINGS if ceiling >= max(shares, default=Fraction(1)))
    places = [LEFT + 4 + (RIGHT - LEFT - 8) * index / max(len(series) - 1, 1) for index in range(len(series))]
    points = [
        None if share is None else Point(f"{x:.1f}", _height(share, ceiling), f"{at:%Y-%m}")
        for x, (at, share) in zip(places, series, strict=True)
    ]
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        lines=tuple(_runs(points)),
        points=tuple(point for point in points if point is not None),
        grid=tuple(Mark(_height(ceiling * step, ceiling), f"{float(ceiling * step * 100):g}%") for step in STEPS),
        months=tuple(_months(series, places)),
    )


def _height(share: Fraction, ceiling: Fraction) -> str:
    return f"{float(BOTTOM - (BOTTOM - TOP) * share / ceiling):.1f}"


def _runs(points: Sequence[Point | None]) -> list[str]:
    runs: list[list[Point]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [" ".join(f"{point.x},{point.y}" for point in run) for run in runs if len(run) > 1]


def _months(series: Sequence[tuple[date, Fraction | int | None]], places: Sequence[float]) -> list[Mark]:
    """The first and last month and the one between them."""
    chosen = sorted({0, len(series) // 2, len(series) - 1}) if series else []
    return [Mark(f"{places[index]:.1f}", f"{series[index][0]:%Y-%m}") for index in chosen]
