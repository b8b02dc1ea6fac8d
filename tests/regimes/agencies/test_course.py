"""The course of a lateness: noticed, replied to, decided by a person, on the list, and off it as soon as it is mended."""

from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests import factories
from tests.factories import SUBJECT, TODAY, accepted, adopted_catalogue, appointed, document, noon
from tests.regimes.agencies.made_up import NAME, agency_of, lines, reference, whole
from xinshu.kit.moment import Moment
from xinshu.regimes.agencies.actions import (
    NotDecided,
    audit,
    decide,
    follow_acknowledgements,
    note_failure,
    register_agency,
    reply,
)
from xinshu.regimes.agencies.models import Agency, Matter, MatterStep
from xinshu.regimes.agencies.queries import Acknowledged, MatterRow, box, late_list, matters, overdue_endings
from xinshu.regimes.agencies.states import COURSE, Cause, Event, MatterState, NotNow, Source, Who, turn
from xinshu.register.access.roles import Role
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import first_ending, stand
from xinshu.register.records.actions import number_filings

pytestmark = pytest.mark.django_db
FEED = "https://agency.example/copies.ndjson"
DUE = date(2026, 11, 30)
"""Five working days after a Monday."""

AFTER = noon(date(2026, 12, 1))


@pytest.fixture(autouse=True)
def shown(db: None) -> None:
    adopted_catalogue()
    factories.registered_organ()
    accepted(document(), document(document_number="示市监罚〔2026〕0002号"))
    register_agency(name=NAME, contact="copies@agency.example", feed=FEED, actor="test", moment=noon(TODAY))


@pytest.fixture
def operator() -> str:
    return appointed(Role.OPERATOR)


@pytest.fixture
def copy() -> dict[str, Any]:
    """A copy of the second penalty, which was withdrawn since."""
    taken = whole("示市监罚〔2026〕0002号")
    factories.taken_back(factories.body(SUBJECT), reference("示市监罚〔2026〕0002号"))
    number_filings(moment=noon(TODAY))
    return taken


def audited(*rows: Any, moment: Moment | None = None, source: Source = Source.FEED) -> None:
    audit(name=NAME, content=lines(*rows), source=source, actor="test", moment=moment or noon(TODAY))


def only(day: date = TODAY) -> MatterRow:
    (row,) = matters(on_date=day)
    return row


def named(copy: Any, operator: str) -> UUID:
    audited(copy)
    matter = only().id
    decide(matter=matter, event=Event.LISTED, reason="逾期未改", actor=operator, moment=AFTER)
    return matter


# --- copies ---------------------------------------------------------------------------------------


def test_what_an_audit_finds_is_noticed_with_time_to_reply(copy: dict[str, Any]) -> None:
    audited(copy)
    row = only()
    assert (row.cause, row.state, row.count, row.due_on) == (Cause.COPIES, MatterState.NOTICED, 1, DUE)
    assert not row.late
    assert only(DUE + timedelta(days=1)).late
    assert late_list() == ()
    audited(copy, whole() | {"subject": factories.OTHER_SUBJECT})
    assert (only().id, only().count, len(only().steps)) == (row.id, 2, 1)


def test_the_agency_sees_it_at_its_own_address_and_replies(copy: dict[str, Any]) -> None:
    audited(copy)
    address = agency_of().box
    told = box(address, on_date=TODAY)
    assert told is not None
    assert [str(row.record_ref) for row in told.findings] == [copy["record"]["ref"]]
    assert box(uuid4(), on_date=TODAY) is None
    for wrong_box, words in ((uuid4(), "正在更正"), (address, "  ")):
        with pytest.raises(NotNow):
            reply(box=wrong_box, matter=only().id, words=words, moment=noon(TODAY))
    reply(box=address, matter=only().id, words="正在\x00更正\n今日完成", moment=noon(TODAY))
    assert only().state is MatterState.REPLIED
    assert (only().steps[1].who, only().steps[1].words) == (Who.AGENCY, "正在 更正 今日完成")


def test_nobody_is_named_before_it_had_its_time_or_without_a_person_and_reasons(
    copy: dict[str, Any], operator: str
) -> None:
    audited(copy)
    matter = only().id
    said: dict[str, Any] = {"matter": matter, "event": Event.LISTED, "reason": "逾期未改", "actor": operator}
    for wrong in ({}, {"moment": noon(DUE)}, {"moment": AFTER, "reason": " "}, {"moment": AFTER, "actor": "nobody"}):
        with pytest.raises(NotDecided):
            decide(**{"moment": noon(TODAY), **said, **wrong})
    audited(copy, moment=AFTER)
    assert only(AFTER.day).state is MatterState.NOTICED
    decide(**said, moment=AFTER)
    (row,) = late_list()
    assert tuple(row) == (NAME, Cause.COPIES, 1, AFTER.day)


def test_one_that_replied_may_be_decided_on_at_once_and_be_given_more_time(copy: dict[str, Any], operator: str) -> None:
    audited(copy)
    reply(box=agency_of().box, matter=only().id, words="不改", moment=noon(TODAY))
    decide(matter=only().id, event=Event.EXTENDED, reason="再给时间", actor=operator, moment=noon(DUE))
    assert (only().state, only().due_on) == (MatterState.NOTICED, date(2026, 12, 7))
    reply(box=agency_of().box, matter=only().id, words="仍不改", moment=AFTER)
    decide(matter=only().id, event=Event.LISTED, reason="拒不改正", actor=operator, moment=AFTER)
    assert len(late_list()) == 1


def test_mended_it_is_off_the_list_at_once_and_by_nobodys_decision(copy: dict[str, Any], operator: str) -> None:
    matter = named(copy, operator)
    reply(box=agency_of().box, matter=matter, words="已删除", moment=AFTER)
    assert len(late_list()) == 1
    audited(whole(), moment=AFTER)
    assert late_list() == matters(on_date=AFTER.day) == ()
    steps = MatterStep.objects.filter(matter_id=matter).order_by("place").values_list("event", "who")
    assert list(steps) == [
        ("NOTICED", "HOUSE"),
        ("LISTED", "STAFF"),
        ("REPLIED", "AGENCY"),
        ("CLOSED", "HOUSE"),
    ]
    with pytest.raises(NotNow):
        reply(box=agency_of().box, matter=matter, words="还有", moment=AFTER)


def test_neither_a_sample_nor_half_a_feed_nor_a_feed_that_is_away_mends(copy: dict[str, Any], operator: str) -> None:
    named(copy, operator)
    audited(whole(), source=Source.SAMPLE)
    audited(whole(), b"{")
    note_failure(name=NAME, failure="HTTP 503", actor="test", moment=AFTER)
    assert len(late_list()) == 1
    Agency.objects.update(feed="")
    audited(whole(), source=Source.SAMPLE)
    assert late_list() == ()


def test_late_again_is_another_matter(copy: dict[str, Any], operator: str) -> None:
    first = named(copy, operator)
    audited(whole())
    audited(copy)
    assert only().id != first
    assert late_list() == ()
    assert Matter.objects.count() == 2


def test_a_person_may_take_it_off_by_giving_more_time(copy: dict[str, Any], operator: str) -> None:
    matter = named(copy, operator)
    decide(matter=matter, event=Event.EXTENDED, reason="列名有误", actor=operator, moment=AFTER)
    assert late_list() == ()


# --- endings --------------------------------------------------------------------------------------


@pytest.fixture
def ended(copy: dict[str, Any]) -> int:
    """The number of the ending, in the signed log, with two shown entries after it."""
    accepted(document(document_number="示市监罚〔2026〕0003号"))
    integrate(moment=noon(TODAY))
    found = first_ending(0)
    assert found is not None
    return found.number


def test_the_log_tells_its_oldest_ending_from_a_number_on(ended: int) -> None:
    size = stand().size
    numbers = {start: first_ending(start) for start in range(size + 2)}
    assert {start: row.number if row else None for start, row in numbers.items()} == {
        start: ended if start <= ended else None for start in range(size + 2)
    }
    assert size == 5


def test_an_ending_that_is_numbered_and_not_yet_signed_is_nobodys_duty(ended: int) -> None:
    factories.taken_back(factories.body(SUBJECT), reference())
    number_filings(moment=noon(TODAY))
    assert first_ending(ended + 1) is None
    integrate(moment=noon(TODAY))
    later = first_ending(ended + 1)
    assert later is not None
    assert later.number == stand().size - 1


def test_who_has_not_confirmed_an_ending_in_time_is_noticed_and_one_that_has_is_not(ended: int) -> None:
    factories.registered_recipient()
    states = (Acknowledged("示范银行", ended, None), Acknowledged(NAME, ended + 1, noon(TODAY).instant))
    for day, late in ((date(2026, 11, 25), 0), (date(2026, 11, 26), 1)):
        (row,) = overdue_endings(states, moment=noon(day))
        assert (row.name, row.number, row.due_on, row.overdue) == ("示范银行", ended, date(2026, 11, 25), late == 1)
        assert follow_acknowledgements(states, moment=noon(day)) == late
    row = only(date(2026, 11, 26))
    assert (row.agency, row.cause, row.through) == ("示范银行", Cause.ENDINGS, ended)
    assert agency_of("示范银行").contact == "data@bank.example"


def test_acknowledged_it_is_over_listed_or_not(ended: int, operator: str) -> None:
    factories.registered_recipient()
    late = noon(date(2026, 11, 26))
    follow_acknowledgements([Acknowledged("示范银行", 0, None)], moment=late)
    later = noon(date(2026, 12, 4))
    decide(matter=only().id, event=Event.LISTED, reason="未确认", actor=operator, moment=later)
    assert [tuple(row) for row in late_list()] == [("示范银行", Cause.ENDINGS, 1, later.day)]
    assert follow_acknowledgements([Acknowledged("示范银行", ended + 1, later.instant)], moment=later) == 0
    assert late_list() == matters(on_date=later.day) == ()


# --- the table ------------------------------------------------------------------------------------


def test_the_course_says_one_thing_only_and_leads_out_of_every_state() -> None:
    for cause, state, event, who in product(Cause, [None, *MatterState], Event, Who):
        lines_of = [
            line
            for line in COURSE
            if cause in line.causes and state in line.states and (line.event, line.who) == (event, who)
        ]
        assert len(lines_of) <= 1
        if not lines_of:
            with pytest.raises(NotNow):
                turn(cause, state, event, who)
    for cause in Cause:
        reached = {line.next for line in COURSE if cause in line.causes}
        left = {state for line in COURSE if cause in line.causes for state in line.states}
        assert reached - left == {MatterState.CLOSED}


def test_only_a_person_names_and_only_the_house_has_done_with_a_lateness() -> None:
    assert {line.who for line in COURSE if line.next is MatterState.LISTED and line.event is Event.LISTED} == {
        Who.STAFF
    }
    late = {line.who for line in COURSE if line.event is Event.CLOSED and Cause.COPIES in line.causes}
    assert late == {Who.HOUSE}
