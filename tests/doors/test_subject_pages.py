"""The pages of a body and of a record: kind by kind, with a bounded number of questions to the database."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, adopted_catalogue, document
from tests.journeys.conftest import on

pytestmark = pytest.mark.django_db
MOST = 8
"""Questions of a page: the edition of the day, whom the code names, how much is shown, and the records themselves."""


@pytest.fixture(autouse=True)
def bodies() -> None:
    """One body with three records of two kinds, one with 120 of two kinds."""
    adopted_catalogue()
    name = "云汀示例贸易有限公司"
    accepted(document(), document(document_number="示市监罚〔2026〕0002号"))
    accepted(*(document(document_number=f"示〔2026〕{n}号", code=OTHER_SUBJECT, name=name) for n in range(80)))
    many = {"code": OTHER_SUBJECT, "name": name}
    accepted(
        document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"),
        *(document("ADMIN_LICENCE", document_number=f"示许〔2026〕{n}号", **many) for n in range(40)),
    )


def asked(address: str) -> tuple[int, str]:
    """How many questions a page asks of the database, and the page."""
    with on(TODAY):
        Client().get(address)
        with CaptureQueriesContext(connection) as context:
            answer = Client().get(address)
    assert answer.status_code == 200
    return len(context.captured_queries), answer.content.decode()


@pytest.mark.parametrize("query", ["", "?kind=ADMIN_PENALTY", "?kind=ADMIN_PENALTY&page=2", "?as_of=2026-11-23"])
def test_a_body_costs_the_same_however_much_is_shown_of_it(query: str) -> None:
    few, many = (asked(f"/subjects/{code}/{query}")[0] for code in (SUBJECT, OTHER_SUBJECT))
    unknown = asked(f"/subjects/{UNKNOWN}/{query}")[0]
    assert few == many <= MOST
    assert unknown <= few


def test_a_record_costs_the_same_in_a_large_body() -> None:
    counts = set()
    for code in (SUBJECT, OTHER_SUBJECT):
        address = re.findall(r"/subjects/\w+/records/[0-9a-f-]{36}/", asked(f"/subjects/{code}/")[1])[0]
        counts.add(asked(address)[0])
    assert len(counts) == 1
    assert counts.pop() <= MOST


def test_the_first_page_has_the_newest_of_each_kind_and_leads_to_the_others() -> None:
    page = asked(f"/subjects/{OTHER_SUBJECT}/")[1]
    assert page.count('<article class="record">') == 10
    assert "看这一类全部 80 条" in page
    assert "看这一类全部 40 条" in page
    assert page.index("行政许可") < page.index("行政处罚"), "kinds stand in the official order"
    listed = asked(f"/subjects/{OTHER_SUBJECT}/?kind=ADMIN_LICENCE&page=2")[1]
    assert listed.count('<article class="record">') == 20
    assert "第 2 页，共 2 页" in listed


def test_a_day_that_is_none_is_told() -> None:
    for day in ("tomorrow", "2099-01-01", "1999-12-31", "2026-02-30"):
        assert "所填的日期不能查询" in asked(f"/subjects/{SUBJECT}/?as_of={day}")[1], day


def test_a_kind_of_which_nothing_is_shown_says_so() -> None:
    assert "这一页没有信息" in asked(f"/subjects/{SUBJECT}/?kind=HONOUR")[1]
    assert "这一页没有信息" in asked(f"/subjects/{SUBJECT}/?kind=ADMIN_PENALTY&page=7")[1]
