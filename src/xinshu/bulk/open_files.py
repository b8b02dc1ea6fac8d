"""Open data files: one stream of rows, written part by part as CSV, NDJSON, Parquet or XLSX; flat in memory.

A CSV cell that a spreadsheet would take for a formula gets an apostrophe before it, and so does one that begins with an
apostrophe: whoever takes one leading apostrophe off has the cell back. In an XLSX every cell is text, as it stands.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import xlsxwriter  # type: ignore[import-untyped]

GUARDED: Final = frozenset("=+-@\t\r\n＝＋－＠'")
GUARD: Final = "'"
LAST_ROW: Final = 1_048_576  # of a sheet of an XLSX
LONGEST_CELL: Final = 32_767
CUT: Final = "……（过长，见其他格式 cut: see the other forms）"
OTHER_FIELDS: Final = "other_fields"


class Row(NamedTuple):
    """One row: its JSON object (UTF-8, one line), its cells in the order of the columns, its fields by identifier."""

    line: bytes
    cells: Sequence[str | None]
    fields: Mapping[str, Any]


Part = Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a file of rows looks like, whatever its form.

    `days`: the columns whose cells are days (ISO text). `fields`: those that have a column of their own in CSV and
    XLSX; in a Parquet all of them stand in the column `fields` as JSON. None: the rows have no fields. `about`: what
    the file says of itself.
    """

    columns: Sequence[str]
    days: frozenset[str] = frozenset()
    fields: Sequence[str] | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    @property
    def header(self) -> list[str]:
        """The first row of a CSV or XLSX."""
        return [*self.columns, *(() if self.fields is None else (*self.fields, OTHER_FIELDS))]

    def texts(self, row: Row) -> list[str | None]:
        """The cells of a row under `header`; a list is JSON, and so are the fields that have no column."""
        if self.fields is None:
            return list(row.cells)
        others = {name: value for name, value in row.fields.items() if name not in self.fields}
        own = (_text(row.fields.get(name)) for name in self.fields)
        return [*row.cells, *own, _text(others or None)]


def guarded(cell: str | None) -> str | None:
    """A cell as it stands in a CSV."""
    return f"{GUARD}{cell}" if cell and cell[0] in GUARDED else cell


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _ndjson(file: IO[bytes], _layout: Layout, parts: Iterable[Part], _scratch: Path) -> None:
    for part in parts:
        file.writelines(row.line + b"\n" for row in part)


def _csv(file: IO[bytes], layout: Layout, parts: Iterable[Part], _scratch: Path) -> None:
    """RFC 4180, UTF-8 with a byte order mark."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(layout.header)
    for part in parts:
        writer.writerows([guarded(cell) for cell in layout.texts(row)] for row in part)
    text.flush()
    text.detach()


def _parquet(file: IO[bytes], layout: Layout, parts: Iterable[Part], _scratch: Path) -> None:
    types = [(name, pa.date32() if name in layout.days else pa.string()) for name in layout.columns]
    if layout.fields is not None:
        types.append(("fields", pa.string()))
    schema = pa.schema(types, metadata={name: text.encode() for name, text in layout.about.items()})
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in parts:
            arrays = [pa.array(cells, kind) for (_, kind), cells in zip(types, _by_column(layout, part), strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


def _by_column(layout: Layout, part: Part) -> Iterator[list[Any]]:
    for place, name in enumerate(layout.columns):
        cells = [row.cells[place] for row in part]
        yield [cell and date.fromisoformat(cell) for cell in cells] if name in layout.days else cells
    if layout.fields is not None:
        yield [_text(dict(row.fields)) for row in part]


def _xlsx(file: IO[bytes], layout: Layout, parts: Iterable[Part], scratch: Path) -> None:
    """Sheets `data`, `data 2` and on, as many as the rows need, and last the sheet `about`."""
    options = {"constant_memory": True, "tmpdir": str(scratch)}
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options | plain) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 the same rows are the same bytes
        numbers = iter(range(1, 1 << 20))
        sheet, at = _sheet(book, layout, next(numbers))
        for part in parts:
            for row in part:
                if at == LAST_ROW:
                    sheet, at = _sheet(book, layout, next(numbers))
                _fill(sheet, at, layout.texts(row))
                at += 1
        about = book.add_worksheet("about")
        for place, line in enumerate(layout.about.items()):
            _fill(about, place, line)


def _sheet(book: Any, layout: Layout, number: int) -> tuple[Any, int]:
    sheet = book.add_worksheet("data" if number == 1 else f"data {number}")
    sheet.freeze_panes(1, 0)
    _fill(sheet, 0, layout.header)
    return sheet, 1


def _fill(sheet: Any, place: int, cells: Sequence[str | None]) -> None:
    for column, cell in enumerate(cells):
        if cell:
            whole = len(cell.encode("utf-16-le")) <= 2 * LONGEST_CELL
            sheet.write_string(place, column, cell if whole else cell[: (LONGEST_CELL - len(CUT)) // 2] + CUT)


Writer = Callable[[IO[bytes], Layout, Iterable[Part], Path], None]
WRITERS: Final[Mapping[str, Writer]] = {"csv": _csv, "ndjson": _ndjson, "parquet": _parquet, "xlsx": _xlsx}
"""What writes a file of each form: into it, by that layout, from these parts, with an empty folder to work in."""

CONTENT_TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
