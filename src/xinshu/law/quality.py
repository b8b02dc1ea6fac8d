"""Are the bounds of intake's quality sound? Shares, in order, for measures that are taken."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from xinshu.law.catalogue import Entries
from xinshu.law.entries import QualityRule
from xinshu.law.reading import Fault, Rule

MEASURED: Final = frozenset({"COMPLIANCE", "LATENESS", "COMPLETENESS", "CORRECTIONS", "WITHDRAWALS", "REPORTING"})
"""What has a share to lie in a band; the entry of quality/*.yaml bears the measure's name."""


def quality_faults(entries: Entries) -> Iterator[Fault]:
    """Bounds of unknown measures, bounds that are no shares, and a good one that is worse than a fair one."""
    for entry in entries["quality"].values():
        rule: QualityRule = entry.value
        if entry.name not in MEASURED:
            message = f"“{entry.name}” is no measure; known are: {', '.join(sorted(MEASURED))}"
            yield entry.fault((), Rule.UNKNOWN_VALUE, message)
        bounds = {"good": rule.good, "fair": rule.fair, "named_above": rule.named_above}
        for key, bound in bounds.items():
            if bound is not None and not 0 <= bound <= Decimal(1):
                yield entry.fault((key,), Rule.OUT_OF_RANGE, f"{key} is a share from 0 to 1, not {bound}")
        worse = rule.good < rule.fair if rule.high_is_good else rule.good > rule.fair
        if worse:
            yield entry.fault(("good",), Rule.OUT_OF_RANGE, "good must be the better of the two bounds")
