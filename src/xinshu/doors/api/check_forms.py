"""The shapes in which checks, watches and effects are asked for and answered, for machines."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import orjson
from ninja import Field, Schema
from pydantic import ConfigDict, ValidationError

from xinshu.kit.errors import XinshuError
from xinshu.law.terms import UseContext
from xinshu.uses.measures.states import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_CODES,
    MOST_WATCHED,
    EffectKind,
)

NDJSON: Final = "application/x-ndjson"
BYTES: Final = "application/octet-stream"
LARGEST: Final = 8 << 20
"""Bytes of a question: 100,000 codes, one a line, are four megabytes."""


ONCE: Final[dict[str, Any]] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "没有收到答复再发时用同一个键，得到第一次的答复，一字不差；不带此头，每次都是新的核查。"
    "Sent again under the same key, a question has its first answer to the byte; without it, each is a new check.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 100, "pattern": "^[!-~]{8,100}$"},
    "example": "tender-2026-0001-1",
}
KEY: Final = re.compile(r"[!-~]{8,100}")


class Unread(XinshuError):
    """A question cannot be read; `field` says where."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class CheckQuestion(Schema):
    """What is checked, in which context and why. As NDJSON the first line has `context` and `purpose`, then a line for
    each code: `{"code": "…"}` or `"…"`. A code that is none has its own line in the answer."""

    model_config = ConfigDict(extra="forbid")
    codes: list[Any] = Field(min_length=1, max_length=MOST_CODES)
    context: UseContext
    purpose: str = Field(min_length=2, max_length=LONGEST_TEXT)


class WatchQuestion(Schema):
    """Which codes are watched, for which procedure and until which day of it (that day included)."""

    model_config = ConfigDict(extra="forbid")
    codes: list[str] = Field(min_length=1, max_length=MOST_WATCHED)
    context: UseContext
    purpose: str = Field(min_length=2, max_length=LONGEST_TEXT)
    reference: str = Field(min_length=2, max_length=LONGEST_TEXT)
    ends_on: date


class ChangeForm(Schema):
    """What changed for a code: what came and what went, each as [measure, ground, reference of the record]."""

    number: int
    code: str
    came: list[list[str]]
    went: list[list[str]]
    on_day: date


class WatchAnswer(Schema):
    """A watch and its changes beyond `after`, the oldest first; `over`: it has ended."""

    watch: str
    reference: str
    context: str
    ends_on: date
    over: bool
    codes: int
    changes: list[ChangeForm]


class EffectReport(Schema):
    """That a measure was applied to a body, or lifted, in a matter of your own (its number), on that day."""

    model_config = ConfigDict(extra="forbid")
    measure: str = Field(min_length=1, max_length=LONGEST_NAME)
    effect: EffectKind
    code: str = Field(min_length=1, max_length=50)
    matter: str = Field(min_length=1, max_length=LONGEST_NAME)
    done_on: date


class EffectAnswer(Schema):
    """Whether it is new here; a second report changes nothing."""

    kept: bool


class Asked(NamedTuple):
    """A question, read."""

    codes: list[Any]
    context: UseContext
    purpose: str


def plain(shape: type[Schema]) -> Any:
    """The shape as JSON Schema in which every part stands in its place: the document of the API has its own names."""
    said = shape.model_json_schema()
    parts = said.pop("$defs", {})

    def placed(part: Any) -> Any:
        if isinstance(part, list):
            return [placed(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return placed(parts[part["$ref"].rsplit("/", 1)[1]])
        return {name: placed(one) for name, one in part.items()}

    return placed(said)


def own_key(said: str | None) -> str | None:
    """The caller's own key, if it sent one. Raises Unread."""
    if said is not None and not KEY.fullmatch(said.strip()):
        raise Unread(
            "Idempotency-Key应为8至100个可见字符。Idempotency-Key has 8 to 100 visible characters.",
            "header.Idempotency-Key",
        )
    return None if said is None else said.strip()


def question(body: bytes, content_type: str) -> Asked:
    """The question of a check, as JSON or NDJSON. Raises Unread."""
    if content_type in {NDJSON, BYTES}:
        head, *rest = [line for line in body.split(b"\n") if line.strip()] or [b""]
        said = _object(head, 1)
        given: Mapping[str, Any] = {**said, "codes": list(_codes(rest))}
    else:
        given = _object(body, 0)
    try:
        read = CheckQuestion.model_validate(given)
    except ValueError as wrong:
        raise _unread(wrong) from None
    return Asked(read.codes, read.context, read.purpose)


def read_as(shape: type[Schema], body: bytes) -> Any:
    """A question of that shape. Raises Unread."""
    try:
        return shape.model_validate(_object(body, 0))
    except ValueError as wrong:
        raise _unread(wrong) from None


def _codes(lines: list[bytes]) -> Iterator[Any]:
    """What is no JSON, or none of a code, stands as None: it has its own line in the answer."""
    for line in lines:
        try:
            said = orjson.loads(line)
        except ValueError:
            yield None
            continue
        yield said.get("code") if isinstance(said, dict) else said


def _object(body: bytes, line: int) -> Mapping[str, Any]:
    where = f"第{line}行" if line else "请求内容"
    place = f"Line {line}" if line else "The body"
    try:
        said = orjson.loads(body)
    except ValueError:
        raise Unread(f"{where}不是JSON。{place} is not JSON.", "body") from None
    if not isinstance(said, dict):
        raise Unread(f"{where}应为JSON对象。{place} is to be an object of JSON.", "body")
    return said


def _unread(wrong: ValueError) -> Unread:
    """Which members cannot be read, by their places and never by their values."""
    errors: list[Any] = wrong.errors() if isinstance(wrong, ValidationError) else []
    places = sorted({".".join(map(str, one["loc"][:2])) for one in errors})[:10] or ["body"]
    named = "、".join(places)
    return Unread(
        f"以下部分缺少或者有误：{named}。Missing, or cannot be read: {', '.join(places)}.", f"body.{places[0]}"
    )
