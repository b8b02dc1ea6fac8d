"""A citizen finds a company, understands what is shown of it, reads one record and follows it to the law."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories import TODAY
from tests.filings import OTHER_SUBJECT, SUBJECT, penalty, write_csv
from tests.journeys.conftest import on, page
from tests.kinds import made_up_code

Send = Callable[..., dict[str, Any]]
NAME = "云汀示例商贸有限公司"
NAMESAKE = made_up_code(32)


@pytest.fixture
def company(send: Send, tmp_path: Path) -> str:
    """A company with two shown penalties, one of the same name with one, and a third that is called otherwise."""
    rows = [
        penalty(),
        penalty(
            number="示市监罚〔2026〕0002号",
            decided_on=date(2026, 11, 3),
            fine="8",
            penalties="罚款",
            content="罚款八万元",
            confiscated="",
        ),
        penalty(code=NAMESAKE, number="示市监罚〔2026〕0003号"),
        penalty(code=OTHER_SUBJECT, name="北陌示例餐饮有限公司", number="示市监罚〔2026〕0004号"),
    ]
    receipt = send(write_csv(tmp_path / "rows.csv", rows))
    assert receipt["accepted"] == 4, receipt
    return SUBJECT


def found(text: str) -> list[str]:
    """Codes of the hits, in their order."""
    with on(TODAY):
        answer = Client().get("/", {"q": text})
    if answer.status_code == 302:
        return [answer.headers["Location"].split("/")[2]]
    return re.findall(r'<h3><a href="/subjects/([0-9A-Z]{18})/"', answer.content.decode())


def suggested(text: str) -> list[str]:
    with on(TODAY):
        return [one["code"] for one in Client().get("/suggest/", {"q": text}).json()["suggestions"]]


@pytest.mark.parametrize("text", ["云汀示例", "示例商贸", NAME, "yuntingshili", "yun ting shi li", "ytsl"])
def test_found_by_name_by_a_part_of_it_and_by_its_sound(company: str, text: str) -> None:
    assert sorted(found(text)) == sorted([SUBJECT, NAMESAKE])
    assert sorted(suggested(text)) == sorted([SUBJECT, NAMESAKE])


def test_found_by_code_and_by_the_beginning_of_it(company: str) -> None:
    assert found(SUBJECT) == [SUBJECT]
    assert found(SUBJECT[:16]) == [SUBJECT]
    assert sorted(found("91999999TE5T")) == sorted([SUBJECT, OTHER_SUBJECT])


@pytest.mark.parametrize("text", ["有限公司", "商贸有限公司", "贸易"])
def test_general_words_alone_find_nothing_and_say_why(company: str, text: str) -> None:
    assert found(text) == []
    with on(TODAY):
        said = Client().get("/", {"q": text}).content.decode()
    assert "有限公司" in said
    assert suggested(text) == []


def test_namesakes_are_told_apart(company: str) -> None:
    with on(TODAY):
        said = Client().get("/", {"q": NAME}).content.decode()
    assert SUBJECT in said
    assert NAMESAKE in said
    assert "同名" in said
    assert "999999" in said


def test_the_page_says_what_is_shown_and_what_it_does_not_mean(company: str) -> None:
    status, said = page(f"/subjects/{SUBJECT}/", TODAY)
    assert status == 200
    for sentence in ("不表示至今没有改正", "不评分、不排名", "行政机关对违反行政管理秩序的"):
        assert sentence in said
    days = re.findall(r'<li(?: class="ahead")?><time>([\d-]+)</time>', said)
    assert days == sorted(days)
    assert {"2026-09-30", "2026-11-03", "2027-09-30"} <= set(days)
    assert NAMESAKE not in said


def test_from_the_record_to_the_law(company: str) -> None:
    said = page(f"/subjects/{SUBJECT}/", TODAY)[1]
    address = re.findall(r'<h4><a href="(/subjects/\w+/records/[0-9a-f-]{36}/)"', said)[0]
    status, record = page(address, TODAY)
    assert status == 200
    assert "为什么公示" in record
    basis = re.findall(r'href="(/catalogue/bases/[\w-]+/)', record)[0]
    assert page(basis, TODAY)[0] == 200
    assert page("/catalogue/kinds/ADMIN_PENALTY/", TODAY)[0] == 200
    assert page(address, date(2026, 11, 22))[0] == 404, "not shown before it came in"


def test_an_earlier_day_leaves_what_was_shown_then_and_still_is(company: str) -> None:
    later = date(2027, 10, 1)
    assert "0001号" in page(f"/subjects/{SUBJECT}/?as_of=2026-11-23", TODAY)[1]
    said = page(f"/subjects/{SUBJECT}/?as_of=2026-11-23", later)[1]
    assert "0001号" not in said
    assert "0002号" in said
