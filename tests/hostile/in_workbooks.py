"""Hostile XLSX: what spreadsheets do to codes and days, and what a package may hide."""

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl

from tests.filings import PENALTY_HEADERS
from tests.hostile.making import DECIDED, Hostile, Sender, cells, column, fill, patched, xlsx_of, zip_of

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
NUMBER, CODE, DAY, REMARK = column("number"), column("code"), column("decided_on"), column("remark")
NO_WORKBOOK = "no readable XLSX workbook"


def _book(s: Sender, change: Callable[[Any, Any], None] | None = None, rows: int = 2) -> bytes:
    return xlsx_of(cells(s.row(place) for place in range(1, rows + 1)), change)


def _real_days(s: Sender) -> bytes:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_number(1, DAY, 46343, book.add_format({"num_format": "yyyy/m/d"}))
        sheet.write_number(2, DAY, 46343)

    return _book(s, change)


def _two_sheets(s: Sender) -> bytes:
    """The second sheet holds licences, not one header of which a penalty has."""

    def change(book: Any, _sheet: Any) -> None:
        fill(book.add_worksheet("许可"), [["许可编号", "许可证书名称"], ["1", "示例许可证"]])

    return _book(s, change)


def _hiding(s: Sender, name: str, rows: Any) -> bytes:
    def change(book: Any, _sheet: Any) -> None:
        hidden = book.add_worksheet(name)
        fill(hidden, rows)
        hidden.hide()

    return _book(s, change)


def _hidden_sheet(s: Sender) -> bytes:
    return _hiding(s, "选项", cells([s.row(9)]))


def _hidden_choices(s: Sender) -> bytes:
    return _hiding(s, "字典", [["", "选项", "选项"], ["1", "甲", "乙"]])


def _merged(s: Sender) -> bytes:
    """One number for two rows: only the upper one has it."""
    return _book(s, lambda book, sheet: sheet.merge_range(1, NUMBER, 2, NUMBER, s.number(1), book.add_format()))


def _more_cells(package: bytes, xml: bytes) -> bytes:
    return patched(package, SHEET, lambda sheet: sheet.replace(b"</sheetData>", xml + b"</sheetData>"))


def _wide(s: Sender) -> bytes:
    return _more_cells(_book(s), b'<row r="9"><c r="XFD9"><v>1</v></c></row>')


def _far_down(s: Sender) -> bytes:
    return _more_cells(_book(s), b'<row r="1048576"><c r="A1048576" t="str"><v>x</v></c></row>')


def _dimension(s: Sender) -> bytes:
    return patched(
        _book(s), SHEET, lambda xml: re.sub(rb'dimension ref="[^"]*"', b'dimension ref="A1:XFD1048576"', xml)
    )


def _error_cell(s: Sender) -> bytes:
    """Row 4 is nothing but an error: without a mark it would be no row at all."""
    return _more_cells(_book(s), b'<row r="4"><c r="A4" t="e"><v>#REF!</v></c></row>')


def _uncomputed(s: Sender) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(_book(s)))
    book.active.cell(row=2, column=REMARK + 1).value = "=A2"
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _external(s: Sender) -> bytes:
    """An entity that would read a file of ours."""
    doctype = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return _with_doctype(s, doctype, b"&e;")


def _laughs(s: Sender) -> bytes:
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (place, b"&a%d;" % (place - 1) * 10) for place in range(1, 12)
    )
    return _with_doctype(s, b"<!DOCTYPE x [" + entities + b"]>", b"&a11;")


def _with_doctype(s: Sender, doctype: bytes, entity: bytes) -> bytes:
    book = xlsx_of(cells([s.row(1, remark="REMARK"), s.row(2)]))
    return patched(
        book, TEXTS, lambda xml: xml.replace(b"<sst", doctype + b"<sst", 1).replace(b"REMARK", b"REMARK" + entity)
    )


def _told_again(s: Sender) -> bytes:
    """One text of a megabyte that a million cells would write out: a terabyte of memory."""
    book = xlsx_of(cells([s.row(1, remark="REMARK")]))
    long = patched(book, TEXTS, lambda xml: xml.replace(b"REMARK", b"R" * (1 << 20)))
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(3, 2003))
    return _more_cells(long, rows)


def _number_codes(s: Sender) -> bytes:
    """A spreadsheet has made numbers of two codes: their last digits are gone."""

    def change(_book: Any, sheet: Any) -> None:
        sheet.write_number(1, CODE, 919999990000002110)
        sheet.write_string(2, CODE, "9.2E+17")

    return _book(s, change)


WORKBOOKS = (
    Hostile(name="plain.xlsx", fault="none: XLSX", make=_book, accepted=2),
    Hostile(
        name="real-days.xlsx",
        fault="a day as a date cell, and one as a bare number",
        make=_real_days,
        accepted=1,
        reasons=((3, "CF_JDRQ", "NOT_A_DATE"),),
    ),
    Hostile(
        name="code-as-number.xlsx",
        fault="codes turned into numbers: 9.2E+17",
        make=_number_codes,
        reasons=((2, "CF_XDR_SHXYM", "CODE_AS_NUMBER"), (3, "CF_XDR_SHXYM", "CODE_AS_NUMBER")),
    ),
    Hostile(
        name="merged.xlsx",
        fault="one cell merged over two rows",
        make=_merged,
        accepted=1,
        reasons=((3, "CF_WSH", "MISSING"),),
    ),
    Hostile(
        name="hidden-sheet.xlsx",
        fault="a hidden sheet with a record; it is left out, and told",
        make=_hidden_sheet,
        accepted=2,
        more={"notices": 1},
    ),
    Hostile(
        name="hidden-choices.xlsx",
        fault="none: a hidden sheet with the choices of a template, headers and all that is wrong with them",
        make=_hidden_choices,
        accepted=2,
    ),
    Hostile(
        name="two-sheets.xlsx",
        fault="a second sheet of another kind; it is left out, and told",
        make=_two_sheets,
        accepted=2,
        more={"notices": 1},
    ),
    Hostile(
        name="formula-text.xlsx",
        fault="a text that a spreadsheet would run",
        make=lambda s: xlsx_of(cells([s.row(1), s.row(2, facts="=HYPERLINK(“示例”)")])),
        accepted=1,
        reasons=((3, "CF_SY", "FORMULA"),),
    ),
    Hostile(
        name="formula.xlsx",
        fault="a formula with its result",
        make=lambda s: _book(s, lambda _book, sheet: sheet.write_formula(1, REMARK, '="甲"', None, "甲")),
        accepted=2,
    ),
    Hostile(
        name="uncomputed.xlsx",
        fault="a formula that nobody has computed",
        make=_uncomputed,
        refusal="formulas without a result",
    ),
    Hostile(
        name="error-cell.xlsx",
        fault="a row that is nothing but #REF!",
        make=_error_cell,
        accepted=2,
        reasons=(
            *(
                (4, field, "MISSING")
                for field in (
                    *("CF_CFJG", "CF_CFJGDM", "CF_CFLB", "CF_JDRQ", "CF_NR", "CF_SJLY", "CF_SJLYDM", "CF_SY"),
                    *("CF_WFXW", "CF_WSH", "CF_XDR_LB", "CF_XDR_SHXYM", "CF_YJ"),
                )
            ),
            (4, "CF_WSH", "BROKEN_BYTES"),
            (4, "CF_XDR_MC", "CONTROL_CHARACTER"),
        ),
    ),
    Hostile(
        name="empty.xlsx",
        fault="a workbook of empty sheets",
        make=lambda s: xlsx_of([]),
        refusal="is empty: there is no header",
    ),
    Hostile(name="far-right.xlsx", fault="a cell in the last column", make=_wide, refusal="beyond column 100"),
    Hostile(
        name="far-down.xlsx",
        fault="one cell in the millionth row",
        make=_far_down,
        refusal="reaches down to row 1048576 but is almost empty",
    ),
    Hostile(name="dimension.xlsx", fault="a sheet that says it is full", make=_dimension, accepted=2),
    Hostile(
        name="old.xls",
        fault="an .xls workbook",
        make=lambda s: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
        refusal="old .xls workbook or has a password",
    ),
    Hostile(
        name="renamed.xlsx",
        fault="an .xls workbook, or one with a password, renamed",
        make=lambda s: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
        refusal="old .xls workbook or has a password",
    ),
    Hostile(name="cut.xlsx", fault="the package is cut off", make=lambda s: _book(s)[:-200], refusal=NO_WORKBOOK),
    Hostile(
        name="no-sheet.xlsx",
        fault="a package without a workbook",
        make=lambda s: zip_of(("[Content_Types].xml", b"<Types/>")),
        refusal=NO_WORKBOOK,
    ),
    Hostile(
        name="junk-sheet.xlsx",
        fault="a sheet that is no XML",
        make=lambda s: patched(_book(s), SHEET, lambda xml: xml[: len(xml) // 2]),
        refusal=NO_WORKBOOK,
    ),
    Hostile(
        name="external-entity.xlsx", fault="an entity that names a file of ours", make=_external, refusal=NO_WORKBOOK
    ),
    Hostile(name="a-billion-laughs.xlsx", fault="an entity of ten to the eleventh", make=_laughs, refusal=NO_WORKBOOK),
    Hostile(
        name="told-again.xlsx",
        fault="one long text to which many cells point",
        make=_told_again,
        refusal="larger than 1 GB when unpacked",
    ),
    Hostile(
        name="late.xlsx",
        fault="decided more than seven working days ago: taken in, and counted as late",
        make=lambda s: xlsx_of(cells([s.row(1, decided_on="2026-09-30"), s.row(2, decided_on=DECIDED)])),
        accepted=2,
        more={"late": 1},
    ),
)
assert "备注" in PENALTY_HEADERS.values()
