"""Processes that tests start: each ends with its test, whatever became of it."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def started(command: Sequence[str], **how: Any) -> "Iterator[subprocess.Popen[Any]]":
    """A process; killed at the end where it still runs, so that a test that fails does not wait for it for ever."""
    with subprocess.Popen(command, **how) as process:
        try:
            yield process
        finally:
            process.kill()
