"""What a draft does, by columns: shifted terms, one fact hit twice, minor matters; and how the gate is read."""

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import orjson
import polars as pl
import pytest

from tests.measure_rows import DAY, catalogue_with, ground, measure
from xinshu.bulk.assessment import BETWEEN, ROWS, Assessing, whole_subjects
from xinshu.bulk.shown_rows import ShownRows
from xinshu.law.catalogue import Catalogue
from xinshu.law.publicity import publicity
from xinshu.law.terms import Record, Severity, SubjectKind

NONE: dict[str, Any] = {}
TRADING = {"contexts": ["PUBLIC_TRADING"], "grounds": [ground()]}
BOTH = {"ONE": measure(**TRADING), "OTHER": measure(**TRADING, ending={"end": "AFTER_MONTHS", "months": 6})}


def rows(*records: dict[str, Any]) -> pl.DataFrame:
    usual = {
        "subject_kind": "ENTERPRISE",
        "division": "110100",
        "industry": "F",
        "size": "ENTERPRISE/UNKNOWN",
        "kind": "ADMIN_PENALTY",
        "severity": "ORDINARY",
        "penalties": "FINE",
        "marks": "",
        "says": "",
        "decided_on": date(2026, 9, 1),
        "public_from": date(2026, 9, 1),
        "public_until": date(2027, 9, 2),
        "duty_unmet": False,
    }
    told = [{"subject": number, **usual, **record} for number, record in enumerate(records)]
    return pl.DataFrame([{name: row.get(name) for name in ROWS} for row in told], schema=ROWS)


def outcomes(old: Catalogue, new: Catalogue, frame: pl.DataFrame) -> dict[str, int]:
    found = Assessing(old, new, on_date=DAY)
    found.take(frame)
    counts: dict[str, int] = {}
    for cell, bodies in found.cells().items():
        counts[cell.kind] = counts.get(cell.kind, 0) + bodies
    return counts


def test_one_fact_hit_twice_is_told_while_both_measures_run() -> None:
    old, new = catalogue_with({"ONE": BOTH["ONE"]}), catalogue_with(BOTH)
    late, early = {"decided_on": date(2026, 9, 1)}, {"decided_on": date(2026, 1, 1)}
    assert outcomes(old, new, rows(late, early)) == {"GAINS OTHER": 1, "TWICE ONE+OTHER": 1}
    assert outcomes(new, new, rows(late, early)) == {}


def test_measures_in_two_matters_do_not_hit_twice() -> None:
    apart = {"ONE": BOTH["ONE"], "OTHER": measure(contexts=["SUPERVISION"], grounds=[ground()])}
    assert outcomes(catalogue_with(NONE), catalogue_with(apart), rows({})) == {"GAINS ONE": 1, "GAINS OTHER": 1}


def test_what_rests_on_a_minor_matter_is_told() -> None:
    new = catalogue_with({"ONE": BOTH["ONE"]})
    found = outcomes(catalogue_with(NONE), new, rows({"severity": "MINOR"}, {"severity": "SERIOUS"}))
    assert found == {"GAINS ONE": 2, "MINOR ONE": 1}


def test_a_body_counts_once_and_one_that_had_it_before_does_not_gain_it() -> None:
    old = catalogue_with({"ONE": measure(grounds=[ground(when={"severity": ["SERIOUS"]})])})
    new = catalogue_with({"ONE": measure(grounds=[ground()])})
    several = [{"subject": 1}, {"subject": 1}, {"subject": 2}, {"subject": 2, "severity": "SERIOUS"}]
    assert outcomes(old, new, rows(*several)) == {"GAINS ONE": 1}
    assert outcomes(new, old, rows(*several)) == {"LOSES ONE": 1}


@pytest.mark.parametrize("mark", ["STAYED", "BODY_CLAIMED", f"BODY_DOUBTED{BETWEEN}OBJECTED"])
def test_a_record_in_doubt_leads_to_nothing(mark: str) -> None:
    old, new = catalogue_with(NONE), catalogue_with({"ONE": BOTH["ONE"]})
    assert outcomes(old, new, rows({"marks": mark})) == {}
    assert outcomes(old, new, rows({"marks": "OBJECTED"})) == {"GAINS ONE": 1}


def shifted(catalogue: Catalogue, months: int) -> Catalogue:
    """The catalogue with that longest term for every row of the newest regime of penalties."""
    name = catalogue.kinds["ADMIN_PENALTY"].publicity or ""
    scheme = catalogue.schemes[name]
    newest = max(scheme.regimes, key=lambda regime: scheme.regimes[regime].start)
    regime = scheme.regimes[newest]
    changed = [replace(row, min_months=None, max_months=months) if row.max_months else row for row in regime.rows]
    other = replace(scheme, regimes={**scheme.regimes, newest: replace(regime, rows=tuple(changed))})
    return replace(catalogue, schemes=MappingProxyType({**catalogue.schemes, name: other}))


@pytest.mark.parametrize("months", [1, 6, 12, 24])
def test_terms_are_shifted_as_the_law_says_and_what_is_gone_leads_to_nothing(months: int) -> None:
    old = catalogue_with({"ONE": measure(grounds=[ground()])})
    new = shifted(old, months)
    given, expected = [], {}
    for back in range(20, 400, 19):
        decided = DAY - timedelta(back)
        record = Record(
            kind="ADMIN_PENALTY",
            subject_kind=SubjectKind.ENTERPRISE,
            recorded_on=decided,
            decided_on=decided,
            severity=Severity.ORDINARY,
        )
        before, after = publicity(record, old), publicity(record, new)
        if not before.shown_on(DAY):
            continue
        assert before.period is not None
        until = before.period.until
        given.append({"decided_on": decided, "public_from": decided, "public_until": until, "penalties": ""})
        if not after.shown_on(DAY):
            effects = ["GONE ADMIN_PENALTY", "LOSES ONE"]
        elif after.period == before.period:
            effects = []
        else:
            assert after.period is not None
            longer = after.period.until is None or (until is not None and after.period.until > until)
            effects = [f"{'LONGER' if longer else 'SHORTER'} ADMIN_PENALTY"]
        for effect in effects:
            expected[effect] = expected.get(effect, 0) + 1
    assert len(given) > 10
    assert outcomes(old, new, rows(*given)) == expected


def test_a_change_of_term_that_cannot_be_computed_is_said_to_be_so() -> None:
    old = catalogue_with(NONE)
    assert outcomes(old, shifted(old, 24), rows({"public_until": date(2031, 1, 1)})) == {"UNSURE ADMIN_PENALTY": 1}


def test_parts_are_cut_between_subjects() -> None:
    frame = rows(*({"subject": number // 3} for number in range(20)))
    for size in (1, 2, 3, 7, 20):
        parts = list(whole_subjects(frame.slice(start, size) for start in range(0, 20, size)))
        assert pl.concat(parts).equals(frame)
        seen: set[int] = set()
        for part in parts:
            own = set(part["subject"])
            assert not seen & own
            seen |= own
    assert list(whole_subjects([])) == []


def test_the_forms_of_the_gate_are_read_as_they_stand() -> None:
    rules = catalogue_with(
        {"ONE": measure(grounds=[ground(kind="HONOUR", says={"HONOUR_LEVEL": ["NATIONAL"]})], nature="INCENTIVE")}
    )
    registered = {"kind": "ENTERPRISE_REGISTRATION", "fields": {"INDUSTRY": "F", "CAPITAL": "1000"}}
    penalty = {
        "kind": "ADMIN_PENALTY",
        "severity": "SERIOUS",
        "organ": {"code": "ORGAN", "name": "甲"},
        "mark": {"code": "STAYED", "zh": "", "en": ""},
        "other_marks": [{"code": "OBJECTED", "zh": "", "en": ""}],
        "fields": penalty_fields(rules),
    }
    honour = {"kind": "HONOUR", "fields": {"HONOUR_LEVEL": "NATIONAL"}}
    gone = {"kind": "LEFT_THE_CATALOGUE", "fields": {}}
    forms = [registered, penalty, honour, gone]
    day = date(2026, 9, 1)
    part = pl.DataFrame(
        {
            "subject": [1, 1, 2, 2],
            "kind": [form["kind"] for form in forms],
            "public_from": [day] * 4,
            "public_until": [None] * 4,
            "public_form": [
                orjson.dumps({"decided_on": "2026-09-01", "severity": None} | form).decode() for form in forms
            ],
        },
        schema_overrides={"public_until": pl.Date},
    )
    bodies = pl.DataFrame(
        {
            "subject": [1, 2],
            "subject_kind": ["ENTERPRISE", "OTHER_ORGANISATION"],
            "code": ["91110105MA00000000", "110105000000000"],
        }
    )
    found = ShownRows(rules, rules, departments={"ORGAN": "MARKET_REGULATION"}).read(part, bodies).to_dicts()
    assert [row["kind"] for row in found] == ["ENTERPRISE_REGISTRATION", "ADMIN_PENALTY", "HONOUR"]
    one, two, three = found
    assert (one["division"], one["industry"], one["size"]) == ("110105", "F", "ENTERPRISE/FROM_10M")
    assert (two["industry"], two["severity"], two["department"]) == ("F", "SERIOUS", "MARKET_REGULATION")
    assert two["marks"] == f"OBJECTED{BETWEEN}STAYED"
    assert two["penalties"] == f"FINE{BETWEEN}WARNING"
    assert (two["procedure"], two["area"], two["decided_on"]) == ("ORDINARY", "FOOD", day)
    assert (three["says"], three["division"], three["industry"]) == ("HONOUR_LEVEL=NATIONAL", "UNKNOWN", "UNKNOWN")
    assert three["size"] == "OTHER_ORGANISATION/UNKNOWN"


def penalty_fields(rules: Catalogue) -> dict[str, Any]:
    """The fields of a penalty by their roles."""
    by_role = {str(rule.role): name for name, rule in rules.kinds["ADMIN_PENALTY"].fields.items()}
    return {by_role["PENALTIES"]: ["WARNING", "FINE"], by_role["PROCEDURE"]: "ORDINARY", by_role["AREA"]: "FOOD"}
