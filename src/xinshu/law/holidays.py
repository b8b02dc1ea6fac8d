"""From the State Council's notices, as the catalogue holds them, to the calendar that kit counts with."""

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

from xinshu.kit.period import ONE_DAY
from xinshu.kit.workdays import WorkCalendar, YearCalendar
from xinshu.law.entries import Holiday, HolidayNotice


def work_calendar(notices: Iterable[HolidayNotice]) -> WorkCalendar:
    """The working-day calendar of all announced years."""
    years = {notice.year: year_calendar(notice) for notice in notices}
    return WorkCalendar(MappingProxyType(years))


def year_calendar(notice: HolidayNotice) -> YearCalendar:
    """What one notice says, for kit. Raises ValueError when it contradicts itself (kit.workdays.YearCalendar)."""
    rest = frozenset(day for holiday in notice.holidays for day in days_of(holiday))
    return YearCalendar(year=notice.year, rest_days=rest, working_weekends=notice.working_weekends)


def days_of(holiday: Holiday) -> list[date]:
    """Every day off of the holiday, both ends included."""
    return [holiday.start + ONE_DAY * count for count in range((holiday.to - holiday.start).days + 1)]
