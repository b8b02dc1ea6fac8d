"""Rule: one term an idea; every room, noun of the law and kind of record is in docs/glossary.md, in both languages."""

import ast
import re

import pytest

from tests.catalogue import shipped
from tests.house.glossary import Term, terms, words
from tests.house.tree import ROOT, SOURCE, parsed, python_files, rooms

NOUNS = SOURCE / "law" / "terms.py"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_room_floor_and_door_is_explained() -> None:
    """By the name of its folder."""
    doors = [path.name for path in (SOURCE / "doors").iterdir() if (path / "__init__.py").exists()]
    floors = [path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()]
    assert {*floors, *doors, *(room.name for room in rooms())} - words() == set()


def test_every_noun_of_the_law_is_explained() -> None:
    """Each class and enumeration of law/terms.py."""
    nouns = {node.name for node in parsed(NOUNS).body if isinstance(node, ast.ClassDef)}
    assert {"Record", "Severity"} <= nouns
    assert nouns - words() == set()


def test_every_kind_of_record_is_explained() -> None:
    """Each kind of the shipped catalogue, with the names that the catalogue gives it."""
    told = {name: (term.english, term.chinese) for term in terms() for name in term.names}
    official = {name: (kind.name_en.lower(), kind.name_zh) for name, kind in shipped().kinds.items()}
    assert {name: told.get(name) for name in official} == official


def test_what_is_explained_exists() -> None:
    """Each name in the column of code stands in the code, or is a kind of the catalogue."""
    sources = [*python_files(), *(ROOT / "catalogue").rglob("*.yaml")]
    known = {word for path in sources for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    known |= {part for path in python_files() for part in path.relative_to(SOURCE).parts}
    assert words() - known == set()


def test_the_glossary_is_sorted_and_says_each_thing_once() -> None:
    """By the English term; no term and no name of the code stands twice."""
    english = [term.english for term in terms()]
    assert english == sorted(set(english), key=str.casefold)
    names = [name for term in terms() for name in term.names]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.english)
def test_each_row_is_whole(term: Term) -> None:
    """Both languages, a source or a dash, and one plain sentence."""
    assert CHINESE.search(term.chinese)
    assert not CHINESE.search(term.english)
    assert term.code
    assert term.source
    assert re.fullmatch(r"[A-Z“][^|]*\.", term.meaning)
