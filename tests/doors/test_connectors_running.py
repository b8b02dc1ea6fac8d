"""Connectors at work: by schedule through the queue, never twice at a time, their receipts sent, the commands for them."""

import asyncio
import hashlib
import hmac
import os
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
import time_machine
from click.testing import CliRunner, Result
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from psycopg.conninfo import make_conninfo
from pytest_django import Settings

from tests import factories, filings
from tests.doors.sources import NEVER, QUICK, Answer, Request, row, serving
from tests.processes import started
from tests.timers import due, work_far_ahead
from xinshu.doors.cli.connect import connect
from xinshu.doors.cli.worker import ITSELF, work
from xinshu.doors.connectors import configuration, receipts, running
from xinshu.doors.connectors.faults import Busy
from xinshu.doors.connectors.tasks import run_later
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.proceedings.intake import queries
from xinshu.proceedings.intake.states import State

KNOWN = ("user", "password", "dbname", "host", "port")
Configure = Callable[..., None]


@pytest.fixture
def inbox(day: date, settings: Settings, tmp_path: Path) -> Path:
    factories.adopted_catalogue()
    factories.registered_organ()
    settings.SECRETS_FOLDER = tmp_path
    (tmp_path / "receipt-key").write_text("made-up key", encoding="utf-8")
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def configured(inbox: Path, settings: Settings, tmp_path: Path) -> Configure:
    def write(**more: Any) -> None:
        entry = {
            "name": "market",
            "organ": factories.MARKET.code,
            "kind": "ADMIN_PENALTY",
            "schedule": NEVER,
            "attested_by": {"who": "示例审查小组", "document": "示市监信〔2026〕3号"},
            "source": {"type": "folder", "path": str(inbox), "settle": "10ms"},
            "back_off": QUICK,
        }
        settings.CONNECTORS = tmp_path / "connectors.yaml"
        settings.CONNECTORS.write_bytes(orjson.dumps({"connectors": [entry | more]}))

    return write


def csv(folder: Path, *numbers: int) -> None:
    filings.write_csv(folder / f"{numbers[0]}.csv", [row(number) for number in numbers])


def runs() -> list[tuple[str, int]]:
    return list(ProcrastinateJob.objects.filter(task_name="connectors.run").values_list("status", "attempts"))


def tick() -> None:
    due("connectors.tick")
    assert work()


def test_a_connector_runs_when_its_time_has_come_and_once_only(configured: Configure, inbox: Path) -> None:
    configured(schedule="0 12 * * *")
    csv(inbox, 1, 2)
    tick()
    assert [batch.accepted for batch in queries.batches_of(None)] == [2]
    csv(inbox, 3)
    tick()
    assert runs() == [("succeeded", 1)]
    with time_machine.travel(datetime.combine(factories.TODAY, clock_time(12), LEGAL_ZONE).replace(day=25), tick=True):
        tick()
    assert runs() == [("succeeded", 1)] * 2
    assert [batch.accepted for batch in queries.batches_of(None)] == [1, 2]


def test_a_source_that_is_away_is_tried_again_by_the_queue(configured: Configure, inbox: Path) -> None:
    configured(source={"type": "folder", "path": str(inbox / "away")})
    run_later("market", at=factories.noon(factories.TODAY).instant)
    run_later("market", at=factories.noon(factories.TODAY).instant)
    assert work_far_ahead()
    assert runs() == [("todo", 1)]


def test_a_connector_that_was_taken_out_of_the_file_ends_quietly(
    configured: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    configured()
    run_later("gone", at=factories.noon(factories.TODAY).instant)
    assert work()
    assert runs() == [("succeeded", 1)]
    assert "gone" in caplog.text


def test_one_connector_never_runs_twice_at_a_time(configured: Configure, inbox: Path) -> None:
    configured()
    csv(inbox, 1)
    known = {name: value for name, value in connection.get_connection_params().items() if name in KNOWN}
    with psycopg.connect(**known) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('connector market', 0))")
        with pytest.raises(Busy, match="market"):
            running.run(configuration.connector("market"))
        other.execute("SELECT pg_advisory_unlock_all()")  # a closed session's locks go a moment after it is closed
    assert len(running.run(configuration.connector("market"))) == 1


def test_a_receipt_is_posted_and_signed_until_it_arrives(configured: Configure, inbox: Path) -> None:
    with serving(lambda _, before: Answer(b"", status=503 if before < 2 else 204)) as server:
        configured(receipts=[{"to": "post", "url": server.url, "key_secret": "receipt-key"}])
        csv(inbox, 1)
        (done,) = running.run(configuration.connector("market"))
        assert work(queues=["receipts"])
        assert len(server.asked) == 3
        arrived = server.asked[-1]
    assert arrived.headers["Idempotency-Key"] == str(done.batch)
    assert arrived.headers["Xinshu-Signature"] == f"sha256={_signed(arrived)}"
    assert orjson.loads(arrived.body)["accepted"] == 1


def _signed(arrived: Request) -> str:
    """As a receiver computes it (docs/connectors.md)."""
    content = arrived.headers["Xinshu-Timestamp"].encode() + b"." + arrived.body
    return hmac.new(b"made-up key", content, hashlib.sha256).hexdigest()


def test_a_receipt_that_finds_nobody_is_kept_for_later(configured: Configure, inbox: Path) -> None:
    configured(receipts=[{"to": "post", "url": "http://127.0.0.1:9/", "key_secret": "receipt-key"}])
    csv(inbox, 1)
    running.run(configuration.connector("market"))
    assert work_far_ahead(queues=["receipts"])
    (job,) = ProcrastinateJob.objects.filter(task_name="connectors.send_receipt")
    assert (job.status, job.attempts) == ("todo", 1)


def test_a_receipt_waits_for_the_end_of_its_batch(configured: Configure, inbox: Path, tmp_path: Path) -> None:
    """It is queued before the batch is filed, so that a crash between the two loses none."""
    (tmp_path / "receipts").mkdir()
    configured(receipts=[{"to": "folder", "path": str(tmp_path / "receipts")}])
    csv(inbox, 1)
    (done,) = running.run(configuration.connector("market"))
    known = configuration.connector("market")
    receipts.send(known, done.batch)
    (path,) = (tmp_path / "receipts").iterdir()
    told = orjson.loads(path.read_bytes())
    assert path.name == f"{done.batch}.receipt.json"
    assert [told[name] for name in ("received", "accepted", "state")] == [1, 1, State.FILED]


def command(*arguments: str) -> Result:
    return CliRunner().invoke(connect, arguments, catch_exceptions=False)


def test_the_commands_list_check_and_run(configured: Configure, inbox: Path) -> None:
    configured(every="6h", schedule=None)
    page = configuration.settings.CONNECTORS.read_bytes().replace(b'"schedule":null,', b"")
    configuration.settings.CONNECTORS.write_bytes(page)
    csv(inbox, 1, 2)
    assert command("list").output.split() == [
        *("market", "folder", factories.MARKET.code, "ADMIN_PENALTY", "2026-11-23", "18:00:00")
    ]
    assert "files waiting: 1" in command("check", "market").output
    assert queries.batches_of(None) == ()
    assert "accepted 2" in command("run", "market", "--once").output
    assert "nothing new" in command("run", "market", "--once").output


def test_a_check_tells_what_is_missing(configured: Configure) -> None:
    for change, word in (
        ({"organ": filings.UNKNOWN}, "organ"),
        ({"kind": "GOSSIP"}, "kind"),
        ({"receipts": [{"to": "post", "url": "https://x.example", "key_secret": "nowhere"}]}, "nowhere"),
    ):
        configured(**change)
        with pytest.raises(configuration.BadConfiguration, match=word):
            command("check", "market")


@pytest.fixture
def environment(inbox: Path, tmp_path: Path) -> dict[str, str]:
    """For a process of its own on the test's database."""
    known = {name: value for name, value in connection.get_connection_params().items() if name in KNOWN}
    return {**os.environ, "DATABASE_URL": make_conninfo(**known), "XINSHU_DATA_FOLDER": str(tmp_path / "data")}


def _until(wanted: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not wanted():
        assert time.monotonic() < end, "nothing came of it within a minute"
        time.sleep(0.1)


def test_a_worker_ends_cleanly_when_it_is_told_to(environment: dict[str, str]) -> None:
    with started(ITSELF, env=environment, stderr=subprocess.PIPE, text=True) as process:
        due("intake.number")
        _until(lambda: ProcrastinateJob.objects.filter(task_name="intake.number", status="succeeded").exists())
        for _ in range(3):
            process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "")
    assert not ProcrastinateJob.objects.filter(status="doing").exists()


def test_a_worker_outlives_a_loss_of_the_database(environment: dict[str, str]) -> None:
    """Every session of it is ended by the server; the next job is done all the same."""
    with started(ITSELF, env=environment, stderr=subprocess.PIPE, text=True) as process:
        for lock in ("before", "after"):
            job = app.configure_task("intake.sweep", queue="timers", queueing_lock=lock).defer(timestamp=0)
            _until(lambda job=job: ProcrastinateJob.objects.filter(id=job, status="succeeded").exists())  # type: ignore[misc]
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.parametrize("quietly", [True, False])
@pytest.mark.parametrize("told", [True, False])
@pytest.mark.usefixtures("inbox")
def test_a_loss_is_no_end_and_a_stop_is(monkeypatch: pytest.MonkeyPatch, quietly: bool, told: bool) -> None:
    """The queue's worker ends in an error when it loses the database, or quietly when a side task of it does."""

    async def losing(**_: Any) -> None:
        if told:
            os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.sleep(30 if told else 0)
        except asyncio.CancelledError:
            if quietly:
                raise
        if not quietly:
            raise ConnectorException

    monkeypatch.setattr(app, "run_worker_async", losing)
    assert work(wait=True) is told


def test_a_worker_ends_with_its_parent_even_when_that_is_killed(environment: dict[str, str], tmp_path: Path) -> None:
    script = f"import os, subprocess\np = subprocess.Popen({[*ITSELF, '--parent']!r} + [str(os.getpid())])\nprint(p.pid, flush=True)\np.wait()"
    with started([ITSELF[0], "-c", script], env=environment, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        due("intake.number")
        _until(lambda: ProcrastinateJob.objects.filter(task_name="intake.number", status="succeeded").exists())
        parent.kill()
    _until(lambda: _ended(child))


def _ended(process: int) -> bool:
    """Whether a process is gone, or waits only to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
