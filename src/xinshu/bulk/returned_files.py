"""Rows that go back to their sender: kept as bytes until they are fetched, then written in the form in which they came.

Cells go back as they were sent; a spreadsheet that opens a CSV may take one for a formula, as it would have before. In
an XLSX every cell is text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

from xinshu.bulk.encodings import UTF_8, UTF_8_BOM
from xinshu.bulk.given_names import shown_name
from xinshu.bulk.raw import Format

# The last column of a returned file; it is ignored when the file comes again.
REASONS_HEADER: Final = "退回原因 / Reasons"
LONGEST_SHEET_NAME: Final = 31
NO_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
LONGEST_CELL: Final = 32_767  # of an XLSX cell, in UTF-16 units
SUFFIXES: Final = {
    Format.CSV: ".csv",
    Format.XLSX: ".xlsx",
    Format.NDJSON: ".ndjson",
    Format.JSON: ".ndjson",
    Format.PARQUET: ".parquet",
}
META: Final = b"xinshu"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPart:
    """Rows of one part of a file that go back: `frame` of text under the file's own headers, a reason for each row."""

    frame: pl.DataFrame
    reasons: Sequence[str]
    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    def to_bytes(self) -> bytes:
        """The part as an Arrow stream; it knows its own form."""
        table = self.with_reasons().to_arrow()
        form = {name: getattr(self, name) for name in ("format", "encoding", "delimiter", "sheet")}
        table = table.replace_schema_metadata({META: orjson.dumps(form)})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue())

    @classmethod
    def from_bytes(cls, kept: bytes) -> "ReturnedPart":
        """What `to_bytes` made."""
        table = pa.ipc.open_stream(kept).read_all()
        form: dict[str, Any] = orjson.loads(table.schema.metadata[META])
        frame = pl.DataFrame(pl.from_arrow(table))
        reasons = frame[REASONS_HEADER].to_list()
        return cls(frame=frame.drop(REASONS_HEADER), reasons=reasons, **form | {"format": Format(form["format"])})

    def with_reasons(self) -> pl.DataFrame:
        """The rows with their reasons as the last column."""
        return self.frame.with_columns(pl.Series(REASONS_HEADER, list(self.reasons), dtype=pl.String))


def returned_bytes(parts: Sequence[ReturnedPart]) -> tuple[str, bytes]:
    """The rows of a file that go back, as one file in its own form, and that file's suffix.

    Parts of one sheet or member stand together; several members of an archive come back as an archive.
    """
    first = parts[0]
    tables: dict[str | None, list[ReturnedPart]] = {}
    for part in parts:
        tables.setdefault(part.sheet, []).append(part)
    if first.format is Format.XLSX:
        names = _sheet_names([name or "Sheet1" for name in tables])
        return ".xlsx", _workbook({name: _joined(found) for name, found in zip(names, tables.values(), strict=True)})
    if len(tables) == 1:
        return SUFFIXES[first.format], _table(_joined(parts), first)
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as members:
        for number, (name, found) in enumerate(tables.items(), 1):
            suffix = SUFFIXES[Format.CSV if found[0].format is Format.XLSX else found[0].format]
            members.writestr(_member_name(name or "", number, suffix), _table(_joined(found), found[0]))
    return ".zip", archive.getvalue()


def _member_name(name: str, number: int, suffix: str) -> str:
    """A member's own name without its folders and what is personal; numbered where another form needs another name."""
    last = shown_name(re.split(r"[/\\]", name)[-1], most=100)
    stem = last[: -len(suffix)] if last.casefold().endswith(suffix) else ""
    return f"{stem}{suffix}" if stem.strip(". ") else f"{number:02}{suffix}"


def _sheet_names(names: Sequence[str]) -> list[str]:
    """Names that a workbook can have: 31 characters, none of them reserved, no two alike but for case."""
    given: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        plain = NO_SHEET_NAME.sub("_", name)[:LONGEST_SHEET_NAME].strip("'") or f"Sheet{number}"
        if plain.casefold() in given or plain.casefold() == "history":
            plain = f"{plain[: LONGEST_SHEET_NAME - 5]}~{number}"
        given[plain.casefold()] = plain
    return list(given.values())


def _joined(parts: Sequence[ReturnedPart]) -> pl.DataFrame:
    """The rows of several parts; the reasons stay the last column, whatever columns one part alone has."""
    rows = pl.concat([part.with_reasons() for part in parts], how="diagonal")
    return rows.select(pl.exclude(REASONS_HEADER), REASONS_HEADER)


def _table(rows: pl.DataFrame, form: ReturnedPart) -> bytes:
    buffer = BytesIO()
    match form.format:
        case Format.PARQUET:
            rows.write_parquet(buffer)
        case Format.NDJSON | Format.JSON:
            for row in rows.iter_rows(named=True):
                said = {header: text for header, text in row.items() if text is not None}
                buffer.write(orjson.dumps(said) + b"\n")
        case _:
            buffer.write(_csv(rows, form))
    return buffer.getvalue()


def _csv(rows: pl.DataFrame, form: ReturnedPart) -> bytes:
    text = rows.write_csv(separator=form.delimiter or ",", line_terminator="\r\n")
    try:
        return text.encode(form.encoding or UTF_8)
    except UnicodeEncodeError:
        # The reasons, or the mark of a lost character, may not exist in the sender's encoding (Big5).
        return text.encode(UTF_8_BOM)


def _workbook(sheets: dict[str, pl.DataFrame]) -> bytes:
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        for name, rows in sheets.items():
            _fill(book, name, rows)
    return buffer.getvalue()


def _fill(book: xlsxwriter.Workbook, name: str, rows: pl.DataFrame) -> None:
    sheet = book.add_worksheet(name)
    text = book.add_format({"num_format": "@", "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    last = rows.width - 1
    sheet.set_column(0, last, 18, text)
    sheet.set_column(last, last, 80, wrapped)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, rows.columns, book.add_format({"bold": True}))
    for place, cells in enumerate(rows.iter_rows(), 1):
        for column, cell in enumerate(cells):
            if cell is not None:
                sheet.write_string(place, column, cell[:LONGEST_CELL], wrapped if column == last else text)
