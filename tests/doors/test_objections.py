"""The doors of objections: the organisation speaks and sees the days, the unit answers, and nobody opens another's."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests import factories
from tests.factories import MARKET, SUBJECT, TODAY, accepted, appointed, document
from tests.journeys.conftest import on
from tests.spaces import signed_in_organisation
from xinshu.proceedings.cases.models import Case
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def today(db: None) -> Iterator[None]:
    factories.adopted_catalogue()
    factories.registered_organ()
    accepted(document())
    with on(TODAY):
        yield


@pytest.fixture
def company(client: Client) -> Client:
    signed_in_organisation(client)
    return client


@pytest.fixture
def at_desk() -> SignedIn:
    def opened(role: Role, organ: str | None = MARKET.code) -> Client:
        client = Client()
        assert client.login(username=appointed(role, organ=organ), password=factories.PASSWORD)
        return client

    return opened


def speaking() -> str:
    return f"/own/records/{Record.objects.get().record_ref}/speak/"


def public_page() -> str:
    return Client().get(f"/subjects/{SUBJECT}/records/{Record.objects.get().record_ref}/").content.decode()


def objected(company: Client, **said: Any) -> str:
    given = {"way": "objection", "ground": "CONTENT", "words": "数额有误"} | said
    answer = company.post(speaking(), given)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def test_from_the_form_to_the_answer_and_the_appeal(company: Client, at_desk: SignedIn) -> None:
    before = public_page()
    assert "免费" in company.get(speaking()).content.decode()
    place = objected(company)
    assert public_page() != before, "marked on the public page at once"
    assert "2026-12-02" in company.get(place).content.decode()
    (case,) = Case.objects.all()
    reviewer = at_desk(Role.REVIEWER)
    desk = f"/desk/objections/{case.id}/"
    assert desk in reviewer.get("/desk/objections/").content.decode()
    refused = reviewer.post(desk, {"answer": "CONFIRMED", "words": "已核对"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.content.decode()
    said = {"answer": "CONFIRMED", "words": "已核对无误", "articles": "行政处罚法第48条"}
    assert reviewer.post(desk, said).status_code == 302
    assert public_page() == before
    told = company.get(place).content.decode()
    for words in ("已核对无误", "行政处罚法第48条", "行政复议", "行政诉讼", "申请复核"):
        assert words in told
    again = company.post(speaking(), {"way": "objection", "ground": "CONTENT", "words": "再来"})
    assert again.status_code == 422
    assert place in again.content.decode(), "refused with the answer that was given"
    assert company.post(place, {"act": "appeal", "about": "PROCEDURE", "words": "没有听取意见"}).status_code == 302
    operator = at_desk(Role.OPERATOR, None)
    assert operator.post(desk, {"answer": "SENT_BACK", "words": "程序有误"}).status_code == 302
    assert Case.objects.get().state == "SENT_BACK"


def test_a_form_sent_twice_leads_to_the_same_case(company: Client) -> None:
    assert objected(company) == objected(company)
    assert Case.objects.count() == 1


def test_not_us_hides_it_and_the_same_shows_it_again(company: Client, at_desk: SignedIn) -> None:
    place = company.post(speaking(), {"way": "not-us", "words": "从未经营"}).headers["Location"]
    record = f"/subjects/{SUBJECT}/records/{Record.objects.get().record_ref}/"
    assert Client().get(record).status_code == 404
    assert company.get(speaking()).status_code == 200, "its own space still tells of it"
    said = {"answer": "SAME", "words": "营业执照一致"}
    assert at_desk(Role.REVIEWER).post(f"/desk/objections/{Case.objects.get().id}/", said).status_code == 302
    assert Client().get(record).status_code == 200
    assert "营业执照一致" in company.get(place).content.decode()


def test_a_statement_stands_on_the_public_page_until_it_is_taken_back(company: Client) -> None:
    assert company.post(speaking(), {"way": "statement", "words": "已于当日改正"}).status_code == 302
    assert "已于当日改正" in public_page()
    company.post(speaking(), {"way": "statement", "words": ""})
    assert "已于当日改正" not in public_page()


def test_a_review_is_told_and_ended(company: Client) -> None:
    told = {"way": "review", "body": "示范市人民政府", "number": "示政复受〔2026〕12号"}
    place = company.post(speaking(), told).headers["Location"]
    assert company.post(place, {"act": "over", "outcome": "KEPT"}).status_code == 302
    assert Case.objects.get().state == "OVER"


@pytest.mark.parametrize("given", [{}, {"way": "objection"}, {"way": "objection", "ground": "CONTENT", "words": ""}])
def test_what_cannot_be_taken_says_why(company: Client, given: dict[str, str]) -> None:
    answer = company.post(speaking(), given)
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert 'role="alert"' in answer.content.decode()


def test_another_s_case_and_record_are_the_same_404_as_none(company: Client) -> None:
    place = objected(company)
    stranger = Client()
    signed_in_organisation(stranger, factories.OTHER_SUBJECT, username="test-stranger")
    bodies = set()
    for address in (place, f"/own/objections/{uuid4()}/", speaking(), f"/own/records/{uuid4()}/speak/"):
        for answer in (stranger.get(address), stranger.post(address, {"act": "take-back", "way": "statement"})):
            assert answer.status_code == 404, address
            bodies.add(answer.content)
    assert Case.objects.get().state == "LODGED"
    assert Client().get(place).status_code == 302


def test_another_unit_s_case_is_no_case_at_the_desk(company: Client, at_desk: SignedIn) -> None:
    objected(company)
    other = type(MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
    factories.registered_organ(other)
    reviewer = at_desk(Role.REVIEWER, other.code)
    for number in (Case.objects.get().id, uuid4()):
        assert reviewer.get(f"/desk/objections/{number}/").status_code == 404
        assert reviewer.post(f"/desk/objections/{number}/", {"answer": "ENDED", "words": "x"}).status_code == 404


def test_an_auditor_sees_and_answers_nothing(company: Client, at_desk: SignedIn) -> None:
    objected(company)
    auditor = at_desk(Role.AUDITOR, None)
    desk = f"/desk/objections/{Case.objects.get().id}/"
    assert auditor.get(desk).status_code == 200
    assert auditor.post(desk, {"answer": "ENDED", "words": "x"}).status_code == 403
