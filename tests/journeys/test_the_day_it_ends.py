"""The day after the last shown day a record is gone everywhere, and no job has run; repair opens on its first day.

The days were worked out by hand from the regimes' terms (domain facts, Civil Code 201-202), month ends, 29 February
and holidays included: ends are not moved by holidays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import time_machine
from cachecontrol import CacheControl
from django.test import Client

from tests.filings import SUBJECT, penalty, write_csv
from tests.journeys.conftest import answer, on, page, told
from xinshu.kit.moment import LEGAL_ZONE

Send = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A penalty, the day its file arrives, its last shown day, and the first day on which repair may be asked."""

    name: str
    arrives: date
    last_day: date
    repair_from: date | None
    changes: dict[str, str]


BAN = {"penalties": "责令停产停业", "content": "责令停产停业", "confiscated": "", "severity": "严重"}
WARNING = {"penalties": "警告", "content": "警告", "confiscated": "", "severity": "轻微"}

CASES = [
    Case("Order 36 ordinary", date(2026, 7, 1), date(2027, 6, 15), date(2026, 9, 16), {"decided_on": "2026-06-15"}),
    Case(
        "Order 36 ordinary, minimum ends on a month end",
        date(2026, 12, 1),
        date(2027, 11, 30),
        date(2027, 3, 1),
        {"decided_on": "2026-11-30"},
    ),
    Case(
        "Order 36 serious from 29 February",
        date(2028, 3, 1),
        date(2031, 2, 28),
        date(2029, 3, 1),
        BAN | {"decided_on": "2028-02-29"},
    ),
    Case(
        "Order 36 serious from 31 August: months without a 31st",
        date(2026, 9, 1),
        date(2029, 8, 31),
        date(2027, 9, 1),
        BAN | {"decided_on": "2026-08-31"},
    ),
    Case(
        "Order 36 minor with a reason, ends on National Day",
        date(2026, 7, 1),
        date(2026, 10, 1),
        date(2026, 7, 1),
        WARNING | {"decided_on": "2026-07-01", "reason": "涉及群众身边的食品安全，部门认定确有必要公示"},
    ),
    Case(
        "Order 58 ordinary: Order 36 ends it on its own first day",
        date(2024, 3, 4),
        date(2026, 3, 31),
        date(2024, 5, 30),
        {"decided_on": "2024-02-29"},
    ),
    Case(
        "Order 58 serious: both regimes end on 28 February",
        date(2024, 3, 4),
        date(2027, 2, 28),
        date(2024, 5, 30),
        BAN | {"decided_on": "2024-02-29"},
    ),
    Case(
        "2019 regime general, repair opens on Labour Day",
        date(2022, 2, 8),
        date(2023, 1, 31),
        date(2022, 5, 1),
        {"decided_on": "2022-01-31", "severity": ""},
    ),
    Case(
        "served later: shown from service, clock from the document",
        date(2026, 6, 16),
        date(2027, 6, 15),
        date(2026, 9, 16),
        {"decided_on": "2026-06-15", "served_on": "2026-06-16"},
    ),
    Case(
        "late arrival restarts no clock",
        date(2027, 3, 1),
        date(2027, 6, 15),
        date(2027, 3, 1),
        {"decided_on": "2026-06-15"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gone_the_day_after_and_repair_from_the_first_day(case: Case, send: Send, tmp_path: Path) -> None:
    receipt = send(write_csv(tmp_path / "one.csv", [penalty(**case.changes)]), day=case.arrives)
    assert receipt["accepted"] == 1
    number = penalty()["number"]
    (body,) = answer(SUBJECT, case.last_day)["bodies"]
    (form,) = body["records"]
    assert form["shown_until"] == case.last_day.isoformat()
    assert form["repair_from"] == (case.repair_from and case.repair_from.isoformat())
    assert told(SUBJECT, case.last_day)["bodies"] == [body]
    record = f"/subjects/{SUBJECT}/records/{form['ref']}/"
    assert page(record, case.last_day)[0] == 200
    assert f"/subjects/{SUBJECT}/" in page("/?q=示例商贸", case.last_day)[1]
    after = case.last_day + timedelta(days=1)
    assert answer(SUBJECT, after)["bodies"] == []
    assert told(SUBJECT, after)["bodies"] == []
    assert page(record, after)[0] == 404
    assert number not in page(f"/subjects/{SUBJECT}/", after)[1]
    assert f"/subjects/{SUBJECT}/" not in page("/?q=示例商贸", after)[1]


def test_past_its_term_on_arrival_it_is_never_shown(send: Send, tmp_path: Path) -> None:
    row = penalty(decided_on="2022-01-31", severity="")
    send(write_csv(tmp_path / "old.csv", [row]), day=date(2026, 11, 23))
    for day in (date(2022, 2, 1), date(2026, 11, 23), date(2027, 1, 1)):
        assert answer(SUBJECT, day)["bodies"] == []


def test_midnight_in_shanghai_is_the_border(send: Send, tmp_path: Path) -> None:
    send(write_csv(tmp_path / "one.csv", [penalty(decided_on="2026-06-15")]), day=date(2026, 7, 1))
    with on(date(2027, 6, 15), time(23, 59, 59)):
        assert Client().get(f"/api/v1/subjects/{SUBJECT}").json()["bodies"]
    with on(date(2027, 6, 16), time(0, 0, 0)):
        assert not Client().get(f"/api/v1/subjects/{SUBJECT}").json()["bodies"]


@pytest.mark.parametrize("address", [f"/subjects/{SUBJECT}/", f"/api/v1/subjects/{SUBJECT}", "/?q=示例商贸"])
def test_a_cache_in_between_forgets_with_us(send: Send, tmp_path: Path, live_server: Any, address: str) -> None:
    """An RFC 9111 cache between reader and site holds nothing over midnight."""
    send(write_csv(tmp_path / "one.csv", [penalty(decided_on="2026-06-15")]), day=date(2026, 7, 1))
    minute_before = datetime.combine(date(2027, 6, 15), time(23, 59, 30), LEGAL_ZONE)
    with requests.Session() as plain, CacheControl(plain) as reader:
        with time_machine.travel(minute_before, tick=True):
            before = reader.get(live_server.url + address).text
        with time_machine.travel(minute_before + timedelta(minutes=1), tick=True):
            after = reader.get(live_server.url + address).text
    marker = f"/subjects/{SUBJECT}/" if "?q=" in address else penalty()["number"]
    assert marker in before
    assert marker not in after
