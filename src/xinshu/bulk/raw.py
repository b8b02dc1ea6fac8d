"""What stands in a file before anyone has judged it: cells as text, or the sentence that says why it is refused."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from xinshu.kit.errors import XinshuError

MAX_COLUMNS: Final = 100


class Format(StrEnum):
    """The file formats that a department may send."""

    CSV = "CSV"
    XLSX = "XLSX"
    NDJSON = "NDJSON"
    JSON = "JSON"
    PARQUET = "PARQUET"


class UnreadableFile(XinshuError):
    """A file that is refused as a whole; it says why and what to do, in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """The header record and the records below it, cell by cell as they stand.

    `cells` has one String column for each header, named "0", "1", and so on. `rows` numbers its records as a
    spreadsheet does: every record counts as one, blank ones too, however many lines a quoted cell spans. `is_damaged`:
    some bytes of the file meant no character; U+FFFD stands in their place. `unread`: the numbers of records of which
    nothing could be read; each has U+FFFD in its first cell. `is_hidden`: a sheet that its sender hid, without records.
    """

    headers: tuple[str, ...]
    cells: pl.DataFrame
    rows: pl.Series
    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    is_damaged: bool = False
    unread: frozenset[int] = frozenset()
    is_hidden: bool = False


def check_width(headers: Sequence[str]) -> None:
    """Refuse a table that is wider than any template."""
    if len(headers) > MAX_COLUMNS:
        raise UnreadableFile(
            f"文件有{len(headers)}列，最多{MAX_COLUMNS}列。请使用所报类目的模板。",
            f"The file has {len(headers)} columns; at most {MAX_COLUMNS} are read. Please use the kind's template.",
        )


@contextmanager
def refused_as(refusal: UnreadableFile, *errors: type[BaseException]) -> Iterator[None]:
    """Turn a reader's own errors into the sentence for the sender; a panic of a native reader is one of them."""
    try:
        yield
    except errors:
        raise refusal from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise refusal from None


def numbered(first: int, count: int) -> pl.Series:
    """The row numbers `first`, `first` + 1, and so on."""
    return pl.int_range(first, first + count, dtype=pl.UInt32, eager=True).alias("row")


def no_header() -> UnreadableFile:
    """What is said of a file in which nothing stands."""
    return UnreadableFile(
        "文件是空的，没有表头。请在第一行填写字段名称，每行填写一条记录。",
        "The file is empty: there is no header. Put the names of the fields in the first row and one record in each "
        "row below it.",
    )
