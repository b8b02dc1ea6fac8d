"""Intake for machines, over real HTTP: one call, pieces, resumption, keys, other organs, and refusals that say why."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
import time_machine
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.filings import SUBJECT, penalty, write_csv
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.proceedings import vault
from xinshu.proceedings.intake import actions
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door, State
from xinshu.register.access.actions import issue_token, revoke_token
from xinshu.register.access.queries import OrganRow

OTHER = OrganRow("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")


@pytest.fixture
def client(transactional_db: None, live_server: LiveServer) -> Iterator[httpx.Client]:
    """A client of the market regulator's own system, on the day of the tests."""
    with time_machine.travel(datetime.combine(factories.TODAY, time(12), LEGAL_ZONE), tick=True):
        factories.adopted_catalogue()
        factories.registered_organ()
        headers = {"Authorization": f"Bearer {token()}"}
        with httpx.Client(base_url=f"{live_server.url}/api/v1", headers=headers, timeout=60) as http:
            yield http


def token(organ: str = factories.MARKET.code, name: str = "case-system", days: int | None = None) -> str:
    moment = factories.noon(factories.TODAY)
    until = None if days is None else factories.TODAY + timedelta(days)
    return issue_token(organ_code=organ, name=name, from_day=moment.day, until=until, actor="test", moment=moment)


def send(client: httpx.Client, content: bytes, *, key: str = "", **query: str) -> httpx.Response:
    said = {"kind": "ADMIN_PENALTY", "file_name": "rows.csv", "attested": "true"} | query
    return client.post("/batches", params=said, content=content, headers={"Idempotency-Key": key or str(uuid4())})


@pytest.fixture
def rows(tmp_path: Path) -> bytes:
    good = [penalty(number=f"示市监罚〔2026〕{number:04d}号") for number in range(1, 6)]
    bad = penalty(number="示市监罚〔2026〕0009号", decided_on="2026-02-30")
    return write_csv(tmp_path / "rows.csv", [*good, bad]).read_bytes()


def test_one_call_files_a_batch_and_the_same_key_files_it_once(client: httpx.Client, rows: bytes) -> None:
    first = send(client, rows, key="monday-0001")
    assert first.status_code == 200
    told = first.json()
    assert (told["state"], told["received"], told["accepted"], told["returned"]) == ("FILED", 6, 5, 1)
    assert len(client.get(f"/subjects/{SUBJECT}").json()["bodies"][0]["records"]) == 5
    assert send(client, rows, key="monday-0001").json()["id"] == told["id"]
    assert client.get("/batches").json()["total"] == 1
    other = send(client, rows, key="monday-0001", file_name="other.csv")
    assert (other.status_code, other.json()["error"]) == (409, "KEYREUSED")
    content = send(client, rows + b"\n", key="monday-0001")
    assert (content.status_code, content.json()["error"]) == (409, "KEYREUSED")


def test_without_attestation_it_is_a_dry_run(client: httpx.Client, rows: bytes) -> None:
    told = send(client, rows, attested="false").json()
    assert (told["state"], told["accepted"], told["returned"]) == ("CHECKED", 5, 1)
    assert client.get(f"/subjects/{SUBJECT}").json()["bodies"] == []
    refused = client.post(f"/batches/{told['id']}/file", json={"attested": False})
    assert refused.status_code == 422
    filed = client.post(f"/batches/{told['id']}/file", json={"attested": True}).json()
    assert (filed["state"], filed["accepted"]) == ("FILED", 5)


def test_returned_rows_come_back_in_both_forms(client: httpx.Client, rows: bytes) -> None:
    batch = send(client, rows).json()["id"]
    file = client.get(f"/batches/{batch}/returned")
    assert "2026-02-30" in file.content.decode("gb18030")
    assert file.headers["Content-Disposition"].endswith('.csv"')
    (row,) = client.get(f"/batches/{batch}/returned", params={"form": "json"}).json()
    assert row["row"] == 7
    assert row["reasons"][0][1] == "处罚决定日期"


def test_an_upload_in_pieces_goes_on_where_it_was_cut(client: httpx.Client, rows: bytes) -> None:
    opened = send(client, b"", upload="later")
    assert (opened.status_code, opened.headers["Upload-Offset"]) == (201, "0")
    address = f"/batches/{opened.json()['id']}/content"
    assert client.patch(address, content=rows[:500], headers={"Upload-Offset": "0"}).status_code == 204
    cut = client.patch(address, content=rows[:500], headers={"Upload-Offset": "0"})
    assert (cut.status_code, cut.headers["Upload-Offset"]) == (409, "500")
    assert client.head(address).headers["Upload-Offset"] == "500"
    done = client.patch(address, content=rows[500:], headers={"Upload-Offset": "500"})
    assert done.headers["Upload-Offset"] == str(len(rows))
    checked = client.post(address.replace("content", "check")).json()
    assert (checked["state"], checked["accepted"]) == ("CHECKED", 5)
    late = client.patch(address, content=b"x", headers={"Upload-Offset": str(len(rows))})
    assert (late.status_code, late.json()["error"]) == (409, "NOTNOW")


def test_two_systems_with_one_key_at_one_moment(client: httpx.Client, rows: bytes) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: send(client, rows, key="twice-0001"), range(2)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert client.get("/batches").json()["total"] == 1
    assert len(client.get(f"/subjects/{SUBJECT}").json()["bodies"][0]["records"]) == 5


def test_another_organs_batch_is_no_batch(client: httpx.Client, rows: bytes) -> None:
    batch = send(client, rows).json()["id"]
    factories.registered_organ(OTHER)
    stranger = {"Authorization": f"Bearer {token(OTHER.code)}"}
    addresses = (f"/batches/{batch}", f"/batches/{batch}/returned", f"/batches/{uuid4()}")
    answers = [client.get(address, headers=stranger) for address in addresses]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert client.delete(f"/batches/{batch}", headers=stranger).status_code == 404
    assert client.get("/batches", headers=stranger).json() == {"batches": [], "total": 0}


@pytest.mark.parametrize("held", ["", "Bearer", "Bearer xs_wrong", "Basic eHM6eA=="])
def test_no_token_no_batch(client: httpx.Client, held: str) -> None:
    answer = client.get("/batches", headers={"Authorization": held})
    assert (answer.status_code, answer.json()["error"]) == (401, "NO_TOKEN")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_on_its_day_or_when_revoked(client: httpx.Client) -> None:
    short = {"Authorization": f"Bearer {token(name='short', days=1)}"}
    assert client.get("/batches", headers=short).status_code == 200
    with time_machine.travel(datetime.combine(factories.TODAY + timedelta(1), time(0), LEGAL_ZONE), tick=True):
        assert client.get("/batches", headers=short).status_code == 401
    moment = factories.noon(factories.TODAY)
    revoke_token(organ_code=factories.MARKET.code, name="case-system", actor="test", moment=moment)
    assert client.get("/batches").status_code == 401


def test_a_header_that_is_not_known_is_asked_about_and_remembered(client: httpx.Client, rows: bytes) -> None:
    strange = rows.decode("gb18030").replace("违法事实", "查明情况如下").encode("gb18030")
    refused = send(client, strange)
    assert (refused.status_code, refused.json()["state"]) == (422, "REFUSED")
    assert "查明情况如下" in refused.json()["refusal"]["zh"]
    batch = refused.json()["id"]
    asked = client.get(f"/batches/{batch}/header-questions").json()
    assert asked["unknown"] == ["查明情况如下"]
    kind = {"kind": "ADMIN_PENALTY"}
    wrong = client.put("/header-mappings", params=kind, json={"mapping": {"查明情况如下": "NO_FIELD"}})
    assert wrong.status_code == 422
    said = client.put("/header-mappings", params=kind, json={"mapping": {"查明情况如下": "CF_SY"}})
    assert said.status_code == 204
    checked = client.post(f"/batches/{batch}/check").json()
    assert (checked["state"], checked["accepted"], checked["refusal"]) == ("CHECKED", 5, None)


def test_a_batch_is_undone_before_it_is_filed_only(client: httpx.Client, rows: bytes) -> None:
    batch = send(client, rows, attested="false").json()["id"]
    assert client.delete(f"/batches/{batch}").status_code == 204
    assert client.get(f"/batches/{batch}").json()["state"] == "DISCARDED"
    assert client.post(f"/batches/{batch}/file", json={"attested": True}).status_code in {409, 410}
    filed = send(client, rows).json()["id"]
    assert client.delete(f"/batches/{filed}").status_code == 409
    kept = {str(one) for one in vault.batches_kept()}
    assert filed in kept
    assert batch not in kept


def test_a_record_is_withdrawn_at_once_and_no_sending_brings_it_back(client: httpx.Client, rows: bytes) -> None:
    send(client, rows)
    shown = client.get(f"/subjects/{SUBJECT}").json()["bodies"][0]["records"]
    form = {"subject_code": SUBJECT, "reason": "ENTERED_WRONGLY", "words": "录入错误"}
    address = f"/records/{shown[0]['ref']}/withdrawal"
    assert client.post(address, json=form).status_code == 204
    assert client.get(f"/subjects/{SUBJECT}/records/{shown[0]['ref']}").status_code == 404
    assert client.post(address, json=form).status_code == 404
    again = send(client, rows).json()
    assert (again["accepted"], again["unchanged"]) == (0, 5)
    assert len(client.get(f"/subjects/{SUBJECT}").json()["bodies"][0]["records"]) == 4


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("POST", "/batches?kind=ADMIN_PENALTY", 400),
        ("POST", "/batches", 422),
        ("GET", "/batches/not-a-uuid", 422),
        ("PATCH", f"/batches/{UUID(int=1)}/content", 404),
        ("POST", f"/records/{UUID(int=1)}/withdrawal", 422),
        ("PUT", "/header-mappings", 422),
        ("GET", "/batches?page=x", 422),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(client: httpx.Client, method: str, address: str, status: int) -> None:
    answer = client.request(method, address)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message", "reasons"}


def test_an_unknown_kind_names_those_that_are(client: httpx.Client, rows: bytes) -> None:
    answer = send(client, rows, kind="GOSSIP")
    assert answer.status_code == 422
    assert "ADMIN_PENALTY" in answer.json()["message"]["zh"]


@pytest.mark.parametrize("reached", ["opened", "kept", "checked", "filing"])
def test_a_call_that_was_cut_off_is_completed_by_the_same_call(client: httpx.Client, rows: bytes, reached: str) -> None:
    """Wherever it was killed, the same key with the same body ends as one call would have."""
    moment = factories.noon(factories.TODAY)
    who = {"organ_code": factories.MARKET.code, "kind": "ADMIN_PENALTY", "actor": "test", "moment": moment}
    batch = actions.open_batch(file_name="rows.csv", door=Door.API, key="monday-0002", **who).id
    if reached != "opened":
        vault.append(batch, 0, [rows])
    if reached == "filing":
        Batch.objects.filter(id=batch).update(
            state=State.FILING, attested_by="test", file_digest=hashlib.sha256(rows).digest()
        )
    if reached == "checked":
        assert send(client, rows, key="monday-0002", attested="false").json()["state"] == "CHECKED"
        assert client.post(f"/batches/{batch}/file", json={"attested": True}).json()["state"] == "FILED"
    told = send(client, rows, key="monday-0002")
    assert told.status_code == 200
    assert told.json()["id"] == str(batch)
    assert (told.json()["state"], told.json()["accepted"], told.json()["returned"]) == ("FILED", 5, 1)


def test_pieces_are_not_taken_for_the_whole(client: httpx.Client, rows: bytes) -> None:
    """A call with the whole body does not file what was only begun in pieces."""
    key = "monday-0003"
    opened = send(client, b"", key=key, upload="later").json()["id"]
    headers = {"Upload-Offset": "0"}
    assert client.patch(f"/batches/{opened}/content", content=rows[:100], headers=headers).status_code == 204
    assert send(client, rows, key=key).json()["state"] == "UPLOADING"
