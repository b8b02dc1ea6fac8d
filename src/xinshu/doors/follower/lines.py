"""The lines of a feed and of a snapshot, taken apart and held against the entry of the log that each one names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import orjson

from xinshu.bulk.canonical import canonical
from xinshu.doors.follower.lies import Away, Kind, Lie
from xinshu.doors.published_log import Lied, signed_state
from xinshu.register.publog.leaf import BadLeaf, Event, commitment, parse
from xinshu.tlog import verify
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import VerifierKey

UNREADABLE: Final = (
    "服务器的应答不是约定的格式，请稍后再试或更新本程序。"
    " The server's answer is not of the form agreed upon; try later, or use a newer version of this program."
)
ADDS: Final = frozenset({Event.SHOWN, Event.CHANGED})


@dataclass(frozen=True, slots=True)
class Line:
    """A line: entry `number` of the log, its leaf, the number that it takes the place of, and what is still shown."""

    number: int
    event: str
    leaf: bytes
    of: int | None
    salt: bytes | None
    content: Mapping[str, Any] | None
    reason: str | None = None

    @property
    def leaf_hash(self) -> bytes:
        """The hash of the entry as a leaf of the tree."""
        return verify.leaf(self.leaf)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the feed, nothing of it verified; `received` are its bytes."""

    after: int
    next: int
    checkpoint: str
    lines: tuple[Line, ...]
    received: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a copy keeps of a line with content: days are ISO text, the content canonical JSON."""

    number: int
    code: str
    record: str
    shown_from: str
    shown_until: str | None
    content: str
    leaf: bytes
    salt: bytes

    def is_over(self, day: date) -> bool:
        """Whether its last shown day is past."""
        return self.shown_until is not None and self.shown_until < day.isoformat()


def page(received: bytes) -> Page:
    """A page out of its bytes. Raises Away for what is not of the form."""
    try:
        told = orjson.loads(received)
        lines = tuple(_line(each, str(each["event"])) for each in told["changes"])
        return Page(_whole(told["after"]), _whole(told["next"]), str(told["checkpoint"]), lines, received)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Away(UNREADABLE) from error


def streamed(received: str) -> Line:
    """A line of the stream, which has neither salt nor content. Raises Away."""
    try:
        told = orjson.loads(received)
        return _line(told, str(told["event"]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Away(UNREADABLE) from error


def of_snapshot(received: bytes) -> Line:
    """A line of a snapshot: what it shows stands under its number. Raises Away."""
    try:
        told = orjson.loads(received)
        leaf = bytes.fromhex(told["leaf"])
        event = Event(leaf[1]).name if len(leaf) > 1 and leaf[1] in ADDS else ""
        return _line(told, event)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Away(UNREADABLE) from error


def signed(text: str, key: VerifierKey, number: int | None) -> Checkpoint:
    """The state of the log that a checkpoint tells. Raises Lie."""
    try:
        return signed_state(text, key)
    except Lied as error:
        zh, en = ("", "") if number is None else (f"第 {number} 号条目起所附", f" that came with entry {number} and on")
        lie = Lie(
            Kind.SIGNATURE,
            number,
            f"{zh}检查点不是所持公钥签署的。",
            f"The checkpoint{en} is not one that the key we hold has signed ({error})",
        )
        lie.theirs = text
        raise lie from error


def check(line: Line) -> Kept | None:
    """That a line fits its leaf; what a copy is to keep of it, if anything. Raises Lie, Away."""
    try:
        leaf = parse(line.leaf)
    except BadLeaf as error:
        raise _lie(Kind.LEAF, line, "不是日志条目", "is no entry of a log") from error
    if leaf.event.name != line.event:
        raise _lie(Kind.LEAF, line, "事件与其日志条目不符", "is told as another event than its leaf says")
    adds = leaf.event in ADDS
    # Endings are numbered first, so that what one ends may bear a later number, or none yet: then `of` is null.
    if line.of is not None and (line.of == line.number or leaf.event is Event.RULES):
        raise _lie(Kind.LINK, line, "所替代的条目不可能成立", "takes the place of an entry that it cannot replace")
    if line.content is None:
        return None
    if not adds or line.salt is None:
        raise _lie(Kind.COMMITMENT, line, "带有不应有的内容", "has content that nothing commits to")
    content = canonical(line.content)
    if commitment(line.salt, content) != leaf.commitment:
        raise _lie(Kind.COMMITMENT, line, "内容与其承诺不符", "has a content that its entry does not commit to")
    return _kept(line, content, line.salt)


def _lie(kind: Kind, line: Line, zh: str, en: str) -> Lie:
    return Lie(kind, line.number, f"第 {line.number} 号条目{zh}。", f"Entry {line.number} {en}.")


def _kept(line: Line, content: bytes, salt: bytes) -> Kept:
    try:
        told = orjson.loads(content)
        record = told["record"]
        until = record["shown_until"]
        days = [date.fromisoformat(day).isoformat() for day in (record["shown_from"], until) if day is not None]
        return Kept(
            line.number,
            str(told["subject"]),
            str(record["ref"]),
            days[0],
            None if until is None else days[-1],
            content.decode(),
            line.leaf,
            salt,
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise Away(UNREADABLE) from error


def _line(told: Mapping[str, Any], event: str) -> Line:
    of, salt, content = told.get("of"), told.get("salt"), told.get("content")
    if content is not None and not isinstance(content, dict):
        raise TypeError("content")
    reason = told.get("reason")
    return Line(
        number=_whole(told["number"]),
        event=event,
        leaf=bytes.fromhex(told["leaf"]),
        of=None if of is None else _whole(of),
        salt=None if salt is None else bytes.fromhex(salt),
        content=content,
        reason=None if reason is None else str(reason["code"]),
    )


def _whole(told: Any) -> int:
    """A whole number that SQLite can hold."""
    if type(told) is not int or not 0 <= told < 1 << 63:
        raise TypeError("no number of an entry")
    return told
