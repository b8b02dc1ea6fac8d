"""A check that is sent again under the caller's own key has the first answer, to the byte, and is kept once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import orjson
import pytest
from django.db import connection, connections
from django.test import Client

from tests import factories
from tests.factories import SUBJECT, TODAY, UNKNOWN, accepted, document
from tests.journeys.conftest import on
from tests.measures import BARRED, PURPOSE, SERIOUS, adopted_measures, asked, lines, organ_token, stands
from xinshu.register.access.models import TrailLine
from xinshu.register.records.models import Record
from xinshu.uses.measures.models import Check, Tender, Watch
from xinshu.uses.measures.queries import checks_of

KEY = "tender-2026-0001-1"


@pytest.fixture(autouse=True)
def house(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path / "data"
    adopted_measures(tmp_path)
    factories.registered_organ()
    accepted(document(**SERIOUS))
    with on(TODAY):
        yield


@pytest.fixture
def token() -> dict[str, str]:
    return organ_token()


def keyed(token: dict[str, str], key: str = KEY) -> dict[str, str]:
    return {**token, "Idempotency-Key": key}


def test_the_same_key_and_question_has_the_same_bytes_and_is_kept_once(token: dict[str, str]) -> None:
    first = asked(keyed(token), SUBJECT, UNKNOWN)
    row = Record.objects.get()
    factories.taken_back(row.subject_id, row.record_ref)
    again = asked(keyed(token), SUBJECT, UNKNOWN)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Xinshu-Check"] == first.headers["Xinshu-Check"] == lines(first)[0]["check"]
    assert "Xinshu-Given-Before" not in first.headers
    assert again.headers["Xinshu-Given-Before"] == "true"
    _, kept = checks_of([row.subject_id], on_date=TODAY, most=10)
    assert (kept, Check.objects.count()) == (1, 1)
    assert list(TrailLine.objects.order_by("id").values_list("act", flat=True))[-2:] == ["CHECK", "REPLAY_CHECK"]
    assert stands(asked(keyed(token, "another-key"), SUBJECT)) == [], "what is decided on is asked under a new key"


def test_a_question_is_the_same_however_it_is_written(token: dict[str, str]) -> None:
    first = asked(keyed(token), SUBJECT, UNKNOWN)
    head = orjson.dumps({"purpose": f" {PURPOSE} ", "context": "PUBLIC_TRADING"})
    body = b"\n".join([head, b"", orjson.dumps({"code": SUBJECT}), orjson.dumps(UNKNOWN)])
    again = Client().post("/api/v1/check", body, content_type="application/x-ndjson", headers=keyed(token))
    assert again.content == first.content


@pytest.mark.parametrize(
    "other", [{"codes": [UNKNOWN]}, {"codes": [UNKNOWN, SUBJECT]}, {"context": "AWARDS"}, {"purpose": "另一目的"}]
)
def test_the_same_key_for_another_question_is_refused(token: dict[str, str], other: dict[str, Any]) -> None:
    asked(keyed(token), SUBJECT, UNKNOWN)
    said = {"codes": [SUBJECT, UNKNOWN], "context": "PUBLIC_TRADING", "purpose": PURPOSE, **other}
    answer = Client().post("/api/v1/check", orjson.dumps(said), "application/json", headers=keyed(token))
    assert (answer.status_code, answer.json()["error"]) == (409, "KEYREUSED")
    assert "请换一个键" in answer.json()["message"]["zh"]
    assert answer.json()["message"]["en"].startswith("This key")
    assert Check.objects.count() == 1


@pytest.mark.parametrize("key", ["", "short", "k" * 101, "with a blank", "键键键键键键键键"])
def test_a_key_that_is_none_is_refused_before_anything_is_asked(token: dict[str, str], key: str) -> None:
    answer = asked(keyed(token, key), SUBJECT)
    assert (answer.status_code, answer.json()["reasons"]) == (422, ["header.Idempotency-Key"])
    assert not Check.objects.exists()


def test_without_a_key_each_is_a_check_of_its_own(token: dict[str, str]) -> None:
    assert asked(token, SUBJECT).content != asked(token, SUBJECT).content
    assert Check.objects.count() == 2


def test_a_key_is_its_callers_own(token: dict[str, str]) -> None:
    bank = {"Authorization": f"Bearer {factories.registered_recipient()}"}
    first, other = asked(keyed(token), SUBJECT), asked(keyed(bank), SUBJECT)
    assert first.content != other.content
    assert other.status_code == 200


def test_a_question_that_was_refused_has_not_used_its_key(token: dict[str, str]) -> None:
    assert asked(keyed(token), SUBJECT, purpose="    ").status_code == 422
    assert stands(asked(keyed(token), SUBJECT)) == [BARRED]


def test_a_key_is_free_when_the_answer_is_past_its_time_erased_or_not(token: dict[str, str], settings: Any) -> None:
    first = asked(keyed(token), SUBJECT)
    last = TODAY + timedelta(days=settings.CHECK_DAYS)
    with on(last):
        assert asked(keyed(organ_token(last, "last")), SUBJECT).content == first.content
    with on(last + timedelta(days=1)):
        later = asked(keyed(organ_token(last + timedelta(days=1), "later")), SUBJECT)
        assert lines(later)[0]["day"] == (last + timedelta(days=1)).isoformat()
    assert Check.objects.count() == 1


def test_two_at_once_have_one_answer(token: dict[str, str]) -> None:
    together = Barrier(2)

    def sent(_place: int) -> bytes:
        together.wait(30)
        try:
            return bytes(asked(keyed(token), SUBJECT, UNKNOWN).content)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(sent, range(2))
    assert first == second
    assert b'"end":2' in first
    assert Check.objects.count() == 1


def test_an_answer_that_broke_off_is_had_again_by_key_and_by_number(token: dict[str, str]) -> None:
    """It is whole and kept before its first byte goes out."""
    codes = [SUBJECT, *[UNKNOWN] * 5_000]
    first = asked(keyed(token), *codes).content
    begun = orjson.loads(first[: first.index(b"\n")])
    connection.close()
    whole = Client().get(f"/api/v1/check/{begun['check']}", headers=token)
    assert whole.content == first == asked(keyed(token), *codes).content
    assert lines(whole)[-1] == {"end": 5_001, "found": 1}


# --- watches --------------------------------------------------------------------------------------


def watched(token: dict[str, str], *codes: str, **changes: Any) -> Any:
    said = {"codes": list(codes), "context": "PUBLIC_TRADING", "purpose": PURPOSE, "reference": "示采〔2026〕1号"}
    said |= {"ends_on": TODAY + timedelta(days=9), **changes}
    return Client().post("/api/v1/watches", orjson.dumps(said), "application/json", headers=token)


def test_a_watch_that_is_asked_for_again_is_the_same(token: dict[str, str]) -> None:
    first = watched(token, SUBJECT, UNKNOWN)
    assert watched(token, UNKNOWN, SUBJECT).json() == first.json()
    bank = {"Authorization": f"Bearer {factories.registered_recipient()}"}
    others = [
        watched(token, SUBJECT),
        watched(token, SUBJECT, UNKNOWN, reference="示采〔2026〕2号"),
        watched(token, SUBJECT, UNKNOWN, ends_on=TODAY),
        watched(bank, SUBJECT, UNKNOWN),
    ]
    numbers = {one.json()["watch"] for one in [first, *others]}
    assert len(numbers) == Watch.objects.count() == 5
    Client().delete(f"/api/v1/watches/{first.json()['watch']}", headers=token)
    assert watched(token, SUBJECT, UNKNOWN).json()["watch"] not in numbers, "what has ended is not taken up again"


def test_two_watches_at_once_are_one_and_a_rooms_watch_is_the_rooms_own(token: dict[str, str]) -> None:
    together = Barrier(2)

    def sent(_place: int) -> str:
        together.wait(30)
        try:
            return str(watched(token, SUBJECT).json()["watch"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(sent, range(2)))) == 1
    own = Watch.objects.get()
    Tender.objects.create(
        id=own.id,
        organ_code=factories.MARKET.code,
        reference="示采〔2026〕1号",
        title="示例",
        power="NONE",
        basis="PRC-APL",
        opens_on=TODAY,
        ends_on=TODAY,
        state="PREPARED",
        watch=own,
    )
    assert watched(token, SUBJECT).json()["watch"] != str(own.id)
