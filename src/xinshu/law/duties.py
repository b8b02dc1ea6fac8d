"""Duties that a law asks of bodies every year by a day, such as the annual report; a calendar tells of the next one."""

from dataclasses import dataclass
from datetime import date

from xinshu.law.entries import Dated
from xinshu.law.terms import SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyDuty(Dated):
    """What bodies of these kinds do each year until a day (included): duties.yaml. `zh`, `en`: what, and where.

    `kind`: the registration that such a body has; `since`: its field with the day on which the body began. A body owes
    it from the year after that one.
    """

    name_zh: str
    name_en: str
    zh: str
    en: str
    link: str | None = None
    subjects: frozenset[SubjectKind]
    month: int
    day: int
    kind: str
    since: str


def next_due(duty: YearlyDuty, *, begun: date | None, on_date: date) -> date | None:
    """The next last day, from `on_date` on; None where the duty is not in force by then.

    `begun`: the day on which the body began, None where it is not known. Holidays move nothing: who does it by that
    day is in time whatever they do.
    """
    first = on_date.year if begun is None else max(on_date.year, begun.year + 1)
    days = (date(year, duty.month, duty.day) for year in (first, first + 1))
    return next((day for day in days if day >= on_date and day in duty.period), None)
