"""The feed for everyone and for subscribers: what a line tells, to whom, how far back; acknowledgements; the snapshot."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import SUBJECT, TODAY, accepted, adopted_catalogue, document, noon, registered_recipient
from tests.journeys.conftest import on
from xinshu.doors.agency_feeds import acknowledged
from xinshu.regimes.agencies.actions import follow_acknowledgements
from xinshu.regimes.agencies.queries import matters
from xinshu.register.access.models import TrailLine
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record
from xinshu.uses.sharing import api
from xinshu.uses.sharing.forms import REASONS
from xinshu.uses.sharing.queries import BACK, subscriptions

pytestmark = pytest.mark.django_db(transaction=True)

LICENCE = "示市监许〔2026〕0001号"


@pytest.fixture(autouse=True)
def house() -> Iterator[None]:
    adopted_catalogue()
    with on(TODAY):
        yield


@pytest.fixture
def token() -> dict[str, str]:
    return {"Authorization": f"Bearer {registered_recipient()}"}


def sealed(day: date = TODAY) -> None:
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def shown() -> None:
    """A penalty and a licence."""
    accepted(document())
    accepted(document("ADMIN_LICENCE", document_number=LICENCE))
    sealed()


def withdrawn(number: str = "示市监罚〔2026〕0001号") -> None:
    record = Record.objects.get(document_number=number)
    factories.taken_back(record.subject_id, record.record_ref)
    sealed()


def page(query: str = "?after=0", headers: dict[str, str] | None = None, prefix: str = "") -> dict[str, Any]:
    response = Client().get(f"/api/v1/{prefix}changes{query}", headers=headers)
    assert response.status_code == 200, response.content
    said: dict[str, Any] = response.json()
    return said


def subscribed(query: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = page(query, headers, "subscription/")["changes"]
    return lines


def lines_of_snapshot(prefix: str = "", headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    response = Client().get(f"/api/v1/{prefix}snapshot", headers=headers)
    assert response.status_code == 200
    return [orjson.loads(line) for line in b"".join(response.streaming_content).splitlines()]  # type: ignore[union-attr]


def test_everyone_is_told_what_is_not_adverse_and_a_tombstone_of_the_rest(token: dict[str, str]) -> None:
    shown()
    said = page()
    assert (said["after"], said["next"], said["size"], said["day"]) == (0, 3, 3, TODAY.isoformat())
    rules, penalty, licence = said["changes"]
    assert [line["event"] for line in said["changes"]] == ["RULES", "SHOWN", "SHOWN"]
    assert (rules["content"], penalty["content"], penalty["salt"]) == (None, None, None)
    assert licence["content"]["record"]["document_number"] == LICENCE
    assert licence["content"]["subject"] == SUBJECT
    assert "reason" not in licence
    told = subscribed("?after=0", token)
    assert told[1]["content"]["record"]["kind"] == "ADMIN_PENALTY"


def test_what_ended_is_a_tombstone_whoever_asks(token: dict[str, str]) -> None:
    shown()
    withdrawn(LICENCE)
    withdrawn()
    for lines in (page()["changes"], subscribed("?after=0", token)):
        assert [line["content"] for line in lines] == [None] * 5
        assert [line["of"] for line in lines] == [None, None, None, 2, 1]


def test_a_tombstone_of_what_ended_and_of_what_is_adverse_look_alike() -> None:
    shown()
    before = page("?after=1&most=1")["changes"]
    withdrawn()
    assert page("?after=1&most=1")["changes"] == before


def test_the_true_reason_is_for_subscribers_who_had_the_record(token: dict[str, str]) -> None:
    shown()
    withdrawn()
    (ending,) = subscribed("?after=3", token)
    assert ending["reason"] == {"code": "WITHDRAWN", **dict(zip(("zh", "en"), REASONS["WITHDRAWN"], strict=True))}
    assert subscribed("?after=0", token)[-1]["reason"] is None, "whoever never had it is told that it ended"
    assert "reason" not in page("?after=3")["changes"][0]


def test_a_term_that_is_over_is_told_as_such(token: dict[str, str]) -> None:
    accepted(document())
    sealed()
    until = Record.objects.get().public_until
    assert until is not None
    turn_the_day(moment=noon(until))
    sealed(until)
    renewed = {"Authorization": f"Bearer {factories.registered_recipient(on_day=until)}"}
    with on(until):
        assert [line["reason"]["code"] for line in subscribed("?after=2", renewed)] == ["TERM_OVER"]
        assert token != renewed


def test_what_ends_at_midnight_is_told_to_nobody_though_the_log_has_not_turned_its_day() -> None:
    """The entry still shows the record; the gate does not."""
    accepted(document(decided_on=TODAY - timedelta(days=350)))
    sealed()
    until = Record.objects.get().public_until
    assert until is not None
    assert TODAY < until < TODAY + BACK
    token = {"Authorization": f"Bearer {registered_recipient()}"}
    with on(until - timedelta(days=1)):
        assert [line["content"] is None for line in subscribed("?after=0", token)] == [True, False]
        assert len(lines_of_snapshot("subscription/", token)) == 3
    with on(until):
        assert [line["content"] for line in subscribed("?after=0", token)] == [None, None]
        assert len(lines_of_snapshot("subscription/", token)) == 2


def test_only_what_is_signed_is_told() -> None:
    accepted(document())
    assert (page()["size"], page()["changes"]) == (0, [])
    sealed()
    assert page()["size"] == 2


def test_a_cursor_beyond_the_log_is_told_so() -> None:
    shown()
    response = Client().get("/api/v1/changes?after=4")
    assert (response.status_code, response.json()["error"]) == (409, "FEED_AHEAD")
    assert "3" in response.json()["message"]["zh"]
    assert page("?after=3")["changes"] == []


def test_the_feed_goes_back_a_month() -> None:
    shown()
    later = TODAY + BACK + timedelta(days=1)
    accepted(document(document_number="示市监罚〔2026〕0009号"), on_day=later)
    sealed(later)
    with on(later):
        assert page("?after=3")["next"] == 4
        response = Client().get("/api/v1/changes?after=2")
        assert (response.status_code, response.json()["error"]) == (410, "FEED_TOO_OLD")
        assert len(lines_of_snapshot()) == 3


def test_the_feed_never_goes_back_behind_what_was_erased() -> None:
    shown()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE publog_state SET erased_through = 2")
    assert Client().get("/api/v1/changes?after=1").json()["error"] == "FEED_TOO_OLD"
    assert page("?after=2")["next"] == 3


def test_a_page_asks_a_bounded_number_of_statements() -> None:
    shown()
    with CaptureQueriesContext(
        connection,
    ) as few:
        page()
    for number in range(20):
        accepted(document("ADMIN_LICENCE", document_number=f"示市监许〔2026〕1{number:03d}号"))
    sealed()
    with CaptureQueriesContext(connection) as many:
        assert len(page()["changes"]) == 23
    assert len(many) == len(few)


def test_who_waits_is_told_what_comes_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    shown()

    def meanwhile(_: float) -> None:
        withdrawn()

    monkeypatch.setattr(api.time, "sleep", meanwhile)
    assert [line["event"] for line in page("?after=3&wait=20")["changes"]] == ["ENDED"]


def test_without_a_seat_nobody_waits() -> None:
    shown()
    with api.SEATS:
        assert page("?after=3&wait=25")["changes"] == []


def test_a_snapshot_is_what_is_shown_and_says_where_to_go_on(token: dict[str, str]) -> None:
    shown()
    head, licence, end = lines_of_snapshot()
    assert (head["size"], end) == (3, {"end": 1})
    assert head["checkpoint"] == page()["checkpoint"]
    assert (licence["number"], licence["content"]["record"]["document_number"]) == (2, LICENCE)
    assert {line.get("number") for line in lines_of_snapshot("subscription/", token)} == {None, 1, 2}
    withdrawn(LICENCE)
    assert lines_of_snapshot()[1:] == [{"end": 0}]


def test_a_snapshot_waits_for_a_moment_at_which_all_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown()
    accepted(document(document_number="示市监罚〔2026〕0002号"))
    monkeypatch.setattr(api, "PATIENCE", 0.0)
    response = Client().get("/api/v1/snapshot")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    sealed()
    monkeypatch.setattr(api, "PATIENCE", 5.0)
    assert lines_of_snapshot()[0]["size"] == 4


def test_one_snapshot_is_sent_at_a_time_and_one_that_is_not_read_makes_room() -> None:
    shown()
    with api.SENDING:
        assert Client().get("/api/v1/snapshot").status_code == 503
    Client().head("/api/v1/snapshot").close()
    assert len(lines_of_snapshot()) == 3


def test_acknowledgements_never_go_back_and_never_beyond_what_was_told(token: dict[str, str]) -> None:
    shown()
    address = "/api/v1/subscription/acknowledgements"

    def said(through: Any) -> tuple[int, dict[str, Any]]:
        response = Client().post(address, {"through": through}, content_type="application/json", headers=token)
        return response.status_code, response.json()

    assert said(1)[0] == 409
    subscribed("?after=0", token)
    assert said(2) == (200, {"acknowledged": 2})
    assert said(1) == (200, {"acknowledged": 2})
    status, refused = said(4)
    assert (status, refused["error"]) == (409, "NOT_TOLD")
    assert said("x")[0] == said(-1)[0] == 422
    (row,) = subscriptions()
    assert (row.recipient, row.told, row.acknowledged) == ("示范银行", 3, 2)


def test_who_does_not_acknowledge_is_late_and_who_does_is_not(token: dict[str, str]) -> None:
    shown()
    subscribed("?after=0", token)
    withdrawn()
    later = TODAY + timedelta(days=10)
    rows = map(acknowledged, subscriptions())
    assert follow_acknowledgements(rows, moment=noon(later)) == 1
    with on(later):
        subscribed("?after=3", token)
        Client().post(
            "/api/v1/subscription/acknowledgements", {"through": 4}, content_type="application/json", headers=token
        )
    assert [matter.state for matter in matters(on_date=later)] == []
    assert follow_acknowledgements(map(acknowledged, subscriptions()), moment=noon(later)) == 0


def test_who_begins_with_a_snapshot_has_nothing_older_to_acknowledge(token: dict[str, str]) -> None:
    shown()
    withdrawn()
    lines_of_snapshot("subscription/", token)
    assert [(row.told, row.acknowledged) for row in subscriptions()] == [(4, 4)]
    assert follow_acknowledgements(map(acknowledged, subscriptions()), moment=noon(TODAY + timedelta(days=10))) == 0


def test_what_a_subscriber_fetches_leaves_a_line(token: dict[str, str]) -> None:
    shown()
    lines_of_snapshot("subscription/", token)
    subscribed("?after=0", token)
    subscribed("?after=3", token)
    acts = TrailLine.objects.filter(actor="recipient:示范银行").order_by("id").values_list("act", "matter", "purpose")
    assert list(acts) == [
        ("FETCH_SNAPSHOT", "log 3", "贷前核查"),
        ("FETCH_CHANGES", "log 0 to 3 content 2", "贷前核查"),
    ]
