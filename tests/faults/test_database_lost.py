"""The database is killed, or ends our session, in the midst of a filing: an error of a known class, and nothing half."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import ROOT, Store
from tests.faults.trials import Course, course_of, wrong_points

SEED = 20261124
STRUCK = ("COMMIT", "NUMBER", "COPY block", "INSERT records_filing", "UPDATE records_record", "file write")
"""Kinds of events at which it happens; `make soak` takes all of them."""


def points(course: Course, kinds: tuple[str, ...]) -> list[tuple[int, str]]:
    """One point of each kind that has work for the database behind it."""
    last = max(number for number, kind in enumerate(course.events, start=1) if kind == "COMMIT")
    chosen = []
    for turn, kind in enumerate(kinds):
        numbers = [number for number, name in enumerate(course.events, start=1) if name == kind and number < last]
        chosen.append((numbers[(SEED + turn) % len(numbers)], ("before", "after")[turn % 2]))
    return chosen


@pytest.mark.slow
def test_after_a_kill_of_the_database_a_second_sending_completes(store: Store) -> None:
    """Every process of the server at one stroke; it recovers, and the same file is sent again."""
    course = course_of(store, "sent")
    wrong = wrong_points(store, course, points(course, STRUCK), strike="database", cluster=str(store.cluster))
    assert wrong == {}


@pytest.mark.slow
def test_after_a_lost_connection_a_second_sending_completes(store: Store) -> None:
    """The server lives, our session does not."""
    course = course_of(store, "sent")
    assert wrong_points(store, course, points(course, STRUCK), strike="connection") == {}


def test_the_command_line_says_that_the_database_is_away(store: Store, tmp_path: Path) -> None:
    """One sentence in both languages and what to do, no traceback."""
    file = tmp_path / "a.csv"
    file.write_text("x\n", encoding="utf-8")
    told = cli(store, file, {"DATABASE_URL": f"postgresql:///xinshu?host={tmp_path}"})
    assert told.returncode == 2
    assert "数据库不可用" in told.stderr
    assert "run the same again" in told.stderr
    assert "Traceback" not in told.stderr


def cli(store: Store, file: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """`xinshu intake` of a file, attested."""
    paths = {"PYTHONPATH": str(ROOT / "src"), "XINSHU_DATA_FOLDER": str(store.data)}
    what = ["intake", str(file), "--organ", "11999999TE5T001041", "--kind", "ADMIN_PENALTY", "--on", "2026-11-23"]
    return subprocess.run(
        [sys.executable, "-c", "from xinshu.doors.cli.main import main; main()", *what, "--attested"],
        env=os.environ | paths | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
