"""Are the terms of agencies sound? Known ones, each of some working days."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from xinshu.law.catalogue import Entries
from xinshu.law.deadlines import Deadline
from xinshu.law.reading import Fault, Rule

LONGEST: Final = 60


class Term(StrEnum):
    """What has a term: to confirm an ending, to reply to a notice, to take away a copy that was reported."""

    ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"
    REPLY = "REPLY"
    COPY = "COPY"


def agency_faults(entries: Entries) -> Iterator[Fault]:
    """Terms of unknown things, and terms of no day or of very many."""
    for entry in entries["agencies"].values():
        rule: Deadline = entry.value
        if entry.name not in set(Term):
            message = f"“{entry.name}” has no term; known are: {', '.join(Term)}"
            yield entry.fault((), Rule.UNKNOWN_VALUE, message)
        if not 1 <= rule.working_days <= LONGEST:
            message = f"from 1 to {LONGEST} working days, not {rule.working_days}"
            yield entry.fault(("working_days",), Rule.OUT_OF_RANGE, message)
