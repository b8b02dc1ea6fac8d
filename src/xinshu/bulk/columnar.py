"""Reads Parquet: flat columns, each value as the text that a clerk would write; row groups are streamed."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from xinshu.bulk.containers import ALWAYS_ALLOWED, MOST_TIMES
from xinshu.bulk.encodings import LOST
from xinshu.bulk.raw import Format, RawTable, UnreadableFile, check_width, no_header, numbered, refused_as

# What Parquet and Arrow raise at a damaged file; a name that is no UTF-8 is a ValueError.
FAULTS: Final = (pa.ArrowException, OSError, ValueError, OverflowError, LookupError, pl.exceptions.PolarsError)
ROWS_AT_ONCE: Final = 100_000
MANY_ROWS: Final = 1_000_000
LARGEST_WHOLE: Final = 1e15
LARGEST_PART: Final = 1 << 29
"""Bytes of text in one column of a part."""

# The first and last second of the years 0001 to 9999, and how many ticks a second has.
FIRST_SECOND: Final = -62_135_596_800
LAST_SECOND: Final = 253_402_300_799
TICKS: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
TEXTS: Final = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_fixed_size_binary,
)
READ: Final = (
    *TEXTS,
    *(pa.types.is_integer, pa.types.is_boolean, pa.types.is_floating, pa.types.is_decimal128, pa.types.is_null),
    *(pa.types.is_date, pa.types.is_timestamp, pa.types.is_time),
)


def parquet_parts(path: Path, most: int) -> Iterator[RawTable]:
    """The records in parts of at most `most`. Raises UnreadableFile for nested columns or a damaged file."""
    with refused_as(_damaged(), *FAULTS):
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            _check(schema)
            _check_size(path, file.metadata)
        texts = [field.name for field in schema if any(is_text(field.type) for is_text in TEXTS)]
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            row = 2
            for batch in file.iter_batches(batch_size=min(most, ROWS_AT_ONCE)):
                yield _table(schema.names, batch.columns, row)
                row += batch.num_rows
            if row == 2:
                yield _table(schema.names, schema.empty_table().columns, row)


def _damaged() -> UnreadableFile:
    return UnreadableFile(
        "文件不是可读取的Parquet，或已损坏。请重新导出。",
        "The file is no Parquet that can be read, or it is damaged. Please export it again.",
    )


def _check_size(path: Path, metadata: pq.FileMetaData) -> None:
    """Refuse a small file that says to hold hundreds of millions of records: one value, told again and again."""
    size = path.stat().st_size
    unpacked = sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))
    if metadata.num_rows > max(size, MANY_ROWS) or unpacked > max(size * MOST_TIMES, ALWAYS_ALLOWED):
        raise _too_large()


def _too_large() -> UnreadableFile:
    return UnreadableFile(
        "文件解压后过大，未读取。请拆分后重新报送。",
        "The file is too large when unpacked and was not read. Please split it and send it again.",
    )


def _check(schema: pa.Schema) -> None:
    if not schema.names:
        raise no_header()
    check_width(schema.names)
    for place, field in enumerate(schema, 1):
        if pa.types.is_nested(field.type):
            raise UnreadableFile(
                f"第{place}列是嵌套类型。请展开为单个值的列后重新报送。",
                f"Column {place} is nested. Please send columns of single values.",
            )
        if not any(is_kind(_values(field.type)) for is_kind in READ):
            raise UnreadableFile(
                f"第{place}列的类型不能读作文字。请导出为文本、数字或日期列后重新报送。",
                f"The type of column {place} cannot be read as text. Please export it as text, numbers or days.",
            )


def _values(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _table(headers: Sequence[str], columns: Sequence[pa.Array | pa.ChunkedArray], row: int) -> RawTable:
    cells = pl.DataFrame([_as_text(column).alias(str(place)) for place, column in enumerate(columns)])
    return RawTable(
        headers=tuple(headers),
        cells=cells,
        rows=numbered(row, cells.height),
        format=Format.PARQUET,
        is_damaged=True,
    )


def _as_text(column: pa.Array | pa.ChunkedArray) -> pl.Series:
    """Values as a clerk would write them: days without their midnight, amounts without trailing zeros.

    Danger: nobody has checked that a text column holds text, so it is read as bytes first. What is no text, and no day
    of our calendar, becomes the mark of a lost character.
    """
    kind = _values(column.type)
    if pa.types.is_dictionary(column.type):
        _check_repeats(column)
        column = column.cast(kind)
    if any(is_text(kind) for is_text in TEXTS):
        return _decoded(column.cast(pa.large_binary()))
    if pa.types.is_floating(kind):
        return pl.Series([_number(value) for value in column.to_pylist()], dtype=pl.String)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _days(column)
    found: pl.Series = pl.Series(pl.from_arrow(column))
    if isinstance(found.dtype, pl.Decimal):
        return found.cast(pl.String).str.replace(r"(\.\d*?)0+$", "$1").str.strip_chars_end(".")
    return found.cast(pl.String)


def _check_repeats(column: pa.DictionaryArray) -> None:
    """Refuse a long text that is kept once and told again and again: written out, it would fill the memory."""
    if not any(is_text(column.type.value_type) for is_text in TEXTS):
        return
    lengths = pc.binary_length(column.dictionary)
    if (pc.sum(lengths.take(column.indices)).as_py() or 0) > LARGEST_PART:
        raise _too_large()


def _decoded(column: pa.Array | pa.ChunkedArray) -> pl.Series:
    octets = pl.Series(pl.from_arrow(column), dtype=pl.Binary)
    try:
        return octets.cast(pl.String)
    except pl.exceptions.PolarsError:
        texts = [one if one is None else one.decode(errors="replace") for one in octets.to_list()]
        return pl.Series(texts, dtype=pl.String)


def _number(value: float | None) -> str | None:
    """A number to the 15 digits that it can hold; one of more whole digits says so by its form (9.11E+17)."""
    if value is None:
        return None
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= LARGEST_WHOLE:
        mantissa, mark, exponent = f"{value:.14E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}{mark}{exponent}"
    return f"{value:.15g}" if value != int(value) else str(int(value))


def _days(column: pa.Array | pa.ChunkedArray) -> pl.Series:
    """Danger: the reader of days fails hard on one that lies outside its calendar, so those are set aside first."""
    kind = column.type
    if pa.types.is_date(kind):
        column = column.cast(pa.timestamp("ms" if pa.types.is_date64(kind) else "s"))
    ticks = pl.Series(pl.from_arrow(column.cast(pa.int64())))
    per_second = TICKS[column.type.unit]
    is_day = ticks.is_between(FIRST_SECOND * per_second, LAST_SECOND * per_second)
    moments = pl.Series(pl.from_arrow(pc.if_else(is_day.to_arrow(), column, pa.scalar(None, column.type))))
    said = moments.dt.strftime("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    return pl.select(pl.when(is_day | ticks.is_null()).then(said).otherwise(pl.lit(LOST))).to_series()
