"""The Merkle tree of RFC 6962 section 2.1: hashes of leaves and nodes, growth at the right edge, proofs.

A node is named by its level (0: leaves) and index within the level; the node (l, i) covers the leaves from i * 2**l to
(i + 1) * 2**l, all of which exist. Whoever asks for a proof hands in how such nodes are read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

HASH_SIZE: Final = 32
_PAIR: Final = 2 * HASH_SIZE
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""


class Node(NamedTuple):
    """A perfect subtree by its level and its number within the level."""

    level: int
    number: int


Read = Callable[[Sequence[Node]], Sequence[bytes]]
"""Reads the hashes of nodes, in their order."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (32 bytes)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children (32 bytes)."""
    return sha256(b"\x01" + left + right).digest()


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """The next level above a row of sibling hashes; an odd last one waits for its sibling and has no parent yet."""
    return [sha256(b"\x01" + hashes[at] + hashes[at + 1]).digest() for at in range(0, len(hashes) - 1, 2)]


@lru_cache(8_192)
def perfect_root(row: bytes) -> bytes:
    """The root over hashes that stand one behind the other; there are a power of two of them.

    Known again by its octets: the rows above the leaves are the same in proof after proof.
    """
    while len(row) > HASH_SIZE:
        row = b"".join([sha256(b"\x01" + row[at : at + _PAIR]).digest() for at in range(0, len(row), _PAIR)])
    return row


def peaks(size: int) -> list[Node]:
    """The perfect subtrees of which a tree of that size is made, from the left, the largest first."""
    found, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            found.append(Node(level, start >> level))
            start += 1 << level
    return found


def folded(hashes: Iterable[bytes]) -> bytes:
    """The root over the hashes of peaks, from the left; the root of the empty tree where there are none."""
    root = None
    for each in reversed(list(hashes)):
        root = each if root is None else node_hash(each, root)
    return EMPTY_ROOT if root is None else root


def root(size: int, read: Read) -> bytes:
    """The root hash of the first `size` leaves."""
    return folded(read(peaks(size)))


def inclusion_nodes(index: int, size: int) -> list[list[Node]]:
    """For each hash of an inclusion proof, from the leaf upwards, the nodes that it is folded of.

    Raises ValueError when there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return list(_beside(index, 0, size))[::-1]


def _beside(index: int, start: int, end: int) -> Iterator[list[Node]]:
    """The siblings on the way from the root of [start, end) down to a leaf."""
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            yield _cover(middle, end)
            end = middle
        else:
            yield _cover(start, middle)
            start = middle


def consistency_nodes(old: int, new: int) -> list[list[Node]]:
    """For each hash of a consistency proof (RFC 6962 section 2.1.2), the nodes that it is folded of.

    Raises ValueError unless 0 < old <= new: nothing follows from an empty tree, so nothing is proven of it.
    """
    if not 0 < old <= new:
        raise ValueError(f"there is no proof from a tree of {old} to one of {new}")
    found: list[list[Node]] = []
    start, end, whole = 0, new, True
    while old - start != end - start:
        middle = start + _split(end - start)
        if old <= middle:
            found.append(_cover(middle, end))
            end = middle
        else:
            found.append(_cover(start, middle))
            start, whole = middle, False
    return ([] if whole else [_cover(start, end)]) + found[::-1]


def _split(size: int) -> int:
    """The largest power of two smaller than a size of at least two."""
    return 1 << (size - 1).bit_length() - 1


def _cover(start: int, end: int) -> list[Node]:
    """The perfect subtrees of the leaves [start, end), where `start` is a multiple of the largest."""
    return [Node(level, (start >> level) + index) for level, index in peaks(end - start)]


def proof(nodes: Sequence[Sequence[Node]], read: Read) -> list[bytes]:
    """The hashes of a proof, read in one go."""
    hashes = iter(read([node for group in nodes for node in group]))
    return [folded([next(hashes) for _ in group]) for group in nodes]
