"""The pages of statistics and of the catalogue: figures of today, who supplies what, articles, rules of a past day."""

import re
from datetime import date, timedelta
from fractions import Fraction

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from tests import factories
from tests.factories import MARKET, TODAY, noon
from xinshu.doors.portal.charts import column_chart, round_ceiling, row_chart
from xinshu.uses.disclosure.actions import count_shown


@pytest.fixture(autouse=True)
def house(db: None):
    """Twelve penalties of September that are shown."""
    with time_machine.travel(noon(TODAY).instant, tick=False):
        factories.adopted_catalogue()
        factories.registered_organ()
        numbered = (f"示市监罚〔2026〕{number:04}号" for number in range(12))
        factories.accepted(*(factories.document(document_number=number) for number in numbered))
        yield


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


# --- statistics -----------------------------------------------------------------------------------


def test_before_the_count_the_page_says_so_and_shows_no_figure(client: Client) -> None:
    page = text_of(client, "/statistics/")
    assert "今日尚未统计" in page
    assert "<svg" not in page
    count_shown(moment=noon(TODAY - timedelta(days=1)))
    assert text_of(client, "/statistics/") == page


def test_the_page_tells_the_rounded_figures(client: Client) -> None:
    count_shown(moment=noon(TODAY))
    page = text_of(client, "/statistics/")
    assert '<b class="num">10</b>' in page
    assert page.count('role="img"') == 4
    assert factories.SUBJECT not in page
    assert factories.SUBJECT_NAME not in page
    assert "不公布" in page
    assert not re.search(r'class="num">(1[1-4]|[1-9])</b>', page)


def test_a_kind_with_nothing_to_tell(client: Client) -> None:
    count_shown(moment=noon(TODAY))
    page = text_of(client, "/statistics/?kind=HONOUR")
    assert "不足10条或不公布" in page
    assert "<rect" not in page


def test_a_kind_within_a_division_has_no_tables(client: Client) -> None:
    count_shown(moment=noon(TODAY))
    page = text_of(client, "/statistics/?kind=ADMIN_PENALTY&division=990100")
    assert "不再细分" in page
    assert "<table" not in page


@pytest.mark.parametrize("asked", ["kind=NONE", "kind=COMMITMENT", "division=110000"])
def test_what_is_not_there_is_not_found(client: Client, asked: str) -> None:
    text_of(client, f"/statistics/?{asked}", 404)


def test_columns_and_rows_of_a_chart() -> None:
    months = [(date(2026, month, 1), number) for month, number in ((8, None), (9, 10), (10, 40))]
    columns = column_chart(months)
    assert [bar.number for bar in columns.bars] == [None, 10, 40]
    assert Fraction(columns.bars[2].height) == 4 * Fraction(columns.bars[1].height)
    assert [mark.words for mark in columns.grid] == ["0", "25", "50"]
    rows = row_chart([("甲", 40), ("乙", 10)])
    assert [bar.width for bar in rows.bars] == ["320.0", "80.0"]
    assert [round_ceiling(most) for most in (0, 10, 11, 50, 51, 1001)] == [10, 10, 20, 50, 100, 2000]


# --- the catalogue --------------------------------------------------------------------------------


def test_the_catalogue_tells_who_supplies_what_and_what_is_not_covered(client: Client) -> None:
    assert "尚未统计" in text_of(client, "/catalogue/")
    count_shown(moment=noon(TODAY))
    page = text_of(client, "/catalogue/")
    covered, uncovered = page[page.index('id="coverage"') :].split('id="uncovered"')
    assert f"{MARKET.name} <time>{TODAY}</time>" in covered
    assert "行政处罚" in covered
    assert "人民法院" in uncovered
    assert "海关" in uncovered
    assert "失信被执行人" in uncovered
    kind = text_of(client, "/catalogue/kinds/ADMIN_PENALTY/")
    assert MARKET.name in kind
    assert "未覆盖" in text_of(client, "/catalogue/kinds/JUDGMENT_DEFAULTER/")


def test_an_article_has_its_text_and_is_linked_to(client: Client) -> None:
    page = text_of(client, "/catalogue/bases/OPINIONS-2025/")
    assert '<h3 id="article-6">第6条' in page
    assert '<p lang="zh">建立全面完整准确的信用记录。' in page
    assert "没有官方英文文本" in page
    assert page.count('<article class="article"') == 23
    assert "/catalogue/bases/OPINIONS-2025/#article-19" in text_of(client, "/catalogue/kinds/OTHER_REGISTRATION/")
    other = text_of(client, "/catalogue/bases/PRC-APL/")
    assert "本目录不存有" in other
    assert "#article-" not in text_of(client, "/catalogue/kinds/ENTERPRISE_REGISTRATION/")


def test_a_record_leads_to_the_article_it_is_shown_by(client: Client) -> None:
    """An honour is shown by item 11 of the Opinions, whose text is held; a penalty's order is not held."""
    factories.accepted(factories.document("HONOUR", document_number="示信〔2026〕1号", event_on=None))
    page = text_of(client, f"/subjects/{factories.SUBJECT}/?kind=HONOUR")
    assert "/catalogue/bases/OPINIONS-2025/#article-11" in page
    assert "#article-" not in text_of(client, f"/subjects/{factories.SUBJECT}/?kind=ADMIN_PENALTY")


@pytest.mark.parametrize("place", ["", "kinds/ADMIN_PENALTY/", "bases/NDRC-36/", "classes/MARKET_REGULATION_ORDER_36/"])
def test_the_rules_of_a_past_day(client: Client, place: str) -> None:
    page = text_of(client, f"/catalogue/{place}?day=2026-03-31")
    assert "<time>2026-03-31</time>" in page
    links = re.findall(r'href="(/catalogue/[^"]*)"', page.split("</main>")[0].split("<main")[1])
    assert [link for link in links if "?day=2026-03-31" not in link] in ([], [f"/catalogue/{place}"])
    assert len(links) > 1


def test_the_regime_of_the_day_is_marked(client: Client) -> None:
    """The order of 2026 came into force on 1 April; the day before, the measures of 2023 held."""
    for day, title in (("2026-03-31", "Order 58"), ("2026-04-01", "Order 36")):
        page = text_of(client, f"/catalogue/kinds/ADMIN_PENALTY/?day={day}")
        regimes = page.split("<h3>")[1:]
        (marked,) = [regime for regime in regimes if "当日适用" in regime]
        assert title in marked.split("</h3>")[0]


@pytest.mark.parametrize(
    ("day", "status", "told"),
    [
        ("2026-02-30", 400, "这不是一个日期"),
        ("20260101", 400, "这不是一个日期"),
        ("2026-11-24", 400, "这一天还没有到"),
        ("2019-06-30", 404, "没有生效的目录"),
    ],
)
def test_a_day_without_rules_says_so(client: Client, day: str, status: int, told: str) -> None:
    for place in ("", "kinds/ADMIN_PENALTY/"):
        page = text_of(client, f"/catalogue/{place}?day={day}", status)
        assert told in page


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/statistics/", 6),
        ("/statistics/?kind=ADMIN_PENALTY", 6),
        ("/catalogue/", 5),
        ("/catalogue/kinds/ADMIN_PENALTY/", 5),
        ("/catalogue/bases/OPINIONS-2025/", 2),
    ],
)
def test_queries_are_bounded(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, address: str, most: int
) -> None:
    """However much is held, counted or delivered."""
    count_shown(moment=noon(TODAY))
    with django_assert_max_num_queries(most):
        text_of(client, address)
