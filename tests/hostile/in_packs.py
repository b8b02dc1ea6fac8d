"""Hostile JSON, Parquet, gzip and zip: a line, a type, a page or a member that is not what it says."""

import datetime
import io
import json
import zipfile
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from tests.filings import PENALTY_HEADERS, SUBJECT
from tests.hostile.making import Hostile, Sender, csv_of, gz, ndjson_of, objects, parquet_of, xlsx_of, zip_of
from tests.hostile.making import cells as cells_of

BROKEN = "BROKEN_BYTES"
DAMAGED = "is cut off or damaged"
NO_PARQUET = "no Parquet that can be read"


def _broken(*lines: bytes) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _unread(row: int) -> tuple[tuple[int, str, str], ...]:
    """What a line that cannot be read is told: that, and nothing else."""
    return ((row, "CF_WSH", "NOT_A_RECORD"),)


def _line(s: Sender, place: int) -> bytes:
    return ndjson_of(s.row(place)).rstrip()


def _said_twice(s: Sender) -> bytes:
    """The second line gives two amounts under one key: whoever takes the last loses the first."""
    line = _line(s, 2)
    return _broken(_line(s, 1), line[:-1] + ', "备注": "甲", "备注": "乙"}'.encode())


def _code_as_number(s: Sender) -> bytes:
    line = json.dumps(objects([s.row(2)])[0] | {PENALTY_HEADERS["code"]: 919999990000002110}, ensure_ascii=False)
    return _broken(_line(s, 1), line.encode())


def _parquet_types(s: Sender) -> bytes:
    """Amounts as decimals, days as timestamps: read as a clerk would write them."""
    rows = [s.row(1), s.row(2)]
    days = pa.array([datetime.datetime(2026, 11, 17), datetime.datetime(2026, 11, 17)], pa.timestamp("us"))
    amounts = pa.array([Decimal("0.350000"), Decimal("0.350000")], pa.decimal128(20, 6))
    return parquet_of(rows, decided_on=days, confiscated=amounts)


def _parquet_no_text(s: Sender) -> bytes:
    facts = pa.array(["违法事实。".encode(), "违法事实。".encode("gbk")], pa.binary())
    return parquet_of([s.row(1), s.row(2)], facts=facts)


def _parquet_no_day(s: Sender) -> bytes:
    return parquet_of([s.row(1), s.row(2)], decided_on=pa.array([20774, 1 << 30], pa.date32()))


def _parquet_float_code(s: Sender) -> bytes:
    return parquet_of([s.row(1)], code=pa.array([919999990000002110.0]))


def _parquet_page(s: Sender) -> bytes:
    content = bytearray(parquet_of([s.row(1), s.row(2)]))
    content[4:60] = bytes(56)
    return bytes(content)


def _parquet_twice(s: Sender) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array([SUBJECT]), pa.array(["x"])], names=["文号", "文号"]), sink)
    return sink.getvalue()


def _encrypted(s: Sender) -> bytes:
    content = bytearray(zip_of(("rows.csv", csv_of(s.row()))))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _beside(s: Sender) -> bytes:
    files = (
        ("__MACOSX/._一.csv", b"\0\1"),
        (".DS_Store", b"\0"),
        ("Thumbs.db", b"\0"),
        ("文件夹/一.csv", csv_of(s.row())),
    )
    return zip_of(*files)


def _repeated_texts(s: Sender) -> bytes:
    """A few hundred bytes that say to be a hundred million records."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"行政相对人名称": pa.nulls(20_000_000, pa.string())}), sink, compression="zstd")
    return sink.getvalue()


def _long_repeated(s: Sender) -> bytes:
    sink = io.BytesIO()
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 60_000, pa.int32()), pa.array(["违" * 10_000]))
    pq.write_table(pa.table({"违法事实": texts}), sink, compression="zstd")
    return sink.getvalue()


def _book_with_fault(s: Sender, place: int) -> bytes:
    return xlsx_of(cells_of([s.row(place, decided_on="昨天")]))


def _with_method(archive: bytes) -> bytes:
    content = bytearray(archive)
    for place in (8, content.index(b"PK\x01\x02") + 10):
        content[place : place + 2] = b"\x63\x00"
    return bytes(content)


def _with_checksum(s: Sender) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("rows.csv", csv_of(s.row()))
    return sink.getvalue().replace("产地".encode(), "产天".encode(), 1)


JSON = (
    Hostile(name="plain.ndjson", fault="none: one object a line", make=lambda s: ndjson_of(s.row()), accepted=1),
    Hostile(
        name="utf16.ndjson",
        fault="objects in UTF-16",
        make=lambda s: ndjson_of(s.row(1), s.row(2)).decode().encode("utf-16"),
        accepted=2,
    ),
    Hostile(
        name="broken-line.ndjson",
        fault="line 2 is cut off",
        make=lambda s: _broken(_line(s, 1), _line(s, 2)[:-40], _line(s, 3)),
        accepted=2,
        reasons=_unread(2),
    ),
    Hostile(
        name="nested.ndjson",
        fault="a value inside a value",
        make=lambda s: _broken(_line(s, 1), b'{"a": {"b": 1}}'),
        accepted=1,
        reasons=_unread(2),
    ),
    Hostile(name="key-twice.ndjson", fault="a key stands twice", make=_said_twice, accepted=1, reasons=_unread(2)),
    Hostile(
        name="no-number.ndjson",
        fault="NaN, which is no JSON",
        make=lambda s: _broken(_line(s, 1), b'{"a": NaN}'),
        accepted=1,
        reasons=_unread(2),
    ),
    Hostile(
        name="half-a-character.ndjson",
        fault="half a surrogate pair",
        make=lambda s: _broken(_line(s, 1), ndjson_of(s.row(2, facts="QQ")).replace(b"QQ", b"\\ud800").rstrip()),
        accepted=1,
        reasons=((2, "CF_SY", "CONTROL_CHARACTER"), (2, "CF_WSH", BROKEN)),
    ),
    Hostile(
        name="nul-in-value.ndjson",
        fault="an escaped NUL in a value",
        make=lambda s: _broken(_line(s, 1), ndjson_of(s.row(2, facts="QQ")).replace(b"QQ", b"a\\u0000b").rstrip()),
        accepted=1,
        reasons=((2, "CF_SY", "CONTROL_CHARACTER"),),
    ),
    Hostile(
        name="nul-in-key.ndjson",
        fault="an escaped NUL in a key",
        make=lambda s: _broken(_line(s, 1), b'{"\\u0000row": "1"}'),
        refusal="The header of column 21 holds invisible control characters",
    ),
    Hostile(
        name="code-as-number.ndjson",
        fault="a code without quotation marks: JSON loses no digit of it, but another body's name stands beside",
        make=_code_as_number,
        accepted=2,
    ),
    Hostile(
        name="deep.ndjson",
        fault="a hundred thousand brackets",
        make=lambda s: _broken(_line(s, 1), b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        accepted=1,
        reasons=_unread(2),
    ),
    Hostile(
        name="array.json",
        fault="an array instead of lines",
        make=lambda s: json.dumps(objects([s.row(1), s.row(2)]), ensure_ascii=False).encode(),
        accepted=2,
    ),
    Hostile(
        name="large-array.json.gz",
        fault="an array of fifty-one megabytes, which has to be read whole",
        make=lambda s: gz(b"[" + b" " * (51 << 20) + b"]"),
        refusal="The JSON array is larger than 50 MB",
    ),
    Hostile(
        name="array-of-numbers.json", fault="an array of no objects", make=lambda s: b"[1, 2]", refusal="is no JSON"
    ),
    Hostile(name="array-cut.json", fault="an array that is cut off", make=lambda s: b'[{"a": 1}', refusal="is no JSON"),
)

PARQUET = (
    Hostile(name="types.parquet", fault="decimals and timestamps", make=_parquet_types, accepted=2),
    Hostile(
        name="no-text.parquet",
        fault="bytes that are no UTF-8",
        make=_parquet_no_text,
        accepted=1,
        reasons=((3, "CF_SY", "CONTROL_CHARACTER"), (3, "CF_WSH", BROKEN)),
    ),
    Hostile(
        name="no-day.parquet",
        fault="a day that no calendar has",
        make=_parquet_no_day,
        accepted=1,
        reasons=((3, "CF_JDRQ", "CONTROL_CHARACTER"), (3, "CF_JDRQ", "NOT_A_DATE"), (3, "CF_WSH", BROKEN)),
    ),
    Hostile(
        name="float-code.parquet",
        fault="a code as a floating-point number",
        make=_parquet_float_code,
        reasons=((2, "CF_XDR_SHXYM", "CODE_AS_NUMBER"),),
    ),
    Hostile(
        name="duration.parquet",
        fault="a column of a type that is no text, number or day",
        make=lambda s: parquet_of([s.row()], remark=pa.array([datetime.timedelta(1)])),
        refusal="The type of column 21 cannot be read as text",
    ),
    Hostile(
        name="nested.parquet",
        fault="a nested column",
        make=lambda s: parquet_of([s.row()], remark=pa.array([["甲"]])),
        refusal="Column 21 is nested",
    ),
    Hostile(name="cut.parquet", fault="no footer", make=lambda s: parquet_of([s.row()])[:-9], refusal=NO_PARQUET),
    Hostile(name="corrupt-page.parquet", fault="a page of zeros", make=_parquet_page, refusal=NO_PARQUET),
    Hostile(name="column-twice.parquet", fault="one name for two columns", make=_parquet_twice, refusal="stands twice"),
    Hostile(
        name="bomb.parquet",
        fault="a small file of twenty million records",
        make=_repeated_texts,
        refusal="too large when unpacked",
    ),
    Hostile(
        name="told-again.parquet",
        fault="one long text kept once and told again and again",
        make=_long_repeated,
        refusal="too large when unpacked",
    ),
)

PACKS = (
    Hostile(name="rows.csv.gz", fault="none: gzip", make=lambda s: gz(csv_of(s.row())), accepted=1),
    Hostile(name="cut.csv.gz", fault="gzip cut off", make=lambda s: gz(csv_of(s.row()))[:-20], refusal=DAMAGED),
    Hostile(
        name="trailing.csv.gz",
        fault="garbage after the end of gzip",
        make=lambda s: gz(csv_of(s.row())) + b"garbage",
        refusal=DAMAGED,
    ),
    Hostile(
        name="gzip-in-gzip.gz", fault="packed twice", make=lambda s: gz(gz(csv_of(s.row()))), refusal="is packed again"
    ),
    Hostile(
        name="bomb.gz",
        fault="a few kilobytes that unpack to a hundred megabytes",
        make=lambda s: gz(b"a\n" + bytes(48) * (2 << 20)),
        refusal="too large when unpacked",
    ),
    Hostile(
        name="two-forms.zip",
        fault="CSV, NDJSON and XLSX in one archive, each with a row to return",
        make=lambda s: zip_of(
            ("一.csv", csv_of(s.row(1), s.row(2, decided_on="昨天"))),
            ("二.ndjson", ndjson_of(s.row(3, decided_on="昨天"))),
            ("三.xlsx", xlsx_of(cells_of([s.row(4), s.row(5, decided_on="昨天")]))),
        ),
        accepted=2,
        reasons=((1, "CF_JDRQ", "NOT_A_DATE"), (3, "CF_JDRQ", "NOT_A_DATE"), (3, "CF_JDRQ", "NOT_A_DATE")),
        back=3,
    ),
    Hostile(
        name="paths.zip",
        fault="a member whose name climbs out of its folder",
        make=lambda s: zip_of(
            ("../../etc/a.csv", csv_of(s.row(1))), ("..\\b.csv", csv_of(s.row(2, decided_on="昨天")))
        ),
        accepted=1,
        reasons=((2, "CF_JDRQ", "NOT_A_DATE"),),
    ),
    Hostile(
        name="workbooks.zip",
        fault="workbooks whose sheets have one long name, with rows to return",
        make=lambda s: zip_of(
            *(
                (f"文件夹/二〇二六年十一月行政处罚信息公示报送表之{place}.xlsx", _book_with_fault(s, place))
                for place in (1, 2)
            )
        ),
        reasons=((2, "CF_JDRQ", "NOT_A_DATE"), (2, "CF_JDRQ", "NOT_A_DATE")),
        back=2,
    ),
    Hostile(
        name="zip-in-zip.zip",
        fault="an archive in an archive",
        make=lambda s: zip_of(("inner.zip", zip_of(("rows.csv", csv_of(s.row()))))),
        refusal="is packed again",
    ),
    Hostile(
        name="password.zip", fault="an archive with a password", make=_encrypted, refusal="has a password and cannot"
    ),
    Hostile(name="beside.zip", fault="what operating systems put beside the files", make=_beside, accepted=1),
    Hostile(
        name="only-folders.zip",
        fault="folders and nothing in them",
        make=lambda s: zip_of(("文件夹/", b"")),
        refusal="holds no file",
    ),
    Hostile(
        name="trailing.zip",
        fault="garbage after the archive",
        make=lambda s: zip_of(("rows.csv", csv_of(s.row()))) + b"garbage",
        accepted=1,
    ),
    Hostile(
        name="picture.zip",
        fault="a file that is no table",
        make=lambda s: zip_of(("rows.csv", csv_of(s.row())), ("scan.pdf", b"%PDF-1.7\0\1")),
        refusal="“scan.pdf” in the archive: Line 1 holds a NUL byte",
    ),
    Hostile(
        name="many.zip",
        fault="more members than are read",
        make=lambda s: zip_of(*((f"{place}.csv", b"a\n") for place in range(101))),
        refusal="holds 101 files; at most 100",
    ),
    Hostile(
        name="unknown-method.zip",
        fault="a member packed by a method that nobody knows",
        make=lambda s: _with_method(zip_of(("rows.csv", csv_of(s.row())))),
        refusal=DAMAGED,
    ),
    Hostile(
        name="stored-cut.zip",
        fault="an archive whose member has another checksum",
        make=_with_checksum,
        refusal=DAMAGED,
    ),
)
