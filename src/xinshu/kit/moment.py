"""A Moment: the one answer of the clock, read at a door and passed down."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (aware) and the legal day it falls on in Asia/Shanghai."""

    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("a Moment needs an aware instant")

    @property
    def day(self) -> date:
        """The legal day."""
        return self.instant.astimezone(LEGAL_ZONE).date()
