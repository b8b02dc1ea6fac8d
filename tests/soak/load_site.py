"""`make soak-load`: 200 clients for five minutes while files come in and records are taken back.

A real `xinshu run` in a folder of its own. `wrk` asks for pages, answers and searches; beside it an organ's system sends
a batch every few seconds and takes a record of it back, and each time every form of the site is asked at once whether it
still shows it. Nothing may fail, nothing withdrawn may be met, and the memory of the processes has to stay flat.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg

from bench.pages import LUA
from bench.subject import serving
from tests.filings import penalty, write_csv
from tests.kinds import made_up_code
from xinshu.kit.clock import now
from xinshu.kit.postgres import connection_parameters

PORT = 8761
SITE = f"http://127.0.0.1:{PORT}"
TOOL = str(Path(sys.executable).with_name("xinshu"))
ROWS_A_BATCH = 40
SETTLED_AFTER = 60.0
"""Seconds after which every process has met every kind of page, and has the memory that it needs."""

FLAT = 1.10

DRAWN = """
SELECT c.code, r.record_ref FROM records_record r JOIN subjects_subjectcode c USING (subject_id)
 WHERE r.public_from <= CURRENT_DATE - 1 AND (r.public_until IS NULL OR r.public_until > CURRENT_DATE + 1)
   AND c.scheme = 'USCC' ORDER BY md5(r.record_ref::text) LIMIT 500
"""


class Stale(AssertionError):
    """Something that was taken back was still met, or something that was filed was not."""


class Organ(NamedTuple):
    """The organ that files meanwhile, and the token of its system."""

    code: str
    name: str
    token: str


def main() -> None:
    """Run it, print what was seen, and end with 1 if anything was wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--clients", type=int, default=200)
    asked.add_argument("--seconds", type=int, default=300)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="xinshu-load.") as place:
        folder = Path(place)
        folder.chmod(0o755)
        environment = os.environ | {"XINSHU_DATA_FOLDER": place, "XINSHU_RATE_LIMIT": "0"}
        _said([TOOL, "seed", "--subjects", "2000", "--records", "8000"], environment)
        code, name = market(_said([TOOL, "organ", "list"], environment))
        token = _said([TOOL, "organ", "token", "new", code, "--name", "load"], environment).split()[-1]
        with serving([TOOL, "run", "--port", str(PORT)], environment, PORT):
            sys.stdout.write(
                _trial(folder, Organ(code, name, token), clients=chosen.clients, seconds=chosen.seconds) + "\n"
            )


def market(listed: str) -> tuple[str, str]:
    """Code and name of the city's market regulation, out of `xinshu organ list`."""
    found = re.search(r"^(\w{18}) +\d{6} +MARKET_REGULATION +(\S+)$", listed, re.MULTILINE)
    assert found is not None
    return found[1], found[2]


def _trial(folder: Path, organ: Organ, *, clients: int, seconds: int) -> str:
    script = folder / "load.lua"
    script.write_text(LUA % ",".join(f'"{place}"' for place in _places(folder)), encoding="utf-8")
    command = ["wrk", "-t2", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", str(script), SITE]
    ended = threading.Event()
    with _watched(ended) as memory, _filing(folder, organ, ended) as filed:
        try:
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        finally:
            ended.set()
    sys.stdout.write(said)
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit("the load met errors")
    if filed["fault"] is not None:
        raise SystemExit(f"the organ's system met a fault: {filed['fault']!r}")
    early = [size for at, size in memory if SETTLED_AFTER <= at < 2 * SETTLED_AFTER]
    late = [size for at, size in memory if at >= seconds - SETTLED_AFTER]
    growth = statistics.median(late) / statistics.median(early) if early and late else 1.0
    if growth > FLAT:
        raise SystemExit(f"memory grew {growth:.2f} times: {early} {late}")
    return (
        f"no error; {filed['batches']} batches filed and {filed['withdrawn']} records withdrawn meanwhile, none met after;"
        f" memory {statistics.median(early or [0]) / 1024:.0f} MiB in the second minute,"
        f" {statistics.median(late or [0]) / 1024:.0f} MiB in the last ({growth:.2f} times)"
    )


def _places(folder: Path) -> Iterator[str]:
    """Addresses of every kind, the subjects' most of all."""
    with psycopg.connect(**connection_parameters(folder)) as database:
        found = database.execute(DRAWN).fetchall()
    if len(found) < 100:
        raise SystemExit("too few records to ask for")
    for code, ref in found:
        yield from (f"/subjects/{code}/", f"/api/v1/subjects/{code}", f"/subjects/{code}/records/{ref}/")
    common = ("/", "/?q=%E7%A4%BA%E8%8C%83%E5%B8%82%E7%BF%8A", "/catalogue/", "/help/", "/healthz", "/quality/")
    yield from common * 20


@contextmanager
def _filing(folder: Path, organ: Organ, ended: threading.Event) -> Iterator[dict[str, Any]]:
    """An organ's system at work until the end; what it met."""
    seen: dict[str, Any] = {"batches": 0, "withdrawn": 0, "fault": None}
    worker = threading.Thread(target=_file_until, args=(folder, organ, ended, seen))
    worker.start()
    try:
        yield seen
    finally:
        ended.set()
        worker.join(120)


def _file_until(folder: Path, organ: Organ, ended: threading.Event, seen: dict[str, Any]) -> None:
    with httpx.Client(base_url=SITE, headers={"Authorization": f"Bearer {organ.token}"}, timeout=60) as system:
        try:
            while not ended.is_set():
                _file_one(folder, organ, system, seen)
                ended.wait(2.0)
        except Exception as fault:  # noqa: BLE001 - told by the main thread
            seen["fault"] = fault


def _file_one(folder: Path, organ: Organ, system: httpx.Client, seen: dict[str, Any]) -> None:
    """File a batch of new bodies, find the first among them, take its record back, and look for it everywhere."""
    start = 1_000_000 + seen["batches"] * ROWS_A_BATCH
    day = now().day.isoformat()
    codes = [made_up_code(start + place) for place in range(ROWS_A_BATCH)]
    rows = [
        penalty(name=f"云汀负荷{start + place}商贸有限公司", code=code, number=f"示市监罚〔2026〕L{start + place}号")
        | {"organ": organ.name, "organ_code": organ.code, "source": organ.name, "source_code": organ.code}
        | {"decided_on": day}
        for place, code in enumerate(codes)
    ]
    content = write_csv(folder / "batch.csv", rows, encoding="utf-8").read_bytes()
    sent = system.post(
        "/api/v1/batches",
        params={"kind": "ADMIN_PENALTY", "file_name": "batch.csv", "attested": "true"},
        headers={"Idempotency-Key": f"load-{start}"},
        content=content,
    )
    _must(
        sent.status_code == 200 and sent.json()["accepted"] == ROWS_A_BATCH,
        f"filed: {sent.status_code} {sent.text[:500]}",
    )
    seen["batches"] += 1
    (body,) = system.get(f"/api/v1/subjects/{codes[0]}").json()["bodies"]
    ref = body["records"][0]["ref"]
    withdrawal = {"subject_code": codes[0], "reason": "ENTERED_WRONGLY", "words": ""}
    gone = system.post(f"/api/v1/records/{ref}/withdrawal", json=withdrawal)
    _must(gone.status_code == 204, f"withdrawn: {gone.status_code} {gone.text[:500]}")
    seen["withdrawn"] += 1
    _must(system.get(f"/api/v1/subjects/{codes[0]}").json()["bodies"] == [], "the API still shows it")
    _must(system.get(f"/subjects/{codes[0]}/records/{ref}/").status_code == 404, "its page is still there")
    _must(ref not in system.get(f"/subjects/{codes[0]}/").text, "the body's page still shows it")
    found = system.get("/", params={"q": f"云汀负荷{start}商贸"}).text
    _must(codes[0] not in found, "search still finds its body")


def _must(held: bool, what: str) -> None:
    if not held:
        raise Stale(what)


@contextmanager
def _watched(ended: threading.Event) -> Iterator[list[tuple[float, int]]]:
    """The memory of all our processes (KiB, proportional share), every five seconds since the beginning."""
    seen: list[tuple[float, int]] = []
    begun = time.monotonic()

    def watch() -> None:
        while not ended.wait(5.0):
            seen.append((time.monotonic() - begun, sum(map(_size, _ours()))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def _ours() -> list[Path]:
    """Processes of the site: those whose environment names our port on their command line, and their children."""
    folders = [path for path in Path("/proc").iterdir() if path.name.isdecimal()]
    parents = {path: _parent(path) for path in folders}
    roots = {path.name for path in folders if f"--port\0{PORT}" in _read(path / "cmdline")}
    while True:
        more = {path.name for path, parent in parents.items() if parent in roots} - roots
        if not more:
            return [path for path in folders if path.name in roots and "postgres" not in _read(path / "comm")]
        roots |= more


def _parent(path: Path) -> str:
    found = re.search(r"^PPid:\s+(\d+)", _read(path / "status"), re.MULTILINE)
    return found[1] if found else ""


def _size(path: Path) -> int:
    found = re.search(r"^Pss:\s+(\d+)", _read(path / "smaps_rollup"), re.MULTILINE)
    return int(found[1]) if found else 0


def _read(path: Path) -> str:
    """A file of a process, which may be gone by now."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _said(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
