"""The tree: published vectors, another implementation, the verifier, and what must be refused."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from pymerkle import verify_consistency as oracle_consistency
from pymerkle import verify_inclusion as oracle_inclusion

from tests.tlog.logs import Log, numbered
from xinshu.tlog import proof, verify
from xinshu.tlog.merkle import EMPTY_ROOT, Node, consistency_nodes, inclusion_nodes, leaf_hash, peaks

# The vectors of Certificate Transparency's own tests: eight entries, the root after each.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    (0, 1, []),
    (
        *(0, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        *(5, 8),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        *(1, 5),
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        *(1, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        *(6, 8),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        *(2, 5),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]

SIZES = st.integers(1, 1500)


@pytest.fixture(scope="module")
def large() -> Log:
    """Grown one by one, then by leaps, over two levels of tiles."""
    log = Log()
    for _ in range(300):
        log.add(numbered(1, log.growth.size))
    while log.growth.size < 70_000:
        log.add(numbered(min(9_973, 70_000 - log.growth.size), log.growth.size))
    return log


def eight() -> Log:
    log = Log()
    for entry in ENTRIES:
        log.add([entry])
    return log


def test_the_published_roots() -> None:
    log = eight()
    assert EMPTY_ROOT.hex() == sha256().hexdigest()
    assert [log.roots[size].hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("index", "size", "hashes"), INCLUSION)
def test_the_published_inclusion_proofs(index: int, size: int, hashes: list[str]) -> None:
    log = eight()
    found = proof.inclusion(index, size, log.fetch)
    assert [each.hex() for each in found] == hashes
    verify.included(verify.leaf(ENTRIES[index]), index, size, found, log.roots[size])


@pytest.mark.parametrize(("old", "new", "hashes"), CONSISTENCY)
def test_the_published_consistency_proofs(old: int, new: int, hashes: list[str]) -> None:
    log = eight()
    found = proof.consistency(old, new, log.fetch)
    assert [each.hex() for each in found] == hashes
    verify.consistent(old, log.roots[old], new, log.roots[new], found)


@settings(max_examples=60)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=5), st.data())
def test_another_implementation_agrees(steps: list[int], data: st.DataObject) -> None:
    log, oracle = Log(), InmemoryTree(algorithm="sha256")
    for count in steps:
        entries = numbered(count, log.growth.size)
        log.add(entries)
        for entry in entries:
            oracle.append_entry(entry)
        assert oracle.get_root(log.growth.size) == log.roots[log.growth.size]
    size = log.growth.size
    index = data.draw(st.integers(0, size - 1))
    ours = proof.inclusion(index, size, log.fetch)
    theirs = oracle.prove_inclusion(index + 1, size)
    assert [each.hex() for each in ours] == [each.hex() for each in theirs.path[1:]]
    oracle_inclusion(leaf_hash(log.entries[index]), log.roots[size], theirs)
    old = data.draw(st.sampled_from(sorted(log.roots)[1:]))
    oracle_consistency(log.roots[old], log.roots[size], oracle.prove_consistency(old, size))
    verify.consistent(old, log.roots[old], size, log.roots[size], proof.consistency(old, size, log.fetch))


@settings(max_examples=200)
@given(st.integers(0, 69_999))
def test_every_leaf_of_a_large_log_is_proven(large: Log, index: int) -> None:
    found = proof.inclusion(index, 70_000, large.fetch)
    verify.included(verify.leaf(large.entries[index]), index, 70_000, found, large.roots[70_000])
    for size, root in large.roots.items():
        if index < size:
            verify.included(
                verify.leaf(large.entries[index]), index, size, proof.inclusion(index, size, large.fetch), root
            )
            break


def test_every_state_goes_on_into_every_later_one(large: Log) -> None:
    sizes = sorted(large.roots)[1:]
    for old in [*sizes[:5], *sizes[250:262], *sizes[-3:]]:
        for new in [*sizes[255:260], *sizes[-4:]]:
            if old <= new:
                found = proof.consistency(old, new, large.fetch)
                verify.consistent(old, large.roots[old], new, large.roots[new], found)


def test_the_whole_tree_is_hashed_in_one_pass(large: Log) -> None:
    assert verify.tree(verify.leaf(entry) for entry in large.entries) == large.roots[70_000]
    assert verify.tree([]) == EMPTY_ROOT


def wrong(good: list[bytes], data: st.DataObject) -> list[bytes]:
    """A proof with one thing about it changed."""
    how = data.draw(st.sampled_from(["bit", "cut", "more", "twice", "swap", "short", "long"]))
    path = list(good)
    at = data.draw(st.integers(0, len(path) - 1)) if path else 0
    if how == "more" or not path:
        path.insert(at, data.draw(st.binary(min_size=32, max_size=32)))
    elif how == "bit":
        octets = bytearray(path[at])
        octets[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
        path[at] = bytes(octets)
    elif how == "cut":
        del path[at]
    elif how == "twice":
        path.insert(at, path[at])
    elif how == "swap":
        path = path[::-1] if len(path) > 1 else []
    else:
        path[at] = path[at][:-1] if how == "short" else path[at] + b"\x00"
    return path


@settings(max_examples=2000)
@given(st.data())
def test_a_corrupt_proof_of_inclusion_is_refused(large: Log, data: st.DataObject) -> None:
    size = data.draw(st.sampled_from([size for size in large.roots if size > 1]))
    index = data.draw(st.integers(0, size - 1))
    good = proof.inclusion(index, size, large.fetch)
    with pytest.raises(verify.Refuted):
        verify.included(verify.leaf(large.entries[index]), index, size, wrong(good, data), large.roots[size])


@settings(max_examples=2000)
@given(st.data())
def test_a_corrupt_proof_of_consistency_is_refused(large: Log, data: st.DataObject) -> None:
    sizes = sorted(large.roots)[1:]
    old = data.draw(st.sampled_from(sizes))
    new = data.draw(st.sampled_from([size for size in sizes if size >= old]))
    good = proof.consistency(old, new, large.fetch)
    with pytest.raises(verify.Refuted):
        verify.consistent(old, large.roots[old], new, large.roots[new], wrong(good, data))


@settings(max_examples=500)
@given(st.data())
def test_a_proof_proves_nothing_else(large: Log, data: st.DataObject) -> None:
    """Another place, another size, another entry, another root."""
    sizes = sorted(size for size in large.roots if size > 1)
    size = data.draw(st.sampled_from(sizes))
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    another = data.draw(st.sampled_from([found for found in sizes if found != size]))
    found = proof.inclusion(index, size, large.fetch)
    entry, root = verify.leaf(large.entries[index]), large.roots[size]
    for told in (
        (verify.leaf(large.entries[other]), index, size, found, root),
        (entry, other, size, found, root),
        (entry, index, size, found, large.roots[another]),
        (entry, -1, size, found, root),
        (entry, size, size, found, root),
        (entry, index, 1 << 63, found, root),
        (entry[:-1], index, size, found, root),
        (entry, index, size, found, root + b"\x00"),
    ):
        with pytest.raises(verify.Refuted):
            verify.included(*told)


def test_nothing_is_proven_of_an_empty_tree() -> None:
    log = eight()
    for told in ((0, EMPTY_ROOT, 8, log.roots[8], []), (8, log.roots[8], 4, log.roots[4], [])):
        with pytest.raises(verify.Refuted):
            verify.consistent(*told)
    with pytest.raises(ValueError, match="no proof"):
        consistency_nodes(0, 8)
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion_nodes(8, 8)


def test_a_fork_is_refused(large: Log) -> None:
    """Another log of the same beginning, that leaves one entry out."""
    fork = Log()
    fork.add([*large.entries[:1000], *large.entries[1001:2001]])
    size = 300
    good = proof.consistency(size, 2000, fork.fetch)
    verify.consistent(size, large.roots[size], 2000, fork.roots[2000], good)
    behind = min(found for found in large.roots if found > 1000)
    longer = Log()
    longer.add([*large.entries[:1000], *large.entries[1001 : behind + 500]])
    found = proof.consistency(behind, longer.growth.size, longer.fetch)
    with pytest.raises(verify.Refuted):
        verify.consistent(behind, large.roots[behind], longer.growth.size, longer.growth.root(), found)


@given(SIZES)
def test_the_peaks_are_the_whole_tree(size: int) -> None:
    covered = [leaf for level, index in peaks(size) for leaf in range(index << level, (index + 1) << level)]
    assert covered == list(range(size))
    assert peaks(0) == []
    assert peaks(1) == [Node(0, 0)]
