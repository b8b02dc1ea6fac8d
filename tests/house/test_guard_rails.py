"""Rule: each guard-rail of docs/guard-rails.md says how it stands, and every test that a document names exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, parsed, told

GUARD_RAILS = ROOT / "docs" / "guard-rails.md"
CASES = ROOT / "tests" / "law" / "cases"
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
MOST = 32
STATES = ("**Held**", "**Prepared**", "**To come**")


def test_all_thirty_two_stand_in_order() -> None:
    """Each with its requirement and its state."""
    rows = _rows()
    assert [row[0] for row in rows] == [f"G{number}" for number in range(1, MOST + 1)]
    assert [row[0] for row in rows if not row[1] or not row[2].startswith(STATES)] == []


def test_what_is_held_names_its_test() -> None:
    """A claim that no test holds is a wish."""
    assert [row[0] for row in _rows() if row[2].startswith("**Held**") and "tests/" not in row[3]] == []


def test_every_test_that_a_document_names_exists() -> None:
    """The file, the function in it, and the file of cases beside it."""
    assert told(lambda page: _missing(page.read_text(encoding="utf-8")), PAGES) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "`tests/house/test_nothing.py`",
        "`tests/house/test_gate.py::test_nothing`",
        "`tests/law/test_cases.py::test_case` (`nothing.yaml`)",
    ],
)
def test_a_planted_name_is_caught(planted: str) -> None:
    """A file, a function, a file of cases that are not there."""
    assert list(_missing(planted))


def _rows() -> list[list[str]]:
    """The cells of each line of the table: number, requirement, state, tests."""
    lines = GUARD_RAILS.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| G\d+ \|", line)]


def _missing(text: str) -> Iterator[str]:
    """Tests and cases that a text names in backquotes, and that are not there."""
    for file, function in re.findall(r"`(tests/[\w/.-]+?)(?:::(\w+))?`", text):
        path = ROOT / file
        if not path.exists() or (function and function not in _functions(path)):
            yield f"{file}::{function}" if function else file
    for cases in re.findall(r"tests/law/test_cases\.py::test_case` \(((?:`[\w.-]+`(?:, )?)+)\)", text):
        yield from (name for name in re.findall(r"`([\w.-]+)`", cases) if not (CASES / name).exists())


def _functions(path: Path) -> set[str]:
    return {node.name for node in parsed(path).body if isinstance(node, ast.FunctionDef)}
