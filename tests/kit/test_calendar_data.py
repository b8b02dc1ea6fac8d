"""The shipped calendars: their shape, and their agreement with three independent sources."""

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
import yaml

from xinshu.kit.legal_dates import moved_past_holiday
from xinshu.kit.workdays import NotYetComputable, WorkCalendar, YearCalendar, add_working_days, is_working_day

ROOT = Path(__file__).resolve().parents[2]
NATIONAL = ROOT / "catalogue" / "national"
SHARED = ROOT.parent / "shared" / "data" / "calendars"
FIRST_YEAR, LAST_YEAR = 2007, 2026
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
KEYS = ["year", "basis", "looked_at", "certainty", "holidays", "working_weekends"]

# 3 February 2020, the Monday on which work began again: one source lists it, though every Monday is worked.
NO_WEEKEND = date(2020, 2, 3)
# New Year's Eve of 2024: the notice only encouraged employers to give leave, and the exchanges closed.
EXCHANGES_CLOSED = date(2024, 2, 9)

Notice = dict[str, Any]


def days_from(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def rest_days(notice: Notice) -> list[date]:
    return [day for holiday in notice["holidays"] for day in days_from(holiday["from"], holiday["to"])]


def shared_rows(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not on this machine")
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return list(csv.DictReader(text.decode("utf-8").splitlines()))


@pytest.fixture(scope="module")
def notices() -> dict[int, Notice]:
    return {
        int(path.stem): yaml.safe_load(path.read_text(encoding="utf-8"))[f"CALENDAR_{path.stem}"]
        for path in sorted((NATIONAL / "calendar").glob("*.yaml"))
    }


@pytest.fixture(scope="module")
def instruments() -> dict[str, Notice]:
    text = (NATIONAL / "bases" / "holiday-notices.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Notice] = yaml.safe_load(text)
    return loaded


@pytest.fixture(scope="module")
def calendar(notices: dict[int, Notice]) -> WorkCalendar:
    return WorkCalendar(
        {
            year: YearCalendar(year, frozenset(rest_days(notice)), frozenset(notice["working_weekends"]))
            for year, notice in notices.items()
        }
    )


def test_every_year_is_there_once_and_has_exactly_the_agreed_keys(notices: dict[int, Notice]) -> None:
    assert list(notices) == list(YEARS)
    assert {year: list(notice) for year, notice in notices.items()} == dict.fromkeys(YEARS, KEYS)
    assert all(notice["year"] == year for year, notice in notices.items())
    assert all(list(h) == ["name_zh", "name_en", "from", "to"] for n in notices.values() for h in n["holidays"])


def test_days_are_real_dates_in_order_and_named_once(notices: dict[int, Notice]) -> None:
    for notice in notices.values():
        for days in (rest_days(notice), notice["working_weekends"]):
            assert all(type(day) is date for day in days)
            assert days == sorted(set(days))


def test_every_year_has_new_year_spring_festival_labour_day_and_national_day(notices: dict[int, Notice]) -> None:
    for year, notice in notices.items():
        assert {date(year, 1, 1), date(year, 5, 1), date(year, 10, 1)} <= set(rest_days(notice))
        assert any("春节" in holiday["name_zh"] for holiday in notice["holidays"])
        assert {"清明节", "端午节"} <= {h["name_zh"] for h in notice["holidays"]} or year == 2007


def test_every_year_rests_on_a_notice_in_force_from_the_first_day_it_names(
    notices: dict[int, Notice], instruments: dict[str, Notice]
) -> None:
    for year, notice in notices.items():
        basis = instruments[notice["basis"]]
        assert str(year) in basis["title"]
        assert str(year) in basis["title_en"]
        assert basis["from"] <= min(*rest_days(notice), *notice["working_weekends"], date(year, 1, 1))


def test_numbers_of_notices_are_given_once_and_well_formed(instruments: dict[str, Notice]) -> None:
    numbers = [instrument["number"] for instrument in instruments.values() if "number" in instrument]
    assert len(numbers) == len(set(numbers)) >= 16
    assert all("发明电〔20" in number and number.endswith("号") for number in numbers)
    assert {instrument["rank"] for instrument in instruments.values()} == {"CENTRAL_DOCUMENT"}


def test_every_day_agrees_with_the_chinese_calendar_package(calendar: WorkCalendar) -> None:
    days = days_from(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    differing = [day for day in days if is_working_day(day, calendar) is not chinese_calendar.is_workday(day)]
    assert differing == []


def test_every_named_day_agrees_with_the_shared_table_notice_by_notice(notices: dict[int, Notice]) -> None:
    rows = shared_rows("cn_holidays_2007_2026.csv")
    listed = {(int(row["year"]), date.fromisoformat(row["date"]), row["is_off_day"] == "1") for row in rows}
    shipped = {(year, day, True) for year, notice in notices.items() for day in rest_days(notice)}
    shipped |= {(year, day, False) for year, notice in notices.items() for day in notice["working_weekends"]}
    assert listed - shipped == {(2020, NO_WEEKEND, False)}
    assert shipped - listed == set()


def test_the_exchanges_trade_on_every_working_day_but_the_swapped_weekends(calendar: WorkCalendar) -> None:
    traded = {date.fromisoformat(row["date"]) for row in shared_rows("cn_stock_trading_days_2005_on.csv.gz")}
    days = days_from(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    worked = {day for day in days if is_working_day(day, calendar) is True}
    swapped = {day for day in worked if day.weekday() >= 5}
    assert traded & set(days) == worked - swapped - {EXCHANGES_CLOSED}
    assert len(swapped) > 100


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 10, 8), 3, date(2026, 10, 12)),  # Saturday 10 October is worked
        (date(2026, 2, 13), 10, date(2026, 3, 5)),  # both Saturdays around the Spring Festival are worked
        (date(2018, 12, 28), 2, date(2019, 1, 2)),  # 29 December 2018 is worked by the notice for 2019
        (date(2020, 1, 23), 1, date(2020, 2, 3)),  # the lengthened Spring Festival
        (date(2026, 11, 23), 7, date(2026, 12, 2)),
    ],
)
def test_known_deadlines(calendar: WorkCalendar, start: date, count: int, expected: date) -> None:
    assert add_working_days(start, count, calendar) == expected


def test_deadlines_into_the_unannounced_year(calendar: WorkCalendar) -> None:
    assert add_working_days(date(2026, 12, 28), 10, calendar) == NotYetComputable(2027)
    assert is_working_day(date(LAST_YEAR + 1, 1, 1), calendar) == NotYetComputable(2027)
    assert moved_past_holiday(date(2026, 10, 3), calendar) == date(2026, 10, 8)
