"""A leaf of the log: what kind of event it is, a reference used once, and a commitment to what was said.

A leaf is 50 bytes: the version of this format (1), the event, the reference (16 random bytes), the commitment (32). The
commitment is SHA-256 over DOMAIN, a salt of 16 random bytes, and the content as RFC 8785 canonical JSON. Without the
salt nobody can guess the content, and nothing in a leaf is the same in two leaves of one record (docs/trust.md).
"""

from collections.abc import Iterable
from enum import IntEnum
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

import orjson

from xinshu.bulk.canonical import canonical

VERSION: Final = 1
SIZE: Final = 50
SALT: Final = 16
DOMAIN: Final = b"xinshu log leaf v1\n"


class Event(IntEnum):
    """What a leaf says happened. An ending never says why."""

    SHOWN = 1
    CHANGED = 2
    ENDED = 3
    RULES = 4


class Leaf(NamedTuple):
    """A leaf taken apart."""

    event: Event
    reference: UUID
    commitment: bytes


class BadLeaf(ValueError):
    """What should be a leaf of this log is none."""


def leaf(event: int, reference: bytes, commitment: bytes) -> bytes:
    """The bytes of a leaf."""
    return bytes((VERSION, event)) + reference + commitment


def parse(entry: bytes) -> Leaf:
    """A leaf out of its bytes. Raises BadLeaf."""
    if len(entry) != SIZE or entry[0] != VERSION or entry[1] not in set(Event):
        raise BadLeaf("not a leaf of this log 不是本日志的条目")
    return Leaf(Event(entry[1]), UUID(bytes=entry[2:18]), entry[18:])


def shown(form: str, code: str) -> bytes:
    """What SHOWN and CHANGED commit to: a public form, canonical already, and the code of the body it is about."""
    return b'{"record":' + form.encode() + b',"subject":' + orjson.dumps(code) + b"}"


def ended(reference: UUID) -> bytes:
    """What ENDED commits to: the reference of the leaf that showed the record last."""
    return canonical({"ended": str(reference)})


def commitment(salt: bytes, content: bytes) -> bytes:
    """What a leaf holds of a content."""
    return sha256(DOMAIN + salt + content).digest()


def commitments(salts: bytes, contents: Iterable[bytes]) -> list[bytes]:
    """The same for many, whose salts stand one behind the other."""
    return [
        sha256(DOMAIN + salts[SALT * at : SALT * at + SALT] + content).digest() for at, content in enumerate(contents)
    ]


def made_of(extra: bytes) -> bytes:
    """The leaf of which the extra of a proof file tells event, reference, salt and content. Raises BadLeaf."""
    try:
        told = orjson.loads(extra)
        reference, salt = UUID(told["reference"]), bytes.fromhex(told["salt"])
        committed = commitment(salt, canonical(told["content"]))
        return leaf(Event[told["event"]], reference.bytes, committed)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadLeaf("not what a leaf of this log is made of 不是本日志条目的内容") from error
