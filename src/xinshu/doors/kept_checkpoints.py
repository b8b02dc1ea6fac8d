"""A stranger who keeps checkpoints: the last one seen is kept in a file, and the next must go on from it.

Beside the file stand eight bytes of each entry's hash (`.entries`): they prove nothing, and tell where a rewritten log
begins to differ. What contradicts the kept checkpoint never takes its place; both are kept as evidence.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from xinshu.doors.published_log import (
    Lied,
    NotThere,
    Source,
    check_entries,
    full_or_partial,
    read_checkpoint,
    row,
    signed_state,
    witnessed,
)
from xinshu.kit.durable import keep
from xinshu.tlog import proof, verify
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import VerifierKey
from xinshu.tlog.tile import Malformed, Tile, tiles

MARK: Final = 8
"""Bytes that are kept of an entry's hash."""


class Rewritten(Lied):
    """The log does not go on from what was seen: rolled back, or another one. It says sizes, entry and evidence."""


@dataclass(frozen=True, slots=True)
class Found:
    """A log that is sound: its state now, the one seen before (None: the first look), and who cosigned when."""

    told: Checkpoint
    before: Checkpoint | None
    witnesses: list[tuple[str, datetime]]


@dataclass(frozen=True, slots=True)
class _Kept:
    file: Path
    note: str
    told: Checkpoint
    marks: bytes


def check_and_keep(
    where: Source,
    key: VerifierKey,
    file: Path | None,
    witnesses: Sequence[VerifierKey],
    watch: Callable[[int, int], None],
) -> Found:
    """Check a whole log, its witnesses, and that it goes on from the checkpoint in `file`, which it then replaces.

    Raises Lied (Rewritten where the log contradicts what was seen), NotThere, NoRoom.
    """
    before = None if file is None else _kept(file, key)
    note = read_checkpoint(where)
    told = signed_state(note, key)
    who = witnessed(note, witnesses)
    if before is not None and _contradicts(before.told, told):
        raise _rewritten(before, note, told, _rows(where, told))
    hashes = check_entries(where, told, watch)
    if before is not None and not _goes_on(where, before.told, told):
        raise _rewritten(before, note, told, hashes)
    if file is not None:
        _keep(file, note, hashes)
    return Found(told, None if before is None else before.told, who)


def _kept(file: Path, key: VerifierKey) -> _Kept | None:
    """What was seen last; a file that says anything else is not begun anew. Raises Lied."""
    try:
        note = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    try:
        told = signed_state(note, key)
    except Lied as error:
        raise Lied(f"{file.name} 不是这本日志的检查点。 This file holds no checkpoint of this log: {error}") from error
    marks = _marks(file).read_bytes() if _marks(file).exists() else b""
    return _Kept(file, note, told, marks[: told.size * MARK])


def _marks(file: Path) -> Path:
    return file.with_name(f"{file.name}.entries")


def _contradicts(before: Checkpoint, told: Checkpoint) -> bool:
    """Two signed states that cannot both be of one log, whatever its tiles say."""
    return told.size < before.size or (told.size == before.size and told.root != before.root)


def _goes_on(where: Source, before: Checkpoint, told: Checkpoint) -> bool:
    """By the proof of consistency out of the published tiles, all of which have been found to fit the checkpoint."""
    if not before.size:
        return True
    try:
        hashes = proof.consistency(before.size, told.size, lambda tile: full_or_partial(where, tile))
        verify.consistent(before.size, before.root, told.size, told.root, hashes)
    except Malformed as error:
        raise Lied(f"瓦片有误。 A tile is malformed: {error}") from error
    except verify.Refuted:
        return False
    return True


def _rows(where: Source, told: Checkpoint) -> Iterable[bytes]:
    """The hashes of the entries, as far as they are published and can be read."""
    try:
        for tile in tiles(0, told.size):
            if tile.level == 0:
                yield from row(where, Tile(0, tile.number, tile.width))
    except (Lied, NotThere):
        return


def _rewritten(before: _Kept, note: str, told: Checkpoint, hashes: Iterable[bytes]) -> Rewritten:
    """The error, once both checkpoints are kept beside the file."""
    evidence = [_keep_evidence(before.file, *each) for each in ((before.told, before.note), (told, note))]
    where = _first_other(before.marks, hashes)
    old, new = before.told.size, told.size
    zh, en = "", ""
    if where is not None:
        zh, en = f"第 {where} 号条目起不同；", f" They differ from entry {where} on."
    elif new < old:
        zh, en = f"第 {new} 号条目起缺失；", f" The entries from {new} on are gone."
    if new < old:
        head = (
            f"日志被回退：先前 {old} 条，现在 {new} 条；",
            f"The log was rolled back: {old} entries before, {new} now.",
        )
    else:
        head = (
            f"日志被改写：先前 {old} 条的检查点与现在 {new} 条的不一致；",
            f"The log was rewritten: that of {new} entries now does not go on from that of {old} before.",
        )
    names = "、".join(path.name for path in evidence), ", ".join(path.name for path in evidence)
    return Rewritten(f"{head[0]}{zh}证据已保存：{names[0]}。 {head[1]}{en} The evidence is kept: {names[1]}.")


def _keep_evidence(file: Path, told: Checkpoint, note: str) -> Path:
    path = file.with_name(f"{file.name}.evidence-{told.size}-{told.root.hex()[:16]}")
    keep(path, lambda open_file: _write(open_file, note.encode()))
    return path


def _first_other(marks: bytes, hashes: Iterable[bytes]) -> int | None:
    """The first entry whose hash is not as it was seen, of those that both have."""
    for number, each in enumerate(hashes):
        seen = marks[number * MARK : (number + 1) * MARK]
        if not seen:
            return None
        if each[:MARK] != seen:
            return number
    return None


def _keep(file: Path, note: str, hashes: Sequence[bytes]) -> None:
    """Marks first: there may be more of them than the kept checkpoint tells of, never fewer."""
    keep(_marks(file), lambda open_file: _write(open_file, b"".join(each[:MARK] for each in hashes)))
    keep(file, lambda open_file: _write(open_file, note.encode()))


def _write(file: IO[bytes], content: bytes) -> None:
    file.write(content)
