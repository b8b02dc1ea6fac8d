"""A copy begins, or begins anew, with a snapshot: whole, each record in the log, and one with what was known before."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson

from xinshu.doors.follower.applying import rolled_back
from xinshu.doors.follower.copy import BATCH, Copy, State, growth
from xinshu.doors.follower.lies import Away, Kind, Lie
from xinshu.doors.follower.lines import UNREADABLE, Kept, check, of_snapshot, signed
from xinshu.doors.follower.tiles import Tiles, cut, prove_onward
from xinshu.doors.published_log import Source, full_or_partial
from xinshu.tlog import verify
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import VerifierKey
from xinshu.tlog.tile import edge

Watch = Callable[[str, int, int | None], None]
"""Told how far it is: what is done, how many, of how many."""

RECEIVED: Final = "records received 已收到"
PROVEN: Final = "records proven 已核对"
NOT_WHOLE: Final = (
    "快照不完整，未采用；请稍后再试。"
    " The snapshot broke off before its last line, and nothing of it was taken; try later."
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Of which place a copy is, by which key, and whether of the subscription."""

    place: str
    key: VerifierKey
    adverse: bool


def take(copy: Copy, lines: Iterable[bytes], source: Source, beginning: Beginning, *, day: date, watch: Watch) -> None:
    """Replace what the copy holds by a snapshot, in one transaction. Raises Lie, Away; then the copy is as it was."""
    each = iter(lines)
    head = next(each, b"")
    note = _checkpoint(head)
    line = [head]
    try:
        told = signed(note, beginning.key, None)
        with copy.transaction():
            before = copy.state()
            _check_size(before, told)
            copy.begin_anew(place=beginning.place, key=str(beginning.key), adverse=beginning.adverse, day=day)
            count = _receive(copy, each, told.size, day, line, watch)
            _prove(copy, Tiles(source, told), count, watch)
            if before is not None and before.key == str(beginning.key):
                prove_onward(source, before.size, before.root, told)
            tiles = {tile: cut(tile, full_or_partial(source, tile)) for tile in edge(told.size)}
            tree = growth(told.size, b"".join(tiles.values()))
            copy.prove(tree, note)
            copy.move(tree, None)
            copy.turn_the_day(day)
    except Lie as lie:
        lie.received, lie.theirs = lie.received or b"\n".join(dict.fromkeys([head, *line])), note
        raise


def _check_size(before: State | None, told: Checkpoint) -> None:
    if before is not None and told.size < before.size:
        raise rolled_back(told.size, before.size)


def _receive(copy: Copy, lines: Iterator[bytes], size: int, day: date, line: list[bytes], watch: Watch) -> int:
    """Take the records in, unproven; how many there were. `line` holds the last that was looked at."""
    kept: list[Kept] = []
    for count, received in enumerate(lines):
        line[:] = [received]
        if received.startswith(b'{"end"'):
            _add(copy, kept)
            _check_end(received, count, next(lines, b""))
            return count
        found = of_snapshot(received)
        one = check(found)
        if one is None or one.number >= size:
            raise _not_in_the_log(found.number)
        if not one.is_over(day):
            kept.append(one)
        if len(kept) >= BATCH:
            _add(copy, kept)
            kept = []
            watch(RECEIVED, count + 1, None)
    raise Away(NOT_WHOLE)


def _add(copy: Copy, kept: Sequence[Kept]) -> None:
    try:
        copy.add(kept)
    except sqlite3.IntegrityError as error:
        twice = [number for number, times in Counter(each.number for each in kept).items() if times > 1]
        number = twice[0] if twice else kept[0].number
        raise Lie(
            Kind.ORDER,
            number,
            f"快照中有条目出现两次（第 {number} 号附近）。",
            f"An entry stands twice in the snapshot (near {number}).",
        ) from error


def _check_end(received: bytes, count: int, more: bytes) -> None:
    try:
        told = orjson.loads(received)["end"]
    except (ValueError, TypeError, KeyError) as error:
        raise Away(UNREADABLE) from error
    if told != count or more:
        raise Lie(
            Kind.COUNT,
            None,
            f"快照末行称有 {told} 条，实际与之不符（读到 {count} 条）。",
            f"The last line of the snapshot says {told} records, which is not what it holds ({count} were read).",
        )


def _prove(copy: Copy, tiles: Tiles, count: int, watch: Watch) -> None:
    """Each record is made of an entry of the log, at its number."""
    for place, (number, leaf) in enumerate(copy.leaves()):
        if tiles.leaf_hash(number) != verify.leaf(leaf):
            raise _not_in_the_log(number)
        if place % BATCH == 0:
            watch(PROVEN, place, count)
    watch(PROVEN, count, count)


def _not_in_the_log(number: int) -> Lie:
    return Lie(
        Kind.LEAF,
        number,
        f"快照中第 {number} 号条目不在日志中。",
        f"The snapshot shows an entry {number} that is not in the log.",
    )


def _checkpoint(head: bytes) -> str:
    if not head:
        raise Away(NOT_WHOLE)
    try:
        return str(orjson.loads(head)["checkpoint"])
    except (ValueError, TypeError, KeyError) as error:
        raise Away(UNREADABLE) from error
