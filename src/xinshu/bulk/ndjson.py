"""Reads JSON: one object a line (NDJSON), or one array of objects; keys are headers, values the text that they are."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO

import polars as pl

from xinshu.bulk.encodings import LOST, encoding_of
from xinshu.bulk.raw import Format, RawTable, UnreadableFile, check_width, no_header

LARGEST_ARRAY: Final = 50 << 20
SURROGATES: Final = re.compile("[\ud800-\udfff]")
WORDS: Final = {True: "true", False: "false", None: None}
LONGEST_LINE: Final = 1 << 24
"""Characters of one line: a longer one is no record."""


def ndjson_parts(path: Path, most: int) -> Iterator[RawTable]:
    """The records of a file of lines, in parts; a line that is no flat object is a record with damage.

    The headers are the keys of the part's records, in order of their first appearance.
    """
    encoding = encoding_of(path)
    with path.open(encoding=encoding.name, errors="replace", newline="\n") as lines:
        told = ((number, _record(line)) for number, line in enumerate(_bounded(lines), 1) if line.strip())
        any_part = False
        while records := list(islice(told, most)):
            any_part = True
            yield _table(records, Format.NDJSON)
        if not any_part:
            raise no_header()


def array_parts(path: Path, most: int) -> Iterator[RawTable]:
    """The objects of one array. Raises UnreadableFile when it is too large, or no such thing."""
    if path.stat().st_size > LARGEST_ARRAY:
        raise UnreadableFile(
            "JSON数组超过50MB。请改为每行一个对象（NDJSON）后重新报送。",
            "The JSON array is larger than 50 MB. Please send one object a line (NDJSON).",
        )
    try:
        found = _read(path.read_text(encoding=encoding_of(path).name, errors="replace"))
    except (ValueError, RecursionError):
        raise _no_json() from None
    if not isinstance(found, list) or not found:
        raise _no_json()
    records = [(number, _flat(one)) for number, one in enumerate(found, 1)]
    for start in range(0, len(records), most):
        yield _table(records[start : start + most], Format.JSON)


def _record(line: str) -> dict[str, str | None] | None:
    try:
        return _flat(_read(line))
    except (ValueError, RecursionError):
        return None


def _read(text: str) -> Any:
    """JSON with its numbers as they are written. Raises ValueError; NaN and Infinity are no JSON."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant, object_pairs_hook=_Pairs)


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of one object, a key that stands twice as well."""


def _no_constant(_said: str) -> None:
    raise ValueError("no JSON")


def _flat(found: Any) -> dict[str, str | None] | None:
    """The object's values as text; None when it is no object, says a key twice, or holds something inside a value."""
    if not isinstance(found, _Pairs) or any(isinstance(value, list) for _, value in found):
        return None
    record = {_whole(key): _whole(value) if isinstance(value, str) else WORDS[value] for key, value in found}
    return record if len(record) == len(found) else None


def _whole(text: str) -> str:
    """The text; half a surrogate pair, which is no character, becomes the mark of a lost one."""
    return SURROGATES.sub(LOST, text)


def _bounded(lines: TextIO) -> Iterator[str]:
    """The lines of a file; of one that is too long, its beginning, which is no record."""
    while line := lines.readline(LONGEST_LINE):
        yield line
        while line and not line.endswith("\n"):
            line = lines.readline(LONGEST_LINE)


def _table(records: list[tuple[int, dict[str, str | None] | None]], form: Format) -> RawTable:
    headers = tuple(dict.fromkeys(key for _, record in records for key in record or ()))
    check_width(headers)
    if not headers:
        raise _no_json()
    # A line that cannot be read says so in its first cell: it is named and goes back, the others are taken.
    broken = {headers[0]: LOST}
    rows = [[(record if record is not None else broken).get(header) for header in headers] for _, record in records]
    cells = pl.DataFrame(rows, schema={str(place): pl.String for place in range(len(headers))}, orient="row")
    return RawTable(
        headers=headers,
        cells=cells,
        rows=pl.Series("row", [number for number, _ in records], pl.UInt32),
        format=form,
        is_damaged=True,
        unread=frozenset(number for number, record in records if record is None),
    )


def _no_json() -> UnreadableFile:
    return UnreadableFile(
        "文件不是可读取的JSON：应为每行一个对象，或一个对象数组。请从业务系统重新导出。",
        "The file is no JSON that can be read: one object a line, or one array of objects. Please export it again.",
    )
