"""A Moment: the one answer of the clock, read at a door and passed down."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (aware), and the legal day that counts for what is done then.

    The day is the instant's own in Asia/Shanghai (`Moment.of`), unless an act is stated to count for an earlier one: a
    file that reached the organ's letter box last Friday. The instant is never moved. Raises ValueError for a naive
    instant, and for a day that lies ahead of it.
    """

    instant: datetime
    day: date

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("a Moment needs an aware instant")
        if self.day > legal_day(self.instant):
            raise ValueError(f"nothing done at {self.instant} can count for {self.day}, which lies ahead")

    @classmethod
    def of(cls, instant: datetime) -> "Moment":
        """The moment of an instant, counting for its own legal day."""
        return cls(instant, legal_day(instant))


def legal_day(instant: datetime) -> date:
    """The day of an aware instant in Asia/Shanghai."""
    return instant.astimezone(LEGAL_ZONE).date()
