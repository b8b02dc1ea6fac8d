"""Half-open periods: which days they hold, and what two of them have in common."""

from dataclasses import FrozenInstanceError
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinshu.kit.period import Period, earlier_end, intersection, make_period

# A narrow span of days, so that drawn periods really touch, nest and miss one another.
DAYS = st.dates(date(2026, 2, 1), date(2026, 4, 30))
ALL_DAYS = [date(2026, 1, 31) + timedelta(days=n) for n in range(91)]
ENDS = st.one_of(st.none(), DAYS)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    length = draw(st.one_of(st.none(), st.integers(1, 60)))
    return Period(start, None if length is None else start + timedelta(days=length))


def days_of(period: Period | None) -> set[date]:
    return {day for day in ALL_DAYS if period is not None and day in period}


def test_holds_its_start_and_not_its_end() -> None:
    period = Period(date(2026, 2, 28), date(2026, 3, 2))
    assert date(2026, 2, 27) not in period
    assert date(2026, 2, 28) in period
    assert date(2026, 3, 1) in period
    assert date(2026, 3, 2) not in period
    assert period.last_day == date(2026, 3, 1)


def test_an_open_period_has_no_last_day_and_holds_the_last_day_of_all() -> None:
    period = Period(date(2026, 1, 1))
    assert period.last_day is None
    assert date.max in period
    assert date(2025, 12, 31) not in period


@given(DAYS, st.integers(0, 400))
def test_a_period_of_no_day_is_refused_and_told_by_none(start: date, days_before: int) -> None:
    until = start - timedelta(days=days_before)
    with pytest.raises(ValueError, match="at least one day"):
        Period(start, until)
    assert make_period(start, until) is None


@given(DAYS, ENDS)
def test_make_period_is_the_period_of_exactly_the_days_from_start_before_until(start: date, until: date | None) -> None:
    expected = {day for day in ALL_DAYS if start <= day and (until is None or day < until)}
    assert days_of(make_period(start, until)) == expected


@given(periods())
def test_the_last_day_is_inside_and_the_next_is_not(period: Period) -> None:
    if period.last_day is not None:
        assert period.last_day in period
        assert period.last_day + timedelta(days=1) == period.until
        assert period.until not in period


@given(periods(), periods())
def test_intersection_holds_exactly_the_common_days(one: Period, other: Period) -> None:
    common = intersection(one, other)
    assert days_of(common) == days_of(one) & days_of(other)
    assert common == intersection(other, one)
    assert one.overlaps(other) == other.overlaps(one) == (common is not None)


@given(periods(), periods(), periods())
def test_intersection_does_not_depend_on_the_order(one: Period, two: Period, three: Period) -> None:
    assert intersection(intersection(one, two), three) == intersection(one, intersection(two, three))


@given(periods())
def test_a_period_lies_within_itself_and_nothing_meets_none(period: Period) -> None:
    assert period.within(period)
    assert period.overlaps(period)
    assert intersection(period, None) is None
    assert intersection(None, period) is None


@given(periods(), periods())
def test_within_means_that_no_day_sticks_out(one: Period, other: Period) -> None:
    ends_inside = other.until is None or (one.until is not None and one.until <= other.until)
    assert one.within(other) == (other.start <= one.start and ends_inside)
    if one.within(other):
        assert days_of(one) <= days_of(other)


def test_neighbours_do_not_overlap() -> None:
    border = date(2026, 3, 1)
    assert not Period(date(2026, 2, 1), border).overlaps(Period(border))


@given(ENDS, ENDS)
def test_the_earlier_end_is_open_only_when_both_are(one: date | None, other: date | None) -> None:
    end = earlier_end(one, other)
    assert end == earlier_end(other, one)
    assert (end or date.max) == min(one or date.max, other or date.max)


def test_a_period_is_a_value() -> None:
    period = Period(date(2026, 1, 1), date(2027, 1, 1))
    assert period == Period(date(2026, 1, 1), date(2027, 1, 1))
    assert len({period, Period(date(2026, 1, 1), date(2027, 1, 1))}) == 1
    with pytest.raises(FrozenInstanceError):
        period.until = None  # type: ignore[misc]
