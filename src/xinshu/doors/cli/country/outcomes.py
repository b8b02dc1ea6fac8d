"""How a case may end: penalties, procedure, and how often it happens."""

from dataclasses import dataclass
from typing import Final

from xinshu.law.terms import Penalty, Procedure


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case may end: the penalties of the decision, the procedure, and how often it happens."""

    penalties: tuple[Penalty, ...]
    weight: int
    procedure: Procedure = Procedure.ORDINARY


OUTCOMES: Final = {
    "warned": Outcome((Penalty.WARNING,), 8),
    "warned at once": Outcome((Penalty.WARNING,), 5, Procedure.SUMMARY),
    "criticised": Outcome((Penalty.CIRCULATED_CRITICISM,), 3),
    "fined at once": Outcome((Penalty.FINE,), 8, Procedure.SUMMARY),
    "fined": Outcome((Penalty.FINE,), 34),
    "warned, fined": Outcome((Penalty.WARNING, Penalty.FINE), 10),
    "gains taken": Outcome((Penalty.FINE, Penalty.CONFISCATION_OF_GAINS), 12),
    "goods taken": Outcome((Penalty.FINE, Penalty.CONFISCATION_OF_GOODS), 8),
    "gains and goods taken": Outcome((Penalty.FINE, Penalty.CONFISCATION_OF_GAINS, Penalty.CONFISCATION_OF_GOODS), 5),
    "suspended": Outcome((Penalty.FINE, Penalty.LICENCE_SUSPENSION), 4),
    "downgraded": Outcome((Penalty.FINE, Penalty.QUALIFICATION_DOWNGRADE), 3),
    "revoked": Outcome((Penalty.LICENCE_REVOCATION,), 4),
    "revoked, banned": Outcome((Penalty.CONFISCATION_OF_GAINS, Penalty.LICENCE_REVOCATION, Penalty.OCCUPATION_BAN), 2),
    "restricted": Outcome((Penalty.FINE, Penalty.BUSINESS_RESTRICTION), 4),
    "stopped": Outcome((Penalty.FINE, Penalty.PRODUCTION_SUSPENSION), 6),
    "closed": Outcome((Penalty.CLOSURE_ORDER,), 2),
    "put right": Outcome((Penalty.FINE, Penalty.OTHER), 2),
}
