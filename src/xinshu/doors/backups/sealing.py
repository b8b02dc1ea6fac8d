"""A sealed file of members: a tar encrypted with age, whose last member names the digest of every other.

For a key the file is plain age, which any program of age opens. For a passphrase a key is made for this one file, and
stands sealed by the passphrase before it. Nothing is ever on a disk unsealed, and nothing is sealed for nobody.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

import pyrage  # type: ignore[import-untyped]

from xinshu.kit.errors import XinshuError

MAGIC: Final = b"xinshu-backup-1\n"
MANIFEST: Final = "manifest.json"
LONGEST_HEAD: Final = 10_000
NOT_WHOLE: Final = "备份文件不完整或已损坏。The backup is cut off or damaged."

Member = tuple[str, bytes]
Key = Any
"""Of pyrage: a recipient to seal for, or an identity to open with."""


class NoKey(XinshuError):
    """There is no key or passphrase, it cannot be read, or it is not that of this file."""


class NotWhole(XinshuError):
    """A backup is cut off or damaged, or it is no backup."""


def recipient_of(text: str) -> Key:
    """The public key to seal for. Raises NoKey."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise NoKey("公钥无法识别，应以 age1 开头。This is no recipient of age: it begins with age1.") from error


def identity_in(path: Path) -> Key:
    """The secret key in a file such as age-keygen writes. Raises NoKey."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            with suppress(pyrage.IdentityError):
                return pyrage.x25519.Identity.from_str(line.strip())
    raise NoKey("文件中没有 age 私钥。The file holds no secret key of age (AGE-SECRET-KEY-…).")


def passphrase_in(path: Path) -> str:
    """The first line of a file. Raises NoKey when it is short: who finds a backup can try for as long as they like."""
    said = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    if len(said) < 12:
        raise NoKey("口令至少12个字符。A passphrase has at least 12 characters.")
    return said


def seal(
    members: Iterable[Member], target: IO[bytes], manifest: dict[str, Any], *, recipient: Key | None, passphrase: str
) -> None:
    """Write the members and the manifest, sealed for a recipient, else by a passphrase. Raises NoKey without either."""
    if recipient is None and not passphrase:
        raise NoKey(
            "备份必须加密：请用 --recipient 或 --passphrase-file。"
            " A backup is always encrypted: say --recipient or --passphrase-file."
        )
    if recipient is None:
        identity = pyrage.x25519.Identity.generate()
        recipient = identity.to_public()
        head = pyrage.passphrase.encrypt(str(identity).encode(), passphrase)
        target.write(MAGIC + f"{len(head)}\n".encode() + head)
    written = _Written(target)
    with _pipe(lambda into: _pack(members, into, manifest)) as (plain, packing):
        try:
            pyrage.encrypt_io(plain, written, [recipient])
        except pyrage.EncryptError:
            _raise_first(packing, written.failure)
            raise
        plain.close()
        packing.result()
    if written.failure is not None:
        raise written.failure


def unseal(source: IO[bytes], *, identity: Key | None, passphrase: str) -> Iterator[Member]:
    """The members in their order, and the manifest last, which has been compared. Raises NoKey, NotWhole.

    Nothing may be believed before the manifest has come.
    """
    identity = _identity_for(source, identity, passphrase)
    with _pipe(lambda into: _open(source, into, identity)) as (plain, opening):
        try:
            yield from _unpacked(plain)
            while plain.read(1 << 16):
                pass  # what pads the tar: only then it is known that the end is the end
        except (tarfile.TarError, EOFError, ValueError) as error:
            plain.close()
            _raise_first(opening)
            raise NotWhole(NOT_WHOLE) from error
        _raise_first(opening)


def _identity_for(source: IO[bytes], identity: Key | None, passphrase: str) -> Key:
    begins = source.read(len(MAGIC))
    if begins != MAGIC:
        source.seek(0)
        if identity is None:
            raise NoKey("请用 --identity 给出私钥文件。Say with --identity where the secret key is.")
        return identity
    if not passphrase:
        raise NoKey("请用 --passphrase-file 给出口令文件。Say with --passphrase-file where the passphrase is.")
    length = source.readline(8).strip()
    if not length.isdigit() or int(length) > LONGEST_HEAD:
        raise NotWhole("这不是信枢的备份。This is no backup of Xinshu.")
    try:
        return pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(source.read(int(length)), passphrase).decode())
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise NoKey("口令不对，或文件已损坏。The passphrase is wrong, or the file is damaged.") from error


def _pack(members: Iterable[Member], into: IO[bytes], manifest: dict[str, Any]) -> None:
    digests = {}
    with tarfile.open(fileobj=into, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members:
            digests[name] = hashlib.sha256(content).hexdigest()
            _add(tar, name, content)
        _add(tar, MANIFEST, json.dumps(manifest | {"members": digests}, ensure_ascii=False).encode())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _unpacked(plain: IO[bytes]) -> Iterator[Member]:
    digests: dict[str, str] = {}
    with tarfile.open(fileobj=plain, mode="r|") as tar:
        for entry in tar:
            file = tar.extractfile(entry)
            content = b"" if file is None else file.read()
            if entry.name == MANIFEST:
                if json.loads(content)["members"] != digests:
                    raise ValueError("digests differ")
                yield entry.name, content
                return
            digests[entry.name] = hashlib.sha256(content).hexdigest()
            yield entry.name, content
    raise ValueError("no manifest")


def _open(source: IO[bytes], into: IO[bytes], identity: Key) -> None:
    try:
        pyrage.decrypt_io(source, _Written(into), [identity])
    except pyrage.DecryptError as error:
        raise NoKey(
            "无法解密：密钥不对，或文件已损坏。It cannot be opened: the key is another one, or the file is damaged."
        ) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise NotWhole(NOT_WHOLE) from error  # the library's own: a piece of it is not what was sealed


class _Written:
    """A file that remembers an error of its own.

    Danger: the library of encryption writes its last block when it is done, and forgets an error of that write.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.failure: OSError | None = None

    def write(self, block: bytes) -> int:
        try:
            return self.file.write(block)
        except OSError as failure:
            self.failure = failure
            raise

    def flush(self) -> None:
        self.file.flush()


class _pipe:  # noqa: N801 a context manager, used like a function
    """Runs `work` beside us; what it writes is read here."""

    def __init__(self, work: Callable[[IO[bytes]], None]) -> None:
        self.work = work
        self.beside = ThreadPoolExecutor(1)

    def __enter__(self) -> tuple[IO[bytes], "Future[None]"]:
        reading, writing = os.pipe()
        self.plain = os.fdopen(reading, "rb")
        return self.plain, self.beside.submit(self._do, writing)

    def _do(self, writing: int) -> None:
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as into:
            self.work(into)

    def __exit__(self, *_: object) -> None:
        self.plain.close()
        self.beside.shutdown()


def _raise_first(beside: "Future[None]", failure: OSError | None = None) -> None:
    """The error that came first is the one to tell."""
    if failure is not None:
        raise failure
    beside.result()
