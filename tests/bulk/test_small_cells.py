"""No count below ten can be had from the tables of statistics: not by subtraction, not across tables, not over two days."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinshu.bulk.small_cells import Cell, Number, Part, Published, Range, numbers_of, published

ROWS = Range(kinds=("K", "L"), divisions=("D", "E"), months=("2026-09", "2026-10"), industries=("A", "UNKNOWN"))
CELLS = [Cell(*values) for values in product(ROWS.kinds, ROWS.divisions, ("", *ROWS.months), ROWS.industries)]
AWKWARD = st.sampled_from([0, 0, 0, 0, 1, 2, 4, 5, 9, 9, 10, 14, 15, 19, 29])
"""The edges at which rounding gives itself away."""

Bounds = dict[Number, tuple[float, float]]
SUMS: list[tuple[Number, list[Number]]] = []
"""Each number that is the sum of others. By month it is at least their sum: what is older has no row."""


def _sums() -> None:
    sides = [("", ""), *((kind, "") for kind in ROWS.kinds), *(("", division) for division in ROWS.divisions)]
    by_month = [Number("", "", Part.MONTH, month) for month in ROWS.months]
    by_industry = [Number("", "", Part.INDUSTRY, industry) for industry in ROWS.industries]
    for kind, division in sides:
        total = Number(kind, division, Part.TOTAL, "")
        SUMS.append((total, [one._replace(kind=kind, division=division) for one in by_industry]))
        SUMS.append((total, [one._replace(kind=kind, division=division) for one in by_month] + [_rest(kind, division)]))
    for whole in (Number("", "", Part.TOTAL, ""), *by_month, *by_industry, _rest("", "")):
        SUMS.append((whole, [whole._replace(kind=kind) for kind in ROWS.kinds]))
        SUMS.append((whole, [whole._replace(division=division) for division in ROWS.divisions]))
    total = Number("", "", Part.TOTAL, "")
    for kind in ROWS.kinds:
        SUMS.append((total._replace(kind=kind), [total._replace(kind=kind, division=d) for d in ROWS.divisions]))
    for division in ROWS.divisions:
        SUMS.append(
            (total._replace(division=division), [total._replace(kind=k, division=division) for k in ROWS.kinds])
        )


def _rest(kind: str, division: str) -> Number:
    return Number(kind, division, Part.MONTH, "older")


_sums()


def true_numbers(cells: Mapping[Cell, int]) -> dict[Number, int]:
    found = dict.fromkeys([number for whole, parts in SUMS for number in (whole, *parts) if number.value != "older"], 0)
    for cell, count in cells.items():
        for number in numbers_of(cell):
            found[number] = found.get(number, 0) + count
    return found


def attacked(seen: Published, *, untold: float) -> Bounds:
    """What a reader can make of the tables: bounds of every number, tightened over all sums until they rest."""
    every = {number for whole, parts in SUMS for number in (whole, *parts)}
    bounds: Bounds = {number: (0.0, float("inf") if number.value == "older" else untold) for number in every}
    bounds |= {number: (told, told + 4) for number, told in seen.told.items()}
    moved = True
    while moved:
        before = dict(bounds)
        for whole, parts in SUMS:
            low, high = (sum(bounds[part][side] for part in parts) for side in (0, 1))
            bounds[whole] = (max(bounds[whole][0], low), min(bounds[whole][1], high))
            for part in parts:
                others = [other for other in parts if other != part]
                least = bounds[whole][0] - sum(bounds[other][1] for other in others)
                most = bounds[whole][1] - sum(bounds[other][0] for other in others)
                bounds[part] = (max(bounds[part][0], least), min(bounds[part][1], most))
        moved = bounds != before
    return bounds


def known_exactly(cells: Mapping[Cell, int]) -> list[Number]:
    """The numbers below ten that a reader can compute from a day's tables."""
    seen, truth = published(cells, ROWS), true_numbers(cells)
    small = [number for number, count in truth.items() if count < 10]
    readers = [attacked(seen, untold=float("inf"))]
    if not any(truth.get(number, 0) >= 9 for number in seen.withheld):
        readers.append(attacked(seen, untold=9.0))
    return [number for bounds in readers for number in small if bounds[number][0] == bounds[number][1]]


@settings(max_examples=60, deadline=None)
@given(counts=st.lists(AWKWARD, min_size=len(CELLS), max_size=len(CELLS)), later=st.sampled_from(CELLS), data=st.data())
def test_nothing_small_can_be_had_from_all_that_is_published_on_two_days(
    counts: list[int], later: Cell, data: st.DataObject
) -> None:
    """Every table of a day and of the next, on which one cell has grown: each is read together with all the others."""
    first = dict(zip(CELLS, counts, strict=True))
    second = first | {later: first[later] + data.draw(st.integers(1, 6))}
    assert known_exactly(first) == []
    assert known_exactly(second) == []


@settings(max_examples=60, deadline=None)
@given(counts=st.lists(AWKWARD, min_size=len(CELLS), max_size=len(CELLS)))
def test_another_world_would_have_given_the_same_tables(counts: list[int]) -> None:
    """Stronger than any reader: for each small number there is a world of one record's difference that looks the same."""
    cells = dict(zip(CELLS, counts, strict=True))
    seen, truth = published(cells, ROWS), true_numbers(cells)
    small = {number for number, count in truth.items() if count < 10 and number.value != "older"}
    sheltered: set[Number] = set()
    held = [cell for cell in CELLS if cells[cell]]
    for less, more in product([None, *held], [None, *CELLS]):
        away, into = ({*numbers_of(cell)} if cell else set() for cell in (less, more))
        there = {number: truth[number] - (number in away) + (number in into) for number in away ^ into}
        if all(_looks(number, count, seen) for number, count in there.items()):
            sheltered |= small & there.keys()
    assert small - sheltered == set()


def _looks(number: Number, count: int, seen: Published) -> bool:
    """Whether a count could stand behind what is told of a number, or behind its not being told."""
    if number in seen.told:
        return seen.told[number] <= count < seen.told[number] + 5
    return count < 10 or number in seen.withheld


def test_told_is_rounded_down_and_small_is_not_told() -> None:
    seen = published({replace(CELLS[0], industry="A"): 47, Cell("L", "E", "2026-10", "A"): 9}, ROWS)
    told = {number: count for number, count in seen.told.items() if number.part is Part.TOTAL}
    assert told == {
        Number("", "", Part.TOTAL, ""): 55,
        Number("K", "", Part.TOTAL, ""): 45,
        Number("", "D", Part.TOTAL, ""): 45,
        Number("K", "D", Part.TOTAL, ""): 45,
    }
    assert all(count >= 10 and count % 5 == 0 for count in seen.told.values())


@pytest.mark.parametrize(
    "counts", [{"A": 9, "B": 9, "C": 9, "D": 9, "E": 9}, {"A": 14, "B": 14, "C": 14, "D": 14, "E": 9}]
)
def test_a_total_that_would_give_its_parts_away_is_withheld(counts: dict[str, int]) -> None:
    """Five nines make 45, and so do no other five numbers below ten; four of 14 and a nine make 65."""
    rows = Range(kinds=("K",), divisions=("X",), months=("2026-10",), industries=tuple(counts))
    seen = published({Cell("K", "X", "", name): count for name, count in counts.items()}, rows)
    total, parts = Number("", "", Part.TOTAL, ""), [Number("", "", Part.INDUSTRY, name) for name in counts]
    most = {part: seen.told.get(part, 0) + (4 if part in seen.told else 9) for part in parts}
    most |= {part: 1_000_000 for part in parts if part in seen.withheld and counts[part.value] >= 10}
    assert seen.told.get(total, 0) < sum(most.values())
    assert any(number.value != "E" for number in seen.withheld)


def test_nothing_counted_is_nothing_told() -> None:
    assert published({}, ROWS).told == {}
