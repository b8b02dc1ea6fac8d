"""A province's system sends a large file: in pieces, one lost on the way; checked, attested, filed by a worker.

Readers see numbered parts only, a withdrawal in the middle comes first, and what is sent again changes nothing. CI sends
150,000 rows, which are two parts, so that one is seen before the other; the million is the same journey: `-m soak`.
"""

import csv
import gzip
import io
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import polars as pl
import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo
from pytest_django.live_server_helper import LiveServer

from bench.made_up import MARKET, write_penalties
from tests import factories
from xinshu.bulk.files import REASONS_HEADER
from xinshu.doors.cli.worker import ITSELF
from xinshu.kit.clock import now
from xinshu.register.access.actions import issue_token
from xinshu.register.records.models import Filing, JournalLine, Record, RecordVersion

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PIECE = 4 << 20
MEMORY_KIB = 2 << 20
PATIENCE = 1800
IMPOSSIBLE = "2026-02-30"
NUMBER, CODE, DAY, FACTS = "行政处罚决定书文号", "行政相对人代码_1(统一社会信用代码)", "处罚决定日期", "违法事实"


class Province(NamedTuple):
    """What it sends, and what must become of it; `lines`: of one body's code, its document numbers with their line."""

    content: bytes
    sound: int
    again: int
    impossible: int
    faulty: int
    lines: dict[str, dict[str, int]]

    @property
    def received(self) -> int:
        return self.sound + self.again + self.faulty


def province(folder: Path, rows: int) -> Province:
    """Sound rows, four of five late; of each thousand one with an impossible day, and one decision told two ways; and
    at the end rows that stand far above already."""
    path = write_penalties(folder / "rows.csv", rows, seed=7)
    frame = pl.read_csv(path, infer_schema=False)
    path.unlink()
    at = pl.int_range(pl.len())
    today = pl.lit(now().day)
    days = (
        pl.when(at % 1000 == 500)
        .then(pl.lit(IMPOSSIBLE))
        .otherwise((today - pl.duration(days=1 + at % 5 * 20)).cast(pl.String))
    )
    frame = frame.with_columns(days.alias(DAY))
    # The second telling stands far from the first, in another part of the file.
    otherwise = frame.filter(at % 1000 == 250).with_columns(pl.lit("另一种说法。").alias(FACTS))
    again = frame.filter(at % 2500 == 3)
    told = pl.concat([frame, otherwise, again])
    lines: dict[str, dict[str, int]] = {}
    watched = told.with_row_index("line").filter(pl.col(CODE) == told[CODE][0]).select(CODE, NUMBER, "line")
    for code, number, line in watched.iter_rows():
        lines.setdefault(code, {}).setdefault(number, line)
    impossible = len(frame.filter(pl.col(DAY) == IMPOSSIBLE))
    return Province(
        content=gzip.compress(told.write_csv().encode(), compresslevel=1),
        sound=rows - impossible - len(otherwise),
        again=len(again),
        impossible=impossible,
        faulty=impossible + 2 * len(otherwise),
        lines=lines,
    )


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    """`xinshu worker` in a process of its own, on the test's database and vault."""
    given = connection.get_connection_params()
    known = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    place = {"DATABASE_URL": make_conninfo(**known), "XINSHU_DATA_FOLDER": str(settings.DATA_FOLDER)}
    place |= {
        "XINSHU_PUBLOG_FOLDER": str(settings.PUBLOG_FOLDER),
        "XINSHU_ENDINGS_FOLDER": str(settings.ENDINGS_FOLDER),
    }
    process = subprocess.Popen(ITSELF, env={**os.environ, **place})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[httpx.Client]:
    """The province's own system."""
    factories.adopted_catalogue()
    factories.registered_organ(MARKET)
    said = {"organ_code": MARKET.code, "name": "province", "from_day": now().day - timedelta(1), "until": None}
    headers = {"Authorization": f"Bearer {issue_token(**said, actor='test', moment=now())}"}
    with httpx.Client(base_url=f"{live_server.url}/api/v1", headers=headers, timeout=300) as http:
        yield http


def upload(client: httpx.Client, content: bytes, *, key: str) -> str:
    """In pieces; the second is lost half way, and the system asks where to go on."""
    opening: dict[str, Any] = {
        "params": {"kind": "ADMIN_PENALTY", "file_name": "province.csv.gz", "upload": "later"},
        "headers": {"Idempotency-Key": key},
    }
    opened = client.post("/batches", **opening)
    assert (opened.status_code, opened.headers["Upload-Offset"]) == (201, "0")
    batch = opened.json()["id"]
    address = f"/batches/{batch}/content"
    offset, lost = 0, False
    while offset < len(content):
        piece = content[offset : offset + PIECE]
        if offset and not lost:
            lost = True
            broken_off(client, address, offset, piece)
            # The very call that opened the batch may be sent again: it is the same batch, and tells where it stands.
            assert client.post("/batches", **opening).json()["id"] == batch
            offset = int(client.head(address).headers["Upload-Offset"])
            continue
        answer = client.patch(address, content=piece, headers={"Upload-Offset": str(offset)})
        assert answer.status_code == 204, answer.text
        offset = int(answer.headers["Upload-Offset"])
    assert lost
    wrong = client.patch(address, content=b"x", headers={"Upload-Offset": "0"})
    assert (wrong.status_code, int(wrong.headers["Upload-Offset"])) == (409, len(content))
    return str(batch)


def broken_off(client: httpx.Client, address: str, offset: int, piece: bytes) -> None:
    """A line that goes dead in the middle of a piece."""
    place = urlsplit(str(client.base_url))
    head = (
        f"PATCH {place.path.rstrip('/')}{address} HTTP/1.1\r\nHost: {place.netloc}\r\nUpload-Offset: {offset}\r\n"
        f"Authorization: {client.headers['Authorization']}\r\nContent-Length: {len(piece)}\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port)) as line:
        line.sendall(head.encode() + piece[: len(piece) // 2])
        line.shutdown(socket.SHUT_WR)
        line.recv(1 << 16)


def polled(client: httpx.Client, batch: str, until: str) -> Iterator[dict[str, Any]]:
    """The batch as it is told, again and again, until it is in that state; it is the last."""
    end = time.monotonic() + PATIENCE
    while True:
        told = client.get(f"/batches/{batch}").json()
        yield told
        if told["state"] == until:
            return
        assert told["state"] in {"UPLOADING", "CHECKED", "FILING"}, told
        assert time.monotonic() < end, told
        time.sleep(0.3)


def shown(client: httpx.Client, code: str) -> dict[str, str]:
    """What anyone sees of a body: reference by document number."""
    bodies = client.get(f"/subjects/{code}").json()["bodies"]
    return {record["document_number"]: record["ref"] for body in bodies for record in body["records"]}


def filed(client: httpx.Client, batch: str, sent: Province) -> str:
    """Filed by the worker, watched; the first record that appears is withdrawn meanwhile: its document number."""
    assert client.post(f"/batches/{batch}/file", json={"attested": True}).status_code == 202
    withdrawn = ""
    seen: set[int] = set()
    code = next(iter(sent.lines))
    for told in polled(client, batch, "FILED"):
        public = shown(client, code)
        parts = client.get(f"/batches/{batch}").json()["received"]
        seen.add(parts)
        # What is shown lies in parts that are committed and numbered.
        assert all(sent.lines[code][number] < parts for number in public)
        if public and not withdrawn and told["state"] == "FILING":
            withdrawn, reference = next(iter(public.items()))
            said = {"subject_code": code, "reason": "ENTERED_WRONGLY", "words": "录入错误"}
            assert client.post(f"/records/{reference}/withdrawal", json=said).status_code == 204
        assert withdrawn not in shown(client, code)
    assert len(seen - {0}) > 1, "no part was seen before the whole"
    return withdrawn


def numbers_are_dense_and_the_withdrawal_did_not_wait(sent: Province) -> None:
    filings = list(Filing.objects.order_by("first_number").values_list("first_number", "lines", "withdraws", "part"))
    following = 1
    for first, lines, _, _ in filings:
        assert first == following
        following += lines
    assert following - 1 == sent.sound + 1 == JournalLine.objects.count()
    places = {(withdraws, part): place for place, (_, _, withdraws, part) in enumerate(filings)}
    assert places[True, 0] < max(place for (withdraws, _), place in places.items() if not withdraws)


def peak_kib(process: "subprocess.Popen[bytes]") -> int:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


@pytest.mark.parametrize("rows", [150_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_a_province_sends_a_million(client: httpx.Client, tmp_path: Path, rows: int) -> None:
    sent = province(tmp_path, rows)
    batch = upload(client, sent.content, key="province-2026-11")
    with worker() as process:
        assert client.post(f"/batches/{batch}/check").status_code == 202
        progress = {(told["step"]["en"], told["done"]) for told in polled(client, batch, "CHECKED")}
        assert len(progress) > 2
        tried = client.get(f"/batches/{batch}").json()
        assert Record.objects.count() == Filing.objects.count() == 0
        withdrawn = filed(client, batch, sent)
        told = client.get(f"/batches/{batch}").json()
        counts = ("received", "accepted", "unchanged", "corrected", "returned", "outside")
        assert [told[name] for name in counts] == [sent.received, sent.sound, sent.again, 0, sent.faulty, 0]
        # Each part of the dry run is undone before the next: what stood in an earlier part is counted there once more.
        same = ("received", "corrected", "returned", "outside")
        assert [tried[name] for name in same] == [told[name] for name in same]
        assert 0 <= tried["accepted"] - told["accepted"] <= sent.again
        assert sent.sound * 0.7 < told["late"] < sent.sound * 0.9
        assert told["published"]
        assert withdrawn
        numbers_are_dense_and_the_withdrawal_did_not_wait(sent)
        returned_rows_come_back(client, batch, sent)
        the_same_again_changes_nothing(client, sent)
        assert peak_kib(process) < MEMORY_KIB


def returned_rows_come_back(client: httpx.Client, batch: str, sent: Province) -> None:
    """As a file in the form that was sent, each with its reasons."""
    rows = list(csv.DictReader(io.StringIO(client.get(f"/batches/{batch}/returned").content.decode("utf-8-sig"))))
    assert len(rows) == sent.faulty
    assert all(row[REASONS_HEADER] for row in rows)
    assert sum(row[DAY] == IMPOSSIBLE for row in rows) == sent.impossible


def the_same_again_changes_nothing(client: httpx.Client, sent: Province) -> None:
    before = (Record.objects.count(), RecordVersion.objects.count(), JournalLine.objects.count())
    batch = upload(client, sent.content, key="province-2026-11-again")
    assert client.post(f"/batches/{batch}/file", json={"attested": True}).status_code == 202
    *_, told = polled(client, batch, "FILED")
    assert (told["accepted"], told["corrected"], told["unchanged"]) == (0, 0, sent.sound + sent.again)
    assert (Record.objects.count(), RecordVersion.objects.count(), JournalLine.objects.count()) == before
