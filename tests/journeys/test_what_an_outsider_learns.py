"""An unknown code, a known one with nothing public, an ended record and one that never was: not to be told apart."""

import statistics
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories import TODAY
from tests.filings import OTHER_SUBJECT, SUBJECT, UNKNOWN, penalty, write_csv
from tests.journeys.conftest import on
from xinshu.doors.api.envelope import etag

Send = Callable[..., dict[str, Any]]
LATER = date(2027, 10, 1)
"""The day after the one shown record's last day."""


@pytest.fixture
def ended(send: Send, tmp_path: Path) -> str:
    """A subject whose record has ended by LATER, one with a record never shown, and a code never heard of."""
    hidden = penalty(
        name="云汀示例贸易有限公司",
        code=OTHER_SUBJECT,
        number="示市监罚〔2026〕0002号",
        penalties="警告",
        severity="轻微",
    )
    receipt = send(write_csv(tmp_path / "rows.csv", [penalty(), hidden]))
    assert receipt["accepted"] == 2
    with on(TODAY):
        said = Client().get(f"/api/v1/subjects/{SUBJECT}").json()
    ref: str = said["bodies"][0]["records"][0]["ref"]
    return ref


def whole(address: str) -> tuple[int, bytes, dict[str, str]]:
    response = Client().get(address)
    return response.status_code, response.content, dict(response.headers)


@pytest.mark.parametrize("form", ["/subjects/{}/", "/api/v1/subjects/{}", "/api/v1/subjects/{}/records"])
def test_codes_with_nothing_public_answer_the_same_bytes(ended: str, form: str) -> None:
    with on(LATER):
        answers = {}
        for code in (SUBJECT, OTHER_SUBJECT, UNKNOWN):
            status, content, headers = whole(form.format(code))
            tag = headers.pop("ETag", None)  # of the bytes that were sent, with the code in them
            assert tag in {None, etag(content)}
            content = content.replace(code.encode(), b"CODE")
            headers.pop("Content-Length", None)
            answers[code] = (status, content, headers)
    assert answers[SUBJECT] == answers[OTHER_SUBJECT] == answers[UNKNOWN]


@pytest.mark.parametrize("form", ["/subjects/{}/records/{}/", "/api/v1/subjects/{}/records/{}"])
def test_an_ended_address_and_one_that_never_was_answer_the_same_bytes(ended: str, form: str) -> None:
    with on(TODAY):
        assert whole(form.format(SUBJECT, ended))[0] == 200
    with on(LATER):
        answers = [
            whole(form.format(SUBJECT, ended)),
            whole(form.format(SUBJECT, uuid4())),
            whole(form.format(UNKNOWN, uuid4())),
            whole(form.format(OTHER_SUBJECT, ended)),
        ]
    assert answers[0][0] == 404
    assert all(answer == answers[0] for answer in answers)


def test_a_name_of_one_with_nothing_public_is_like_a_name_unheard_of(ended: str) -> None:
    with on(LATER):
        known = whole("/?q=示例贸易")[1].replace("示例贸易".encode(), b"NAME")
        unknown = whole("/?q=无此名称")[1].replace("无此名称".encode(), b"NAME")
    assert known == unknown


@pytest.mark.alone
def test_the_time_taken_tells_nothing(ended: str) -> None:
    """Medians of interleaved rounds: the spread between codes is within the noise of one code with itself."""
    client = Client()
    codes = {"ended": SUBJECT, "hidden": OTHER_SUBJECT, "unknown": UNKNOWN, "unknown again": UNKNOWN}
    times: dict[str, list[float]] = {name: [] for name in codes}
    with on(LATER):
        for _ in range(120):
            for name, code in codes.items():
                begun = perf_counter()
                client.get(f"/api/v1/subjects/{code}")
                times[name].append(perf_counter() - begun)
    medians = {name: statistics.median(seen) for name, seen in times.items()}
    noise = max(statistics.quantiles(seen, n=4)[2] - statistics.quantiles(seen, n=4)[0] for seen in times.values())
    assert max(medians.values()) - min(medians.values()) <= noise, medians


@pytest.mark.parametrize("address", ["/", f"/subjects/{SUBJECT}/", f"/api/v1/subjects/{SUBJECT}", "/?q=示例商贸"])
def test_no_cache_may_keep_an_answer(ended: str, address: str) -> None:
    with on(TODAY):
        assert whole(address)[2]["Cache-Control"] == "no-store"


def test_what_is_no_code_is_said_to_be_none_and_never_repeated(house: None) -> None:
    with on(TODAY):
        status, content, _ = whole("/api/v1/subjects/11010519491231002X")
        assert status == 400
        assert b"11010519491231002X" not in content
        status, content, _ = whole("/subjects/919999990000002111/")
        assert status == 400


def test_an_address_of_the_api_at_which_nothing_is_answers_in_its_one_shape(house: None) -> None:
    with on(TODAY):
        status, content, headers = whole("/api/v1/nothing")
    assert (status, headers["Content-Type"]) == (404, "application/json; charset=utf-8")
    assert content == whole("/api/nothing-else")[1]
