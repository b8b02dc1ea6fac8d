"""A database and a data folder of these trials' own, and a process that forks a child for each of them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from xinshu.kit.postgres import EmbeddedPostgres, dsn
from xinshu.kit.postgres_files import places_of

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Answer:
    """How a child ended (a negative number: by that signal), what it said, and the events it began."""

    status: int
    said: Any
    events: list[str]


class Store:
    """The database, its data folder, and the nursery."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.servers: list[EmbeddedPostgres] = []
        self.restart()
        self.vault = data / "vault"
        self.cluster = places_of(data).cluster
        self.process = self._nursery()

    def _nursery(self) -> "subprocess.Popen[bytes]":
        told = {"DATABASE_URL": dsn(self.data), "XINSHU_DATA_FOLDER": str(self.data)}
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | told | {"PYTHONPATH": paths},
        )

    def order(self, verb: str, **order: Any) -> Answer:
        """Have a child do it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(orjson.dumps({"verb": verb, **order}) + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the nursery has ended"
        return Answer(**orjson.loads(line))

    def well(self, verb: str, **order: Any) -> Answer:
        """The same, where nothing may go wrong."""
        answer = self.order(verb, **order)
        assert answer.status == 0, answer.said
        return answer

    def look(self) -> dict[str, Any]:
        """What stands now."""
        seen: dict[str, Any] = self.well("look").said
        return seen

    def reset(self) -> None:
        """Tables, vault, ledger and log as they were before the first trial; the vault's and the log's key are not made."""
        self.well("reset")
        for ledger in ("endings", "publog", "secrets"):
            shutil.rmtree(self.data / ledger, ignore_errors=True)
        shutil.rmtree(self.vault, ignore_errors=True)
        shutil.copytree(self.data / "vault.kept", self.vault)

    def restart(self) -> None:
        """The server; a new one on the folder of one that was killed recovers first."""
        self.servers.append(EmbeddedPostgres(self.data))
        self.servers[-1].start()

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
        for server in self.servers:
            server.stop()


@contextmanager
def new_store() -> Iterator[Store]:
    """The catalogue adopted, two organs, and six documents filed before."""
    data = Path(tempfile.mkdtemp(prefix="xinshu-faults-"))
    data.chmod(0o755)
    store = Store(data)
    try:
        store.well("migrate")
        store.well("do", scenario="base")
        store.well("keep")
        shutil.copytree(store.vault, data / "vault.kept")
        yield store
    finally:
        store.close()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def kept_store() -> Iterator[Store]:
    """One for all trials."""
    with new_store() as store:
        yield store


@pytest.fixture
def store(kept_store: Store) -> Store:
    """As it was before the first trial."""
    kept_store.reset()
    return kept_store


@pytest.fixture
def kills_seed(request: pytest.FixtureRequest) -> int:
    """Which points of the matrix are taken: the day's, unless another is asked for. Any must pass."""
    seed: int = request.config.getoption("--kills-seed")
    return seed
