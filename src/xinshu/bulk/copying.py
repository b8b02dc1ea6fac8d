"""Writes frames into tables of PostgreSQL by binary COPY: what a batch holds goes in by columns, never row by row."""

import polars as pl
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import Cursor

ROWS_AT_ONCE = 20_000


def copy_into(cursor: "Cursor[tuple[object, ...]]", table: str, frame: pl.DataFrame) -> None:
    """Append the rows of a frame; its columns are named as the table's.

    Types must be the table's own, since nothing is converted: Int32 for integer, Int64 for bigint, Binary for bytea,
    Binary of 16 bytes for uuid, Datetime (microseconds, UTC) for timestamptz, List(Int32) for integer[].
    """
    if frame.is_empty():
        return
    encoder: ArrowToPostgresBinaryEncoder | None = None
    with cursor.copy(f"COPY {table} ({', '.join(frame.columns)}) FROM STDIN (FORMAT binary)") as copy:
        for part in frame.iter_slices(ROWS_AT_ONCE):
            for batch in part.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches():
                if encoder is None:
                    encoder = ArrowToPostgresBinaryEncoder(batch.schema)
                    copy.write(encoder.write_header())
                copy.write(encoder.write_batch(batch))
        if encoder is not None:
            copy.write(encoder.finish())


def as_uuid(name: str) -> pl.Expr:
    """A column of UUIDs as text, as 16 bytes."""
    return pl.col(name).str.replace_all("-", "", literal=True).str.decode("hex").alias(name)
