"""What a hostile file is: its one fault, how it is made for a sender, and what every door must answer."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tests.bulk.samples import TODAY
from tests.filings import PENALTY_HEADERS, penalty

DECIDED: Final = "2026-11-17"
"""A day from which the seven working days are not over."""

Row = Mapping[str, str]
Reason = tuple[int, str, str]
"""The row that the clerk sees, the field, the code."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The organ that a file is made for, and a number that no other file's documents have."""

    code: str
    name: str
    serial: int

    def number(self, place: int) -> str:
        """The number of a document of this file."""
        return f"示市监罚〔2026〕{self.serial}{place:03}号"

    def row(self, place: int = 1, **changes: str) -> dict[str, str]:
        """A sound penalty of this sender."""
        own = {"organ": self.name, "organ_code": self.code, "source": self.name, "source_code": self.code}
        return penalty(number=self.number(place), decided_on=DECIDED) | own | changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One file with one fault.

    Its counts are those of the dry run and of the filing; `before` is filed first. `refusal`: a regular expression
    that the English sentence must hold where the file is refused as a whole. `own_words`: a door says it in its own.
    `on`: the day on which it is sent.
    """

    name: str
    fault: str
    make: Callable[[Sender], bytes]
    kind: str = "ADMIN_PENALTY"
    accepted: int = 0
    unchanged: int = 0
    corrected: int = 0
    outside: int = 0
    reasons: tuple[Reason, ...] = ()
    refusal: str = ""
    more: Mapping[str, int] = field(default_factory=dict)
    before: Callable[[Sender], bytes] | None = None
    back: int | None = None
    own_words: bool = False
    on: date = TODAY

    @property
    def returned(self) -> int:
        """How many rows go back: each row with a reason, unless rows of several members have one number (`back`)."""
        return len({reason[0] for reason in self.reasons}) if self.back is None else self.back

    @property
    def counts(self) -> dict[str, int]:
        """The receipt."""
        counted = {name: getattr(self, name) for name in ("accepted", "unchanged", "corrected", "returned", "outside")}
        return {"received": sum(counted.values())} | counted


def cells(rows: Iterable[Row]) -> list[list[str]]:
    """Header and rows of the penalty template."""
    return [list(PENALTY_HEADERS.values()), *([row.get(key, "") for key in PENALTY_HEADERS] for row in rows)]


def as_csv(lines: Sequence[Sequence[str]], *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Lines of cells as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    return text.getvalue().encode(encoding)


def csv_of(*rows: Row, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Rows of the penalty template as CSV."""
    return as_csv(cells(rows), delimiter=delimiter, encoding=encoding)


def objects(rows: Iterable[Row]) -> list[dict[str, str]]:
    """The rows under the template's headers, empty cells left out."""
    return [{PENALTY_HEADERS[key]: text for key, text in row.items() if text} for row in rows]


def ndjson_of(*rows: Row) -> bytes:
    """Rows of the penalty template, one object a line."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in objects(rows))


def parquet_of(rows: Sequence[Row], **columns: pa.Array) -> bytes:
    """Rows of the penalty template as Parquet; `columns` take the place of the texts under a key."""
    names = {key: header for key, header in PENALTY_HEADERS.items() if any(row.get(key) for row in rows)}
    arrays = {header: columns.get(key, pa.array([row.get(key) for row in rows])) for key, header in names.items()}
    arrays |= {PENALTY_HEADERS[key]: column for key, column in columns.items() if key not in names}
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays), sink)
    return sink.getvalue()


def xlsx_of(lines: Sequence[Sequence[Any]], change: Callable[[Any, Any], None] | None = None, **more: Any) -> bytes:
    """Lines of cells as a workbook, every text a text; `change` gets the workbook and its sheet."""
    sink = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(sink, options | more) as book:
        sheet = book.add_worksheet("Sheet1")
        fill(sheet, lines)
        if change is not None:
            change(book, sheet)
    return sink.getvalue()


def fill(sheet: Any, lines: Sequence[Sequence[Any]]) -> None:
    """Write lines of cells into a sheet; empty ones stay empty."""
    for place, line in enumerate(lines):
        for column, cell in enumerate(line):
            if cell != "":
                sheet.write(place, column, cell)


def identity_number(born: str, order: str = "001") -> str:
    """A made-up identity number of the right form: division, day of birth as YYYYMMDD, order, check character."""
    stem = f"110105{born}{order}"
    weighed = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(stem))
    return stem + "10X98765432"[weighed % 11]


def column(key: str) -> int:
    """The place of a field in the template, from 0."""
    return list(PENALTY_HEADERS).index(key)


def patched(packed: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """A zip file with one member changed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == member else content)
    return sink.getvalue()


def zip_of(*files: tuple[str, bytes]) -> bytes:
    """An archive of these files."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return sink.getvalue()


def gz(content: bytes) -> bytes:
    """The content in gzip."""
    return gzip.compress(content, mtime=0)


def frame_bytes(frame: pl.DataFrame) -> bytes:
    """A frame as Parquet."""
    sink = io.BytesIO()
    frame.write_parquet(sink)
    return sink.getvalue()
