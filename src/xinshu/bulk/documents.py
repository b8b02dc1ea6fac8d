"""The documents of a batch, typed: which document each record is, and what exactly it says, as columns and as JSON."""

import hashlib
from collections.abc import Mapping
from typing import Final, TypeAlias

import polars as pl

from xinshu.bulk.layout import Layout, value
from xinshu.bulk.rules import OPEN_END
from xinshu.bulk.values import MONEY
from xinshu.law.entries import FieldRole, FieldRule, FieldType

ColumnType: TypeAlias = pl.DataType | type[pl.DataType]

YES: Final = "YES"
# No cell that is taken in holds a control character, so this one can never stand inside a part.
SEPARATOR: Final = "\x1f"
BRACKETS_OPEN: Final = "([{【〔〖《〈"
BRACKETS_CLOSE: Final = ")]}】〕〗》〉"

# Who sent a fact is no part of the fact.
SENDERS: Final = frozenset({FieldRole.SOURCE_NAME, FieldRole.SOURCE_CODE})

# The columns of a document that one field of the kind fills, and their types.
BY_ROLE: Final[Mapping[str, tuple[FieldRole, ColumnType]]] = {
    "subject_name": (FieldRole.SUBJECT_NAME, pl.String),
    "document_number": (FieldRole.DOCUMENT_NUMBER, pl.String),
    "item": (FieldRole.ITEM, pl.String),
    "organ_code": (FieldRole.ORGAN_CODE, pl.String),
    "organ_name": (FieldRole.ORGAN_NAME, pl.String),
    "source_code": (FieldRole.SOURCE_CODE, pl.String),
    "source_name": (FieldRole.SOURCE_NAME, pl.String),
    "decided_on": (FieldRole.DECIDED_ON, pl.Date),
    "served_on": (FieldRole.SERVED_ON, pl.Date),
    "event_on": (FieldRole.EVENT_ON, pl.Date),
    "claimed_end": (FieldRole.CLAIMED_END, pl.Date),
    "penalties": (FieldRole.PENALTIES, pl.List(pl.String)),
    "fine": (FieldRole.FINE, MONEY),
    "procedure": (FieldRole.PROCEDURE, pl.String),
    "area": (FieldRole.AREA, pl.String),
    "severity": (FieldRole.SEVERITY, pl.String),
    "severity_row": (FieldRole.SEVERITY_ROW, pl.String),
    "publicity_reason": (FieldRole.PUBLICITY_REASON, pl.String),
    "legal_basis": (FieldRole.LEGAL_BASIS, pl.String),
}
ORDER: Final = (
    *("index", "row", "subject_code", "subject_scheme", "subject_name", "subject_kind", "document_number", "item"),
    *("organ_code", "organ_name", "source_code", "source_name", "decided_on", "served_on", "event_on", "claimed_end"),
    *("penalties", "fine", "procedure", "area", "severity", "severity_row", "publicity_reason", "duty_unmet"),
    *("already_ended", "legal_basis", "content", "identity", "content_digest"),
)


def documents(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The documents of records without a fault; the columns of ORDER, null where the kind has no such field.

    `frame` comes from `values.read_values` and `subjects.with_subjects`, with the columns `content` and `document` of
    this module. Days that stand for “without an end” are null. `penalties` are sorted; `fine` is in 10,000 yuan.
    `already_ended`: the organ itself says that it no longer holds. `identity` is the SHA-256 of `document`, to be read
    together with the body that the code names; `content_digest` that of `content` (Binary, 32 bytes).
    """
    columns = [_of_role(layout, role, kind).alias(name) for name, (role, kind) in BY_ROLE.items()]
    duty = layout.field(FieldRole.DUTY_UNMET)
    status = layout.field(FieldRole.STATUS)
    ended = [] if status is None else [name for name, choice in layout.choices(status).items() if choice.ends]
    found = frame.select(
        *("index", "row", "subject_code", "subject_scheme", "subject_kind", "content"),
        *columns,
        (pl.lit(None, pl.Boolean) if duty is None else value(duty) == YES).alias("duty_unmet"),
        (pl.lit(value=False) if status is None else value(status).is_in(ended).fill_null(value=False)).alias(
            "already_ended"
        ),
    )
    return found.with_columns(
        _sha256(frame["document"], "identity"), _sha256(frame["content"], "content_digest")
    ).select(ORDER)


def document_key(layout: Layout) -> pl.Expr:
    """Which document about its subject a record is: organ, kind, normalised number, item; null where one is missing.

    Architecture, decision 6. The subject is the body, which may have several codes: it is told apart by its reference
    in the register, and within a file by its code. The parts stand apart by a character that none of them can hold.
    """
    number = layout.field(FieldRole.DOCUMENT_NUMBER) or ""
    organ = layout.field(FieldRole.ORGAN_CODE) or ""
    item = layout.field(FieldRole.ITEM)
    parts = (
        value(organ),
        pl.lit(layout.kind_name),
        normalised_number(value(number)),
        pl.lit("") if item is None else compared(value(item)).fill_null(""),
    )
    return pl.concat_str(parts, separator=SEPARATOR)


def normalised_number(cells: pl.Expr) -> pl.Expr:
    """A document number as it is compared: NFKC, no blanks, one form of brackets, upper case; 第 and 号 stay."""
    found = compared(cells)
    for several, one in ((BRACKETS_OPEN, "("), (BRACKETS_CLOSE, ")")):
        found = found.str.replace_all(
            "[" + "".join(f"\\{mark}" if mark.isascii() else mark for mark in several) + "]", one
        )
    return found


def compared(cells: pl.Expr) -> pl.Expr:
    """Texts as they are compared: NFKC, no blanks, upper case."""
    return cells.str.normalize("NFKC").str.replace_all(r"\s", "").str.to_uppercase()


def content(frame: pl.DataFrame, layout: Layout) -> pl.Series:
    """What each record says, as canonical JSON: identifiers of fields in order, only those that are filled.

    The same bytes as `json.dumps(..., ensure_ascii=False, sort_keys=True, separators=(",", ":"))` gives. Days as
    YYYY-MM-DD, amounts as text without trailing zeros, choices by identifier, several choices as a list. Texts must
    hold no control character but the line feed. PERSONAL fields are not in it, and who sent it is not: one fact from
    two systems says the same (architecture, decision 6).
    """
    kept = [name for name in sorted(layout.headers) if _is_said(layout.kind.fields[name])]
    said = frame.select(_said(name, layout) for name in kept)
    special = said.select(pl.all().str.contains(r'[\\"\n]').any()).row(0, named=True)
    pieces = [
        part
        for name in kept
        for part in _parts(name, layout, escaped=bool(special[name]), filled=not said[name].has_nulls())
    ]
    body = pl.concat_str(pieces).str.strip_prefix(",")
    return said.select(pl.concat_str(pl.lit("{"), body, pl.lit("}")).alias("content")).to_series()


def _is_said(rule: FieldRule) -> bool:
    return rule.type is not FieldType.PERSONAL and rule.role not in SENDERS


def _said(name: str, layout: Layout) -> pl.Expr:
    """A value as text."""
    match layout.kind.fields[name].type:
        case FieldType.DATE:
            return _closed(value(name)).cast(pl.String)
        case FieldType.DECIMAL:
            return value(name).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
        case FieldType.CHOICES:
            return value(name).list.join(",")
        case _:
            return value(name)


def _parts(name: str, layout: Layout, *, escaped: bool, filled: bool) -> tuple[pl.Expr, ...]:
    """`,"name":value`, or nothing where the field is empty. Joining many plain parts at once is what makes it fast."""
    cells, opening, closing = pl.col(name), f',"{name}":"', '"'
    if layout.kind.fields[name].type is FieldType.CHOICES:
        cells, opening, closing = cells.str.replace_all(",", '","', literal=True), f',"{name}":["', '"]'
    elif escaped:
        cells = cells.str.replace_many({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
    parts = (pl.lit(opening), cells, pl.lit(closing))
    return parts if filled else (pl.concat_str(parts).fill_null(""),)


def _of_role(layout: Layout, role: FieldRole, kind: ColumnType) -> pl.Expr:
    name = layout.field(role)
    if name is None:
        return pl.lit(None, kind)
    return _closed(value(name)) if kind == pl.Date else value(name)


def _closed(days: pl.Expr) -> pl.Expr:
    """A day, or null when it stands for “without an end”."""
    return pl.when(days < OPEN_END).then(days)


def _sha256(texts: pl.Series, name: str) -> pl.Series:
    # One call for each record: nothing columnar computes SHA-256, and what is stored must be it.
    digests = [hashlib.sha256(octets).digest() for octets in texts.cast(pl.Binary).to_list()]
    return pl.Series(name, digests, dtype=pl.Binary)
