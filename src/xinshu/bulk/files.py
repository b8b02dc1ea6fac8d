"""Files of departments: reads one into a table of text, and writes the rows that go back in the very same form."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from xinshu.bulk.delimited import read_delimited
from xinshu.bulk.encodings import UTF_8, UTF_8_BOM
from xinshu.bulk.raw import Format, RawTable, UnreadableFile
from xinshu.bulk.workbook import read_workbook

__all__ = ["BLANKS", "REASONS_HEADER", "Format", "Table", "UnreadableFile", "read_table", "write_returned"]

# What departments write for "nothing". A cell that says only this is empty, in every column.
BLANKS: Final = ("", "-", "--", "－", "—", "——", "/", "无", "NULL", "null")
# The last column of a returned file; it is ignored when the file comes again.
REASONS_HEADER: Final = "退回原因 / Reasons"

# Taken from both ends of every cell: blanks of any script, and marks without width (a tab before a code is common).
BLANK_CHARACTERS: Final = (
    "".join(chr(point) for point in range(0x3001) if chr(point).isspace()) + "\u200b\u200c\u200d\u2060\ufeff"
)
ZIP_MAGIC: Final = b"PK\x03\x04"
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LONGEST_CELL: Final = 32_767  # of an XLSX cell, in UTF-16 units


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file's records as text.

    `frame`: String columns named by the file's own headers; cells are stripped, and null when they say nothing
    (BLANKS). Records without any content are left out. `rows`: for each record the number that a spreadsheet shows
    beside it; a header on top is row 1, its first record row 2; a blank record counts, a line break inside a cell
    does not.
    """

    frame: pl.DataFrame
    rows: pl.Series
    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


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


def write_returned(
    table: Table,
    indices: Sequence[int],
    reasons_per_row: Sequence[str],
    path: Path,
    *,
    blank_columns: Collection[str],
) -> None:
    """Write the records at `indices` as they came (format, encoding, delimiter, order of columns), with their reasons.

    Cells under the headers `blank_columns` are emptied: what is personal is not sent about twice. The file can be read
    by its owner alone (mode 0600). Nothing is written beside it.
    """
    chosen = table.frame[list(indices)].with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in table.frame.columns if name in blank_columns),
        pl.Series(REASONS_HEADER, list(reasons_per_row), dtype=pl.String),
    )
    content = _as_xlsx(chosen, table.sheet) if table.format is Format.XLSX else _as_csv(chosen, table)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)


def _as_csv(frame: pl.DataFrame, table: Table) -> bytes:
    text = frame.write_csv(
        separator=table.delimiter or ",", line_terminator="\r\n", include_bom=table.encoding == UTF_8_BOM
    )
    return text.encode(UTF_8 if table.encoding == UTF_8_BOM else table.encoding or UTF_8)


def _as_xlsx(frame: pl.DataFrame, sheet_name: str | None) -> bytes:
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet(sheet_name)
        text = book.add_format({"num_format": "@", "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        bold = book.add_format({"bold": True})
        last = frame.width - 1
        sheet.set_column(0, last, 18, text)
        sheet.set_column(last, last, 80, wrapped)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, frame.columns, bold)
        for place, cells in enumerate(frame.iter_rows(), 1):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write_string(place, column, cell[:LONGEST_CELL], wrapped if column == last else text)
    return buffer.getvalue()
