"""The own space says what follows from the organisation's records: nothing else may be held against it, or owed to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.doors.test_tenders import text
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, accepted, body, document, noon
from tests.journeys.conftest import on
from tests.measures import SERIOUS, adopted_measures
from tests.spaces import signed_in_organisation
from xinshu.law.terms import Mark, UseContext
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records import display
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record
from xinshu.uses.measures.queries import Asking, answered, following

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path / "data"
    adopted_measures(tmp_path)
    factories.registered_organ()
    with on(TODAY):
        yield


def visitor(code: str = SUBJECT) -> Client:
    own = Client()
    signed_in_organisation(own, code)
    return own


def page(own: Client) -> str:
    answer = own.get("/own/measures/")
    assert answer.status_code == 200
    return text(answer)


def test_it_is_what_a_check_would_find_in_every_context() -> None:
    accepted(document(**SERIOUS))
    edition = catalogue_on(TODAY)
    found = following(SUBJECT, edition=edition, on_date=TODAY)
    for context in UseContext:
        (line,) = answered([SUBJECT], Asking(context, edition, TODAY)).lines
        national = [one for one in found.get(context, []) if one.measure in {each.measure for each in line.found}]
        assert [one.key for one in national] == [one.key for one in line.found]
    assert any(found.values())


def test_a_restraint_is_told_with_its_article_its_record_and_what_can_be_done() -> None:
    accepted(document(**SERIOUS))
    said = page(visitor())
    for words in ("限制参加政府采购活动", "《示例采购法》第22条", "申请修复", "提出异议", "示市监罚〔2026〕0001号"):
        assert words in said
    assert "今日没有据以给予激励的公示信息" in said


def test_nothing_of_another_body_is_told() -> None:
    accepted(document(**SERIOUS, code=OTHER_SUBJECT, name="云汀另一示例有限公司"))
    said = page(visitor())
    assert "示市监罚" not in said
    assert "这不是信用良好的证明" in said


def test_it_ends_with_the_repair_and_waits_while_the_record_is_in_doubt() -> None:
    accepted(document(**SERIOUS))
    held, own = Record.objects.get(), visitor()
    said = {"subject": body(SUBJECT), "record_ref": held.record_ref, "organ": MARKET.code, "actor": "officer"}
    rules = catalogue_on(TODAY).catalogue
    display.mark(mark=Mark.STAYED, catalogue=rules, moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))
    doubted = page(own)
    assert "在有结论之前，不据以采取任何措施" in doubted
    assert "限制参加政府采购活动" not in doubted
    assert "《示例采购法》第22条" in doubted, "why nothing follows, with the article"
    display.end_publication(words="已纠正", moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))
    assert "示市监罚" not in page(own)


def test_the_page_asks_the_database_no_more_the_more_records_there_are() -> None:
    own = visitor()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert own.get("/own/measures/").status_code == 200
        return len(queries)

    accepted(document(**SERIOUS))
    few = asked()
    accepted(*(document(**SERIOUS, document_number=f"示市监罚〔2026〕1{number:03d}号") for number in range(20)))
    assert asked() <= few
