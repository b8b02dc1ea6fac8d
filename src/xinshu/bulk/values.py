"""Reads the text of every field as what its type says, in columns; what cannot be read is null and judged elsewhere."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

import polars as pl

from xinshu.bulk.codes import check_codes
from xinshu.bulk.files import Table
from xinshu.bulk.layout import OTHER, Layout
from xinshu.law.entries import Choice, FieldType

MONEY: Final = pl.Decimal(20, 6)

# YYYY-MM-DD, YYYY/M/D, YYYY.MM.DD, YYYY年M月D日 or YYYYMMDD, midnight after it allowed.
DATE_FORM: Final = (
    r"^(\d{4})(?:-(\d\d?)-(\d\d?)|/(\d\d?)/(\d\d?)|\.(\d\d?)\.(\d\d?)|年(\d\d?)月(\d\d?)日|(\d\d)(\d\d))"
    r"(?:[ T]00?:00(?::00(?:\.0+)?)?)?$"
)
DATE_PARTS: Final = "${1}-${2}${4}${6}${8}${10}-${3}${5}${7}${9}${11}"
NUMBER_FORM: Final = r"^\d+(?:\.\d+)?$"
# Several choices in one cell stand apart by these, or are numbered: 1. 2. or (1) (2) or ①② or 一、二、.
SEVERAL: Final = r"[;；、,，/／\n]"
NUMBERING: Final = (
    r"[①-⑳]|[(（](?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）]|\d{1,2}\s*[.．、)）]|[一二三四五六七八九十]{1,2}、"
)


def read_values(table: Table, layout: Layout) -> pl.DataFrame:
    """One line for each record: `index`, `row`, every field's text and value, and notes on codes.

    Fields without a column are null. PERSONAL fields are left out altogether. Prose is not masked yet.
    """
    kept = [name for name, rule in layout.kind.fields.items() if rule.type is not FieldType.PERSONAL]
    frame = table.frame.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("index"),
        table.rows.alias("row"),
        *(_cells(layout.headers.get(name)).alias(f"{name}:text") for name in kept),
    )
    frame = frame.with_columns(_value(name, frame[f"{name}:text"], layout) for name in kept)
    return frame.with_columns(*_code_notes(frame, layout))


def _cells(header: str | None) -> pl.Expr:
    return pl.lit(None, pl.String) if header is None else pl.col(header)


def _value(name: str, cells: pl.Series, layout: Layout) -> pl.Series:
    match layout.kind.fields[name].type:
        case FieldType.DATE:
            found = _by_distinct(cells, as_date)
        case FieldType.DECIMAL:
            found = cells.to_frame().select(as_money(pl.col(cells.name))).to_series()
        case FieldType.CHOICE:
            found = _by_distinct(cells, partial(as_choice, choices=layout.choices(name)))
        case FieldType.CHOICES:
            found = _by_distinct(cells, partial(as_choices, choices=layout.choices(name)))
        case _ if cells.str.contains("\r", literal=True).any():
            found = cells.str.replace_many(["\r\n", "\r"], ["\n", "\n"], leftmost=True)
        case _:
            found = cells
    return found.alias(name)


def _by_distinct(cells: pl.Series, read: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """Read each distinct text once; a batch repeats its days and choices."""
    distinct = cells.alias("cell").unique().to_frame().with_columns(read(pl.col("cell")).alias("read"))
    joined = cells.alias("cell").to_frame().join(distinct, on="cell", how="left", maintain_order="left")
    return joined["read"]


def as_date(cells: pl.Expr) -> pl.Expr:
    """The day that a text names, or null when it names none that exists."""
    parts = pl.when(cells.str.contains(DATE_FORM)).then(cells.str.replace(DATE_FORM, DATE_PARTS))
    return parts.str.to_date("%Y-%m-%d", strict=False)


def as_money(cells: pl.Expr) -> pl.Expr:
    """The plain decimal number that a text is, to six places, or null."""
    return pl.when(cells.str.contains(NUMBER_FORM)).then(cells).cast(MONEY, strict=False)


def as_choice(cells: pl.Expr, choices: Mapping[str, Choice]) -> pl.Expr:
    """The identifier of the choice that a text names, or null. The words after “其他-” are the sender's own: OTHER."""
    known = {_fold(said): name for name, choice in choices.items() for said in (name, choice.name_zh, choice.name_en)}
    known |= {_fold(said): name for name, choice in choices.items() for said in choice.spellings}
    others = {said: name for said, name in known.items() if name == OTHER}
    folded = cells.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s", "")
    found = folded.replace_strict(known, default=None, return_dtype=pl.String)
    if not others:
        return found
    opening = folded.str.extract(r"^([^:—–-]+)[:—–-]")
    return found.fill_null(opening.replace_strict(others, default=None, return_dtype=pl.String))


def as_choices(cells: pl.Expr, choices: Mapping[str, Choice]) -> pl.Expr:
    """The sorted identifiers of the choices that a text names, one or several; null when any of them is unknown."""
    whole = as_choice(cells, choices)
    said = cells.str.replace_all(NUMBERING, ";").str.replace_all(SEVERAL, ";").str.split(";")
    filled = said.list.eval(pl.element().filter(pl.element().str.strip_chars() != ""))
    found = filled.list.eval(as_choice(pl.element(), choices))
    known = found.list.drop_nulls()
    all_known = (known.list.len() == found.list.len()) & (known.list.len() > 0)
    return (
        pl.when(whole.is_not_null()).then(pl.concat_list(whole)).when(all_known).then(known.list.unique().list.sort())
    )


def _fold(said: str) -> str:
    return "".join(unicodedata.normalize("NFKC", said).lower().split())


def _code_notes(frame: pl.DataFrame, layout: Layout) -> Iterator[pl.Series]:
    """The answer for each code; as a value stands the normalised code, if it is valid."""
    for name in layout.present(FieldType.CODE):
        answers = check_codes(frame[f"{name}:text"])
        yield answers.select(pl.when("valid").then("code").alias(name)).to_series()
        yield from (answers[what].alias(f"{name}:{what}") for what in ("valid", "scheme", "reasons"))
