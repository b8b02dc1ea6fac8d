"""The tree of the log as it grows: taken up out of its published edge; tiles and bundles are written as they fill."""

from collections.abc import Iterable, Iterator

from xinshu.register.publog import tiles
from xinshu.register.publog.queries import Stand, leaves_from
from xinshu.tlog.merkle import leaf_hash
from xinshu.tlog.tile import ENTRIES, WIDTH, Growth, Malformed, Tile, bundle, edge


def taken_up(known: Stand) -> Growth:
    """The tree as it was signed last, out of its published edge; published anew where all of that was lost.

    What is published may lag behind the state by a crash, and never be ahead of it. Raises tiles.Forked.
    """
    published = tiles.checkpoint()
    if published is None and known.size:
        growth = Growth(0, {})
        grow(growth, _first(known.size))
    else:
        ahead = published is not None and tiles.published_size() >= known.size
        if ahead and not tiles.say_the_same(published, known.checkpoint):
            raise tiles.forked("the checkpoint")
        try:
            growth = Growth(known.size, {tile: tiles.read(tile) for tile in edge(known.size)})
        except (FileNotFoundError, Malformed) as error:
            raise tiles.forked("the edge of the tree") from error
    if growth.root() != known.root:
        raise tiles.forked("the edge of the tree")
    return growth


def _first(count: int) -> Iterator[list[bytes]]:
    """The leaves of the first `count` entries, in chunks."""
    for entries in leaves_from(0):
        yield entries[:count]
        count -= len(entries)
        if count <= 0:
            return


def grow(growth: Growth, chunks: Iterable[list[bytes]]) -> None:
    """Add leaves to the tree, and write the tiles and bundles that it has more by them."""
    size, waiting = growth.size, _bundled(growth.size)
    for entries in chunks:
        files = list(growth.add([leaf_hash(entry) for entry in entries]))
        waiting += entries
        whole = len(waiting) // WIDTH * WIDTH
        first = (growth.size - len(waiting)) // WIDTH
        for at in range(0, whole, WIDTH):
            files.append((Tile(ENTRIES, first + at // WIDTH), bundle(waiting[at : at + WIDTH])))
        del waiting[:whole]
        tiles.write(files)
    if growth.size > size:
        last = [(Tile(ENTRIES, growth.size // WIDTH, len(waiting)), bundle(waiting))] if waiting else []
        tiles.write([*growth.partial(), *last])


def _bundled(size: int) -> list[bytes]:
    """The entries of the partial bundle at the edge, which the tree has as its leaves."""
    width = size % WIDTH
    if not width:
        return []
    try:
        entries = tiles.entries(Tile(ENTRIES, size // WIDTH, width))
    except (FileNotFoundError, Malformed) as error:
        raise tiles.forked("the entries at the edge") from error
    if b"".join(map(leaf_hash, entries)) != tiles.read(Tile(0, size // WIDTH, width)):
        raise tiles.forked("the entries at the edge")
    return entries
