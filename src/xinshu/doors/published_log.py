"""Reads a published log as a stranger does, by address or from a folder, and checks it with the verifier alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from weakref import finalize

import httpx

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.register.publog.leaf import BadLeaf, made_of, parse
from xinshu.register.publog.signing import check
from xinshu.tlog import checkpoint, note, proof, verify
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import BadNote, BadSignature, VerifierKey
from xinshu.tlog.tile import ENTRIES, WIDTH, Malformed, Tile, bundles, split, tiles, unbundle

SECONDS: Final = 30.0


class Lied(XinshuError):
    """What is published does not fit together; it says what, and the entry where there is one."""


class NotThere(XinshuError):
    """The log cannot be read there."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Source:
    """Where a log is read: the content of each of its files by its path."""

    place: str
    read: Callable[[str], bytes]


def source(place: str) -> Source:
    """The log at an address (`https://...`) or in a folder."""
    if place.startswith(("http://", "https://")):
        client = httpx.Client(base_url=place.rstrip("/") + "/", timeout=SECONDS, follow_redirects=False)
        found = Source(place, lambda path: _fetched(client, path))
        finalize(found, client.close)
        return found
    return Source(place, lambda path: _kept(Path(place), path))


def _fetched(client: httpx.Client, path: str) -> bytes:
    try:
        answer = client.get(path)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise NotThere(f"读不到 {path}。 Cannot read {path}: {type(error).__name__}.") from error
    return answer.content


def _kept(folder: Path, path: str) -> bytes:
    try:
        return (folder / path).read_bytes()
    except OSError as error:
        raise NotThere(f"读不到 {path}。 Cannot read {path}: {type(error).__name__}.") from error


def signed_state(text: str, key: VerifierKey) -> Checkpoint:
    """A checkpoint that the key signed, and that is of the key's log. Raises Lied."""
    try:
        opened = note.parse(text)
        note.opened(opened, [key], check)
        told = checkpoint.parse(opened.text)
    except (BadNote, BadSignature) as error:
        raise Lied(f"检查点无效。 The checkpoint is not valid: {error}") from error
    if told.origin != key.name:
        raise Lied(f"检查点属于另一本日志。 The checkpoint is of another log: {told.origin}")
    return told


def check_proof(content: str, key: VerifierKey) -> tuple[proof.Proof, Checkpoint]:
    """A file of proof that says what its leaf is made of, checked whole. Raises Lied."""
    try:
        found = proof.parse(content)
        entry = made_of(found.extra or b"")
        told = signed_state(found.checkpoint, key)
        verify.included(verify.leaf(entry), found.index, told.size, found.hashes, told.root)
    except (proof.BadProof, BadLeaf, verify.Refuted) as error:
        raise Lied(f"证明不成立。 The proof does not hold: {error}") from error
    return found, told


def witnessed(text: str, witnesses: Sequence[VerifierKey]) -> list[tuple[str, datetime]]:
    """Who of these cosigned a checkpoint, and when by their own clock. Raises Lied where one of them did not."""
    found = []
    for key in witnesses:
        try:
            (first, *_) = note.opened(note.parse(text), [key], check)
        except (BadNote, BadSignature) as error:
            raise Lied(
                f"检查点没有见证方 {key.name} 的有效联署。"
                f" The checkpoint has no valid cosignature of {key.name}: {error}"
            ) from error
        found.append((key.name, datetime.fromtimestamp(first.cosigned_at, LEGAL_ZONE)))
    return found


def read_checkpoint(where: Source) -> str:
    """The checkpoint that is published; nothing of it is verified. Raises NotThere."""
    return where.read("checkpoint").decode("utf-8", "replace")


def check_all(where: Source, key: VerifierKey, watch: Callable[[int, int], None]) -> Checkpoint:
    """Every entry of a log, every tile, and the signed root over them. Raises Lied, naming the entry; NotThere."""
    told = signed_state(read_checkpoint(where), key)
    check_entries(where, told, watch)
    return told


def check_entries(where: Source, told: Checkpoint, watch: Callable[[int, int], None]) -> list[bytes]:
    """The same for a checkpoint that is verified already; the hash of each entry, in order."""
    done = 0
    hashes: list[bytes] = []
    for bundle in bundles(0, told.size):
        found = _leaves(where, bundle)
        _compare(found, row(where, Tile(0, bundle.number, bundle.width)), bundle.number * WIDTH)
        hashes += found
        done += len(found)
        watch(done, told.size)
    if verify.tree(hashes) != told.root:
        raise Lied("条目合起来不是检查点签名的根。 The entries together are not the tree that the checkpoint signs.")
    _check_upper_tiles(where, told.size, hashes)
    return hashes


def _leaves(where: Source, bundle: Tile) -> list[bytes]:
    """The hashes of the entries of a bundle, each a leaf of the form that is published."""
    try:
        entries = unbundle(full_or_partial(where, bundle))[: bundle.width]
    except Malformed as error:
        raise Lied(f"条目包 {bundle.path} 有误。 The bundle {bundle.path} is malformed: {error}") from error
    if len(entries) < bundle.width:
        raise Lied(f"条目包 {bundle.path} 不全。 The bundle {bundle.path} is not whole.")
    for place, entry in enumerate(entries):
        try:
            parse(entry)
        except BadLeaf as error:
            number = bundle.number * WIDTH + place
            raise Lied(f"第 {number} 号条目有误。 Entry {number} is malformed: {error}") from error
    return [verify.leaf(entry) for entry in entries]


def row(where: Source, tile: Tile) -> list[bytes]:
    """The hashes of a tile. Raises Lied, NotThere."""
    try:
        return split(full_or_partial(where, tile))[: tile.width]
    except Malformed as error:
        raise Lied(f"瓦片 {tile.path} 有误。 The tile {tile.path} is malformed: {error}") from error


def _compare(found: Sequence[bytes], said: Sequence[bytes], first: int) -> None:
    for place, (one, other) in enumerate(zip(found, said, strict=False)):
        if one != other:
            number = first + place
            raise Lied(f"第 {number} 号条目与瓦片不符。 Entry {number} is not what its tile says.")
    if len(found) != len(said):
        number = first + min(len(found), len(said))
        raise Lied(f"第 {number} 号条目缺失。 Entry {number} is missing.")


def full_or_partial(where: Source, tile: Tile) -> bytes:
    """A tile or bundle; a partial one may have given way to the full one since the checkpoint was read."""
    try:
        return where.read(tile.path)
    except NotThere:
        if tile.width == WIDTH:
            raise
        return where.read(tile.full.path)


def _check_upper_tiles(where: Source, size: int, hashes: Sequence[bytes]) -> None:
    """The tiles above the leaves are what the leaves make them."""
    for tile in _upper(size):
        span = WIDTH**tile.level
        said = row(where, tile)
        for place, one in enumerate(said):
            first = (tile.number * WIDTH + place) * span
            if verify.tree(hashes[first : first + span]) != one:
                raise Lied(
                    f"瓦片 {tile.path} 与第 {first} 号起的条目不符。"
                    f" The tile {tile.path} is not what the entries from {first} on make."
                )


def _upper(size: int) -> Iterator[Tile]:
    return (tile for tile in tiles(0, size) if tile.level not in (0, ENTRIES))
