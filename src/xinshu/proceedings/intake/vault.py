"""The vault: uploads and returned rows, encrypted at rest (age), for the sending organ only, gone after 30 days.

DATA_FOLDER/vault/<batch>/ holds `content-<offset>.age` (the upload, in segments), `returned-<part>.age`,
`preview.age` and `edits.age` (what a clerk changed in returned rows so far). Nothing plain ever has a name on disk:
what is read is decrypted into a file without one. The vault is no part of a database backup.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BufferedIOBase, BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from uuid import UUID

import pyrage  # type: ignore[import-untyped]
from django.conf import settings

from xinshu.kit.errors import XinshuError


class WrongOffset(XinshuError):
    """Content was sent for another place than the end; `size` is where the end is."""

    def __init__(self, size: int) -> None:
        super().__init__(f"应从第 {size} 字节续传。Go on from byte {size}.")
        self.size = size


class Erased(XinshuError):
    """The upload of a batch is not kept any more."""


def folder() -> Path:
    """The vault's own folder, for its owner only."""
    found = Path(settings.DATA_FOLDER) / "vault"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def append(batch: UUID, offset: int, chunks: Iterable[bytes]) -> int:
    """Add content at the end as one encrypted segment; the new size. All of it is kept, or nothing.

    Raises WrongOffset when `offset` is not the present size.
    """
    present = size(batch)
    if offset != present:
        raise WrongOffset(present)
    with TemporaryFile(dir=folder()) as plain:
        for chunk in chunks:
            plain.write(chunk)
        length = plain.tell()
        if not length:
            return present
        plain.seek(0)
        _keep(_place(batch) / f"content-{present:020}-{length:020}.age", lambda file: _encrypt(plain, file))
    return present + length


def size(batch: UUID) -> int:
    """How many bytes of content are kept."""
    return sum(int(segment.stem.rsplit("-", 1)[1]) for segment in _segments(batch))


@contextmanager
def opened(batch: UUID) -> Iterator[Path]:
    """The plain content as a file without a name, by a path that this process alone can follow while it is open.

    Raises Erased when nothing is kept.
    """
    segments = _segments(batch)
    if not segments:
        raise Erased("该批次的文件已删除或尚未上传。The file of this batch is erased, or not sent yet.")
    with TemporaryFile(dir=folder()) as plain:
        for segment in segments:
            with segment.open("rb") as sealed:
                pyrage.decrypt_io(sealed, plain, [_identity()])
        plain.flush()
        yield Path(f"/proc/self/fd/{plain.fileno()}")


def put_returned(batch: UUID, part: int, content: bytes) -> None:
    """Keep the returned rows of a part, in place of what was kept of it."""
    _put(batch, f"returned-{part:06}", content)


def returned_parts(batch: UUID) -> list[bytes]:
    """The returned rows of each part that has any, in order."""
    return [_get(path) for path in sorted(_place(batch).glob("returned-*.age"))]


def put_preview(batch: UUID, content: bytes) -> None:
    """Keep what the dry run said of the rows."""
    _put(batch, "preview", content)


def preview(batch: UUID) -> bytes | None:
    """What the dry run said of the rows, while it is kept."""
    path = _place(batch) / "preview.age"
    return _get(path) if path.exists() else None


def put_edits(batch: UUID, content: bytes) -> None:
    """Keep what a clerk changed in the returned rows so far."""
    _put(batch, "edits", content)


def edits(batch: UUID) -> bytes | None:
    """What a clerk changed in the returned rows so far."""
    path = _place(batch) / "edits.age"
    return _get(path) if path.exists() else None


def erase(batch: UUID) -> None:
    """Erase everything of a batch."""
    shutil.rmtree(_place(batch), ignore_errors=True)


def erase_results(batch: UUID) -> None:
    """Erase returned rows and preview, before they are made anew; the upload stays."""
    for pattern in ("returned-*.age", "preview.age"):
        for path in _place(batch).glob(pattern):
            path.unlink(missing_ok=True)


def batches_kept() -> list[UUID]:
    """The batches of which anything is kept."""
    return [UUID(path.name) for path in sorted(folder().iterdir()) if path.is_dir()]


def _place(batch: UUID) -> Path:
    return folder() / str(batch)


def _segments(batch: UUID) -> list[Path]:
    return sorted(_place(batch).glob("content-*.age"))


def _put(batch: UUID, name: str, content: bytes) -> None:
    _keep(_place(batch) / f"{name}.age", lambda file: _encrypt(BytesIO(content), file))


def _get(path: Path) -> bytes:
    plain = BytesIO()
    with path.open("rb") as sealed:
        pyrage.decrypt_io(sealed, plain, [_identity()])
    return plain.getvalue()


def _encrypt(plain: BufferedIOBase, sealed: BufferedIOBase) -> None:
    pyrage.encrypt_io(plain, sealed, [_identity().to_public()])


def _keep(path: Path, write: Callable[[BufferedIOBase], None]) -> None:
    """Write a file whole or not at all: under another name, to the disk, then renamed."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("xb") as file:
            fresh.chmod(0o600)
            write(file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _identity() -> pyrage.x25519.Identity:
    """The vault's own key, made once; whoever comes first makes it, the others read it."""
    path = folder() / "key"
    if not path.exists():
        fresh = folder() / f".key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(str(pyrage.x25519.Identity.generate()), encoding="ascii")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return pyrage.x25519.Identity.from_str(path.read_text(encoding="ascii"))
