"""Writes frames into tables of PostgreSQL by binary COPY: what a batch holds goes in by columns, never row by row."""

import os

import numpy as np
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


def fresh_references(count: int) -> pl.Series:
    """Random UUIDs (version 4) as text."""
    octets = np.frombuffer(os.urandom(16 * count), np.uint8).reshape(count, 16).copy()
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    digits = octets.tobytes().hex()
    found = pl.Series("record_ref", [digits[at : at + 32] for at in range(0, len(digits), 32)], pl.String)
    pieces = [found.str.slice(at, size) for at, size in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))]
    return pl.select(pl.concat_str(pieces, separator="-")).to_series().alias("record_ref")
