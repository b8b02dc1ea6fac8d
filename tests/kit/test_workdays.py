"""Working days by a dated calendar: counting, swapped weekends, neighbouring years, and years not announced."""

from collections.abc import Callable
from datetime import MAXYEAR, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinshu.kit.workdays import (
    NotYetComputable,
    WorkCalendar,
    YearCalendar,
    add_working_days,
    is_working_day,
    working_days_between,
)

YEARS = (2018, 2019, 2020)
FIRST, LAST = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
SPAN = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
DAYS = st.dates(FIRST, LAST)

# The real shape of the New Year of 2019: its notice names three days of December 2018.
NEW_YEAR_2019 = YearCalendar(
    2019,
    frozenset({date(2018, 12, 30), date(2018, 12, 31), date(2019, 1, 1)}),
    frozenset({date(2018, 12, 29)}),
)
PLAIN_2018 = YearCalendar(2018, frozenset(), frozenset())


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Three announced years with any days off and any weekends worked."""
    off = draw(st.frozensets(DAYS, max_size=60))
    worked = frozenset(day for day in draw(st.frozensets(DAYS, max_size=60)) if day.weekday() >= 5) - off
    return WorkCalendar(
        {
            year: YearCalendar(
                year,
                frozenset(day for day in off if day.year == year),
                frozenset(day for day in worked if day.year == year),
            )
            for year in YEARS
        }
    )


def worked_days(calendar: WorkCalendar) -> list[date]:
    """Every working day of the three years, told from the sets alone."""
    off = {day for notice in calendar.years.values() for day in notice.rest_days}
    extra = {day for notice in calendar.years.values() for day in notice.working_weekends}
    return [day for day in SPAN if day in extra or (day.weekday() < 5 and day not in off)]


@given(calendars(), DAYS)
def test_a_weekday_is_worked_unless_off_and_a_weekend_is_off_unless_worked(calendar: WorkCalendar, day: date) -> None:
    assert is_working_day(day, calendar) is (day in worked_days(calendar))


@given(calendars(), DAYS, st.integers(1, 30))
def test_adding_k_gives_the_kth_working_day_after(calendar: WorkCalendar, day: date, count: int) -> None:
    later = [worked for worked in worked_days(calendar) if worked > day]
    expected = later[count - 1] if count <= len(later) else NotYetComputable(2021)
    assert add_working_days(day, count, calendar) == expected


@given(calendars(), DAYS, st.integers(0, 40))
def test_adding_n_then_counting_gives_n(calendar: WorkCalendar, day: date, count: int) -> None:
    end = add_working_days(day, count, calendar)
    if isinstance(end, NotYetComputable):
        assert end.year == 2021
    else:
        assert working_days_between(day, end, calendar) == count


@given(calendars(), DAYS, DAYS, DAYS)
def test_counts_of_two_stretches_add_up(calendar: WorkCalendar, one: date, two: date, three: date) -> None:
    start, middle, end = sorted((one, two, three))
    first, second = working_days_between(start, middle, calendar), working_days_between(middle, end, calendar)
    assert isinstance(first, int)
    assert isinstance(second, int)
    assert working_days_between(start, end, calendar) == first + second


@given(calendars(), DAYS, st.integers(1, 30), st.integers(1, 30))
def test_adding_in_two_steps_is_adding_at_once(calendar: WorkCalendar, day: date, one: int, two: int) -> None:
    halfway = add_working_days(day, one, calendar)
    at_once = add_working_days(day, one + two, calendar)
    if isinstance(halfway, NotYetComputable):
        assert at_once == halfway
    else:
        assert add_working_days(halfway, two, calendar) == at_once


@given(calendars(), DAYS)
def test_adding_nothing_stays_and_counting_nothing_is_nothing(calendar: WorkCalendar, day: date) -> None:
    assert add_working_days(day, 0, calendar) == day
    assert working_days_between(day, day, calendar) == 0


def test_a_notice_may_name_days_of_the_year_before() -> None:
    alone, both = WorkCalendar({2018: PLAIN_2018}), WorkCalendar({2018: PLAIN_2018, 2019: NEW_YEAR_2019})
    assert is_working_day(date(2018, 12, 31), alone) is True
    assert is_working_day(date(2018, 12, 31), both) is False
    assert is_working_day(date(2018, 12, 29), both) is True
    assert add_working_days(date(2018, 12, 28), 2, both) == date(2019, 1, 2)


def test_a_day_that_a_notice_names_is_known_even_when_its_own_year_is_not() -> None:
    calendar = WorkCalendar({2019: NEW_YEAR_2019})
    assert is_working_day(date(2018, 12, 29), calendar) is True
    assert is_working_day(date(2018, 12, 31), calendar) is False
    assert is_working_day(date(2018, 12, 28), calendar) == NotYetComputable(2018)


def test_the_later_notice_wins_over_the_earlier() -> None:
    says_off = YearCalendar(2018, frozenset({date(2018, 12, 29)}), frozenset())
    calendar = WorkCalendar({2018: says_off, 2019: NEW_YEAR_2019})
    assert is_working_day(date(2018, 12, 29), calendar) is True


@given(calendars(), st.dates(date(2021, 1, 1), date(2030, 12, 31)))
def test_an_unannounced_year_is_never_guessed_not_even_its_weekends(calendar: WorkCalendar, day: date) -> None:
    assert is_working_day(day, calendar) == NotYetComputable(day.year)
    assert add_working_days(day, 1, calendar) == NotYetComputable((day + timedelta(days=1)).year)
    assert working_days_between(LAST, day, calendar) == NotYetComputable(2021)


def test_before_the_first_announced_year_nothing_is_known_either() -> None:
    calendar = WorkCalendar({2018: PLAIN_2018})
    assert is_working_day(date(2017, 6, 1), calendar) == NotYetComputable(2017)
    assert add_working_days(date(2017, 12, 31), 1, calendar) == date(2018, 1, 1)


def test_no_calendar_at_all_and_the_end_of_time_are_answered_and_do_not_crash() -> None:
    nothing = WorkCalendar({})
    assert is_working_day(date.min, nothing) == NotYetComputable(1)
    assert add_working_days(date.max, 1, nothing) == NotYetComputable(MAXYEAR + 1)
    assert add_working_days(date.max, 0, nothing) == date.max
    last_year = WorkCalendar({MAXYEAR: YearCalendar(MAXYEAR, frozenset(), frozenset())})
    assert add_working_days(date(MAXYEAR, 12, 30), 1, last_year) == date.max
    assert add_working_days(date(MAXYEAR, 12, 30), 2, last_year) == NotYetComputable(MAXYEAR + 1)


@given(DAYS, st.integers(max_value=-1))
def test_a_negative_count_is_refused(day: date, count: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_days(day, count, WorkCalendar({}))


def test_swapped_dates_are_refused() -> None:
    with pytest.raises(ValueError, match="2018-01-01 is before 2018-01-02"):
        working_days_between(date(2018, 1, 2), date(2018, 1, 1), WorkCalendar({2018: PLAIN_2018}))


def test_not_yet_computable_says_which_year_in_both_languages() -> None:
    answer = NotYetComputable(2027)
    assert answer.text_zh.startswith("2027年")
    assert answer.text_zh.endswith("。")
    assert "2027" in answer.text_en
    assert answer.text_en.endswith(".")


@pytest.mark.parametrize("misuse", [bool, lambda answer: not answer, lambda answer: answer or date(2027, 1, 1)])
def test_not_yet_computable_cannot_be_mistaken_for_yes(misuse: Callable[[NotYetComputable], object]) -> None:
    with pytest.raises(TypeError, match="2027"):
        misuse(NotYetComputable(2027))


@pytest.mark.parametrize(
    ("rest", "worked", "says"),
    [
        ({date(2026, 2, 14)}, {date(2026, 2, 14)}, "both off and worked: 2026-02-14"),
        (set(), {date(2026, 2, 13)}, "on a weekday: 2026-02-13"),
        ({date(2024, 12, 31)}, set(), "too far away: 2024-12-31"),
        (set(), {date(2028, 1, 1)}, "too far away: 2028-01-01"),
    ],
)
def test_an_impossible_notice_is_refused(rest: set[date], worked: set[date], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        YearCalendar(2026, frozenset(rest), frozenset(worked))


def test_a_year_filed_under_another_is_refused() -> None:
    with pytest.raises(ValueError, match="2019"):
        WorkCalendar({2018: PLAIN_2018, 2019: PLAIN_2018})
