"""What the records that stand about a body lead to, in one context on one day: each measure with its article and end.

No count and no score leads to anything (guard-rail G5). A measure touches the body of the record itself, since
liability does not spread (G26); what a basis says of persons beside it waits for regimes/people.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from xinshu.kit.legal_dates import DateOutOfRange, Rounding, last_day_of_term
from xinshu.law.catalogue import NATIONAL, Catalogue
from xinshu.law.list_rules import ListRule
from xinshu.law.measure_rules import Ending, Ground, Measure, class_of
from xinshu.law.terms import (
    Area,
    Mark,
    MeasureClass,
    MeasureEnd,
    Nature,
    Penalty,
    Procedure,
    Relation,
    Severity,
    Standing,
    SubjectKind,
    UseContext,
)
from xinshu.law.verdict import Reason, ReasonCode
from xinshu.law.when import holds

INFORMING: Final = frozenset({UseContext.FINANCE})
"""Contexts in which the one who asks decides freely: it is told what stands, never that a measure applies."""

DOUBTED: Final = frozenset({Mark.STAYED, Mark.BODY_CLAIMED, Mark.BODY_DOUBTED})
"""Marks under which nothing follows from a record: its execution is stayed, or it may be another body's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """What of a record its consequences depend on; equal traits have equal consequences.

    `says`: the choices that stand in its fields, by the field's identifier.
    """

    kind: str
    severity: Severity | None = None
    procedure: Procedure | None = None
    area: Area | None = None
    penalties: frozenset[Penalty] = frozenset()
    marks: frozenset[Mark] = frozenset()
    says: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A record that stands: its reference, traits, day of decision, and last day (None = open)."""

    ref: str
    trait: Trait
    decided_on: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One measure on one ground, as it follows from a trait: by which article, and how it ends.

    `since`: of a restraint the first day of that article; what was decided before it leads to nothing (None: whenever).
    """

    measure: str
    ground: str
    measure_class: MeasureClass | None
    ending: Ending
    reason: Reason
    since: date | None

    def reaches(self, decided_on: date | None) -> bool:
        """Whether it follows from what was decided on that day: no restraint looks back (Legislation Law art. 104)."""
        return self.since is None or (decided_on is not None and decided_on >= self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One measure that rests on one record, and its last day (None: with its event, for life, or open; see `end`)."""

    measure: str
    ground: str
    ref: str
    measure_class: MeasureClass | None
    end: MeasureEnd
    last_day: date | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresVerdict:
    """Every measure that rests on what stands, in the order of the catalogue; `reasons` says why there is none."""

    applied: tuple[Applied, ...]
    reasons: tuple[Reason, ...]


def measures_in(
    context: UseContext, catalogue: Catalogue, *, on_date: date, division: str | None = None
) -> Iterator[tuple[str, Measure]]:
    """The measures in use on that day in that context; local ones only for who asks in their division."""
    for name, measure in catalogue.measures.items():
        local = catalogue.layers[name] != NATIONAL
        at_home = not local or (division is not None and catalogue.applies_in(name, division))
        if (
            measure.standing is Standing.ACTIVE
            and context in measure.contexts
            and on_date in measure.period
            and at_home
        ):
            yield name, measure


def grounds_in(
    context: UseContext, catalogue: Catalogue, *, on_date: date, division: str | None = None
) -> tuple[Ground, ...]:
    """Every ground of those measures: what has to be looked at to answer in that context."""
    return tuple(
        ground
        for _, measure in measures_in(context, catalogue, on_date=on_date, division=division)
        for ground in measure.grounds
    )


def kinds_looked_at(grounds: Iterable[Ground], catalogue: Catalogue) -> frozenset[str]:
    """The kinds of record that these grounds ask about, those of their lists among them."""
    return frozenset(
        catalogue.lists[ground.listed].kind if ground.listed is not None else str(ground.kind) for ground in grounds
    )


def fields_looked_at(grounds: Iterable[Ground], catalogue: Catalogue) -> frozenset[str]:
    """The fields whose choices these grounds ask about."""
    fields: set[str] = set()
    for ground in grounds:
        fields |= ground.says.keys()
        chosen = None if ground.listed is None else catalogue.lists[ground.listed].in_field
        fields |= set() if chosen is None else {chosen}
    return frozenset(fields)


def consequences(
    trait: Trait,
    subject_kind: SubjectKind,
    context: UseContext,
    catalogue: Catalogue,
    *,
    on_date: date,
    division: str | None = None,
) -> tuple[Consequence, ...]:
    """What follows from records of that trait about such a body, by the rules in force on that day."""
    found = []
    for name, measure in measures_in(context, catalogue, on_date=on_date, division=division):
        for ground in measure.grounds:
            touched = subject_kind in ground.subjects and Relation.ITSELF in ground.relations
            if touched and _fits(ground, trait, catalogue, on_date):
                found.append(_consequence(name, measure, ground, trait, context, catalogue))
    return tuple(found)


def measures_for(
    subject_kind: SubjectKind,
    facts: Iterable[Fact],
    context: UseContext,
    catalogue: Catalogue,
    *,
    on_date: date,
    division: str | None = None,
) -> MeasuresVerdict:
    """What these records lead to for such a body in that context on that day (Opinions arts. 11, 12).

    A record whose decision is stayed, or that may be another body's, leads to nothing and says so.
    """
    applied: list[Applied] = []
    reasons: list[Reason] = []
    for fact in facts:
        for found in consequences(fact.trait, subject_kind, context, catalogue, on_date=on_date, division=division):
            if not found.reaches(fact.decided_on):
                continue
            if found.reason.code is ReasonCode.MEASURE_HELD:
                reasons.append(found.reason)
                continue
            last = last_day_of(found.ending, fact.decided_on, fact.last_day)
            if last is None or on_date <= last:
                applied.append(_applied(found, fact, last))
    if not applied:
        reasons.append(Reason(ReasonCode.NO_MEASURE))
    return MeasuresVerdict(applied=tuple(applied), reasons=tuple(dict.fromkeys(reasons)))


def last_day_of(ending: Ending, decided_on: date | None, record_ends: date | None) -> date | None:
    """The last day of a measure that rests on a record of these days: never later than the record itself stands.

    A measure for life, or until an event, ends with its record where that is repaired or revoked.
    """
    if ending.end is not MeasureEnd.AFTER_MONTHS or ending.months is None or decided_on is None:
        return record_ends
    try:
        own = last_day_of_term(decided_on, months=ending.months, rounding=Rounding.DOWN)
    except DateOutOfRange:
        return record_ends
    return own if record_ends is None else min(own, record_ends)


def _fits(ground: Ground, trait: Trait, catalogue: Catalogue, on_date: date) -> bool:
    """Whether the trait is what the ground asks for; an entry of a list that is not in use leads to nothing."""
    if ground.listed is not None:
        rule = catalogue.lists[ground.listed]
        if not _is_entry(rule, trait, on_date):
            return False
    elif trait.kind != ground.kind:
        return False
    says = all(trait.says.get(name, frozenset()) & choices for name, choices in ground.says.items())
    return says and holds(ground.when, trait)


def _is_entry(rule: ListRule, trait: Trait, on_date: date) -> bool:
    if rule.standing is not Standing.ACTIVE or on_date not in rule.period or trait.kind != rule.kind:
        return False
    return rule.in_field is None or rule.choice in trait.says.get(rule.in_field, frozenset())


def _consequence(
    name: str, measure: Measure, ground: Ground, trait: Trait, context: UseContext, catalogue: Catalogue
) -> Consequence:
    code = ReasonCode.MEASURE_INFORMS if context in INFORMING else ReasonCode.MEASURE_APPLIES
    if trait.marks & DOUBTED:
        code = ReasonCode.MEASURE_HELD
    power = catalogue.powers[ground.power]
    return Consequence(
        measure=name,
        ground=ground.row,
        measure_class=class_of(measure, catalogue.national_list),
        ending=measure.ending,
        reason=Reason(code, power.basis, power.article),
        since=power.start if measure.nature is Nature.PENALTY else None,
    )


ENDS: Final[Mapping[MeasureEnd, ReasonCode]] = {
    MeasureEnd.WITH_GROUND: ReasonCode.ENDS_WITH_RECORD,
    MeasureEnd.AFTER_MONTHS: ReasonCode.ENDS_AFTER_MONTHS,
    MeasureEnd.AT_EVENT: ReasonCode.ENDS_AT_EVENT,
    MeasureEnd.FOR_LIFE: ReasonCode.ENDS_NEVER,
}


def _applied(found: Consequence, fact: Fact, last: date | None) -> Applied:
    ends = Reason(ENDS[found.ending.end], found.reason.basis, found.ending.article or found.reason.article)
    return Applied(
        measure=found.measure,
        ground=found.ground,
        ref=fact.ref,
        measure_class=found.measure_class,
        end=found.ending.end,
        last_day=last,
        reasons=(found.reason, ends),
    )
