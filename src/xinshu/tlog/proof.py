"""What travels: a proof in one file (c2sp.org/tlog-proof), and how one is made from tiles."""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from xinshu.tlog import merkle
from xinshu.tlog.merkle import HASH_SIZE, Node
from xinshu.tlog.note import BadNote, decoded
from xinshu.tlog.tile import Tile, hash_in, holding

HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")
MOST_HASHES: Final = 63

Fetch = Callable[[Tile], bytes]
"""Reads a tile of the tree that a checkpoint tells of; the caller may give the full tile for a partial one."""


class BadProof(ValueError):
    """What should be a proof is malformed."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's place in a log, its inclusion proof from the leaf up, the checkpoint's note, and what goes with it."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = [] if self.extra is None else [f"extra {b64encode(self.extra).decode()}"]
        hashes = [b64encode(each).decode() for each in self.hashes]
        return "\n".join([HEADER, *extra, f"index {self.index}", *hashes, "", self.checkpoint])


def parse(content: str) -> Proof:
    """A proof out of its file; nothing of it is verified. Raises BadProof."""
    head, between, checkpoint = content.partition("\n\n")
    first, *lines = head.split("\n")
    if not between or first != HEADER or not lines:
        raise BadProof("no proof: its first line says another thing 不是证明文件")
    extra = _octets(lines.pop(0).removeprefix("extra ")) if lines[0].startswith("extra ") else None
    found = _INDEX.fullmatch(lines[0]) if lines else None
    hashes = tuple(_octets(line) for line in lines[1:])
    if found is None or len(hashes) > MOST_HASHES or any(len(each) != HASH_SIZE for each in hashes):
        raise BadProof("the proof's place or hashes are malformed 证明文件的序号或哈希有误")
    return Proof(int(found[1]), hashes, checkpoint, extra)


def _octets(text: str) -> bytes:
    try:
        return decoded(text)
    except BadNote as error:
        raise BadProof(str(error)) from error


def inclusion(index: int, size: int, fetch: Fetch) -> list[bytes]:
    """The inclusion proof of a leaf, from the leaf up. Raises ValueError when there is no such leaf."""
    return merkle.proof(merkle.inclusion_nodes(index, size), reader(size, fetch))


def consistency(old: int, new: int, fetch: Fetch) -> list[bytes]:
    """The consistency proof from an earlier tree to a later one. Raises ValueError unless 0 < old <= new."""
    return merkle.proof(merkle.consistency_nodes(old, new), reader(new, fetch))


def reader(size: int, fetch: Fetch) -> merkle.Read:
    """Reads nodes of a tree of that size out of its tiles, each fetched once."""

    def read(nodes: Sequence[Node]) -> list[bytes]:
        kept: dict[Tile, bytes] = {}
        found = []
        for node in nodes:
            tile = holding(node, size)
            if tile not in kept:
                kept[tile] = fetch(tile)
            found.append(hash_in(node, kept[tile]))
        return found

    return read
