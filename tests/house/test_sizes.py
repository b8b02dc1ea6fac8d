"""Rule: files, functions, rooms and wings stay small enough to be read whole. Data and migrations are free."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import pytest

from tests.house.tree import ROOT, SOURCE, WINGS, parsed, python_files, relative, rooms

LONGEST_FILE = 400
LONGEST_TEST_FILE = 600
LONGEST_FUNCTION = 60
LONG_FUNCTION = 35
"""Nine functions of ten are no longer than this."""

LARGEST_ROOM = 2_000
MOST_VERBS = 12
MOST_FILES = 10
MOST_ROOMS = 7
THE_REGISTER_ITSELF = {"src/xinshu/register/records": (2_800, 12)}
"""Lines and files of the one room that may be larger, and why: docs/adr/0025."""
NOT_COUNTED = frozenset({"apps.py"})

SOURCE_FILES = [*python_files(migrations=False), *python_files(ROOT / "tools")]
TEST_FILES = [*python_files(ROOT / "tests"), *python_files(ROOT / "bench")]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_file_is_too_long() -> None:
    """Aim at 60 to 200 lines, talk at 300, stop at 400; tests stop at 600."""
    lengths = {relative(path): _lines(path) for path in [*SOURCE_FILES, *TEST_FILES]}
    most = {name: LONGEST_TEST_FILE if name.startswith(("tests/", "bench/")) else LONGEST_FILE for name in lengths}
    assert {name: length for name, length in lengths.items() if length > most[name]} == {}


def test_no_function_is_too_long() -> None:
    """Stop at 60 lines; ruff holds 30 statements and complexity 10."""
    long = [
        f"{relative(path)}: {function.name}"
        for path in [*SOURCE_FILES, *TEST_FILES]
        for function in _functions(path)
        if _length(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_most_functions_are_short() -> None:
    """The ninth decile of the source."""
    lengths = [_length(function) for path in SOURCE_FILES for function in _functions(path)]
    assert quantiles(lengths, n=10)[-1] <= LONG_FUNCTION


@pytest.mark.parametrize("room", rooms(), ids=relative)
def test_a_room_is_small(room: Path) -> None:
    """At most 2,000 lines, ten files and twelve public verbs; else it is two nouns."""
    files = python_files(room, migrations=False)
    lines, most = THE_REGISTER_ITSELF.get(relative(room), (LARGEST_ROOM, MOST_FILES))
    assert sum(map(_lines, files)) <= lines
    assert len([path for path in files if path.name not in NOT_COUNTED]) <= most
    actions = room / "actions.py"
    verbs = [node.name for node in parsed(actions).body if isinstance(node, Function)] if actions.exists() else []
    assert len([name for name in verbs if not name.startswith("_")]) <= MOST_VERBS


def test_no_wing_has_too_many_rooms() -> None:
    """At most seven."""
    counts = {wing: len([room for room in rooms() if room.parent == SOURCE / wing]) for wing in WINGS}
    assert {wing: count for wing, count in counts.items() if count > MOST_ROOMS} == {}


def test_lengths_are_counted_right(tmp_path: Path) -> None:
    """A decorated function of three lines is one of three lines; an empty file has none."""
    (tmp_path / "planted.py").write_text("@staff\ndef page():\n    return 1\n", encoding="utf-8")
    (tmp_path / "empty.py").touch()
    (function,) = _functions(tmp_path / "planted.py")
    assert (_lines(tmp_path / "planted.py"), _length(function), _lines(tmp_path / "empty.py")) == (3, 3, 0)


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _functions(path: Path) -> Iterator[Function]:
    yield from (node for node in ast.walk(parsed(path)) if isinstance(node, Function))


def _length(function: Function) -> int:
    """Lines from the first decorator to the end; the docstring counts, since it is read too."""
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return (function.end_lineno or first) - first + 1
