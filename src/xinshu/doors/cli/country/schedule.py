"""When the organs send their files: monthly at last, more rarely before, back to the founding of the catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from typing import Final

from xinshu.doors.cli.country.organs import CENTRE, ECOLOGY, FIRE, MARKET, SAFETY, TRANSPORT, Organ, carried_by
from xinshu.law.catalogue import Catalogue

DAY_OF_MONTH: Final = 8


@dataclass(frozen=True, slots=True)
class Filing:
    """One file: of which kind, from whom, and the day on which it arrives."""

    kind: str
    sender: Organ
    arrives_on: date

    def carries(self, organ: Organ) -> bool:
        """Whether decisions of that organ may stand in it."""
        return organ in carried_by(self.sender)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Steps back in time, as (how many, months apart), and who sends in turn, the latest first."""

    steps: tuple[tuple[int, int], ...]
    senders: tuple[Organ, ...]


RHYTHMS: Final = {
    "ADMIN_PENALTY": Rhythm(
        ((12, 1), (3, 6), (5, 11)),
        (CENTRE, MARKET, SAFETY, CENTRE, FIRE, ECOLOGY, CENTRE, TRANSPORT, MARKET),
    ),
    "ADMIN_LICENCE": Rhythm(((3, 3), (5, 15)), (CENTRE, MARKET)),
    "ABNORMAL_OPERATION": Rhythm(((3, 6), (3, 18)), (MARKET,)),
    "HONOUR": Rhythm(((2, 6),), (CENTRE,)),
    "ENTERPRISE_REGISTRATION": Rhythm((), (MARKET,)),
}
"""The kinds that can be made up; a kind that the catalogue does not have is left out."""


def schedule(catalogue: Catalogue, *, first: date, day: date) -> list[Filing]:
    """Every file from `first` until the day before `day`, oldest first; at most about forty."""
    filings = [
        Filing(kind, sender, arrival)
        for kind, rhythm in RHYTHMS.items()
        for sender, arrival in zip(cycle(rhythm.senders), _arrivals(rhythm, day), strict=False)
        if arrival >= first and catalogue.kind_on(kind, arrival) is not None
    ]
    return sorted(filings, key=lambda filing: (filing.arrives_on, filing.kind))


def _arrivals(rhythm: Rhythm, day: date) -> Iterator[date]:
    """The day before, then a fixed day of each month that the steps come to."""
    yield day - timedelta(days=1)
    month = day.year * 12 + day.month - 1
    for times, apart in rhythm.steps:
        for _ in range(times):
            month -= apart
            yield date(month // 12, month % 12 + 1, DAY_OF_MONTH)
