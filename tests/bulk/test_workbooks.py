"""Reading XLSX: dates, numbers and codes as the clerk sees them; hostile workbooks are refused before they are opened."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from tests.bulk.samples import code
from xinshu.bulk import workbook
from xinshu.bulk.files import Format, Table, UnreadableFile, read_parts, read_table

CODE = "911100008021004330"
SHEET = "xl/worksheets/sheet1.xml"


def book(folder: Path, fill: Callable[[Worksheet], object]) -> Path:
    made = openpyxl.Workbook()
    fill(made.active)
    path = folder / "sample.csv"  # the content decides, not the name
    made.save(path)
    return path


def rows(folder: Path, *cells: object) -> Table:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["名称", "值"])
        for cell in cells:
            sheet.append(["x", cell])

    return read_table(book(folder, fill))


def test_dates_numbers_and_codes_come_as_they_are_seen(tmp_path: Path):
    table = rows(
        tmp_path,
        date(2024, 2, 29),
        datetime.combine(date(2024, 3, 1), time()),
        0.1 + 0.2,
        3,
        3.0,
        1234567.89,
        1e-6,
        "007",
        " a\nb ",
        CODE,
    )
    assert table.format is Format.XLSX
    assert table.sheet == "Sheet"
    assert table.frame["值"].to_list() == [
        *("2024-02-29", "2024-03-01", "0.3", "3", "3", "1234567.89", "0.000001", "007", "a\nb", CODE)
    ]
    assert table.rows.to_list() == list(range(2, 12))


def test_amounts_survive_to_six_places(tmp_path: Path):
    amounts = [Decimal(n) / 10**6 for n in (1, 10, 199_999, 123_456_789, 99_999_999_999_999)]
    table = rows(tmp_path, *(float(amount) for amount in amounts))
    assert [Decimal(cell) for cell in table.frame["值"]] == amounts


@pytest.mark.parametrize("typed", [911100008021004330, 9.11100008021004e17, 123456789012345678901234])
def test_a_code_typed_as_a_number_is_shown_as_what_is_left_of_it(tmp_path: Path, typed: float):
    """15 digits are all that a spreadsheet keeps; what it lost must not come back as another body's code."""
    found = rows(tmp_path, typed, "text").frame["值"].to_list()
    assert found[0] in ("9.11100008021004E+17", "1.23456789012346E+23")
    assert found[1] == "text"


def test_codes_written_as_text_stay_whole(tmp_path: Path):
    exact = [str(int(float(int(CODE) + step * 128))) for step in range(40)]
    assert all(int(float(digits)) == int(digits) for digits in exact)
    assert rows(tmp_path, *exact).frame["值"].to_list() == exact
    precise = ["20240101.12345678", "20240101.123456789012"]
    assert rows(tmp_path, *precise).frame["值"].to_list() == precise
    mixed = [code(number) for number in range(200)]
    assert rows(tmp_path, *mixed).frame["值"].to_list() == mixed


def test_the_first_visible_sheet_with_rows_is_read(tmp_path: Path):
    made = openpyxl.Workbook()
    made.active.title = "空"
    hidden = made.create_sheet("选项")
    hidden.append(["选项", "甲"])
    hidden.sheet_state = "hidden"
    shown = made.create_sheet("数据")
    shown["B3"], shown["C3"], shown["B5"], shown["C6"] = "名称", "值", "甲", "乙"
    made.create_sheet("另").append(["别的"])
    made.save(tmp_path / "sample.xlsx")
    table = read_table(tmp_path / "sample.xlsx")
    assert table.sheet == "数据"
    assert table.frame.rows() == [("甲", None), (None, "乙")]
    assert table.rows.to_list() == [5, 6]


def test_of_a_hidden_sheet_the_headers_come_if_they_are_asked_for(tmp_path: Path):
    made = openpyxl.Workbook()
    made.active.append(["名称"])
    made.active.append(["甲"])
    hidden = made.create_sheet("藏")
    hidden.append(["", "名称 ", "名称"])
    hidden.append(["无表头", "乙", "丙"])
    hidden.sheet_state = "veryHidden"
    made.save(tmp_path / "sample.xlsx")
    assert [table.sheet for table in read_parts(tmp_path / "sample.xlsx")] == ["Sheet"]
    shown, left_out = read_parts(tmp_path / "sample.xlsx", hidden_too=True)
    assert (shown.is_hidden, left_out.is_hidden, left_out.sheet) == (False, True, "藏")
    assert (left_out.frame.columns, left_out.frame.height, len(left_out.rows)) == (["名称"], 0, 0)


def test_a_header_alone_and_an_empty_workbook(tmp_path: Path):
    assert rows(tmp_path).frame.shape == (0, 2)
    with pytest.raises(UnreadableFile, match="no header"):
        read_table(book(tmp_path, lambda sheet: None))


def test_formulas_give_the_value_last_computed(tmp_path: Path):
    with xlsxwriter.Workbook(tmp_path / "sample.xlsx") as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["名称", "值"])
        sheet.write_formula(1, 0, "=1+1", value=2)
        sheet.write_string(1, 1, "=1+1")
    assert read_table(tmp_path / "sample.xlsx").frame.rows() == [("2", "=1+1")]


def test_headers_must_differ_and_cover_their_cells(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="stands twice"):
        read_table(book(tmp_path, lambda sheet: sheet.append(["名称", "名称 "])))
    with pytest.raises(UnreadableFile, match="101 columns"):
        read_table(book(tmp_path, lambda sheet: sheet.append([f"h{n}" for n in range(101)])))


def changed(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one of its parts changed."""
    buffer = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("XFD1048576", "beyond column 100"),
        ("DA2", "beyond column 100"),
        ("A1048576", "down to row 1048576 but is almost empty"),
        ("CV999999", "down to row 999999 but is almost empty"),
    ],
)
def test_two_cells_far_apart_do_not_exhaust_the_memory(tmp_path: Path, cell: str, wanted: str):
    """The reader allots everything in between: such a file of 5 KB would kill the process."""

    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet[cell] = "名称", "x"

    with pytest.raises(UnreadableFile, match=wanted):
        read_table(book(tmp_path, fill))


@pytest.mark.parametrize("reference", [b"r='XFD1048576'", b'r = "XFD1048576"', b'r="xfd1048576"', b'\nr="A1048576"'])
def test_far_cells_are_seen_in_every_spelling(tmp_path: Path, reference: bytes):
    path = book(tmp_path, lambda sheet: sheet.append(["名称", "x"]))
    with pytest.raises(UnreadableFile, match=r"beyond column|down to row"):
        read_table(changed(path, SHEET, lambda part: part.replace(b'r="B1"', reference)))


def test_damaged_and_foreign_archives_are_refused(tmp_path: Path):
    path = book(tmp_path, lambda sheet: sheet.append(["名称", "x"]))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match="no readable XLSX"):
        read_table(path)
    path.write_bytes(whole)
    with pytest.raises(UnreadableFile, match="no readable XLSX"):
        read_table(changed(path, SHEET, lambda part: part[: len(part) // 2]))
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("[Content_Types].xml", "x")
        other.writestr("word/document.xml", "x")
    with pytest.raises(UnreadableFile, match="no readable XLSX"):
        read_table(path)


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1 << 20)
    path = book(tmp_path, lambda sheet: sheet.append(["名称", "x"]))
    assert read_table(path).frame.columns == ["名称", "x"]
    with pytest.raises(UnreadableFile, match="larger than 1 GB"):
        read_table(changed(path, "xl/styles.xml", lambda part: part + bytes(1 << 20)))


def test_a_table_that_starts_lower_and_further_right(tmp_path: Path):
    def fill(sheet: Worksheet) -> None:
        sheet["C5"], sheet["D5"], sheet["E5"] = "名称", "码", "值"
        sheet["C7"], sheet["D7"], sheet["E7"] = CODE, 911100008021004330, 99999999.999999

    table = read_table(book(tmp_path, fill))
    assert table.frame.rows() == [(CODE, "9.11100008021004E+17", "99999999.999999")]
    assert table.rows.to_list() == [7]
