"""Tiles and bundles: the specification's own examples, growth in any steps, what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tlog.logs import Log, numbered
from xinshu.tlog.merkle import leaf_hash
from xinshu.tlog.tile import (
    ENTRIES,
    Growth,
    Malformed,
    Tile,
    bundle,
    bundles,
    edge,
    parse_path,
    split,
    tiles,
    unbundle,
)


def test_paths_are_spelt_as_specified() -> None:
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(1, 0, 17).path == "tile/1/000.p/17"
    assert Tile(ENTRIES, 273, 112).path == "tile/entries/273.p/112"


@given(st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_and_its_tile_are_one(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        *("", "tile/0/1", "tile/0/0001", "tile/0/x000/001", "tile/0/001.p/0", "tile/0/001.p/256", "tile/0/001.p/01"),
        *("tile/64/000", "tile/00/000", "tile/-1/000", "tile/entries/000/001", "tile/0/../000", "tile/0/000\n"),
    ],
)
def test_another_spelling_is_no_path(path: str) -> None:
    with pytest.raises(Malformed):
        parse_path(path)


def test_a_tree_of_seventy_thousand_has_the_tiles_that_the_specification_says() -> None:
    found = list(tiles(0, 70_000))
    by_level = {level: [tile for tile in found if tile.level == level] for level in range(4)}
    assert len([tile for tile in by_level[0] if tile.width == 256]) == 273
    assert by_level[0][-1].width == 112
    assert [tile.width for tile in by_level[1]] == [256, 17]
    assert [tile.width for tile in by_level[2]] == [1]
    assert by_level[3] == []
    assert [tile.path for tile in edge(256)] == ["tile/1/000.p/1"]


@settings(max_examples=60)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=6))
def test_in_whatever_steps_it_grows_it_is_the_same_tree(steps: list[int]) -> None:
    """Taken up again from its edge after each step, as after a crash."""
    entries = numbered(sum(steps))
    whole = Log()
    whole.add(entries)
    served: dict[Tile, bytes] = {}
    size = 0
    for count in steps:
        growth = Growth(size, {tile: served[tile] for tile in edge(size)})
        found = dict(growth.add([leaf_hash(entry) for entry in entries[size : size + count]]))
        found |= dict(growth.partial())
        assert set(found) >= set(tiles(size, size + count))
        assert not any(tile in served and served[tile] != content for tile, content in found.items())
        served |= found
        size += count
    assert growth.root() == whole.growth.root()
    assert all(served[tile] == content for tile, content in whole.served.items())


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_bundles_hold_every_entry_once(one: int, other: int) -> None:
    old, new = sorted((one, other))
    found = list(bundles(old, new))
    covered = sorted(number for tile in found for number in range(tile.number * 256, tile.number * 256 + tile.width))
    assert set(range(old, new)) <= set(covered)
    assert len(set(covered)) == len(covered)
    assert not covered or covered[-1] == new - 1


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_and_its_entries_are_one(entries: list[bytes]) -> None:
    content = bundle(entries)
    assert unbundle(content, len(entries)) == entries
    for wrong in (content + b"\x00", content[:-1] if content else b"\x00\x01"):
        with pytest.raises(Malformed):
            unbundle(wrong, len(entries))


def test_what_is_no_tile_is_refused() -> None:
    for content in (b"", b"x" * 31, b"x" * 33, b"x" * 32 * 257):
        with pytest.raises(Malformed):
            split(content)
    with pytest.raises(Malformed):
        split(b"x" * 64, 3)
    with pytest.raises(Malformed):
        bundle([b"x" * 65_536])
    with pytest.raises(Malformed):
        Growth(3, {Tile(0, 0, 3): b"x" * 64})
