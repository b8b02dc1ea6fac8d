"""By when something must be done that the law counts in working days; nothing is guessed of a year not announced."""

from dataclasses import dataclass
from datetime import date

from xinshu.kit.period import ONE_DAY
from xinshu.kit.workdays import NotYetComputable, WorkCalendar, add_working_days
from xinshu.law.entries import Dated
from xinshu.law.terms import CountedFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline(Dated):
    """Within how many working days: agencies.yaml, deadlines.yaml. The day of the event itself is not counted.

    `counted_from`: that event, for deadlines of a case (Civil Code art. 201).
    """

    working_days: int
    counted_from: CountedFrom | None = None


def due_on(since: date, rule: Deadline | None, calendar: WorkCalendar) -> date | None:
    """The last day to do it; None where no rule is in force, or the year's calendar is not announced yet."""
    if rule is None:
        return None
    last = add_working_days(since, rule.working_days, calendar)
    return None if isinstance(last, NotYetComputable) else last


def overdue(due: date | None, day: date) -> bool:
    """Whether a day lies after the last one. What cannot be computed yet is not overdue."""
    return due is not None and day > due


def day_after_wait(since: date, rule: Deadline | None, calendar: WorkCalendar) -> date | None:
    """The first day after so many working days have passed; None where nothing waits, or no calendar says how long."""
    last = due_on(since, rule, calendar)
    return None if last is None else last + ONE_DAY
