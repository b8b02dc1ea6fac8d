"""The published files of the log: tiles, bundles and checkpoint, in one folder that any web server can serve as it is.

Tiles and bundles are immutable: what is there is compared, never replaced. The checkpoint alone is replaced.
"""

import secrets
import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import IO, Final

from django.conf import settings

from xinshu.kit.durable import keep, room, sync
from xinshu.kit.errors import XinshuError
from xinshu.tlog.merkle import HASH_SIZE
from xinshu.tlog.note import BadNote, parse
from xinshu.tlog.tile import WIDTH, Malformed, Tile, bundles, tiles, unbundle

CHECKPOINT: Final = "checkpoint"
KEY: Final = "key"


class Forked(XinshuError):
    """What is published is not what the database says: nothing more is signed until a person has looked."""


def forked(what: str) -> Forked:
    """The error, which names what does not fit."""
    return Forked(
        f"已发布的日志与数据库不一致（{what}）：停止签名，见 docs/trust.md。"
        f" What is published of the log is not what the database says ({what}): nothing is signed; see docs/trust.md."
    )


def folder() -> Path:
    """Where the log is published."""
    place: Path = settings.PUBLOG_FOLDER
    return place


def read(tile: Tile) -> bytes:
    """The hashes of a tile, cut out of the full one where the partial one was tidied up. Raises FileNotFoundError."""
    return _content(tile)[: tile.width * HASH_SIZE]


def entries(tile: Tile) -> list[bytes]:
    """The entries of a bundle, likewise. Raises FileNotFoundError, Malformed."""
    held = unbundle(_content(tile))
    if len(held) < tile.width:
        raise Malformed(f"a bundle of {len(held)} entries, where {tile.width} are due")
    return held[: tile.width]


def _content(tile: Tile) -> bytes:
    try:
        return (folder() / tile.path).read_bytes()
    except FileNotFoundError:
        return (folder() / tile.full.path).read_bytes()


def tidy(old: int, new: int) -> None:
    """Remove the partial tiles and bundles that a full one stands in for since the tree grew."""
    for tile in (*tiles(old, new), *bundles(old, new)):
        if tile.width == WIDTH:
            shutil.rmtree(folder() / f"{tile.path}.p", ignore_errors=True)


def write(files: Iterable[tuple[Tile, bytes]]) -> None:
    """Put files in place, whole and on the disk, before anything that tells of them is signed. Raises Forked, NoRoom.

    All are written before the first is synced, so that the disk is asked once for many; renamed only then.
    """
    fresh: dict[Path, Path] = {}
    folders: set[Path] = set()
    with room():
        for tile, content in files:
            path = folder() / tile.path
            if path.exists():
                _same(path, content)
                continue
            _make(path.parent, folders)
            fresh[path] = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            fresh[path].write_bytes(content)
        for draft in fresh.values():
            sync(draft)
        for path, draft in fresh.items():
            draft.replace(path)
            folders.add(path.parent)
        for place in sorted(folders):
            sync(place)


def _same(path: Path, content: bytes) -> None:
    if path.read_bytes() != content:
        raise forked(path.name)


def _make(place: Path, folders: set[Path]) -> None:
    """A folder that a web server may read, whose name is on the disk too."""
    missing = [place, *place.parents]
    for each in reversed(missing[: missing.index(folder().parent)]):
        if not each.exists():
            each.mkdir(mode=0o755, parents=True, exist_ok=True)
            folders.add(each.parent)


def checkpoint() -> str | None:
    """The checkpoint that is published, as a note; None before the first."""
    try:
        return (folder() / CHECKPOINT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def say_the_same(one: str | None, other: str | None) -> bool:
    """Whether two checkpoints say the same under the same signature of the log, whoever cosigned the one or the other.

    The log signs first: witnesses' cosignatures are added behind, and may be more of them later.
    """
    if not one or not other:
        return one == other
    try:
        first, second = parse(one), parse(other)
    except BadNote:
        return False
    return (first.text, first.signatures[0]) == (second.text, second.signatures[0])


def published_size() -> int:
    """How many entries the published checkpoint tells of; 0 before the first. Asks no database."""
    note = checkpoint()
    return 0 if note is None else int(note.split("\n")[1])


def key() -> str | None:
    """The public key of the log as it is handed on (a "vkey"); None before the first checkpoint."""
    try:
        return (folder() / KEY).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def publish(note: str, key: str) -> None:
    """Replace the published checkpoint, and the key that it is signed by."""
    for name, text in ((KEY, f"{key}\n"), (CHECKPOINT, note)):
        keep(folder() / name, partial(_write, text.encode()))
        (folder() / name).chmod(0o644)


def _write(content: bytes, file: IO[bytes]) -> None:
    file.write(content)
