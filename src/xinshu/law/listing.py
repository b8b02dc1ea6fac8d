"""Which steps of a listing are missing or too early, from when until when it holds, and how it may be left.

Articles: Opinions art. 12 (conditions and procedure stand in a department rule), Penalty Law arts. 44, 45 and 61 for
notice, defence and service, and each list's own rule as the catalogue holds it (lists/*.yaml). Nothing is counted: a
number of lighter matters makes no listing (guard-rail G5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from xinshu.kit.legal_dates import Rounding, end_of_term, last_day_of_term
from xinshu.kit.period import ONE_DAY
from xinshu.kit.workdays import NotYetComputable, add_working_days
from xinshu.law.catalogue import Catalogue
from xinshu.law.list_rules import ListRule
from xinshu.law.terms import ListExit, ListingStep, Standing, SubjectKind, TermKind
from xinshu.law.verdict import Reason, ReasonCode

FLOOR: Final = frozenset({ListingStep.DECISION, ListingStep.SERVICE})
"""What comes before every listing, whatever its list says (guard-rail G6)."""

FLOORS: Final[Mapping[str, frozenset[ListingStep]]] = {
    "SERIOUS_DISHONESTY": FLOOR | {ListingStep.NOTICE, ListingStep.DEFENCE},
    "JUDGMENT_DEFAULTER": FLOOR,
}
"""What comes before every listing of that kind, whatever its list says; a court lists without prior notice."""

STEP_FIELDS: Final[Mapping[ListingStep, str]] = {
    ListingStep.NOTICE: "NOTIFIED_ON",
    ListingStep.DEFENCE: "DEFENCE_UNTIL",
    ListingStep.LEGAL_REVIEW: "REVIEWED_ON",
    ListingStep.APPROVAL: "APPROVED_ON",
    ListingStep.DECISION: "DECIDED_ON",
    ListingStep.SERVICE: "SERVED_ON",
}
"""In which field a record of a list has the day of a step; WAIT has none: it is counted from service."""

LIST_KINDS: Final = tuple(FLOORS)
"""The kinds of record that are lists: of these the database itself shows none without its steps (records, Record)."""

Days = Mapping[ListingStep, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A step that is missing or too early, why, and from which day on it can be done; None: at once, or not known."""

    step: ListingStep
    reason: Reason
    opens_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPeriod:
    """From which day a listing takes effect (None: not computable yet), and its last day (None: until an event)."""

    effective_from: date | None
    last_day: date | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a notice or a decision says of a listing: its ground, and its term in months (None: until an event)."""

    ground: str
    months: int | None


def rules_of_kind(kind: str, catalogue: Catalogue) -> dict[str, ListRule]:
    """The lists whose entries are records of that kind, by name."""
    return {name: rule for name, rule in catalogue.lists.items() if rule.kind == kind}


def list_of(kind: str, content: Mapping[str, object], catalogue: Catalogue) -> tuple[str, ListRule] | None:
    """Of which list a record of that kind is an entry, by what its fields say; None where no rule says it.

    A list without a field of its own is the whole kind, and none of a kind whose other lists have one.
    """
    rules = rules_of_kind(kind, catalogue)
    parted = any(rule.in_field is not None for rule in rules.values())
    for name, rule in rules.items():
        if content.get(rule.in_field) == rule.choice if rule.in_field is not None else not parted:
            return name, rule
    return None


def unruled(kind: str, catalogue: Catalogue) -> Reason:
    """Why an entry of a list for which no rule stands in the catalogue is not taken: the kind's own article."""
    rule = catalogue.kinds[kind]
    return Reason(ReasonCode.LIST_NOT_RULED, rule.basis, rule.article)


def demanded(rule: ListRule) -> tuple[ListingStep, ...]:
    """The steps that a list demands, in their order, with the floor of its kind."""
    stated = {one.step for one in rule.steps} | FLOORS.get(rule.kind, FLOOR)
    return tuple(step for step in ListingStep if step in stated)


def against_listing(rule: ListRule, subject_kind: SubjectKind, *, on_date: date) -> tuple[Reason, ...]:
    """Why nobody, or nobody of that kind, can be put on this list on that day; nothing: it may be."""
    law = (rule.basis, rule.article)
    if on_date not in rule.period:
        return (Reason(ReasonCode.LIST_NOT_IN_FORCE, *law),)
    if rule.standing is not Standing.ACTIVE:
        return (Reason(ReasonCode.LIST_INACTIVE, *law),)
    if subject_kind not in rule.subjects:
        return (Reason(ReasonCode.LIST_NOT_FOR_SUBJECT, *law),)
    return ()


def missing_steps(rule: ListRule, done: Days, catalogue: Catalogue, *, on_date: date) -> tuple[Missing, ...]:
    """Which of the demanded steps are missing or too early on that day; nothing: the listing may be entered.

    `done`: the day of each step; of NOTICE the day of its service, of DEFENCE the last day of its time.
    """
    return tuple(one for step in demanded(rule) if (one := _missing(rule, step, done, catalogue, on_date)) is not None)


def floor_missing(kind: str, done: Days, catalogue: Catalogue) -> tuple[Missing, ...]:
    """The same by the floor of a kind of record alone, where an edition of the catalogue has no rule of its lists."""
    rule = catalogue.kinds[kind]
    law = (rule.basis, rule.article)
    steps = [step for step in ListingStep if step in FLOORS.get(kind, FLOOR)]
    told = [Missing(step=step, reason=Reason(ReasonCode.STEP_NOT_DONE, *law)) for step in steps if step not in done]
    for before, step in pairwise(one for one in steps if one in done):
        if done[step] < done[before]:
            told.append(Missing(step=step, reason=Reason(ReasonCode.STEP_TOO_EARLY, *law), opens_on=done[before]))
    return tuple(told)


def missing_before(
    rule: ListRule, step: ListingStep, done: Days, catalogue: Catalogue, *, on_date: date
) -> tuple[Missing, ...]:
    """What must still be done before that step may be taken on that day; the step itself is not asked for."""
    steps = demanded(rule)
    if step not in steps:
        return ()
    taken = {**done, step: on_date}
    found = (_missing(rule, one, taken, catalogue, on_date) for one in steps[: steps.index(step) + 1])
    return tuple(one for one in found if one is not None)


def defence_until(rule: ListRule, notified_on: date, catalogue: Catalogue) -> date | NotYetComputable | None:
    """The last day for the defence, counted from the service of the notice; None where the list has no defence."""
    defence = rule.step(ListingStep.DEFENCE)
    if defence is None:
        return None
    return add_working_days(notified_on, defence.working_days or 0, catalogue.calendar)


def listing_period(
    rule: ListRule, *, decided_on: date, served_on: date, months: int | None, catalogue: Catalogue
) -> ListingPeriod:
    """From service on, or from the day after the wait; until the end of its term, counted from the decision.

    `months`: the term that the decision states, which is never longer than the rule's; None: the rule's own.
    """
    first, why = _effect(served_on, rule, catalogue)
    law = (rule.term.basis, rule.term.article)
    longest = rule.term.months if months is None else min(months, rule.term.months or months)
    if longest is None:
        return ListingPeriod(
            effective_from=first, last_day=None, reasons=(why, Reason(ReasonCode.LISTED_UNTIL_EVENT, *law))
        )
    code = ReasonCode.LISTED_FOR_TERM if rule.term.term is TermKind.FIXED else ReasonCode.LISTED_UNTIL_EVENT
    last = _last_day(decided_on, longest)
    return ListingPeriod(effective_from=first, last_day=last, reasons=(why, Reason(code, *law)))


def against_end(rule: ListRule, *, decided_on: date, until: date | None) -> tuple[tuple[Reason, ...], date | None]:
    """Why an entry may not last until that day (None: for no stated time), and its latest day; no reason: it may.

    The latest day is that of the list's own term, counted from the decision; None where the list states no months.
    """
    months = rule.term.months
    if months is None:
        return (), None
    latest = _last_day(decided_on, months)
    if until is not None and until <= latest:
        return (), latest
    return (Reason(ReasonCode.LISTED_TOO_LONG, rule.term.basis, rule.term.article),), latest


def graver_than_notified(rule: ListRule, notified: Planned, decided: Planned) -> tuple[Reason, ...]:
    """Why a decision may not say this after that notice: who defends is never worse off for it (Penalty Law art. 45).

    Another ground than the one that was told was never defended against; it needs a notice of its own.
    """
    source = rule.step(ListingStep.DEFENCE) or rule
    law = (source.basis, source.article)
    if decided.ground != notified.ground:
        return (Reason(ReasonCode.GROUND_NOT_NOTIFIED, *law),)
    longer = notified.months is not None and (decided.months is None or decided.months > notified.months)
    return (Reason(ReasonCode.GRAVER_THAN_NOTIFIED, *law),) if longer else ()


def against_exit(
    rule: ListRule, way: ListExit, *, decided_on: date, on_date: date
) -> tuple[tuple[Reason, ...], date | None]:
    """Why the list cannot be left in that way on that day, and from which day on it can; no reason: it can."""
    found = next((one for one in rule.exits if one.exit is way), None)
    if found is None:
        return (Reason(ReasonCode.EXIT_NOT_RULED, rule.basis, rule.article),), None
    if not found.after_months:
        return (), None
    opens = end_of_term(decided_on, months=found.after_months, rounding=Rounding.DOWN)
    if on_date >= opens:
        return (), None
    return (Reason(ReasonCode.EXIT_TOO_EARLY, found.basis, found.article),), opens


def _last_day(decided_on: date, months: int) -> date:
    return last_day_of_term(decided_on, months=months, rounding=Rounding.DOWN)


def _missing(rule: ListRule, step: ListingStep, done: Days, catalogue: Catalogue, on_date: date) -> Missing | None:
    if step is ListingStep.WAIT:
        return _wait_missing(rule, done, catalogue, on_date)
    day = done.get(step)
    if day is None:
        return _told(rule, step, _why_none(rule, step, done, catalogue))
    if step is ListingStep.DEFENCE:
        return _defence_missing(rule, done, catalogue, on_date)
    if day > on_date:
        return _told(rule, step, ReasonCode.STEP_NOT_DONE)
    first = _first_day(rule, step, done)
    return _told(rule, step, ReasonCode.STEP_TOO_EARLY, first) if first is not None and day < first else None


def _why_none(rule: ListRule, step: ListingStep, done: Days, catalogue: Catalogue) -> ReasonCode:
    """A defence whose last day no calendar can tell yet has not been forgotten."""
    notified = done.get(ListingStep.NOTICE) if step is ListingStep.DEFENCE else None
    if notified is not None and isinstance(defence_until(rule, notified, catalogue), NotYetComputable):
        return ReasonCode.STEP_NOT_COMPUTABLE
    return ReasonCode.STEP_NOT_DONE


def _first_day(rule: ListRule, step: ListingStep, done: Days) -> date | None:
    """The first day on which a step may be taken: that of the steps before it, and after the last day of a defence."""
    steps = demanded(rule)
    before = [one for one in steps[: steps.index(step)] if one in done]
    days = [done[one] + ONE_DAY if one is ListingStep.DEFENCE else done[one] for one in before]
    return max(days, default=None)


def _defence_missing(rule: ListRule, done: Days, catalogue: Catalogue, on_date: date) -> Missing | None:
    step, last = ListingStep.DEFENCE, done[ListingStep.DEFENCE]
    notified = done.get(ListingStep.NOTICE)
    if notified is not None:
        shortest = defence_until(rule, notified, catalogue)
        if isinstance(shortest, NotYetComputable):
            return _told(rule, step, ReasonCode.STEP_NOT_COMPUTABLE)
        if shortest is not None and last < shortest:
            return _told(rule, step, ReasonCode.DEFENCE_TOO_SHORT, shortest + ONE_DAY)
    return _told(rule, step, ReasonCode.DEFENCE_RUNS, last + ONE_DAY) if on_date <= last else None


def _wait_missing(rule: ListRule, done: Days, catalogue: Catalogue, on_date: date) -> Missing | None:
    step, served = ListingStep.WAIT, done.get(ListingStep.SERVICE)
    if served is None:
        return _told(rule, step, ReasonCode.STEP_NOT_DONE)
    first, _ = _effect(served, rule, catalogue)
    if first is None:
        return _told(rule, step, ReasonCode.STEP_NOT_COMPUTABLE)
    return _told(rule, step, ReasonCode.WAIT_RUNS, first) if on_date < first else None


def _effect(served_on: date, rule: ListRule, catalogue: Catalogue) -> tuple[date | None, Reason]:
    """The first day of effect, and why; None where the calendar of the year is not announced."""
    found = rule.step(ListingStep.WAIT)
    if found is None or not found.working_days:
        service = rule.step(ListingStep.SERVICE) or rule
        return served_on, Reason(ReasonCode.EFFECT_FROM_SERVICE, service.basis, service.article)
    last = add_working_days(served_on, found.working_days, catalogue.calendar)
    day = None if isinstance(last, NotYetComputable) else last + ONE_DAY
    return day, Reason(ReasonCode.EFFECT_AFTER_WAIT, found.basis, found.article)


def _told(rule: ListRule, step: ListingStep, code: ReasonCode, opens_on: date | None = None) -> Missing:
    source = rule.step(step) or rule
    return Missing(step=step, reason=Reason(code, source.basis, source.article), opens_on=opens_on)
