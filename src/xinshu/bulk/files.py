"""Files of departments: reads one into a table of text, and writes the rows that go back in the very same form."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from xinshu.bulk.columnar import parquet_parts
from xinshu.bulk.containers import gunzipped, is_workbook, members, refuse_packed
from xinshu.bulk.delimited import delimited_parts
from xinshu.bulk.encodings import LOST, text_begins
from xinshu.bulk.given_names import shown_name
from xinshu.bulk.ndjson import array_parts, ndjson_parts
from xinshu.bulk.raw import Format, RawTable, UnreadableFile, no_header, numbered
from xinshu.bulk.returned_files import REASONS_HEADER, ReturnedPart, returned_bytes
from xinshu.bulk.workbook import workbook_sheets

__all__ = [
    "BLANKS",
    "REASONS_HEADER",
    "Format",
    "ReturnedPart",
    "Table",
    "UnreadableFile",
    "read_parts",
    "read_table",
    "returned_bytes",
]

PART_ROWS: Final = 100_000
"""Records of a part: what is stored in one transaction, and what is in memory at once."""

# What departments write for "nothing". A cell that says only this is empty, in every column.
BLANKS: Final = ("", "-", "--", "－", "—", "——", "/", "无", "NULL", "null")

# Taken from both ends of every cell: blanks of any script, and marks without width (a tab before a code is common).
BLANK_CHARACTERS: Final = (
    "".join(chr(point) for point in range(0x3001) if chr(point).isspace()) + "\u200b\u200c\u200d\u2060\ufeff"
)
ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
GZIP_MAGIC: Final = b"\x1f\x8b"
PARQUET_MAGIC: Final = b"PAR1"
CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""What no header may hold; line breaks and tabs stand in headers of many templates."""
HEAD: Final = 4096
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file's records as text.

    `frame`: String columns named by the file's own headers; cells are stripped, and null when they say nothing
    (BLANKS). Records without any content are left out. `rows`: for each record the number that a spreadsheet shows
    beside it; a header on top is row 1, its first record row 2; a blank record counts, a line break inside a cell
    does not. `damage`: for a record with bytes that mean no character in its encoding, in which columns; "" for a line
    of JSON that is no record at all. `is_hidden`: a sheet that its sender hid; its headers only, no record of it.
    """

    frame: pl.DataFrame
    rows: pl.Series
    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    damage: Mapping[int, str] = field(default_factory=dict)
    is_hidden: bool = False


def read_parts(path: Path, *, most: int = PART_ROWS, hidden_too: bool = False) -> Iterator[Table]:
    """The table in a file in parts of at most `most` records, told by its content, whatever its name is.

    CSV, NDJSON, Parquet, and gzip or zip of them are streamed: memory holds one part at a time. Every sheet of a
    workbook, and every member of an archive, has its own parts; `sheet` names it. `hidden_too`: hidden sheets come as
    well, each as its headers. Raises UnreadableFile, which says what to do.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(GZIP_MAGIC):
        with gunzipped(path) as plain:
            refuse_packed(plain, zip_allowed=True)
            yield from read_parts(plain, most=most, hidden_too=hidden_too)
    elif head.startswith(ZIP_MAGIC) and not is_workbook(path):
        for name, plain in members(path):
            yield from _of_member(name, read_parts(plain, most=most, hidden_too=hidden_too))
    else:
        for raw in _raw_parts(path, head, most):
            if not raw.is_hidden:
                yield _table(raw)
            elif hidden_too:
                yield _hidden(raw)


def read_table(path: Path) -> Table:
    """The first table of a file, whole. Raises UnreadableFile."""
    return next(read_parts(path, most=sys.maxsize))


def _of_member(name: str, parts: Iterator[Table]) -> Iterator[Table]:
    """The parts of one file of an archive, under its name; a refusal says which file it is."""
    try:
        for part in parts:
            yield replace(part, sheet=name if part.sheet is None else f"{name}：{part.sheet}")
    except UnreadableFile as refusal:
        shown = shown_name(name)
        raise UnreadableFile(f"压缩包中的“{shown}”：{refusal.zh}", f"“{shown}” in the archive: {refusal.en}") from None


def _raw_parts(path: Path, head: bytes, most: int) -> Iterator[RawTable]:
    if head.startswith(OLE_MAGIC):
        raise UnreadableFile(
            "文件是旧版.xls工作簿或加了密码。请取消密码，另存为“Excel工作簿（.xlsx）”后重新报送。",
            "The file is an old .xls workbook or has a password. Remove the password and save it as “Excel workbook "
            "(.xlsx)”.",
        )
    if head.startswith(ZIP_MAGIC):
        return (part for sheet in workbook_sheets(path) for part in _cut(sheet, most))
    if head.startswith(PARQUET_MAGIC):
        return parquet_parts(path, most)
    match text_begins(head):
        case "{":
            return ndjson_parts(path, most)
        case "[":
            return array_parts(path, most)
        case _:
            return delimited_parts(path, most)


def _cut(raw: RawTable, most: int) -> Iterator[RawTable]:
    for start in range(0, max(raw.cells.height, 1), most):
        yield replace(raw, cells=raw.cells.slice(start, most), rows=raw.rows.slice(start, most))


def _table(raw: RawTable) -> Table:
    stripped = raw.cells.select(pl.all().str.strip_chars(BLANK_CHARACTERS))
    filled = pl.any_horizontal(pl.all() != "").fill_null(value=False)
    kept = stripped.select(filled).to_series()
    names = _column_names(raw.headers, stripped)
    if not names:
        raise no_header()  # the column of reasons alone, say
    empty = pl.all().is_in(BLANKS)
    rows = stripped.filter(kept)
    frame = rows.select(pl.when(~empty).then(pl.all())).select(names.keys()).rename(names)
    numbers = raw.rows.filter(kept)
    return Table(
        frame=frame,
        rows=numbers,
        format=raw.format,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
        damage=_damage(raw, rows, numbers) if raw.is_damaged else {},
    )


def _hidden(raw: RawTable) -> Table:
    """What is told of a hidden sheet: its headers, whatever is wrong with them."""
    headers = dict.fromkeys(filter(None, (header.strip(BLANK_CHARACTERS) for header in raw.headers)), pl.String)
    frame = pl.DataFrame(schema=headers)
    return Table(frame=frame, rows=numbered(0, 0), format=raw.format, sheet=raw.sheet, is_hidden=True)


def _damage(raw: RawTable, rows: pl.DataFrame, numbers: pl.Series) -> dict[int, str]:
    """Which records hold a character that was lost in reading, and in which columns, counted from 1 (see `Table`)."""
    lost = rows.select(pl.all().str.contains(LOST, literal=True).fill_null(value=False))
    where = lost.select(pl.any_horizontal(pl.all()).arg_true()).to_series()
    told = {
        index: "、".join(f"第{int(name) + 1}列" for name, is_lost in lost.row(index, named=True).items() if is_lost)
        for index in where
    }
    return told | dict.fromkeys(numbers.is_in(sorted(raw.unread)).arg_true(), "")


def _column_names(headers: Sequence[str], cells: pl.DataFrame) -> dict[str, str]:
    """The header of each column by its place; reasons of an earlier return and wholly empty columns are left out."""
    names: dict[str, str] = {}
    for place, raw in enumerate(headers):
        header = raw.strip(BLANK_CHARACTERS)
        if CONTROLS.search(header):
            raise UnreadableFile(
                f"第{place + 1}列的表头含有不可见的控制字符。请删除后重新录入该表头。",
                f"The header of column {place + 1} holds invisible control characters. Clear it and type it anew.",
            )
        if header == REASONS_HEADER or (not header and not (cells[str(place)].fill_null("") != "").any()):
            continue
        if not header:
            raise UnreadableFile(
                f"第{place + 1}列有内容而没有表头。请补上字段名称，或删除该列。",
                f"Column {place + 1} has cells but no header. Name its field, or delete the column.",
            )
        if header in names.values():
            raise UnreadableFile(
                f"第{place + 1}列的表头与前面某列相同，出现了两次。请保留一列。",
                f"The header of column {place + 1} stands twice. Please keep one of the two columns.",
            )
        names[str(place)] = header
    return names
