"""Legal date arithmetic: terms of months and days as the Civil Code counts them (articles 200 to 204)."""

from calendar import monthrange
from datetime import MAXYEAR, date
from enum import Enum

from xinshu.kit.errors import XinshuError
from xinshu.kit.period import ONE_DAY
from xinshu.kit.workdays import NotYetComputable, WorkCalendar, add_working_days, is_working_day


class DateOutOfRange(XinshuError):
    """A term runs past 9999-12-31, the last day that can be written."""


class Rounding(Enum):
    """The day that stands in when a month has no corresponding day (a 31st in April, 29 February).

    The caller must choose, by whom it favours. DOWN: the last day of that month, the Civil Code's own rule
    (art. 202). UP: the first day of the following month.
    """

    DOWN = "DOWN"
    UP = "UP"


def add_months(day: date, months: int, *, rounding: Rounding) -> date:
    """The corresponding day `months` calendar months later (Civil Code art. 200 and 202).

    2026-11-30 plus 3 months is 2027-02-28 (DOWN) or 2027-03-01 (UP). A month end is not sticky: 28 February
    plus one month is 28 March. Raises ValueError for negative months, DateOutOfRange past the year 9999.
    """
    if months < 0:
        raise ValueError(f"a term cannot have a negative number of months: {months}")
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    month = month_index + 1
    if year > MAXYEAR:
        raise _out_of_range(day, f"{months} months")
    length = monthrange(year, month)[1]
    if day.day <= length:
        return date(year, month, day.day)
    # A month too short for the day is never December, so the month after it is of the same year.
    return date(year, month, length) if rounding is Rounding.DOWN else date(year, month + 1, 1)


def last_day_of_term(start: date, *, months: int = 0, days: int = 0, rounding: Rounding) -> date:
    """The last day of a term that begins with `start`, both months and days, months first.

    The first day is not counted (art. 201), so the corresponding day is the last day, until 24:00
    (art. 202 and 203). A term of nothing ends on `start`. It is never moved by a holiday here: see
    `moved_past_holiday`. Raises ValueError for a negative number, DateOutOfRange past 9999-12-31.
    """
    if days < 0:
        raise ValueError(f"a term cannot have a negative number of days: {days}")
    return _days_later(add_months(start, months, rounding=rounding), days)


def end_of_term(start: date, *, months: int = 0, days: int = 0, rounding: Rounding) -> date:
    """The half-open end of the term: the first day after it, on which a right to act after the term opens.

    Takes and raises what `last_day_of_term` does.
    """
    return _days_later(last_day_of_term(start, months=months, days=days, rounding=rounding), 1)


def moved_past_holiday(last_day: date, calendar: WorkCalendar) -> date | NotYetComputable:
    """The last day of a procedural deadline: the first day after the rest days it falls on (art. 203).

    Rest days are weekends and announced holidays; a weekend day that is worked does not move it. Never for
    the end of a display, which a holiday does not lengthen.
    """
    worked = is_working_day(last_day, calendar)
    if isinstance(worked, NotYetComputable):
        return worked
    return last_day if worked else add_working_days(last_day, 1, calendar)


def _days_later(day: date, days: int) -> date:
    try:
        return day + days * ONE_DAY
    except OverflowError:
        raise _out_of_range(day, f"{days} days") from None


def _out_of_range(day: date, length: str) -> DateOutOfRange:
    return DateOutOfRange(
        f"{length} after {day} is later than {date.max}, the last day that can be written. "
        "Please check the length of the term; a term without an end is recorded as open."
    )
