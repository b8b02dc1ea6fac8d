"""Terms of months and days by Civil Code articles 200 to 204: corresponding days, month ends, leap days."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xinshu.kit.errors import XinshuError
from xinshu.kit.legal_dates import (
    DateOutOfRange,
    Rounding,
    add_months,
    end_of_term,
    last_day_of_term,
    moved_past_holiday,
)
from xinshu.kit.workdays import NotYetComputable, WorkCalendar, YearCalendar, is_working_day

DOWN, UP = Rounding.DOWN, Rounding.UP
ONE_DAY = timedelta(days=1)
STARTS = st.dates(date(1949, 10, 1), date(2200, 12, 31))
MONTHS = st.integers(0, 600)
ROUNDINGS = st.sampled_from(Rounding)

# A made-up year: Thursday 1 to Wednesday 7 October off, Saturday 10 October worked in exchange.
WEEK_OFF = frozenset(date(2026, 10, day) for day in range(1, 8))
YEAR_2026 = WorkCalendar({2026: YearCalendar(2026, WEEK_OFF, frozenset({date(2026, 10, 10)}))})


@pytest.mark.parametrize(
    ("start", "months", "down", "up"),
    [
        ("2026-11-30", 3, "2027-02-28", "2027-03-01"),
        ("2027-11-30", 3, "2028-02-29", "2028-03-01"),
        ("2026-11-29", 3, "2027-02-28", "2027-03-01"),
        ("2027-11-29", 3, "2028-02-29", "2028-02-29"),
        ("2026-11-28", 3, "2027-02-28", "2027-02-28"),
        ("2024-02-29", 12, "2025-02-28", "2025-03-01"),
        ("2024-02-29", 36, "2027-02-28", "2027-03-01"),
        ("2024-02-29", 48, "2028-02-29", "2028-02-29"),
        ("2025-02-28", 36, "2028-02-28", "2028-02-28"),
        ("2026-08-31", 1, "2026-09-30", "2026-10-01"),
        ("2026-08-31", 6, "2027-02-28", "2027-03-01"),
        ("2026-12-31", 12, "2027-12-31", "2027-12-31"),
        ("2026-10-31", 2, "2026-12-31", "2026-12-31"),
        ("2026-06-01", 0, "2026-06-01", "2026-06-01"),
        ("2096-02-29", 48, "2100-02-28", "2100-03-01"),  # 2100 is not a leap year
    ],
)
def test_the_corresponding_day_and_what_stands_in_for_it(start: str, months: int, down: str, up: str) -> None:
    day = date.fromisoformat(start)
    assert add_months(day, months, rounding=DOWN) == date.fromisoformat(down)
    assert add_months(day, months, rounding=UP) == date.fromisoformat(up)


@given(STARTS, MONTHS)
def test_a_corresponding_day_that_exists_needs_no_rounding(start: date, months: int) -> None:
    down, up = add_months(start, months, rounding=DOWN), add_months(start, months, rounding=UP)
    whole_months = (down.year - start.year) * 12 + down.month - start.month
    assert whole_months == months
    if start.day <= monthrange(down.year, down.month)[1]:
        assert down == up
        assert down.day == start.day
    else:
        assert up == down + ONE_DAY
        assert up.day == 1


@given(STARTS, MONTHS, st.integers(0, 600), ROUNDINGS)
def test_more_months_never_end_earlier(start: date, months: int, more: int, rounding: Rounding) -> None:
    longer = add_months(start, months + more, rounding=rounding)
    assert add_months(start, months, rounding=rounding) <= longer
    if more >= 1:
        assert add_months(start, months, rounding=DOWN) < add_months(start, months + more, rounding=DOWN)


@given(STARTS, st.integers(0, 400), MONTHS, ROUNDINGS)
def test_a_later_start_never_ends_earlier(start: date, later: int, months: int, rounding: Rounding) -> None:
    end = add_months(start, months, rounding=rounding)
    assert end <= add_months(start + timedelta(days=later), months, rounding=rounding)


@given(STARTS, MONTHS, st.integers(0, 1000), ROUNDINGS)
def test_the_end_is_the_day_after_the_last_day(start: date, months: int, days: int, rounding: Rounding) -> None:
    last = last_day_of_term(start, months=months, days=days, rounding=rounding)
    assert last == add_months(start, months, rounding=rounding) + timedelta(days=days)
    assert end_of_term(start, months=months, days=days, rounding=rounding) == last + ONE_DAY


@given(STARTS, st.integers(0, 4000), ROUNDINGS)
def test_the_first_day_is_not_counted(start: date, days: int, rounding: Rounding) -> None:
    last = last_day_of_term(start, days=days, rounding=rounding)
    assert (last - start).days == days


@pytest.mark.parametrize(
    ("decided", "months", "last_shown", "gone"),
    [
        ("2026-01-15", 12, "2027-01-15", "2027-01-16"),
        ("2026-11-30", 3, "2027-02-28", "2027-03-01"),
        ("2024-02-29", 36, "2027-02-28", "2027-03-01"),
        ("2026-12-31", 3, "2027-03-31", "2027-04-01"),
        ("2026-07-01", 3, "2026-10-01", "2026-10-02"),  # National Day moves no end
    ],
)
def test_a_term_ends_at_midnight_of_the_corresponding_day(
    decided: str, months: int, last_shown: str, gone: str
) -> None:
    start = date.fromisoformat(decided)
    assert last_day_of_term(start, months=months, rounding=DOWN) == date.fromisoformat(last_shown)
    assert end_of_term(start, months=months, rounding=DOWN) == date.fromisoformat(gone)


def test_months_are_counted_before_days() -> None:
    start = date(2026, 1, 31)
    assert last_day_of_term(start, months=1, days=1, rounding=DOWN) == date(2026, 3, 1)
    assert last_day_of_term(start, months=1, days=1, rounding=UP) == date(2026, 3, 2)


def test_the_rounding_must_be_chosen() -> None:
    with pytest.raises(TypeError, match="rounding"):
        add_months(date(2026, 1, 31), 1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="rounding"):
        end_of_term(date(2026, 1, 31), months=1)  # type: ignore[call-arg]


@given(STARTS, st.integers(max_value=-1), ROUNDINGS)
def test_negative_lengths_are_refused(start: date, length: int, rounding: Rounding) -> None:
    with pytest.raises(ValueError, match="negative number of months"):
        add_months(start, length, rounding=rounding)
    with pytest.raises(ValueError, match="negative number of months"):
        last_day_of_term(start, months=length, rounding=rounding)
    with pytest.raises(ValueError, match="negative number of days"):
        end_of_term(start, days=length, rounding=rounding)


@pytest.mark.parametrize("length", [{"months": 1}, {"months": 10**15}, {"days": 1}, {"days": 10**15}])
def test_a_term_past_the_last_day_that_can_be_written_is_told_clearly(length: dict[str, int]) -> None:
    with pytest.raises(DateOutOfRange, match="9999-12-31") as caught:
        last_day_of_term(date.max, rounding=DOWN, **length)
    assert isinstance(caught.value, XinshuError)


def test_the_last_day_may_be_the_very_last_but_then_it_has_no_end() -> None:
    start = date(9999, 11, 30)
    assert last_day_of_term(start, months=1, days=1, rounding=UP) == date.max
    with pytest.raises(DateOutOfRange):
        end_of_term(start, months=1, days=1, rounding=UP)


@pytest.mark.parametrize(
    ("last_day", "moved_to"),
    [
        (date(2026, 9, 30), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 10, 7), date(2026, 10, 8)),
        (date(2026, 10, 10), date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 10, 11), date(2026, 10, 12)),
        (date(2026, 10, 17), date(2026, 10, 19)),  # an ordinary weekend
    ],
)
def test_a_deadline_on_a_rest_day_moves_to_the_day_after_the_rest(last_day: date, moved_to: date) -> None:
    assert moved_past_holiday(last_day, YEAR_2026) == moved_to


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_moved_deadline_is_the_first_working_day_not_before(last_day: date) -> None:
    moved = moved_past_holiday(last_day, YEAR_2026)
    assume(not isinstance(moved, NotYetComputable))
    assert isinstance(moved, date)
    assert is_working_day(moved, YEAR_2026) is True
    skipped = [last_day + timedelta(days=n) for n in range((moved - last_day).days)]
    assert [is_working_day(day, YEAR_2026) for day in skipped] == [False] * len(skipped)


def test_a_deadline_in_an_unannounced_year_is_not_yet_computable() -> None:
    assert moved_past_holiday(date(2027, 3, 1), YEAR_2026) == NotYetComputable(2027)
    new_year_off = YearCalendar(2026, frozenset({date(2026, 12, 31)}), frozenset())
    assert moved_past_holiday(date(2026, 12, 31), WorkCalendar({2026: new_year_off})) == NotYetComputable(2027)
