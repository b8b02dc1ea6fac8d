"""The readers, whatever comes: bytes are read or refused in words, no row is lost, and what was mended is taken in."""

import csv
import gzip
import io
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import orjson
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bulk.samples import PENALTY, ROOT, catalogue
from tests.hostile.making import xlsx_of, zip_of
from xinshu.bulk.checks import Checked, check_table
from xinshu.bulk.encodings import LOST
from xinshu.bulk.files import ReturnedPart, Table, UnreadableFile, read_parts, returned_bytes
from xinshu.bulk.spool import Spool
from xinshu.bulk.survey import Rulebook, survey

DAY: Final = date(2026, 11, 23)
HEADERS: Final = list(PENALTY)
ROW: Final = list(PENALTY.values())
QUIET: Final = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

Lines = list[list[str]]


def as_csv(lines: Lines) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def as_ndjson(lines: Lines) -> bytes:
    header, *rows = lines
    return b"".join(json.dumps(dict(zip(header, row, strict=True))).encode() + b"\n" for row in rows)


def as_parquet(lines: Lines) -> bytes:
    header, *rows = lines
    sink = io.BytesIO()
    pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row").write_parquet(sink)
    return sink.getvalue()


FORMS: Final[dict[str, Callable[[Lines], bytes]]] = {
    "csv": as_csv,
    "gb18030": lambda lines: as_csv(lines).decode().encode("gb18030"),
    "utf-16": lambda lines: as_csv(lines).decode().encode("utf-16"),
    "ndjson": as_ndjson,
    "array": lambda lines: b"[" + b",".join(as_ndjson(lines).splitlines()) + b"]",
    "parquet": as_parquet,
    "xlsx": xlsx_of,
    "gzip": lambda lines: gzip.compress(as_csv(lines), mtime=0),
    "zip": lambda lines: zip_of(("a.csv", as_csv(lines)), ("b.xlsx", xlsx_of(lines))),
}


@cache
def whole(form: str) -> bytes:
    """A sound file of two rows, made once: a workbook says when it was made, and is then of another length."""
    return FORMS[form]([HEADERS, ROW, ROW])


def kept(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def check(table: Table) -> Checked:
    return check_table(
        table,
        kind_name="ADMIN_PENALTY",
        kind=catalogue().kinds["ADMIN_PENALTY"],
        catalogue=catalogue(),
        division="110000",
        on_date=DAY,
    )


def counted(checked: Checked) -> int:
    return len(checked.good) + len(checked.returned) + checked.outside + checked.repeated


@QUIET
@given(
    content=st.binary(max_size=400)
    | st.builds(
        lambda head, rest: head + rest,
        st.sampled_from(
            [b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08", b"{", b"[{", b"\xff\xfe", b"\xef\xbb\xbf", b"\xd0\xcf\x11\xe0"]
        ),
        st.binary(max_size=200),
    )
)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = kept(tmp_path_factory.mktemp("bytes"), content)
    try:
        for table in read_parts(path, most=5):
            assert table.frame.height == len(table.rows) <= 5
    except UnreadableFile:
        return


@QUIET
@given(data=st.data())
def test_a_damaged_file_of_any_form_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whole files with bytes flipped, cut out and put in; what is read is checked, and every row of it counted."""
    content = bytearray(whole(data.draw(st.sampled_from(sorted(FORMS)))))
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path = kept(tmp_path_factory.mktemp("damaged"), bytes(content))
    try:
        for table in read_parts(path):
            checked = check(table)
            assert checked.received == table.frame.height == counted(checked)
    except UnreadableFile:
        return


CELL: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    [*ROW, "=1+1", "11010519491231002X", "2026-02-30", "无", "——", "9.11E+17", "1,234", "自然人", LOST]
)
ROWS: Final = st.lists(
    st.lists(CELL, min_size=len(HEADERS), max_size=len(HEADERS)).filter(
        lambda row: any(cell.isalnum() for cell in row)
    ),
    min_size=1,
    max_size=6,
)


@QUIET
@given(rows=ROWS, form=st.sampled_from(["csv", "ndjson", "parquet"]), most=st.integers(1, 4))
def test_no_row_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: Lines, form: str, most: int) -> None:
    """As many rows as were written are received, in whatever parts, and each has one fate."""
    said = [row for row in rows if any(cell.strip() not in {"", "无", "——"} for cell in row)]
    path = kept(tmp_path_factory.mktemp("rows"), FORMS[form]([HEADERS, *rows]))
    tables = list(read_parts(path, most=most))
    received = sum(table.frame.height for table in tables)
    assert len(said) <= received <= len(rows)
    assert sum(counted(check(table)) for table in tables) == received
    with Spool(path.parent) as spool:
        book = Rulebook(kind_name="ADMIN_PENALTY", catalogue=catalogue(), division="110000", on_date=DAY, mapping={})
        assert survey(book, path, spool, lambda step: None).received == received


@pytest.mark.parametrize("form", sorted(FORMS))
def test_what_goes_back_is_mended_and_taken_in(tmp_path: Path, form: str) -> None:
    """The returned file of any form, with its faulty cells put right, holds every row and no fault."""
    faulty = [[cell if name != "CF_JDRQ" else "2026-02-30" for name, cell in zip(HEADERS, ROW, strict=True)]] * 2
    numbered = [
        [cell if name != "CF_WSH" else f"示罚〔2026〕{place}号" for name, cell in zip(HEADERS, row, strict=True)]
        for place, row in enumerate([ROW, *faulty])
    ]
    parts, good = [], 0
    for table in read_parts(kept(tmp_path, FORMS[form]([HEADERS, *numbered]))):
        checked = check(table)
        good += len(checked.good)
        back = [row.index for row in checked.returned]
        reasons = [orjson.dumps([str(why.code) for why in row.reasons]).decode() for row in checked.returned]
        mended = table.frame[back].with_columns(pl.lit("2026-05-06").alias("CF_JDRQ"))
        parts.append(
            ReturnedPart(
                frame=mended,
                reasons=reasons,
                format=table.format,
                encoding=table.encoding,
                delimiter=table.delimiter,
                sheet=table.sheet,
            )
        )
    _, content = returned_bytes(parts)
    again = [check(table) for table in read_parts(kept(tmp_path, content))]
    returned = sum(len(part.frame) for part in parts)
    assert sum(len(checked.good) for checked in again) == returned
    assert good + returned == 3 * len({part.sheet for part in parts})
    assert not any(checked.returned for checked in again)


BOMBS: Final[dict[str, bytes]] = {
    "gzip": gzip.compress(b"a\n" + bytes(48) * (8 << 20), mtime=0),
    "zip": zip_of(("a.csv", b"a\n" + b"0" * (300 << 20))),
    "one line": b'{"a": "' + b"x" * (100 << 20),
    "one cell": b"a,b\n" + b"x" * (100 << 20),
    "deep": b"[" * (20 << 20),
}
LIMITED: Final = """
import resource, sys
from pathlib import Path
from xinshu.bulk.files import UnreadableFile, read_parts
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
try:
    sum(part.frame.height for part in read_parts(Path(sys.argv[1])))
except UnreadableFile:
    pass
print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM:')))
"""


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_what_would_fill_the_memory_is_refused_before_it_does(tmp_path: Path, name: str) -> None:
    """Read in a process of its own: it ends, and within a gigabyte and a half."""
    path = kept(tmp_path, BOMBS[name])
    done = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-300:]
    assert int(done.stdout) < 1_500_000
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_nswap == 0


@pytest.mark.parametrize("name", ["cn_stock_list_2021.gb18030.csv", "tw_listed_alias.big5.csv"])
def test_real_damage_is_named_by_row(name: str) -> None:
    """Files as they lie in the world: every line is a record, and those with bytes that are no text are named."""
    path = ROOT.parent / "shared" / "data" / "name-matching" / name
    if not path.exists():
        pytest.skip("the shared data folder is not here")
    encoding = "gb18030" if "gb18030" in name else "cp950"
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    broken = [number for number, line in enumerate(lines) if LOST in line.decode(encoding, errors="replace")]
    tables = list(read_parts(path, most=500))
    named = [int(table.rows[at]) for table in tables for at in table.damage]
    assert {table.encoding for table in tables} == {encoding}
    assert sum(table.frame.height for table in tables) == len(lines) - 1
    assert named == [number + 1 for number in broken]
    assert all(where.startswith("第") for table in tables for where in table.damage.values())
