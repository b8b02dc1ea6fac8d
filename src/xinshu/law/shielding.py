"""Does a plan or settlement that a court approved withhold a record for the time being, and by which article?

What was determined up to the day of the court's order is withheld, that day included: hours are not kept, and doubt
is the subject's gain. What was determined later is not. A rule that is not sure enough withholds nothing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from xinshu.law.catalogue import Catalogue
from xinshu.law.repair_rules import CourtRule
from xinshu.law.terms import Certainty, CourtPlan, Effect
from xinshu.law.verdict import Reason, ReasonCode

UNSURE: Final = frozenset({Certainty.LOW, Certainty.ILLUSTRATIVE})
"""Rules so uncertain that nobody's display is decided by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheltered:
    """A record of which it is asked: determined on which day (None: not known), the order of which day."""

    kind: str
    determined_on: date | None
    ordered_on: date | None


def shielding(asked: Sheltered, catalogue: Catalogue, *, on_date: date) -> tuple[bool, Reason]:
    """Whether a plan approved by that order withholds the record on that day, and why or why not."""
    rules = catalogue.repair_on(on_date)
    if rules is None:
        return False, Reason(ReasonCode.NO_REPAIR_RULES)
    return shields(asked, rules[1].court_plan(CourtPlan.APPROVED), catalogue)


def shields(asked: Sheltered, rule: CourtRule | None, catalogue: Catalogue) -> tuple[bool, Reason]:
    """The same by one rule of approved plans; None: there is none. Without `ordered_on` any day will do."""
    if rule is None or not rule.shields:
        return False, Reason(ReasonCode.PLAN_NOT_RULED)
    law = (rule.basis, rule.article)
    kind = catalogue.kinds.get(asked.kind)
    if kind is None:
        return False, Reason(ReasonCode.KIND_UNKNOWN)
    if kind.effect is not Effect.ADVERSE:
        return False, Reason(ReasonCode.NOT_ADVERSE, kind.basis, kind.article)
    if rule.certainty in UNSURE:
        return False, Reason(ReasonCode.PLAN_UNSURE, *law)
    if rule.kinds and asked.kind not in rule.kinds:
        return False, Reason(ReasonCode.KIND_NOT_SHIELDED, *law)
    if asked.ordered_on is not None and (asked.determined_on is None or asked.determined_on > asked.ordered_on):
        return False, Reason(ReasonCode.AFTER_THE_ORDER, *law)
    return True, Reason(ReasonCode.PLAN_SHIELDS, *law)
