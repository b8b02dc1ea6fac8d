"""What a later edition makes of records that stand: shorter, repaired earlier, never the other way (Decision 2)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.law.test_publicity_properties import DAYS, ORDER_36, PENALTIES, catalogue, without
from xinshu.kit.period import Period, make_period
from xinshu.law.publicity import carried_over, publicity
from xinshu.law.terms import Record
from xinshu.law.verdict import Publicity, Reason, ReasonCode

LAW = Reason(ReasonCode.TERM_FIXED, "NDRC-36", "12")


@st.composite
def answers(draw: st.DrawFn) -> Publicity:
    start = draw(DAYS)
    until = draw(st.none() | DAYS.filter(lambda day: day > start))
    period = draw(st.just(None) | st.just(make_period(start, until)))
    repair = None if period is None else draw(st.none() | DAYS.filter(lambda day: day in period))
    hidden = draw(st.frozensets(st.sampled_from(["A", "B", "C"])))
    return Publicity(period=period, withheld=hidden, repair_from=repair, regime=None, reasons=(LAW,))


def edges(begins: date, *several: Publicity) -> set[date]:
    """The days on which anything can change, and the days beside them."""
    periods = [answer.period for answer in several if answer.period is not None]
    days = {begins, *(period.start for period in periods), *(period.until for period in periods if period.until)}
    return {day + timedelta(days=step) for day in days for step in (-1, 0, 1)}


@given(standing=answers(), later=answers(), begins=DAYS)
def test_before_its_first_day_nothing_changes_and_after_it_both_must_show(
    standing: Publicity, later: Publicity, begins: date
) -> None:
    found = carried_over(standing, later, begins=begins)
    for day in edges(begins, standing, later):
        if day < begins:
            assert found.shown_on(day) == standing.shown_on(day)
            continue
        ends = later.period is None or (later.period.until is not None and later.period.until <= day)
        waits = (
            later.period is not None
            and standing.period is not None
            and standing.period.start >= begins
            and day < later.period.start
        )
        assert found.shown_on(day) == (standing.shown_on(day) and not ends and not waits)


@given(standing=answers(), later=answers(), begins=DAYS)
def test_repair_is_never_later_and_never_taken_away_while_it_is_shown(
    standing: Publicity, later: Publicity, begins: date
) -> None:
    found = carried_over(standing, later, begins=begins)
    if standing.repair_from is not None and found.period is not None and standing.repair_from in found.period:
        assert found.repair_from is not None
        assert found.repair_from <= standing.repair_from
    if found.repair_from is not None:
        assert found.period is not None
        assert found.repair_from in found.period
        assert found.repair_from == standing.repair_from or found.repair_from >= begins


@given(standing=answers(), later=answers(), begins=DAYS)
def test_said_twice_it_is_said_once(standing: Publicity, later: Publicity, begins: date) -> None:
    once = carried_over(standing, later, begins=begins)
    twice = carried_over(once, later, begins=begins)
    assert replace(twice, reasons=()) == replace(once, reasons=())


@given(standing=answers(), later=answers(), begins=DAYS)
def test_what_is_shortened_says_by_which_article(standing: Publicity, later: Publicity, begins: date) -> None:
    found = carried_over(standing, later, begins=begins)
    if found.period != standing.period:
        assert found.reasons[-1].code is ReasonCode.SHORTENED_BY_TRANSITION
        assert (found.reasons[-1].basis, found.reasons[-1].article) == (LAW.basis, LAW.article)
    else:
        assert found.reasons == standing.reasons


@given(record=PENALTIES)
def test_a_regime_adopted_later_is_the_same_as_one_known_from_the_beginning(record: Record) -> None:
    """For whatever stood before the regime began: the edition that brings it is adopted in time."""
    assume(record.recorded_on < ORDER_36)
    known = publicity(record, catalogue())
    adopted = carried_over(publicity(record, without("ORDER_36")), known, begins=ORDER_36)
    assert (adopted.period, adopted.repair_from) == (known.period, known.repair_from)


@pytest.mark.parametrize("later_until", [date(2028, 6, 30), date(2029, 1, 1), None])
def test_a_longer_term_of_a_later_edition_lengthens_nothing(later_until: date | None) -> None:
    standing, later = (
        Publicity(
            period=Period(date(2026, 6, 30), until),
            withheld=frozenset(),
            repair_from=date(2026, 9, 30),
            regime="R",
            reasons=(LAW,),
        )
        for until in (date(2028, 6, 30), later_until)
    )
    assert carried_over(standing, later, begins=date(2027, 3, 1)) == standing


def test_a_kind_that_ceases_to_be_public_ends_on_the_first_day_of_the_edition() -> None:
    day = date(2027, 3, 1)
    standing = Publicity(
        period=Period(date(2026, 1, 1)), withheld=frozenset(), repair_from=None, regime="R", reasons=(LAW,)
    )
    gone = Publicity(
        period=None,
        withheld=frozenset({"A"}),
        repair_from=None,
        regime=None,
        reasons=(Reason(ReasonCode.NOT_PUBLIC_KIND, "X", "1"),),
    )
    found = carried_over(standing, gone, begins=day)
    assert found.period == Period(date(2026, 1, 1), day)
    assert found.withheld == frozenset({"A"})
    assert [reason.code for reason in found.reasons] == [ReasonCode.TERM_FIXED, ReasonCode.SHORTENED_BY_TRANSITION]
