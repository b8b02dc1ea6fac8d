"""Reads CSV: comma, semicolon or tab, quoted as RFC 4180 and Python's strict `csv` understand it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from xinshu.bulk.encodings import encoding_of, utf8_blocks
from xinshu.bulk.raw import Format, RawTable, UnreadableFile, check_width, no_header, numbered

DELIMITERS: Final = (",", "\t", ";")
STEP: Final = 1 << 24
ROWS_AT_ONCE: Final = 20_000
QUOTE: Final = ord('"')
LINE_FEED: Final = ord("\n")
HEAD: Final = 1 << 16
"""The header and the first records lie within so many bytes."""

LONGEST_RECORD: Final = 1 << 26
"""A record of more bytes has a quotation mark that nobody closed."""

# What Excel writes, and hides, above the header: it says which mark stands between the cells.
SEPARATOR_LINE: Final = re.compile(rb'^\xef?\xbb?\xbf?"?sep=([,;\t])"?\r?\n', re.IGNORECASE)
LONE_RETURN: Final = re.compile(rb"\r(?!\n)")


def delimited_parts(path: Path, most: int) -> Iterator[RawTable]:
    """The table in a CSV file, in parts of at most `most` records; memory holds one of them at a time.

    Raises UnreadableFile, naming the record that cannot be read.
    """
    encoding = encoding_of(path)
    blocks = _with_line_feeds(utf8_blocks(path, encoding.name))
    first = b""
    for block in blocks:
        first += block
        if len(first) >= HEAD:
            break
    told = SEPARATOR_LINE.match(first)
    first = first[told.end() :] if told else first
    delimiter = told[1].decode() if told else _delimiter(first)
    headers, number, start = _header(first, delimiter)
    check_width(headers)
    cells = _all_cells(chain([first[start:]], blocks), width=len(headers), delimiter=delimiter, header_row=number)
    row = number + 1
    for part in _in_parts(cells, most):
        yield RawTable(
            headers=tuple(headers),
            cells=part,
            rows=numbered(row, part.height),
            format=Format.CSV,
            encoding=encoding.name,
            delimiter=delimiter,
            is_damaged=encoding.is_damaged,
        )
        row += part.height


def _with_line_feeds(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """A file of old Macintosh line ends, told by its first block, gets the usual ones."""
    only_returns: bool | None = None
    for block in blocks:
        if only_returns is None and block:
            only_returns = b"\n" not in block
        yield block.replace(b"\r", b"\n") if only_returns else block


def _all_cells(blocks: Iterable[bytes], *, width: int, delimiter: str, header_row: int) -> Iterator[pl.DataFrame]:
    """The records below the header, which opens the first block, block by block."""
    row = header_row
    for text in _whole_records(blocks):
        cells = _cells(text, width=width, delimiter=delimiter, first_row=row)
        yield cells.slice(1) if row == header_row else cells
        row += cells.height


def _whole_records(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text, cut where a record ends: at a line feed that no quotation mark encloses.

    Where one is never closed, what is left comes at last as it stands, and its reader says where it begins.
    """
    rest = b""
    for block in blocks:
        rest += block
        end = _last_end(rest) if len(rest) <= LONGEST_RECORD else len(rest)
        if end:
            yield rest[:end]
            rest = rest[end:]
    if rest:
        yield rest


def _last_end(text: bytes) -> int:
    """Where the last whole record of a text ends; 0 when none does."""
    octets = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(octets == QUOTE)
    ends = np.flatnonzero(octets == LINE_FEED)
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else 0


def _in_parts(frames: Iterator[pl.DataFrame], most: int) -> Iterator[pl.DataFrame]:
    """The same records in frames of at most `most`, made of whole ones where they fit; one, perhaps empty, at least.

    Danger: a slice of texts holds on to all of what it was cut from, so nothing that is cut is joined to what follows.
    """
    kept: list[pl.DataFrame] = []
    any_part = False
    for frame in frames:
        if kept and sum(map(len, kept)) + frame.height > most:
            yield pl.concat(kept)
            kept, any_part = [], True
        if frame.height > most:
            yield from frame.iter_slices(most)
            any_part = True
        else:
            kept.append(frame)
    if kept and (not any_part or any(map(len, kept))):
        yield pl.concat(kept)


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


def _cells(text: bytes, *, width: int, delimiter: str, first_row: int) -> pl.DataFrame:
    """The records of a text; short ones are filled up with nulls."""
    schema = {str(index): pl.String for index in range(width)}
    if _is_plainly_quoted(text, delimiter):
        try:
            return pl.read_csv(text, has_header=False, separator=delimiter, schema=schema)
        except pl.exceptions.PolarsError:
            pass  # a record is too long: the careful reader says which
    records = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=delimiter, strict=True)
    filled = _checked(records, width=width, header_row=first_row)
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
