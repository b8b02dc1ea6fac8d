"""Fuzzing of the readers, guided by coverage: `make soak-fuzz`. No test: pytest does not collect it.

An input's first byte says how the rest is packed: as it is, in gzip, in zip, or as a part of a workbook. Whatever the
bytes, a file is read or refused in words; what is read is accounted for row by row.
"""

import gzip
import io
import re
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import atheris
import polars as pl
import xlsxwriter

with atheris.instrument_imports(include=["xinshu"]):
    from xinshu.bulk.checks import check_table
    from xinshu.bulk.files import Table, UnreadableFile, read_parts
    from xinshu.law.catalogue import Catalogue
    from xinshu.register.catalogues.files import load_catalogue

from datetime import date

ROOT: Final = Path(__file__).resolve().parents[2]
DAY: Final = date(2026, 11, 23)
PART: Final = 7
HEADERS: Final = ("行政相对人名称", "行政相对人类别", "文号", "违法事实", "处罚决定日期", "罚款金额(万元)")
ROW: Final = ("云汀示例商贸有限公司", "法人", "示罚〔2026〕1号", "未标注产地。", "2026-11-17", "0.35")


def workbook() -> bytes:
    """A small workbook, whose parts are replaced."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, line in enumerate((HEADERS, ROW)):
            sheet.write_row(place, 0, line)
    return sink.getvalue()


WORKBOOK: Final = workbook()


def with_part(name: str, content: bytes) -> bytes:
    """The workbook with one part that says something else."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(sink, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return sink.getvalue()


def zipped(content: bytes) -> bytes:
    """An archive with one member; its name is the content's first line."""
    sink = io.BytesIO()
    name, _, rest = content.partition(b"\n")
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(name.decode(errors="replace").replace("\0", "")[:200] or "a.csv", rest)
    return sink.getvalue()


PACKINGS: Final[tuple[Callable[[bytes], bytes], ...]] = (
    bytes,
    gzip.compress,
    zipped,
    lambda content: with_part("xl/worksheets/sheet1.xml", content),
    lambda content: with_part("xl/sharedStrings.xml", content),
    lambda content: with_part("xl/workbook.xml", content),
    lambda content: with_part("xl/styles.xml", content),
)


def catalogue() -> Catalogue:
    """The catalogue of this repository."""
    found, faults = load_catalogue(ROOT / "catalogue")
    assert found is not None, faults
    return found


CATALOGUE: Final = catalogue()
KIND: Final = CATALOGUE.kinds["ADMIN_PENALTY"]


def one_input(data: bytes) -> None:
    """Read it, check what is read, and count."""
    if not data:
        return
    with NamedTemporaryFile() as file:
        file.write(PACKINGS[data[0] % len(PACKINGS)](data[1:]))
        file.flush()
        with suppress(UnreadableFile):
            for table in read_parts(Path(file.name), most=PART):
                assert table.frame.height == len(table.rows) <= PART
                assert table.rows.is_sorted()
                assert all(0 <= place < table.frame.height for place in table.damage)
                checked(table)


def checked(table: Table) -> None:
    """What becomes of each row: every one is counted once."""
    found = check_table(
        table, kind_name="ADMIN_PENALTY", kind=KIND, catalogue=CATALOGUE, division="990100", on_date=DAY
    )
    counted = len(found.good) + len(found.returned) + found.outside + found.repeated
    assert found.received == table.frame.height == counted


def seeds(folder: Path) -> None:
    """One sound file of every form to begin with."""
    text = ",".join(HEADERS) + "\n" + ",".join(ROW) + "\n"
    frame = pl.DataFrame(dict(zip(HEADERS, [[cell] for cell in ROW], strict=True)))
    parquet = io.BytesIO()
    frame.write_parquet(parquet, compression="uncompressed")
    lines = frame.write_ndjson().encode()
    plain = [text.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16")]
    plain += [lines, b"[" + lines.strip() + b"]", parquet.getvalue(), WORKBOOK, zipped(b"a.csv\n" + text.encode())]
    found = [bytes([0]) + content for content in plain]
    found += [bytes([1]) + text.encode(), bytes([2]) + b"a.csv\n" + text.encode()]
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as parts:
        names = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml")
        found += [bytes([place]) + parts.read(name) for place, name in enumerate(names, 3)]
    for place, content in enumerate(found):
        (folder / f"seed-{place:02}").write_bytes(content)


def main() -> None:
    """Fuzz for as long as the arguments of libFuzzer say; new inputs are kept in the last folder named."""
    folders = [Path(argument) for argument in sys.argv[1:] if not re.match("-", argument)]
    for folder in folders[:1]:
        folder.mkdir(parents=True, exist_ok=True)
        seeds(folder)
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
