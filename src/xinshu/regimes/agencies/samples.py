"""Reads an agency's copies: NDJSON or CSV, row by row; what cannot be read is told by its number, field and rule.

The format stands in docs/agencies.md. Nothing of a sample is kept, and no message quotes a value of it.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code

LARGEST: Final = 64 << 20
MOST_ROWS: Final = 200_000
HEAD: Final = ("ref", "subject", "as_of", "shown_until")
TOP: Final = frozenset({"kind", "severity", "document_number", "decided_on", "shown_from", "repair_from"})
"""What a row may say beside fields: the plain members of a public form."""


class NoSample(XinshuError):
    """What came is no sample at all."""


class RowFault(NamedTuple):
    """A row that cannot be read: its number (from 1, the heading of a table not counted), the field, the rule."""

    row: int
    field: str
    rule: str


RULES: Final[Mapping[str, tuple[str, str]]] = {
    "NOT_JSON": ("该行不是一个JSON对象；请每行写一个。", "The line is no JSON object; write one on each line."),
    "NOT_A_REFERENCE": ("ref应为公示信息的编号（UUID）。", "`ref` is the reference of a shown record (a UUID)."),
    "NOT_A_CODE": ("subject应为有效的统一社会信用代码。", "`subject` is a valid code of the body."),
    "NOT_AN_INSTANT": (
        "as_of应为取得该信息的时刻，带时区，如2026-11-23T08:00:00+08:00。",
        "`as_of` is when the copy was taken, with its zone: 2026-11-23T08:00:00+08:00.",
    ),
    "NOT_A_DAY": ("日期应写作YYYY-MM-DD；没有期限的留空。", "Write a day as YYYY-MM-DD; leave an open term empty."),
    "NOT_TEXT": ("fields的值应为文字或文字列表。", "A value of `fields` is a text or a list of texts."),
    "TWICE": ("同一信息出现两次；请只保留一行。", "The same record stands twice; keep one row."),
}
"""What each rule says, and the way out."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A row: of which record, when it was taken, and what it says: the `whole` public form, or some `parts` of it."""

    row: int
    record_ref: UUID
    subject: str
    as_of: datetime
    whole: dict[str, Any] | None
    parts: dict[str, Any]


@dataclass(slots=True)
class Sample:
    """The rows that could be read, and the faults of those that could not."""

    copies: list[Copy] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)


class _Bad(Exception):
    def __init__(self, name: str, rule: str) -> None:
        self.field, self.rule = name, rule
        super().__init__(rule)


def read_sample(content: bytes) -> Sample:
    """The copies of a feed or file. Raises NoSample when it is none, or too large."""
    if len(content) > LARGEST:
        raise NoSample("样本超过64MiB，请分开提供。The sample exceeds 64 MiB; give it in parts.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoSample("样本须为UTF-8文本。The sample must be text in UTF-8.") from None
    rows = _lines(text) if text.lstrip().startswith("{") or not text.strip() else _table(text)
    sample, seen = Sample(), set[UUID]()
    for number, said in rows:
        if number > MOST_ROWS:
            raise NoSample(f"样本超过{MOST_ROWS}行。The sample has more than {MOST_ROWS} rows.")
        try:
            copy = _copy(number, said)
            if copy.record_ref in seen:
                raise _Bad("ref", "TWICE")
        except _Bad as bad:
            sample.faults.append(RowFault(number, bad.field, bad.rule))
            continue
        seen.add(copy.record_ref)
        sample.copies.append(copy)
    return sample


def _lines(text: str) -> Iterator[tuple[int, Any]]:
    filled = (line for line in text.split("\n") if line.strip())
    for number, line in enumerate(filled, 1):
        try:
            yield number, orjson.loads(line)
        except ValueError:
            yield number, None


def _table(text: str) -> Iterator[tuple[int, Any]]:
    """Columns of the form's own members stand for themselves, every other is a field by its identifier."""
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        heading = reader.fieldnames or []
        if not set(HEAD) <= set(heading):
            raise NoSample(f"表头须有 {', '.join(HEAD)}。The heading must have: {', '.join(HEAD)}.")
        for number, row in enumerate(reader, 1):
            said: dict[str, Any] = {name: row[name] or None for name in (*HEAD, *TOP) if name in row}
            others = (name for name in heading if name not in HEAD and name not in TOP)
            yield number, {**said, "fields": {name: row[name] or "" for name in others}}
    except csv.Error:
        raise NoSample("表格的引号或换行有误。The table's quotes or line ends are wrong.") from None


def _copy(number: int, said: Any) -> Copy:
    if not isinstance(said, dict):
        raise _Bad("", "NOT_JSON")
    whole = said.get("record")
    if whole is not None and not isinstance(whole, dict):
        raise _Bad("record", "NOT_JSON")
    form: dict[str, Any] = said if whole is None else whole
    subject = said.get("subject")
    if not isinstance(subject, str) or not check_code(subject).valid:
        raise _Bad("subject", "NOT_A_CODE")
    until = form.get("shown_until")
    if until is not None:
        _day(until)
    parts = {} if whole is not None else {"shown_until": until, **_parts(said)}
    return Copy(number, _reference(form.get("ref")), subject, _instant(said.get("as_of")), whole, parts)


def _parts(said: dict[str, Any]) -> dict[str, Any]:
    fields = said.get("fields") or {}
    if not isinstance(fields, dict):
        raise _Bad("fields", "NOT_TEXT")
    for name, value in fields.items():
        if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise _Bad(f"fields.{name}"[:80], "NOT_TEXT")
    return {
        **{name: said[name] for name in TOP if name in said},
        **{f"fields.{name}": value for name, value in fields.items()},
    }


def _reference(text: Any) -> UUID:
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise _Bad("ref", "NOT_A_REFERENCE") from None


def _instant(text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise _Bad("as_of", "NOT_AN_INSTANT") from None
    if found.tzinfo is None:
        raise _Bad("as_of", "NOT_AN_INSTANT")
    return found


def _day(text: Any) -> None:
    try:
        date.fromisoformat(text)
    except (ValueError, TypeError):
        raise _Bad("shown_until", "NOT_A_DAY") from None
