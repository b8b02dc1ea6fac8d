"""Repair: who may do what and when, one clock in total, a second person, one transaction, and what files itself."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, accepted, body, document, noon, registered_organ
from tests.proceedings import repairs
from tests.proceedings.repairs import OWNER, drafted, events, handed_in, lodged, officer, record, row
from xinshu.kit.errors import XinshuError
from xinshu.law.terms import Condition
from xinshu.parties.notices.models import Notice
from xinshu.proceedings.cases.actions import NoSuchCase
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.cases.turns import NotNow, Side, unreachable
from xinshu.proceedings.repair import actions, deciding, revoking
from xinshu.proceedings.repair.actions import NotRepairable, NotTheirs
from xinshu.proceedings.repair.deciding import Refusal, SecondPerson
from xinshu.proceedings.repair.models import RepairBan
from xinshu.proceedings.repair.queries import asked_of_lists, banned_until, repair_case
from xinshu.proceedings.repair.states import DELISTING, REPAIR
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.models import Entry
from xinshu.register.records.models import Filing
from xinshu.register.records.queries import shown_page

pytestmark = pytest.mark.django_db
DECIDED = date(2026, 4, 30)
EVE, OPENS = date(2026, 7, 30), date(2026, 7, 31)
"""The last day of the minimum of three months, and the day after it."""

REASONS = Refusal(words="罚款尚未缴清", articles=(("NDRC-36", "13"),))
WIDE = (date(2026, 9, 24), date(2026, 10, 15))


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    factories.adopted_catalogue()
    registered_organ()
    accepted(document(decided_on=DECIDED), on_day=date(2026, 5, 6))


@pytest.fixture
def clerk() -> str:
    return officer("经办一", Role.CLERK)


@pytest.fixture
def reviewer() -> str:
    return officer("复核一", Role.REVIEWER)


@pytest.fixture
def second() -> str:
    return officer("复核二", Role.REVIEWER)


def clocks(made: UUID, day: date) -> Any:
    found = repair_case(made, catalogue_on(day).catalogue, on_date=day)
    assert found is not None
    return found.clocks


def shown(day: date) -> int:
    return len(shown_page(subject=body(SUBJECT), on_date=day)[0])


def mine() -> dict[str, Any]:
    return {"subjects": [body(SUBJECT)], "side": Side.SUBJECT, "actor": OWNER}


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize("course", [REPAIR, DELISTING], ids=lambda course: course.name)
def test_every_state_can_be_reached_and_every_deadline_is_in_the_catalogue(course: Any) -> None:
    assert unreachable(course) == frozenset()
    catalogue = catalogue_on(OPENS).catalogue
    for turn in course.turns:
        assert not turn.deadline or catalogue.deadline_on(turn.deadline, OPENS) is not None, turn


# --- G10: neither a day early nor a day late -------------------------------------------------------


def test_the_day_before_it_is_refused_and_on_the_day_it_is_open() -> None:
    made = drafted(EVE)
    with pytest.raises(NotRepairable) as refused:
        actions.lodge(case=made, moment=noon(EVE), **mine())
    assert refused.value.verdict is not None
    assert refused.value.verdict.opens_on == OPENS
    assert actions.lodge(case=made, moment=noon(OPENS), **mine()).state == "LODGED"


@pytest.mark.parametrize(("left_out", "said"), [("commitment", "承诺"), ("duties_done", "义务")])
def test_without_commitment_or_duties_nothing_is_lodged(left_out: str, said: str) -> None:
    made = drafted(OPENS, form={name: value for name, value in repairs.FORM.items() if name != left_out})
    with pytest.raises(NotRepairable, match=said):
        actions.lodge(case=made, moment=noon(OPENS), **mine())
    assert events(made) == ["begin"]


def test_a_commitment_is_signed_with_a_name() -> None:
    with pytest.raises(NotRepairable, match="姓名"):
        drafted(OPENS, form={**repairs.FORM, "signed_by": " "})


# --- pre-lodged -----------------------------------------------------------------------------------


def test_handed_in_ahead_it_files_itself_on_the_first_lawful_day_once() -> None:
    made = handed_in(date(2026, 6, 1))
    assert actions.file_due(moment=noon(EVE)) == 0
    assert actions.file_due(moment=noon(OPENS)) == 1
    assert actions.file_due(moment=noon(OPENS)) == 0
    assert events(made) == ["begin", "prelodge", "file"]
    assert (row(made).state, clocks(made, OPENS).applied_on) == ("LODGED", OPENS)


def test_filed_late_its_result_still_counts_from_the_first_lawful_day() -> None:
    made = handed_in(date(2026, 6, 1))
    assert actions.file_due(moment=noon(date(2026, 8, 5))) == 1
    told = clocks(made, date(2026, 8, 5))
    assert (told.applied_on, told.accept_by, told.result_by) == (OPENS, date(2026, 8, 10), date(2026, 8, 14))


def test_what_can_be_lodged_today_is_not_handed_in_ahead() -> None:
    made = drafted(OPENS)
    with pytest.raises(NotRepairable, match="今天"):
        actions.prelodge(case=made, moment=noon(OPENS), **mine())


def test_an_application_lapses_when_its_record_ends_by_itself() -> None:
    made = lodged(OPENS)
    actions.file_due(moment=noon(date(2027, 4, 29)))
    assert row(made).state == "LODGED"
    actions.file_due(moment=noon(date(2027, 5, 1)))
    assert (row(made).state, events(made)[-1]) == ("LAPSED", "lapse")


# --- one clock in total ---------------------------------------------------------------------------


def test_the_result_counts_from_the_application_over_the_holidays(clerk: str) -> None:
    """2026-09-20 and 10-10 are worked weekends; 09-25 to 27 and 10-01 to 07 are off."""
    made = lodged(WIDE[0])
    assert (clocks(made, WIDE[0]).accept_by, row(made).due_on) == (date(2026, 9, 30), date(2026, 9, 30))
    assert clocks(made, WIDE[0]).result_by == WIDE[1]
    deciding.accept(case=made, actor=clerk, moment=noon(date(2026, 9, 30)))
    assert (row(made).due_what, row(made).due_on) == ("REPAIR_RESULT", WIDE[1])


def test_in_a_year_that_is_not_announced_no_day_is_guessed(clerk: str) -> None:
    made = lodged(date(2026, 12, 30))
    deciding.accept(case=made, actor=clerk, moment=noon(date(2026, 12, 31)))
    told = clocks(made, date(2026, 12, 31))
    assert (told.applied_on, told.result_by, row(made).due_on) == (date(2026, 12, 30), None, None)


def test_returned_it_stands_still_and_goes_on_and_never_begins_again(clerk: str) -> None:
    made = lodged(date(2026, 8, 3))
    assert clocks(made, OPENS).result_by == date(2026, 8, 17)
    deciding.give_back(case=made, missing="缺缴款凭证", actor=clerk, moment=noon(date(2026, 8, 4)))
    assert (clocks(made, date(2026, 9, 30)).still, row(made).due_on) == (True, None)
    actions.lodge(case=made, moment=noon(date(2026, 8, 6)), **mine())
    assert (row(made).state, clocks(made, OPENS).result_by) == ("LODGED", date(2026, 8, 19))
    with pytest.raises(NotRepairable, match="一次性"):
        deciding.give_back(case=made, missing="还缺", actor=clerk, moment=noon(date(2026, 8, 6)))


def test_an_extension_is_told_beforehand_and_once(clerk: str) -> None:
    made = lodged(date(2026, 8, 3))
    deciding.accept(case=made, actor=clerk, moment=noon(date(2026, 8, 4)))
    with pytest.raises(NotRepairable, match="期限已过"):
        deciding.extend(case=made, reason="复杂", actor=clerk, moment=noon(date(2026, 8, 18)))
    deciding.extend(case=made, reason="复杂", actor=clerk, moment=noon(date(2026, 8, 17)))
    assert (clocks(made, OPENS).result_by, row(made).due_on) == (date(2026, 8, 31), date(2026, 8, 31))
    with pytest.raises(NotRepairable, match="一次"):
        deciding.extend(case=made, reason="复杂", actor=clerk, moment=noon(date(2026, 8, 18)))
    assert Notice.objects.filter(kind="REPAIR_EXTENDED").count() == 1


def test_overdue_is_seen_after_the_last_day_and_not_on_it(clerk: str) -> None:
    made = lodged(date(2026, 8, 3))
    deciding.accept(case=made, actor=clerk, moment=noon(date(2026, 8, 4)))
    catalogue = catalogue_on(OPENS).catalogue
    late = [repair_case(made, catalogue, on_date=date(2026, 8, day)) for day in (17, 18)]
    assert [
        found is not None and found.late_on(date(2026, 8, day)) for found, day in zip(late, (17, 18), strict=True)
    ] == [
        False,
        True,
    ]


# --- who ------------------------------------------------------------------------------------------


def test_another_subjects_record_and_case_are_none() -> None:
    stranger = body(OTHER_SUBJECT)
    with pytest.raises(NoSuchCase):
        actions.begin(
            subjects=[stranger], record_ref=record().record_ref, side=Side.SUBJECT, actor="x", moment=noon(OPENS)
        )
    made = lodged(OPENS)
    for case in (made, uuid4()):
        with pytest.raises(NoSuchCase, match="没有这个办件"):
            actions.withdraw(case=case, subjects=[stranger], side=Side.SUBJECT, actor="x", moment=noon(OPENS))


def test_a_form_that_is_sent_again_is_one_case() -> None:
    made = lodged(OPENS)
    assert drafted_again() == made
    actions.lodge(case=made, moment=noon(OPENS), **mine())
    assert (Case.objects.count(), events(made)) == (1, ["begin", "lodge"])
    assert Notice.objects.filter(kind="REPAIR_LODGED").count() == 1


def drafted_again() -> UUID:
    said = {**mine(), "record_ref": record().record_ref}
    return actions.begin(moment=noon(OPENS), **said)


def test_at_the_counter_a_clerk_of_the_unit_helps_and_the_history_says_so(clerk: str) -> None:
    made = drafted(OPENS, side=Side.COUNTER, actor=clerk)
    actions.lodge(case=made, subjects=None, side=Side.COUNTER, actor=clerk, moment=noon(OPENS))
    found = repair_case(made, catalogue_on(OPENS).catalogue, on_date=OPENS)
    assert found is not None
    assert [(line.side, line.actor) for line in found.history] == [("COUNTER", clerk)] * 2
    with pytest.raises(NotTheirs):
        actions.withdraw(
            case=made,
            subjects=None,
            side=Side.COUNTER,
            actor=officer("外单位", Role.CLERK, organ=other_organ()),
            moment=noon(OPENS),
        )


def other_organ() -> str:
    return registered_organ(type(MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")).code


def test_another_unit_and_an_auditor_decide_nothing() -> None:
    made = lodged(OPENS)
    for actor in (officer("外单位", Role.REVIEWER, organ=other_organ()), officer("审计", Role.AUDITOR, organ=None)):
        with pytest.raises(NotTheirs):
            deciding.accept(case=made, actor=actor, moment=noon(OPENS))
    assert row(made).state == "LODGED"


def test_a_clerk_accepts_and_does_not_grant(clerk: str) -> None:
    made = lodged(OPENS)
    deciding.accept(case=made, actor=clerk, moment=noon(OPENS))
    with pytest.raises(NotTheirs):
        deciding.grant(case=made, actor=clerk, moment=noon(OPENS))


# --- decisions ------------------------------------------------------------------------------------


def test_a_grant_ends_it_at_once_with_its_number(reviewer: str) -> None:
    made = lodged(OPENS)
    deciding.accept(case=made, actor=reviewer, moment=noon(OPENS))
    assert shown(OPENS) == 1
    deciding.grant(case=made, actor=reviewer, moment=noon(OPENS))
    assert (row(made).state, row(made).closed_on, shown(OPENS), record().ended) == ("GRANTED", OPENS, 0, "REPAIRED")
    assert not Filing.objects.filter(first_number__isnull=True).exists()
    assert Notice.objects.filter(kind="REPAIR_GRANTED", case_id=made).count() == 1
    with pytest.raises(NotNow):
        deciding.grant(case=made, actor=reviewer, moment=noon(OPENS))


@pytest.mark.parametrize("step", ["end_publication", "notify_of", "listings_that_cite", "number_and_note"])
def test_a_fault_at_any_step_of_a_grant_leaves_nothing(step: str, reviewer: str, monkeypatch: Any) -> None:
    made = lodged(OPENS)
    deciding.accept(case=made, actor=reviewer, moment=noon(OPENS))
    before = (Entry.objects.count(), Notice.objects.count())

    def fail(*_: Any, **__: Any) -> None:
        raise XinshuError("planted")

    monkeypatch.setattr(deciding, step, fail)
    with pytest.raises(XinshuError, match="planted"):
        deciding.grant(case=made, actor=reviewer, moment=noon(OPENS))
    assert (row(made).state, shown(OPENS), record().ended) == ("ACCEPTED", 1, None)
    assert (Entry.objects.count(), Notice.objects.count()) == before


def test_the_same_document_sent_again_does_not_come_back(reviewer: str) -> None:
    made = lodged(OPENS)
    deciding.accept(case=made, actor=reviewer, moment=noon(OPENS))
    deciding.grant(case=made, actor=reviewer, moment=noon(OPENS))
    accepted(document(decided_on=DECIDED), on_day=OPENS)
    accepted(document(decided_on=DECIDED, fields={"REMARK": "更正"}), on_day=OPENS)
    assert (shown(OPENS), record().ended) == (0, "REPAIRED")


def test_a_refusal_carries_reasons_articles_and_the_rights(reviewer: str) -> None:
    made = lodged(OPENS)
    deciding.accept(case=made, actor=reviewer, moment=noon(OPENS))
    for broken in (Refusal(words=" ", articles=REASONS.articles), Refusal(words="不行", articles=())):
        with pytest.raises(NotRepairable):
            deciding.refuse(case=made, refusal=broken, actor=reviewer, moment=noon(OPENS))
    deciding.refuse(case=made, refusal=REASONS, actor=reviewer, moment=noon(OPENS))
    found = repair_case(made, catalogue_on(OPENS).catalogue, on_date=OPENS)
    assert found is not None
    assert found.last.said["articles"] == [["NDRC-36", "13"]]
    assert found.last.said["rights"] == ["RECONSIDERATION", "LAWSUIT"]
    assert shown(OPENS) == 1


def test_a_withdrawn_one_can_be_followed_by_another(reviewer: str) -> None:
    made = lodged(OPENS)
    actions.withdraw(case=made, moment=noon(OPENS), **mine())
    with pytest.raises(NotNow):
        deciding.accept(case=made, actor=reviewer, moment=noon(OPENS))
    assert lodged(OPENS) != made


def test_relayed_it_waits_for_the_national_number(clerk: str, settings: Any) -> None:
    settings.REPAIR_WINDOW = "RELAY"
    made = lodged(OPENS)
    assert (row(made).state, row(made).due_what, row(made).due_on) == ("RELAYED", "REPAIR_RESULT", date(2026, 8, 14))
    actions.note_national_case(case=made, number="XZ-2026-1", actor=clerk, moment=noon(OPENS))
    assert events(made)[-1] == "relayed"


# --- two persons ----------------------------------------------------------------------------------


def test_on_a_serious_record_another_reviewer_confirms(clerk: str, reviewer: str, second: str) -> None:
    day = date(2027, 5, 4)
    serious = {"severity": "SERIOUS", "penalties": ["LICENCE_REVOCATION"], "document_number": "示市监罚〔2026〕0002号"}
    accepted(document(decided_on=DECIDED, **serious), on_day=date(2026, 5, 7))
    made = lodged(day)
    deciding.accept(case=made, actor=clerk, moment=noon(day))
    for refused in (
        lambda: deciding.grant(case=made, actor=reviewer, moment=noon(day)),
        lambda: deciding.refuse(case=made, refusal=REASONS, actor=reviewer, moment=noon(day)),
    ):
        with pytest.raises(SecondPerson):
            refused()
    deciding.propose(case=made, refusal=None, actor=reviewer, moment=noon(day))
    with pytest.raises(SecondPerson):
        deciding.confirm(case=made, actor=reviewer, moment=noon(day))
    with pytest.raises(NotTheirs):
        deciding.confirm(case=made, actor=clerk, moment=noon(day))
    deciding.send_back(case=made, words="再核", actor=second, moment=noon(day))
    deciding.propose(case=made, refusal=None, actor=reviewer, moment=noon(day))
    assert shown(day) == 1
    deciding.confirm(case=made, actor=second, moment=noon(day))
    assert (row(made).state, shown(day)) == ("GRANTED", 0)


# --- revocation -----------------------------------------------------------------------------------


def granted(reviewer: str) -> UUID:
    made = lodged(OPENS)
    deciding.accept(case=made, actor=reviewer, moment=noon(OPENS))
    deciding.grant(case=made, actor=reviewer, moment=noon(OPENS))
    return made


def test_a_revocation_needs_notice_hearing_and_a_second_person_and_restores_what_is_left(
    reviewer: str, second: str
) -> None:
    made, noticed = granted(reviewer), date(2026, 8, 3)
    with pytest.raises(NotNow):
        revoking.revoke(case=made, words="材料虚假", actor=second, moment=noon(noticed))
    revoking.notice_revocation(case=made, words="缴款凭证系伪造", actor=reviewer, moment=noon(noticed))
    assert (row(made).state, row(made).due_on) == ("REVOCATION_NOTICED", date(2026, 8, 10))
    with pytest.raises(NotRepairable, match="期限未满"):
        revoking.revoke(case=made, words="材料虚假", actor=second, moment=noon(date(2026, 8, 10)))
    after = date(2026, 8, 11)
    with pytest.raises(SecondPerson):
        revoking.revoke(case=made, words="材料虚假", actor=reviewer, moment=noon(after))
    revoking.revoke(case=made, words="材料虚假", actor=second, moment=noon(after))
    assert (row(made).state, record().ended) == ("REVOKED", None)
    assert (record().public_from, record().public_until) == (after, date(2027, 5, 1))
    assert shown(after) == 1
    ban = RepairBan.objects.get()
    assert (ban.subject_id, ban.found_on, banned_until([body(SUBJECT)], on_date=after)) == (
        body(SUBJECT),
        after,
        ban.until,
    )


def test_a_reply_is_heard_and_the_repair_may_stand(reviewer: str, second: str) -> None:
    made = granted(reviewer)
    revoking.notice_revocation(case=made, words="缴款凭证系伪造", actor=reviewer, moment=noon(OPENS))
    actions.reply(case=made, words="凭证由银行出具", moment=noon(OPENS), **mine())
    revoking.drop_revocation(case=made, words="查实凭证属实", actor=second, moment=noon(OPENS))
    assert (row(made).state, shown(OPENS), RepairBan.objects.count()) == ("GRANTED", 0, 0)
    assert Notice.objects.latest("id").kind == "REPAIR_STANDS"


def test_whoever_is_banned_lodges_nothing(reviewer: str, second: str) -> None:
    made = granted(reviewer)
    revoking.notice_revocation(case=made, words="缴款凭证系伪造", actor=reviewer, moment=noon(OPENS))
    actions.reply(case=made, words="无", moment=noon(OPENS), **mine())
    revoking.revoke(case=made, words="材料虚假", actor=second, moment=noon(OPENS))
    again = drafted(OPENS)
    with pytest.raises(NotRepairable) as refused:
        actions.lodge(case=again, moment=noon(OPENS), **mine())
    assert refused.value.verdict is not None
    found = refused.value.verdict.finding(Condition.NO_BAN)
    assert found is not None
    assert found.met is False


def test_the_unit_of_a_listing_that_cites_it_is_asked_at_once(reviewer: str) -> None:
    other = other_organ()
    days = {"decided_on": DECIDED, "served_on": DECIDED, "event_on": date(2029, 4, 29)}
    listing = document(
        "SERIOUS_DISHONESTY",
        organ_code=other,
        organ_name="示范市消防救援支队",
        document_number="示消列〔2026〕1号",
        fields={"FACTS": "因示市监罚〔2026〕0001号列入"},
        **days,
    )
    accepted(listing, on_day=date(2026, 5, 7))
    made = lodged(OPENS)
    deciding.accept(case=made, actor=reviewer, moment=noon(OPENS))
    deciding.grant(case=made, actor=reviewer, moment=noon(OPENS))
    (asked,) = asked_of_lists([other])
    assert (asked.state, asked.organ, asked.form["number"]) == ("ASKED", other, "示市监罚〔2026〕0001号")
    with pytest.raises(NotTheirs):
        deciding.answer_for_list(case=asked.id, leaves=True, words="移出", actor=reviewer, moment=noon(OPENS))
    theirs = officer("列入单位", Role.REVIEWER, organ=other)
    deciding.answer_for_list(case=asked.id, leaves=False, words="另有依据", actor=theirs, moment=noon(OPENS))
    assert asked_of_lists([other]) == ()


def test_a_unit_that_listed_on_account_of_its_own_penalty_is_asked_too(reviewer: str) -> None:
    """The usual case in market regulation; and the record that is repaired is never asked about itself."""
    days = {"decided_on": DECIDED, "served_on": DECIDED, "event_on": date(2029, 4, 29)}
    own = document(
        "SERIOUS_DISHONESTY",
        document_number="示市监列〔2026〕1号",
        fields={"FACTS": "因示市监罚〔2026〕0001号列入"},
        **days,
    )
    accepted(own, on_day=date(2026, 5, 7))
    made = lodged(OPENS)
    deciding.accept(case=made, actor=reviewer, moment=noon(OPENS))
    deciding.grant(case=made, actor=reviewer, moment=noon(OPENS))
    (asked,) = asked_of_lists([MARKET.code])
    assert (asked.state, asked.organ, asked.form["number"]) == ("ASKED", MARKET.code, "示市监罚〔2026〕0001号")
    assert asked.record_ref != asked.form["repaired"]
    deciding.answer_for_list(case=asked.id, leaves=False, words="另有依据", actor=reviewer, moment=noon(OPENS))
    assert asked_of_lists([MARKET.code]) == ()
