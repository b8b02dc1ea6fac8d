"""The shapes in which the feed answers machines, and their bytes."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal

import orjson
from ninja import Field, Schema

from xinshu.register.access.answers import Bilingual
from xinshu.register.publog.queries import Line, Stand
from xinshu.uses.sharing.queries import Page, Told

REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "TERM_OVER": ("公示期满", "Its term of display is over"),
        "CORRECTED": ("更正后不再公示", "It was corrected, and is no longer shown as it was"),
        "REPAIRED": ("信用修复完成", "It was repaired"),
        "DECLINED": ("该主体放弃记录", "Its subject does without it"),
        "HIDDEN": ("依法暂停公示，暂停期间不得使用", "Its display is suspended by law; it is not used meanwhile"),
        "WITHDRAWN": ("作出机关撤回", "Its organ withdrew it"),
    }
)


class Reason(Bilingual):
    """Why the display of a record ended."""

    code: str


class ChangeLine(Schema):
    """An entry of the public log. `leaf`: its 50 bytes, hexadecimal. `of`: the entry that it takes the place of.

    `content` is the public form and the code of the body, while the record is shown by this very entry and may be told
    here; else it is null, and so is `salt` (hexadecimal), by which the leaf commits to it (docs/trust.md).
    """

    number: int
    event: Literal["SHOWN", "CHANGED", "ENDED", "RULES"]
    leaf: str = Field(pattern="^[0-9a-f]{100}$")
    of: int | None
    salt: str | None
    content: dict[str, Any] | None


class SubscribedLine(ChangeLine):
    """The same for a subscriber, with the true reason of the ending of a record that it had."""

    reason: Reason | None


class ChangesAnswer(Schema):
    """A page of the feed. `next`: the cursor to go on from; `size`: of the log that the signed checkpoint tells of."""

    after: int
    next: int
    size: int
    day: date
    checkpoint: str
    changes: list[ChangeLine]


class SubscribedAnswer(ChangesAnswer):
    """The same for a subscriber."""

    changes: list[SubscribedLine]  # type: ignore[assignment]


class Acknowledgement(Schema):
    """Every ending before `through` is applied to every copy."""

    through: int = Field(ge=0, le=2**53)


class AcknowledgedAnswer(Schema):
    """How far a subscriber has acknowledged."""

    acknowledged: int


def page_json(page: Page, day: date, *, subscribed: bool) -> bytes:
    """A page of the feed."""
    head = {
        "after": page.after,
        "next": page.after + len(page.lines),
        "size": page.stand.size,
        "day": day,
        "checkpoint": page.stand.checkpoint,
    }
    told = b",".join(_told(each, subscribed=subscribed) for each in page.lines)
    return orjson.dumps(head)[:-1] + b',"changes":[' + told + b"]}"


def _told(told: Told, *, subscribed: bool) -> bytes:
    body = line_json(told.line)[:-1]
    body += b',"salt":%b,"content":%b' % (_salt(told.line, told.content), told.content or b"null")
    return body + (b',"reason":%b}' % _reason(told.why) if subscribed else b"}")


def line_json(line: Line) -> bytes:
    """What a line says to whoever is told no content."""
    return orjson.dumps(
        {"number": line.number, "event": line.event.name, "leaf": line.leaf.hex(), "of": line.of},
    )


def head_json(stand: Stand, day: date, edition: str) -> bytes:
    """The first line of a snapshot."""
    return orjson.dumps({"size": stand.size, "checkpoint": stand.checkpoint, "day": day, "edition": edition}) + b"\n"


def rows_json(rows: Iterable[tuple[Line, bytes]]) -> bytes:
    """Lines of a snapshot."""
    return b"".join(
        b'{"number":%d,"leaf":"%b","salt":%b,"content":%b}\n'
        % (line.number, line.leaf.hex().encode(), _salt(line, content), content)
        for line, content in rows
    )


def end_json(count: int) -> bytes:
    """The last line of a snapshot, without which it is not whole."""
    return orjson.dumps({"end": count}) + b"\n"


def _salt(line: Line, content: bytes | None) -> bytes:
    return b"null" if content is None or line.salt is None else b'"%b"' % line.salt.hex().encode()


def _reason(why: str | None) -> bytes:
    if why is None:
        return b"null"
    zh, en = REASONS[why]
    return orjson.dumps({"code": why, "zh": zh, "en": en})
