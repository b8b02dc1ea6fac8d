"""The one source of chance, with what is drawn from: bodies, organs, files and days."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from xinshu.doors.cli.country.bodies import Body
from xinshu.doors.cli.country.organs import CENTRE, Organ, carried_by, of_department
from xinshu.doors.cli.country.schedule import Filing
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SubjectKind

RECENT: Final = timedelta(days=400)
RECENT_WEIGHT, OWN_WEIGHT = 2, 4
"""A recent file holds more than an old one; most decisions of an organ that sends files stand in its own."""

LATE: Final = 0.06
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

    def body_of(self, kinds: tuple[SubjectKind, ...]) -> Body | None:
        """A body of these kinds with a unified social credit code, if there is one."""
        fitting = [body for body in self.bodies if body.kind in kinds and body.code]
        return self.rng.choice(fitting) if fitting else None

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


def departments_in(filing: Filing) -> set[str]:
    """The departments whose decisions may stand in a file."""
    return {organ.department for organ in carried_by(filing.sender)}
