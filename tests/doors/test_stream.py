"""`xinshu stream`: the feed as server-sent events, from a process of its own that holds no content."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests import factories
from tests.factories import SUBJECT, TODAY, accepted, adopted_catalogue, document, noon
from tests.processes import started
from xinshu.doors.cli.stream import stream
from xinshu.doors.stream import KEPT, Watch
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import stand
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record

Events = Iterator[tuple[int, str, dict[str, Any]]]
COMMAND = ("-c", "from xinshu.doors.cli.main import main; main()", "stream", "--port")


@pytest.fixture
def address(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """Of a stream that runs on the test's database."""
    adopted_catalogue()
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))
    with streaming(connection.get_connection_params(), tmp_path) as base:
        yield base


@contextmanager
def streaming(parameters: dict[str, Any], folder: Path) -> Iterator[str]:
    """A stream in a process of its own, on the database of these parameters."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    named = {name: parameters[name] for name in ("user", "password", "dbname", "host", "port") if name in parameters}
    environment = {**os.environ, "DATABASE_URL": make_conninfo(**named), "XINSHU_DATA_FOLDER": str(folder / "data")}
    command = [sys.executable, *COMMAND, str(port)]
    with started(command, env=environment, stdout=subprocess.DEVNULL) as process:
        base = f"http://127.0.0.1:{port}"
        _up(base)
        yield base
        process.terminate()  # killed, it would leave the process that serves behind
        process.wait(30)


def _up(base: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            assert httpx.get(f"{base}/").status_code == 404
        except httpx.TransportError:
            assert time.monotonic() < end, "the stream did not come up"
            time.sleep(0.1)
        else:
            return


@contextmanager
def reading(base: str, query: str = "", **headers: str) -> Iterator[Events]:
    """The events as a reader gets them: cursor, name, data."""
    with httpx.stream("GET", f"{base}/changes/stream{query}", headers=headers, timeout=30) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Events:
    told: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            told[name] = value
        elif told:
            yield int(told["id"]), told["event"], orjson.loads(told["data"])
            told = {}


def _until_size(events: Events, size: int) -> Events:
    """The events until the checkpoint of that size."""
    for event in events:
        yield event
        if event[1:] == ("checkpoint", {"size": size, "checkpoint": event[2].get("checkpoint")}):
            return


def _happens() -> None:
    """A record is shown, and withdrawn."""
    accepted(document())
    integrate(moment=noon(TODAY))
    record = Record.objects.get()
    factories.taken_back(record.subject_id, record.record_ref)
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))


def test_every_entry_is_sent_once_and_in_order_and_without_content(address: str) -> None:
    with reading(address, "?after=0") as events:
        assert next(events)[2]["event"] == "RULES"
        cursor, name, told = next(events)
        assert (cursor, name, told["size"]) == (1, "checkpoint", 1)
        _happens()
        found = list(_until_size(events, 3))
    lines = [data for _, name, data in found if name == "change"]
    assert [(line["number"], line["event"], line["of"]) for line in lines] == [(1, "SHOWN", None), (2, "ENDED", 1)]
    assert SUBJECT not in str(found)
    assert set(lines[0]) == {"number", "event", "leaf", "of"}


def test_a_reader_goes_on_where_it_stopped(address: str) -> None:
    _happens()
    for query, headers in (("?after=2", {}), ("?after=0", {"Last-Event-ID": "2"})):
        with reading(address, query, **headers) as events:
            assert next(events)[2]["event"] == "ENDED"
            cursor, name, told = next(events)
        assert (cursor, name, told) == (3, "checkpoint", {"size": 3, "checkpoint": stand().checkpoint})


def test_a_cursor_that_is_none_is_told_and_one_beyond_the_log_is_sent_to_the_api(address: str) -> None:
    assert httpx.get(f"{address}/changes/stream?after=x").status_code == 422
    assert httpx.post(f"{address}/changes/stream").status_code == 405
    with reading(address, "?after=99") as events:
        assert next(events) == (1, "behind", {"size": 1})


def test_it_outlives_a_loss_of_the_database(address: str) -> None:
    with reading(address, "?after=0") as events:
        assert next(events)[1] == "change"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        _happens()
        told = [data["event"] for _, name, data in _until_size(events, 3) if name == "change"]
    assert told == ["SHOWN", "ENDED"]


def test_who_is_too_far_behind_is_not_served_from_memory() -> None:
    watch = Watch()
    watch.events += [b"%d" % number for number in range(KEPT)]
    watch.size = KEPT + 5
    assert watch.beyond(4) is None
    assert watch.beyond(KEPT + 6) is None
    first = watch.beyond(5)
    assert first is not None
    assert next(iter(first[0])) == b"0"
    last = watch.beyond(KEPT + 5)
    assert last is not None
    assert (list(last[0]), last[1]) == ([], KEPT + 5)


def test_wrong_arguments_are_told() -> None:
    result = CliRunner().invoke(stream, ["--port", "0"])
    assert result.exit_code == 2
    assert "--port" in result.output
