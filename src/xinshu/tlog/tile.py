"""Tiles of the tree and bundles of its entries (c2sp.org/tlog-tiles): immutable files that any web server can serve.

A tile holds 256 hashes of one level in eight, or fewer at the right edge ("partial"). Level here counts tiles: the
hashes of a tile of level t are nodes of level 8 * t.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from struct import Struct
from typing import Final, NamedTuple

from xinshu.tlog.merkle import HASH_SIZE, Node, folded, parents, peaks, perfect_root

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
LONGEST: Final = (1 << 16) - 1
"""Bytes of an entry at most."""

ENTRIES: Final = -1
"""In the place of a tile's level: a bundle of entries."""

_LENGTH: Final = Struct(">H")
_PATH: Final = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Malformed(ValueError):
    """What should be a tile, a bundle or the path of one is none."""


class Tile(NamedTuple):
    """A tile or bundle by its level, its number within the level, and how many hashes or entries it holds."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is served, beneath the prefix of the log: `tile/0/x001/x234/067`, `tile/entries/000.p/5`."""
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{place}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def full(self) -> "Tile":
        """The same when it is full."""
        return self._replace(width=WIDTH)


def parse_path(path: str) -> Tile:
    """The tile of a path, which must be spelt as `Tile.path` spells it. Raises Malformed."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise Malformed(f"no path of a tile: {path[:80]!r}")
    level, above, last, width = found.groups()
    tile = Tile(
        ENTRIES if level == "entries" else int(level),
        int(above.replace("x", "").replace("/", "") + last),
        WIDTH if width is None else int(width),
    )
    if tile.path != path or tile.level > 63:
        raise Malformed(f"no path of a tile: {path[:80]!r}")
    return tile


def tiles(old: int, new: int) -> Iterator[Tile]:
    """The tiles, without bundles, that a tree of `new` leaves has and one of `old` leaves had not, level by level."""
    level = 0
    while (there := new >> HEIGHT * level) > 0:
        had = old >> HEIGHT * level
        for index in range(had // WIDTH, -(-there // WIDTH)):
            width = min(WIDTH, there - index * WIDTH)
            if index * WIDTH + width > had:
                yield Tile(level, index, width)
        level += 1


def bundles(old: int, new: int) -> Iterator[Tile]:
    """The same of the bundles of entries."""
    for index in range(old // WIDTH, -(-new // WIDTH)):
        width = min(WIDTH, new - index * WIDTH)
        if index * WIDTH + width > old:
            yield Tile(ENTRIES, index, width)


def edge(size: int) -> list[Tile]:
    """The partial tiles of a tree: all that is needed to let it grow."""
    found = []
    level = 0
    while (there := size >> HEIGHT * level) > 0:
        if there % WIDTH:
            found.append(Tile(level, there // WIDTH, there % WIDTH))
        level += 1
    return found


def holding(node: Node, size: int) -> Tile:
    """The tile of a tree of `size` leaves out of which the hash of a node is computed."""
    level = node.level // HEIGHT
    first = node.number << node.level % HEIGHT
    index = first // WIDTH
    return Tile(level, index, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def hash_in(node: Node, content: bytes) -> bytes:
    """The hash of a node out of the tile that holds it. Raises Malformed when the tile is too short."""
    span = 1 << node.level % HEIGHT
    first = (node.number << node.level % HEIGHT) % WIDTH
    row = content[first * HASH_SIZE : (first + span) * HASH_SIZE]
    if len(row) != span * HASH_SIZE or len(content) % HASH_SIZE or len(content) > WIDTH * HASH_SIZE:
        raise Malformed(f"a tile of {len(content)} bytes does not hold node {node}")
    return perfect_root(row)


def split(content: bytes, width: int | None = None) -> list[bytes]:
    """The hashes of a tile; of just so many, if given. Raises Malformed."""
    if len(content) % HASH_SIZE or not 0 < len(content) <= WIDTH * HASH_SIZE:
        raise Malformed(f"a tile of {len(content)} bytes")
    if width is not None and len(content) != width * HASH_SIZE:
        raise Malformed(f"a tile of {len(content)} bytes, where {width} hashes are due")
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as one bundle. Raises Malformed for one of more than LONGEST bytes."""
    pieces: list[bytes] = []
    for entry in entries:
        if len(entry) > LONGEST:
            raise Malformed(f"an entry of {len(entry)} bytes; {LONGEST} are the most")
        pieces += (_LENGTH.pack(len(entry)), entry)
    return b"".join(pieces)


def unbundle(content: bytes, width: int | None = None) -> list[bytes]:
    """The entries of a bundle; of just so many, if given. Raises Malformed."""
    entries, at = [], 0
    while at < len(content):
        if at + 2 > len(content):
            raise Malformed("a bundle of entries is cut off")
        (length,) = _LENGTH.unpack_from(content, at)
        entry = content[at + 2 : at + 2 + length]
        if len(entry) != length:
            raise Malformed("a bundle of entries is cut off")
        entries.append(entry)
        at += 2 + length
    if width is not None and len(entries) != width:
        raise Malformed(f"a bundle of {len(entries)} entries, where {width} are due")
    return entries


class Growth:
    """The right edge of a tree, which leaves are added to; it yields each tile once it is full.

    Linear in the leaves; holds fewer than 256 hashes of each level.
    """

    def __init__(self, size: int, partial: Mapping[Tile, bytes]) -> None:
        """`partial`: the contents of `edge(size)`. Raises Malformed."""
        self.size = size
        self._rows: list[list[bytes]] = []
        for tile in edge(size):
            self._row(tile.level).extend(split(partial[tile], tile.width))

    def add(self, leaves: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
        """Add hashes of leaves; yields the tiles that became full, each once, level by level."""
        self.size += len(leaves)
        yield from self._added(0, leaves)

    def partial(self) -> Iterator[tuple[Tile, bytes]]:
        """The partial tiles as they stand."""
        for tile in edge(self.size):
            yield tile, b"".join(self._rows[tile.level])

    def root(self) -> bytes:
        """The root hash as it stands."""
        contents = dict(self.partial())
        return folded(hash_in(node, contents[holding(node, self.size)]) for node in peaks(self.size))

    def _added(self, level: int, hashes: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
        row = self._row(level)
        row.extend(hashes)
        if len(row) < WIDTH:
            return
        whole = len(row) // WIDTH * WIDTH
        last = (self.size >> HEIGHT * level) // WIDTH
        above = []
        for at in range(0, whole, WIDTH):
            full = row[at : at + WIDTH]
            yield Tile(level, last - (whole - at) // WIDTH), b"".join(full)
            while len(full) > 1:
                full = parents(full)
            above.append(full[0])
        del row[:whole]
        yield from self._added(level + 1, above)

    def _row(self, level: int) -> list[bytes]:
        while len(self._rows) <= level:
            self._rows.append([])
        return self._rows[level]
