"""Writes the rows of a filing as its sender would: CSV in its encoding or XLSX, under its headers, days its way."""

import csv
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

from xinshu.doors.cli.country.organs import Style
from xinshu.doors.cli.country.rows import Row, Value
from xinshu.doors.cli.country.schedule import Filing
from xinshu.law.entries import Kind

PLAIN: Final = Style("utf-8")


def file_name(filing: Filing) -> str:
    """`2026-11-22-ADMIN_PENALTY-<code>.csv`: sorts by the day of arrival."""
    suffix = "xlsx" if _style(filing).encoding is None else "csv"
    return f"{filing.arrives_on}-{filing.kind}-{filing.sender.code}.{suffix}"


def write(filing: Filing, rows: Sequence[Row], kind: Kind, folder: Path) -> Path:
    """Write the filing's rows into the folder; every field of the kind has its column, in the catalogue's order."""
    style, path = _style(filing), folder / file_name(filing)
    headers = [name if style.headers == "identifier" else rule.name_zh for name, rule in kind.fields.items()]
    cells = [[row.get(name) for name in kind.fields] for row in rows]
    if style.encoding is None:
        _write_xlsx(path, headers, cells, made_on=filing.arrives_on)
    else:
        path.write_bytes(_csv(headers, cells, style.days).encode(style.encoding))
    return path


def _style(filing: Filing) -> Style:
    return filing.sender.style or PLAIN


def _csv(headers: Sequence[str], cells: Sequence[Sequence[Value]], days: str) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headers)
    writer.writerows([_text(value, days) for value in line] for line in cells)
    return text.getvalue()


def _text(value: Value, days: str) -> str:
    if isinstance(value, date):
        return value.strftime(days)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value or ""


def _write_xlsx(path: Path, headers: Sequence[str], cells: Sequence[Sequence[Value]], *, made_on: date) -> None:
    """Days and money as real day and number cells, as spreadsheets have them; the same cells give the same bytes."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime.combine(made_on, time(12))})
        day_format = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("双公示")
        sheet.write_row(0, 0, headers)
        for place, line in enumerate(cells, 1):
            for column, value in enumerate(line):
                if isinstance(value, date):
                    sheet.write_datetime(place, column, datetime.combine(value, time()), day_format)
                elif isinstance(value, Decimal):
                    sheet.write_number(place, column, float(value))
                elif value:
                    sheet.write_string(place, column, value)
