"""The measures: shares of stated denominators, exact, never above the whole, and never a made-up figure."""

from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinshu.law.entries import QualityRule
from xinshu.law.quality import MEASURED
from xinshu.law.terms import Certainty
from xinshu.uses.monitoring.measures import (
    DEFINITIONS,
    Band,
    Counts,
    MeasureName,
    QualityMeasure,
    band_of,
    change,
    hundredths,
    is_named,
    measures,
    total,
)

SMALL = st.integers(0, 40)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """Counts as intake can have them: every row has one fate, and no part is larger than its whole."""
    accepted, unchanged, corrected, returned, outside = (draw(SMALL) for _ in range(5))
    termed = draw(st.integers(0, accepted))
    fillable, ledgered = draw(SMALL), draw(SMALL)
    return Counts(
        batches=draw(SMALL),
        received=accepted + unchanged + corrected + returned + outside,
        accepted=accepted,
        unchanged=unchanged,
        corrected=corrected,
        returned=returned,
        outside=outside,
        termed=termed,
        late=draw(st.integers(0, termed)),
        withdrawn=draw(SMALL),
        fillable=fillable,
        filled=draw(st.integers(0, fillable)),
        ledgered=ledgered,
        held=draw(st.integers(0, ledgered)),
    )


def rule(*, high: bool, good: str, fair: str, named: str | None = None) -> QualityRule:
    return QualityRule(
        basis="OPINIONS-2025",
        looked_at=date(2026, 11, 26),
        certainty=Certainty.ILLUSTRATIVE,
        start=date(2025, 3, 21),
        high_is_good=high,
        good=Decimal(good),
        fair=Decimal(fair),
        named_above=None if named is None else Decimal(named),
    )


def taken(found: Counts, name: MeasureName) -> QualityMeasure:
    return next(measure for measure in measures(found, {}) if measure.definition.name is name)


@given(counts())
def test_every_share_lies_between_nought_and_one(found: Counts) -> None:
    for measure in measures(found, {}):
        if measure.value is not None:
            assert 0 <= measure.value <= 1
            assert measure.value * measure.denominator == measure.numerator
        else:
            assert measure.percent is None
            assert not measure.denominator


@given(counts())
def test_what_does_not_comply_is_what_went_back(found: Counts) -> None:
    """Compliance and returned rows are the two halves of one whole."""
    compliance = taken(found, MeasureName.COMPLIANCE)
    assert compliance.numerator is not None
    assert compliance.denominator is not None
    assert compliance.denominator - compliance.numerator == found.returned


@given(st.lists(counts(), max_size=5))
def test_a_sum_is_measured_by_its_sums(found: list[Counts]) -> None:
    """Never the mean of shares: numerators and denominators are added."""
    whole = total(found)
    assert asdict(whole) == {field.name: sum(getattr(one, field.name) for one in found) for field in fields(Counts)}
    for name in (MeasureName.COMPLIANCE, MeasureName.LATENESS, MeasureName.COMPLETENESS):
        parts = [taken(one, name) for one in found]
        assert taken(whole, name).numerator == sum(part.numerator or 0 for part in parts)
        assert taken(whole, name).denominator == sum(part.denominator or 0 for part in parts)


def test_the_measures_by_hand() -> None:
    """A month worked out on paper: 200 rows, 10 of persons, 19 back; 120 new, 100 of them with a term, 25 late."""
    found = Counts(
        received=200, accepted=120, unchanged=31, corrected=20, returned=19, outside=10, termed=100, late=25,
        withdrawn=10, filled=1999, fillable=2000, ledgered=130, held=117,
    )  # fmt: skip
    said = {measure.definition.name: (measure.numerator, measure.denominator, measure.percent) for measure in
            measures(found, {})}  # fmt: skip
    assert said == {
        "COMPLIANCE": (171, 190, "90.00%"),
        "LATENESS": (25, 100, "25.00%"),
        "COMPLETENESS": (1999, 2000, "99.95%"),
        "CORRECTIONS": (20, 140, "14.29%"),
        "WITHDRAWALS": (10, 150, "6.67%"),
        "REPORTING": (117, 130, "90.00%"),
        "OBJECTIONS_UPHELD": (None, None, None),
    }


def test_what_cannot_be_measured_says_why() -> None:
    objections, reporting = (taken(Counts(), name) for name in (MeasureName.OBJECTIONS_UPHELD, MeasureName.REPORTING))
    for measure in (objections, reporting):
        assert (measure.numerator, measure.denominator, measure.value) == (None, None, None)
        assert measure.missing is not None
        assert all(measure.missing)
    assert "尚未测评" in str(objections.missing)


def test_every_measure_states_what_it_counts_and_of_how_many() -> None:
    assert set(DEFINITIONS) == set(MeasureName)
    for told in DEFINITIONS.values():
        assert all((told.name_zh, told.name_en, told.counted_zh, told.counted_en, told.of_zh, told.of_en, told.source))
    assert {str(name) for name in MeasureName} - MEASURED == {"OBJECTIONS_UPHELD"}


@given(st.fractions(0, 1))
def test_nothing_is_rounded_to_the_whole_or_to_nought(value: Fraction) -> None:
    shown = hundredths(value)
    assert (shown == 100) is (value == 1)
    assert (shown == 0) is (value == 0)
    assert abs(shown - Decimal(value.numerator) * 100 / value.denominator) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("high", "value", "band"),
    [
        (True, "0.98", Band.GOOD),
        (True, "0.9799", Band.FAIR),
        (True, "0.90", Band.FAIR),
        (True, "0.8999", Band.POOR),
        (False, "0.01", Band.GOOD),
        (False, "0.0101", Band.FAIR),
        (False, "0.10", Band.FAIR),
        (False, "0.1001", Band.POOR),
    ],
)
def test_a_bound_belongs_to_the_better_band(high: bool, value: str, band: Band) -> None:
    bounds = rule(high=high, good="0.98" if high else "0.01", fair="0.90" if high else "0.10")
    assert band_of(Fraction(value), bounds) is band


def test_an_organ_is_named_beyond_the_bound_and_not_at_it() -> None:
    bounds = rule(high=False, good="0.01", fair="0.10", named="0.50")
    assert not is_named(Fraction(1, 2), bounds)
    assert is_named(Fraction(501, 1000), bounds)
    assert not is_named(None, bounds)
    assert not is_named(Fraction(1), rule(high=False, good="0.01", fair="0.10"))


def test_month_on_month_is_in_percentage_points() -> None:
    before, now = (taken(Counts(received=100, accepted=count, returned=100 - count), MeasureName.COMPLIANCE)
                   for count in (95, 90))  # fmt: skip
    assert change(now, before) == "-5.00"
    assert change(before, now) == "+5.00"
    assert change(now, taken(Counts(), MeasureName.COMPLIANCE)) is None
