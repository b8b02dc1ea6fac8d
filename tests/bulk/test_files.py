"""Reading CSV: encodings, delimiters, quoting, row numbers; what cannot be read is refused by its line."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulk.samples import PENALTY, csv_bytes, with_official_headers
from xinshu.bulk.files import BLANK_CHARACTERS, BLANKS, Format, Table, UnreadableFile, read_table
from xinshu.bulk.raw import MAX_COLUMNS

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def read(folder: Path, data: bytes, name: str = "sample.csv") -> Table:
    path = folder / name
    path.write_bytes(data)
    return read_table(path)


def refused(folder: Path, data: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(folder, data)
    assert re.search(r"[\u4e00-\u9fff]", caught.value.zh)
    assert re.fullmatch(r"[^\u4e00-\u9fff]+", caught.value.en.replace("“名称”", ""))
    assert str(caught.value) == f"{caught.value.zh} {caught.value.en}"
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encoding_and_delimiter_are_told_by_the_content(tmp_path: Path, encoding: str, delimiter: str):
    rows = with_official_headers([{**PENALTY, "BZ": "䶮𬭚㐂，甲；乙"}, {**PENALTY, "BZ": 'a "b", c'}])
    table = read(tmp_path, csv_bytes(rows, encoding=encoding, delimiter=delimiter), "named.xlsx")
    assert (table.format, table.encoding, table.delimiter) == (Format.CSV, encoding, delimiter)
    assert table.frame.to_dicts() == rows
    assert table.rows.to_list() == [2, 3]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path):
    data = '\r\n名称,事实\r\n甲,"第一行\r\n第二行"\r\n\r\n , \r\n,,\r\n乙,丙\r\n\r\n'
    table = read(tmp_path, data.encode())
    assert table.frame.rows() == [("甲", "第一行\r\n第二行"), ("乙", "丙")]
    assert table.rows.to_list() == [3, 7]


def test_cells_are_stripped_and_blanks_are_null(tmp_path: Path):
    cells = [*BLANKS, "\t91\u3000", "\ufeff甲\u200b", "没有无", "a-b", "//"]
    table = read(tmp_path, csv_bytes([{"名称": "x", "值": cell} for cell in cells]))
    assert table.frame["值"].to_list() == [None] * len(BLANKS) + ["91", "甲", "没有无", "a-b", "//"]
    assert len(table.rows) == len(cells)


def test_short_rows_are_filled_up_and_empty_cells_too_many_are_nothing(tmp_path: Path):
    table = read(tmp_path, "名称,甲,乙\n1\n2,3\n4,5,6,,\n".encode())
    assert table.frame.rows() == [("1", None, None), ("2", "3", None), ("4", "5", "6")]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path):
    for data in ("名称,甲", "名称,甲\r\n", "名称,甲\n\n\n"):
        table = read(tmp_path, data.encode())
        assert table.frame.columns == ["名称", "甲"]
        assert table.frame.height == len(table.rows) == 0


def test_columns_without_header_or_content_are_left_out(tmp_path: Path):
    assert read(tmp_path, "名称,,\n1,,\n".encode()).frame.columns == ["名称"]


def test_carriage_returns_alone_end_records(tmp_path: Path):
    assert read(tmp_path, "名称,甲\r1,2\r3,4\r".encode()).frame.rows() == [("1", "2"), ("3", "4")]


def test_quotation_marks_inside_a_bare_cell_are_text(tmp_path: Path):
    table = read(tmp_path, '名称,甲\n违法"三同时"制度,1\n5" 管,2\n'.encode())
    assert table.frame["名称"].to_list() == ['违法"三同时"制度', '5" 管']


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", "no header"),
        (b"\r\n \r\n", "no header"),
        (b"\xef\xbb\xbf", "no header"),
        ("名称,\n1,2\n".encode(), "Column 2 has cells but no header"),
        ("名称,甲, 名称\n1,2,3\n".encode(), "stands twice"),
        ("名称,甲\n1,2\n3,4,5\n".encode(), "Row 3 has 3 cells, the header only 2"),
        ("名称,甲\n\n1,2\n3,4,5\n".encode(), "Row 4 has 3 cells"),
        ('名称,甲\n"1\n1",2\n3,"4"x\n'.encode(), "From row 3 on the quotation marks"),
        ('名称,甲\n1,2\n3,"4\n5,6\n'.encode(), "From row 3 on the quotation marks"),
        ("名称,甲\n1,2\0\n".encode(), "Line 2 holds a NUL byte"),
        (b"\xff" * 400 + "名称,甲\n".encode(), "neither as UTF-8 nor as GB18030 or Big5"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"old \.xls workbook or has a password"),
        (b"PK\x03\x04" + b"x" * 100, "no readable XLSX"),
        (",".join(f"h{n}" for n in range(MAX_COLUMNS + 1)).encode(), "101 columns; at most 100"),
        ("名称,甲\n".encode() + b'"' + b"x" * 200_000, "quotation marks do not pair, or a cell is too long"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, data: bytes, wanted: str):
    assert re.search(wanted, refused(tmp_path, data).en)


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        ("名称,甲\n1,2\n3,".encode() + b"\xe6\x9d\n", {1: "第2列"}),
        (b"\xef\xbb\xbf" + "名称,甲\n1,".encode() + "处罚".encode("gb18030"), {0: "第2列"}),
        ("名称,甲\n处罚决定,2\n3,".encode("gb18030") + b"\xff\n4,5\n", {1: "第2列"}),
        ("名称,甲\n处罚决定,2\n".encode("gb18030") + b"\xb4,\xb4\n4,5\n", {1: "第1列、第2列"}),
    ],
)
def test_broken_bytes_are_named_by_record_and_column(tmp_path: Path, data: bytes, damage: dict[int, str]):
    """The others are read: no delimiter and no line is swallowed by half a character."""
    table = read(tmp_path, data)
    assert table.damage == damage
    assert table.frame.columns == ["名称", "甲"]


def test_damaged_utf8_is_never_read_as_gb18030(tmp_path: Path):
    """GB18030 would accept the bytes and make other characters of them."""
    data = csv_bytes([{"名称": "甲示例有限公司处罚决定书" * 9, "事实": "当事人"}] * 3)
    cut = data[: data.rindex("决定".encode()) + 2] + data[data.rindex("决定".encode()) + 3 :]
    table = read(tmp_path, cut)
    assert (table.encoding, table.damage) == ("utf-8", {2: "第1列"})


def test_utf_16_and_big5_are_read(tmp_path: Path):
    text = "名稱,事實\n臺北示例公司,未依規定標示產品產地及製造日期\n"
    for encoding in ("utf-16", "cp950"):
        table = read(tmp_path, text.encode(encoding))
        assert (table.encoding, table.frame.row(0)) == (encoding, ("臺北示例公司", "未依規定標示產品產地及製造日期"))


def test_a_real_file_with_broken_bytes_loses_only_the_rows_that_hold_them(tmp_path: Path):
    path = DATA / "name-matching" / "cn_stock_list_2021.gb18030.csv"
    if not path.exists():
        pytest.skip("the shared data folder is not here")
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]

    def is_broken(line: bytes) -> bool:
        try:
            line.decode("gb18030")
        except UnicodeDecodeError:
            return True
        return False

    table = read(tmp_path, path.read_bytes())
    assert table.encoding == "gb18030"
    assert table.frame.height == len(lines) - 1
    assert sorted(table.damage) == [number for number, line in enumerate(lines[1:]) if is_broken(line)]


def test_a_real_big5_file_is_told_from_gb18030(tmp_path: Path):
    path = DATA / "name-matching" / "tw_listed_alias.big5.csv"
    if not path.exists():
        pytest.skip("the shared data folder is not here")
    table = read(tmp_path, path.read_bytes())
    assert table.encoding == "cp950"
    assert "台泥" in str(table.frame.rows())


CELLS = st.text(alphabet='ab,;\t"\n\r 甲。', max_size=8)


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8), encoding=st.sampled_from(["utf-8", "gb18030"])
)
def test_what_a_csv_writer_writes_is_read_cell_by_cell(tmp_path_factory, rows: list[list[str]], encoding: str):
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["名称", "甲", "乙"])
    writer.writerows(rows)
    table = read(tmp_path_factory.mktemp("csv"), buffer.getvalue().encode(encoding))
    stripped = [[cell.strip(BLANK_CHARACTERS) for cell in row] for row in rows]
    kept = [(number, row) for number, row in enumerate(stripped, 2) if any(row)]
    assert table.rows.to_list() == [number for number, _ in kept]
    assert table.frame.rows() == [tuple(cell if cell not in BLANKS else None for cell in row) for _, row in kept]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([b"a", b",", b'"', b'""', b"\n", b"\r\n", b"\r", b" ", b"\xff", "甲".encode()]), max_size=40
    )
)
def test_any_bytes_are_read_as_strict_csv_reads_them_or_refused(tmp_path_factory, parts: list[bytes]):
    """The fast reader and Python's strict one must agree; where they could not, the fast one is not used."""
    body = b"".join(parts)
    try:
        table = read(tmp_path_factory.mktemp("bytes"), "名称,甲\n".encode() + body)
    except UnreadableFile:
        return
    if table.damage:
        return
    encoding = table.encoding
    text = ("名称,甲\n".encode() + body).decode(encoding or "utf-8")
    records = list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]
    wanted = [[cell.strip(BLANK_CHARACTERS) or None for cell in [*record, "", ""][:2]] for record in records]
    assert table.frame.rows() == [tuple(row) for row in wanted if any(row)]
