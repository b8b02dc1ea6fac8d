"""The wait before first display: the law, the columns of a batch, and the gate in SQL say the same days (G14, adr/0027)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.factories import accepted, adopted_catalogue, document
from tests.parity.test_gate import by_law, made_up_code
from xinshu.kit.workdays import WorkCalendar
from xinshu.law.catalogue import Catalogue
from xinshu.law.publicity import publicity
from xinshu.law.terms import Penalty, Procedure, Severity
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.models import Record
from xinshu.register.records.queries import shown_counts, shown_json, shown_page, shown_stream
from xinshu.register.subjects.queries import named_by

NUMBERS = count(700_000)
BEGINS, LAST = date(2026, 4, 1), date(2027, 2, 20)
"""One set of class tables all along, and at the end a year that is not announced."""


@pytest.fixture
def edition(db: None) -> None:
    adopted_catalogue()


@st.composite
def penalties(draw: st.DrawFn) -> dict[str, Any]:
    """A penalty, the day on which it arrives, whether its body can be told then, and what comes of it later."""
    arrives = draw(st.dates(BEGINS, LAST))
    later = draw(st.none() | st.integers(0, 40))
    return {
        "arrives": arrives,
        "told": draw(st.booleans()),
        "decided_on": arrives - timedelta(days=draw(st.integers(0, 420))),
        "served_on": None,
        "penalties": sorted(draw(st.sets(st.sampled_from(list(Penalty)), min_size=1, max_size=2))),
        "procedure": draw(st.none() | st.sampled_from(list(Procedure))),
        "area": None,
        "severity": draw(st.none() | st.sampled_from(list(Severity))),
        "publicity_reason": draw(st.sampled_from([None, "部门认定确有必要"])),
        "duty_unmet": False,
        "corrected": None if later is None else arrives + timedelta(days=later),
        "told_later": draw(st.booleans()),
    }


def after_the_wait(arrives: date, catalogue: Catalogue) -> date | None:
    """The day after so many working days, counted day by day; None where nothing waits or no calendar says."""
    rule = catalogue.deadline_on("FIRST_NOTICE", arrives)
    if rule is None:
        return None
    day, left = arrives, rule.working_days
    while left:
        day += timedelta(days=1)
        worked = is_worked(day, catalogue.calendar)
        if worked is None:
            return None
        left -= worked
    return day + timedelta(days=1)


def is_worked(day: date, calendar: WorkCalendar) -> bool | None:
    """Whether people work on that day: by the notice of its year, else by the day of the week; None: not announced."""
    if day.year not in calendar.years:
        return None
    named = calendar.says_worked(day)
    return day.weekday() < 5 if named is None else named


def seen(subject: int, day: date) -> set[int]:
    """How many records each form of the gate shows of the body on that day."""
    page, total = shown_page(subject=subject, on_date=day)
    counts = shown_counts(subjects=[subject], on_date=day).get(subject, {})
    streamed = [
        ref for batch in shown_stream(on_date=day, after=subject - 1) for ref in batch["record_ref"].to_pylist()
    ]
    json = shown_json(subject=subject, on_date=day).count('"ref"')
    return {len(page), total, sum(counts.values()), len(streamed), json}


NATIONAL_DAY = {
    "arrives": date(2026, 9, 30),
    "told": True,
    "decided_on": date(2026, 9, 30),
    "served_on": None,
    "penalties": ["CONFISCATION_OF_GAINS"],
    "procedure": None,
    "area": None,
    "severity": "ORDINARY",
    "publicity_reason": None,
    "duty_unmet": False,
    "corrected": date(2026, 10, 3),
    "told_later": False,
}
OVER_THE_YEAR = NATIONAL_DAY | {"arrives": date(2026, 12, 31), "decided_on": date(2026, 12, 30), "corrected": None}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=penalties())
@example(drawn=NATIONAL_DAY)
@example(drawn=OVER_THE_YEAR)
def test_law_columns_and_gate_wait_for_the_same_days(edition: None, drawn: dict[str, Any]) -> None:
    """Also after a correction, whoever can be told by then: it keeps the wait that the record had."""
    number, catalogue = next(NUMBERS), catalogue_on(LAST).catalogue
    arrives, corrected = drawn["arrives"], drawn["corrected"]
    said = {name: drawn[name] for name in drawn.keys() - {"arrives", "told", "corrected", "told_later"}}
    filed = {"code": made_up_code(number), "name": f"云汀示例{number}有限公司", "document_number": f"示〔{number}〕"}
    assert accepted(document(**filed, **said), on_day=arrives, told=drawn["told"]).accepted == 1
    wait = after_the_wait(arrives, catalogue) if drawn["told"] else None
    law = publicity(replace(by_law(drawn), shown_not_before=wait), catalogue)
    assert law.period is None or law.period.start >= (wait or arrives)
    (row,) = named_by(filed["code"])
    stored = Record.objects.get(subject_id=row.subject)
    period = (None, None) if law.period is None else (law.period.start, law.period.until)
    assert (stored.public_from, stored.public_until) == period
    if corrected is not None:
        other = document(**filed, **said, fields={"CF_SY": "更正后的事实"})
        assert accepted(other, on_day=corrected, told=drawn["told_later"]).corrected == 1, "it is not held for its wait"
        with connection.cursor() as cursor:
            cursor.execute("SELECT public_from, public_until FROM records_record WHERE subject_id = %s", [row.subject])
            assert cursor.fetchone() == period, "neither undone nor begun anew"
    borders = [arrives, wait or arrives, *(day for day in period if day is not None)]
    for day in {near + timedelta(days=step) for near in borders for step in (-1, 0, 1)}:
        assert seen(row.subject, day) == {int(law.shown_on(day))}, day
        if wait is not None and day < wait:
            assert seen(row.subject, day) == {0}


def test_the_examples_wait_and_do_not(edition: None) -> None:
    """Over the National Day week; and into a year that nobody announced, where nothing waits."""
    catalogue = catalogue_on(LAST).catalogue
    assert after_the_wait(date(2026, 9, 30), catalogue) == date(2026, 10, 9)
    assert after_the_wait(date(2026, 12, 31), catalogue) is None
    assert after_the_wait(date(2025, 6, 20), catalogue) is None, "the rule is not in force yet"
