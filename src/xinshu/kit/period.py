"""Half-open periods of days: the only shape in which Xinshu stores "from when until when"."""

from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` (included) until `until` (excluded); `until=None` means open.

    Raises ValueError when it would hold no day: an empty period is told by `None`, never by a Period.
    """

    start: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.start:
            raise ValueError(f"a period must hold at least one day: [{self.start}, {self.until})")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.until is None or day < self.until)

    @property
    def last_day(self) -> date | None:
        """The last day inside, or None when the period is open."""
        return None if self.until is None else self.until - ONE_DAY

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share at least one day."""
        return intersection(self, other) is not None

    def within(self, other: "Period") -> bool:
        """Whether every day of this period is a day of `other`."""
        return intersection(self, other) == self


def make_period(start: date, until: date | None) -> Period | None:
    """The period, or None when it would hold no day."""
    return None if until is not None and until <= start else Period(start, until)


def intersection(one: Period | None, other: Period | None) -> Period | None:
    """The days common to both, or None when there are none."""
    if one is None or other is None:
        return None
    return make_period(max(one.start, other.start), earlier_end(one.until, other.until))


def earlier_end(one: date | None, other: date | None) -> date | None:
    """The earlier of two exclusive ends, where None is open."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
