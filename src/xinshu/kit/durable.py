"""Files that are whole or absent after any crash, and a full disk told in a sentence."""

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from xinshu.kit.errors import XinshuError

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(XinshuError):
    """The disk is full; nothing half is kept, and the same sending goes on once there is room."""


@contextmanager
def room() -> Iterator[None]:
    """Around work that writes: a full disk is told as NoRoom, any other error as it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NoRoom(
            "存储空间不足：本次内容未保存，此前已保存的仍完整。腾出空间后再次报送同一文件即可接续。"
            " The disk is full: nothing of this was kept, and what was kept before is whole. Send the same file again"
            " once there is room."
        ) from error


def keep(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file whole or not at all: under another name, to the disk, then renamed. Its folder is made."""
    with room():
        make(path.parent)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with fresh.open("xb") as file:
                fresh.chmod(0o600)
                write(file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            sync(path.parent)
        finally:
            fresh.unlink(missing_ok=True)


def keep_first(path: Path, content: bytes) -> None:
    """The same for a file that is made once: whoever comes first makes it, and it is never replaced."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    keep(draft, lambda file: _write(file, content))
    try:
        os.link(draft, path)
        sync(path.parent)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)


def make(folder: Path) -> None:
    """A folder for its owner only, whose name is on the disk too."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync(folder.parent)


def sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: IO[bytes], content: bytes) -> None:
    file.write(content)
