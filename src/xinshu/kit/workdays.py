"""Working days by a calendar handed in as a value; a year that is not announced is never guessed at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date
from typing import NoReturn

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class NotYetComputable:
    """The answer when the State Council's arrangement of rest days for `year` is not in the calendar.

    It is neither yes nor no nor a day: asking for its truth value raises TypeError, so that a forgotten
    check fails at once instead of being taken for "yes". Test with isinstance.
    """

    year: int

    @property
    def text_zh(self) -> str:
        """One Chinese sentence for the person concerned."""
        return f"{self.year}年的放假调休安排尚未公布或尚未收录，工作日暂不能计算；收录后即可算出。"

    @property
    def text_en(self) -> str:
        """The same sentence in English."""
        return (
            f"Working days of {self.year} cannot be counted yet: the State Council's arrangement of rest days "
            "for that year is not announced or not in the catalogue; the answer follows once it is."
        )

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{self!r} is neither true nor false: test for it with isinstance")


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """What the State Council's notice for one year says.

    `rest_days`: every day off that it names. `working_weekends`: Saturdays and Sundays that are worked in
    exchange. Both may hold days of the neighbouring years: the notice for 2019 names 2018-12-29 and 31.
    Raises ValueError when a day is both, when a working weekend is no weekend, or a day is farther away.
    """

    year: int
    rest_days: frozenset[date]
    working_weekends: frozenset[date]

    def __post_init__(self) -> None:
        if both := self.rest_days & self.working_weekends:
            raise ValueError(f"calendar of {self.year}: named both off and worked: {_listed(both)}")
        if weekdays := {day for day in self.working_weekends if day.weekday() < SATURDAY}:
            raise ValueError(f"calendar of {self.year}: a working weekend on a weekday: {_listed(weekdays)}")
        named = self.rest_days | self.working_weekends
        if far := {day for day in named if abs(day.year - self.year) > 1}:
            raise ValueError(f"calendar of {self.year}: a day of a year too far away: {_listed(far)}")

    def says_worked(self, day: date) -> bool | None:
        """True or False when the notice names the day as worked or off, None when it does not name it."""
        if day in self.working_weekends:
            return True
        return False if day in self.rest_days else None


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The announced years, each under its own number. Raises ValueError when a year is filed under another."""

    years: Mapping[int, YearCalendar]

    def __post_init__(self) -> None:
        if misfiled := sorted(key for key, notice in self.years.items() if notice.year != key):
            raise ValueError(f"calendars filed under another year than their own: {misfiled}")

    def says_worked(self, day: date) -> bool | None:
        """What the notices that may name the day say; the later notice wins, None when none names it."""
        near = (self.years.get(year) for year in (day.year + 1, day.year, day.year - 1))
        answers = (notice.says_worked(day) for notice in near if notice is not None)
        return next((answer for answer in answers if answer is not None), None)


def is_working_day(day: date, calendar: WorkCalendar) -> bool | NotYetComputable:
    """Whether the day is worked: a weekday not named off, or a weekend day named as worked.

    A day that no notice names needs the notice of its own year, weekends too, since any may be swapped.
    Danger: the last days of December are answered by their own year's notice until the next year's is in
    the calendar, and that one may still change them (it did for 2018-12-29 and 2018-12-31).
    """
    worked = calendar.says_worked(day)
    if worked is not None:
        return worked
    return day.weekday() < SATURDAY if day.year in calendar.years else NotYetComputable(day.year)


def add_working_days(day: date, count: int, calendar: WorkCalendar) -> date | NotYetComputable:
    """The `count`-th working day after `day`, which itself is not counted (Civil Code art. 201).

    Zero gives `day` back, worked or not. Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"a number of working days cannot be negative: {count}")
    if count == 0:
        return day
    left = count
    for later in _days_after(day, date.max):
        worked = is_working_day(later, calendar)
        if isinstance(worked, NotYetComputable):
            return worked
        left -= worked
        if left == 0:
            return later
    return NotYetComputable(MAXYEAR + 1)


def working_days_between(start: date, end: date, calendar: WorkCalendar) -> int | NotYetComputable:
    """How many working days lie after `start`, up to and including `end`; 0 when both are one day.

    Raises ValueError when `end` is before `start`: swapped dates are a mistake, not an answer.
    """
    if end < start:
        raise ValueError(f"working days are counted forwards: {end} is before {start}")
    total = 0
    for later in _days_after(start, end):
        worked = is_working_day(later, calendar)
        if isinstance(worked, NotYetComputable):
            return worked
        total += worked
    return total


def _days_after(day: date, last: date) -> Iterator[date]:
    # By ordinals, since 9999-12-31 has no next day to step on to.
    return map(date.fromordinal, range(day.toordinal() + 1, last.toordinal() + 1))


def _listed(days: set[date] | frozenset[date]) -> str:
    return ", ".join(str(day) for day in sorted(days))
