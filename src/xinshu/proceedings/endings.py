"""The ledger of endings: outside the database, what became of records after they were accepted (docs/adr/0013).

ENDINGS_FOLDER/endings.ndjson is append-only and synced. Each line is a step from one point of the journal to a later
one and tells its endings: opaque references and days, nothing of content. It is written from the journal, after each
numbering and each minute, so that a gap heals; a restore reads it, so that nothing that ended since comes back.
"""

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from xinshu.kit.durable import keep, make, room, sync
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.register.erasures.actions import own_key
from xinshu.register.erasures.queries import key, mark
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import is_overdue
from xinshu.register.publog.tasks import integrate_soon
from xinshu.register.records.actions import Change, number_filings
from xinshu.register.records.withholding import ENDINGS, START, Ending, Point, endings_since, point_at

LOG = logging.getLogger(__name__)
NAME: Final = "endings.ndjson"
MANY: Final = 5_000
"""Endings after which a step is closed at the end of its filing."""

TAIL: Final = 1 << 16
BEGINNING: Final = Point(0, START)


class Diverged(XinshuError):
    """The database went another way than the ledger; a line of the log each minute says so."""

    without_values = True


class Gap(XinshuError):
    """The ledger does not reach from a point on: its file is lost, cut or damaged, or is another store's."""


class Step(NamedTuple):
    """One line: the endings between two points; `restored`: from here on the journal goes on from an earlier point.

    `erased`: records that were erased, by marks that only the key can make; no other line tells anything of them.
    """

    after: Point
    reached: Point
    endings: list[Ending]
    restored: bool = False
    erased: Sequence[str] = ()


def number_and_note(*, moment: Moment) -> int:
    """The sequencer (`number_filings`), and once that is committed the ledger and the public log's tree.

    What fails of these heals in a minute. While no checkpoint can be signed for some minutes, endings alone are
    numbered.
    """
    numbered = number_filings(moment=moment, endings_only=_is_unsigned(moment))
    if numbered:
        transaction.on_commit(catch_up, robust=True)
        integrate_soon()
    return numbered


def _is_unsigned(moment: Moment) -> bool:
    """Whether what is numbered waits too long for a checkpoint, and none can be signed now either.

    Within a transaction of the caller's nothing can be signed, and nobody is asked: what is shown anew has its own.
    """
    if connection.in_atomic_block or not is_overdue(moment):
        return False
    try:
        integrate(moment=moment)
    except (XinshuError, OSError) as error:
        LOG.error("the public log cannot be signed, and nothing new is published: %s", error)
    return is_overdue(moment)


def catch_up() -> Point:
    """Bring the ledger up to the last number; the point that it has reached then. Raises Diverged."""
    with alone() as file:
        return note_until_now(file)


@contextmanager
def alone() -> Iterator[IO[bytes]]:
    """The ledger, open for one process at a time; the kernel takes the lock back from a killed one."""
    with room():
        make(settings.ENDINGS_FOLDER)
        path = settings.ENDINGS_FOLDER / NAME
        while True:
            fresh = not path.exists()
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if not _is_at(path, descriptor):
                    continue  # rewritten by another, while we waited
                if fresh:
                    sync(settings.ENDINGS_FOLDER)
                yield file
                return


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the open file is still the one of that name."""
    return path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino


def note_until_now(file: IO[bytes]) -> Point:
    """The same for who holds the ledger already, within whatever the present transaction sees."""
    here = _reached(file)
    if point_at(here.number) != here:
        raise Diverged(
            "终止台账与数据库不是同一历史：数据库可能未经 xinshu restore 而被替换，见 docs/running.md。"
            " The ledger of endings and the database have different histories: was the database put back by other means"
            " than `xinshu restore`? See docs/running.md."
        )
    after, reached, waiting = here, here, list[Ending]()
    for reached, endings in endings_since(here.number):
        waiting += endings
        if len(waiting) >= MANY:
            _append(file, Step(after, reached, waiting))
            after, waiting = reached, []
    if reached != after:
        _append(file, Step(after, reached, waiting))
    os.utime(file.fileno())  # by which a restore tells up to when it was kept
    return reached


def note_restored(file: IO[bytes], to: Point) -> None:
    """From here on the journal goes on from an earlier point."""
    _append(file, Step(_reached(file), to, [], restored=True))


def note_erased(references: Sequence[str]) -> None:
    """That these records are erased, before they are: a restore of an older backup erases them again."""
    secret = own_key()
    with alone() as file:
        here = _reached(file)
        _append(file, Step(here, here, [], erased=sorted(mark(secret, reference) for reference in references)))


def forget_erased() -> int:
    """Write the ledger anew without the endings of erased records; how many lines of it were about them.

    Days and order of what became of a record would tell which entries of the public log belong together.
    """
    with alone() as file:
        marks, lines, secret = _marks(), sum(bool(step.erased) for step in _whole()), key()
        told = sum(mark(secret, ending.record_ref) in marks for step in _whole() for ending in step.endings)
        if told or lines > 1:
            path, kept_at = settings.ENDINGS_FOLDER / NAME, os.fstat(file.fileno()).st_mtime
            keep(path, partial(_write_anew, marks, secret, _reached(file)))
            os.utime(path, (kept_at, kept_at))
        return told


def _write_anew(marks: Collection[str], secret: bytes, reached: Point, file: IO[bytes]) -> None:
    """Step by step, so that the point of any backup is still found; what was erased stands in one line, the last."""
    for step in _whole():
        left = [ending for ending in step.endings if mark(secret, ending.record_ref) not in marks]
        if left or step.reached != step.after or step.restored:
            file.write(_line(step._replace(endings=left, erased=())))
    file.write(_line(Step(reached, reached, [], erased=sorted(marks))))


def _whole() -> Iterator[Step]:
    return (step for step in _steps() if step is not None)


def _marks() -> frozenset[str]:
    return frozenset(each for step in _whole() for each in step.erased)


def erased_among(records: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those of these records (subject, reference) that the ledger knows to be erased. Raises Gap without the key."""
    marks, secret = _marks(), key()
    if marks and not secret:
        raise Gap(
            "终止台账记有已删除的信息，但其密钥文件 erased.key 不在secrets中；找回后重试，或用 --ledger-lost。"
            " The ledger knows of erased records, and its key erased.key is not among the secrets. Find it and try"
            " again; or say --ledger-lost."
        )
    return [each for each in records if mark(secret, each[1]) in marks] if marks else []


def endings_after(point: Point) -> list[Ending]:
    """All that became of records since a point, by whatever way the journal went from there, in its order.

    Raises Gap when the ledger does not hold every step from that point on.
    """
    found: list[Ending] | None = [] if point == BEGINNING else None
    reached, whole = BEGINNING, True
    for step in _steps():
        whole = step is not None
        if step is None:
            continue  # cut off by a crash: then the same step follows again
        if step.after != reached:
            found = None
        if found is not None:
            found += step.endings
        elif step.reached == point and not step.restored:
            found = []
        reached = step.reached
    found = found if whole else None
    if found is None:
        raise Gap(
            "终止台账未完整覆盖备份以来的时间，无法确知哪些信息已终止。找回台账后重试，或用 --ledger-lost："
            "备份前的失信信息将一律暂不公示，直至机关重新报送。"
            " The ledger of endings does not reach from this backup on, so that nobody knows what ended since. Find it"
            " and try again; or say --ledger-lost, which holds back every adverse record until it is filed again."
        )
    return found


def withdrawals_known() -> list[Ending]:
    """Every withdrawal and repair that any whole line tells: what has ended stays so, however much else is lost."""
    found: dict[str, Ending] = {}
    for ending in (ending for step in _whole() for ending in step.endings):
        if ending.change in ENDINGS:
            found[ending.record_ref] = ending
        elif ending.change == Change.REINSTATED:
            found.pop(ending.record_ref, None)
    return list(found.values())


def kept_until() -> datetime | None:
    """When the ledger was last brought up to date."""
    path = settings.ENDINGS_FOLDER / NAME
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None


def behind(last: int) -> int | None:
    """How many numbers of the journal the ledger has not seen; None when there is no ledger."""
    path = settings.ENDINGS_FOLDER / NAME
    if not path.exists():
        return None
    with path.open("rb") as file:
        return last - _reached(file).number


def _steps() -> Iterator[Step | None]:
    """Every line; None for one that is cut off or damaged."""
    path: Path = settings.ENDINGS_FOLDER / NAME
    if path.exists():
        with path.open("rb") as file:
            yield from (_read(line) for line in file if line.strip())


def _reached(file: IO[bytes]) -> Point:
    """The point that the last whole line has reached."""
    size = file.seek(0, os.SEEK_END)
    tail = TAIL
    while True:
        start = max(0, size - tail)
        file.seek(start)
        lines = file.read().split(b"\n")
        for line in reversed(lines[1:] if start else lines):
            if (step := _read(line)) is not None:
                return step.reached
        if not start:
            return BEGINNING
        tail *= 8


def _append(file: IO[bytes], step: Step) -> None:
    """A line whole or cut off, never half read: it ends with its own digest."""
    size = file.seek(0, os.SEEK_END)
    if size:
        file.seek(size - 1)
        if file.read(1) != b"\n":
            file.write(b"\n")
    file.write(_line(step))
    file.flush()
    os.fsync(file.fileno())


def _line(step: Step) -> bytes:
    said: dict[str, Any] = {"after": step.after, "reached": step.reached, "endings": step.endings}
    if step.restored:
        said["restored"] = True
    if step.erased:
        said["erased"] = step.erased
    text = json.dumps(said, default=date.isoformat, separators=(",", ":"))
    return f'{text[:-1]},"digest":"{_digest(text)}"}}\n'.encode("ascii")


def _read(line: bytes) -> Step | None:
    try:
        text = line.decode("ascii").rstrip("\n")
        said = json.loads(text)
        if said.pop("digest") != _digest(json.dumps(said, separators=(",", ":"))):
            return None
        endings = [_ending(*found) for found in said["endings"]]
        return Step(
            Point(*said["after"]), Point(*said["reached"]), endings, bool(said.get("restored")), said.get("erased", ())
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _ending(number: int, reference: str, change: str, version: int, *days: str | None) -> Ending:
    on_day, start, until = (None if day is None else date.fromisoformat(day) for day in days)
    return Ending(number, reference, change, version, on_day, start, until)  # type: ignore[arg-type]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
