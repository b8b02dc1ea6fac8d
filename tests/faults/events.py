"""Counts the durable events of a process, and at one of them ends the process, the database, or its connection.

An event is a statement sent, a COPY and each block of it, a commit, a number given, a file of the vault opened, sealed,
synced, renamed, linked or unlinked. The libraries below our code are wrapped, in this process of the tests only.
"""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import wraps
from pathlib import Path
from typing import Any

import psycopg
import pyrage

TABLE = re.compile(
    r"\b((?:records|subjects|publog|intake|access|catalogues|procrastinate)_[a-z_]+)|\b(filed|corrected|brought)\b"
)
LOCK = re.compile(r"hashtextextended")
WORDS = re.compile(r"\b(?!WITH\b)[A-Z]{3,}")
"""Of a statement that changes within a WITH, the change."""


class Events:
    """Every event of this process is written to a file as it begins; at the chosen one `strike` is called."""

    def __init__(self, log: Path, strike: Callable[[], None], *, at: int = 0, when: str = "") -> None:
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.strike, self.at, self.when = strike, at, when
        self.count = 0

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """One event."""
        self.count += 1
        number = self.count
        os.write(self.log, f"{name}\n".encode())
        if number == self.at and self.when in ("before", "within"):
            self.strike()
        try:
            yield
        finally:
            if number == self.at and self.when == "after":
                self.strike()

    def watch(self) -> None:
        """Wrap what writes: the driver's statements and commits, the vault's files."""
        _wrap(psycopg.Cursor, "execute", self, lambda cursor, statement, *rest, **named: named_statement(statement))
        _wrap(psycopg.Connection, "commit", self, lambda connection: "COMMIT")
        _wrap(psycopg.Copy, "write", self, lambda copy, block: "COPY block")
        self._watch_copy()
        for name in ("fsync", "replace", "link", "unlink", "rmdir", "mkdir"):
            _wrap(os, name, self, lambda *args, called=name, **named: _named_change(called, *args, **named))
        encrypt = pyrage.encrypt_io

        def encrypt_io(plain: Any, sealed: Any, recipients: Any) -> None:
            with self.around("file seal"):
                encrypt(plain, _Sealed(sealed, self), recipients)

        pyrage.encrypt_io = encrypt_io

    def _watch_copy(self) -> None:
        original = psycopg.Cursor.copy
        around = self.around

        @contextmanager
        def copy(cursor: Any, statement: Any, *args: Any, **named: Any) -> Iterator[Any]:
            told = named_statement(statement)
            opened = original(cursor, statement, *args, **named)
            with around(f"{told} begins"):
                entered = opened.__enter__()
            try:
                yield entered
            except BaseException as error:
                opened.__exit__(type(error), error, error.__traceback__)
                raise
            with around(f"{told} ends"):
                opened.__exit__(None, None, None)

        psycopg.Cursor.copy = copy  # type: ignore[method-assign,assignment]


class _Sealed:
    """The file into which something is sealed; each write is an event."""

    def __init__(self, file: Any, events: Events) -> None:
        self.file, self.events = file, events

    def write(self, block: bytes) -> int:
        with self.events.around("file write"):
            length: int = self.file.write(block)
        return length

    def flush(self) -> None:
        self.file.flush()


def named_statement(statement: Any) -> str:
    """A statement by its verb and its first table: the kind of an event."""
    text = str(statement)
    if LOCK.search(text):
        return "lock"
    if "first_number = last.number" in text:
        return "NUMBER"
    word = WORDS.search(text)
    table = TABLE.search(text)
    return f"{word[0] if word else '?'} {table[0] if table else ''}".strip()


def _named_change(called: str, path: Any, *rest: Any, dir_fd: int | None = None, **named: Any) -> str:
    """A change in the vault or in the published log; "" for another place, or a folder that is there already."""
    if isinstance(path, int) or dir_fd is not None:
        return f"file {called}"
    if called == "mkdir" and Path(path).exists():
        return ""
    places = {"/vault/": "file", "/publog/": "log"}
    return next((f"{name} {called}" for place, name in places.items() if place in f"{path}/"), "")


def _wrap(owner: Any, name: str, events: Events, label: Callable[..., str]) -> None:
    original = getattr(owner, name)

    @wraps(original)
    def wrapped(*args: Any, **named: Any) -> Any:
        told = label(*args, **named)
        with events.around(told) if told else nullcontext():
            return original(*args, **named)

    setattr(owner, name, wrapped)


def end_this_process() -> None:
    """As the kernel does when memory runs out: no farewell, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


def end_this_process_soon(delay: float) -> Callable[[], None]:
    """The same a moment later, in the midst of what is being done: a statement sent and not answered, a half write."""

    def strike() -> None:
        threading.Thread(target=lambda: (time.sleep(delay), end_this_process()), daemon=True).start()

    return strike


def end_the_database(cluster: Path) -> Callable[[], None]:
    """The postmaster and every process that works in its folder, at one stroke each, until none is left."""

    def strike() -> None:
        postmaster = int((cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        _kill(postmaster)
        while found := _working_in(cluster):
            for process in found:
                _kill(process)
            time.sleep(0.005)

    return strike


def lose_connection(address: str) -> Callable[[], None]:
    """The server ends every session of this process, as an operator or a failing network would."""

    def strike() -> None:
        with psycopg.connect(address, autocommit=True, application_name="striker") as other:
            ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'struck'"
            psycopg.RawCursor(other).execute(ended)

    return strike


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _working_in(folder: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder and b"Z" not in (process / "stat").read_bytes().split()[2:3]:
                found.append(int(process.name))
        except OSError:
            continue
    return found
