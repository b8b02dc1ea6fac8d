"""By when a case must have been dealt with, counted from the event that the rule itself names.

Articles: Order 36 and the plan of 2025 as the catalogue holds them (deadlines.yaml), Penalty Law arts. 48 and 85,
Civil Code art. 201. The result of repair counts from the application, never from its acceptance (guard-rail G14).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from xinshu.law.catalogue import Catalogue, Entries
from xinshu.law.deadlines import Deadline, due_on
from xinshu.law.reading import Fault, Rule
from xinshu.law.terms import CountedFrom

LONGEST: Final = 60


class CaseTerm(StrEnum):
    """What has a deadline in a case, with a notice, in the room of a tender, or with a draft of rules."""

    REPAIR_ACCEPT = "REPAIR_ACCEPT"
    REPAIR_RESULT = "REPAIR_RESULT"
    REPAIR_EXTENSION = "REPAIR_EXTENSION"
    REPAIR_REPLY = "REPAIR_REPLY"
    OBJECTION_ANSWER = "OBJECTION_ANSWER"
    OBJECTION_APPEAL = "OBJECTION_APPEAL"
    OBJECTION_APPEAL_ANSWER = "OBJECTION_APPEAL_ANSWER"
    CHANGED_DECISION = "CHANGED_DECISION"
    SHIELD_RESULT = "SHIELD_RESULT"
    SHIELD_COMPLETION = "SHIELD_COMPLETION"
    SHIELD_REPLY = "SHIELD_REPLY"
    FIRST_NOTICE = "FIRST_NOTICE"
    TENDER_ANSWER = "TENDER_ANSWER"
    POLICY_CONSULTATION = "POLICY_CONSULTATION"


def case_due(term: CaseTerm, days: Mapping[CountedFrom, date], catalogue: Catalogue, *, on_date: date) -> date | None:
    """The last day to do it, counted in working days after the event that the rule of `on_date` counts from.

    `days`: the day of every event known so far. None: no rule is in force, its event has not come, or the calendar of
    the year is not announced (`kit.workdays.NotYetComputable` has the words).
    """
    rule = catalogue.deadline_on(term, on_date)
    since = None if rule is None or rule.counted_from is None else days.get(rule.counted_from)
    return None if since is None else due_on(since, rule, catalogue.calendar)


def extended_due(due: date, told_on: date | None, catalogue: Catalogue, *, on_date: date) -> date | None:
    """The last day of a result whose term was extended; `due` itself where the applicant was not told by that day."""
    if told_on is None or told_on > due:
        return due
    return case_due(CaseTerm.REPAIR_EXTENSION, {CountedFrom.RESULT_DUE: due}, catalogue, on_date=on_date)


def case_term_faults(entries: Entries) -> Iterator[Fault]:
    """Deadlines of unknown things, of no day or of very many, and such as do not say what they count from."""
    for entry in entries["deadlines"].values():
        rule: Deadline = entry.value
        if entry.name not in set(CaseTerm):
            message = f"“{entry.name}” has no deadline; known are: {', '.join(CaseTerm)}"
            yield entry.fault((), Rule.UNKNOWN_VALUE, message)
        if not 1 <= rule.working_days <= LONGEST:
            message = f"from 1 to {LONGEST} working days, not {rule.working_days}"
            yield entry.fault(("working_days",), Rule.OUT_OF_RANGE, message)
        if rule.counted_from is None:
            yield entry.fault(("counted_from",), Rule.INCOMPLETE, "a deadline of a case says what it is counted from")
