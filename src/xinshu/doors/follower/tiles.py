"""Hashes of the log out of its published tiles, each of them proven up to a signed root, and read once."""

from collections.abc import Callable
from typing import Final

from xinshu.doors.follower.lies import Kind, Lie
from xinshu.doors.follower.lines import Line
from xinshu.doors.published_log import Source, full_or_partial
from xinshu.tlog import merkle, verify
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.proof import consistency
from xinshu.tlog.tile import HEIGHT, WIDTH, Malformed, Tile, edge, hash_in, holding, split

LAST_KEPT: Final = 64
"""Rows of leaves that are kept at once; of the rows above, which are few, all are."""


class Tiles:
    """The tiles of a tree whose root somebody signed. Raises Lie wherever a tile does not belong to that tree.

    A partial tile is proven by the root, of whose peaks it is made; a full one by its hash a level up.
    """

    def __init__(self, source: Source, told: Checkpoint) -> None:
        self._source, self._told = source, told
        self._rows: dict[tuple[int, int], list[bytes]] = {}
        self._leaves: dict[int, list[bytes]] = {}
        contents = {}
        for tile in edge(told.size):
            contents[tile] = self._read(tile)
            self._rows[tile.level, tile.number] = split(contents[tile])
        peaks = merkle.peaks(told.size)
        root = merkle.folded(hash_in(peak, contents[holding(peak, told.size)]) for peak in peaks)
        if root != told.root:
            raise Lie(
                Kind.FORK,
                None,
                f"{told.size} 条的日志边缘的瓦片与签名的根不符。",
                f"The tiles at the edge of the log of {told.size} entries do not make the root that was signed.",
            )

    def leaf_hash(self, number: int) -> bytes:
        """The hash of an entry. Asked for in order, each tile is read once."""
        place = number // WIDTH
        if place not in self._leaves:
            if len(self._leaves) >= LAST_KEPT:
                self._leaves.pop(next(iter(self._leaves)))
            self._leaves[place] = self._row(0, place)
        return self._leaves[place][number % WIDTH]

    def _row(self, level: int, number: int) -> list[bytes]:
        if (level, number) in self._rows:
            return self._rows[level, number]
        tile = Tile(level, number)
        row = _split(tile, self._read(tile))
        above = self._row(level + 1, number // WIDTH)[number % WIDTH]
        if verify.tree(row) != above:
            raise not_of_the_tree(tile)
        if level:
            self._rows[level, number] = row
        return row

    def _read(self, tile: Tile) -> bytes:
        return cut(tile, full_or_partial(self._source, tile))


def cut(tile: Tile, content: bytes) -> bytes:
    """So much of a tile as the tree has; a full one stands in for a partial one. Raises Lie."""
    row = _split(tile, content)
    return b"".join(row[: tile.width])


def prove_onward(source: Source, old: int, old_root: bytes, new: Checkpoint) -> None:
    """That a log goes on from what it was. Raises Lie."""
    if old == 0:
        return
    try:
        hashes = consistency(old, new.size, lambda tile: cut(tile, full_or_partial(source, tile)))
        verify.consistent(old, old_root, new.size, new.root, hashes)
    except (verify.Refuted, Malformed) as error:
        raise Lie(
            Kind.FORK,
            old,
            f"{new.size} 条的日志不是从先前 {old} 条的日志接续而来：已被改写或分叉。",
            f"The log of {new.size} entries does not go on from the one of {old} that it was: rewritten, or forked.",
        ) from error


def first_difference(lines: tuple[Line, ...], size: int, read: Callable[[Tile], bytes]) -> int | None:
    """The first line of a page whose leaf is another one than the published tile says; None where there is none."""
    row: list[bytes] = []
    at = -1
    for line in lines:
        if line.number >= size:
            return None
        if line.number // WIDTH != at:
            at = line.number // WIDTH
            row = split(read(Tile(0, at, min(WIDTH, size - at * WIDTH))))
        if row[line.number % WIDTH] != line.leaf_hash:
            return line.number
    return None


def not_of_the_tree(tile: Tile) -> Lie:
    """The error, which names the tile and the first entry under it."""
    first = tile.number * WIDTH << HEIGHT * tile.level
    return Lie(
        Kind.FORK,
        first,
        f"瓦片 {tile.path}（自第 {first} 号条目起）与签名的根不符。",
        f"The tile {tile.path}, from entry {first} on, does not belong to the tree that was signed.",
    )


def _split(tile: Tile, content: bytes) -> list[bytes]:
    try:
        row = split(content)
    except Malformed as error:
        raise not_of_the_tree(tile) from error
    if len(row) < tile.width:
        raise not_of_the_tree(tile)
    return row
