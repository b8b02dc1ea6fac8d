"""Rows that go back: in their own form, with reasons, kept as bytes meanwhile, and ready to be mended and sent again."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinshu.bulk.files import REASONS_HEADER, Format, ReturnedPart, read_table, returned_bytes

CELLS = pl.DataFrame({"名称": ["云汀示例甲", None], "备注": ['甲"乙",\n丙', "=1+1"]})
REASONS = ["处罚决定日期不是日期。\n请改正。", "金额应为数字。"]


def part(form: Format = Format.CSV, **form_of: str | None) -> ReturnedPart:
    return ReturnedPart(frame=CELLS, reasons=REASONS, format=form, **form_of)


def read_back(folder: Path, content: bytes) -> pl.DataFrame:
    path = folder / "back"
    path.write_bytes(content)
    return read_table(path).frame


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_keeps_its_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    suffix, content = returned_bytes([part(encoding=encoding, delimiter=delimiter)])
    assert suffix == ".csv"
    text = content.decode(encoding)
    assert text.splitlines()[0] == delimiter.join(["名称", "备注", REASONS_HEADER])
    assert ("\ufeff" in content.decode("utf-8", "ignore")) is (encoding == "utf-8-sig")
    assert read_back(tmp_path, content).rows() == CELLS.rows()


def test_what_an_encoding_cannot_say_comes_back_as_utf_8() -> None:
    """Big5 has no simplified characters, and the reasons are written in them."""
    _, content = returned_bytes([part(encoding="cp950")])
    assert REASONS[1] in content.decode("utf-8-sig")


@pytest.mark.parametrize("form", [Format.XLSX, Format.NDJSON, Format.JSON, Format.PARQUET])
def test_other_forms_come_back_as_they_came(tmp_path: Path, form: Format) -> None:
    suffix, content = returned_bytes([part(form, sheet="行政处罚")])
    assert suffix == {Format.XLSX: ".xlsx", Format.PARQUET: ".parquet"}.get(form, ".ndjson")
    back = read_back(tmp_path, content)
    assert back.select(CELLS.columns).rows() == CELLS.rows()


def test_a_workbook_keeps_its_sheets_as_text(tmp_path: Path) -> None:
    _, content = returned_bytes([part(Format.XLSX, sheet="一"), part(Format.XLSX, sheet="二")])
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == ["一", "二"]
    assert [cell.data_type for cell in book["二"][3]][1:] == ["s", "s"]
    assert book["一"]["C2"].value == REASONS[0]


def test_members_of_an_archive_come_back_in_one() -> None:
    suffix, content = returned_bytes([part(sheet="一.csv"), part(sheet="二.csv"), part(sheet="一.csv")])
    assert suffix == ".zip"
    with ZipFile(BytesIO(content)) as archive:
        assert archive.namelist() == ["一.csv", "二.csv"]
        assert len(pl.read_csv(archive.read("一.csv"))) == 4


def test_the_column_of_reasons_is_not_read_again(tmp_path: Path) -> None:
    _, content = returned_bytes([part()])
    assert REASONS_HEADER not in read_back(tmp_path, content).columns


TEXT = st.none() | st.text(max_size=8)


@given(
    rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5),
    form=st.sampled_from(Format),
    sheet=st.none() | st.text(max_size=4),
)
def test_what_is_kept_is_what_was_given(rows: list[tuple[str, str]], form: Format, sheet: str | None) -> None:
    frame = pl.DataFrame(rows, schema={"名称": pl.String, "备注": pl.String}, orient="row")
    given_part = ReturnedPart(frame=frame, reasons=["x"] * len(rows), format=form, delimiter=";", sheet=sheet)
    kept = ReturnedPart.from_bytes(given_part.to_bytes())
    assert kept.frame.rows() == rows
    assert (kept.reasons, kept.format, kept.encoding, kept.delimiter, kept.sheet) == (
        ["x"] * len(rows),
        form,
        None,
        ";",
        sheet,
    )
