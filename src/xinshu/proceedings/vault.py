"""The vault: what was sent to us, encrypted at rest (age): uploads and returned rows, and documents of cases.

DATA_FOLDER/vault/<batch>/ holds `content-<offset>.age` (the upload, in segments), `returned-<part>.age`,
`preview.age` and `edits.age` (what a clerk changed in returned rows so far), for the sending organ only, gone after 30
days. DATA_FOLDER/vault/documents/<case>/<document>.age is for the two sides of a case, gone with it. Nothing plain
ever has a name on disk: what is read is decrypted into a file without one. `xinshu backup` takes it along.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final
from uuid import UUID

import pyrage  # type: ignore[import-untyped]
from django.conf import settings

from xinshu.kit.durable import keep, keep_first, make, room
from xinshu.kit.errors import XinshuError

DOCUMENTS: Final = "documents"


class WrongOffset(XinshuError):
    """Content was sent for another place than the end; `size` is where the end is."""

    def __init__(self, size: int) -> None:
        super().__init__(f"应从第 {size} 字节续传。Go on from byte {size}.")
        self.size = size


class KeyGone(XinshuError):
    """What was sealed cannot be read any more: the vault's key is another one."""


class Erased(XinshuError):
    """The upload of a batch is not kept any more."""


def folder() -> Path:
    """The vault's own folder, for its owner only."""
    found = Path(settings.DATA_FOLDER) / "vault"
    make(found)
    return found


def append(batch: UUID, offset: int, chunks: Iterable[bytes]) -> int:
    """Add content at the end as one encrypted segment; the new size. All of it is kept, or nothing.

    Raises WrongOffset when `offset` is not the present size.
    """
    _must_end_at(offset, batch)
    with room(), TemporaryFile(dir=folder()) as plain:
        for chunk in chunks:
            plain.write(chunk)
        length = plain.tell()
        plain.seek(0)
        with _alone(batch):
            # Asked again: another sender may have added its own content while ours was on its way.
            _must_end_at(offset, batch)
            if length or not offset:  # a file of nothing is content too: its sender is told that it is empty
                keep(_place(batch) / f"content-{offset:020}-{length:020}.age", lambda file: _encrypt(plain, file))
    return offset + length


def _must_end_at(offset: int, batch: UUID) -> None:
    if offset != (present := size(batch)):
        raise WrongOffset(present)


@contextmanager
def _alone(batch: UUID) -> Iterator[None]:
    """One process at a time adds to the content of a batch; the kernel takes the lock back from a killed one."""
    make(_place(batch))
    descriptor = os.open(_place(batch), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


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
    with room(), TemporaryFile(dir=folder()) as plain:
        for segment in segments:
            with segment.open("rb") as sealed:
                _decrypt(sealed, plain)
        plain.flush()
        yield Path(f"/proc/self/fd/{plain.fileno()}")


def put_returned(batch: UUID, part: int, content: bytes | None) -> None:
    """Keep the returned rows of a part (None: it has none) in place of what an attempt cut off may have left of it."""
    if content is None:
        (_place(batch) / f"returned-{part:06}.age").unlink(missing_ok=True)
    else:
        _put(batch, f"returned-{part:06}", content)


def returned_parts(batch: UUID, until: int | None = None) -> list[bytes]:
    """The returned rows of each part that has any, in order; of the first `until` parts, if given."""
    last = "returned-~" if until is None else f"returned-{until:06}"
    return [_get(path) for path in sorted(_place(batch).glob("returned-*.age")) if path.name < last]


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


def tidy() -> None:
    """Remove drafts of the key that a crash left, once there is a key."""
    if (folder() / "key").exists():
        for draft in folder().glob(".*key.*"):
            draft.unlink(missing_ok=True)


def batches_kept() -> list[UUID]:
    """The batches of which anything is kept."""
    return [UUID(path.name) for path in sorted(folder().iterdir()) if path.is_dir() and path.name != DOCUMENTS]


def put_document(case: UUID, document: UUID, content: bytes) -> None:
    """Keep a document of a case, whole or not at all."""
    keep(_document(case, document), lambda file: _encrypt(BytesIO(content), file))


def document(case: UUID, number: UUID) -> bytes | None:
    """A document of a case, while it is kept."""
    path = _document(case, number)
    return _get(path) if path.exists() else None


def erase_document(case: UUID, number: UUID) -> None:
    """Erase one document."""
    _document(case, number).unlink(missing_ok=True)


def erase_documents(case: UUID) -> None:
    """Erase every document of a case."""
    shutil.rmtree(folder() / DOCUMENTS / str(case), ignore_errors=True)


def erase_documents_if_none(case: UUID) -> None:
    """Erase the place of a case's documents, where none is."""
    with suppress(OSError):
        (folder() / DOCUMENTS / str(case)).rmdir()


def documents_kept(*, before: datetime) -> Iterator[tuple[UUID, list[Path]]]:
    """Case by case the files, drafts too, that were written before then."""
    for place in sorted((folder() / DOCUMENTS).glob("*")):
        old = (path for path in sorted(place.iterdir()) if path.stat().st_mtime < before.timestamp())
        yield UUID(place.name), list(old)


def sealed(content: bytes) -> bytes:
    """The content under the vault's key, for whoever keeps it in a table with what it belongs to."""
    return bytes(pyrage.encrypt(content, [_identity().to_public()]))


def unsealed(content: bytes) -> bytes:
    """What was sealed so. Raises KeyGone where the vault's key is not the one that sealed it."""
    try:
        return bytes(pyrage.decrypt(content, [_identity()]))
    except pyrage.DecryptError:
        raise KeyGone(
            "密钥已更换或者丢失，封存的内容无法读取。The vault's key is another one; what was sealed cannot be read."
        ) from None


def _document(case: UUID, document: UUID) -> Path:
    return folder() / DOCUMENTS / str(case) / f"{document}.age"


def _place(batch: UUID) -> Path:
    return folder() / str(batch)


def _segments(batch: UUID) -> list[Path]:
    return sorted(_place(batch).glob("content-*.age"))


def _put(batch: UUID, name: str, content: bytes) -> None:
    keep(_place(batch) / f"{name}.age", lambda file: _encrypt(BytesIO(content), file))


def _get(path: Path) -> bytes:
    plain = BytesIO()
    with path.open("rb") as sealed:
        _decrypt(sealed, plain)
    return plain.getvalue()


class _Target:
    """A file that remembers an error of the disk.

    Danger: the library of encryption writes its last block when it is done, and forgets an error of that write.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.failure = file, OSError("")

    def write(self, block: bytes) -> int:
        try:
            return self.file.write(block)
        except OSError as failure:
            self.failure = failure
            raise

    def flush(self) -> None:
        self.file.flush()


def _encrypt(plain: IO[bytes], sealed: IO[bytes]) -> None:
    _through(pyrage.encrypt_io, plain, sealed, _identity().to_public())


def _decrypt(sealed: IO[bytes], plain: IO[bytes]) -> None:
    _through(pyrage.decrypt_io, sealed, plain, _identity())


def _through(work: Callable[..., None], source: IO[bytes], file: IO[bytes], key: object) -> None:
    target = _Target(file)
    try:
        work(source, target, [key])
    except (pyrage.EncryptError, pyrage.DecryptError):
        if not target.failure.errno:
            raise
    if target.failure.errno:
        raise target.failure


def _identity() -> pyrage.x25519.Identity:
    """The vault's own key, made once; it is on the disk, name and all, before anything is sealed with it."""
    path = folder() / "key"
    if not path.exists():
        keep_first(path, str(pyrage.x25519.Identity.generate()).encode("ascii"))
    return pyrage.x25519.Identity.from_str(path.read_text(encoding="ascii"))
