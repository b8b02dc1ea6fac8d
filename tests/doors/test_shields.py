"""The doors of a shield: the form with every fault and what was entered kept, the desk, the counter, units, strangers."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, accepted, document, registered_organ
from tests.journeys.conftest import on
from tests.proceedings.repairs import events, officer, row
from tests.proceedings.shields import FIRST, ORDER, ORDERED, PDF, SECOND, granted, lodged, officers, shown
from tests.spaces import signed_in_organisation
from xinshu.proceedings.cases.documents import documents_of
from xinshu.proceedings.cases.models import Case
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)


@pytest.fixture(autouse=True)
def today(db: None) -> Iterator[None]:
    factories.adopted_catalogue()
    registered_organ()
    accepted(
        document(document_number="甲", decided_on=date(2026, 4, 30)),
        document(document_number="丙", decided_on=date(2026, 6, 16)),
        on_day=date(2026, 6, 20),
    )
    with on(DAY):
        yield


@pytest.fixture
def company() -> Client:
    client = Client()
    signed_in_organisation(client)
    return client


def staff(name: str, *roles: Role, organ: str | None = MARKET.code) -> Client:
    client = Client()
    assert client.login(username=officer(name, *roles, organ=organ), password=factories.PASSWORD)
    return client


def officer_client(name: str) -> Client:
    officers()
    client = Client()
    assert client.login(username=name, password=factories.PASSWORD)
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return str(answer.content.decode())


def pdf(content: bytes = PDF, name: str = "裁定书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def case_at(page: str) -> UUID:
    return UUID(page.rstrip("/").rpartition("/")[2])


# --- the own space --------------------------------------------------------------------------------


def test_it_is_said_what_it_is_that_it_is_free_and_that_there_is_none_yet(company: Client) -> None:
    told = text(company.get("/own/shields/"))
    for said in ("还没有申请过", "免费", "最终修复", "恢复到原定之日"):
        assert said in told, said
    page = company.post("/own/shields/").headers["Location"]
    assert "一次申请，覆盖" in text(company.get(page))
    assert str(case_at(page)) in text(company.get("/own/shields/"))


def test_each_fault_stands_at_its_field_and_nothing_that_was_entered_is_lost(company: Client) -> None:
    page = company.post("/own/shields/").headers["Location"]
    wrong = ORDER | {"number": "", "ordered_on": "2026-07-02", "court": "某某公司", "asked_by": ""}
    told = text(company.post(page, wrong | {"step": "lodge"}), 422)
    for said in (
        'id="f-number"',
        'id="f-ordered_on"',
        'id="f-court"',
        'id="f-asked-by"',
        'id="f-document"',
        "晚于今日",
        'value="某某公司"',
        'value="2026-07-02"',
        'value="REORGANISATION" checked',
        "重整计划已获批准。",
        'aria-invalid="true"',
    ):
        assert said in told, said
    assert 'id="f-plan"' not in told
    assert "重整计划已获批准。" in text(company.get(page)), "it is kept as a draft"
    assert events(case_at(page)) == ["begin"]


def test_a_document_of_a_wrong_type_is_refused_at_its_field_with_the_rest_kept(company: Client) -> None:
    page = company.post("/own/shields/").headers["Location"]
    archive = pdf(b"PK\x03\x04not a document", "裁定书.pdf")
    told = text(company.post(page, ORDER | {"step": "lodge", "document": archive}), 422)
    assert "只接受 PDF、PNG 或 JPEG" in told
    assert 'id="f-document"' in told
    assert 'value="示范市中级人民法院"' in told
    assert documents_of(case_at(page)) == ()
    assert company.post(page, ORDER | {"step": "lodge", "document": pdf()}).status_code == 302
    assert events(case_at(page)) == ["begin", "lodge"]


def test_an_order_older_than_the_records_is_told_with_the_reason_of_each(company: Client) -> None:
    page = company.post("/own/shields/").headers["Location"]
    old = ORDER | {"ordered_on": "2026-04-29", "step": "lodge", "document": pdf()}
    told = text(company.post(page, old), 422)
    assert "逐条申请修复" in told
    assert "在法院裁定之后作出" in told
    assert 'value="2026-04-29"' in told


def test_the_draft_shows_what_the_order_would_shield_and_why(company: Client) -> None:
    page = company.post("/own/shields/").headers["Location"]
    company.post(page, ORDER | {"step": "save"})
    told = text(company.get(page))
    assert "裁定会屏蔽哪些信息" in told
    assert "执行期间临时屏蔽本信息" in told
    assert "不屏蔽" in told


def test_lodged_it_tells_the_last_day_and_may_be_withdrawn(company: Client) -> None:
    case = lodged(DAY)
    told = text(company.get(f"/own/shields/{case}/"))
    assert "2026-07-06" in told
    assert 'value="lodge"' not in told
    assert company.post(f"/own/shields/{case}/", {"step": "withdraw"}).status_code == 302
    assert row(case).state == "WITHDRAWN"


def test_another_organisations_case_is_the_same_404_as_none() -> None:
    case = lodged(DAY)
    stranger = Client()
    signed_in_organisation(stranger, OTHER_SUBJECT)
    (one,) = documents_of(case)
    paths = ("", f"documents/{one.id}/")
    answers = [stranger.get(f"/own/shields/{which}/{path}") for which in (case, uuid4()) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert stranger.post(f"/own/shields/{case}/", {"step": "withdraw"}).status_code == 404
    assert row(case).state == "LODGED"


def test_a_draft_document_may_be_taken_back_and_is_given_out_as_nothing_that_acts(company: Client) -> None:
    page = company.post("/own/shields/").headers["Location"]
    company.post(page, ORDER | {"step": "save", "document": pdf()})
    (one,) = documents_of(case_at(page))
    given = company.get(f"{page}documents/{one.id}/")
    assert (given.content, "sandbox" in given.headers["Content-Security-Policy"]) == (PDF, True)
    assert company.post(f"{page}documents/{one.id}/remove/").status_code == 302
    assert documents_of(case_at(page)) == ()


def test_performance_is_asked_for_with_its_faults_at_their_fields(company: Client) -> None:
    case = granted(DAY)
    page = f"/own/shields/{case}/"
    assert "计划执行完毕" in text(company.get(page))
    said = {"step": "ask_completion", "performed_on": "2026-07-02", "performance": "已清偿", "signed_by": "示例乙"}
    told = text(company.post(page, said), 422)
    for expected in ('id="f-performed_on"', 'id="f-commitment"', 'id="f-document"', "已清偿", 'value="示例乙"'):
        assert expected in told, expected
    good = said | {"performed_on": "2026-07-01", "commitment": "yes", "document": pdf(PDF + b"\n")}
    assert company.post(page, good).status_code == 302
    assert row(case).state == "COMPLETION_LODGED"
    told = text(company.get(page))
    assert "2026-07-15" in told, "ten working days"


# --- the desk -------------------------------------------------------------------------------------


def test_an_officer_checks_the_order_and_another_one_confirms() -> None:
    case, first, second = lodged(DAY), officer_client(FIRST), officer_client(SECOND)
    place = f"/desk/shields/{case}/"
    assert str(case) in text(first.get("/desk/shields/"))
    told = text(first.get(place))
    assert "示范市中级人民法院" in told
    assert "裁定会屏蔽哪些信息" in told
    (one,) = documents_of(case)
    assert first.get(f"{place}documents/{one.id}/").content == PDF
    assert TrailLine.objects.filter(act="DOCUMENT_OPEN", actor=FIRST).exists()
    assert first.post(place, {"step": "propose_grant"}).status_code == 302
    assert "另一位" in text(first.post(place, {"step": "confirm"}), 422)
    shown_at = Client().get(f"/subjects/{SUBJECT}/").content.decode()
    assert "甲" in shown_at
    assert second.post(place, {"step": "confirm"}).status_code == 302
    assert shown(DAY) == {"丙"}
    told = text(second.get(place))
    assert "屏蔽中" in told
    assert "法院裁定终止计划的执行" in told


def test_a_refusal_without_article_is_refused_with_the_words_kept() -> None:
    case, first = lodged(DAY), officer_client(FIRST)
    place = f"/desk/shields/{case}/"
    told = text(first.post(place, {"step": "propose_refusal", "words": "裁定书与公告不符"}), 422)
    assert "条文" in told
    assert "裁定书与公告不符" in told
    said = {"step": "propose_refusal", "words": "裁定书与公告不符", "article": "SC-2025-22:"}
    assert first.post(place, said).status_code == 302
    assert officer_client(SECOND).post(place, {"step": "confirm"}).status_code == 302
    told = text(first.get(place))
    assert "信用修复制度的实施方案" in told
    assert "行政复议法第20条" in told


def test_a_ruling_is_noticed_with_its_document_and_its_faults_at_their_fields() -> None:
    case, first = granted(DAY), officer_client(FIRST)
    place = f"/desk/shields/{case}/"
    said = {"step": "notice_failure", "number": "", "ruled_on": "2026-07-02", "words": "裁定终止执行"}
    told = text(first.post(place, said), 422)
    for expected in ('id="f-number"', 'id="f-ruled_on"', 'id="f-document"', "裁定终止执行"):
        assert expected in told, expected
    good = said | {"number": "（2026）示01破1号之三", "ruled_on": "2026-07-01", "document": pdf(PDF + b"\n\n")}
    assert first.post(place, good).status_code == 302
    assert row(case).state == "FAILURE_NOTICED"
    assert "期限未满" in text(officer_client(SECOND).post(place, {"step": "confirm_failure"}), 422)


def test_a_unit_sees_its_own_records_under_it_and_no_word_of_the_form_nor_a_document() -> None:
    case = granted(DAY)
    client = staff("复核", Role.REVIEWER)
    place = f"/desk/shields/{case}/"
    assert str(case) in text(client.get("/desk/shields/"))
    told = text(client.get(place))
    assert "甲" in told
    assert "重整计划已获批准。" not in told
    assert "示例-经办" not in told
    (one,) = documents_of(case)
    assert client.get(f"{place}documents/{one.id}/").status_code == 404
    assert client.post(place, {"step": "confirm"}).status_code == 403
    assert client.post(place, {"step": "ask_completion"}).status_code == 403
    other = registered_organ(type(MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")).code
    outsider = staff("外单位", Role.REVIEWER, organ=other)
    assert {outsider.get(f"/desk/shields/{which}/").status_code for which in (case, uuid4())} == {404}
    assert "没有被屏蔽过的信息" in text(outsider.get("/desk/shields/"))


def test_an_auditor_reads_and_does_nothing() -> None:
    case = lodged(DAY)
    client = staff("审计", Role.AUDITOR, organ=None)
    assert "等待办理" in text(client.get("/desk/shields/"))
    assert 'value="propose_grant"' not in text(client.get(f"/desk/shields/{case}/"))
    assert client.post(f"/desk/shields/{case}/", {"step": "propose_grant"}).status_code == 403
    assert client.get("/desk/shields/counter/").status_code == 403


def test_a_clerk_helps_at_the_counter_and_the_draft_is_nobody_elses() -> None:
    client = staff("经办", Role.CLERK)
    assert "代码有误" in text(client.get("/desk/shields/counter/", {"code": "123"}))
    assert "没有关于这个代码" in text(client.get("/desk/shields/counter/", {"code": factories.UNKNOWN}))
    assert factories.SUBJECT_NAME in text(client.get("/desk/shields/counter/", {"code": SUBJECT}))
    page = client.post("/desk/shields/counter/", {"code": SUBJECT}).headers["Location"]
    assert "窗口代填" in text(client.get(page))
    assert officer_client(FIRST).get(page).status_code == 404, "a draft is no business of an officer"
    told = text(client.post(page, ORDER | {"number": "", "step": "lodge", "document": pdf()}), 422)
    assert 'id="f-number"' in told
    assert client.post(page, ORDER | {"step": "lodge"}).status_code == 302
    assert "窗口代填" in text(officer_client(SECOND).get(page))
    assert Case.objects.get(id=case_at(page)).state == "LODGED"
    again = staff("经办二", Role.CLERK).post("/desk/shields/counter/", {"code": SUBJECT})
    assert "已有一件" in text(again, 422)


def test_an_overdue_one_is_marked() -> None:
    case = lodged(DAY)
    with on(date(2026, 7, 7)):
        client = staff("审计", Role.AUDITOR, organ=None)
        assert "已逾期" in text(client.get("/desk/shields/"))
        assert "已逾期" in text(client.get(f"/desk/shields/{case}/"))
    assert ORDERED < DAY
