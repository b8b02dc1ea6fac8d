"""Rule: each file says first what it keeps, is named by a noun of the field, and imports in the open, at its top."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.glossary import words
from tests.house.tree import ROOT, SOURCE, parsed, python_files, relative, rooms, told

OURS = [*python_files(), *python_files(ROOT / "tools"), *python_files(ROOT / "tests"), *python_files(ROOT / "bench")]
NAMELESS = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc", "shared"})
"""Names that say nothing of what is inside. (The portal's base.html is Django's word for the page that others fill.)"""

NAMED_BY_DJANGO = frozenset({Path("project/database/base.py")})
"""A database backend must bear this name."""

FRAMEWORK = frozenset({"migrations", "templates", "static", "templatetags"})
"""Folders whose names Django gives."""

LONGEST_INIT = 20
SAYS_WHO_ASKS = 2
TESTS_ACROSS = frozenset({"faults", "hostile", "house", "journeys", "mutations", "parity", "soak"})
"""Folders of tests that mirror no floor."""

FLOORS_UNDER_TEST = ("kit", "law", "tlog", "bulk", "doors")


def test_a_file_opens_with_a_sentence() -> None:
    """What is kept here; it may run on to a second line."""
    silent = [path for path in OURS if not re.match(r"[^\n]+(\n[^\n]+)?[.?!:]\Z", _opening(path))]
    assert [relative(path) for path in silent if not _is_frameworks(path)] == []


def test_a_package_says_what_it_is_and_nothing_else() -> None:
    """`__init__` holds a docstring only, of at most 20 lines; Django's own hold nothing."""
    packages = [path for path in python_files() if path.name == "__init__.py"]
    said = {path: ast.unparse(ast.Module(parsed(path).body[1:], [])) for path in packages}
    assert [relative(path) for path, more in said.items() if more] == []
    assert [relative(path) for path in packages if len(path.read_text("utf-8").splitlines()) > LONGEST_INIT] == []
    assert [relative(path) for path in packages if _is_frameworks(path) and path.read_bytes()] == []


@pytest.mark.parametrize("room", rooms(), ids=relative)
def test_a_room_names_its_article_and_who_asks(room: Path) -> None:
    """What it keeps, the article it serves, who asks it."""
    docstring = ast.get_docstring(parsed(room / "__init__.py")) or ""
    assert "Serves " in docstring
    assert "art" in docstring
    assert "Asked by " in docstring
    assert len(docstring.splitlines()) >= SAYS_WHO_ASKS


def test_no_name_says_nothing() -> None:
    """No `utils`, no `helpers`: a noun has one home."""
    ours = [path for path in OURS if path not in {SOURCE / given for given in NAMED_BY_DJANGO}]
    named = [path for path in ours if path.stem in NAMELESS or path.parent.name in NAMELESS]
    assert [relative(path) for path in named] == []


def test_every_folder_bears_a_word_of_the_glossary() -> None:
    """Floors, wings, rooms and doors."""
    folders = {path.parent for path in python_files()} - {SOURCE}
    plain = {folder for folder in folders if folder.name not in FRAMEWORK}
    assert sorted(relative(folder) for folder in plain if folder.name not in words()) == []


def test_imports_stand_in_the_open() -> None:
    """At the top: none hidden in a function, a class or a condition, none for types only."""
    assert told(lambda path: _hidden(parsed(path))) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "def late():\n    import json",
        "class Late:\n    from json import loads",
        "if True:\n    import json",
        "try:\n    import json\nexcept ImportError:\n    json = None",
        "from typing import TYPE_CHECKING",
        "import typing\nif typing.TYPE_CHECKING:\n    pass",
    ],
)
def test_a_hidden_import_is_caught(planted: str) -> None:
    """Each of the usual places."""
    assert _hidden(ast.parse(planted))


def test_the_catalogue_is_well_laid_out() -> None:
    """yamllint, strictly, by the house's own configuration."""
    done = subprocess.run(
        [Path(sys.executable).with_name("yamllint"), "-s", "-f", "parsable", "catalogue"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_tests_mirror_the_house() -> None:
    """A folder of tests is named as the floor, wing or room it tests; the rest is faults, house, journeys and parity."""
    folders = {path.relative_to(ROOT / "tests").parent for path in python_files(ROOT / "tests")} - {Path()}
    mirrors = {folder for folder in folders if folder.parts[0] not in TESTS_ACROSS}
    assert sorted(map(str, mirrors)) == sorted(str(folder) for folder in mirrors if (SOURCE / folder).is_dir())


def test_every_room_and_floor_has_tests() -> None:
    """`tests/<wing>/<room>/`, or one file `test_<room>.py` in the wing."""
    places = [SOURCE / floor for floor in FLOORS_UNDER_TEST if (SOURCE / floor).is_dir()] + rooms()
    untested = [place for place in places if not _tested(ROOT / "tests" / place.relative_to(SOURCE))]
    assert [relative(place) for place in untested] == []


def test_every_journey_is_walked() -> None:
    """One test for each page of docs/journeys, under the same name."""
    pages = (ROOT / "docs" / "journeys").glob("*.md")
    walks = {page.name: ROOT / "tests" / "journeys" / f"test_{page.stem.replace('-', '_')}.py" for page in pages}
    assert [name for name, walk in walks.items() if not walk.exists()] == []


def test_every_test_of_the_house_says_which_rule_it_holds() -> None:
    """The file names the rule, each test what it shows of it."""
    functions = [
        (path, node)
        for path in python_files(ROOT / "tests" / "house")
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert [f"{path.name}: {node.name}" for path, node in functions if not ast.get_docstring(node)] == []
    rules = [path for path, _ in functions if (ast.get_docstring(parsed(path)) or "").startswith("Rule: ")]
    assert set(rules) == {path for path, _ in functions}


def _opening(path: Path) -> str:
    """The first paragraph of a file's docstring."""
    return (ast.get_docstring(parsed(path)) or "").partition("\n\n")[0]


def _is_frameworks(path: Path) -> bool:
    """Django's own: migrations, and the empty `__init__` of a folder that it names."""
    return "migrations" in path.parts or (path.name == "__init__.py" and path.parent.name in FRAMEWORK)


def _hidden(tree: ast.Module) -> list[str]:
    """Imports elsewhere than on the first level, and the loophole for types."""
    told = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    open_ones = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for known in open_ones:
        told.remove(known)
    loophole = [ast.unparse(node) for node in ast.walk(tree) if "TYPE_CHECKING" in _names(node)]
    return told + loophole


def _names(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.Name():
            return (node.id,)
        case ast.Attribute():
            return (node.attr,)
        case ast.alias():
            return (node.name,)
    return ()


def _tested(place: Path) -> bool:
    return place.with_name(f"test_{place.name}.py").exists() or any(place.glob("**/test_*.py"))
