"""The shield of a plan: what it covers, who decides, what is told, and how it ends; nothing is shown that may not be."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, accepted, body, document, noon, registered_organ
from tests.law.test_cases import catalogue_with
from tests.proceedings import repairs
from tests.proceedings.repairs import OWNER, events, officer, row
from tests.proceedings.shields import (
    FIRST,
    ORDERED,
    SECOND,
    asked_completion,
    attached,
    completed,
    drafted,
    failed,
    failing,
    granted,
    lodged,
    mine,
    officers,
    shown,
)
from xinshu.kit.errors import XinshuError
from xinshu.law.case_terms import CaseTerm
from xinshu.law.verdict import ReasonCode
from xinshu.parties.notices.models import Notice
from xinshu.proceedings.cases.actions import NoSuchCase
from xinshu.proceedings.cases.turns import NotNow, Side, unreachable
from xinshu.proceedings.objections.bodies import answer_whose, not_us
from xinshu.proceedings.repair.actions import begin as begin_repair
from xinshu.proceedings.repair.deciding import Refusal, SecondPerson
from xinshu.proceedings.repair.models import RepairBan
from xinshu.proceedings.shield import actions, deciding, revoking
from xinshu.proceedings.shield.models import Shielded
from xinshu.proceedings.shield.queries import coverage, shield_case, shields_over_records_of
from xinshu.proceedings.shield.states import SHIELD, Fate, NotShieldable, NotTheirShield
from xinshu.register.access.roles import Role
from xinshu.register.publog.leaf import Event
from xinshu.register.publog.models import Entry
from xinshu.register.records import display
from xinshu.register.records.models import Filing, JournalLine, Record
from xinshu.register.records.own import why_ended

pytestmark = pytest.mark.django_db
DAY, NEXT, LATER = date(2026, 7, 1), date(2026, 7, 2), date(2026, 9, 1)
REASONS = Refusal(words="裁定书无法核实", articles=(("SC-2025-22", ""),))


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    """Two penalties from before the order; a third that came after it; and a licence."""
    factories.adopted_catalogue()
    registered_organ()
    accepted(
        document(document_number="甲", decided_on=date(2026, 4, 30)),
        document(document_number="乙", decided_on=ORDERED),
        document(document_number="丙", decided_on=date(2026, 6, 16)),
        on_day=date(2026, 6, 20),
    )
    accepted(document("ADMIN_LICENCE", document_number="证"), on_day=date(2026, 10, 8))


def record(number: str) -> Record:
    return Record.objects.get(document_number=number)


def fates(case: UUID) -> dict[str, str]:
    found = {one.record_ref: one.document_number for one in Record.objects.all()}
    return {found[one.record_ref]: one.fate for one in Shielded.objects.filter(case_id=case)}


def kinds_told() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("kind", flat=True))


def entries() -> list[str]:
    return [Event(event).name for event in Entry.objects.order_by("lot_id", "place").values_list("event", flat=True)]


# --- the table ------------------------------------------------------------------------------------


def test_every_state_can_be_reached_and_every_deadline_is_in_the_catalogue() -> None:
    assert unreachable(SHIELD) == frozenset()
    named = {turn.deadline for turn in SHIELD.turns if turn.deadline}
    assert named == {"SHIELD_RESULT", "SHIELD_COMPLETION", "SHIELD_REPLY"}
    assert named <= set(CaseTerm) & set(factories.adopted_catalogue().catalogue.deadlines)


def test_nobody_but_the_officers_decides_and_the_longest_fit_their_columns() -> None:
    assert {turn.who for turn in SHIELD.turns if "confirm" in turn.event} == {frozenset({Side.OPERATOR})}
    assert max(len(turn.event) for turn in SHIELD.turns) <= 32
    assert max(map(len, SHIELD.states)) <= 24


# --- granted --------------------------------------------------------------------------------------


def test_what_was_determined_up_to_the_order_is_withheld_in_one_transaction() -> None:
    assert shown(DAY) == {"甲", "乙", "丙"}
    before = len(entries())
    case = granted(DAY)
    assert shown(DAY) == {"丙"}
    assert fates(case) == {"甲": "WITHHELD", "乙": "WITHHELD"}
    assert entries()[before:] == ["ENDED", "ENDED"]
    assert not Filing.objects.filter(first_number=None).exists()
    assert events(case) == ["begin", "lodge", "propose", "confirm_grant"]
    assert kinds_told() == ["SHIELD_LODGED", "SHIELD_GRANTED"]
    why = why_ended([(body(SUBJECT), record("甲").record_ref)], on_date=DAY)
    assert set(why.values()) == {"HIDDEN"}, "a subscriber is not told of a bankruptcy"


def test_its_unit_finds_it_among_the_shields_over_its_records() -> None:
    case = granted(DAY)
    assert [one.row.id for one in shields_over_records_of({MARKET.code})] == [case]
    assert shields_over_records_of({"11999999TE5T003026"}) == ()


def test_until_it_is_confirmed_everything_is_shown() -> None:
    case = lodged(DAY)
    deciding.propose(case=case, refusal=None, actor=officers()[0], moment=noon(DAY))
    assert shown(DAY) == {"甲", "乙", "丙"}
    assert row(case).due_on == date(2026, 7, 6), "three working days from the application"


@pytest.mark.parametrize("certainty", ["LOW", "ILLUSTRATIVE"])
def test_a_rule_that_is_not_sure_shields_nothing_and_says_so(certainty: str) -> None:
    change = f'{{"national/repair/order-36.yaml": {{"ORDER_36.court_plans.APPROVED.certainty": "{certainty}"}}}}'
    seen = coverage([body(SUBJECT)], ORDERED, catalogue_with(change), on_date=DAY)
    assert {(one.shielded, one.reason.code) for one in seen} == {(False, ReasonCode.PLAN_UNSURE)}


def test_each_record_has_its_reason_and_a_licence_is_not_among_them() -> None:
    seen = coverage([body(SUBJECT)], ORDERED, factories.adopted_catalogue().catalogue, on_date=DAY)
    assert {one.record.document_number: one.reason.code for one in seen} == {
        "甲": ReasonCode.PLAN_SHIELDS,
        "乙": ReasonCode.PLAN_SHIELDS,
        "丙": ReasonCode.AFTER_THE_ORDER,
    }
    assert {one.reason.basis for one in seen} == {"SC-2025-22"}


# --- who may --------------------------------------------------------------------------------------


def refused(fault: type[XinshuError], act: Callable[..., Any], **said: Any) -> XinshuError:
    with pytest.raises(fault) as found:
        act(moment=noon(said.pop("day", DAY)), **said)
    return found.value


def test_one_officer_proposes_and_another_one_confirms() -> None:
    case, (first, _) = lodged(DAY), officers()
    deciding.propose(case=case, refusal=None, actor=first, moment=noon(DAY))
    refused(SecondPerson, deciding.confirm, case=case, actor=first)
    refused(SecondPerson, deciding.send_back, case=case, actor=first, words="再看")
    assert (row(case).state, shown(DAY)) == ("PROPOSED", {"甲", "乙", "丙"})


def test_a_unit_does_not_decide_and_an_auditor_does_not_either() -> None:
    case = lodged(DAY)
    for name, role, organ in (("复核", Role.REVIEWER, MARKET.code), ("审计", Role.AUDITOR, None)):
        officer(name, role, organ=organ)
        for act in (deciding.propose, deciding.confirm, deciding.send_back, revoking.confirm_failure):
            more = {"refusal": None} if act is deciding.propose else {}
            more |= {"words": "不"} if act is deciding.send_back else {}
            refused(NotTheirShield, act, case=case, actor=name, **more)


def test_whoever_filled_the_form_at_the_counter_decides_nothing_in_it() -> None:
    first, second = officers()
    counter: dict[str, Any] = {"side": Side.COUNTER, "actor": first}
    case = actions.begin(subjects=[body(SUBJECT)], moment=noon(DAY), **counter)
    from_form = {"court": "示范市中级人民法院", "number": "1号", "ordered_on": "2026-06-15"}
    form = from_form | {"plan": "SETTLEMENT", "asked_by": "BODY"}
    actions.save(case=case, subjects=None, form=form, moment=noon(DAY), **counter)
    attached(case, DAY, side=Side.COUNTER)
    actions.lodge(case=case, subjects=None, moment=noon(DAY), **counter)
    refused(SecondPerson, deciding.propose, case=case, refusal=None, actor=first)
    deciding.propose(case=case, refusal=None, actor=second, moment=noon(DAY))
    refused(SecondPerson, deciding.confirm, case=case, actor=first)
    third = officer("运行三", Role.OPERATOR, organ=None)
    assert deciding.confirm(case=case, actor=third, moment=noon(DAY)).state == "GRANTED"


def test_a_clerk_acts_in_no_case_that_another_one_helped_with() -> None:
    case = drafted(DAY)
    clerk = officer("经办", Role.CLERK)
    refused(NotTheirShield, actions.withdraw, case=case, subjects=None, side=Side.COUNTER, actor=clerk)
    reviewer = officer("复核", Role.REVIEWER)
    refused(NotTheirShield, actions.begin, subjects=[body(SUBJECT)], side=Side.COUNTER, actor=reviewer)


def test_another_bodys_case_is_the_same_as_none() -> None:
    case = lodged(DAY)
    others = {"subjects": [body(OTHER_SUBJECT)], "side": Side.SUBJECT, "actor": "外单位"}
    said = {str(refused(NoSuchCase, actions.withdraw, case=one, **others)) for one in (case, uuid4())}
    assert len(said) == 1
    assert row(case).state == "LODGED"


# --- what is filled in ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("number", "", "案号"),
        ("court", "示范市仲裁委员会", "法院"),
        ("ordered_on", "", "日期"),
        ("ordered_on", "2026-07-02", "晚于今日"),
        ("ordered_on", "2026-02-30", "没有这一天"),
        ("ordered_on", "2007-05-31", "早于"),
        ("plan", "其他", "重整计划"),
        ("asked_by", "", "由谁申请"),
        ("ordered_on", "2026-04-29", "逐条申请修复"),
    ],
)
def test_a_wrong_field_is_told_by_its_name_with_the_way_out_and_what_was_entered_is_kept(
    field: str, value: str, says: str
) -> None:
    case = drafted(DAY, **{field: value})
    found = refused(NotShieldable, actions.lodge, case=case, **mine())
    assert isinstance(found, NotShieldable)
    assert says in found.faults[field]
    assert (row(case).state, row(case).form[field], row(case).form["words"]) == ("DRAFT", value, "重整计划已获批准。")


def test_without_the_order_itself_nothing_is_lodged() -> None:
    case = actions.begin(moment=noon(DAY), **mine())
    found = refused(NotShieldable, actions.lodge, case=case, **mine())
    assert isinstance(found, NotShieldable)
    assert set(found.faults) == {"court", "number", "ordered_on", "plan", "asked_by", "document"}


def test_where_nothing_adverse_is_shown_nothing_is_asked_for() -> None:
    found = refused(NotShieldable, actions.begin, subjects=[], side=Side.SUBJECT, actor=OWNER)
    assert "没有关于这家单位的信息" in str(found)
    for number in "甲乙丙":
        factories.taken_back(body(SUBJECT), record(number).record_ref)
    assert "没有正在或者将要公示的失信信息" in str(refused(NotShieldable, actions.lodge, case=drafted(DAY), **mine()))


def test_a_form_sent_twice_is_one_case_and_a_body_has_one_shield_at_a_time() -> None:
    case = lodged(DAY)
    assert actions.lodge(case=case, moment=noon(DAY), **mine()).id == case
    assert actions.begin(moment=noon(DAY), **mine()) == case
    assert events(case) == ["begin", "lodge"]


def test_what_is_missing_is_said_once_and_the_clock_stands_still_meanwhile() -> None:
    case, (first, _) = lodged(DAY), officers()
    deciding.give_back(case=case, missing="裁定书缺页", actor=first, moment=noon(NEXT))
    assert (row(case).state, row(case).due_on) == ("RETURNED", None)
    attached(case, date(2026, 7, 9), content=b"%PDF-1.7\n2 0 obj\n<< >>\nendobj\n%%EOF\n")
    actions.lodge(case=case, moment=noon(date(2026, 7, 9)), **mine())
    assert row(case).due_on == date(2026, 7, 13), "the five working days with the applicant are left out"
    assert "一次性" in str(refused(NotShieldable, deciding.give_back, case=case, missing="还缺", actor=first))


def test_it_may_be_withdrawn_before_it_is_decided_and_not_after() -> None:
    case, (first, _) = lodged(DAY), officers()
    deciding.propose(case=case, refusal=None, actor=first, moment=noon(DAY))
    assert actions.withdraw(case=case, moment=noon(DAY), **mine()).state == "WITHDRAWN"
    refused(NotNow, deciding.confirm, case=case, actor=SECOND)
    assert shown(DAY) == {"甲", "乙", "丙"}
    refused(NotNow, actions.withdraw, case=granted(DAY), **mine())


def test_a_refusal_names_articles_and_rights() -> None:
    case, (first, second) = lodged(DAY), officers()
    bare = Refusal(words="无法核实", articles=())
    assert "条文" in str(refused(NotShieldable, deciding.propose, case=case, refusal=bare, actor=first))
    deciding.propose(case=case, refusal=REASONS, actor=first, moment=noon(DAY))
    assert deciding.confirm(case=case, actor=second, moment=noon(DAY)).state == "REFUSED"
    found = shield_case(case)
    assert found is not None
    assert found.history[-1].said == {
        "words": "裁定书无法核实",
        "articles": [["SC-2025-22", ""]],
        "rights": ["RECONSIDERATION", "LAWSUIT"],
        "law": [],
    }
    assert shown(DAY) == {"甲", "乙", "丙"}
    assert kinds_told()[-1] == "SHIELD_REFUSED"


# --- while the plan is performed ------------------------------------------------------------------


def test_what_is_filed_late_belongs_under_it_and_what_is_determined_later_does_not() -> None:
    case = granted(DAY)
    accepted(
        document(document_number="补报", decided_on=date(2026, 5, 1)),
        document(document_number="新", decided_on=date(2026, 6, 30)),
        on_day=NEXT,
    )
    assert shown(NEXT) == {"丙", "补报", "新"}
    assert (deciding.follow(moment=noon(NEXT)), deciding.follow(moment=noon(NEXT))) == (1, 0)
    assert shown(NEXT) == {"丙", "新"}
    assert fates(case)["补报"] == "WITHHELD"


def test_a_correction_does_not_show_it_again() -> None:
    granted(DAY)
    corrected = document(document_number="甲", decided_on=date(2026, 4, 30), fields={"CF_SY": "另一事实"})
    accepted(corrected, on_day=NEXT)
    assert shown(NEXT) == {"丙"}


def test_a_repair_goes_on_under_the_shield_and_ends_it_for_good() -> None:
    case = granted(DAY)
    display.end_publication(
        subject=body(SUBJECT),
        record_ref=record("甲").record_ref,
        organ=MARKET.code,
        words="",
        actor="复核",
        moment=noon(LATER),
    )
    failed(case, LATER)
    assert shown(LATER) == {"乙", "丙"}
    assert fates(case) == {"甲": "ENDED_MEANWHILE", "乙": "SHOWN_AGAIN"}


def test_what_a_revoked_repair_would_show_again_is_withheld_in_the_same_transaction() -> None:
    which = {"subject": body(SUBJECT), "record_ref": record("甲").record_ref, "organ": MARKET.code, "words": ""}
    display.end_publication(**which, actor="复核", moment=noon(DAY))
    case = granted(DAY)
    catalogue = factories.adopted_catalogue().catalogue
    display.reinstate(**which, actor="复核", catalogue=catalogue, moment=noon(LATER))
    assert deciding.follow_body(subject=body(SUBJECT), moment=noon(LATER)) == 1
    assert shown(LATER) == {"丙"}
    assert fates(case) == {"甲": "WITHHELD", "乙": "WITHHELD"}


# --- performed ------------------------------------------------------------------------------------


def test_performed_it_is_repaired_for_good_and_nothing_brings_it_back() -> None:
    case = granted(DAY)
    open_repair = begin_repair(record_ref=record("甲").record_ref, moment=noon(DAY), **mine())
    before = len(entries())
    completed(case, LATER)
    assert (row(case).state, shown(LATER)) == ("COMPLETED", {"丙"})
    assert fates(case) == {"甲": "REPAIRED", "乙": "REPAIRED"}
    assert {record(number).ended for number in "甲乙"} == {"REPAIRED"}
    assert entries()[before:] == [], "their endings stood in the log already"
    assert row(open_repair).state == "LAPSED"
    assert kinds_told()[-1] == "SHIELD_COMPLETED"
    again = document(document_number="甲", decided_on=date(2026, 4, 30), fields={"CF_SY": "另一事实"})
    accepted(again, on_day=LATER, citation="示市监更〔2026〕1号")
    assert shown(LATER) == {"丙"}
    assert deciding.follow(moment=noon(LATER)) == 0


def test_an_appeal_to_the_minimum_is_not_needed_and_a_ban_keeps_a_record_back() -> None:
    case = granted(DAY)
    ban = {"case_id": uuid4(), "subject_id": body(SUBJECT), "found_on": DAY, "until": date(2029, 7, 1)}
    RepairBan.objects.create(**ban)
    completed(case, NEXT)
    assert fates(case) == {"甲": "KEPT_BACK", "乙": "KEPT_BACK"}
    assert shown(NEXT) == {"丙"}, "performed or not, nothing is shown again for it"
    found = shield_case(case)
    assert found is not None
    assert found.history[-1].said["kept_back"] == [["BANNED", "NDRC-36", None]]
    assert kinds_told()[-1] == "SHIELD_PARTLY_COMPLETED"
    assert repairs.row(case).closed_on == NEXT


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("performed_on", "", "日期"),
        ("performed_on", "2026-06-14", "早于"),
        ("performed_on", "2026-09-02", "晚于"),
        ("commitment", "", "承诺"),
        ("signed_by", " ", "姓名"),
    ],
)
def test_what_says_that_it_was_performed_is_looked_at(field: str, value: str, says: str) -> None:
    case = granted(DAY)
    attached(case, LATER, content=b"%PDF-1.7\n3 0 obj\n<< >>\nendobj\n%%EOF\n")
    form = {"performed_on": "2026-08-31", "performance": "", "commitment": "yes", "signed_by": "示例甲"} | {
        field: value
    }
    found = refused(NotShieldable, actions.ask_completion, case=case, form=form, day=LATER, **mine())
    assert isinstance(found, NotShieldable)
    assert says in found.faults[field]
    assert row(case).state == "GRANTED"


def test_without_a_proof_of_performance_it_is_not_asked_for() -> None:
    case = granted(DAY)
    form = {"performed_on": "2026-08-31", "commitment": "yes", "signed_by": "示例甲"}
    found = refused(NotShieldable, actions.ask_completion, case=case, form=form, day=LATER, **mine())
    assert isinstance(found, NotShieldable)
    assert set(found.faults) == {"document"}


def test_not_due_yet_the_shield_stands_with_reasons() -> None:
    case = granted(DAY)
    asked_completion(case, LATER)
    assert row(case).due_on == date(2026, 9, 15), "ten working days"
    deciding.propose(case=case, refusal=REASONS, actor=FIRST, moment=noon(LATER))
    deciding.confirm(case=case, actor=SECOND, moment=noon(LATER))
    assert (row(case).state, shown(LATER)) == ("GRANTED", {"丙"})
    assert kinds_told()[-1] == "SHIELD_GOES_ON"
    asked_completion(case, LATER)
    assert actions.take_back_completion(case=case, moment=noon(LATER), **mine()).state == "GRANTED"


# --- failed ---------------------------------------------------------------------------------------


def test_failed_only_what_is_left_of_each_term_is_shown_after_notice_and_hearing() -> None:
    case = granted(DAY)
    until = record("甲").public_until
    failing(case, LATER)
    assert (row(case).due_on, shown(LATER)) == (date(2026, 9, 8), {"丙"}), "noticed, and nothing is shown yet"
    assert kinds_told()[-1] == "SHIELD_FAILURE_PLANNED"
    refused(SecondPerson, revoking.confirm_failure, case=case, actor=FIRST, day=date(2026, 9, 9))
    early = refused(NotShieldable, revoking.confirm_failure, case=case, actor=SECOND, day=date(2026, 9, 8))
    assert "期限未满" in str(early)
    before = len(entries())
    revoking.confirm_failure(case=case, actor=SECOND, moment=noon(date(2026, 9, 9)))
    assert shown(date(2026, 9, 9)) == {"甲", "乙", "丙"}
    assert record("甲").public_until == until, "nothing is added to it"
    assert entries()[before:] == ["SHOWN", "SHOWN"]
    assert fates(case) == {"甲": "SHOWN_AGAIN", "乙": "SHOWN_AGAIN"}
    found = shield_case(case)
    assert found is not None
    assert found.history[-1].said["rights"] == ["RECONSIDERATION", "LAWSUIT"]
    assert deciding.follow(moment=noon(date(2026, 9, 9))) == 0


def test_heard_it_is_not_ended_after_all() -> None:
    case = granted(DAY)
    failing(case, LATER)
    actions.reply(case=case, words="裁定已被撤销。", moment=noon(LATER), **mine())
    revoking.drop_failure(case=case, words="裁定已被撤销。", actor=SECOND, moment=noon(LATER))
    assert (row(case).state, shown(LATER)) == ("GRANTED", {"丙"})


def test_a_ruling_without_number_day_or_document_is_not_noticed() -> None:
    case = granted(DAY)
    said = {"number": " ", "ruled_on": "2026-06-14", "words": "裁定终止"}
    found = refused(NotShieldable, revoking.notice_failure, case=case, actor=FIRST, day=LATER, **said)
    assert isinstance(found, NotShieldable)
    assert set(found.faults) == {"number", "ruled_on", "document"}
    assert row(case).state == "GRANTED"


def test_what_is_not_the_bodys_stays_away_when_the_plan_fails() -> None:
    case = granted(DAY)
    reference = record("甲").record_ref
    asked = not_us(
        subject=body(SUBJECT), record_ref=reference, words="不是我们", side=Side.SUBJECT, actor=OWNER, moment=noon(DAY)
    )
    failed(case, LATER)
    assert shown(LATER) == {"乙", "丙"}, "another cause hides it still"
    reviewer = officer("复核", Role.REVIEWER)
    answer_whose(case=asked, same=True, words="属于该单位", actor=reviewer, moment=noon(LATER))
    assert shown(LATER) == {"甲", "乙", "丙"}


def test_a_term_that_ran_out_meanwhile_is_over() -> None:
    case, after = granted(DAY), date(2027, 5, 3)
    failing(case, LATER)
    actions.reply(case=case, words="无异议。", moment=noon(LATER), **mine())
    revoking.confirm_failure(case=case, actor=SECOND, moment=noon(after))
    assert shown(after) == {"乙", "丙", "证"}
    assert fates(case) == {"甲": "ENDED_MEANWHILE", "乙": "SHOWN_AGAIN"}
    assert record("甲").hidden_for is None


def test_every_act_is_a_line_of_the_journal_with_its_cause() -> None:
    failed(granted(DAY), LATER)
    lines = JournalLine.objects.filter(record_ref=record("甲").record_ref).order_by("filing_id")
    told = list(lines.values_list("change", "actor", "reasons"))
    assert told[1:] == [
        ("HIDDEN", SECOND, '[["SHIELDED",null,null]]'),
        ("UNHIDDEN", SECOND, '[["SHIELDED",null,null]]'),
    ]


# --- erasing --------------------------------------------------------------------------------------


def test_that_a_record_was_under_a_shield_is_erased_with_it() -> None:
    case = granted(DAY)
    actions.forget([str(record("甲").record_ref)])
    assert fates(case) == {"乙": Fate.WITHHELD}
