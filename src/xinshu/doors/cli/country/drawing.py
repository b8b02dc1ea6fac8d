"""The one source of chance, with what is drawn from: bodies, organs, files and days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, TypeVar

from xinshu.doors.cli.country.bodies import Body
from xinshu.doors.cli.country.organs import CENTRE, Organ, carried_by, of_department
from xinshu.doors.cli.country.schedule import Filing
from xinshu.doors.cli.country.trades import Addressed
from xinshu.law.catalogue import Catalogue

What = TypeVar("What", bound=Addressed)

RECENT: Final = timedelta(days=400)
TRADE_WEIGHT: Final = 4
RECENT_WEIGHT, OWN_WEIGHT = 2, 4
"""A recent file holds more than an old one; most decisions of an organ that sends files stand in its own."""

LATE: Final = 0.06
SEEN_AT_ONCE: Final = 2_000
USUAL_AGE, OLDEST_USUAL_AGE, LATE_AGES = 18, 75, (60, 500)
"""Days from a decision to its file: on average, at most, and when it comes late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Draws by `rng` alone, so that the same seed draws the same country. `first`: no decision is older."""

    rng: Random
    catalogue: Catalogue
    bodies: list[Body]
    filings: list[Filing]
    first: date
    day: date

    def frequent_body(self) -> Body:
        """Any body, a few of them far more often than others."""
        return self.bodies[int(len(self.bodies) * self.rng.random() ** 2.5)]

    def body_for(self, what: Addressed) -> Body | None:
        """A body with a unified social credit code whose business it may be; one of the right kind will do."""
        some = self.rng.sample(self.bodies, k=min(len(self.bodies), SEEN_AT_ONCE))
        right = [body for body in some if body.code and body.kind in what.kinds]
        fitting = [body for body in right if what.suits(body.kind, body.name)]
        return self.rng.choice(fitting or right) if right else None

    def pick(self, things: Sequence[What]) -> What:
        """One of the things, rather one that is meant for certain trades than one that may happen to anyone."""
        return self.rng.choices(things, weights=[TRADE_WEIGHT if one.trades else 1 for one in things])[0]

    def organ(self, department: str, *, within: Filing | None = None) -> Organ:
        """An organ of the department whose decisions may stand in that file."""
        fitting = [organ for organ in of_department(department) if within is None or within.carries(organ)]
        return self.rng.choice(fitting)

    def filing(self, kind: str, organ: Organ) -> Filing:
        """A file of that kind in which the organ's decisions may stand."""
        fitting = self._fitting(kind, organ)
        return self.rng.choices(fitting, weights=[self._weight(filing) for filing in fitting])[0]

    def _weight(self, filing: Filing) -> int:
        recent = RECENT_WEIGHT if filing.arrives_on > self.day - RECENT else 1
        return recent * (1 if filing.sender == CENTRE else OWN_WEIGHT)

    def filing_after(self, kind: str, organ: Organ, day: date) -> Filing:
        """The first such file that arrives after the day, else the last one."""
        fitting = self._fitting(kind, organ)
        return next((filing for filing in fitting if filing.arrives_on > day), fitting[-1])

    def decided_on(self, filing: Filing) -> date:
        """A day some weeks before the file arrives; a few decisions come a year late."""
        age = 2 + min(int(self.rng.expovariate(1 / USUAL_AGE)), OLDEST_USUAL_AGE)
        if self.rng.random() < LATE:
            age += self.rng.randint(*LATE_AGES)
        earliest = max(self.catalogue.kinds[filing.kind].start, self.first)
        return max(earliest, filing.arrives_on - timedelta(days=age))

    def _fitting(self, kind: str, organ: Organ) -> list[Filing]:
        return [filing for filing in self.filings if filing.kind == kind and filing.carries(organ)]


def fitting(things: Sequence[What], body: Body, filing: Filing | None = None) -> list[What]:
    """Those that may be about the body, and may stand in the file if one is given."""
    filed = [one for one in things if filing is None or one.department in departments_in(filing)]
    return [one for one in filed if one.suits(body.kind, body.name)]


def departments_in(filing: Filing) -> set[str]:
    """The departments whose decisions may stand in a file."""
    return {organ.department for organ in carried_by(filing.sender)}
