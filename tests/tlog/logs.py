"""A small log in memory, for the tests of this room."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xinshu.tlog.merkle import leaf_hash
from xinshu.tlog.tile import Growth, Tile, tiles


@dataclass
class Log:
    """Entries, the tiles of every size at which it was looked at, and the root of each."""

    entries: list[bytes] = field(default_factory=list)
    served: dict[Tile, bytes] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.growth = Growth(0, {})
        self.roots[0] = self.growth.root()

    def add(self, entries: Sequence[bytes]) -> None:
        """As one integration."""
        before = self.growth.size
        found = dict(self.growth.add([leaf_hash(entry) for entry in entries]))
        found |= dict(self.growth.partial())
        self.entries += entries
        assert set(tiles(before, self.growth.size)) <= set(found)
        self.served |= found
        self.roots[self.growth.size] = self.growth.root()

    def fetch(self, tile: Tile) -> bytes:
        """As a web server does, where a full tile stands in for a partial one."""
        return self.served[tile] if tile in self.served else self.served[tile.full]


def numbered(count: int, first: int = 0) -> list[bytes]:
    """So many different entries."""
    return [f"entry {number}".encode() for number in range(first, first + count)]
