"""What holds for the retention of every record whatever, and that what ended by its dates is never shown again."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.law.test_cases import catalogue_with
from tests.law.test_publicity_properties import DAYS, corresponding_day, later, records
from xinshu.kit.period import ONE_DAY
from xinshu.law.catalogue import NATIONAL, Catalogue
from xinshu.law.publicity import publicity
from xinshu.law.retention import Kept, retention
from xinshu.law.terms import Audience, Record

FILE = "national/kinds/03-administrative-penalty.yaml"


def rules(months: int) -> Catalogue:
    """The catalogue, if penalties were kept for so many months."""
    return catalogue_with(json.dumps({FILE: {"ADMIN_PENALTY.retention.months": months}}))


SHORT, LONG = 7, 60


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """Build each catalogue once before any example is timed."""
    rules(SHORT), rules(LONG), catalogue_with("{}")


@st.composite
def kept_records(draw: st.DrawFn, kinds: tuple[str, ...] = ("ADMIN_PENALTY",)) -> Kept:
    recorded_on = draw(DAYS)
    has_period = draw(st.booleans())
    return Kept(
        kind=draw(st.sampled_from(kinds)),
        recorded_on=recorded_on,
        changed_on=draw(later(recorded_on, 0, 900)),
        decided_on=draw(st.none() | later(recorded_on, -900, 3)),
        has_period=has_period,
        shown_until=draw(st.none() | later(recorded_on, 1, 1200)) if has_period else None,
        withdrawn_on=draw(st.none() | later(recorded_on, 0, 900)),
        open_matter=draw(st.booleans()),
    )


@given(kept=kept_records())
def test_nothing_is_erased_before_its_months_are_over(kept: Kept) -> None:
    found = retention(kept, rules(LONG)).erase_from
    assume(found is not None)
    assert found is not None
    ends = kept.withdrawn_on or (kept.shown_until and kept.shown_until - ONE_DAY)
    known = (kept.recorded_on, kept.changed_on, kept.decided_on)
    last = ends or max(day for day in known if day is not None)
    assert found == corresponding_day(last, LONG) + ONE_DAY


@given(kept=kept_records(), day=DAYS)
def test_what_is_shown_or_in_doubt_is_never_erased(kept: Kept, day: date) -> None:
    keeping = retention(kept, rules(SHORT))
    shown = kept.withdrawn_on is None and kept.has_period and (kept.shown_until is None or day < kept.shown_until)
    if shown or kept.open_matter:
        assert not keeping.erased_on(day)
    if kept.open_matter:
        assert keeping.erase_from is None
    assert keeping.reasons


@given(kept=kept_records())
def test_more_months_never_erase_earlier(kept: Kept) -> None:
    short, long = (retention(kept, rules(months)).erase_from for months in (SHORT, LONG))
    assert (short is None) == (long is None)
    assert short is None or long is None or short < long


@given(data=st.data())
def test_no_national_kind_is_erased_as_long_as_no_number_is_known(data: st.DataObject) -> None:
    catalogue = catalogue_with("{}")
    national = tuple(name for name in catalogue.kinds if catalogue.layers[name] == NATIONAL)
    kept = data.draw(kept_records(national))
    assert retention(kept, catalogue).erase_from is None


@given(data=st.data(), lasts=st.integers(0, 1500), days=st.integers(0, 4000))
def test_what_is_filed_again_after_its_term_is_never_shown(data: st.DataObject, lasts: int, days: int) -> None:
    """For every public kind with an end: the same document again, when all that was kept of it is erased."""
    catalogue = catalogue_with("{}")
    public = tuple(name for name, kind in catalogue.kinds.items() if kind.audience is Audience.PUBLIC)
    drawn: Record = data.draw(records(public))
    decided_on = drawn.decided_on or drawn.recorded_on
    event_on = decided_on + timedelta(days=lasts)
    record = replace(drawn, recorded_on=decided_on, served_on=None, event_on=event_on, already_ended=False)
    period = publicity(record, catalogue).period
    if period is not None and period.until is not None:
        again = replace(record, recorded_on=period.until + timedelta(days=days))
        assert publicity(again, catalogue).period is None
