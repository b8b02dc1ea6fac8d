"""A case goes by its table alone: who may do what and when, until when, what both sides see, and what is never lost."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories
from xinshu.proceedings.cases import actions, queries
from xinshu.proceedings.cases.turns import (
    BEGINNING,
    NONE_RUNS,
    Course,
    NotNow,
    Side,
    Turn,
    by,
    on,
    open_events,
    unreachable,
)

COURSE = Course(
    "EXAMPLE",
    (
        Turn(BEGINNING, "ASKED", by(Side.SUBJECT, Side.COUNTER), "ASKED", "request", "REPLY"),
        Turn(on("ASKED"), "NOTED", by(Side.ORGAN), "ASKED"),
        Turn(on("ASKED"), "ANSWERED", by(Side.ORGAN), "DONE", "decision", NONE_RUNS),
    ),
    frozenset({"DONE"}),
)
TODAY = factories.TODAY
NOON = factories.noon(TODAY)


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    factories.adopted_catalogue()


def asked(record_ref: UUID | None = None) -> UUID:
    about = {"subject": 7, "record_ref": record_ref or uuid4(), "organ": factories.MARKET.code}
    return actions.open_case(course=COURSE, event="ASKED", side=Side.SUBJECT, actor="someone", moment=NOON, **about)


def test_it_begins_with_its_deadline_in_working_days() -> None:
    found = queries.case(asked())
    assert found is not None
    assert (found.state, found.due_what, found.due_on) == ("ASKED", "REPLY", date(2026, 11, 30))
    assert not found.overdue_on(date(2026, 11, 30))
    assert found.overdue_on(date(2026, 12, 1))


def test_a_deadline_counts_from_the_day_that_is_said() -> None:
    about = {"subject": 7, "record_ref": None, "organ": ""}
    case = actions.open_case(
        course=COURSE,
        event="ASKED",
        side=Side.SUBJECT,
        actor="someone",
        counted_from=date(2026, 11, 20),
        moment=NOON,
        **about,
    )
    found = queries.case(case)
    assert found is not None
    assert found.due_on == date(2026, 11, 27)


def test_in_a_year_that_is_not_announced_no_day_is_guessed() -> None:
    about = {"subject": 7, "record_ref": None, "organ": ""}
    late = factories.noon(date(2026, 12, 30))
    case = actions.open_case(course=COURSE, event="ASKED", side=Side.SUBJECT, actor="someone", moment=late, **about)
    found = queries.case(case)
    assert found is not None
    assert (found.due_what, found.due_on) == ("REPLY", None)
    assert not found.overdue_on(date(2030, 1, 1))


def test_what_runs_goes_on_until_a_turn_ends_it() -> None:
    case = asked()
    noted = actions.advance(case=case, course=COURSE, event="NOTED", side=Side.ORGAN, actor="officer", moment=NOON)
    assert noted.due_on == date(2026, 11, 30)
    done = actions.advance(case=case, course=COURSE, event="ANSWERED", side=Side.ORGAN, actor="officer", moment=NOON)
    assert (done.state, done.due_what, done.due_on, done.closed_on) == ("DONE", "", None, TODAY)


@pytest.mark.parametrize(
    ("event", "side"), [("ANSWERED", Side.SUBJECT), ("ASKED", Side.SUBJECT), ("NEVER", Side.ORGAN)]
)
def test_what_is_not_in_the_table_does_not_happen(event: str, side: Side) -> None:
    case = asked()
    with pytest.raises(NotNow):
        actions.advance(case=case, course=COURSE, event=event, side=side, actor="someone", moment=NOON)
    assert [line.event for line in queries.history(case)] == ["ASKED"]


def test_a_case_of_another_course_is_none() -> None:
    other = COURSE._replace(name="OTHER")
    with pytest.raises(actions.NoSuchCase):
        actions.advance(case=asked(), course=other, event="NOTED", side=Side.ORGAN, actor="officer", moment=NOON)


def test_its_form_changes_in_the_states_of_a_draft_only() -> None:
    case = asked()
    actions.keep_form(case=case, course=COURSE, states={"ASKED"}, form={"words": "一"})
    with pytest.raises(NotNow):
        actions.keep_form(case=case, course=COURSE, states={"DRAFT"}, form={"words": "二"})
    found = queries.case(case)
    assert found is not None
    assert found.form == {"words": "一"}


def test_the_history_tells_each_turn_in_order_and_only_grows() -> None:
    case = asked()
    actions.advance(
        case=case,
        course=COURSE,
        event="NOTED",
        side=Side.ORGAN,
        actor="officer",
        organ=factories.MARKET.code,
        said={"words": "已阅"},
        moment=NOON,
    )
    told = [
        (line.place, line.event, line.before, line.after, line.actor, dict(line.said)) for line in queries.history(case)
    ]
    assert told == [
        (0, "ASKED", "", "ASKED", "someone", {}),
        (1, "NOTED", "ASKED", "ASKED", "officer", {"words": "已阅"}),
    ]
    for change in ("UPDATE cases_caseevent SET actor = 'other'", "DELETE FROM cases_caseevent"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_it_goes_whole_with_its_record() -> None:
    record_ref = uuid4()
    gone, kept = asked(record_ref), asked()
    actions.forget([str(record_ref)])
    assert queries.case(gone) is None
    assert queries.history(gone) == ()
    assert len(queries.history(kept)) == 1


def test_lists_tell_the_nearest_last_day_first_and_only_the_own() -> None:
    first = asked()
    about = {"subject": 8, "record_ref": None, "organ": "other"}
    actions.open_case(
        course=COURSE, event="ASKED", side=Side.SUBJECT, actor="x", counted_from=date(2026, 11, 2), moment=NOON, **about
    )
    rows, count = queries.cases_before([factories.MARKET.code])
    assert ([row.id for row in rows], count) == ([first], 1)
    rows, count = queries.cases_before(None)
    assert ([row.subject for row in rows], count) == ([8, 7], 2)
    assert queries.cases_of([8], most=1)[1] == 1


def test_what_a_side_may_do_is_read_off_the_table() -> None:
    assert open_events(COURSE, "ASKED", Side.ORGAN) == {"NOTED", "ANSWERED"}
    assert open_events(COURSE, "ASKED", Side.SUBJECT) == frozenset()
    assert unreachable(COURSE) == frozenset()
    assert unreachable(COURSE._replace(turns=COURSE.turns[1:])) == {"ASKED", "DONE"}
