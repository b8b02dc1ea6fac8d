"""Reads Parquet: flat columns, each value as the text that a clerk would write; row groups are streamed."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from xinshu.bulk.raw import Format, RawTable, UnreadableFile, check_width, no_header, numbered


def parquet_parts(path: Path, most: int) -> Iterator[RawTable]:
    """The records in parts of at most `most`. Raises UnreadableFile for nested columns or a damaged file."""
    try:
        with pq.ParquetFile(path) as file:
            headers = tuple(file.schema_arrow.names)
            _check(file.schema_arrow)
            row = 2
            for batch in file.iter_batches(batch_size=most):
                yield _table(headers, pl.DataFrame(pl.from_arrow(batch)), row)
                row += batch.num_rows
            if row == 2:
                yield _table(headers, pl.DataFrame(pl.from_arrow(file.schema_arrow.empty_table())), row)
    except (pa.ArrowException, OSError):
        raise UnreadableFile(
            "文件不是可读取的Parquet，或已损坏。请重新导出。",
            "The file is no Parquet that can be read, or it is damaged. Please export it again.",
        ) from None


def _check(schema: pa.Schema) -> None:
    if not schema.names:
        raise no_header()
    check_width(schema.names)
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if nested:
        raise UnreadableFile(
            f"列“{nested[0]}”是嵌套类型。请展开为单个值的列后重新报送。",
            f"The column “{nested[0]}” is nested. Please send columns of single values.",
        )


def _table(headers: tuple[str, ...], frame: pl.DataFrame, row: int) -> RawTable:
    places = [str(place) for place in range(len(headers))]
    cells = frame.select(_as_text(column).alias(place) for place, column in zip(places, frame, strict=True))
    return RawTable(headers=headers, cells=cells, rows=numbered(row, cells.height), format=Format.PARQUET)


def _as_text(column: pl.Series) -> pl.Series:
    """Dates without their midnight, decimals without trailing zeros, bytes as nothing."""
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    if isinstance(column.dtype, pl.Decimal):
        return column.cast(pl.String).str.replace(r"(\.\d*?)0+$", "$1").str.strip_chars_end(".")
    if column.dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    return column.cast(pl.String)
