"""How soon an ending is in every copy: two hundred followers hear the stream of a house that is served by `xinshu run`.

An ending counts from the return of the withdrawal, whose commit hides the record here, until it is gone from a copy, as
a reader of the copy's file sees it. Everything runs on this machine; the followers are real, in a few processes.
"""

import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID

FOLLOWERS = 200
PROCESSES = 4
RECORDS = 200
ENDINGS = 20
APART = 6.0
LOOK = 0.02
Row = dict[str, str | float]


def measure(followers: int = FOLLOWERS, endings: int = ENDINGS) -> list[Row]:
    """Seconds until an ending is in a copy, of all copies and endings: `name, ours, limit, ratio, unit, target`."""
    from bench.intake import _house, _load  # noqa: PLC0415 - settings are read when it is imported

    with _house() as folder, ExitStack() as stack:
        _load(folder, RECORDS, seed=1)
        url, stream = (f"http://127.0.0.1:{_free()}" for _ in range(2))
        stack.enter_context(_program("run", url, up=f"{url}/readyz"))
        stack.enter_context(_program("stream", stream, up=f"{stream}/"))
        numbers = _entries()
        copies = stack.enter_context(_followers(folder, followers, url, f"{stream}/changes/stream"))
        _until(lambda: all(_count(copy) == len(numbers) for copy in copies), 300)
        took = [each for number in list(numbers)[:endings] for each in _ended(numbers[number], number, copies)]
    took.sort()
    late = took[int(len(took) * 0.99)]
    name = f"feed: an ending in {followers} copies, 99th percentile of {len(took):,} (limit: 2 s)"
    median = statistics.median(took)
    return [
        {"name": name, "ours": 1 / late, "limit": 0.5, "ratio": 2 / late, "unit": "1/s", "target": 1},
        {"name": "feed: the same, median (for information)", "ours": 1 / median, "limit": 0.5, "ratio": 2 / median}
        | {"unit": "1/s", "target": 0},
    ]


def _entries() -> dict[int, tuple[str, UUID]]:
    """By number of its entry each record that is shown: code of its body, and reference."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.first_number + r.entry_place, e.subject_code, r.record_ref FROM records_record r"
            " JOIN publog_lot l ON l.id = r.entry_lot"
            " JOIN publog_entry e ON e.lot_id = r.entry_lot AND e.place = r.entry_place"
            " WHERE r.public_until IS NULL OR r.public_until > now() ORDER BY 1"
        )
        return {number: (code, reference) for number, code, reference in cursor.fetchall()}


@contextmanager
def _followers(folder: Path, count: int, url: str, stream: str) -> Iterator[list[sqlite3.Connection]]:
    """Followers at work, and their copies opened for reading."""
    from datetime import timedelta  # noqa: PLC0415

    from xinshu.kit.clock import now  # noqa: PLC0415
    from xinshu.register.access.actions import register_recipient  # noqa: PLC0415
    from xinshu.register.publog import tiles  # noqa: PLC0415

    moment = now()
    token = register_recipient(
        name="made-up bank",
        contact="bench@bank.example",
        purpose="bench",
        accepts_terms=True,
        until=moment.day + timedelta(30),
        actor="bench",
        moment=moment,
    )
    key = tiles.key()
    assert key is not None
    each = count // PROCESSES
    command = [sys.executable, "-m", "bench.followers", url, key, token, stream, str(folder / "copies")]
    with ExitStack() as stack:
        for number in range(PROCESSES):
            process = subprocess.Popen([*command, str(number * each), str(each)], stdin=subprocess.PIPE)
            stack.callback(process.kill)
        files = [folder / "copies" / str(number) / "copy.sqlite" for number in range(each * PROCESSES)]
        _until(lambda: all(file.exists() for file in files), 300)
        yield [sqlite3.connect(f"file:{file}?mode=ro", uri=True) for file in files]


def _ended(record: tuple[str, UUID], number: int, copies: list[sqlite3.Connection]) -> list[float]:
    """Seconds until each copy shows that record no more, from its withdrawal."""
    from bench.made_up import MARKET  # noqa: PLC0415
    from xinshu.kit.clock import now  # noqa: PLC0415
    from xinshu.proceedings.intake.actions import withdraw  # noqa: PLC0415
    from xinshu.proceedings.intake.states import WithdrawalReason  # noqa: PLC0415

    code, reference = record
    withdraw(
        organ_code=MARKET.code,
        subject_code=code,
        record_ref=reference,
        reason=WithdrawalReason.ENTERED_WRONGLY,
        words="",
        actor="bench",
        moment=now(),
    )
    began, took = time.perf_counter(), [0.0] * len(copies)
    waiting = set(range(len(copies)))
    while waiting and time.perf_counter() - began < 60:
        for place in list(waiting):
            if not copies[place].execute("SELECT 1 FROM shown WHERE number = ?", [number]).fetchone():
                took[place] = time.perf_counter() - began
                waiting.discard(place)
        time.sleep(LOOK)
    assert not waiting, "an ending was in some copies not within a minute"
    time.sleep(APART)
    return took


def _count(copy: sqlite3.Connection) -> int:
    try:
        return int(copy.execute("SELECT count(*) FROM shown").fetchone()[0])
    except sqlite3.OperationalError:
        return -1


@contextmanager
def _program(name: str, url: str, *, up: str) -> Iterator[None]:
    """A command of ours at an address, until the block ends."""
    command = "from xinshu.doors.cli.main import main; main()"
    arguments = [sys.executable, "-c", command, name, "--port", url.rpartition(":")[2]]
    process = subprocess.Popen(arguments, env={**os.environ, "XINSHU_RATE_LIMIT": "0"}, stdout=subprocess.DEVNULL)
    try:
        _until(lambda: _answers(up), 120)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str) -> bool:
    try:
        with urlopen(url) as answer:
            return bool(answer.status)
    except URLError as error:
        return hasattr(error, "code")


def _until(wanted: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not wanted():  # type: ignore[operator]
        assert time.monotonic() < end, "nothing came of it in time"
        time.sleep(0.2)


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    # python -m bench.feed [FOLLOWERS [ENDINGS]]
    for found in measure(*map(int, sys.argv[1:])):
        print("{name}: {ours:,.2f} {unit}, limit {limit:,.2f}: {ratio:.2f} (target {target})".format(**found))
