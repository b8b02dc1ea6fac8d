"""The wait between notice and display: it moves the first day, and nothing else, to nobody's harm (G14)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.law.test_publicity_properties import catalogue, records
from xinshu.law.deadlines import day_after_wait
from xinshu.law.publicity import publicity
from xinshu.law.terms import Record


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """Build the catalogue once before any example is timed."""
    catalogue()


@given(record=records(), days=st.integers(0, 1500))
def test_it_never_lengthens_restarts_or_moves_the_day_of_repair(record: Record, days: int) -> None:
    plain = publicity(record, catalogue())
    waited = publicity(replace(record, shown_not_before=record.recorded_on + timedelta(days)), catalogue())
    if plain.period is None:
        assert waited.period is None
        return
    if waited.period is None:
        assert plain.period.until is not None
        assert plain.period.until <= record.recorded_on + timedelta(days)
        assert waited.repair_from is None
        return
    assert waited.period.until == plain.period.until
    assert waited.period.start == max(plain.period.start, record.recorded_on + timedelta(days))
    assert (waited.repair_from, waited.withheld, waited.reasons) == (
        plain.repair_from,
        plain.withheld,
        plain.reasons,
    )


def test_it_is_counted_in_working_days() -> None:
    """Before the week of the national holiday of 2026, and in a year whose calendar nobody has announced."""
    told = date(2026, 9, 30)
    rule = catalogue().deadline_on("FIRST_NOTICE", told)
    assert rule is not None
    assert day_after_wait(told, rule, catalogue().calendar) == date(2026, 10, 9)
    assert day_after_wait(date(2026, 11, 20), rule, catalogue().calendar) == date(2026, 11, 24)
    assert day_after_wait(date(2030, 1, 1), rule, catalogue().calendar) is None
