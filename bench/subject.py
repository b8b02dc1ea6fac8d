"""The subject answer over HTTP: requests a second of ours and of the bare twin, same SQL, same database, same run."""

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import django
import orjson

ROUNDS = 3
SECONDS = 6
CONNECTIONS = 32
OURS, TWIN = 8741, 8742
SUBJECTS, RECORDS = 3_000, 9_000

LUA = """
local codes = {%s}
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", "/api/v1/subjects/" .. codes[n %% #codes + 1])
end
"""


def measure() -> list[dict[str, str | float]]:
    """Requests a second, median of three interleaved rounds: `name, ours, limit, ratio, unit, target`."""
    if shutil.which("wrk") is None:
        raise SystemExit("bench/subject.py needs wrk (Debian: apt-get install wrk)")
    folder = Path(tempfile.mkdtemp(prefix="xinshu-bench."))
    folder.chmod(0o755)
    own = {"XINSHU_DATA_FOLDER": str(folder), "XINSHU_RATE_LIMIT": "0"}  # one client asks for all
    environment = os.environ | own | {"DJANGO_SETTINGS_MODULE": "xinshu.project.settings"}
    os.environ.update(environment)
    try:
        with _ours(environment):
            codes, plan = _plan()
            (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
            script = folder / "codes.lua"
            script.write_text(LUA % ",".join(f'"{code}"' for code in codes), encoding="ascii")
            with _twin(environment | {"XINSHU_BENCH_PLAN": str(folder / "plan.json")}):
                _same_answers(codes)
                speeds = _rounds(script)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ours, limit = (statistics.median(speeds[port]) for port in (OURS, TWIN))
    name = "subject answer over HTTP (limit: bare FastAPI + asyncpg twin)"
    return [{"name": name, "ours": ours, "limit": limit, "ratio": ours / limit, "unit": "requests/s", "target": 0.70}]


def _rounds(script: Path) -> dict[int, list[float]]:
    """Ours and the twin take turns, so that both meet the same weather."""
    speeds: dict[int, list[float]] = {OURS: [], TWIN: []}
    for port in speeds:
        _wrk(port, script, seconds=2)
    for _ in range(ROUNDS):
        for port, seen in speeds.items():
            seen.append(_wrk(port, script, seconds=SECONDS))
    return speeds


def _wrk(port: int, script: Path, *, seconds: int) -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"the load run on port {port} met errors:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None
    return float(found.group(1))


def _plan() -> tuple[list[str], dict[str, Any]]:
    """Codes to ask for, and the very SQL of ours for the twin."""
    django.setup()
    from xinshu.kit.clock import now  # noqa: PLC0415 - Django is ready only now
    from xinshu.kit.postgres import connection_parameters  # noqa: PLC0415
    from xinshu.register.records.queries import OF_SUBJECT  # noqa: PLC0415
    from xinshu.register.subjects.queries import BY_CODE  # noqa: PLC0415

    known = connection_parameters(Path(os.environ["XINSHU_DATA_FOLDER"]))
    database = {key: known[key] for key in ("host", "port", "user", "password")} | {"database": known["dbname"]}
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what autovacuum does on a server that has been up for a while
        cursor.execute("SELECT code FROM subjects_subjectcode WHERE scheme = 'USCC' ORDER BY md5(code) LIMIT 1000")
        codes = [row[0] for row in cursor.fetchall()]
    connection.close()
    named_by = BY_CODE.replace("%(code)s", "$1")
    shown = OF_SUBJECT.replace("%(subject)s", "$1").replace("%(day)s", "$2::date")
    return codes, {"day": now().day.isoformat(), "database": database, "named_by": named_by, "shown": shown}


def _same_answers(codes: list[str]) -> None:
    """The twin is a twin: its answers are equal to ours."""
    shown = 0
    for code in codes[:200]:
        ours, twin = (_get(f"http://127.0.0.1:{port}/api/v1/subjects/{code}") for port in (OURS, TWIN))
        assert ours["code"] == twin["code"]
        for one, other in zip(ours["bodies"], twin["bodies"], strict=True):
            assert one["records"] == other["records"]
        shown += len(ours["bodies"])
    assert shown > 20, "too few subjects show anything: this would measure empty answers"


def _get(address: str) -> Any:
    with urlopen(address, timeout=10) as answer:
        return orjson.loads(answer.read())


@contextmanager
def _ours(environment: dict[str, str]) -> Iterator[None]:
    tool = str(Path(sys.executable).with_name("xinshu"))
    seed = [tool, "seed", "--subjects", str(SUBJECTS), "--records", str(RECORDS)]
    subprocess.run(seed, check=True, env=environment, stdout=subprocess.DEVNULL)
    with serving([tool, "run", "--port", str(OURS)], environment, OURS):
        yield


@contextmanager
def _twin(environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "uvicorn", "bench.twin:app", "--port", str(TWIN), "--workers", "2"]
    with serving([*command, "--log-level", "warning", "--no-access-log"], environment, TWIN):
        yield


@contextmanager
def serving(command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    """A server at work for as long as the block lasts."""
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"the server for port {port} ended early")
        try:
            with urlopen(f"http://127.0.0.1:{port}/api/v1/subjects/919999990000002110", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"nothing answers on port {port}")


if __name__ == "__main__":
    for row in measure():
        print(row)
