"""What holds for every listing whatever: random lists, days of steps and days on which it is asked."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.law.listings import rule_with
from tests.law.test_cases import catalogue_with
from xinshu.law.list_rules import ListRule
from xinshu.law.listing import (
    FLOOR,
    Planned,
    against_end,
    against_exit,
    demanded,
    graver_than_notified,
    listing_period,
    missing_before,
    missing_steps,
)
from xinshu.law.terms import ListExit, ListingStep

OPTIONAL = ["LEGAL_REVIEW", "APPROVAL", "WAIT"]
DAY = timedelta(days=1)
DAYS = st.dates(date(2025, 1, 6), date(2026, 9, 30))
RULES = st.lists(st.sampled_from(OPTIONAL), unique=True).map(lambda without: rule_with({"without": without}))
COURT = rule_with(
    {
        "kind": "JUDGMENT_DEFAULTER",
        "field": "",
        "choice": "",
        "without": ["NOTICE", "DEFENCE", *OPTIONAL],
        "signed_by": "COURT",
    }
)
ANY = RULES | st.just(COURT)


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    catalogue_with("{}")


@st.composite
def done(draw: st.DrawFn) -> dict[ListingStep, date]:
    """Days of some steps, in whatever order."""
    steps = draw(st.lists(st.sampled_from([step for step in ListingStep if step is not ListingStep.WAIT]), unique=True))
    return {step: draw(DAYS) for step in steps}


@given(rule=ANY, days=done(), on_date=DAYS)
@settings(max_examples=400)
def test_a_listing_is_whole_only_with_every_step_in_its_order(
    rule: ListRule, days: dict[ListingStep, date], on_date: date
) -> None:
    """Where nothing is missing, every demanded day is there, past, and no earlier than the one before it."""
    if missing_steps(rule, days, catalogue_with("{}"), on_date=on_date):
        return
    asked = [step for step in demanded(rule) if step is not ListingStep.WAIT]
    assert set(asked) <= days.keys()
    assert set(asked) >= FLOOR
    in_order = [days[step] for step in asked]
    assert in_order == sorted(in_order)
    assert max(in_order) <= on_date
    if ListingStep.DEFENCE in asked:
        assert days[ListingStep.DEFENCE] < days[ListingStep.DECISION]
        assert (days[ListingStep.DEFENCE] - days[ListingStep.NOTICE]).days >= 5


@given(rule=ANY, days=done(), on_date=DAYS, gone=st.sampled_from(ListingStep))
@settings(max_examples=400)
def test_taking_a_step_away_never_makes_it_whole(
    rule: ListRule, days: dict[ListingStep, date], on_date: date, gone: ListingStep
) -> None:
    """Less done is never enough where more was not, and a demanded step that is taken away is told."""
    less = {step: day for step, day in days.items() if step is not gone}
    told = {one.step for one in missing_steps(rule, less, catalogue_with("{}"), on_date=on_date)}
    if gone in demanded(rule) and gone is not ListingStep.WAIT:
        assert gone in told


@given(rule=RULES, days=done(), on_date=DAYS, later=st.integers(0, 400))
@settings(max_examples=300)
def test_time_alone_never_undoes_a_step(
    rule: ListRule, days: dict[ListingStep, date], on_date: date, later: int
) -> None:
    """What was enough on a day is enough later."""
    catalogue = catalogue_with("{}")
    if not missing_steps(rule, days, catalogue, on_date=on_date):
        assert not missing_steps(rule, days, catalogue, on_date=on_date + later * DAY)


@given(rule=RULES, days=done(), on_date=DAYS)
@settings(max_examples=300)
def test_the_day_that_is_told_is_the_first(rule: ListRule, days: dict[ListingStep, date], on_date: date) -> None:
    """Of what only time lacks: not the day before, and on that day it is lacking no more."""
    catalogue = catalogue_with("{}")
    found = missing_steps(rule, days, catalogue, on_date=on_date)
    for one in found:
        if one.reason.code in {"WAIT_RUNS", "DEFENCE_RUNS"}:
            assert one.opens_on is not None
            before = missing_steps(rule, days, catalogue, on_date=one.opens_on - DAY)
            on_it = missing_steps(rule, days, catalogue, on_date=one.opens_on)
            assert one.step in {other.step for other in before}
            assert one.step not in {other.step for other in on_it}


@given(decided=DAYS, after=st.integers(0, 60), months=st.none() | st.integers(1, 80), rule=RULES)
@settings(max_examples=300)
def test_no_term_is_longer_than_its_list_s_and_none_takes_effect_before_service(
    decided: date, after: int, months: int | None, rule: ListRule
) -> None:
    served = decided + after * DAY
    found = listing_period(rule, decided_on=decided, served_on=served, months=months, catalogue=catalogue_with("{}"))
    longest = listing_period(rule, decided_on=decided, served_on=served, months=None, catalogue=catalogue_with("{}"))
    assert found.last_day is not None
    assert longest.last_day is not None
    assert found.last_day <= longest.last_day
    assert found.effective_from is None or found.effective_from >= served


@given(notified=st.none() | st.integers(1, 60), decided=st.none() | st.integers(1, 60))
def test_a_defence_never_worsens_the_outcome(notified: int | None, decided: int | None) -> None:
    """A decision is let through only where it is no longer than what was told."""
    said = graver_than_notified(
        rule_with({}), Planned(ground="A", months=notified), Planned(ground="A", months=decided)
    )
    assert bool(said) is (notified is not None and (decided is None or decided > notified))


@given(decided=DAYS, on_date=DAYS)
def test_repair_opens_on_one_day_and_stays_open(decided: date, on_date: date) -> None:
    reasons, opens = against_exit(rule_with({}), ListExit.REPAIRED, decided_on=decided, on_date=on_date)
    assert bool(reasons) is (opens is not None)
    if opens is not None:
        assert on_date < opens
        again, _ = against_exit(rule_with({}), ListExit.REPAIRED, decided_on=decided, on_date=opens)
        assert not again


@given(rule=ANY, days=done(), on_date=DAYS, step=st.sampled_from(ListingStep))
@settings(max_examples=300)
def test_what_may_be_done_today_is_in_time_today(
    rule: ListRule, days: dict[ListingStep, date], on_date: date, step: ListingStep
) -> None:
    """A step that nothing stands against is not told as too early once it is taken that day."""
    catalogue = catalogue_with("{}")
    if step is ListingStep.DEFENCE or missing_before(rule, step, days, catalogue, on_date=on_date):
        return
    told = missing_steps(rule, {**days, step: on_date}, catalogue, on_date=on_date)
    if step in demanded(rule) and step is not ListingStep.WAIT:
        assert step not in {one.step for one in told}


@given(
    decided_on=st.dates(date(2025, 3, 21), date(2050, 12, 31)), months=st.integers(1, 60), beyond=st.integers(-400, 400)
)
@settings(max_examples=400)
def test_an_entry_ends_by_the_corresponding_day_at_the_latest(decided_on: date, months: int, beyond: int) -> None:
    """The day of the same number, or the last of a shorter month; a day more, or no end at all, is too long."""
    rule = rule_with({"term": {"term": "FIXED", "months": months}})
    _, latest = against_end(rule, decided_on=decided_on, until=None)
    assert latest is not None
    year, month = divmod(decided_on.year * 12 + decided_on.month - 1 + months, 12)
    assert (latest.year, latest.month) == (year, month + 1)
    assert latest.day == min(decided_on.day, monthrange(year, month + 1)[1])
    until = latest + DAY * beyond
    assert bool(against_end(rule, decided_on=decided_on, until=until)[0]) is (until > latest)
    assert against_end(rule, decided_on=decided_on, until=None)[0]


@given(decided_on=DAYS, until=DAYS | st.none())
def test_where_a_list_states_no_months_any_end_is_lawful(decided_on: date, until: date | None) -> None:
    rule = rule_with({"term": {"term": "UNTIL_EVENT"}})
    assert against_end(rule, decided_on=decided_on, until=until) == ((), None)
