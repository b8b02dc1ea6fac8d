"""The verifier. It follows RFC 9162 sections 2.1.3.2 and 2.1.4.2 to the letter, and shares no line with the prover.

It also refuses what a literal reading lets pass: hashes of another length, a proof from an empty tree, sizes out of
range, a tree that shrank.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

HASH: Final = 32
LARGEST: Final = 1 << 63


class Refuted(ValueError):
    """A proof does not prove what it should."""


def leaf(entry: bytes) -> bytes:
    """The hash of an entry as a leaf."""
    return hashlib.sha256(bytes([0]) + entry).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(bytes([1]) + left + right).digest()


def included(entry_hash: bytes, index: int, size: int, hashes: Sequence[bytes], root: bytes) -> None:
    """That the leaf of this hash is the one at `index` of the tree of `size` leaves with that root. Raises Refuted."""
    _lengths([entry_hash, root, *hashes])
    if not 0 <= index < size < LARGEST:
        raise Refuted(f"no leaf {index} in a tree of {size} 序号超出范围")
    place, last, computed = index, size - 1, entry_hash
    for other in hashes:
        if last == 0:
            raise Refuted("the proof is too long 证明过长")
        if place & 1 or place == last:
            computed = _node(other, computed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            computed = _node(computed, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise Refuted("the proof is too short 证明过短")
    if computed != root:
        raise Refuted("the entry is not in this log 该条目不在此日志中")


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, hashes: Sequence[bytes]) -> None:
    """That the tree of `new` leaves begins with the tree of `old` leaves. Raises Refuted."""
    _lengths([old_root, new_root, *hashes])
    if not 0 < old <= new < LARGEST:
        raise Refuted(f"nothing leads from a tree of {old} to one of {new} 树的大小有误")
    if old == new:
        if hashes or old_root != new_root:
            raise Refuted("two roots of one size 同一大小出现两个根")
        return
    path = [*([old_root] if old & (old - 1) == 0 else []), *hashes]
    if not path:
        raise Refuted("the proof is too short 证明过短")
    if _both(old - 1, new - 1, path) != (old_root, new_root):
        raise Refuted("the log was rewritten: it does not go on from what it was 日志被改写：与先前状态不一致")


def _both(place: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of the earlier and of the later tree, as the path says them."""
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            raise Refuted("the proof is too long 证明过长")
        if place & 1 or place == last:
            before, after = _node(other, before), _node(other, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = _node(after, other)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise Refuted("the proof is too short 证明过短")
    return before, after


def tree(entries: Iterable[bytes]) -> bytes:
    """The root over the hashes of all leaves, as a whole log is checked: one pass, a hash for each level."""
    heights: list[tuple[int, bytes]] = []
    for entry_hash in entries:
        height, value = 0, entry_hash
        while heights and heights[-1][0] == height:
            height, value = height + 1, _node(heights.pop()[1], value)
        heights.append((height, value))
    if not heights:
        return hashlib.sha256(b"").digest()
    value = heights.pop()[1]
    while heights:
        value = _node(heights.pop()[1], value)
    return value


def _lengths(hashes: Iterable[bytes]) -> None:
    if any(len(each) != HASH for each in hashes):
        raise Refuted("a hash is not of 32 bytes 哈希长度有误")
