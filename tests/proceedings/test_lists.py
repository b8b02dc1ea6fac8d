"""A listing by due process: each step in its time and by its person, the defence heard, one record, and the way off."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, accepted, body, document, noon, registered_organ
from tests.proceedings.listings import (
    CLERK,
    DECIDED,
    FORM,
    HEAD,
    LIST,
    NOTICED,
    PROPOSED,
    REVIEWER,
    SECOND,
    decided,
    entered,
    listing,
    mine,
    noticed,
    prepared,
    proposed,
    proved,
    served,
    told,
    working_days_after,
)
from tests.proceedings.repairs import events, officer, row
from xinshu.law.terms import ListingStep, SubjectKind
from xinshu.parties.notices.models import Notice
from xinshu.proceedings.cases.actions import NoSuchCase
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.cases.turns import NotNow, Side, unreachable
from xinshu.proceedings.lists import actions, deciding, revoking
from xinshu.proceedings.lists.states import LISTING, AnotherPerson, NotListable, NotTheirListing
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.models import Entry
from xinshu.register.records.models import JournalLine, Record, RecordVersion
from xinshu.register.records.queries import shown_page
from xinshu.register.subjects.models import SubjectDetail

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def house(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    factories.adopted_catalogue()
    registered_organ()


def shown(day: date = DECIDED, code: str = SUBJECT) -> list[Any]:
    return list(shown_page(subject=body(code), on_date=day)[0])


def the_record() -> Record:
    return Record.objects.get(kind="SERIOUS_DISHONESTY")


def refused(act: Callable[[], object], error: type[Exception] = NotListable) -> Any:
    before = (Case.objects.count(), Record.objects.count(), JournalLine.objects.count())
    with pytest.raises(error) as told_why:
        act()
    assert (Case.objects.count(), Record.objects.count(), JournalLine.objects.count()) == before
    return told_why.value


# --- the course -----------------------------------------------------------------------------------


def test_every_state_is_reached() -> None:
    assert unreachable(LISTING) == frozenset()


def test_from_the_proposal_to_the_public_record() -> None:
    case = entered()
    assert events(case) == [
        "propose", "notice", "serve_notice", "approve", "decide", "serve_decision", "enter",
    ]  # fmt: skip
    found = the_record()
    assert (found.listed_in, found.organ_code, found.document_number) == (LIST, MARKET.code, "示市监列〔2026〕1号")
    assert (found.notified_on, found.defence_until) == (NOTICED, date(2026, 6, 9))
    assert (found.approved_on, found.decided_on, found.served_on, found.effective_from) == (DECIDED,) * 4
    assert (found.public_from, found.public_until) == (DECIDED, date(2029, 6, 16))
    content = orjson.loads(RecordVersion.objects.get().content)
    assert content["LIST"] == "MARKET_REGULATION"
    assert content["LISTED_UNTIL"] == "2029-06-15"
    assert "《市场监督管理严重违法失信名单管理办法》" in content["ENTRY_BASIS"]
    assert "期限届满" in content["REMOVAL_TERMS"]
    (form,) = shown()
    assert form["document_number"] == "示市监列〔2026〕1号"
    assert row(case).record_ref == found.record_ref
    assert Entry.objects.count() >= 1, "the public log tells it"


def test_nothing_is_shown_before_it_is_entered() -> None:
    served()
    assert shown() == []
    assert Record.objects.count() == 0


def test_entering_again_changes_nothing() -> None:
    case = entered()
    before = list(JournalLine.objects.values_list("filing_id", "place"))
    deciding.enter_listing(case=case, actor=CLERK, moment=noon(DECIDED))
    assert list(JournalLine.objects.values_list("filing_id", "place")) == before
    assert events(case).count("enter") == 1


def test_a_second_proposal_is_the_same_case() -> None:
    assert proposed() == proposed(PROPOSED + DAY)


def test_what_is_not_known_stays_the_units_own_paper_until_the_notice() -> None:
    case = proposed()
    error = refused(lambda: actions.defend(case=case, words="不同意", moment=noon(PROPOSED), **mine()), NoSuchCase)
    assert "没有这个办件" in str(error)


def test_the_body_is_told_at_each_turn_that_concerns_it() -> None:
    case = told()
    actions.defend(case=case, words="已整改。", moment=noon(NOTICED), **mine())
    deciding.answer(case=case, words="已核实，整改不影响认定。", actor=CLERK, moment=noon(NOTICED))
    prepared(case, DECIDED)
    deciding.decide(case=case, number="示市监列〔2026〕1号", months="", actor=HEAD, moment=noon(DECIDED))
    proved(case, DECIDED, "决定")
    said = {"how": "MAIL", "served_on": DECIDED.isoformat()}
    deciding.serve_decision(case=case, actor=CLERK, moment=noon(DECIDED), **said)
    deciding.enter_listing(case=case, actor=CLERK, moment=noon(DECIDED))
    assert list(Notice.objects.order_by("id").values_list("kind", flat=True)) == [
        "LISTING_NOTICED", "LISTING_HEARING", "LISTING_ANSWERED", "LISTING_DECIDED", "LISTING_ENTERED",
    ]  # fmt: skip


# --- whom -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("11010519491231002X", "公民身份号码"),
        ("919999990000002111", "不是有效的统一社会信用代码"),
        ("9199999900001009XB", "没有登记这一代码的单位"),
        ("", "不是有效的统一社会信用代码"),
    ],
)
def test_a_person_a_wrong_code_and_an_unknown_one_are_refused(code: str, said: str) -> None:
    proposed()
    error = refused(
        lambda: actions.propose(organ=MARKET.code, name=LIST, code=code, form=FORM, actor=CLERK, moment=noon(PROPOSED))
    )
    assert said in error.faults["code"]
    assert "1101051949" not in str(error)


def test_a_deregistered_body_is_refused_by_its_detail() -> None:
    SubjectDetail.objects.create(
        subject_id=body(SUBJECT), attribute="STATUS", value="DEREGISTERED", recorded_at=noon(PROPOSED).instant
    )
    assert "已经注销" in refused(proposed).faults["code"]


def test_a_kind_of_subject_that_the_list_does_not_name_is_refused_with_the_article() -> None:
    code = "11999999TE5T001041"
    body(code, name="示范市示范局", kind=SubjectKind.GOVERNMENT_BODY)
    error = refused(lambda: proposed(code=code))
    assert [one.code for one in error.reasons] == ["LIST_NOT_FOR_SUBJECT"]


@pytest.mark.parametrize("field", ["ground", "facts", "reasons", "not_exempt"])
def test_each_field_of_the_proposal_is_wanted(field: str) -> None:
    assert field in refused(lambda: proposed(**{field: ""})).faults


@pytest.mark.parametrize("months", ["0", "37", "three", "-1"])
def test_a_term_beyond_the_list_s_own_is_refused(months: str) -> None:
    assert "months" in refused(lambda: proposed(months=months)).faults


def test_what_no_record_may_hold_is_refused_at_the_proposal_already() -> None:
    error = refused(lambda: proposed(facts="当事人患有乙肝，隐瞒病情从事食品经营。"))
    assert "facts" in error.faults


def test_a_person_s_number_in_the_facts_is_masked() -> None:
    case = proposed(facts="经查，负责人（身份证号11010519491231002X）明知而为。")
    assert "11010519491231002X" not in orjson.dumps(row(case).form).decode()


def test_a_list_of_another_department_and_an_unknown_one_are_refused() -> None:
    assert "list" in refused(lambda: proposed(name="WAGE_ARREARS_LIST")).faults
    assert "list" in refused(lambda: proposed(name="COURT_DEFAULTERS")).faults
    assert "list" in refused(lambda: proposed(name="NO_SUCH_LIST")).faults


# --- who ------------------------------------------------------------------------------------------


def test_nobody_from_elsewhere_does_anything() -> None:
    case = told()
    stranger = officer("外单位", Role.REVIEWER, organ=registered_organ(factories.OrganRow(
        "11999999TE5T003026", "另一示范局", "990100", "MARKET_REGULATION")).code)  # fmt: skip
    for act in (
        lambda: actions.notice(case=case, number="1号", actor=stranger, moment=noon(NOTICED)),
        lambda: deciding.answer(case=case, words="好", actor=stranger, moment=noon(NOTICED)),
        lambda: deciding.decide(case=case, number="1号", months="", actor=stranger, moment=noon(DECIDED)),
        lambda: deciding.enter_listing(case=case, actor=stranger, moment=noon(DECIDED)),
        lambda: actions.drop(case=case, words="不列", actor=stranger, moment=noon(DECIDED)),
    ):
        refused(act, NotTheirListing)


def test_who_proposes_does_not_review_and_who_reviews_does_not_sign() -> None:
    case = proposed()
    for role in (Role.REVIEWER, Role.HEAD):
        factories.appoint(
            username=CLERK, role=role, organ=MARKET.code, from_day=PROPOSED, actor="test", moment=noon(PROPOSED)
        )
        factories.appoint(
            username=SECOND, role=Role.HEAD, organ=MARKET.code, from_day=PROPOSED, actor="test", moment=noon(PROPOSED)
        ) if role is Role.HEAD else None
    refused(lambda: actions.notice(case=case, number="1号", actor=CLERK, moment=noon(NOTICED)), AnotherPerson)
    actions.notice(case=case, number="1号", actor=REVIEWER, moment=noon(NOTICED))
    proved(case, NOTICED, "告知")
    said = {"how": "DIRECT", "served_on": NOTICED.isoformat()}
    actions.serve_notice(case=case, actor=CLERK, moment=noon(NOTICED), **said)
    refused(lambda: deciding.review(case=case, words="好", actor=CLERK, moment=noon(DECIDED)), AnotherPerson)
    prepared(case, DECIDED)
    for actor in (CLERK, SECOND):
        refused(
            lambda actor=actor: deciding.decide(  # type: ignore[misc]
                case=case, number="1号", months="", actor=actor, moment=noon(DECIDED)
            ),
            AnotherPerson,
        )
    refused(
        lambda: deciding.decide(case=case, number="1号", months="", actor=REVIEWER, moment=noon(DECIDED)),
        NotTheirListing,
    )
    deciding.decide(case=case, number="1号", months="", actor=HEAD, moment=noon(DECIDED))


# --- when -----------------------------------------------------------------------------------------


def test_nothing_is_approved_or_decided_on_the_last_day_of_the_defence() -> None:
    case, last = told(), date(2026, 6, 9)
    assert row(case).due_on == last
    error = refused(lambda: deciding.approve(case=case, words="同意", actor=SECOND, moment=noon(last)))
    assert {one.step for one in error.missing} >= {ListingStep.DEFENCE}
    prepared(case, last + DAY)
    deciding.decide(case=case, number="1号", months="", actor=HEAD, moment=noon(last + DAY))


def test_a_list_that_demands_approval_is_not_decided_without() -> None:
    case = told()
    error = refused(lambda: deciding.decide(case=case, number="1号", months="", actor=HEAD, moment=noon(DECIDED)))
    assert [one.step for one in error.missing] == [ListingStep.APPROVAL]


def test_a_service_needs_its_proof_its_way_and_its_day() -> None:
    case = noticed()
    error = refused(lambda: actions.serve_notice(case=case, how="", served_on="", actor=CLERK, moment=noon(NOTICED)))
    assert set(error.faults) == {"how", "served_on", "document"}
    proved(case, NOTICED, "告知")
    for day in (NOTICED + DAY, NOTICED - DAY):
        late = refused(
            lambda day=day: actions.serve_notice(  # type: ignore[misc]
                case=case, how="DIRECT", served_on=day.isoformat(), actor=CLERK, moment=noon(NOTICED)
            )
        )
        assert "served_on" in late.faults


def test_the_proof_of_the_notice_does_not_prove_the_decision() -> None:
    case = decided()
    said = {"how": "DIRECT", "served_on": DECIDED.isoformat()}
    error = refused(lambda: deciding.serve_decision(case=case, actor=CLERK, moment=noon(DECIDED), **said))
    assert set(error.faults) == {"document"}


def test_a_defence_into_a_year_that_is_not_announced_is_not_guessed() -> None:
    case = told(date(2026, 12, 29))
    assert row(case).due_on is None
    error = refused(lambda: deciding.approve(case=case, words="同意", actor=SECOND, moment=noon(date(2027, 3, 1))))
    assert [one.reason.code for one in error.missing] == ["STEP_NOT_COMPUTABLE"]


def test_steps_out_of_turn_are_refused() -> None:
    case = proposed()
    for act in (
        lambda: deciding.decide(case=case, number="1号", months="", actor=HEAD, moment=noon(DECIDED)),
        lambda: deciding.enter_listing(case=case, actor=CLERK, moment=noon(DECIDED)),
        lambda: actions.serve_notice(
            case=case, how="DIRECT", served_on=DECIDED.isoformat(), actor=CLERK, moment=noon(DECIDED)
        ),
    ):
        refused(act, NotNow)


# --- the defence ----------------------------------------------------------------------------------


def test_a_defence_is_answered_before_anything_goes_on_and_begins_review_anew() -> None:
    case, day = told(), date(2026, 6, 10)
    prepared(case, day)
    actions.defend(case=case, words="已足额赔偿消费者。", moment=noon(day), **mine())
    assert row(case).state == "DEFENCE", "whatever was approved did not know of it"
    error = refused(lambda: deciding.approve(case=case, words="同意", actor=SECOND, moment=noon(day)))
    assert "还没有答复" in str(error)
    refused(lambda: deciding.decide(case=case, number="1号", months="", actor=HEAD, moment=noon(day)))
    deciding.answer(case=case, words="采纳，期限减为12个月。", actor=CLERK, moment=noon(day))
    prepared(case, day)
    deciding.decide(case=case, number="1号", months="12", actor=HEAD, moment=noon(day))
    assert listing(case).happened("decide").said["months"] == 12  # type: ignore[union-attr]


def test_a_clerk_writes_down_what_the_body_says_at_the_counter() -> None:
    case = told()
    said = {"words": "当场陈述：无异议。", "subjects": None, "side": Side.COUNTER, "actor": CLERK}
    actions.defend(case=case, moment=noon(NOTICED), **said)
    assert listing(case).unanswered


def test_a_defence_never_worsens_the_outcome() -> None:
    case = told(months="12")
    actions.defend(case=case, words="不服。", moment=noon(NOTICED), **mine())
    deciding.answer(case=case, words="不采纳。", actor=CLERK, moment=noon(NOTICED))
    prepared(case, DECIDED)
    error = refused(lambda: deciding.decide(case=case, number="1号", months="13", actor=HEAD, moment=noon(DECIDED)))
    assert [one.code for one in error.reasons] == ["GRAVER_THAN_NOTIFIED"]
    deciding.decide(case=case, number="1号", months="", actor=HEAD, moment=noon(DECIDED))
    assert listing(case).happened("decide").said["months"] == 12  # type: ignore[union-attr]


def test_the_decision_says_no_fact_that_was_not_noticed() -> None:
    """Whatever is changed after the notice is in no decision, until it is noticed anew and its time has run again."""
    case = told()
    changed = {**FORM, "ground": "DRUGS", "facts": "另查明经营假药。"}
    actions.revise(case=case, form=changed, actor=CLERK, moment=noon(NOTICED))
    prepared(case, DECIDED)
    deciding.decide(case=case, number="1号", months="", actor=HEAD, moment=noon(DECIDED))
    said = listing(case).happened("decide").said  # type: ignore[union-attr]
    assert (said["ground"], said["facts"]) == ("FOOD", FORM["facts"])


def test_a_new_notice_begins_the_time_anew() -> None:
    case = told()
    prepared(case, DECIDED)
    changed = {**FORM, "ground": "DRUGS", "facts": "另查明经营假药。"}
    actions.revise(case=case, form=changed, actor=CLERK, moment=noon(DECIDED))
    actions.notice(case=case, number="示市监列告〔2026〕2号", actor=REVIEWER, moment=noon(DECIDED))
    assert listing(case).done == {}
    refused(lambda: deciding.decide(case=case, number="1号", months="", actor=HEAD, moment=noon(DECIDED)), NotNow)
    proved(case, DECIDED, "再告知")
    said = {"how": "DIRECT", "served_on": DECIDED.isoformat()}
    actions.serve_notice(case=case, actor=CLERK, moment=noon(DECIDED), **said)
    last = working_days_after(DECIDED, 5)
    refused(lambda: deciding.approve(case=case, words="同意", actor=SECOND, moment=noon(last)))
    prepared(case, last + DAY)


def test_dropped_it_is_over_and_nothing_is_listed() -> None:
    case = told()
    actions.drop(case=case, words="申辩成立，不予列入。", actor=CLERK, moment=noon(NOTICED))
    assert row(case).state == "DROPPED"
    assert Record.objects.count() == 0
    assert Notice.objects.latest("id").kind == "LISTING_DROPPED"


# --- leaving --------------------------------------------------------------------------------------


def left(case: Any, way: str, day: date) -> None:
    said = {"number": "示市监移〔2026〕1号", "way": way, "words": "符合移出条件。"}
    revoking.propose_removal(case=case, actor=CLERK, moment=noon(day), **said)
    revoking.confirm_removal(case=case, actor=HEAD, moment=noon(day))


def test_it_ends_by_itself_the_day_after_its_term() -> None:
    entered(months="12")
    assert len(shown(date(2027, 6, 15))) == 1
    assert shown(date(2027, 6, 16)) == []


def test_it_is_left_by_repair_from_the_first_day_and_not_before() -> None:
    case = entered()
    error = refused(lambda: left(case, "REPAIRED", date(2027, 6, 15)))
    assert [one.code for one in error.reasons] == ["EXIT_TOO_EARLY"]
    assert "2027-06-16" in str(error)
    left(case, "REPAIRED", date(2027, 6, 16))
    assert shown(date(2027, 6, 16)) == []
    assert the_record().ended == "REPAIRED"
    assert row(case).state == "REMOVED"


@pytest.mark.parametrize("way", ["BASIS_REVOKED", "WRONGLY_LISTED"])
def test_what_should_never_have_been_is_taken_back_at_once(way: str) -> None:
    case = entered()
    left(case, way, DECIDED)
    assert shown() == []
    assert the_record().ended == "WITHDRAWN"
    line = JournalLine.objects.latest("filing_id")
    assert way in line.reasons


def test_the_head_signs_what_another_proposed() -> None:
    case = entered()
    factories.appoint(
        username=HEAD, role=Role.CLERK, organ=MARKET.code, from_day=DECIDED, actor="test", moment=noon(DECIDED)
    )
    said = {"number": "1号", "way": "WRONGLY_LISTED", "words": "列入有误。"}
    revoking.propose_removal(case=case, actor=HEAD, moment=noon(DECIDED), **said)
    refused(lambda: revoking.confirm_removal(case=case, actor=HEAD, moment=noon(DECIDED)), AnotherPerson)
    revoking.send_back_removal(case=case, words="请另行提出。", actor=HEAD, moment=noon(DECIDED))
    assert row(case).state == "LISTED"
    assert len(shown()) == 1


@pytest.mark.parametrize("way", ["TERM_OVER", "", "PARDON"])
def test_no_other_way_is_taken(way: str) -> None:
    case = entered()
    said = {"number": "1号", "way": way, "words": "移出。"}
    error = refused(lambda: revoking.propose_removal(case=case, actor=CLERK, moment=noon(DECIDED), **said))
    assert "way" in error.faults


def test_a_way_that_the_list_does_not_have_is_refused() -> None:
    case = entered()
    error = refused(lambda: left(case, "PERFORMED", DECIDED))
    assert [one.code for one in error.reasons] == ["EXIT_NOT_RULED"]


def test_the_body_may_ask_to_be_taken_off() -> None:
    case = entered()
    actions.ask_removal(case=case, words="已全部整改。", moment=noon(DECIDED), **mine())
    refused(lambda: actions.ask_removal(case=case, words=" ", moment=noon(DECIDED), **mine()))
    stranger = mine() | {"subjects": [body(OTHER_SUBJECT)]}
    refused(lambda: actions.ask_removal(case=case, words="移出", moment=noon(DECIDED), **stranger), NoSuchCase)


# --- beyond the list ------------------------------------------------------------------------------

NOTE = "涉及多地消费者，名单公示不足以提示风险，仅公布名称和事由。"


def test_exposure_is_a_decision_of_its_own_with_its_own_note() -> None:
    case = entered()
    said = {"number": "示市监曝〔2026〕1号", "where": "本局网站，至2026-07-15", "words": NOTE}
    error = refused(
        lambda: deciding.propose_exposure(case=case, actor=CLERK, moment=noon(DECIDED), **{**said, "words": "必要"})
    )
    assert "words" in error.faults
    deciding.propose_exposure(case=case, actor=CLERK, moment=noon(DECIDED), **said)
    refused(lambda: deciding.confirm_exposure(case=case, words="", actor=HEAD, moment=noon(DECIDED)))
    before = shown()
    deciding.confirm_exposure(case=case, words=NOTE, actor=HEAD, moment=noon(DECIDED))
    assert shown() == before, "nothing is shown by it that the list does not show"
    assert row(case).state == "LISTED"
    refused(lambda: deciding.confirm_exposure(case=case, words=NOTE, actor=HEAD, moment=noon(DECIDED)), NotNow)


def test_what_is_not_shown_is_not_exposed() -> None:
    case = entered()
    left(case, "WRONGLY_LISTED", DECIDED)
    said = {"number": "1号", "where": "网站", "words": NOTE}
    refused(lambda: deciding.propose_exposure(case=case, actor=CLERK, moment=noon(DECIDED), **said))


# --- no other way ---------------------------------------------------------------------------------


def test_no_number_of_records_lists_anybody() -> None:
    """A hundred grave penalties make no case and no entry (G5)."""
    accepted(
        *(document(document_number=f"示市监罚〔2026〕{at:04}号", decided_on=date(2026, 5, 6)) for at in range(100)),
        on_day=date(2026, 5, 8),
    )
    assert not Case.objects.exists()
    assert not Record.objects.exclude(kind="ADMIN_PENALTY").exists()


def test_a_decision_number_that_is_held_already_is_not_entered_twice() -> None:
    case = entered()
    other = proposed(DECIDED, code=OTHER_SUBJECT)
    assert other != case
    assert uuid4() != case
    assert catalogue_on(DECIDED).catalogue.lists[LIST].signed_by == "HEAD_OF_ORGAN"


def test_what_fails_at_the_entry_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks after the record is written takes it back, and the step is simply taken again."""
    case = served()

    def broken(**_said: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "tell", lambda *_said: broken())
        with pytest.raises(OSError, match="disk"):
            deciding.enter_listing(case=case, actor=CLERK, moment=noon(DECIDED))
    assert Record.objects.count() == 0
    assert row(case).state == "SERVED"
    deciding.enter_listing(case=case, actor=CLERK, moment=noon(DECIDED))
    assert len(shown()) == 1
