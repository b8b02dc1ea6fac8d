"""Deadlines of 3 and of 10 working days around every holiday of 2024 to 2026, days written out by hand from the notices."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from tests.law.test_cases import catalogue_with
from xinshu.law.case_terms import CaseTerm, case_due
from xinshu.law.terms import CountedFrom

ON_DAY = date(2026, 11, 27)
"""The rules are those of this day; the calendar is that of each application's own year."""

# Each holiday of the notices of 2024 to 2026: an application on the day before it, on its first, on its last and on the day
# after; then the days on which acceptance (3 working days) and the result (10) are due.
TABLE = """
2024-01-01 元旦      2023-12-31 2024-01-04 2024-01-15 | 2024-01-01 2024-01-04 2024-01-15 | 2024-01-01 2024-01-04 2024-01-15 | 2024-01-02 2024-01-05 2024-01-16
2024-02-10 春节      2024-02-09 2024-02-20 2024-02-29 | 2024-02-10 2024-02-20 2024-02-29 | 2024-02-17 2024-02-20 2024-02-29 | 2024-02-18 2024-02-21 2024-03-01
2024-04-04 清明节    2024-04-03 2024-04-09 2024-04-18 | 2024-04-04 2024-04-09 2024-04-18 | 2024-04-06 2024-04-09 2024-04-18 | 2024-04-07 2024-04-10 2024-04-19
2024-05-01 劳动节    2024-04-30 2024-05-08 2024-05-16 | 2024-05-01 2024-05-08 2024-05-16 | 2024-05-05 2024-05-08 2024-05-16 | 2024-05-06 2024-05-09 2024-05-17
2024-06-10 端午节    2024-06-09 2024-06-13 2024-06-24 | 2024-06-10 2024-06-13 2024-06-24 | 2024-06-10 2024-06-13 2024-06-24 | 2024-06-11 2024-06-14 2024-06-25
2024-09-15 中秋节    2024-09-14 2024-09-20 2024-09-30 | 2024-09-15 2024-09-20 2024-09-30 | 2024-09-17 2024-09-20 2024-09-30 | 2024-09-18 2024-09-23 2024-10-08
2024-10-01 国庆节    2024-09-30 2024-10-10 2024-10-18 | 2024-10-01 2024-10-10 2024-10-18 | 2024-10-07 2024-10-10 2024-10-18 | 2024-10-08 2024-10-11 2024-10-21
2025-01-01 元旦      2024-12-31 2025-01-06 2025-01-15 | 2025-01-01 2025-01-06 2025-01-15 | 2025-01-01 2025-01-06 2025-01-15 | 2025-01-02 2025-01-07 2025-01-16
2025-01-28 春节      2025-01-27 2025-02-07 2025-02-17 | 2025-01-28 2025-02-07 2025-02-17 | 2025-02-04 2025-02-07 2025-02-17 | 2025-02-05 2025-02-08 2025-02-18
2025-04-04 清明节    2025-04-03 2025-04-09 2025-04-18 | 2025-04-04 2025-04-09 2025-04-18 | 2025-04-06 2025-04-09 2025-04-18 | 2025-04-07 2025-04-10 2025-04-21
2025-05-01 劳动节    2025-04-30 2025-05-08 2025-05-19 | 2025-05-01 2025-05-08 2025-05-19 | 2025-05-05 2025-05-08 2025-05-19 | 2025-05-06 2025-05-09 2025-05-20
2025-05-31 端午节    2025-05-30 2025-06-05 2025-06-16 | 2025-05-31 2025-06-05 2025-06-16 | 2025-06-02 2025-06-05 2025-06-16 | 2025-06-03 2025-06-06 2025-06-17
2025-10-01 国庆中秋  2025-09-30 2025-10-11 2025-10-21 | 2025-10-01 2025-10-11 2025-10-21 | 2025-10-08 2025-10-11 2025-10-21 | 2025-10-09 2025-10-13 2025-10-22
2026-01-01 元旦      2025-12-31 2026-01-06 2026-01-15 | 2026-01-01 2026-01-06 2026-01-15 | 2026-01-03 2026-01-06 2026-01-15 | 2026-01-04 2026-01-07 2026-01-16
2026-02-15 春节      2026-02-14 2026-02-26 2026-03-06 | 2026-02-15 2026-02-26 2026-03-06 | 2026-02-23 2026-02-26 2026-03-06 | 2026-02-24 2026-02-27 2026-03-09
2026-04-04 清明节    2026-04-03 2026-04-09 2026-04-20 | 2026-04-04 2026-04-09 2026-04-20 | 2026-04-06 2026-04-09 2026-04-20 | 2026-04-07 2026-04-10 2026-04-21
2026-05-01 劳动节    2026-04-30 2026-05-08 2026-05-18 | 2026-05-01 2026-05-08 2026-05-18 | 2026-05-05 2026-05-08 2026-05-18 | 2026-05-06 2026-05-09 2026-05-19
2026-06-19 端午节    2026-06-18 2026-06-24 2026-07-03 | 2026-06-19 2026-06-24 2026-07-03 | 2026-06-21 2026-06-24 2026-07-03 | 2026-06-22 2026-06-25 2026-07-06
2026-09-25 中秋节    2026-09-24 2026-09-30 2026-10-15 | 2026-09-25 2026-09-30 2026-10-15 | 2026-09-27 2026-09-30 2026-10-15 | 2026-09-28 2026-10-08 2026-10-16
2026-10-01 国庆节    2026-09-30 2026-10-10 2026-10-20 | 2026-10-01 2026-10-10 2026-10-20 | 2026-10-07 2026-10-10 2026-10-20 | 2026-10-08 2026-10-12 2026-10-21
"""  # fmt: skip


def rows() -> list[tuple[date, date, date]]:
    """Day of the event, and the days on which 3 and 10 working days are over."""
    parts = [part for line in TABLE.strip().splitlines() for part in line.split(maxsplit=2)[2].split("|")]
    days = [[date.fromisoformat(word) for word in part.split()] for part in parts]
    return [(one, two, three) for one, two, three in days]


def second_opinion(day: date, count: int) -> date:
    """The `count`-th working day after `day`, by somebody else's table."""
    while count:
        day += timedelta(days=1)
        count -= chinese_calendar.is_workday(day)
    return day


def due(term: CaseTerm, **days: date) -> date | None:
    return case_due(term, {CountedFrom(name): day for name, day in days.items()}, catalogue_with("{}"), on_date=ON_DAY)


@pytest.mark.parametrize(("day", "accept", "result"), rows(), ids=str)
def test_three_and_ten_working_days_around_a_holiday(day: date, accept: date, result: date) -> None:
    assert (second_opinion(day, 3), second_opinion(day, 10)) == (accept, result)
    assert (due(CaseTerm.REPAIR_ACCEPT, PUSH=day), due(CaseTerm.REPAIR_RESULT, APPLICATION=day)) == (accept, result)
    assert due(CaseTerm.CHANGED_DECISION, CHANGE=day) == accept


def test_the_table_has_every_holiday_of_the_three_notices() -> None:
    first_days = {
        day
        for year in (2024, 2025, 2026)
        for notice in [catalogue_with("{}").calendar.years[year]]
        for day in notice.rest_days
        if day - timedelta(days=1) not in notice.rest_days
    }
    assert {date.fromisoformat(line.split()[0]) for line in TABLE.strip().splitlines()} == first_days


def test_each_day_of_three_years_agrees_with_the_second_opinion() -> None:
    """Every application until the last whose ten days lie within the announced years, 29 February 2024 among them."""
    last = date(2026, 12, 17)
    days = [date(2024, 1, 1) + timedelta(days=count) for count in range((last - date(2024, 1, 1)).days + 1)]
    assert [day for day in days if due(CaseTerm.REPAIR_ACCEPT, PUSH=day) != second_opinion(day, 3)] == []
    assert [day for day in days if due(CaseTerm.REPAIR_RESULT, APPLICATION=day) != second_opinion(day, 10)] == []


@pytest.mark.parametrize("day", [date(2026, 12, 18), date(2026, 12, 31), date(2027, 2, 28), date(2028, 2, 29)])
def test_an_unannounced_year_is_not_guessed(day: date) -> None:
    assert due(CaseTerm.REPAIR_RESULT, APPLICATION=day) is None
