"""Duties of every year: the next day, from the year after the body began, in the years for which the rule holds."""

from datetime import date

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.law.test_cases import catalogue_with
from xinshu.law.catalogue import Catalogue
from xinshu.law.duties import YearlyDuty, next_due
from xinshu.law.reading import Rule
from xinshu.law.terms import SubjectKind

CATALOGUE: Catalogue = catalogue_with("{}")
REPORT: YearlyDuty = CATALOGUE.duties["ANNUAL_REPORT"]
DAYS = st.dates(date(2015, 1, 1), date(2060, 12, 31))


def test_the_annual_report_is_of_enterprises_by_its_article() -> None:
    assert (REPORT.basis, REPORT.article, REPORT.subjects) == ("SC-EPI", "8", {SubjectKind.ENTERPRISE})
    assert CATALOGUE.instruments["SC-EPI"].number == "国务院令第654号"


@pytest.mark.parametrize(
    ("on_date", "begun", "due"),
    [
        (date(2026, 6, 30), None, date(2026, 6, 30)),
        (date(2026, 7, 1), None, date(2027, 6, 30)),
        (date(2026, 2, 1), date(2026, 1, 5), date(2027, 6, 30)),
        (date(2026, 11, 23), date(2026, 12, 31), date(2027, 6, 30)),
        (date(2026, 2, 1), date(2025, 12, 31), date(2026, 6, 30)),
        (date(2014, 9, 30), None, date(2015, 6, 30)),
        (date(2012, 1, 1), None, None),
    ],
)
def test_the_next_day(on_date: date, begun: date | None, due: date | None) -> None:
    assert next_due(REPORT, begun=begun, on_date=on_date) == due


@given(on_date=DAYS, begun=st.none() | DAYS)
def test_it_lies_ahead_in_a_year_after_the_beginning_and_no_other_lies_between(
    on_date: date, begun: date | None
) -> None:
    due = next_due(REPORT, begun=begun, on_date=on_date)
    assert due is not None
    assert (due.month, due.day) == (6, 30)
    assert due >= on_date
    assert begun is None or due.year > begun.year
    before = due.replace(year=due.year - 1)
    assert before < on_date or (begun is not None and before.year <= begun.year)


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("day", 31, Rule.OUT_OF_RANGE),
        ("month", 13, Rule.OUT_OF_RANGE),
        ("subjects", [], Rule.INCOMPLETE),
        ("kind", "NONE", Rule.MISSING_REFERENCE),
        ("since", "SCOPE", Rule.MISSING_REFERENCE),
        ("since", "NONE", Rule.MISSING_REFERENCE),
        ("basis", "NONE", Rule.MISSING_BASIS),
    ],
)
def test_a_faulty_duty_is_refused_by_name(key: str, value: object, rule: Rule) -> None:
    with pytest.raises(AssertionError, match=rf"ANNUAL_REPORT\.{key}: \[{rule}\]"):
        catalogue_with(orjson.dumps({"national/duties.yaml": {f"ANNUAL_REPORT.{key}": value}}).decode())
