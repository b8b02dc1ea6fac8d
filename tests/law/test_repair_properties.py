"""What holds for the repair of every record whatever: no case can say it, so random records and days are asked."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.law.test_cases import catalogue_with
from tests.law.test_publicity_properties import KINDS, penalty, records
from xinshu.law.case_terms import CaseTerm, case_due
from xinshu.law.catalogue import Catalogue
from xinshu.law.publicity import publicity
from xinshu.law.repair import Asked, CourtPlan, ban_after_false_commitment, repair_eligibility
from xinshu.law.terms import Channel, Condition, CountedFrom, Record, Severity, Transition

DAYS = st.dates(date(2019, 7, 1), date(2033, 12, 31))
THREE = st.none() | st.booleans()


def catalogue(to_older: Transition = Transition.SHORTER) -> Catalogue:
    files = {"order-36": "ORDER_36", "order-58": "ORDER_58"}
    changes = {f"national/repair/{file}.yaml": {f"{name}.to_older": to_older.value} for file, name in files.items()}
    return catalogue_with(json.dumps(changes, sort_keys=True))


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    for word in Transition:
        catalogue(word)


def asked_of(record: Record) -> Asked:
    verdict = publicity(record, catalogue())
    return Asked(
        kind=record.kind,
        severity=record.severity,
        department=record.department,
        decided_on=record.decided_on,
        penalties=record.penalties,
        procedure=record.procedure,
        area=record.area,
        period=verdict.period,
        repair_from=verdict.repair_from,
        regime=verdict.regime,
    )


@st.composite
def questions(draw: st.DrawFn, kinds: tuple[str, ...] = ("ADMIN_PENALTY", *KINDS)) -> Asked:
    return replace(
        asked_of(draw(records(kinds))),
        duties_done=draw(THREE),
        commitment_given=draw(st.booleans()),
        others_met=draw(THREE),
        banned_until=draw(st.none() | DAYS),
        court_plan=draw(st.none() | st.sampled_from(CourtPlan)),
    )


def ready(asked: Asked) -> Asked:
    """Everything is done that anybody can do: only days and the law are left."""
    return replace(asked, duties_done=True, commitment_given=True, others_met=True)


@given(asked=questions(), day=DAYS)
@settings(max_examples=300)
def test_the_answers_agree_with_the_findings(asked: Asked, day: date) -> None:
    answer = repair_eligibility(asked, catalogue(), on_date=day)
    met = [found.met for found in answer.findings]
    assert [found.condition for found in answer.findings] == list(Condition)
    assert all(found.reasons for found in answer.findings)
    here = answer.channel is Channel.HERE
    assert answer.grantable == (here and all(met))
    assert answer.may_be_lodged == (here and False not in met)
    assert answer.may_be_prelodged == (answer.opens_on is not None)
    assert not answer.grantable or answer.may_be_lodged
    assert not answer.may_be_lodged or answer.may_be_prelodged


@given(asked=questions(), day=DAYS)
@settings(max_examples=300)
def test_it_never_opens_before_display_nor_after_it(asked: Asked, day: date) -> None:
    answer = repair_eligibility(asked, catalogue(), on_date=day)
    if answer.opens_on is not None:
        assert asked.period is not None
        assert answer.opens_on in asked.period
    if answer.may_be_lodged:
        assert asked.period is not None
        assert day in asked.period


@given(asked=questions(("ADMIN_PENALTY",)), offset=st.integers(-2, 2))
@settings(max_examples=300)
def test_it_opens_exactly_on_the_day_of_publicity(asked: Asked, offset: int) -> None:
    """G10: neither a day earlier nor a day later, whatever else is known."""
    plain = replace(ready(asked), banned_until=None, court_plan=None)
    assume(plain.period is not None and plain.repair_from is not None)
    assert plain.repair_from is not None
    day = plain.repair_from + timedelta(days=offset)
    assume(plain.period is not None and day in plain.period)
    assume(day >= date(2019, 7, 1))
    # Before Order 58 the notice of 2019 closed grave matters altogether: no day was known then on which they would open.
    assume(plain.severity is not Severity.GRAVE or day >= date(2023, 5, 1))
    answer = repair_eligibility(plain, catalogue(), on_date=day)
    assert answer.may_be_lodged == answer.grantable == (offset >= 0)
    assert answer.opens_on == plain.repair_from


@given(
    decided_on=st.dates(date(2019, 7, 1), date(2030, 12, 31)),
    severity=st.sampled_from([Severity.MINOR, Severity.ORDINARY, Severity.SERIOUS]),
    offsets=st.lists(st.integers(0, 800), min_size=2, max_size=2).map(sorted),
    banned_for=st.none() | st.integers(-30, 200),
)
@settings(max_examples=200)
def test_what_may_be_granted_may_be_granted_on_every_later_day_of_display(
    decided_on: date, severity: Severity, offsets: list[int], banned_for: int | None
) -> None:
    asked = ready(asked_of(penalty(decided_on, severity)))
    first, then = (decided_on + timedelta(days=offset) for offset in offsets)
    until = None if banned_for is None else decided_on + timedelta(days=banned_for)
    asked = replace(asked, banned_until=until)
    if repair_eligibility(asked, catalogue(), on_date=first).grantable:
        assert asked.period is not None
        assert repair_eligibility(asked, catalogue(), on_date=then).grantable == (then in asked.period)


@given(asked=questions(), day=DAYS, until=DAYS, word=st.sampled_from(Transition))
@settings(max_examples=300)
def test_who_is_banned_is_granted_nothing(asked: Asked, day: date, until: date, word: Transition) -> None:
    assume(day < until)
    answer = repair_eligibility(replace(ready(asked), banned_until=until), catalogue(word), on_date=day)
    assert not answer.grantable
    assert not answer.may_be_lodged
    assert answer.opens_on is None or answer.opens_on >= until


@given(asked=questions(("ADMIN_PENALTY",)), day=DAYS)
@settings(max_examples=300)
def test_the_rules_of_a_record_s_own_time_never_make_it_harder(asked: Asked, day: date) -> None:
    """SHORTER is as kind as the rules in force alone, and as those of the record's time alone."""
    kind = repair_eligibility(asked, catalogue(), on_date=day)
    for word in (Transition.NEW, Transition.KEEP):
        other = repair_eligibility(asked, catalogue(word), on_date=day)
        assert kind.may_be_lodged >= other.may_be_lodged
        assert kind.grantable >= other.grantable
        assert other.opens_on is None or (kind.opens_on is not None and kind.opens_on <= other.opens_on)


@given(found_on=DAYS)
def test_a_ban_is_never_longer_than_the_rules_of_its_day_say(found_on: date) -> None:
    ban = ban_after_false_commitment(found_on, catalogue())
    assert (ban is None) == (found_on < date(2023, 5, 1))
    if ban is not None:
        assert found_on < ban.until
        assert ban.until <= found_on + timedelta(days=3 * 365 + 2)


@given(
    applied=st.dates(date(2026, 4, 1), date(2026, 11, 30)), waits=st.lists(st.integers(0, 40), min_size=2, max_size=2)
)
def test_the_result_counts_from_the_application_whatever_comes_after(applied: date, waits: list[int]) -> None:
    pushed, noticed = (applied + timedelta(days=wait) for wait in waits)
    days = {CountedFrom.APPLICATION: applied}
    more = days | {CountedFrom.PUSH: pushed, CountedFrom.NOTICE: noticed, CountedFrom.ANSWER: noticed}
    due = case_due(CaseTerm.REPAIR_RESULT, days, catalogue(), on_date=date(2026, 11, 27))
    assert due is not None
    assert due == case_due(CaseTerm.REPAIR_RESULT, more, catalogue(), on_date=date(2026, 11, 27))
