"""Disclosure: the subject answer, search through the gate, names withheld, and nothing beyond."""

from datetime import date
from uuid import uuid4

import orjson
import pytest

from tests.factories import (
    OTHER_SUBJECT,
    SUBJECT,
    TODAY,
    UNKNOWN,
    accepted,
    adopted_catalogue,
    body,
    document,
    noon,
)
from xinshu.law.terms import SubjectKind
from xinshu.register.subjects.models import SubjectCode
from xinshu.uses.disclosure import search as searching
from xinshu.uses.disclosure.queries import record_page, subject_answer, subject_page
from xinshu.uses.disclosure.search import search

pytestmark = pytest.mark.django_db
ENDED = date(2027, 10, 1)


@pytest.fixture(autouse=True)
def catalogue() -> None:
    adopted_catalogue()


def test_the_answer_is_what_is_shown() -> None:
    accepted(document())
    answer = orjson.loads(subject_answer(SUBJECT, on_date=TODAY))
    assert (answer["code"], answer["day"]) == (SUBJECT, TODAY.isoformat())
    ((shown,),) = [body["records"] for body in answer["bodies"]]
    (page,) = subject_page(SUBJECT, on_date=TODAY)
    assert page.records == (shown,)
    found = record_page(SUBJECT, shown["ref"], on_date=TODAY)
    assert found is not None
    assert found[1] == shown


def test_nothing_shown_is_one_answer() -> None:
    accepted(document())
    body(OTHER_SUBJECT, name="云汀示例贸易有限公司")
    answers = {
        subject_answer(code, on_date=ENDED).replace(code.encode(), b"") for code in (SUBJECT, OTHER_SUBJECT, UNKNOWN)
    }
    assert answers == {b'{"code":"","day":"2027-10-01","bodies":[]}'}
    assert subject_page(SUBJECT, on_date=ENDED) == subject_page(UNKNOWN, on_date=ENDED) == ()
    assert record_page(SUBJECT, uuid4(), on_date=TODAY) is None


def test_a_former_code_leads_to_the_body_under_its_present_code() -> None:
    accepted(document())
    old = {"scheme": "ORGANISATION_CODE", "code": "TE5T00075", "valid_until": date(2016, 1, 1)}
    SubjectCode.objects.create(subject_id=body(SUBJECT), recorded_at=noon(TODAY).instant, **old)
    (page,) = subject_page("TE5T00075", on_date=TODAY)
    assert page.code == SUBJECT


def test_search_finds_only_those_of_whom_something_is_shown() -> None:
    accepted(document())
    body(OTHER_SUBJECT, name="云汀示例贸易有限公司")
    assert [hit.code for hit in search("云汀示例", on_date=TODAY).hits] == [SUBJECT]
    assert search("云汀示例", on_date=ENDED).total == 0


def test_an_individual_business_has_a_code_and_no_name() -> None:
    accepted(document(code=OTHER_SUBJECT, name="云汀示例甲面馆", subject_kind=SubjectKind.INDIVIDUAL_BUSINESS))
    answer = subject_answer(OTHER_SUBJECT, on_date=TODAY).decode()
    assert orjson.loads(answer)["bodies"][0]["name"] is None
    assert "示例甲面馆" not in answer
    assert search("示例甲面馆", on_date=TODAY).total == 0


def test_a_search_that_hits_too_much_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted(document(), document(code=OTHER_SUBJECT, name="云汀示例贸易有限公司"))
    assert search("云汀示例", on_date=TODAY).more is False
    monkeypatch.setattr(searching, "MOST_HITS", 1)
    found = search("云汀示例", on_date=TODAY)
    assert (found.total, found.more) == (1, True)
