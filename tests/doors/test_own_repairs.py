"""Repair in the organisation's own space, through its doors: eligibility with the first day, the form, the case."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests import factories
from tests.factories import OTHER_SUBJECT, accepted, document, registered_organ
from tests.journeys.conftest import on
from tests.proceedings.repairs import events, lodged, record, row
from tests.spaces import signed_in_organisation
from xinshu.proceedings.repair.queries import open_case_of

pytestmark = pytest.mark.django_db
DECIDED, EVE, OPENS = date(2026, 4, 30), date(2026, 7, 30), date(2026, 7, 31)
FORM = {"duties_done": "yes", "words": "已缴清", "commitment": "yes", "signed_by": "示例乙"}


@pytest.fixture(autouse=True)
def ready(db: None) -> Iterator[None]:
    factories.adopted_catalogue()
    registered_organ()
    accepted(document(decided_on=DECIDED), on_day=date(2026, 5, 6))
    with on(EVE):
        yield


@pytest.fixture
def client() -> Client:
    client = Client()
    signed_in_organisation(client)
    return client


def text(answer: Any) -> str:
    assert answer.status_code in {200, 422}, answer.status_code
    return str(answer.content.decode())


def test_the_eve_says_which_condition_by_which_article_from_which_day_and_hands_in_ahead(client: Client) -> None:
    address = f"/own/repairs/record/{record().record_ref}/"
    told = text(client.get(address))
    for said in ("不符合", "第", "2026-07-31", "免费", "预约"):
        assert said in told, said
    assert "失信行为已经纠正" not in told, "nobody has said so yet"
    page = client.post(address).headers["Location"]
    assert 'value="lodge"' not in text(client.get(page))
    assert client.post(page, {**FORM, "step": "prelodge"}).status_code == 302
    case = open_case_of(record().record_ref)
    assert case is not None
    assert case.state == "PRELODGED"
    assert client.post(page, {"step": "withdraw"}).status_code == 302
    assert row(case.id).state == "WITHDRAWN"


def test_a_form_sent_on_the_eve_is_refused_with_reasons_and_kept_as_a_draft(client: Client) -> None:
    page = client.post(f"/own/repairs/record/{record().record_ref}/").headers["Location"]
    answer = client.post(page, {**FORM, "step": "lodge"})
    assert answer.status_code == 422
    assert "2026-07-31" in text(answer)
    case = open_case_of(record().record_ref)
    assert case is not None
    assert (case.state, case.form["signed_by"], events(case.id)) == ("DRAFT", "示例乙", ["begin"])


def test_on_the_day_it_is_lodged_once_with_both_clocks() -> None:
    with on(OPENS):
        client = Client()
        signed_in_organisation(client)
        page = client.post(f"/own/repairs/record/{record().record_ref}/").headers["Location"]
        assert client.post(page, {**FORM, "step": "lodge"}).status_code == 302
        told = text(client.get(page))
        assert "2026-08-05" in told
        assert "2026-08-14" in told
        assert client.post(page, {**FORM, "step": "lodge"}).status_code == 422
        case = open_case_of(record().record_ref)
        assert case is not None
        assert events(case.id) == ["begin", "lodge"]
        assert str(case.id) in text(client.get("/own/repairs/"))


def test_another_organisations_case_and_record_are_the_same_404_as_none() -> None:
    with on(OPENS):
        made, reference = lodged(OPENS), record().record_ref
        stranger = Client()
        signed_in_organisation(stranger, OTHER_SUBJECT)
        answers = [stranger.get(f"/own/repairs/{case}/") for case in (made, uuid4())]
        answers += [stranger.get(f"/own/repairs/record/{case}/") for case in (reference, uuid4())]
        assert {answer.status_code for answer in answers} == {404}
        assert stranger.post(f"/own/repairs/{made}/", {"step": "withdraw"}).status_code == 404
        assert row(made).state == "LODGED"


def test_no_application_yet_is_said(client: Client) -> None:
    assert "还没有修复申请" in text(client.get("/own/repairs/"))
