"""A witness (c2sp.org/tlog-witness): cosigns a log's checkpoint only where it goes on from the last one.

It knows the keys of the logs that it watches, and keeps of each the largest checkpoint that it ever cosigned: one file,
locked while a request is answered, on the disk before the answer. It needs no database and calls nobody.
"""

import fcntl
import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Final

from xinshu.doors.witness_key import WitnessKey
from xinshu.kit.clock import now
from xinshu.kit.durable import keep, make
from xinshu.kit.errors import XinshuError
from xinshu.register.publog.signing import check
from xinshu.tlog import checkpoint, note, verify
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.merkle import EMPTY_ROOT, HASH_SIZE
from xinshu.tlog.note import BadNote, BadSignature, Note, VerifierKey

LOG = logging.getLogger(__name__)
PATH: Final = "/add-checkpoint"
TEXT: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"
MOST_HASHES: Final = 63
LARGEST: Final = 1 << 18
"""Bytes of a request at most: a note of the largest kind and a proof."""

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")


class Damaged(XinshuError):
    """What the witness kept of a log cannot be read; it cosigns nothing of that log until a person has looked."""


class Refused(Exception):
    """The answer to what is not cosigned: its status, its text, and the type of that."""

    def __init__(self, status: HTTPStatus, text: str, kind: str = TEXT) -> None:
        super().__init__(text)
        self.status, self.text, self.kind = status, text, kind


@dataclass(frozen=True, slots=True)
class Offer:
    """What a log sends: the size from which the proof leads, the proof, and the checkpoint with its note."""

    old: int
    hashes: tuple[bytes, ...]
    note: Note
    told: Checkpoint


def parse(body: bytes) -> Offer:
    """An offer out of the body of a request; nothing of it is verified. Raises Refused."""
    try:
        head, between, rest = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        found = _OLD.fullmatch(first)
        hashes = tuple(map(note.decoded, lines))
        opened = note.parse(rest)
        told = checkpoint.parse(opened.text)
    except (UnicodeDecodeError, BadNote) as error:
        raise _malformed("not an offer of a checkpoint 不是检查点请求") from error
    if not between or found is None or len(hashes) > MOST_HASHES or any(len(each) != HASH_SIZE for each in hashes):
        raise _malformed("the size before or the proof is malformed 先前大小或证明格式有误")
    if int(found[1]) > told.size:
        raise _malformed("the size before is larger than the checkpoint 先前大小大于检查点")
    return Offer(int(found[1]), hashes, opened, told)


def _malformed(text: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, f"{text}\n")


class Memory:
    """The largest checkpoint of each log that was cosigned, each in a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, origin: str) -> Path:
        """The file of a log."""
        return self.folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.checkpoint"

    @contextmanager
    def alone(self, origin: str) -> Iterator[None]:
        """One request of a log at a time, in all threads and processes; the kernel takes the lock from a killed one."""
        make(self.folder)
        descriptor = os.open(self.path(origin).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def known(self, origin: str) -> Checkpoint:
        """The last one; the empty tree where there was none. Raises Damaged."""
        try:
            found = checkpoint.parse(note.parse(self.path(origin).read_text(encoding="utf-8")).text)
        except FileNotFoundError:
            return Checkpoint(origin, 0, EMPTY_ROOT)
        except (BadNote, UnicodeDecodeError) as error:
            raise _damaged(self.path(origin)) from error
        if found.origin != origin:
            raise _damaged(self.path(origin))
        return found

    def remember(self, origin: str, told: Note) -> None:
        """Put a checkpoint in the place of the last one; it is on the disk when this returns."""
        keep(self.path(origin), lambda file: _write(file, told))

    def keep_evidence(self, origin: str, told: Note) -> None:
        """A second signed root of one size: proof that the log lies, kept beside what was cosigned."""
        digest = hashlib.sha256(str(told).encode()).hexdigest()[:16]
        keep(self.path(origin).with_suffix(f".lie-{digest}"), lambda file: _write(file, told))


def _damaged(path: Path) -> Damaged:
    return Damaged(
        f"见证记录 {path.name} 无法读取：不再为该日志联署，请人工核查。"
        f" What was kept of the log cannot be read ({path.name}): nothing of it is cosigned until a person has looked."
    )


def _write(file: IO[bytes], told: Note) -> None:
    file.write(str(told).encode())


class Witness:
    """The service, as a WSGI application: POST /add-checkpoint, and nothing else."""

    def __init__(self, key: WitnessKey, state: Path, logs: Sequence[VerifierKey]) -> None:
        self.key = key
        self.memory = Memory(state)
        self.logs: dict[str, list[VerifierKey]] = {}
        for each in logs:
            self.logs.setdefault(each.name, []).append(each)

    def add_checkpoint(self, body: bytes) -> str:
        """The line of the cosignature. Raises Refused, Damaged, NoRoom.

        Invariant: checked, written and signed under the lock of that log, in this order. Killed after the writing the
        witness has promised more than it told, and the log asks again from there.
        """
        offer = parse(body)
        self._must_be_signed(offer)
        origin = offer.told.origin
        with self.memory.alone(origin):
            known = self.memory.known(origin)
            if offer.old != known.size:
                raise _conflict(known)
            if offer.told.size == known.size and offer.told.root != known.root:
                self.memory.keep_evidence(origin, offer.note)
                raise _conflict(known)
            _must_go_on(known, offer)
            if offer.told != known or not self.memory.path(origin).exists():
                self.memory.remember(origin, offer.note)
            at = int(now().instant.timestamp())
            return note.cosign(offer.note.text, self.key.public, self.key.sign, timestamp=at).line

    def _must_be_signed(self, offer: Offer) -> None:
        keys = self.logs.get(offer.told.origin)
        if keys is None:
            raise Refused(HTTPStatus.NOT_FOUND, "this log is not watched here 此处不见证该日志\n")
        try:
            note.opened(offer.note, keys, check)
        except BadSignature as error:
            raise Refused(HTTPStatus.FORBIDDEN, f"{error}\n") from error

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request."""
        status, text, kind = HTTPStatus.OK, "", TEXT
        try:
            text = self.add_checkpoint(_body(environ))
        except Refused as refused:
            status, text, kind = refused.status, refused.text, refused.kind
        except (XinshuError, OSError) as error:
            status, text = HTTPStatus.INTERNAL_SERVER_ERROR, "the witness cannot cosign now 见证方暂不能联署\n"
            LOG.error("nothing was cosigned: %s", error)
        content = text.encode()
        headers = [("Content-Type", kind), ("Content-Length", str(len(content))), ("Cache-Control", "no-store")]
        start_response(f"{status.value} {status.phrase}", headers)
        return [content]


def _body(environ: dict[str, Any]) -> bytes:
    if environ["PATH_INFO"] != PATH:
        raise Refused(HTTPStatus.NOT_FOUND, f"POST {PATH}\n")
    if environ["REQUEST_METHOD"] != "POST":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"POST {PATH}\n")
    length = environ.get("CONTENT_LENGTH") or ""
    most = min(int(length), LARGEST + 1) if length.isdecimal() else LARGEST + 1
    body: bytes = environ["wsgi.input"].read(most)
    if len(body) > LARGEST:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large 内容过大\n")
    return body


def _conflict(known: Checkpoint) -> Refused:
    """What the log must begin from; the same for a second root of that size, which nothing leads to."""
    return Refused(HTTPStatus.CONFLICT, f"{known.size}\n", SIZE)


def _must_go_on(known: Checkpoint, offer: Offer) -> None:
    proven = not offer.hashes if known.size in (0, offer.told.size) else _proven(known, offer)
    if not proven:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "the proof of consistency does not hold 一致性证明不成立\n")


def _proven(known: Checkpoint, offer: Offer) -> bool:
    try:
        verify.consistent(known.size, known.root, offer.told.size, offer.told.root, offer.hashes)
    except verify.Refuted:
        return False
    return True
