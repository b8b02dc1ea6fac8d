"""The disk is full, under the vault or under the database: told in a sentence by every door, and nothing half is kept."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests import factories, filings
from tests.faults.conftest import Store
from tests.faults.scenarios import packed
from tests.faults.test_database_lost import cli
from tests.faults.trials import course_of, differs, half
from xinshu.kit.durable import NoRoom
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.kit.postgres import dsn
from xinshu.proceedings import vault
from xinshu.proceedings.intake.models import Batch
from xinshu.register.access.actions import issue_token
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

DISK = 1 << 20
REFUSED, LOST = 11, 10
LEFT = (4, 64, 88, 96, 160)
"""Kilobytes that are left: the spool, a returned file, or its last block finds no room."""

MORE = (40, 80, 92, 104)


class Disk:
    """A small disk of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.ballast = place / "ballast"

    def fill(self, left: int = 0) -> None:
        """Fill it but for so many kilobytes."""
        self.empty()
        free = os.statvfs(self.place)
        size = free.f_bavail * free.f_bsize - left * 1024
        with self.ballast.open("wb") as file:
            file.write(b"\0" * size)

    def empty(self) -> None:
        """Make room again."""
        self.ballast.unlink(missing_ok=True)


@contextmanager
def disk(place: Path, owner: tuple[int, int] | None = None) -> Iterator[Disk]:
    """Mounted for as long as the block lasts; only root can."""
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(place)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("no small disk can be mounted here (root can): a full disk is not tried")
    try:
        if owner:
            os.chown(place, *owner)
        yield Disk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("room", [LEFT, pytest.param((*LEFT, *MORE), marks=pytest.mark.soak)])
def test_a_full_vault_refuses_and_the_same_sending_completes_later(store: Store, room: tuple[int, ...]) -> None:
    """However little room there was, each part is whole or absent."""
    course = course_of(store, "sent")
    refused = 0
    for left in room:
        store.reset()
        with disk(store.vault) as small:
            small.fill(left)
            told = store.order("do", scenario="sent")
            assert (told.status, str(told.said)[:6]) in [(REFUSED, "NoRoom"), (0, "None")], told.said
            refused += told.status == REFUSED
            assert list(half(course, store.look())) == []
            small.empty()
            store.well("do", scenario="sent")
            seen = store.look()
            assert list(differs(course, seen)) == []
            assert [name for name in seen["files"] if name.startswith(".")] == []
    assert 2 <= refused < len(room)


@pytest.mark.parametrize("size", [1, 3_000, 7_000, 70_000])
def test_no_error_of_a_last_write_is_lost(settings: Any, tmp_path: Path, size: int) -> None:
    """Whatever is the block that finds no room: what is kept can be read again, or it is not kept."""
    with disk(tmp_path / "data") as small:
        settings.DATA_FOLDER = tmp_path / "data"
        vault.put_returned(uuid4(), 0, b"so that the key is made")
        outcomes = set()
        for left in range(0, 120, 4):
            small.fill(left)
            batch, content = uuid4(), os.urandom(size)
            try:
                vault.put_returned(batch, 0, content)
            except NoRoom:
                assert vault.returned_parts(batch) == []
                outcomes.add("refused")
            else:
                assert vault.returned_parts(batch) == [content]
                outcomes.add("kept")
            vault.erase(batch)
        assert outcomes == {"refused", "kept"}


def test_a_full_database_is_told_and_the_same_sending_completes_later(store: Store) -> None:
    """The journal lies on a disk that is full; PostgreSQL cannot extend it."""
    course = course_of(store, "sent")
    store.reset()
    place = Path(f"{store.data}-small")
    owner = store.cluster.stat()
    try:
        with (
            disk(place, (owner.st_uid, owner.st_gid)) as small,
            psycopg.connect(dsn(store.data), autocommit=True) as by,
        ):
            by.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            try:
                by.execute("VACUUM FULL records_journalline")  # no free room left in it by earlier trials
                _move(by, "small")
                small.fill()
                told = store.order("do", scenario="sent")
                assert told.status == LOST
                assert "No space left on device" in told.said
                assert list(half(course, store.look())) == []
                small.empty()
                store.well("do", scenario="sent")
                assert list(differs(course, store.look())) == []
            finally:
                small.empty()
                _move(by, "pg_default")
                by.execute("DROP TABLESPACE small")
    finally:
        place.rmdir()


def _move(by: "psycopg.Connection[Any]", space: str) -> None:
    """The journal with its partitions and indexes."""
    words = "CASE relkind WHEN 'r' THEN 'TABLE' ELSE 'INDEX' END"
    like = f"SELECT relname, {words} FROM pg_class WHERE relname LIKE 'records_journalline%' AND relkind IN ('r', 'i')"
    for name, word in by.execute(like).fetchall():
        by.execute(f'ALTER {word} "{name}" SET TABLESPACE {space}')


def test_the_command_line_says_that_the_disk_is_full(store: Store, tmp_path: Path) -> None:
    """A sentence, exit status 2, no traceback; and once there is room it goes on."""
    file = packed(tmp_path)
    with disk(store.vault) as small:
        small.fill(4)
        told = cli(store, file, {"DATABASE_URL": dsn(store.data)})
        assert told.returncode == 2
        assert "存储空间不足" in told.stderr
        assert "Traceback" not in told.stderr
        small.empty()
        assert cli(store, file, {"DATABASE_URL": dsn(store.data)}).returncode == 0


@pytest.fixture
def clerk(transactional_db: None) -> Iterator[Client]:
    """A clerk at the desk, on the day of the tests."""
    with time_machine.travel(datetime.combine(factories.TODAY, time(12), LEGAL_ZONE), tick=True):
        factories.adopted_catalogue()
        factories.registered_organ()
        client = Client(raise_request_exception=False)
        name = factories.appointed(Role.CLERK, organ=factories.MARKET.code)
        assert client.login(username=name, password=factories.PASSWORD)
        yield client


def _by_desk(clerk: Client, content: bytes) -> Any:
    file = SimpleUploadedFile("a.csv", content)
    return clerk.post("/desk/batches/new/", {"organ": factories.MARKET.code, "kind": "ADMIN_PENALTY", "file": file})


def _by_api(content: bytes) -> Any:
    moment = factories.noon(factories.TODAY)
    name = f"system-{Batch.objects.count()}"
    token = issue_token(
        organ_code=factories.MARKET.code, name=name, from_day=moment.day, until=None, actor="test", moment=moment
    )
    return Client(raise_request_exception=False).post(
        "/api/v1/batches?kind=ADMIN_PENALTY&file_name=a.csv&attested=true",
        data=content,
        content_type="application/octet-stream",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "friday-0001"},
    )


def test_desk_and_api_say_that_the_disk_is_full(clerk: Client, settings: Any, tmp_path: Path) -> None:
    """A page and an error of the API's one shape; the same call completes once there is room."""
    content = filings.write_csv(tmp_path / "a.csv", [filings.penalty()]).read_bytes()
    with disk(tmp_path / "data") as small:
        settings.DATA_FOLDER = tmp_path / "data"
        small.fill()
        page = _by_desk(clerk, content)
        assert page.status_code in (422, 507)
        assert "存储空间不足" in page.content.decode()
        told = _by_api(content)
        assert (told.status_code, told.json()["error"]) == (507, "NOROOM")
        assert Record.objects.count() == 0
        small.empty()
        again = _by_api(content)
        assert (again.status_code, again.json()["accepted"]) == (200, 1)


FULL = """
CREATE FUNCTION full_disk_of_a_test() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk_of_a_test BEFORE INSERT ON {table}
   FOR EACH STATEMENT EXECUTE FUNCTION full_disk_of_a_test();
"""


def test_desk_and_api_say_that_the_database_is_full(clerk: Client, settings: Any, tmp_path: Path) -> None:
    """The server's own error, at the first write and in the midst of the filing."""
    settings.DATA_FOLDER = tmp_path
    content = filings.write_csv(tmp_path / "a.csv", [filings.penalty()]).read_bytes()
    for table in ("intake_batch", "records_journalline"):
        with connection.cursor() as cursor:
            cursor.execute(FULL.format(table=table))
        try:
            page = _by_desk(clerk, content)
            told = _by_api(content)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP FUNCTION full_disk_of_a_test CASCADE")
        assert page.status_code == 503
        assert "数据库暂不可用" in page.content.decode()
        assert (told.status_code, told.json()["error"]) == (503, "UNAVAILABLE")
        assert told.headers["Retry-After"]
        assert Record.objects.count() == 0
    again = _by_api(content)
    assert (again.status_code, again.json()["state"], again.json()["accepted"]) == (200, "FILED", 1)
