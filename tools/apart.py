"""Pytest plugin: tests that run side by side have a data folder each, and so a database server and a vault each."""

import os
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
"""Which of several this process is; None when it is alone."""

DEFAULT = Path.home() / ".local" / "share" / "xinshu"

if WORKER is not None and (given := Path(os.environ.get("XINSHU_DATA_FOLDER") or DEFAULT)).name != WORKER:
    os.environ["XINSHU_DATA_FOLDER"] = str(given / "tests" / WORKER)
