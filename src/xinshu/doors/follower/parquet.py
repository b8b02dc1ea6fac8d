"""What a copy shows as one Parquet file, whole at every moment, with the state of the log that it is of."""

from itertools import islice
from pathlib import Path
from typing import IO, Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from xinshu.doors.follower.copy import Copy, State
from xinshu.kit.durable import keep

ROWS: Final = 50_000
COLUMNS: Final = ("number", "code", "record", "shown_from", "shown_until", "content")


def write(path: Path, copy: Copy, state: State) -> None:
    """Replace the file. Its metadata say day, size of the log and checkpoint; `content` is canonical JSON."""
    told = {"day": state.day, "size": str(state.size), "checkpoint": state.checkpoint}
    types = [pa.int64(), *(pa.string() for _ in COLUMNS[1:])]
    schema = pa.schema(list(zip(COLUMNS, types, strict=True)), metadata=told)

    def rows(file: IO[bytes]) -> None:
        shown = copy.shown()
        with pq.ParquetWriter(file, schema) as writer:
            while batch := list(islice(shown, ROWS)):
                columns = [pa.array(column, kind) for column, kind in zip(zip(*batch, strict=True), types, strict=True)]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))

    keep(path, rows)
