"""Writes a backup: one snapshot of the database, the files that belong to it, and the point that the ledger reached."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final

import orjson
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from xinshu.doors.backups import databases, sealing, store_files
from xinshu.doors.metrics import LAST_BACKUP
from xinshu.kit.durable import keep
from xinshu.kit.moment import Moment
from xinshu.kit.postgres_dumps import dumped
from xinshu.proceedings import endings
from xinshu.register.records.withholding import Point

POINT: Final = "point.json"
DATABASE: Final = "database"
NOT_KEPT: Final = tuple(
    model._meta.db_table
    for model in (Session, ProcrastinateJob, ProcrastinateEvent, ProcrastinatePeriodicDefer, ProcrastinateWorker)
)
"""Rows that a backup leaves out: who had signed in, and what was queued to be done. Neither may go on by itself."""

Told = Callable[[int], None]
"""Is told how many bytes more are read."""


def write_backup(
    target: Path, *, recipient: sealing.Key | None, passphrase: str, moment: Moment, told: Told
) -> dict[str, Any]:
    """Write a sealed backup under that name, whole or not at all; its manifest. Raises NoKey, Diverged, NoRoom."""
    manifest: dict[str, Any] = {
        "format": 1,
        "made_at": moment.instant.isoformat(),
        "version": version("xinshu"),
        "server": databases.major(),
    }
    endings.number_and_note(moment=moment)
    with transaction.atomic(), ExitStack() as locked:
        snapshot, point = _snapshot(locked)
        manifest["point"] = [*point]
        members = _members(databases.address(), snapshot, manifest, told)

        def write(file: IO[bytes]) -> None:
            sealing.seal(members, file, manifest, recipient=recipient, passphrase=passphrase)

        keep(target, write)
    keep(Path(settings.DATA_FOLDER) / LAST_BACKUP, lambda file: _say(file, moment.instant.isoformat()))
    return manifest


def _snapshot(locked: ExitStack) -> tuple[str, Point]:
    """A snapshot of the database, and a point that the ledger has reached and that is exactly its last number.

    The ledger is held while the snapshot is taken, so that it cannot be ahead of it.
    """
    ledger = locked.enter_context(endings.alone())
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
    point = endings.note_until_now(ledger)
    locked.close()
    return str(snapshot), point


def _members(where: dict[str, str], snapshot: str, manifest: dict[str, Any], told: Told) -> Iterator[sealing.Member]:
    yield POINT, orjson.dumps(manifest)
    with dumped(where, manifest["server"], snapshot=snapshot, without_rows_of=NOT_KEPT) as dump:
        for number, content in enumerate(iter(lambda: dump.read(store_files.PIECE), b"")):
            told(len(content))
            yield f"{DATABASE}/{number:06}", content
    for name, content in store_files.members():
        told(len(content))
        yield name, content


def _say(file: IO[bytes], text: str) -> None:
    file.write(text.encode("ascii"))
