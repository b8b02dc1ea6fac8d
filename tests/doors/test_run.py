"""`xinshu run` as a new user starts it: the process that made up the data serves a clerk's upload afterwards."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psycopg
import pytest

from tests.factories import PASSWORD
from tests.filings import penalty, write_csv
from xinshu.kit.postgres import dsn, postmaster

XINSHU = (sys.executable, "-c", "from xinshu.doors.cli.main import main; main()")
CLERK = "test-clerk"


def test_who_seeded_takes_an_upload(portal: httpx.Client, tmp_path: Path) -> None:
    """Polars works in threads, and threads do not outlive a fork: what serves may not be a fork of what has computed."""
    path = write_csv(tmp_path / "rows.csv", [penalty(number=f"示市监罚〔2026〕{number}号") for number in range(20)])
    form = {"organ": the_organ(portal), "kind": "ADMIN_PENALTY", **token(portal, "/desk/batches/new/")}
    with path.open("rb") as content:
        answer = portal.post("/desk/batches/new/", data=form, files={"file": content}, follow_redirects=True)
    assert answer.status_code == 200
    assert re.search(r'id="received">20<', answer.text)


def test_slow_senders_do_not_hold_up_the_site(portal: httpx.Client) -> None:
    """Each sends a beginning and then nothing more; everybody else is served meanwhile."""
    address = portal.base_url
    slow = [socket.create_connection((address.host, address.port or 80), timeout=10) for _ in range(3)]
    try:
        for place, sender in enumerate(slow):
            sender.sendall(
                f"POST /api/v1/batches?kind=ADMIN_PENALTY HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: Bearer {portal.headers['X-Token']}\r\nIdempotency-Key: slow-sender-{place}\r\n"
                f"Content-Length: 1000000\r\n\r\nbeginning".encode()
            )
        assert [portal.get("/").status_code for _ in range(8)] == [200] * 8
    finally:
        for sender in slow:
            sender.close()


def test_told_to_end_it_answers_what_is_in_flight(
    portal: httpx.Client, folder: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    """SIGTERM: a request that waits for the database is answered still, then all ends, the database cleanly."""
    (serving,), server = processes, postmaster(folder)
    code = "/api/v1/subjects/919999990000002110"
    assert server is not None
    with psycopg.connect(dsn(folder)) as holding, ThreadPoolExecutor(1) as beside:
        holding.execute("LOCK TABLE subjects_subjectcode IN ACCESS EXCLUSIVE MODE")
        in_flight = beside.submit(portal.get, code)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while holding.execute(waiting).fetchone() == (0,):
            assert not in_flight.done(), in_flight.result().text
        serving.send_signal(signal.SIGTERM)
        with suppress(httpx.TransportError):
            while httpx.get(f"{portal.base_url}/healthz", timeout=1).status_code == 200:
                pass
        assert not in_flight.done()
        holding.rollback()
        answer = in_flight.result(60)
    assert (answer.status_code, answer.json()["code"]) == (200, "919999990000002110")
    assert serving.wait(60) == 0
    assert postmaster(folder) is None
    assert "database system is shut down" in (folder / "postgres.log").read_text().splitlines()[-1]


@pytest.fixture(scope="module")
def processes() -> list[subprocess.Popen[bytes]]:
    """The portal's process, once it serves."""
    return []


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A house of its own, which the database's own user may enter."""
    with TemporaryDirectory(prefix="xinshu-house-") as found:
        Path(found).chmod(0o755)
        yield Path(found)


@pytest.fixture(scope="module")
def portal(folder: Path, processes: list[subprocess.Popen[bytes]]) -> Iterator[httpx.Client]:
    """A portal on its first day, with a clerk signed in."""
    world = os.environ | {"XINSHU_DATA_FOLDER": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    world.pop("DATABASE_URL", None)
    port = free_port()
    command = [*XINSHU, "run", "--demo", "--port", str(port)]
    serving = subprocess.Popen(command, env=world, stdout=subprocess.PIPE, start_new_session=True)
    processes.append(serving)
    try:
        assert serving.stdout is not None
        said = b""
        while b"http://127.0.0.1" not in said:
            said = serving.stdout.readline()
            assert serving.poll() is None, "the portal ended at its start"
            if found := re.search(rb"--organ (\w{18})", said):
                organ = found[1].decode()
        add = ("staff", "add", CLERK, "--name", "示例", "--role", "CLERK", "--organ", organ, "--password", PASSWORD)
        subprocess.run([*XINSHU, *add], env=world, check=True, stdout=subprocess.DEVNULL)
        issue = ("organ", "token", "new", organ, "--name", "slow")
        issued = subprocess.run([*XINSHU, *issue], env=world, check=True, capture_output=True, text=True).stdout
        transport = httpx.HTTPTransport(retries=20)
        bearer = {"X-Token": re.findall(r"xs_[\w-]+", issued)[0]}
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=base, transport=transport, timeout=60, headers=bearer) as client:
            form = {"username": CLERK, "password": PASSWORD, **token(client, "/desk/sign-in/")}
            assert client.post("/desk/sign-in/", data=form).status_code == 302
            yield client
    finally:
        serving.send_signal(signal.SIGINT)
        try:
            serving.communicate(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(serving.pid, signal.SIGKILL)
            serving.communicate()


def token(client: httpx.Client, address: str) -> dict[str, str]:
    """What a form of that page carries against forgery."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(address).text)
    assert found is not None
    return {"csrfmiddlewaretoken": found[1]}


def the_organ(client: httpx.Client) -> str:
    """The organ for which the clerk files."""
    found = re.search(r'<option value="(\w{18})"', client.get("/desk/batches/new/").text)
    assert found is not None
    return found[1]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
