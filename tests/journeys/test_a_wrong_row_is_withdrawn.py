"""A clerk finds that a row was wrong: found by code and number, withdrawn with a reason, gone everywhere, for good."""

from datetime import date

import pytest
from django.test import Client

from tests import factories
from tests.journeys.conftest import on
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role
from xinshu.register.records.models import JournalLine, Record

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "示市监罚〔2026〕0001号"


@pytest.fixture
def clerk() -> Client:
    factories.adopted_catalogue()
    factories.registered_organ()
    factories.accepted(factories.document(), factories.document(document_number="示市监罚〔2026〕0002号"))
    username = factories.appointed(Role.CLERK, organ=factories.MARKET.code, from_day=date(2026, 11, 1))
    client = Client()
    with on(factories.TODAY):
        assert client.post("/desk/sign-in/", {"username": username, "password": factories.PASSWORD}).status_code == 302
    return client


def public() -> set[str]:
    with on(factories.TODAY):
        answer = Client().get(f"/api/v1/subjects/{factories.SUBJECT}").json()
    return {record["document_number"] for body in answer["bodies"] for record in body["records"]}


def test_a_wrong_row_is_gone_at_once_and_stays_gone(clerk: Client) -> None:
    record = Record.objects.get(document_number=NUMBER)
    form = {"code": factories.SUBJECT, "number": NUMBER}
    address = f"/subjects/{factories.SUBJECT}/records/{record.record_ref}/"
    with on(factories.TODAY):
        assert NUMBER in clerk.get("/desk/records/withdraw/", form).content.decode()
        without = clerk.post("/desk/records/withdraw/", form | {"record": str(record.record_ref)})
        assert without.status_code == 422
        assert Client().get(address).status_code == 200
        said = form | {"record": str(record.record_ref), "reason": "ENTERED_WRONGLY", "words": "代码录错"}
        unconfirmed = clerk.post("/desk/records/withdraw/", said)
        assert (unconfirmed.status_code, 'href="#confirmed"' in unconfirmed.content.decode()) == (422, True)
        assert Client().get(address).status_code == 200
        done = clerk.post("/desk/records/withdraw/", said | {"confirmed": "yes"}, follow=True)
        assert (done.status_code, "已撤回" in done.content.decode()) == (200, True)
        assert str(record.record_ref) in done.content.decode()
        assert Client().get(address).status_code == 404
    assert public() == {"示市监罚〔2026〕0002号"}
    assert factories.accepted(factories.document()).unchanged == 1
    assert public() == {"示市监罚〔2026〕0002号"}
    (line,) = JournalLine.objects.filter(change="WITHDRAWN")
    assert (line.words, line.actor) == ("代码录错", "test-clerk")
    assert TrailLine.objects.filter(act="WITHDRAW", actor="test-clerk").count() == 1


def test_it_is_found_by_its_link_and_shown_as_the_public_sees_it(clerk: Client) -> None:
    record = Record.objects.get(document_number=NUMBER)
    link = f"https://credit.example/subjects/{factories.SUBJECT}/records/{record.record_ref}/"
    with on(factories.TODAY):
        page = clerk.get("/desk/records/withdraw/", {"link": link}).content.decode()
        assert str(record.record_ref) in page
        assert "行政处罚" in page
        assert "ADMIN_PENALTY" not in page
        assert "示例违法事实" in page, "what everybody sees of it today"
        for wrong in ("https://credit.example/", link.replace(str(record.record_ref)[:8], "00000000")):
            assert "没有这条可撤回的信息" in clerk.get("/desk/records/withdraw/", {"link": wrong}).content.decode()


def test_another_organs_clerk_finds_nothing_to_withdraw(clerk: Client) -> None:
    other = factories.registered_organ(
        type(factories.MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
    )
    username = factories.appointed(Role.REVIEWER, organ=other.code, from_day=date(2026, 11, 1))
    stranger = Client()
    record = Record.objects.get(document_number=NUMBER)
    form = {"code": factories.SUBJECT, "number": NUMBER, "record": str(record.record_ref), "reason": "ENTERED_WRONGLY"}
    form["confirmed"] = "yes"
    with on(factories.TODAY):
        stranger.post("/desk/sign-in/", {"username": username, "password": factories.PASSWORD})
        assert str(record.record_ref) not in stranger.get("/desk/records/withdraw/", form).content.decode()
        assert stranger.post("/desk/records/withdraw/", form).status_code == 422
    assert NUMBER in public()
