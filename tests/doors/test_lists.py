"""The doors of listings: a proposal with every fault at its field, each step and its form, papers, the own space."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, body, registered_organ
from tests.journeys.conftest import on
from tests.papers import text_of
from tests.proceedings.listings import (
    CLERK,
    DECIDED,
    FORM,
    HEAD,
    LIST,
    NOTICED,
    PDF,
    REVIEWER,
    SECOND,
    decided,
    entered,
    listing,
    prepared,
    proposed,
    served,
    staff,
    told,
)
from tests.proceedings.repairs import events, officer, row
from tests.spaces import signed_in_organisation
from xinshu.doors.desk.listing_paper import paper_said
from xinshu.doors.portal.wording import Wording
from xinshu.law.list_rules import StepRule
from xinshu.law.terms import ListingStep
from xinshu.proceedings.cases.models import Case
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db
NEW = "/desk/lists/new/"


@pytest.fixture(autouse=True)
def today(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path / "data"
    factories.adopted_catalogue()
    registered_organ()
    body(SUBJECT)
    with on(DECIDED):
        yield


def at_desk(name: str) -> Client:
    staff()
    client = Client()
    assert client.login(username=name, password=factories.PASSWORD)
    return client


@pytest.fixture
def company() -> Client:
    client = Client()
    signed_in_organisation(client)
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return str(answer.content.decode())


def proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("送达回证.pdf", PDF.replace(b"<< >>", f"<< /{uuid4().hex} >>".encode()))


# --- the desk -------------------------------------------------------------------------------------


def test_a_proposal_begins_with_the_lists_of_ones_department() -> None:
    clerk = at_desk(CLERK)
    page = text(clerk.get(NEW))
    assert "市场监督管理严重违法失信名单" in page
    assert "失信被执行人名单" not in page
    form = text(clerk.get(NEW, {"organ": MARKET.code, "list": LIST}))
    assert "不得列入" in form or "未成年人" in form


def test_each_fault_stands_at_its_field_and_nothing_is_lost() -> None:
    clerk = at_desk(CLERK)
    wrong = {**FORM, "ground": "", "reasons": "", "not_exempt": "", "code": "919999990000002111"}
    told_page = text(clerk.post(NEW, {"organ": MARKET.code, "list": LIST, **wrong}), 422)
    assert "不是有效的统一社会信用代码" in told_page
    assert FORM["facts"] in told_page
    person = text(clerk.post(NEW, {"organ": MARKET.code, "list": LIST, **wrong, "code": "11010519491231002X"}), 422)
    assert "11010519491231002X" not in person
    wrong |= {"code": SUBJECT}
    told_page = text(clerk.post(NEW, {"organ": MARKET.code, "list": LIST, **wrong}), 422)
    for said in ('id="f-ground"', 'id="f-reasons"', 'id="f-exempt"', FORM["facts"]):
        assert said in told_page, said
    assert not Case.objects.exists()


def test_a_listing_goes_through_its_forms() -> None:
    clerk, reviewer, second, head = map(at_desk, (CLERK, REVIEWER, SECOND, HEAD))
    with on(NOTICED):
        place = clerk.post(NEW, {"organ": MARKET.code, "list": LIST, "code": SUBJECT, **FORM}).headers["Location"]
        assert 'value="notice"' not in text(clerk.get(place)), "a clerk issues no notice"
        assert 'value="notice"' in text(reviewer.get(place))
        assert reviewer.post(place, {"step": "notice", "number": "示市监列告〔2026〕1号"}).status_code == 302
        said = {"step": "serve_notice", "how": "DIRECT", "served_on": NOTICED.isoformat()}
        assert "送达证明" in text(clerk.post(place, said), 422)
        assert clerk.post(place, said | {"document": proof()}).status_code == 302
        early = text(second.post(place, {"step": "approve", "words": "上级同意"}), 422)
        assert "陈述、申辩的期限尚未届满" in early
        assert "2026-06-10" in early
    assert second.post(place, {"step": "approve", "words": "上级同意，示市监批〔2026〕1号"}).status_code == 302
    assert head.post(place, {"step": "decide", "number": "示市监列〔2026〕1号", "months": ""}).status_code == 302
    said = {"step": "serve_decision", "how": "MAIL", "served_on": DECIDED.isoformat(), "document": proof()}
    assert clerk.post(place, said).status_code == 302
    assert "已具备" in text(clerk.get(place))
    assert clerk.post(place, {"step": "enter"}).status_code == 302
    assert Record.objects.get().listed_in == LIST
    assert "已列入名单" in text(clerk.get("/desk/lists/"))


def test_whoever_may_not_is_refused_and_nothing_changes() -> None:
    case = told()
    clerk, reviewer = at_desk(CLERK), at_desk(REVIEWER)
    prepared(case, DECIDED)
    before = events(case)
    assert clerk.post(f"/desk/lists/{case}/", {"step": "decide", "number": "1号"}).status_code == 403
    assert reviewer.post(f"/desk/lists/{case}/", {"step": "decide", "number": "1号"}).status_code == 403
    assert events(case) == before


def test_another_units_listing_is_the_same_404_as_none() -> None:
    case, other = (
        proposed(),
        registered_organ(factories.OrganRow("11999999TE5T003026", "另一示范局", "990100", "MARKET_REGULATION")),
    )
    client = Client()
    assert client.login(username=officer("外单位", Role.REVIEWER, organ=other.code), password=factories.PASSWORD)
    for place in (f"/desk/lists/{case}/", f"/desk/lists/{uuid4()}/"):
        assert client.get(place).status_code == 404
        assert client.post(place, {"step": "notice", "number": "1号"}).status_code == 404


def test_a_proposal_is_changed_in_its_form_and_each_fault_stands_at_its_field() -> None:
    case, clerk = proposed(), at_desk(CLERK)
    place = f"/desk/lists/{case}/revise/"
    page = text(clerk.get(place))
    assert FORM["facts"] in page
    assert "告知书按修改后的内容制作" in page
    wrong = {**FORM, "facts": "", "months": "37", "not_exempt": "", "reasons": "新的理由。"}
    refused = text(clerk.post(place, wrong), 422)
    for said in ('id="f-facts"', 'id="f-months"', 'id="f-exempt"', "新的理由。"):
        assert said in refused, said
    assert row(case).form["reasons"] == FORM["reasons"]
    changed = {**FORM, "reasons": "新的理由。", "months": "12"}
    assert clerk.post(place, changed).headers["Location"] == f"/desk/lists/{case}/"
    assert "新的理由。" in text(clerk.get(f"/desk/lists/{case}/"))
    assert (row(case).form["months"], events(case)) == (12, ["propose", "revise"])


def test_after_the_notice_the_page_says_that_a_change_needs_a_new_one(company: Client) -> None:
    case, clerk, second = told(), at_desk(CLERK), at_desk(SECOND)
    place = f"/desk/lists/{case}/"
    for said in ("重新告知", "期限从再次送达起重新计算", "只能按原来告知的内容"):
        assert said in text(clerk.get(f"{place}revise/")), said
    assert clerk.post(f"{place}revise/", {**FORM, "facts": "另查明经营假药。"}).status_code == 302
    page = text(clerk.get(place))
    assert "已修改，尚未重新告知" in page
    assert page.index(FORM["facts"]) < page.index("另查明经营假药。"), "what was told comes first"
    own = text(company.get(f"/own/lists/{case}/"))
    assert "另查明经营假药。" not in own
    assert FORM["facts"] in own
    assert second.post(place, {"step": "notice", "number": "示市监列告〔2026〕2号"}).status_code == 302
    assert "尚未重新告知" not in text(clerk.get(place))
    assert "另查明经营假药。" in text(company.get(f"/own/lists/{case}/"))


def test_a_proposal_is_changed_by_its_unit_alone_and_not_once_it_is_decided() -> None:
    case, head = told(), at_desk(HEAD)
    place = f"/desk/lists/{case}/revise/"
    auditor = Client()
    assert auditor.login(username=officer("审计", Role.AUDITOR, organ=None), password=factories.PASSWORD)
    for one in (head, auditor):
        assert one.get(place).status_code == 403
        assert one.post(place, FORM).status_code == 403
        assert "修改提出的内容" not in text(one.get(f"/desk/lists/{case}/"))
    prepared(case, DECIDED)
    assert head.post(f"/desk/lists/{case}/", {"step": "decide", "number": "1号"}).status_code == 302
    before = row(case)
    assert "不允许这一步" in text(at_desk(CLERK).post(place, {**FORM, "facts": "改"}), 422)
    assert row(case) == before
    assert at_desk(CLERK).get(place).headers["Location"] == f"/desk/lists/{case}/"
    assert at_desk(CLERK).get(f"/desk/lists/{uuid4()}/revise/").status_code == 404


def test_a_fault_stands_at_the_form_that_was_sent_and_at_no_other() -> None:
    case, clerk = told(), at_desk(CLERK)
    page = text(clerk.post(f"/desk/lists/{case}/", {"step": "drop", "words": ""}), 422)
    assert 'id="f-w-drop"' in page
    assert page.count('aria-invalid="true"') == 1


def test_an_auditor_reads_and_changes_nothing() -> None:
    case = decided()
    client = Client()
    assert client.login(username=officer("审计", Role.AUDITOR, organ=None), password=factories.PASSWORD)
    page = text(client.get(f"/desk/lists/{case}/"))
    assert 'name="step"' not in page
    assert client.post(f"/desk/lists/{case}/", {"step": "drop", "words": "不"}).status_code == 403


def test_the_forms_of_leaving_and_of_publicity_beyond_the_list() -> None:
    case = entered()
    clerk, head = at_desk(CLERK), at_desk(HEAD)
    place = f"/desk/lists/{case}/"
    note = "涉及多地消费者，名单公示不足以提示风险，仅公布名称和事由。"
    assert "曝光" in text(clerk.get(place))
    asked = {
        "step": "propose_exposure",
        "number": "示市监曝〔2026〕1号",
        "where": "本局网站，至2026-07-15",
        "words": "必要",
    }
    assert "必要性和适度性" in text(clerk.post(place, asked), 422)
    assert clerk.post(place, asked | {"words": note}).status_code == 302
    assert note in text(head.get(place))
    assert head.post(place, {"step": "confirm_exposure", "words": note}).status_code == 302
    early = {"step": "propose_removal", "number": "1号", "way": "REPAIRED", "words": "已整改"}
    assert "2027-06-16" in text(clerk.post(place, early), 422)
    assert clerk.post(place, early | {"way": "WRONGLY_LISTED"}).status_code == 302
    assert head.post(place, {"step": "confirm_removal"}).status_code == 302
    assert "已移出名单" in text(clerk.get(place))


def test_a_look_is_told_to_the_body(company: Client) -> None:
    case = told()
    at_desk(REVIEWER).get(f"/desk/lists/{case}/")
    assert TrailLine.objects.filter(act="LOOK_LISTING", matter=str(case)).exists()
    assert "列入名单" in text(company.get("/own/access/"))


# --- the papers -----------------------------------------------------------------------------------


def paper_at(client: Client, place: str) -> str:
    answer = client.get(place)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert b"%PDF-" in answer.content[:8]
    return text_of(answer.content)


def places(case: UUID, *wanted: str) -> list[int]:
    return [line.place for line in listing(case).history if line.event in wanted]


def test_the_notice_says_all_that_the_law_wants_told(company: Client) -> None:
    case = told()
    (place,) = places(case, "notice")
    said = paper_at(company, f"/own/lists/{case}/papers/{place}.pdf")
    for part in (
        "示市监列告〔2026〕1号",
        SUBJECT,
        FORM["facts"],
        FORM["reasons"],
        "食品安全领域",
        "36个月",
        "列入后适用的措施",
        "怎样移出",
        "5个工作日",
        "不会因此加重处理",
        "验证码",
        "不收取任何费用",
    ):
        assert "".join(part.split()) in "".join(said.split()), part


def test_the_decision_tells_the_defence_its_answer_and_the_remedies() -> None:
    case = served()
    (place,) = places(case, "decide")
    said = "".join(paper_at(at_desk(CLERK), f"/desk/lists/{case}/papers/{place}.pdf").split())
    for part in ("示市监列〔2026〕1号", "期限内未提出陈述、申辩", "行政复议", "机关负责人签署"):
        assert part in said, part


def test_a_decision_says_from_when_it_has_effect_where_its_list_demands_a_wait() -> None:
    case, words = listing(served()), Wording(catalogue_on(DECIDED).catalogue)
    rule, line = case.rule, case.happened("decide")
    assert rule is not None
    assert line is not None
    assert "本决定送达后生效" in paper_said(case, line, words, site="https://x")["intro"][0]
    wait = StepRule(
        step=ListingStep.WAIT, working_days=10, basis=rule.basis, looked_at=DECIDED, certainty=rule.certainty
    )
    waiting = replace(case, rule=replace(rule, steps=(*rule.steps, wait)))
    assert "满10个工作日的次日生效" in paper_said(waiting, line, words, site="https://x")["intro"][0]


def test_a_removal_names_its_article_and_its_signer() -> None:
    case, clerk, head = entered(), at_desk(CLERK), at_desk(HEAD)
    place = f"/desk/lists/{case}/"
    said = {"step": "propose_removal", "number": "移1号", "way": "BASIS_REVOKED", "words": "处罚已被撤销。"}
    assert clerk.post(place, said).status_code == 302
    assert head.post(place, {"step": "confirm_removal"}).status_code == 302
    (at,) = places(case, "confirm_removal")
    paper = "".join(paper_at(clerk, f"/desk/lists/{case}/papers/{at}.pdf").split())
    for part in ("列入依据被撤销（《国务院办公厅关于", "处罚已被撤销。", "机关负责人签署", "2026年6月15日", "机关印章"):
        assert part in paper, part


def test_a_paper_is_checked_by_its_code_and_tells_a_stranger_nothing_else() -> None:
    case = entered()
    page = text(at_desk(CLERK).get(f"/desk/lists/{case}/"))
    code = page.split('<span class="code">')[-1].split("<")[0]
    stranger = Client()
    seen = text(stranger.get(f"/papers/{case}/{code}/"))
    assert "示市监列〔2026〕1号" in seen
    assert SUBJECT not in seen
    assert factories.SUBJECT_NAME not in seen
    for place in (f"/papers/{case}/0000-0000/", f"/papers/{uuid4()}/{code}/", f"/papers/{case}/验证/"):
        assert stranger.get(place).status_code == 404


def test_no_paper_stands_where_there_is_none(company: Client) -> None:
    case = told()
    assert company.get(f"/own/lists/{case}/papers/0.pdf").status_code == 404
    assert company.get(f"/own/lists/{case}/papers/99.pdf").status_code == 404


# --- the own space --------------------------------------------------------------------------------


def test_the_body_sees_nothing_before_the_notice_and_is_heard_after_it(company: Client) -> None:
    case = proposed()
    assert company.get(f"/own/lists/{case}/").status_code == 404
    assert "没有行政机关告知" in text(company.get("/own/lists/"))


def test_the_last_day_is_told_and_a_defence_is_taken(company: Client) -> None:
    case = told()
    page = text(company.get(f"/own/lists/{case}/"))
    for said in ("2026-06-09", FORM["facts"], "陈述、申辩", "怎样移出", "列入后适用的措施"):
        assert said in page, said
    assert "请写下您的陈述" in text(company.post(f"/own/lists/{case}/", {"step": "defend", "defence": " "}), 422)
    assert company.post(f"/own/lists/{case}/", {"step": "defend", "defence": "已赔偿。"}).status_code == 302
    assert "已赔偿。" in text(at_desk(CLERK).get(f"/desk/lists/{case}/"))
    assert row(case).state == "DEFENCE"
    assert str(case) in text(company.get("/own/calendar/")) or date(2026, 6, 9) < DECIDED


def test_once_listed_it_may_ask_to_be_taken_off(company: Client) -> None:
    case = entered()
    assert "请写明" in text(company.post(f"/own/lists/{case}/", {"step": "ask_removal", "removal": ""}), 422)
    assert company.post(f"/own/lists/{case}/", {"step": "ask_removal", "removal": "已整改。"}).status_code == 302
    assert "已整改。" in text(at_desk(CLERK).get(f"/desk/lists/{case}/"))


def test_another_organisations_listing_is_the_same_404_as_none() -> None:
    case = told()
    stranger = Client()
    signed_in_organisation(stranger, OTHER_SUBJECT)
    for place in (f"/own/lists/{case}/", f"/own/lists/{uuid4()}/"):
        assert stranger.get(place).status_code == 404
        assert stranger.post(place, {"step": "defend", "defence": "我"}).status_code == 404
