"""Signed notes (c2sp.org/signed-note) and the timestamped cosignatures of witnesses (c2sp.org/tlog-cosignature).

A note is text and lines of signatures. A key is told by its name and four bytes of its hash; what unknown keys signed
is passed over, what a known key did not sign as it says is refused. Ed25519 itself is handed in.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

ED25519, COSIGNATURE = 0x01, 0x04
LARGEST: Final = 1 << 16
"""Characters of a note at most: a checkpoint with some hundreds of signatures."""

MOST_SIGNATURES: Final = 100
Check = Callable[[bytes, bytes, bytes], bool]
"""Ed25519, handed in: whether a public key (32 bytes) made a signature (64 bytes) of a message, in this order."""

Sign = Callable[[bytes], bytes]
"""Ed25519, handed in: a private key's signature (64 bytes) of a message."""

_NAME: Final = re.compile(r"[^\s+]+")
_SIGNATURE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class BadNote(ValueError):
    """What should be a signed note is malformed."""


class BadSignature(ValueError):
    """No known key signed the note, or a known key's signature is wrong."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A line of signature: the name of a key, four bytes of the key's hash, and the signature itself."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """As it stands in a note, with its newline."""
        return f"— {self.name} {b64encode(self.key_id + self.value).decode()}\n"

    @property
    def cosigned_at(self) -> int:
        """When a witness says that it cosigned, in seconds since 1970; means nothing for a log's own signature."""
        return int.from_bytes(self.value[:8])


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)


def parse(content: str) -> Note:
    """A note out of what was received; nothing of it is verified. Raises BadNote."""
    if len(content) > LARGEST or _CONTROL.search(content):
        raise BadNote("too long for a note, or with control characters 内容过长或含有控制字符")
    text, between, lines = content.rpartition("\n\n")
    if not between or not lines.endswith("\n"):
        raise BadNote("no text, empty line and signatures 不是签名文本：缺少正文、空行或签名")
    text += "\n"
    signatures = []
    for line in lines[:-1].split("\n"):
        found = _SIGNATURE.fullmatch(line)
        value = decoded(found[2]) if found else b""
        if found is None or len(value) < 5:
            raise BadNote("a line of signature is malformed 签名行格式有误")
        signatures.append(Signature(found[1], value[:4], value[4:]))
    if len(signatures) > MOST_SIGNATURES:
        raise BadNote("too many signatures 签名过多")
    return Note(text, tuple(signatures))


def parse_signatures(content: str) -> tuple[Signature, ...]:
    """Lines of signatures without their text, as a witness answers. Raises BadNote."""
    return parse(f"-\n\n{content}").signatures


def decoded(text: str) -> bytes:
    """Standard base64 in its one spelling. Raises BadNote."""
    try:
        found = b64decode(text, validate=True)
    except ValueError as error:
        raise BadNote("no base64 不是 base64 编码") from error
    if b64encode(found).decode() != text:
        raise BadNote("base64 in another spelling 非规范的 base64 编码")
    return found


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key: `kind` is ED25519 for a log, COSIGNATURE for a witness; `public` its 32 bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of the hash over name, kind and key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """As it is handed on: name, hash and key with plus signs between (a "vkey")."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    def made(self, value: bytes, text: str, check: Check) -> bool:
        """Whether a signature is this key's of that text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            timestamp, value = int.from_bytes(value[:8]), value[8:]
            if timestamp >= 1 << 63:
                return False
            message = cosigned(text, timestamp)
        return len(value) == 64 and check(self.public, value, message)


def verifier_key(text: str) -> VerifierKey:
    """A key out of how it is handed on. Raises BadNote."""
    name, *rest = text.split("+", 2)
    if len(rest) != 2 or not _NAME.fullmatch(name):
        raise BadNote("no key: it is name+hash+base64 不是公钥：应为 名称+哈希+base64")
    octets = decoded(rest[1])
    if len(octets) != 33 or octets[0] not in (ED25519, COSIGNATURE):
        raise BadNote("neither an Ed25519 key nor that of a witness 不是 Ed25519 公钥")
    key = VerifierKey(name, octets[0], octets[1:])
    if key.key_id.hex() != rest[0]:
        raise BadNote("the hash of the key does not fit it 公钥与其哈希不符")
    return key


def cosigned(text: str, timestamp: int) -> bytes:
    """What a witness signs: the text of a checkpoint, and when it was the largest that it had seen."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def sign(text: str, key: VerifierKey, private: Sign) -> Signature:
    """A log's signature of a text; `private` is the private half of its key."""
    return Signature(key.name, key.key_id, private(text.encode()))


def cosign(text: str, key: VerifierKey, private: Sign, *, timestamp: int) -> Signature:
    """A witness's cosignature of a checkpoint's text at an instant (whole seconds since 1970)."""
    return Signature(key.name, key.key_id, timestamp.to_bytes(8) + private(cosigned(text, timestamp)))


def signed(text: str, signatures: Iterable[Signature]) -> Note:
    """A text with signatures. Raises BadNote when the text cannot be that of a note."""
    note = Note(text, tuple(signatures))
    if not text.endswith("\n") or parse(str(note)) != note:
        raise BadNote("not the text of a note 不能作为签名文本")
    return note


def opened(note: Note, keys: Sequence[VerifierKey], check: Check) -> list[Signature]:
    """The signatures of known keys, all of them verified.

    Raises BadSignature when there is none, or when one that a known key should have made is wrong.
    """
    known = {(key.name, key.key_id): key for key in keys}
    if len(known) != len(keys):
        raise BadSignature("two keys of one name and hash 两个公钥的名称与哈希相同")
    found = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.made(signature.value, note.text, check):
            raise BadSignature(f"not the signature of {key.name} 签名与公钥不符：{key.name}")
        found.append(signature)
    if not found:
        raise BadSignature("signed by no known key 没有已知公钥的签名")
    return found
