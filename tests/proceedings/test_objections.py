"""Claims: what is said is withheld at once, once; whoever may review decides; nothing of who spoke is kept."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from procrastinate.contrib.django import app

from tests import factories
from tests.beside import beside, waits
from tests.factories import MARKET, SUBJECT, TODAY, accepted, appointed, body, document, noon, registered_organ
from tests.journeys.conftest import on
from xinshu.law.terms import ClaimCause
from xinshu.proceedings.objections.actions import ClaimRefused, NotDecided, NotTheirs, decide, lodge, sweep
from xinshu.proceedings.objections.models import Claim
from xinshu.proceedings.objections.queries import Receipt, claim, decided_claims, open_claims, receipt
from xinshu.proceedings.objections.states import LONGEST_WORDS, ClaimState
from xinshu.proceedings.objections.tasks import _sweep
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role
from xinshu.register.records.actions import number_filings, withdraw
from xinshu.register.records.models import Filing, JournalLine, Record
from xinshu.register.records.queries import shown_page
from xinshu.register.records.withholding import NotShown

pytestmark = pytest.mark.django_db
TOGETHER = pytest.mark.django_db(transaction=True)
NAME, BODY = ClaimCause.NAME, ClaimCause.BODY
UPHELD, REJECTED = ClaimState.UPHELD, ClaimState.REJECTED
OTHER = type(MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
FACTS = "示例违法事实"


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    factories.adopted_catalogue()
    registered_organ()
    accepted(document())


def say(cause: ClaimCause = NAME, words: str = "", *, day: date = TODAY) -> UUID:
    record = Record.objects.get()
    return lodge(subject=record.subject_id, record_ref=record.record_ref, cause=cause, words=words, moment=noon(day))


def verdict(claimed: UUID, said: ClaimState, *, actor: str, reason: str = "查无姓名", day: date = TODAY) -> None:
    decide(claim=claimed, verdict=said, reason=reason, actor=actor, moment=noon(day))


def form() -> dict[str, Any]:
    (only,), _ = shown_page(subject=body(SUBJECT), on_date=TODAY)
    return only


def marked() -> str | None:
    mark = form().get("mark")
    return mark and mark["code"]


@pytest.fixture
def reviewer() -> str:
    return appointed(Role.REVIEWER, organ=MARKET.code)


def test_it_is_withheld_at_once_and_due_within_three_working_days() -> None:
    assert FACTS in str(form())
    said = say()
    assert (marked(), FACTS in str(form())) == ("NAME_CLAIMED", False)
    held = receipt(said, on_date=TODAY)
    assert held is not None
    assert (held.state, held.masks, held.received_on, held.due_on) == ("OPEN", True, TODAY, date(2026, 11, 26))
    assert Filing.objects.filter(first_number__isnull=True).count() == 0


def test_a_year_without_a_calendar_is_not_guessed() -> None:
    late = date(2026, 12, 30)
    held = receipt(say(day=late), on_date=late)
    assert held is not None
    assert held.due_on is None


def test_a_second_visitor_gets_the_same_receipt_and_nothing_is_written_twice() -> None:
    first = say(NAME, "我的名字在事实里")
    lines = JournalLine.objects.count()
    assert say(NAME, "我也是") == first
    assert (Claim.objects.get().words, JournalLine.objects.count()) == ("我的名字在事实里", lines)
    assert say(BODY) != first
    assert marked() == "BODY_CLAIMED"


def test_nothing_of_who_spoke_is_kept_and_words_hold_no_number_of_a_person() -> None:
    say(NAME, "  我是示例甲，\n身份证11010519491231002X，电话13800138000\x00 ")
    kept = Claim.objects.get()
    assert "11010519491231002X" not in kept.words
    assert "13800138000" not in kept.words
    assert {field.name for field in Claim._meta.get_fields()} == {
        *("id", "subject_id", "record_ref", "kind", "version", "organs", "cause", "masks", "words", "state"),
        *("received_on", "received_at", "due_on", "decided_on", "decided_by", "reason", "erased_at"),
    }
    (line,) = TrailLine.objects.filter(act="LODGE_CLAIM")
    assert (line.actor, line.organ_code, line.matter) == ("public", "", str(kept.id))


def test_too_many_words_are_refused_and_nothing_is_withheld() -> None:
    with pytest.raises(ClaimRefused, match="300"):
        say(NAME, "字" * (LONGEST_WORDS + 1))
    assert (Claim.objects.count(), marked()) == (0, None)
    say(NAME, "字" * LONGEST_WORDS)
    assert len(Claim.objects.get().words) == LONGEST_WORDS


@pytest.mark.parametrize("day", [date(2027, 10, 1), date(2026, 11, 22)], ids=["ended", "not yet"])
def test_what_is_not_shown_on_the_day_takes_no_claim(day: date) -> None:
    with pytest.raises(NotShown):
        say(day=day)
    with pytest.raises(NotShown):
        lodge(subject=body(SUBJECT), record_ref=uuid4(), cause=NAME, words="", moment=noon(TODAY))
    assert (Claim.objects.count(), TrailLine.objects.filter(act="LODGE_CLAIM").count()) == (0, 0)


# --- the review -----------------------------------------------------------------------------------


def test_upheld_it_stays_withheld_and_the_mark_says_so(reviewer: str) -> None:
    said = say()
    verdict(said, UPHELD, actor=reviewer, reason="")
    assert (marked(), FACTS in str(form())) == ("NAME_WITHHELD", False)
    again = say()
    assert again != said
    assert Claim.objects.get(id=again).masks is False
    verdict(again, REJECTED, actor=reviewer)
    assert marked() == "NAME_WITHHELD", "a later claim that withheld nothing shows nothing again"


def test_rejected_it_is_shown_again_with_a_reason(reviewer: str) -> None:
    whole = form()
    said = say()
    with pytest.raises(NotDecided):
        verdict(said, REJECTED, actor=reviewer, reason="  ")
    verdict(said, REJECTED, actor=reviewer)
    assert form() == whole
    held = receipt(said, on_date=TODAY)
    assert held is not None
    assert (held.state, held.reason, held.decided_on) == ("REJECTED", "查无姓名", TODAY)
    with pytest.raises(NotDecided):
        verdict(said, UPHELD, actor=reviewer)


def test_once_rejected_the_same_content_is_reviewed_again_and_not_withheld_again(reviewer: str) -> None:
    verdict(say(), REJECTED, actor=reviewer)
    again = say()
    assert (marked(), Claim.objects.get(id=again).state) == (None, "OPEN")
    verdict(again, UPHELD, actor=reviewer)
    assert marked() == "NAME_WITHHELD"


def test_what_is_new_in_a_correction_may_be_withheld_again(reviewer: str) -> None:
    verdict(say(), REJECTED, actor=reviewer)
    accepted(document(decided_on=date(2026, 8, 31)))
    say()
    assert marked() == "NAME_CLAIMED"


def test_of_another_body_it_waits_for_the_withdrawal(reviewer: str) -> None:
    said = say(BODY)
    verdict(said, UPHELD, actor=reviewer)
    assert (marked(), form()["fields"], form()["document_number"]) == ("BODY_DOUBTED", {}, "")


@pytest.mark.parametrize(
    ("role", "organ", "may"),
    [
        (Role.REVIEWER, MARKET.code, True),
        (Role.OPERATOR, None, True),
        (Role.REVIEWER, OTHER.code, False),
        (Role.CLERK, MARKET.code, False),
        (Role.AUDITOR, None, False),
    ],
)
def test_a_reviewer_of_the_organ_or_an_operator_decides(role: Role, organ: str | None, may: bool) -> None:
    registered_organ(OTHER)
    actor = appointed(role, organ=organ)
    said = say()
    if may:
        verdict(said, REJECTED, actor=actor)
        (line,) = JournalLine.objects.filter(change="UNMASKED")
        assert (line.actor, line.organ_code) == (actor, organ or "")
    else:
        with pytest.raises(NotTheirs):
            verdict(said, REJECTED, actor=actor)
        assert marked() == "NAME_CLAIMED"


def test_an_open_state_is_no_verdict(reviewer: str) -> None:
    said = say()
    for other in (ClaimState.OPEN, ClaimState.LAPSED):
        with pytest.raises(NotDecided):
            verdict(said, other, actor=reviewer)
    with pytest.raises(NotTheirs):
        verdict(uuid4(), UPHELD, actor=reviewer)


def test_each_organ_sees_the_claims_on_its_own_records_only(reviewer: str) -> None:
    said = say()
    assert [row.id for row in open_claims({MARKET.code})] == [said]
    assert (open_claims({OTHER.code}), claim(said, organs={OTHER.code})) == ((), None)
    assert claim(said, organs=None) is not None
    verdict(said, REJECTED, actor=reviewer)
    assert (open_claims(None), [row.id for row in decided_claims(None)]) == ((), [said])
    assert decided_claims({OTHER.code}) == ()


# --- the end --------------------------------------------------------------------------------------


def take_back() -> None:
    record = Record.objects.get()
    withdraw(
        subjects=[record.subject_id],
        record_ref=record.record_ref,
        organ=MARKET.code,
        ground="ENTERED_WRONGLY",
        words="",
        actor="test",
        moment=noon(TODAY),
    )
    number_filings(moment=noon(TODAY))


def test_once_the_record_has_ended_the_receipt_says_only_that_it_is_closed(reviewer: str) -> None:
    said = say()
    verdict(said, REJECTED, actor=reviewer)
    assert receipt(said, on_date=date(2027, 10, 1)) == Receipt(id=said)
    take_back()
    assert receipt(said, on_date=TODAY) == Receipt(id=said)
    assert receipt(uuid4(), on_date=TODAY) is None


def test_a_claim_on_what_has_ended_lapses_and_old_words_are_erased(reviewer: str) -> None:
    decided = say(NAME, "在事实里")
    verdict(decided, REJECTED, actor=reviewer)
    waiting = say(BODY, "不是我们")
    assert sweep(moment=noon(TODAY)) == 0
    take_back()
    assert sweep(moment=noon(TODAY)) == 1
    assert Claim.objects.get(id=waiting).state == "LAPSED"
    before = TODAY + timedelta(29)
    assert (sweep(moment=noon(before)), {kept.words for kept in Claim.objects.all()}) == (0, {"在事实里", "不是我们"})
    after = TODAY + timedelta(30)
    assert (sweep(moment=noon(after)), {kept.words for kept in Claim.objects.all()}) == (2, {""})
    assert sweep(moment=noon(after)) == 0


def test_a_record_that_only_waits_for_its_number_has_not_ended() -> None:
    said = say()
    Filing.objects.filter(id=Record.objects.get().filing_id).update(first_number=None, numbered_at=None)
    assert sweep(moment=noon(TODAY)) == 0
    assert Claim.objects.get(id=said).state == "OPEN"
    Filing.objects.filter(id=Record.objects.get().filing_id).update(first_number=None, numbered_at=None)
    assert say() == said


def test_a_decision_after_the_end_changes_no_record(reviewer: str) -> None:
    said = say()
    take_back()
    lines = JournalLine.objects.count()
    verdict(said, UPHELD, actor=reviewer)
    assert (Claim.objects.get().state, JournalLine.objects.count()) == ("UPHELD", lines)


@TOGETHER
def test_the_nightly_job_does_it() -> None:
    said = say(NAME, "在事实里")
    take_back()
    with on(TODAY):
        _sweep(timestamp=0)
    assert Claim.objects.get(id=said).state == "LAPSED"
    assert "objections.sweep" in app.tasks


# --- two things at once ---------------------------------------------------------------------------


@TOGETHER
def test_two_who_say_it_at_once_get_one_receipt() -> None:
    with beside() as start:
        said = {one.result(timeout=30) for one in [start(say) for _ in range(4)]}
    assert len(said) == 1
    assert JournalLine.objects.filter(change="MASKED").count() == 1
    assert marked() == "NAME_CLAIMED"


@TOGETHER
def test_said_while_the_organ_corrects_what_it_says_now_is_withheld() -> None:
    with beside() as start:
        with transaction.atomic():
            accepted(document(decided_on=date(2026, 8, 31)))
            other = start(say)
            assert waits(other), "the claim waits for the correction"
        other.result(timeout=30)
    assert (form()["decided_on"], marked(), FACTS in str(form())) == ("2026-08-31", "NAME_CLAIMED", False)


@TOGETHER
def test_corrected_while_it_is_said_it_is_withheld_all_the_same() -> None:
    with beside() as start:
        with transaction.atomic():
            say()
            other = start(lambda: accepted(document(decided_on=date(2026, 8, 31))))
            assert waits(other), "the correction waits for the claim"
        assert other.result(timeout=30).corrected == 1
    assert (form()["decided_on"], marked(), FACTS in str(form())) == ("2026-08-31", "NAME_CLAIMED", False)
