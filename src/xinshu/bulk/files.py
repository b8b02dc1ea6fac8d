"""Files of departments: reads one into a table of text, and writes the rows that go back in the very same form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from xinshu.bulk.delimited import read_delimited
from xinshu.bulk.raw import Format, RawTable, UnreadableFile
from xinshu.bulk.returned_files import REASONS_HEADER, ReturnedPart, returned_bytes
from xinshu.bulk.workbook import read_workbook

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
ZIP_MAGIC: Final = b"PK\x03\x04"
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file's records as text.

    `frame`: String columns named by the file's own headers; cells are stripped, and null when they say nothing
    (BLANKS). Records without any content are left out. `rows`: for each record the number that a spreadsheet shows
    beside it; a header on top is row 1, its first record row 2; a blank record counts, a line break inside a cell
    does not. `damage`: for a record with bytes that mean no character in its encoding, in which columns.
    """

    frame: pl.DataFrame
    rows: pl.Series
    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    damage: Mapping[int, str] = field(default_factory=dict)


def read_table(path: Path) -> Table:
    """The table in a CSV or XLSX file, told apart by their content. Raises UnreadableFile, which says what to do."""
    return _table(_raw(path))


def _raw(path: Path) -> RawTable:
    # The file's bytes are let go on return: of a large file, no more than two copies are held at any time.
    data = path.read_bytes()
    if data.startswith(OLE_MAGIC):
        raise UnreadableFile(
            "文件是旧版.xls工作簿或加了密码。请取消密码，另存为“Excel工作簿（.xlsx）”后重新报送。",
            "The file is an old .xls workbook or has a password. Remove the password and save it as “Excel workbook "
            "(.xlsx)”.",
        )
    return read_workbook(data) if data.startswith(ZIP_MAGIC) else read_delimited(data)


def _table(raw: RawTable) -> Table:
    stripped = raw.cells.select(pl.all().str.strip_chars(BLANK_CHARACTERS))
    filled = pl.any_horizontal(pl.all() != "").fill_null(value=False)
    kept = stripped.select(filled).to_series()
    names = _column_names(raw.headers, stripped)
    empty = pl.all().is_in(BLANKS)
    frame = stripped.filter(kept).select(pl.when(~empty).then(pl.all())).select(names.keys()).rename(names)
    return Table(
        frame=frame,
        rows=raw.rows.filter(kept),
        format=raw.format,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
    )


def _column_names(headers: Sequence[str], cells: pl.DataFrame) -> dict[str, str]:
    """The header of each column by its place; reasons of an earlier return and wholly empty columns are left out."""
    names: dict[str, str] = {}
    for place, raw in enumerate(headers):
        header = raw.strip(BLANK_CHARACTERS)
        if header == REASONS_HEADER or (not header and not (cells[str(place)].fill_null("") != "").any()):
            continue
        if not header:
            raise UnreadableFile(
                f"第{place + 1}列有内容而没有表头。请补上字段名称，或删除该列。",
                f"Column {place + 1} has cells but no header. Name its field, or delete the column.",
            )
        if header in names.values():
            raise UnreadableFile(
                f"表头“{header}”出现了两次。请保留一列。",
                f"The header “{header}” stands twice. Please keep one of the two columns.",
            )
        names[str(place)] = header
    return names


def read_parts(path: Path, *, most: int = PART_ROWS) -> Iterator[Table]:
    """The table in a file in parts of at most `most` records."""
    whole = read_table(path)
    for start in range(0, max(whole.frame.height, 1), most):
        yield replace(whole, frame=whole.frame.slice(start, most), rows=whole.rows.slice(start, most))
