"""Properties of measures: nothing is counted together, nothing outlasts its record, and no other row is ever applied."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.law.test_cases import catalogue_with
from xinshu.kit.legal_dates import Rounding, last_day_of_term
from xinshu.law.measure_rules import Ending, class_of
from xinshu.law.measures import (
    Applied,
    Fact,
    Trait,
    fields_looked_at,
    grounds_in,
    kinds_looked_at,
    last_day_of,
    measures_for,
)
from xinshu.law.terms import (
    Area,
    Mark,
    MeasureClass,
    MeasureEnd,
    Nature,
    Penalty,
    Rank,
    Severity,
    Standing,
    SubjectKind,
    UseContext,
)

CATALOGUE = catalogue_with("{}")
KINDS = sorted(
    {
        kind
        for context in UseContext
        for kind in kinds_looked_at(grounds_in(context, CATALOGUE, on_date=date(2026, 11, 27)), CATALOGUE)
    }
)
DAYS = st.dates(min_value=date(2022, 1, 1), max_value=date(2032, 12, 31))
RIGHTS = {Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.LOCAL_REGULATION}


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """A record of a kind that some measure asks about, with any traits and days."""
    kind = draw(st.sampled_from(KINDS))
    chosen = {
        name: frozenset(
            draw(st.sets(st.sampled_from(sorted(CATALOGUE.vocabularies[rule.vocabulary].choices)), max_size=2))
        )
        for name, rule in CATALOGUE.kinds[kind].fields.items()
        if rule.vocabulary in CATALOGUE.vocabularies
    }
    decided = draw(DAYS)
    return Fact(
        ref=str(draw(st.uuids())),
        trait=Trait(
            kind=kind,
            severity=draw(st.sampled_from([None, *Severity])),
            area=draw(st.sampled_from([None, *Area])),
            penalties=frozenset(draw(st.sets(st.sampled_from(list(Penalty)), max_size=3))),
            marks=frozenset(draw(st.sets(st.sampled_from(list(Mark)), max_size=1))),
            says=chosen,
        ),
        decided_on=decided,
        last_day=draw(st.none() | st.integers(0, 2000).map(lambda days: decided + timedelta(days=days))),
    )


IN_USE = [
    (name, measure, ground)
    for name, measure in sorted(CATALOGUE.measures.items())
    for ground in measure.grounds
    if measure.standing is Standing.ACTIVE
]


@st.composite
def fitting(draw: st.DrawFn) -> tuple[str, Fact, SubjectKind, UseContext, date]:
    """A measure in use, with a record, a body, a context and a day of which it says that it applies."""
    name, measure, ground = draw(st.sampled_from(IN_USE))
    day = draw(st.dates(measure.start, date(2032, 12, 31)))
    says, kind = dict(ground.says), ground.kind
    if ground.listed is not None:
        rule = CATALOGUE.lists[ground.listed]
        kind, says = rule.kind, {} if rule.in_field is None else {rule.in_field: frozenset({str(rule.choice)})}
    trait = Trait(
        kind=str(kind),
        area=min(ground.when.area, default=None),
        severity=min(ground.when.severity, default=None),
        penalties=ground.when.any_penalty,
        says=says,
    )
    last_day = draw(st.none() | st.integers(0, 900).map(lambda days: day + timedelta(days=days)))
    first = CATALOGUE.powers[ground.power].start
    decided_on = max(first, day - timedelta(days=draw(st.integers(0, 900))))
    fact = Fact(ref="0", trait=trait, decided_on=decided_on, last_day=last_day)
    return (
        name,
        fact,
        draw(st.sampled_from(sorted(ground.subjects))),
        draw(st.sampled_from(sorted(measure.contexts))),
        day,
    )


ABOUT = {"kind": st.sampled_from(list(SubjectKind)), "context": st.sampled_from(list(UseContext)), "day": DAYS}


def applied(kind: SubjectKind, stands: list[Fact], context: UseContext, day: date) -> tuple[Applied, ...]:
    return measures_for(kind, stands, context, CATALOGUE, on_date=day, division="990100").applied


@given(stands=st.lists(facts(), max_size=5), **ABOUT)
def test_no_records_lead_together_to_what_none_leads_to_alone(
    stands: list[Fact], kind: SubjectKind, context: UseContext, day: date
) -> None:
    """Guard-rail G5: nothing is counted, whatever stands beside it."""
    alone = [one for fact in stands for one in applied(kind, [fact], context, day)]
    assert list(applied(kind, stands, context, day)) == alone


@given(case=fitting())
def test_what_a_row_names_is_what_it_applies_to(case: tuple[str, Fact, SubjectKind, UseContext, date]) -> None:
    name, fact, kind, context, day = case
    assert name in [one.measure for one in applied(kind, [fact], context, day)]
    assert applied(kind, [replace(fact, trait=replace(fact.trait, kind="LICENCE"))], context, day) == ()


@given(case=fitting())
def test_no_restraint_looks_back_and_an_incentive_may(
    case: tuple[str, Fact, SubjectKind, UseContext, date],
) -> None:
    """What was decided before the article that allows a restraint leads to none (Legislation Law art. 104)."""
    _, fact, kind, context, day = case
    for decided_on in (None, date(2000, 1, 1)):
        found = applied(kind, [replace(fact, decided_on=decided_on)], context, day)
        assert {CATALOGUE.measures[one.measure].nature for one in found} <= {Nature.INCENTIVE}


@given(case=fitting())
def test_no_measure_outlasts_its_record_and_none_is_over(
    case: tuple[str, Fact, SubjectKind, UseContext, date],
) -> None:
    _, fact, kind, context, day = case
    for one in applied(kind, [fact], context, day):
        assert one.ref == fact.ref
        assert one.last_day is None or one.last_day >= day
        assert fact.last_day is None or (one.last_day is not None and one.last_day <= fact.last_day)


@given(case=fitting())
def test_only_rows_in_use_apply_to_whom_they_name_on_a_basis_of_the_right_rank(
    case: tuple[str, Fact, SubjectKind, UseContext, date],
) -> None:
    """Guard-rails G2 and G4, from the answer's end."""
    _, fact, kind, context, day = case
    for one in applied(kind, [fact], context, day):
        measure = CATALOGUE.measures[one.measure]
        ground = next(row for row in measure.grounds if row.row == one.ground)
        assert measure.standing is Standing.ACTIVE
        assert (day in measure.period, context in measure.contexts, kind in ground.subjects) == (True, True, True)
        assert one.measure_class == class_of(measure, CATALOGUE.national_list)
        assert (one.measure_class is None) == (measure.nature is Nature.INCENTIVE)
        basis = CATALOGUE.instruments[CATALOGUE.powers[ground.power].basis]
        assert day in basis.period
        assert one.measure_class is not MeasureClass.CLASS_I or basis.rank in RIGHTS
        assert all(reason.basis is not None for reason in one.reasons)


@given(case=fitting(), mark=st.sampled_from([Mark.STAYED, Mark.BODY_CLAIMED, Mark.BODY_DOUBTED]))
def test_nothing_follows_from_what_is_stayed_or_doubted(
    case: tuple[str, Fact, SubjectKind, UseContext, date], mark: Mark
) -> None:
    _, fact, kind, context, day = case
    doubted = replace(fact, trait=replace(fact.trait, marks=frozenset({mark})))
    assert applied(kind, [doubted], context, day) == ()


@given(fact=facts(), **ABOUT)
def test_what_is_not_looked_at_leads_to_nothing(fact: Fact, kind: SubjectKind, context: UseContext, day: date) -> None:
    """Whoever asks reads the kinds and fields looked at, and misses nothing."""
    grounds = grounds_in(context, CATALOGUE, on_date=day, division="990100")
    fields = fields_looked_at(grounds, CATALOGUE)
    says = {name: choices for name, choices in fact.trait.says.items() if name in fields}
    seen = [replace(fact, trait=replace(fact.trait, says=says))]
    found = applied(kind, [fact], context, day)
    assert found == applied(kind, seen, context, day)
    assert not found or fact.trait.kind in kinds_looked_at(grounds, CATALOGUE)


@given(decided=DAYS, months=st.integers(1, 600), record_ends=st.none() | DAYS)
def test_a_term_of_months_ends_on_its_corresponding_day_or_with_the_record(
    decided: date, months: int, record_ends: date | None
) -> None:
    """Civil Code articles 200 to 202."""
    assume(record_ends is None or record_ends >= decided)
    last = last_day_of(Ending(end=MeasureEnd.AFTER_MONTHS, months=months), decided, record_ends)
    own = last_day_of_term(decided, months=months, rounding=Rounding.DOWN)
    assert last == min(own, record_ends or own)
