"""Reads an agency's copies, NDJSON or CSV, row by row, and compares them with what the gate shows today.

What cannot be read is told by its number, field and rule. What is not copied never counts: nobody must copy. The format
stands in docs/agencies.md. Nothing of a sample is kept, and no message quotes a value of it.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from xinshu.bulk.canonical import canonical
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code, normalise
from xinshu.regimes.agencies.states import Found
from xinshu.register.publog.leaf import commitment
from xinshu.register.publog.queries import Version, versions_of
from xinshu.register.records.queries import ShownEntry, shown_many
from xinshu.register.subjects.queries import known

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


# --- comparing ------------------------------------------------------------------------------------

CHUNK: Final = 2_000
MOST_FIELDS: Final = 40
LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A copy that differs: of which record, how, and in which fields; no value."""

    record_ref: UUID
    found: Found
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Compared:
    """How many copies are the same, and those that differ."""

    same: int = 0
    differing: list[FoundRow] = field(default_factory=list)

    def count(self, found: Found) -> int:
        """How many differ in that way."""
        return sum(row.found is found for row in self.differing)


def compared(copies: Sequence[Copy], *, on_date: date) -> Compared:
    """Each copy against the public form that is shown on that day."""
    told = Compared()
    for at in range(0, len(copies), CHUNK):
        chunk = copies[at : at + CHUNK]
        codes = {copy.subject: normalise(copy.subject) for copy in chunk}
        bodies = {code: found.subjects for code, found in known(codes.values()).items()}
        places = {copy.row: [(body, copy.record_ref) for body in bodies.get(codes[copy.subject], ())] for copy in chunk}
        shown = shown_many(references=[place for found in places.values() for place in found], on_date=on_date)
        for copy in chunk:
            entry = next((shown[place] for place in places[copy.row] if place in shown), None)
            row = _compared(copy, entry)
            if row is None:
                told.same += 1
            else:
                told.differing.append(row)
    return told


def _compared(copy: Copy, shown: ShownEntry | None) -> FoundRow | None:
    if shown is None:
        return FoundRow(copy.record_ref, Found.NOT_SHOWN)
    form = orjson.loads(shown.form)
    differing = tuple(_differing(copy, form))
    if not differing:
        return None
    versions = versions_of(*shown.entry) if shown.entry is not None else []
    found = Found.LATE if _was_shown(copy, versions) else Found.ALTERED
    return FoundRow(copy.record_ref, found, tuple(name[:LONGEST_NAME] for name in differing[:MOST_FIELDS]))


def _differing(copy: Copy, form: dict[str, Any]) -> Iterator[str]:
    """The members in which a copy differs. Of parts only those are compared that it has; a part that we do not show
    differs."""
    ours = _flat(form)
    theirs = copy.parts if copy.whole is None else _flat(copy.whole)
    names = theirs if copy.whole is None else {**ours, **theirs}
    for name in names:
        if theirs.get(name) != ours.get(name) and _text(theirs.get(name)) != _text(ours.get(name)):
            yield name


def _flat(form: dict[str, Any]) -> dict[str, Any]:
    """The members of a form, and those of its fields as `fields.NAME`."""
    fields = form.get("fields")
    plain = {name: value for name, value in form.items() if name != "fields"}
    return plain | {f"fields.{name}": value for name, value in (fields if isinstance(fields, dict) else {}).items()}


def _text(value: Any) -> str:
    """A value as a table would hold it: nothing as an empty text, a list with semicolons."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(value)
    return "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()


def _was_shown(copy: Copy, versions: Sequence[Version]) -> bool:
    """Whether a copy is what was shown before. A whole form is proven by the log's own commitments; parts must have
    been taken before the version that is shown now."""
    if copy.whole is None:
        now = versions[0].numbered_at if versions else None
        return now is not None and copy.as_of < now
    content = canonical({"record": copy.whole, "subject": copy.subject})
    return any(one.salt is not None and commitment(one.salt, content) == one.commitment for one in versions[1:])
