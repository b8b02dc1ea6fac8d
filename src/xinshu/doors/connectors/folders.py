"""A watched folder: whole files are taken in, then moved to done/ or refused/ with the receipt beside them."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from fnmatch import fnmatch
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from xinshu.bulk.given_names import shown_name
from xinshu.doors.connectors.delivery import Delivered, deliver_file
from xinshu.doors.connectors.entries import Connector, FolderSource
from xinshu.doors.connectors.faults import SourceFault, Unavailable
from xinshu.doors.connectors.receipts import receipt_of, write_receipt
from xinshu.kit.clock import now

DONE, REFUSED = "done", "refused"
MARKER = ".done"
UNFINISHED_NAMES = (".*", "~$*", "*.part", "*.partial", "*.tmp", "*.crdownload", "*.filepart", f"*{MARKER}")
"""How senders name a file that they are still writing, and the marker itself."""

CHUNK = 1 << 20


class Look(NamedTuple):
    """A file as it stood at one look; another content is another look, even under the same name."""

    name: str
    size: int
    modified: int
    inode: int


def take_in(connector: Connector, source: FolderSource) -> Iterator[Delivered]:
    """Every whole file of the folder, by name; one that is still being written waits for the next run."""
    _ready(source)
    _erase_old(source)
    for look in sorted(_whole(source)):
        delivered = _take_in(connector, source, look)
        if delivered is not None:
            yield delivered


def looked_at(source: FolderSource) -> str:
    """Whether the folder can be read and written; takes nothing."""
    _ready(source)
    waiting = len(_looks(source))
    return f"目录可用，等待中的文件 folder is usable; files waiting: {waiting}"


def _ready(source: FolderSource) -> None:
    try:
        for name in (DONE, REFUSED):
            (source.path / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"目录 {source.path} 不能使用：须存在且可写。The folder must exist and be writable: {error.strerror}"
        ) from None


def _looks(source: FolderSource) -> set[Look]:
    """The regular files of the folder whose names are wanted; links are not followed."""
    with os.scandir(source.path) as entries:
        files = [entry for entry in entries if entry.is_file(follow_symlinks=False) and _wanted(source, entry.name)]
        return {_look(entry.name, entry.stat(follow_symlinks=False)) for entry in files}


def _look(name: str, stat: os.stat_result) -> Look:
    return Look(name, stat.st_size, stat.st_mtime_ns, stat.st_ino)


def _wanted(source: FolderSource, name: str) -> bool:
    if any(fnmatch(name, pattern) for pattern in UNFINISHED_NAMES) or not fnmatch(name, source.pattern):
        return False
    return not source.marker or (source.path / f"{name}{MARKER}").exists()


def _whole(source: FolderSource) -> set[Look]:
    """The files that kept still between two looks; where a marker says that a file is whole, one look is enough."""
    first = _looks(source)
    if source.marker or not first:
        return first
    time.sleep(source.settle.total_seconds())
    return first & _looks(source)


def _take_in(connector: Connector, source: FolderSource, look: Look) -> Delivered | None:
    path = source.path / look.name
    with _opened(path) as file:
        if file is None or _look(look.name, os.fstat(file.fileno())) != look:
            return None
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        key = hashlib.sha256(f"{look.name}\0{look.modified}\0{digest}".encode()).hexdigest()
        delivered = deliver_file(
            connector, file_name=look.name, key=f"{connector.name}:{key[:40]}", chunks=_unchanged(file, look, digest)
        )
    _put_away(connector, source, path, delivered)
    return delivered


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader | None]:
    """The file, unless it is gone or has become a link meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        yield None
        return
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _unchanged(file: BufferedReader, look: Look, digest: str) -> Iterator[bytes]:
    """The file's content; a SourceFault in place of its end when it changed while it was read."""
    read = hashlib.sha256()
    while chunk := file.read(CHUNK):
        read.update(chunk)
        yield chunk
    if read.hexdigest() != digest:
        raise SourceFault(
            f"文件 {shown_name(look.name)} 在读取时被改动，下次再收；请写完后再改名放入。"
            " The file changed while it was read and waits for the next run; write it under another name, then rename."
        )


def _put_away(connector: Connector, source: FolderSource, path: Path, delivered: Delivered) -> None:
    """First the receipt, then the file: whoever sees the file in its new place finds the receipt beside it."""
    place = source.path / (DONE if delivered.is_filed else REFUSED)
    name = f"{delivered.batch.hex[:12]}-{path.name}"
    write_receipt(place / f"{name}.receipt.json", receipt_of(connector, delivered.batch))
    path.rename(place / name)
    path.with_name(f"{path.name}{MARKER}").unlink(missing_ok=True)


def _erase_old(source: FolderSource) -> None:
    """What was put away longer ago than `keep`; a move does not touch a file's time, its receipt's tells the day."""
    oldest = now().instant - timedelta(seconds=source.keep.total_seconds())
    for place in (source.path / DONE, source.path / REFUSED):
        for receipt in place.glob("*.receipt.json"):
            if receipt.stat().st_mtime < oldest.timestamp():
                receipt.with_name(receipt.name.removesuffix(".receipt.json")).unlink(missing_ok=True)
                receipt.unlink()
