"""What holds for the class of every decision whatever: the lower one counts in doubt, and number counts for nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.law.test_cases import catalogue_with
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import ClassRow
from xinshu.law.severity import severity
from xinshu.law.terms import SEVERITY_ORDER, Decision, Penalty, Procedure, Severity
from xinshu.law.verdict import ReasonCode

DEPARTMENTS = ("MARKET_REGULATION", "WORK_SAFETY", "FIRE", "ECOLOGY", "TRANSPORT", "NO_TABLE")
DAY = date(2026, 6, 15)
MILD = (Penalty.WARNING, Penalty.CIRCULATED_CRITICISM)


def rules() -> Catalogue:
    return catalogue_with("{}")


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """Build the catalogue once before any example is timed."""
    rules()


def rank(one: Severity) -> int:
    return SEVERITY_ORDER.index(one)


FINES = st.decimals(0, 100, places=6) | st.sampled_from([Decimal(n) for n in (0, 1, 2, 3, 5, 10, 30, 40, 50)])


@st.composite
def decisions(draw: st.DrawFn, departments: tuple[str, ...] = DEPARTMENTS) -> Decision:
    department = draw(st.sampled_from(departments))
    found = rules().class_table_on(department, DAY)
    rows = [row.row for row in found[1].rows] if found else []
    return Decision(
        department=department,
        penalties=draw(st.frozensets(st.sampled_from(Penalty), max_size=4)),
        procedure=draw(st.none() | st.sampled_from(Procedure)),
        fine=draw(st.none() | FINES),
        declared=draw(st.none() | st.sampled_from(Severity)),
        cited_row=draw(st.none() | st.sampled_from([*rows, "NO_ROW"])),
    )


def gravest_row(decision: Decision) -> Severity | None:
    """The gravest row of the department's table that holds, read a second time; None without table or row.

    A summary penalty is minor by the order itself (NDRC-36 art. 8), whatever else a table's row says.
    """
    found = rules().class_table_on(decision.department, DAY)
    held = [row.severity for row in (found[1].rows if found else ()) if holds(row, decision)]
    if held and decision.procedure is Procedure.SUMMARY:
        return Severity.MINOR
    return max(held, key=rank, default=None)


def holds(row: ClassRow, decision: Decision) -> bool:
    fine = Decimal(-1) if decision.fine is None else decision.fine
    wants_fine = row.fine_from is not None or row.fine_below is not None
    return all(
        (
            not row.procedure or decision.procedure in row.procedure,
            not row.any_penalty or not row.any_penalty.isdisjoint(decision.penalties),
            not wants_fine or decision.fine is not None,
            row.fine_from is None or fine >= row.fine_from,
            row.fine_below is None or fine < row.fine_below,
        )
    )


@given(decision=decisions())
@settings(max_examples=300)
def test_the_class_is_never_above_the_declared_one(decision: Decision) -> None:
    verdict = severity(decision, rules(), on_date=DAY)
    assert decision.declared is None or rank(verdict.severity) <= rank(decision.declared)


@given(decision=decisions())
@settings(max_examples=300)
def test_the_class_is_never_above_what_the_departments_table_gives(decision: Decision) -> None:
    table = gravest_row(decision)
    assert table is None or rank(severity(decision, rules(), on_date=DAY).severity) <= rank(table)


@given(decision=decisions())
def test_the_class_is_one_of_order_36(decision: Decision) -> None:
    assert severity(decision, rules(), on_date=DAY).severity is not Severity.GRAVE


@given(decision=decisions())
def test_without_a_question_the_class_is_the_declared_one_by_the_table(decision: Decision) -> None:
    verdict = severity(decision, rules(), on_date=DAY)
    by_table = [reason.code for reason in verdict.reasons] == [ReasonCode.CLASS_BY_TABLE]
    assert verdict.question is not by_table
    if not verdict.question:
        assert verdict.severity is decision.declared
        assert verdict.severity is gravest_row(decision)


@given(decision=decisions(("NO_TABLE",)))
def test_without_a_table_there_is_always_a_question(decision: Decision) -> None:
    assert severity(decision, rules(), on_date=DAY).question


@given(decision=decisions())
def test_without_a_declared_class_there_is_always_a_question(decision: Decision) -> None:
    assert severity(replace(decision, declared=None), rules(), on_date=DAY).question


@given(decision=decisions(), mild=st.sampled_from(MILD))
@settings(max_examples=300)
def test_one_more_mild_penalty_never_raises_the_class(decision: Decision, mild: Penalty) -> None:
    more = replace(decision, penalties=decision.penalties | {mild})
    before, after = (severity(one, rules(), on_date=DAY).severity for one in (decision, more))
    assert rank(after) <= max(rank(before), rank(Severity.MINOR))


@given(decision=decisions(), declared=st.sampled_from(Severity))
@settings(max_examples=300)
def test_an_organ_cannot_talk_a_class_up_beyond_the_facts(decision: Decision, declared: Severity) -> None:
    """Whatever is declared, the facts give the ceiling (G9)."""
    told = severity(replace(decision, declared=declared), rules(), on_date=DAY).severity
    ceiling = severity(replace(decision, declared=Severity.GRAVE), rules(), on_date=DAY).severity
    assert rank(told) <= rank(ceiling)


@given(decision=decisions())
def test_a_summary_penalty_is_always_minor(decision: Decision) -> None:
    summary = replace(decision, procedure=Procedure.SUMMARY)
    assert severity(summary, rules(), on_date=DAY).severity is Severity.MINOR


@given(decision=decisions())
def test_only_mild_penalties_are_always_minor(decision: Decision) -> None:
    mild = replace(decision, penalties=frozenset(MILD), fine=None)
    assert severity(mild, rules(), on_date=DAY).severity is Severity.MINOR


@given(decision=decisions())
def test_the_answer_depends_on_nothing_but_what_is_asked(decision: Decision) -> None:
    again = Decision(**{name: getattr(decision, name) for name in Decision.__dataclass_fields__})
    assert severity(decision, rules(), on_date=DAY) == severity(again, rules(), on_date=DAY)


def test_the_tables_of_the_catalogue_leave_no_fine_between_two_rows() -> None:
    """Each fine of a department with a table has exactly one row, so that no amount falls through or is in two."""
    for name, table in rules().class_tables.items():
        bands = sorted(
            (row.fine_from or Decimal(0), row.fine_below) for row in table.rows if row.any_penalty == {Penalty.FINE}
        )
        if bands:
            assert bands[0][0] == 0, name
            assert bands[-1][1] is None, name
            assert [low for low, _ in bands[1:]] == [high for _, high in bands[:-1]], name
