"""Frames set aside while a large file is worked on: in a file without a name, gone with the process that made it."""

import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from types import TracebackType

import polars as pl

from xinshu.kit.durable import room


class Spool:
    """Keeps frames on disk in the order in which they are put, by however many threads; memory holds none of them.

    The file has no name from its first byte on, so that nobody else can open it and no crash leaves it behind.
    """

    def __init__(self, folder: Path) -> None:
        with room():
            self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._places: list[tuple[int, int]] = []
        self._writing = Lock()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # what a full disk has not taken is of no use to anyone now
            self._file.close()

    def put(self, frame: pl.DataFrame) -> int:
        """Set a frame aside; its number. Raises NoRoom when the disk is full."""
        buffer = BytesIO()
        frame.write_ipc(buffer, compression="lz4")
        with self._writing, room():
            start = self._file.seek(0, 2)
            self._file.write(buffer.getbuffer())
            self._file.flush()
            self._places.append((start, buffer.tell()))
            return len(self._places) - 1

    def get(self, number: int) -> pl.DataFrame:
        """The frame of that number."""
        start, length = self._places[number]
        self._file.flush()
        # Read at its place, without moving the file's own: several threads may ask at once.
        return pl.read_ipc(BytesIO(os.pread(self._file.fileno(), length, start)))
