"""The gate in SQL and the law in Python say the same of every record on every day, in all three forms of the gate."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import accepted, adopted_catalogue, document
from xinshu.kit.identifiers import organisation_check_character, uscc_check_character
from xinshu.law.publicity import publicity
from xinshu.law.severity import severity
from xinshu.law.terms import Area, Decision, Penalty, Procedure, Record, Severity, SubjectKind
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.queries import shown_counts, shown_json, shown_page, shown_record, shown_stream
from xinshu.register.subjects.queries import named_by

FIRST, LAST = date(2019, 7, 1), date(2026, 11, 23)
NUMBERS = count(1)
DAYS = st.dates(FIRST, LAST)


@pytest.fixture
def edition(db: None) -> None:
    adopted_catalogue()


@st.composite
def penalties(draw: st.DrawFn) -> dict[str, Any]:
    """A penalty as a department might file it, and the day on which it arrives."""
    decided_on = draw(DAYS)
    arrives = min(LAST, decided_on + timedelta(days=draw(st.integers(0, 900))))
    served_after = draw(st.none() | st.integers(0, 60))
    return {
        "decided_on": decided_on,
        "arrives": arrives,
        "served_on": None if served_after is None else decided_on + timedelta(days=served_after),
        "penalties": sorted(draw(st.sets(st.sampled_from(list(Penalty)), min_size=1, max_size=3))),
        "procedure": draw(st.none() | st.sampled_from(list(Procedure))),
        "area": draw(st.none() | st.sampled_from(list(Area))),
        "severity": draw(st.none() | st.sampled_from(list(Severity))),
        "publicity_reason": draw(st.sampled_from([None, "部门认定确有必要"])),
        "duty_unmet": draw(st.booleans()),
    }


def made_up_code(number: int) -> str:
    """The code of the body of that number, of a made-up authority."""
    inner = f"TP{number:06d}"
    code = "91999999" + inner + organisation_check_character(inner)
    return code + uscc_check_character(code)


def by_law(drawn: dict[str, Any]) -> Record:
    """The record that the law is asked about."""
    catalogue = catalogue_on(LAST).catalogue
    department = document()["department"]
    decision = Decision(
        department=department,
        penalties=frozenset(drawn["penalties"]),
        procedure=drawn["procedure"],
        declared=drawn["severity"],
    )
    settled = severity(decision, catalogue, on_date=drawn["arrives"]).severity
    return Record(
        kind="ADMIN_PENALTY",
        subject_kind=SubjectKind.ENTERPRISE,
        recorded_on=drawn["arrives"],
        decided_on=drawn["decided_on"],
        served_on=drawn["served_on"],
        department=department,
        penalties=decision.penalties,
        procedure=drawn["procedure"],
        area=drawn["area"],
        severity=settled,
        publicity_reason=drawn["publicity_reason"],
        duty_unmet=drawn["duty_unmet"],
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=penalties(), asked=st.lists(st.dates(FIRST, date(2030, 1, 1)), min_size=1, max_size=6))
def test_every_form_of_the_gate_agrees_with_the_law(edition: None, drawn: dict[str, Any], asked: list[date]) -> None:
    number = next(NUMBERS)
    code = made_up_code(number)
    filed = {key: value for key, value in drawn.items() if key != "arrives"}
    outcome = accepted(
        document(code=code, name=f"云汀示例{number}有限公司", document_number=f"示〔{number}〕", **filed),
        on_day=drawn["arrives"],
    )
    assert outcome.accepted == 1
    told = publicity(by_law(drawn), catalogue_on(LAST).catalogue)
    borders = [] if told.period is None else [told.period.start, told.period.until or LAST]
    (row,) = named_by(code)
    for day in {*asked, *borders, *(border - timedelta(days=1) for border in borders)}:
        expected = int(told.shown_on(day))
        page, total = shown_page(subject=row.subject, on_date=day)
        assert (len(page), total) == (expected, expected)
        assert shown_json(subject=row.subject, on_date=day).count('"ref"') == expected
        assert len(shown_counts(subjects=[row.subject], on_date=day)) == expected
        streamed = [
            form
            for batch in shown_stream(on_date=day, after=row.subject - 1)
            for form in batch["record_ref"].to_pylist()
        ]
        assert len(streamed) == expected
        for form in page:
            assert streamed == [form["ref"]]
            assert shown_record(subject=row.subject, record_ref=UUID(form["ref"]), on_date=day) == form
            assert form["repair_from"] == (told.repair_from and told.repair_from.isoformat())
