"""The doors of repair: an officer at the desk, a clerk at the counter, the command line; after a grant nothing is told."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.test import Client

from tests import factories
from tests.factories import MARKET, SUBJECT, accepted, body, document, noon, registered_organ
from tests.journeys.conftest import on
from tests.proceedings.repairs import drafted, events, handed_in, lodged, officer, record, row
from xinshu.doors.cli.repair import repair
from xinshu.proceedings.repair import deciding
from xinshu.proceedings.repair.queries import open_case_of
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db
DECIDED, OPENS = date(2026, 4, 30), date(2026, 7, 31)
NUMBER = "示市监罚〔2026〕0001号"


@pytest.fixture(autouse=True)
def today(db: None) -> Iterator[None]:
    factories.adopted_catalogue()
    registered_organ()
    accepted(document(decided_on=DECIDED), on_day=date(2026, 5, 6))
    with on(OPENS):
        yield


def signed_in(name: str, *roles: Role, organ: str | None = MARKET.code) -> Client:
    client = Client()
    assert client.login(username=officer(name, *roles, organ=organ), password=factories.PASSWORD)
    return client


def text(answer: Any) -> str:
    assert answer.status_code in {200, 422}, answer.status_code
    return str(answer.content.decode())


def test_the_list_tells_both_days_and_the_case_goes_on_to_its_grant() -> None:
    made, client = lodged(OPENS), signed_in("复核一", Role.REVIEWER)
    told = text(client.get("/desk/repairs/"))
    assert "2026-08-05" in told
    assert "2026-08-14" in told
    address = f"/desk/repairs/{made}/"
    assert "免费" in told
    assert 'value="accept"' in text(client.get(address))
    assert client.post(address, {"step": "accept"}).status_code == 302
    shown = f"/subjects/{SUBJECT}/records/{record().record_ref}/"
    assert Client().get(shown).status_code == 200
    assert client.post(address, {"step": "grant"}).status_code == 302
    assert events(made)[-1] == "grant"
    gone = [Client().get(page) for page in (shown, f"/api/v1{shown.rstrip('/')}")]
    assert {answer.status_code for answer in gone} == {404}
    assert NUMBER not in text(Client().get(f"/subjects/{SUBJECT}/"))
    assert TrailLine.objects.filter(act="LOOK_REPAIR").exists()


def test_a_refusal_without_article_is_refused_with_the_reason_and_nothing_is_decided() -> None:
    made, client = lodged(OPENS), signed_in("复核一", Role.REVIEWER)
    address = f"/desk/repairs/{made}/"
    client.post(address, {"step": "accept"})
    answer = client.post(address, {"step": "refuse", "words": "未缴清"})
    assert answer.status_code == 422
    assert "条文" in text(answer)
    assert row(made).state == "ACCEPTED"
    client.post(address, {"step": "refuse", "words": "未缴清", "article": "NDRC-36:13"})
    told = text(client.get(address))
    assert "行政复议法第20条" in told
    assert "行政诉讼法第46条" in told
    assert "《失信信息信用修复管理办法》" in told or "第13条" in told


def test_an_overdue_case_is_marked() -> None:
    made, client = lodged(OPENS), signed_in("审计", Role.AUDITOR, organ=None)
    assert "已逾期" not in text(client.get("/desk/repairs/"))
    with on(date(2026, 8, 6)):
        assert client.login(username="审计", password=factories.PASSWORD)
        assert "已逾期" in text(client.get("/desk/repairs/"))
        assert client.post(f"/desk/repairs/{made}/", {"step": "accept"}).status_code == 403


def test_another_units_case_a_draft_and_none_are_the_same_404() -> None:
    made = lodged(OPENS)
    other = registered_organ(type(MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")).code
    client = signed_in("外单位", Role.REVIEWER, organ=other)
    answers = [client.get(f"/desk/repairs/{case}/") for case in (made, uuid4())]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_what_is_not_lodged_is_no_business_of_a_reviewer() -> None:
    made = drafted(OPENS)
    assert signed_in("复核一", Role.REVIEWER).get(f"/desk/repairs/{made}/").status_code == 404


def test_a_clerk_helps_at_the_counter_from_the_record_to_the_lodged_form() -> None:
    client, reference = signed_in("经办一", Role.CLERK), record().record_ref
    asked = {"code": SUBJECT, "number": NUMBER}
    assert str(reference) in text(client.get("/desk/repairs/counter/", asked))
    answer = client.post("/desk/repairs/counter/", {**asked, "record": str(reference)})
    case = open_case_of(reference)
    assert case is not None
    assert answer.headers["Location"] == f"/desk/repairs/{case.id}/"
    form = {"duties_done": "yes", "words": "已缴清", "commitment": "yes", "signed_by": "示例甲"}
    page = text(client.get(f"/desk/repairs/{case.id}/"))
    assert "信用承诺" in page
    assert "免费" in page
    assert client.post(f"/desk/repairs/{case.id}/", {**form, "step": "lodge"}).status_code == 302
    assert row(case.id).state == "LODGED"
    assert "窗口代填" in text(client.get(f"/desk/repairs/{case.id}/"))


def test_an_auditor_does_not_help() -> None:
    assert signed_in("审计", Role.AUDITOR, organ=None).get("/desk/repairs/counter/").status_code == 403


def test_a_ban_that_is_the_penalty_is_said_to_run_on() -> None:
    accepted(
        document(decided_on=DECIDED, penalties=["CONFISCATION_OF_GAINS", "OCCUPATION_BAN"], document_number="示2号"),
        on_day=date(2026, 5, 7),
    )
    day = date(2027, 4, 30)
    made = lodged(day)
    first, second = officer("复核一", Role.REVIEWER), officer("复核二", Role.REVIEWER)
    deciding.accept(case=made, actor=first, moment=noon(day))
    deciding.propose(case=made, refusal=None, actor=first, moment=noon(day))
    deciding.confirm(case=made, actor=second, moment=noon(day))
    client = Client()
    with on(day):
        assert client.login(username=first, password=factories.PASSWORD)
        assert "继续有效" in text(client.get(f"/desk/repairs/{made}/"))


@pytest.mark.django_db(transaction=True)
def test_the_command_line_files_what_is_due_and_lists_what_is_late() -> None:
    made = handed_in(date(2026, 6, 1))
    first = CliRunner().invoke(repair, ["file-due"])
    again = CliRunner().invoke(repair, ["file-due"])
    assert ("filed: 1" in first.output, "filed: 0" in again.output) == (True, True)
    assert str(made) not in CliRunner().invoke(repair, ["overdue"]).output
    with on(date(2026, 8, 6)):
        assert str(made) in CliRunner().invoke(repair, ["overdue"]).output
    assert body(SUBJECT)
