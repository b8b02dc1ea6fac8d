"""Rule: the clock is read at the doors only, through kit.clock; every other way to the time is barred."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, parsed, python_files, relative, told

CLOCK = "src/xinshu/kit/clock.py"

PLANTED = {
    "date.today()": "from datetime import date\nDAY = date.today()",
    "datetime.date.today()": "import datetime\nDAY = datetime.date.today()",
    "datetime.now()": "from datetime import UTC, datetime\nAT = datetime.now(UTC)",
    "datetime.now, uncalled": "from datetime import datetime as moment\nCLOCK = moment.now",
    "datetime.utcnow()": "from datetime import datetime\nAT = datetime.utcnow()",
    "timezone.now()": "from django.utils import timezone\nAT = timezone.now()",
    "now()": "from django.utils.timezone import now\nAT = now()",
    "timezone.localdate()": "from django.utils import timezone\nDAY = timezone.localdate()",
    "time.time()": "import time\nSECONDS = time.time()",
    "time()": "from time import time\nSECONDS = time()",
}

OTHER_CLOCKS = frozenset(
    {"time_ns", "localtime", "gmtime", "auto_now", "auto_now_add", "Now", "TruncNow", "clock_gettime"}
)
"""Names that read the time by a side door, which ruff's list does not hold."""

DATABASE_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)"
    r"|\b(current_date|current_time|current_timestamp|localtimestamp)\b",
    re.IGNORECASE,
)
"""The clock of PostgreSQL, which knows neither the legal day nor the moment that a door has read."""


def flagged(folder: Path) -> set[str]:
    """Paths below the folder in which ruff, by the house's own configuration, finds a barred name."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    command = [ruff, "check", "--select", "TID251", "--no-cache", "-q", "--output-format", "json", "src"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("["), done.stderr
    return {Path(found["filename"]).relative_to(folder.resolve()).as_posix() for found in json.loads(done.stdout)}


def side_doors(tree: ast.AST) -> Iterator[str]:
    """Other clocks that a module reads, and SQL that asks the database's."""
    for node in ast.walk(tree):
        names = [
            *([node.attr] if isinstance(node, ast.Attribute) else []),
            *([node.id] if isinstance(node, ast.Name) else []),
            *([node.arg] if isinstance(node, ast.keyword) else []),
        ]
        yield from (name for name in names if name in OTHER_CLOCKS)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and DATABASE_CLOCK.search(node.value):
            yield node.value.strip()


def test_the_source_reads_no_clock() -> None:
    """Ruff's banned-api (TID251) finds nothing; kit/clock.py alone is let off."""
    assert flagged(ROOT) == set()


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_clock_is_caught_everywhere_but_in_the_clock(tmp_path: Path, planted: str) -> None:
    """The same line is planted in a copy of every module; each is told."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in python_files(migrations=False):
        copy = tmp_path / relative(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(f"{path.read_text(encoding='utf-8')}\n{planted}\n", encoding="utf-8")
    expected = {relative(path) for path in python_files(migrations=False)} - {CLOCK}
    assert flagged(tmp_path) == expected


def test_no_side_door_leads_to_the_time() -> None:
    """Neither columns that fill themselves, nor lesser functions, nor the database's clock."""
    assert told(lambda path: side_doors(parsed(path))) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "at = models.DateTimeField(auto_now_add=True)",
        "at = time.time_ns()",
        "at = timezone.localtime()",
        "at = Now()",
        "SQL = 'SELECT ref FROM records_record WHERE public_until > CURRENT_DATE'",
        "SQL = f'INSERT INTO t VALUES (now(), {place})'",
    ],
)
def test_a_planted_side_door_is_caught(planted: str) -> None:
    """Each is told."""
    assert list(side_doors(ast.parse(planted)))
