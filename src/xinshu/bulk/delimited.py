"""Reads CSV: comma, semicolon or tab, quoted as RFC 4180 and Python's strict `csv` understand it."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np
import polars as pl

from xinshu.bulk.encodings import to_utf8
from xinshu.bulk.raw import Format, RawTable, UnreadableFile, check_width, no_header, numbered

DELIMITERS: Final = (",", "\t", ";")
STEP: Final = 1 << 24
ROWS_AT_ONCE: Final = 20_000
QUOTE: Final = ord('"')
LONE_RETURN: Final = re.compile(rb"\r(?!\n)")


def read_delimited(data: bytes) -> RawTable:
    """The table in a CSV file. Raises UnreadableFile, naming the line or record that cannot be read."""
    text, encoding = to_utf8(data)
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    delimiter = _delimiter(text)
    headers, number, start = _header(text, delimiter)
    check_width(headers)
    cells = _cells(text[start:], width=len(headers), delimiter=delimiter, header_row=number)
    return RawTable(
        headers=tuple(headers),
        cells=cells,
        rows=numbered(number + 1, cells.height),
        format=Format.CSV,
        encoding=encoding,
        delimiter=delimiter,
    )


def _delimiter(text: bytes) -> str:
    """The mark that stands most often, outside quotes, in the first line that is not blank."""
    line = re.search(rb"\S[^\r\n]*", text)
    if line is None:
        raise no_header()
    outside = re.sub(rb'"[^"]*"', b"", line.group()).decode()
    return max(DELIMITERS, key=outside.count)


def _header(text: bytes, delimiter: str) -> tuple[list[str], int, int]:
    """The first record that is not blank: its cells, its number, and the offset at which it starts."""
    lines = io.BytesIO(text)
    start = 0
    reader = csv.reader((line.decode() for line in lines), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                return cells, number, start
            start = lines.tell()
    except csv.Error:
        raise _misquoted(1) from None
    raise no_header()


def _cells(text: bytes, *, width: int, delimiter: str, header_row: int) -> pl.DataFrame:
    """The records below the header that opens `text`; short ones are filled up with nulls."""
    schema = {str(index): pl.String for index in range(width)}
    if _is_plainly_quoted(text, delimiter):
        try:
            return pl.read_csv(text, has_header=False, separator=delimiter, schema=schema).slice(1)
        except pl.exceptions.PolarsError:
            pass  # a record is too long: the careful reader says which
    records = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=delimiter, strict=True)
    filled = _checked(records, width=width, header_row=header_row)
    next(filled)
    parts = [pl.DataFrame(schema=schema)]
    while block := list(islice(filled, ROWS_AT_ONCE)):
        parts.append(pl.DataFrame(block, schema=schema, orient="row"))
    return pl.concat(parts)


def _is_plainly_quoted(text: bytes, delimiter: str) -> bool:
    """Whether every quotation mark opens or closes a cell or is doubled: then all parsers agree on the cells.

    Counted in order, marks of even index open and those of odd index close; a doubled mark closes and opens again.
    A carriage return that stands alone ends a record for some parsers and not for others.
    """
    if LONE_RETURN.search(text):
        return False
    octets = np.frombuffer(text, np.uint8)
    beside = np.zeros(256, np.bool_)
    beside[[ord(delimiter), ord("\n"), ord("\r"), QUOTE]] = True
    seen = 0
    for start in range(0, len(octets), STEP):
        marks = np.flatnonzero(octets[start : start + STEP] == QUOTE) + start
        opening, closing = marks[seen % 2 :: 2], marks[1 - seen % 2 :: 2]
        before = octets[opening[opening > 0] - 1]
        after = octets[closing[closing < len(octets) - 1] + 1]
        if not (beside[before].all() and beside[after].all()):
            return False
        seen += len(marks)
    return seen % 2 == 0


def _checked(records: Iterator[list[str]], *, width: int, header_row: int) -> Iterator[list[str | None]]:
    number = header_row - 1
    try:
        for number, cells in enumerate(records, header_row):
            if any(cell.strip() for cell in cells[width:]):
                raise UnreadableFile(
                    f"第{number}行有{len(cells)}格，表头只有{width}格。请检查该行是否多了分隔符，含分隔符的内容应加双引号。",
                    f"Row {number} has {len(cells)} cells, the header only {width}. Look for a delimiter too many in "
                    "that row; a text that holds the delimiter must stand in quotation marks.",
                )
            yield [*cells[:width], *[None] * (width - len(cells))]
    except csv.Error:
        raise _misquoted(number + 1) from None


def _misquoted(number: int) -> UnreadableFile:
    return UnreadableFile(
        f"从第{number}行起双引号不成对，或某格过长，无法分辨各格的起止。请补全该行的双引号；内容中的双引号应连写两个。",
        f"From row {number} on the quotation marks do not pair, or a cell is too long, so the cells cannot be told "
        "apart. Close the quotation mark on that row; write a quotation mark inside a cell twice.",
    )
