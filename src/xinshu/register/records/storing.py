"""Writes what a filing holds into the tables of records, by columns; and temporary tables to compare with."""

import os
from collections.abc import Sequence

import numpy as np
import polars as pl
from django.db import connection

from xinshu.bulk import copying


def copy_into(table: str, frame: pl.DataFrame) -> None:
    """Append the rows of a frame, whose types are the table's own (see `bulk.copying`)."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        copying.copy_into(cursor.cursor, table, frame)


def into_temporary(table: str, columns: Sequence[str], frame: pl.DataFrame) -> None:
    """Fill a temporary table that lasts as long as the transaction; `columns` are its definitions, in frame order."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} ({', '.join(columns)}) ON COMMIT DROP")
    copy_into(table, frame)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")


def fresh_references(count: int) -> pl.Series:
    """Random UUIDs (version 4) as text."""
    octets = np.frombuffer(os.urandom(16 * count), np.uint8).reshape(count, 16).copy()
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    digits = octets.tobytes().hex()
    found = pl.Series("record_ref", [digits[at : at + 32] for at in range(0, len(digits), 32)], pl.String)
    pieces = [found.str.slice(at, size) for at, size in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))]
    return pl.select(pl.concat_str(pieces, separator="-")).to_series().alias("record_ref")
