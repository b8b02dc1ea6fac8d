"""Open data files: every form says the same rows again; nothing is a formula; no more than a part is held."""

import csv
import io
import weakref
from collections import UserList
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import polars as pl
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinshu.bulk import open_files
from xinshu.bulk.open_files import LONGEST_CELL, WRITERS, Layout, Part, Row, guarded

LAYOUT = Layout(
    columns=["ref", "decided_on", "name"], days=frozenset({"decided_on"}), fields=["A", "B"], about={"xinshu.day": "甲"}
)
TEXT = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=12)
FIELDS = st.dictionaries(st.sampled_from(["A", "B", "GONE"]), TEXT | st.lists(TEXT, max_size=2))
DAYS = st.none() | st.dates().map(lambda day: day.isoformat())


def row(ref: str, decided_on: str | None, name: str | None, fields: dict[str, Any]) -> Row:
    line = {"ref": ref, "decided_on": decided_on, "name": name, "fields": fields}
    return Row(orjson.dumps(line), [ref, decided_on, name], fields)


def written(form: str, parts: Iterable[Part], folder: Path, layout: Layout = LAYOUT) -> bytes:
    path = folder / f"made.{form}"
    with path.open("wb") as file:
        WRITERS[form](file, layout, parts, folder)
    return path.read_bytes()


def of_csv(octets: bytes) -> list[list[str]]:
    table = list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline="")))
    return [[cell.removeprefix("'") for cell in line] for line in table]


def of_xlsx(octets: bytes) -> dict[str, list[list[str]]]:
    book = openpyxl.load_workbook(io.BytesIO(octets), read_only=True)
    return {sheet.title: [[cell or "" for cell in line] for line in sheet.values] for sheet in book}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(st.tuples(TEXT.filter(bool), DAYS, st.none() | TEXT, FIELDS), max_size=6), cut=st.integers(1, 4))
def test_every_form_says_the_same_rows(tmp_path: Path, drawn: list[Any], cut: int) -> None:
    rows = [row(*values) for values in drawn]
    parts = [rows[start : start + cut] for start in range(0, len(rows), cut)]
    expected = [[cell or "" for cell in LAYOUT.texts(given_row)] for given_row in rows]
    assert of_csv(written("csv", parts, tmp_path)) == [LAYOUT.header, *expected]
    sheets = of_xlsx(written("xlsx", parts, tmp_path))
    width = len(LAYOUT.header)
    assert [(line + [""] * width)[:width] for line in sheets["data"]] == [LAYOUT.header, *expected]
    lines = written("ndjson", parts, tmp_path).splitlines()
    assert lines == [given_row.line for given_row in rows]
    read = pl.read_parquet(written("parquet", parts, tmp_path))
    assert read.schema == {"ref": pl.String, "decided_on": pl.Date, "name": pl.String, "fields": pl.String}
    told = [(ref, day and day.isoformat(), name, orjson.loads(fields)) for ref, day, name, fields in read.iter_rows()]
    assert told == drawn


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''"])
def test_no_cell_of_a_csv_is_a_formula_and_each_comes_back(cell: str, tmp_path: Path) -> None:
    octets = written("csv", [[row(cell, None, cell, {"A": cell})]], tmp_path)
    (_, line) = csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline=""))
    assert [line[0], line[2], line[3]] == ["'" + cell] * 3
    assert guarded("示例") == "示例"
    assert guarded("") == ""


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    cells = ["=1+1", "https://example.invalid/", "007"]
    written("xlsx", [[row(cell, None, cell, {}) for cell in cells]], tmp_path)
    book = openpyxl.load_workbook(tmp_path / "made.xlsx")
    found = [book["data"].cell(at, 1) for at in (2, 3, 4)]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in found] == [(cell, "s", None) for cell in cells]
    assert [list(line) for line in book["about"].values] == [["xinshu.day", "甲"]]


def test_a_full_sheet_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_files, "LAST_ROW", 3)
    sheets = of_xlsx(written("xlsx", [[row(str(at), None, None, {}) for at in range(5)]], tmp_path))
    assert list(sheets) == ["data", "data 2", "data 3", "about"]
    told = [[line[0] for line in sheets[name]] for name in ("data", "data 2", "data 3")]
    assert told == [["ref", "0", "1"], ["ref", "2", "3"], ["ref", "4"]]


def test_a_cell_too_long_for_a_workbook_says_that_it_is_cut(tmp_path: Path) -> None:
    sheets = of_xlsx(written("xlsx", [[row("1", None, "𠮷" * LONGEST_CELL, {})]], tmp_path))
    cell = sheets["data"][1][2]
    assert cell.endswith(open_files.CUT)
    assert len(cell.encode("utf-16-le")) <= 2 * LONGEST_CELL


def test_a_parquet_says_of_itself_what_it_is(tmp_path: Path) -> None:
    written("parquet", [], tmp_path)
    assert pq.read_schema(tmp_path / "made.parquet").metadata[b"xinshu.day"].decode() == "甲"


@pytest.mark.parametrize("form", list(WRITERS))
def test_no_more_than_a_part_is_held(form: str, tmp_path: Path) -> None:
    """Each part is gone when the one after the next is asked for: what is in memory does not grow with the rows."""
    alive: list[weakref.ref[UserList[Row]]] = []

    def parts() -> Iterator[Part]:
        for number in range(30):
            assert sum(one() is not None for one in alive) <= 1
            part = UserList(row(f"{number}-{at}", None, "示例", {"A": "乙"}) for at in range(20))
            alive.append(weakref.ref(part))
            yield part
            del part

    assert written(form, parts(), tmp_path)
    assert len(alive) == 30


@pytest.mark.parametrize("form", list(WRITERS))
def test_the_same_rows_are_the_same_bytes(form: str, tmp_path: Path) -> None:
    parts = [[row("1", "2026-09-30", "示例", {"A": ["B", "C"]})]]
    assert written(form, parts, tmp_path) == written(form, parts, tmp_path)
