"""Rows that go back: in their own format, with reasons, and ready to be mended and sent again."""

import stat
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.bulk.samples import PENALTY, check_rows, code, csv_bytes, with_official_headers
from xinshu.bulk.checks import Checked
from xinshu.bulk.files import REASONS_HEADER, Format, Table, read_table, write_returned

PERSON = "11010519491231002X"  # the example of GB 11643


ROWS = with_official_headers(
    [
        {**PENALTY, "CF_FR_ZJHM": PERSON, "BZ": '甲"乙",\n丙'},
        {**PENALTY, "CF_FR_ZJHM": PERSON, "CF_XDR_SHXYM": code(2), "CF_JDRQ": "2026-02-30", "BZ": '甲"乙",\n=丙'},
        {**PENALTY, "CF_FR_ZJHM": PERSON, "CF_XDR_SHXYM": code(3), "CF_NR_FK": "1,234.5"},
    ]
)
NUMBER = "法定代表人证件号码"


def write_workbook(path: Path, rows: list[dict[str, str]]) -> None:
    made = openpyxl.Workbook()
    made.active.title = "行政处罚"
    made.active.append(list(rows[0]))
    for row in rows:
        made.active.append(list(row.values()))
    made.save(path)


def send_back(table: Table, checked: Checked, path: Path) -> None:
    indices = [row.index for row in checked.returned]
    texts = ["\n".join(map(str, row.reasons)) for row in checked.returned]
    write_returned(table, indices, texts, path, blank_columns={NUMBER})


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", "\t"), ("gb18030", ",")]
)
def test_returned_csv_keeps_its_form_and_is_accepted_when_mended(tmp_path: Path, encoding: str, delimiter: str):
    sent, back = tmp_path / "sent.csv", tmp_path / "back.csv"
    rows = [{key: row.get(key, "") for key in ROWS[1]} for row in ROWS]
    sent.write_bytes(csv_bytes(rows, encoding=encoding, delimiter=delimiter))
    table = read_table(sent)
    checked = check_rows(table)
    assert [(row.row, len(row.reasons)) for row in checked.returned] == [(3, 1), (4, 1)]
    send_back(table, checked, back)
    assert stat.S_IMODE(back.stat().st_mode) == 0o600
    text = back.read_bytes().decode(encoding)
    assert text.splitlines()[0].split(delimiter) == [*rows[0], REASONS_HEADER]
    assert PERSON not in text
    assert "2026-02-30" in text
    again = read_table(back)
    assert (again.encoding, again.delimiter) == (encoding, delimiter)
    assert again.frame.columns == list(rows[0])
    assert again.frame.drop(NUMBER).rows() == table.frame[[1, 2]].drop(NUMBER).rows()
    assert [row.row for row in check_rows(again).returned] == [2, 3]
    back.write_bytes(text.replace("2026-02-30", "2026-02-28").replace("1,234.5", "1234.5").encode(encoding))
    mended = check_rows(read_table(back))
    assert mended.returned == ()
    assert len(mended.good) == 2
    assert mended.dropped_personal == 0


def test_returned_xlsx_keeps_its_form_and_is_accepted_when_mended(tmp_path: Path):
    sent, back = tmp_path / "sent.xlsx", tmp_path / "back.xlsx"
    rows = [{key: row.get(key, "") for key in ROWS[1]} for row in ROWS]
    write_workbook(sent, rows)
    table = read_table(sent)
    checked = check_rows(table)
    back.write_bytes(b"older")
    back.chmod(0o644)
    send_back(table, checked, back)
    assert stat.S_IMODE(back.stat().st_mode) == 0o600
    assert sorted(tmp_path.iterdir()) == sorted([sent, back])
    book = openpyxl.load_workbook(back)
    sheet = book["行政处罚"]
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == [*rows[0], REASONS_HEADER]
    assert sheet.max_row == 3
    last = sheet.cell(2, sheet.max_column)
    assert last.alignment.wrap_text
    assert last.value == "\n".join(map(str, checked.returned[0].reasons))
    remark = sheet.cell(2, list(rows[0]).index("备注") + 1)
    assert (remark.value, remark.data_type) == ('甲"乙",\n=丙', "s")
    assert all(sheet.cell(row, list(rows[0]).index(NUMBER) + 1).value is None for row in (2, 3))
    sheet.cell(2, list(rows[0]).index("处罚决定日期") + 1).value = date(2026, 2, 28)
    sheet.cell(3, list(rows[0]).index("罚款金额(万元)") + 1).value = 1234.5
    book.save(back)
    mended = check_rows(read_table(back))
    assert mended.returned == ()
    assert mended.good["decided_on"].to_list() == [date(2026, 2, 28), date(2026, 5, 6)]


def test_cells_that_look_like_formulas_links_or_numbers_stay_text(tmp_path: Path):
    sent = {"名称": "=1+1", "甲": "http://example.org", "乙": "007", "丙": "1E5"}
    read = read_table(write(tmp_path / "sent.csv", csv_bytes([sent])))
    table = Table(frame=read.frame, rows=read.rows, format=Format.XLSX, sheet="行政处罚")
    write_returned(table, [0], ["=理由"], tmp_path / "back.xlsx", blank_columns=())
    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx")["行政处罚"]
    assert [cell.value for cell in sheet[2]] == [*sent.values(), "=理由"]
    assert {cell.data_type for cell in sheet[2]} == {"s"}
    assert all(cell.hyperlink is None for cell in sheet[2])


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
