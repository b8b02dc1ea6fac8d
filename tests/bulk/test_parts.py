"""Files in parts and packed: every form gives the same records as the plain table, with bounded memory and no surprise."""

import csv
import gzip
import io
import json
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinshu.bulk.files import BLANK_CHARACTERS, BLANKS, Format, Table, UnreadableFile, read_parts

ROWS = [
    {"名称": f"云汀示例{number}公司", "金额": f"{number}.50", "备注": "甲\n乙" if number % 3 else ""}
    for number in range(25)
]


def csv_of(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def ndjson_of(rows: list[dict[str, str]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def parquet_of(rows: list[dict[str, str]]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(rows).write_parquet(buffer)
    return buffer.getvalue()


def zip_of(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def parts_of(folder: Path, content: bytes, most: int = 7) -> list[Table]:
    path = folder / "file"
    path.write_bytes(content)
    return list(read_parts(path, most=most))


def cells(parts: list[Table]) -> list[dict[str, str | None]]:
    return [row for part in parts for row in part.frame.rows(named=True)]


WANTED = [{key: value or None for key, value in row.items()} for row in ROWS]

FORMS = {
    "csv": (csv_of(ROWS), Format.CSV),
    "gb18030": (csv_of(ROWS, "gb18030"), Format.CSV),
    "utf-16": (csv_of(ROWS, "utf-16"), Format.CSV),
    "ndjson": (ndjson_of(ROWS), Format.NDJSON),
    "array": (json.dumps(ROWS).encode(), Format.JSON),
    "parquet": (parquet_of(ROWS), Format.PARQUET),
    "csv in gzip": (gzip.compress(csv_of(ROWS)), Format.CSV),
    "ndjson in gzip": (gzip.compress(ndjson_of(ROWS)), Format.NDJSON),
    "parquet in zip": (zip_of(rows__parquet=parquet_of(ROWS)), Format.PARQUET),
}


@pytest.mark.parametrize(("content", "form"), FORMS.values(), ids=FORMS)
def test_every_form_says_the_same_in_parts(tmp_path: Path, content: bytes, form: Format) -> None:
    parts = parts_of(tmp_path, content)
    assert [part.frame.height for part in parts] == [7, 7, 7, 4]
    assert {part.format for part in parts} == {form}
    assert cells(parts) == WANTED
    assert not any(part.damage for part in parts)


def test_rows_are_numbered_through(tmp_path: Path) -> None:
    rows = [row for part in parts_of(tmp_path, csv_of(ROWS)) for row in part.rows]
    assert rows == list(range(2, 27))


def test_members_of_an_archive_are_named_and_what_lies_beside_them_is_left(tmp_path: Path) -> None:
    content = zip_of(一__csv=csv_of(ROWS[:2]), 二__ndjson=ndjson_of(ROWS[2:4]), __MACOSX=b"")
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("__MACOSX/._一.csv", b"\0\1")
        archive.writestr("文件夹/", b"")
    parts = parts_of(tmp_path, zip_of(一__csv=csv_of(ROWS[:2]), 二__ndjson=ndjson_of(ROWS[2:4])))
    assert [part.sheet for part in parts] == ["一.csv", "二.ndjson"]
    assert cells(parts) == WANTED[:4]


ENCRYPTED = bytearray(zip_of(rows__csv=csv_of(ROWS)))
ENCRYPTED[6] |= 1
ENCRYPTED[ENCRYPTED.index(b"PK\x01\x02") + 8] |= 1

REFUSED = {
    "gzip that is cut off": (gzip.compress(csv_of(ROWS))[:60], "cut off or damaged"),
    "zip that is cut off": (zip_of(rows__csv=csv_of(ROWS))[:-30], "no readable XLSX"),
    "zip of nothing": (zip_of(), "no readable XLSX|holds no file"),
    "zip with a password": (bytes(ENCRYPTED), "has a password"),
    "zip in a zip": (zip_of(inner__zip=zip_of(rows__csv=csv_of(ROWS))), "packed again"),
    "gzip in a zip": (zip_of(inner__gz=gzip.compress(csv_of(ROWS))), "packed again"),
    "too many members": (zip_of(**{f"f{number}__csv": b"a\n1\n" for number in range(101)}), "101 files"),
    "a bomb": (gzip.compress(b"a\n" + b"0" * (80 << 20)), "too large when unpacked"),
    "an array of numbers": (b"[1, 2", "no JSON"),
    "nested parquet": (parquet_of([{"a": ["x"]}]), "nested"),  # type: ignore[dict-item]
    "half a parquet": (parquet_of(ROWS)[:200], "no Parquet"),
    "an unclosed quote far down": (csv_of(ROWS) + b'"x,1,2\n', "row 27|From row 27"),
}


@pytest.mark.parametrize(("content", "wanted"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_opened_is_refused_with_the_way_out(tmp_path: Path, content: bytes, wanted: str) -> None:
    with pytest.raises(UnreadableFile, match=wanted):
        parts_of(tmp_path, content)


def test_a_line_that_is_no_object_is_damage_of_that_row_only(tmp_path: Path) -> None:
    lines = ndjson_of(ROWS[:2]) + b'{"a": {"b": 1}}\n[1]\nnot json\n' + ndjson_of(ROWS[2:3])
    (part,) = parts_of(tmp_path, lines)
    assert list(part.damage) == [2, 3, 4]
    assert part.rows.to_list() == [1, 2, 3, 4, 5, 6]
    assert [row["名称"] for row in part.frame.rows(named=True) if "示例" in (row["名称"] or "")] == [
        row["名称"] for row in ROWS[:3]
    ]


def test_numbers_of_json_and_parquet_lose_nothing(tmp_path: Path) -> None:
    (part,) = parts_of(tmp_path, b'{"n": 0.1000, "big": 911100008021004331, "yes": true, "no": null}\n')
    assert part.frame.row(0) == ("0.1000", "911100008021004331", "true", None)
    frame = pl.DataFrame({"n": [Decimal("0.350000")], "on": ["2026-09-30"]}).with_columns(
        pl.col("on").str.to_datetime()
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    (part,) = parts_of(tmp_path, buffer.getvalue())
    assert part.frame.row(0) == ("0.35", "2026-09-30")


CELL = st.text(alphabet='ab,;\t"\n 甲。7', max_size=6)


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=12),
    most=st.integers(1, 5),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    packed=st.booleans(),
)
def test_any_table_in_any_parts(
    tmp_path_factory, rows: list[list[str]], most: int, encoding: str, packed: bool
) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["名称", "内容说明"], *rows])
    content = text.getvalue().encode(encoding)
    parts = parts_of(tmp_path_factory.mktemp("parts"), gzip.compress(content) if packed else content, most)
    stripped = [[cell.strip(BLANK_CHARACTERS) for cell in row] for row in rows]
    wanted = [tuple(cell if cell not in BLANKS else None for cell in row) for row in stripped if any(row)]
    assert [row for part in parts for row in part.frame.rows()] == wanted
    assert all(part.frame.height <= most for part in parts)


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_no_bytes_do_more_than_be_refused(tmp_path_factory, data: st.DataObject) -> None:
    """Whole forms with something flipped, cut or put in: read, or refused in words; nothing else."""
    content = bytearray(data.draw(st.sampled_from([content for content, _ in FORMS.values()])))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    try:
        parts = parts_of(tmp_path_factory.mktemp("fuzz"), bytes(content) or b"x")
    except UnreadableFile:
        return
    assert all(len(part.rows) == part.frame.height for part in parts)


SMALL_MEMORY = """
import sys
from pathlib import Path
from xinshu.bulk.files import read_parts
rows = sum(part.frame.height for part in read_parts(Path(sys.argv[1]), most=20_000))
# Not ru_maxrss: a child inherits it from whoever forked it.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(rows, peak.split()[1])
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file five times as long is read in nearly the same memory."""
    seen = []
    for times in (1, 5):
        path = tmp_path / f"{times}.csv"
        line = ("云汀示例商贸有限公司," + "违法事实" * 40 + ",2026-09-30\n").encode()
        path.write_bytes("名称,事实,日期\n".encode() + line * 60_000 * times)
        said = subprocess.run(
            [sys.executable, "-c", SMALL_MEMORY, str(path)], check=True, capture_output=True, text=True
        )
        rows, peak = map(int, said.stdout.split())
        assert rows == 60_000 * times
        seen.append(peak)
    assert seen[1] < seen[0] * 1.35
