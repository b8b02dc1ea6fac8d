"""A small company of which the law requires nothing to be shown: every way in is tried, and none tells anything."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories import TODAY, registered_recipient
from tests.filings import OTHER_SUBJECT, SUBJECT, UNKNOWN, penalty, write_csv
from tests.journeys.conftest import answer, on, told
from tests.kinds import made_up_code

Send = Callable[..., dict[str, Any]]
LATER = date(2027, 10, 1)
NAME = "云汀示例商贸有限公司"
SHOWN_NAME = "北陌示例餐饮有限公司"
SHOWN = made_up_code(32)


@pytest.fixture
def over(send: Send, tmp_path: Path) -> str:
    """By LATER: SUBJECT has a penalty that is over and a warning never shown; SHOWN has one that is shown."""
    trifle = {"penalties": "警告", "content": "警告", "confiscated": "", "severity": "轻微"}
    rows = [
        penalty(),
        penalty(number="示市监罚〔2026〕0002号", **trifle),
        penalty(code=OTHER_SUBJECT, name="南屿示例物流有限公司", number="示市监罚〔2026〕0003号", **trifle),
        penalty(code=SHOWN, name=SHOWN_NAME, number="示市监罚〔2026〕0004号", penalties="责令停产停业", severity="严重")
        | {"content": "责令停产停业", "confiscated": ""},
    ]
    receipt = send(write_csv(tmp_path / "rows.csv", rows))
    assert receipt["accepted"] == 4, receipt
    ref: str = answer(SUBJECT, TODAY)["bodies"][0]["records"][0]["ref"]
    return ref


def whole(address: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, bytes and headers of an answer, with what stands for the code or the time taken out."""
    with on(LATER):
        said = Client().get(address, headers=headers)
        content = said.getvalue()
    kept = {name: told for name, told in said.headers.items() if not _of_the_request(name)}
    return said.status_code, content, kept


def _of_the_request(name: str) -> bool:
    """Headers that differ from request to request, or follow from the code's own letters."""
    return name.lower() in {"x-request-id", "content-length", "etag", "server-timing"} or name.lower().startswith(
        "ratelimit"
    )


def alike(form: str, *fills: str) -> None:
    """The answers to these fills are the same but for what was filled in."""
    answers = []
    for fill in fills:
        status, content, headers = whole(form.format(fill))
        answers.append((status, content.replace(fill.encode(), b"FILL"), headers))
    assert all(one == answers[0] for one in answers), form


@pytest.mark.parametrize(
    "form",
    [
        "/subjects/{}/",
        "/subjects/{}/?kind=ADMIN_PENALTY",
        "/subjects/{}/?kind=ADMIN_PENALTY&page=2",
        "/subjects/{}/?as_of=2026-12-01",
        "/api/v1/subjects/{}",
        "/api/v1/subjects/{}/records",
        "/api/v1/subjects/{}/records?kind=ADMIN_PENALTY&limit=1",
    ],
)
def test_by_code_in_every_form(over: str, form: str) -> None:
    alike(form, SUBJECT, OTHER_SUBJECT, UNKNOWN)


@pytest.mark.parametrize(
    "form",
    ["/subjects/{}/records/{}/", "/subjects/{}/records/{}/claim/", "/api/v1/subjects/{}/records/{}"],
)
def test_by_address(over: str, form: str) -> None:
    answers = [
        whole(form.format(code, ref))
        for code, ref in ((SUBJECT, over), (SUBJECT, uuid4()), (UNKNOWN, uuid4()), (OTHER_SUBJECT, over))
    ]
    assert answers[0][0] == 404
    assert all(one == answers[0] for one in answers)


def test_a_claim_about_it_is_as_impossible_as_about_nothing(over: str) -> None:
    with on(LATER):
        posts = [
            Client().post(f"/subjects/{SUBJECT}/records/{ref}/claim/", {"cause": "NAME"}) for ref in (over, uuid4())
        ]
    assert [one.status_code for one in posts] == [404, 404]
    assert posts[0].content == posts[1].content


@pytest.mark.parametrize(
    ("known", "unheard"),
    [
        ("云汀示例", "无此名称"),
        (NAME, "无此名称有限公司"),
        ("yuntingshili", "wucimingcheng"),
        ("ytslsm", "wcmcgs"),
        (SUBJECT[:16], "91999999TE5T0009"),
    ],
)
def test_by_search_and_suggestion(over: str, known: str, unheard: str) -> None:
    for form in ("/?q={}", "/?q={}&page=2", "/suggest/?q={}", "/api/v1/subjects?name={}"):
        alike(form, known, unheard)


def test_search_still_finds_what_is_shown(over: str) -> None:
    """The probes above would prove nothing of a search that finds nobody."""
    assert SHOWN in whole("/?q=北陌示例")[1].decode()
    assert SHOWN in whole("/suggest/?q=北陌示例")[1].decode()


def test_the_validator_of_an_answer_is_of_its_own_bytes(over: str) -> None:
    """The same ETag for the same bytes; and none that an earlier one still fits."""
    with on(TODAY):
        before = Client().get(f"/api/v1/subjects/{SUBJECT}").headers["ETag"]
    with on(LATER):
        tags = {code: Client().get(f"/api/v1/subjects/{code}").headers["ETag"] for code in (SUBJECT, UNKNOWN)}
        assert Client().get(f"/api/v1/subjects/{SUBJECT}", headers={"If-None-Match": before}).status_code == 200
        for code, tag in tags.items():
            assert Client().get(f"/api/v1/subjects/{code}", headers={"If-None-Match": tag}).status_code == 304
            crossed = next(other for name, other in tags.items() if name != code)
            assert Client().get(f"/api/v1/subjects/{code}", headers={"If-None-Match": crossed}).status_code == 200


def test_a_cursor_of_another_code_is_refused(over: str) -> None:
    with on(TODAY):
        first = Client().get(f"/api/v1/subjects/{SHOWN}/records?limit=1").json()
        assert first["next"] is None
    with on(LATER):
        answers = [Client().get(f"/api/v1/subjects/{code}/records?cursor=bWFkZXVw") for code in (SUBJECT, UNKNOWN)]
    assert [one.status_code for one in answers] == [400, 400]
    assert answers[0].content == answers[1].content


def test_it_is_in_no_file(over: str) -> None:
    token = registered_recipient(on_day=LATER)
    files = [whole(f"/data/{name}.{form}") for name in ("registration", "licences") for form in ("csv", "ndjson")]
    adverse = whole("/api/v1/bulk/csv", Authorization=f"Bearer {token}")
    assert SHOWN.encode() in adverse[1]
    for status, content, _ in (*files, adverse):
        assert status == 200
        assert SUBJECT.encode() not in content
        assert OTHER_SUBJECT.encode() not in content


def test_at_the_command_line_too(over: str) -> None:
    assert told(SUBJECT, LATER)["bodies"] == told(UNKNOWN, LATER)["bodies"] == []


def test_statistics_tell_no_small_number(over: str) -> None:
    """Four records in all: every cell is below ten."""
    content = whole("/statistics/")[1].decode() + whole("/api/v1/statistics")[1].decode()
    assert not re.search(r"(?<!\d)[1-9]\s*条", content)
    assert SUBJECT not in content
