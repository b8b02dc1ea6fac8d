"""Open data at the door: the page, the manifest, whole files and ranges, and bulk for recipients alone."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.http import HttpResponseBase
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from tests import factories
from tests.factories import TODAY, accepted, document, noon
from xinshu.doors import downloads
from xinshu.register.access.actions import end_recipient, register_recipient
from xinshu.register.access.models import TrailLine
from xinshu.uses.disclosure import open_data
from xinshu.uses.disclosure.open_data import FORMS, make_file
from xinshu.uses.disclosure.tasks import ALL_SETS, SOON, _make, _make_all

pytestmark = pytest.mark.django_db
CSV = "/data/licences.csv"
BULK = "/api/v1/bulk/ndjson"


@pytest.fixture(autouse=True)
def world(settings: Settings, tmp_path: Path) -> Iterator[date]:
    """One licence and one penalty are shown; files lie in a folder of their own."""
    settings.DATA_FOLDER = tmp_path
    factories.adopted_catalogue()
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
    accepted(document())
    with time_machine.travel(noon(TODAY).instant, tick=False):
        yield TODAY


@pytest.fixture(params=["in one", "by blocks"])
def sending(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files go out in one piece; large ones as they are read."""
    if request.param == "by blocks":
        monkeypatch.setattr(downloads, "IN_ONE", 0)
        monkeypatch.setattr(downloads, "BLOCK", 7)


def sent(answer: HttpResponseBase) -> bytes:
    """The bytes of an answer, however it was sent; its file is closed after."""
    assert answer.streaming == (downloads.IN_ONE == 0 and answer.status_code in (200, 206))
    return answer.getvalue()  # type: ignore[attr-defined,no-any-return]


def registered(name: str = "示范银行", **changes: Any) -> dict[str, str]:
    """The header of a recipient."""
    said = {
        "contact": "data@bank.example",
        "purpose": "贷前核查",
        "accepts_terms": True,
        "until": TODAY + timedelta(30),
    }
    token = register_recipient(name=name, **{**said, **changes}, actor="test", moment=noon(TODAY))
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.usefixtures("sending")
def test_a_file_says_what_it_is(client: Client) -> None:
    answer = client.get(CSV)
    octets = sent(answer)
    assert answer.status_code == 200
    assert "示市监许〔2026〕0001号" in octets.decode("utf-8-sig")
    assert answer.headers["ETag"] == f'"{hashlib.sha256(octets).hexdigest()}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="xinshu-licences-{TODAY}.csv"'
    assert int(answer.headers["Content-Length"]) == len(octets)
    assert answer.headers["Link"] == '</data/manifest.json>; rel="describedby"'


def test_the_manifest_tells_what_is_there(client: Client) -> None:
    octets = sent(client.get(CSV))
    told = client.get("/data/manifest.json").json()
    assert (told["day"], told["good_until"]) == (str(TODAY), "2026-11-24T00:00:00+08:00")
    assert "log_number" not in told, "the number of the journal stays inside (Decision 8)"
    assert len(told["edition"]) == 64
    assert len(told["terms"]) == 4
    files = {entry["address"]: entry for entry in told["files"]}
    assert len(files) == 12
    digest = hashlib.sha256(octets).hexdigest()
    assert {name: files[CSV][name] for name in ("rows", "size", "sha256")} == {
        "rows": 1,
        "size": len(octets),
        "sha256": digest,
    }
    assert files["/data/licences.xlsx"]["sha256"] is None, "nobody has asked for it yet"
    assert not [entry for entry in files.values() if entry["data_set"] == "adverse"]


def test_head_says_the_same_and_sends_nothing(client: Client) -> None:
    whole, head = client.get(CSV), client.head(CSV)
    octets = sent(whole)
    assert head.status_code == 200
    assert head.content == b""
    assert int(head.headers["Content-Length"]) == len(octets)
    told = ("ETag", "Content-Length", "Content-Type", "Content-Disposition", "Accept-Ranges")
    assert {name: head.headers[name] for name in told} == {name: whole.headers[name] for name in told}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-9", range(10)),
        ("bytes=5-", range(5, 10**9)),
        ("bytes=-4", range(-4, 0)),
        ("bytes=3-999999999999999999", range(3, 10**9)),
        ("bytes=-999999999", range(10**9)),
        ("bytes=9-3", None),
        ("bytes=-", None),
        ("bytes=0-1,4-5", None),
        ("rows=0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
@pytest.mark.usefixtures("sending")
def test_a_range_is_answered(client: Client, asked: str, expected: range | None) -> None:
    octets = sent(client.get(CSV))
    answer = client.get(CSV, headers={"Range": asked})
    if expected is None:
        assert (answer.status_code, sent(answer)) == (200, octets)
        return
    span = range(len(octets))[slice(expected.start, None if expected.stop in (0, 10**9) else expected.stop)]
    span = range(len(octets)) if asked == "bytes=-999999999" else span
    assert sent(answer) == octets[span.start : span.stop]
    if len(span) < len(octets):
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {span.start}-{span.stop - 1}/{len(octets)}"


def test_a_range_that_is_not_there_or_of_another_file(client: Client) -> None:
    size = len(sent(client.get(CSV)))
    for asked in (f"bytes={size}-", "bytes=-0"):
        answer = client.get(CSV, headers={"Range": asked})
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{size}")
    own = client.head(CSV).headers["ETag"]
    for tag, status in ((own, 206), ('"another"', 200)):
        answer = client.get(CSV, headers={"Range": "bytes=0-1", "If-Range": tag})
        assert answer.status_code == status
        sent(answer)


def test_who_has_it_already_is_sent_nothing_until_it_changes(client: Client) -> None:
    own = client.head(CSV).headers["ETag"]
    for tag in (own, f"W/{own}", f'"x", {own}'):
        answer = client.get(CSV, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0002号"))
    answer = client.get(CSV, headers={"If-None-Match": own})
    assert answer.status_code == 200
    assert "0002号" in sent(answer).decode("utf-8-sig")


@pytest.mark.parametrize(
    "address", ["/data/adverse.csv", "/data/licences.pdf", "/data/nothing.csv", "/data/../secret_key.csv"]
)
def test_what_is_not_offered_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_file_being_made_is_told_in_one_sentence(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_data, "MOST_AT_ONCE", 0)
    answer = client.get(CSV)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.content.decode().count("\n") == 1
    assert "try again" in answer.content.decode()
    told = client.get(BULK, headers=registered())
    assert (told.status_code, told.json()["error"]) == (503, "BEING_MADE")
    assert int(told.headers["Retry-After"]) > 0
    make_file(ALL_SETS["licences"], "csv", on_date=TODAY)
    assert sent(client.get(CSV))


def test_the_job_makes_ahead_what_is_asked_for_and_nothing_else(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinshu.uses.disclosure.tasks.connection.close", lambda: None)
    asked = {("licences", "csv"), ("licences", "xlsx"), ("registration", "parquet")}
    for name, form in asked:
        assert client.get(f"/data/{name}.{form}").status_code == 200
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0002号"))
    _make_all(timestamp=0)
    jobs = ProcrastinateJob.objects.filter(task_name="disclosure.make_file")
    assert {job.scheduled_at - noon(TODAY).instant for job in jobs} == {timedelta(seconds=SOON)}
    assert {(job.args["data_set"], job.args["form"]) for job in jobs} == asked
    for job in jobs:
        _make(**job.args)
    with monkeypatch.context() as without:
        without.setattr(open_data, "make_file", None)
        assert "0002号" in sent(client.get(CSV)).decode()
    jobs.delete()
    with time_machine.travel(noon(TODAY + timedelta(days=2)).instant, tick=False):
        _make_all(timestamp=0)
    assert not jobs.exists()
    assert {path.suffix for path in (tmp_path / "open-data").iterdir()} == {".lock", ".asked"}, (
        "nobody asks: nothing stays"
    )


def test_the_page_says_what_there_is_and_by_which_terms(client: Client) -> None:
    before = client.get("/data/").content.decode()
    assert "第一次下载时按最新状态生成" in before
    digest = client.head(CSV).headers["ETag"].strip('"')
    page = client.get("/data/").content.decode()
    assert digest in page
    for said in ("other_fields", "shown_until", "XK_WSH", "不得用于识别", "/data/manifest.json", "/api/v1/bulk/csv"):
        assert said in page, said
    assert "/data/adverse" not in page


@pytest.mark.usefixtures("sending")
def test_bulk_is_sent_to_a_recipient_and_leaves_a_line(client: Client) -> None:
    header = registered()
    answer = client.get(BULK, headers=header)
    assert "示市监罚〔2026〕0001号" in sent(answer).decode()
    line = TrailLine.objects.latest("id")
    assert (line.actor, line.act, line.purpose) == ("recipient:示范银行", "FETCH_BULK", "贷前核查")
    assert line.matter == f"adverse.ndjson {TODAY} log 2 rows 1"
    count = TrailLine.objects.count()
    assert client.head(BULK, headers=header).status_code == 200
    assert client.get(BULK, headers={**header, "If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert TrailLine.objects.count() == count, "nothing was sent"
    sent(client.get(BULK, headers={**header, "Range": "bytes=0-1"}))
    assert TrailLine.objects.count() == count + 1
    for form in FORMS:
        assert sent(client.get(f"/api/v1/bulk/{form}", headers=header))
    assert client.get("/api/v1/bulk/pdf", headers=header).status_code == 404
    told = client.get("/api/v1/bulk/manifest", headers=header).json()
    assert {entry["data_set"] for entry in told["files"]} == {"adverse"}


def test_who_is_no_recipient_today_is_refused_in_the_one_shape(client: Client) -> None:
    ended, over = registered(), registered("示范担保", until=TODAY + timedelta(1))
    end_recipient(name="示范银行", actor="test", moment=noon(TODAY))
    sent(client.get(BULK, headers=over))
    lines = TrailLine.objects.count()
    with time_machine.travel(noon(TODAY + timedelta(1)).instant, tick=False):
        for header in ({}, ended, over, {"Authorization": "Bearer "}, {"Authorization": "Bearer nothing"}):
            for address in (BULK, "/api/v1/bulk/manifest"):
                answer = client.get(address, headers=header)
                assert answer.status_code == 401
                assert list(answer.json()) == ["error", "message", "reasons"]
                assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert TrailLine.objects.count() == lines
