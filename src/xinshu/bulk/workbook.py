"""Reads XLSX: every visible sheet that has rows, each cell as the text that a clerk sees; of hidden ones, headers."""

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import IO, Final

import fastexcel
import polars as pl

from xinshu.bulk.encodings import LOST
from xinshu.bulk.raw import (
    MAX_COLUMNS,
    Format,
    RawTable,
    UnreadableFile,
    check_width,
    no_header,
    numbered,
    refused_as,
)

MAX_UNPACKED: Final = 1 << 30
STEP: Final = 1 << 24
OVERLAP: Final = 1 << 13  # a formula has at most 8192 characters
# A spreadsheet keeps 15 digits of a number; a code typed as a number has lost the rest.
DIGITS_KEPT: Final = 15
LONG_WHOLE: Final = rf"^\d{{{DIGITS_KEPT + 1},}}$"
LONG_FRACTION: Final = r"^-?\d{7,}\.\d{1,9}$"
BYTES_OF_A_ROW: Final = 20
# The reader allots every cell between the first and the last one used: two cells far apart would exhaust the memory
# and kill the process. References are therefore looked at first. CZ is column 104.
FAR_COLUMN: Final = re.compile(rb"(?<=\s)r\s*=\s*[\"'](?:[D-Zd-z][A-Za-z]|[A-Za-z]{3})\d")
# A formula whose value is missing: a program wrote it, and no spreadsheet has opened the file since.
UNCOMPUTED: Final = re.compile(
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
SHARED_TEXTS: Final = "xl/sharedStrings.xml"
TEXT_ENDS: Final = re.compile(rb"</(?:\w+:)?si>")
LONGEST_CELL: Final = 3 * 32_767
"""Bytes that a cell of a spreadsheet can hold; shared texts of ordinary workbooks are far shorter."""

FAR_ROW: Final = re.compile(rb"(?<=\s)r\s*=\s*[\"'][A-Za-z]{0,3}(\d{6,})[\"']")


def workbook_sheets(path: Path) -> Iterator[RawTable]:
    """The table on every sheet of an XLSX file that has rows; of a hidden one, its headers. Raises UnreadableFile.

    Date cells come as YYYY-MM-DD, whole numbers without a fraction, other numbers to nine decimals and 15 digits.
    Whole numbers of more than 15 digits come in the form 9.11100008021004E+17: the file holds no more of them.
    """
    data = path.read_bytes()
    _look_inside(data)
    with refused_as(_broken(), fastexcel.FastExcelError, pl.exceptions.PolarsError):
        yield from _sheets(fastexcel.read_excel(data))


def _sheets(book: fastexcel.ExcelReader) -> Iterator[RawTable]:
    any_sheet = False
    for name in book.sheet_names:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if sheet.width == 0:
            continue
        cells, is_damaged = _cells(sheet)
        used = pl.any_horizontal(pl.all().str.strip_chars() != "").fill_null(value=False)
        if not cells.select(used.any()).item():
            continue
        if sheet.visible != "visible":
            yield _hidden(sheet, cells.row(cells.select(used.arg_max()).item()))
        else:
            any_sheet = True
            table = _table(book, sheet, cells, cells.select(used.arg_max()).item())
            yield replace(table, is_damaged=is_damaged)
    if not any_sheet:
        raise no_header()


def _hidden(sheet: fastexcel.ExcelSheet, headers: tuple[str | None, ...]) -> RawTable:
    return RawTable(
        headers=tuple(header or "" for header in headers),
        cells=pl.DataFrame(),
        rows=numbered(0, 0),
        format=Format.XLSX,
        sheet=sheet.name,
        is_hidden=True,
    )


def _cells(sheet: fastexcel.ExcelSheet) -> tuple[pl.DataFrame, bool]:
    """The cells as text; an error (#N/A, #REF!), or a day that no calendar has, leaves the mark of a lost character."""
    batch, errors = sheet.to_arrow_with_errors()
    cells = pl.DataFrame(pl.from_arrow(batch))
    cells.columns = [str(index) for index in range(cells.width)]
    where: defaultdict[int, list[int]] = defaultdict(list)
    for found in errors.errors if errors is not None else ():
        row, column = found.position
        where[column].append(row)
    for column, rows in where.items():
        cells = cells.with_columns(cells[str(column)].scatter(rows, LOST))
    return cells, bool(where)


def _table(book: fastexcel.ExcelReader, sheet: fastexcel.ExcelSheet, cells: pl.DataFrame, first: int) -> RawTable:
    headers = tuple(cell or "" for cell in cells.row(first))
    check_width(headers)
    below = cells.slice(first + 1)
    shown = below.select(pl.all().str.replace(r"^(\d{4}-\d\d-\d\d) 00:00:00$", "$1"))
    for column in _rounded_columns(below):
        place = sheet.selected_columns[int(column)].absolute_index
        if _holds_numbers(book, sheet.name, column=place, first=first):
            shown = shown.with_columns(_as_spreadsheets_show(below[column]).alias(column))
    return RawTable(
        headers=headers, cells=shown, rows=numbered(first + 2, shown.height), format=Format.XLSX, sheet=sheet.name
    )


def _is_rounded(cell: pl.Expr) -> pl.Expr:
    """Whether a text of more than 15 digits may stand for a number cell: exactly what a floating-point number holds."""
    whole = cell.cast(pl.Int128, strict=False)
    exact = whole.cast(pl.Float64).cast(pl.Int128) == whole
    return (cell.str.contains(LONG_WHOLE) & exact) | (cell.str.contains(LONG_FRACTION) & (cell.str.len_chars() > 16))


def _rounded_columns(cells: pl.DataFrame) -> list[str]:
    if cells.is_empty():
        return []
    suspected = cells.select(_is_rounded(pl.all()).any())
    return [name for name in suspected.columns if suspected[name].item()]


def _holds_numbers(book: fastexcel.ExcelReader, name: str, *, column: int, first: int) -> bool:
    """Whether the column (counted from A) has number cells: in a column of text alone, long codes are what they say."""
    try:
        sheet = book.load_sheet(
            name,
            header_row=None,
            skip_rows=first + 1,
            use_columns=[column],
            schema_sample_rows=None,
            dtype_coercion="strict",
        )
    except fastexcel.UnsupportedColumnTypeCombinationError:
        return True
    return any(info.dtype != "string" for info in sheet.selected_columns)


def _as_spreadsheets_show(cells: pl.Series) -> pl.Series:
    rounded = cells.to_frame().select(_is_rounded(pl.all())).to_series().fill_null(value=False)
    where = rounded.arg_true()
    return cells.scatter(where, [_seen(cell) for cell in cells.gather(where)])


def _seen(cell: str) -> str:
    """A number as a spreadsheet shows it, to 15 digits: 9.11100008021004E+17, or 99999999.999999."""
    number = float(cell)
    if "." in cell:
        return f"{number:.{DIGITS_KEPT}g}" if f"{number:.9f}".rstrip("0") == cell else cell
    mantissa, _, exponent = f"{number:.{DIGITS_KEPT - 1}E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"


def _look_inside(data: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise _broken()
            if sum(member.file_size for member in members) > MAX_UNPACKED:
                raise UnreadableFile(
                    "工作簿解压后超过1GB，未读取。请拆分为多个文件，或改用CSV报送。",
                    "The workbook is larger than 1 GB when unpacked and was not read. Please split it, or send CSV.",
                )
            longest = 0
            for member in sorted(members, key=lambda one: one.filename != SHARED_TEXTS):
                with archive.open(member) as part:
                    if member.filename == SHARED_TEXTS:
                        longest = _longest_text(part)
                    else:
                        _check_reach(part, member.file_size, longest)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error, ValueError):
        raise _broken() from None


def _longest_text(part: IO[bytes]) -> int:
    """How many bytes the longest of the texts has that cells point to."""
    longest, open_since = 0, 0
    at = 0
    while block := part.read(STEP):
        for end in TEXT_ENDS.finditer(block):
            longest = max(longest, at + end.end() - open_since)
            open_since = at + end.end()
        at += len(block)
    return max(longest, at - open_since)


def _check_reach(part: IO[bytes], size: int, longest: int) -> None:
    """Refuse a sheet that reaches far to the right, or far down with hardly anything in between; one whose cells would
    write a long shared text out again and again; and one with formulas that nobody has computed.
    """
    last_row = pointers = 0
    kept = b""
    is_sheet = False
    while block := part.read(STEP):
        seen = kept + block
        is_sheet = is_sheet or b"sheetData" in seen
        if is_sheet and FAR_COLUMN.search(seen):
            raise UnreadableFile(
                f"工作表的内容超出第{MAX_COLUMNS}列。请删除右侧多余的列，使用所报类目的模板。",
                f"The sheet has cells beyond column {MAX_COLUMNS}. Delete what stands to the right of the template.",
            )
        if is_sheet and UNCOMPUTED.search(seen):
            raise UnreadableFile(
                "工作表中有没有计算结果的公式。请用表格软件打开，将公式改为数值后保存，再重新报送。",
                "The sheet has formulas without a result. Open it, turn the formulas into values, save it and send it.",
            )
        pointers += block.count(b'"s"') if is_sheet else 0
        if pointers * longest > MAX_UNPACKED and longest > LONGEST_CELL:
            raise UnreadableFile(
                "工作簿解压后超过1GB，未读取。请拆分为多个文件，或改用CSV报送。",
                "The workbook is larger than 1 GB when unpacked and was not read. Please split it, or send CSV.",
            )
        if is_sheet and size < BYTES_OF_A_ROW << 20:
            last_row = max([last_row, *(int(found[:9]) for found in FAR_ROW.findall(seen))])
        kept = seen[-OVERLAP:]
    if last_row * BYTES_OF_A_ROW > size:
        raise UnreadableFile(
            f"工作表延伸到第{last_row}行，但几乎没有内容。请删除数据下方的空行后重新保存。",
            f"The sheet reaches down to row {last_row} but is almost empty. Delete the rows below the data and save "
            "it again.",
        )


def _broken() -> UnreadableFile:
    return UnreadableFile(
        "文件不是可读取的XLSX工作簿，或已损坏。请用表格软件打开后另存为“Excel工作簿（.xlsx）”。",
        "The file is no readable XLSX workbook, or it is damaged. Open it and save it as “Excel workbook (.xlsx)”.",
    )
