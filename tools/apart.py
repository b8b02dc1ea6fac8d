"""Pytest plugin: tests that run side by side have a data folder each, and so a database server and a vault each.

Files of long tests begin first, so that none is begun when the others are done.
"""

import os
from pathlib import Path

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
"""Which of several this process is; None when it is alone."""

DEFAULT = Path.home() / ".local" / "share" / "xinshu"

if WORKER is not None and (given := Path(os.environ.get("XINSHU_DATA_FOLDER") or DEFAULT)).name != WORKER:
    os.environ["XINSHU_DATA_FOLDER"] = str(given / "tests" / WORKER)

LONG = ("browser", "slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of files; within a file, tests stay as they are."""
    if WORKER is not None:
        long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in LONG)}
        items.sort(key=lambda item: item.path not in long)
