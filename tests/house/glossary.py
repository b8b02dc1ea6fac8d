"""The dictionary as data: docs/glossary.md, row by row."""

import re
from typing import NamedTuple

from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "glossary.md"
HEAD = "| English | 中文 | In code | Official code | Article or standard | What it is |"


class Term(NamedTuple):
    """One row: the term in English and Chinese, its names in code, its official code, its source, one sentence."""

    english: str
    chinese: str
    names: tuple[str, ...]
    code: str
    source: str
    meaning: str


def terms() -> list[Term]:
    """Every row of the table, in the order of the page."""
    text = PAGE.read_text(encoding="utf-8")
    _, _, table = text.partition(f"{HEAD}\n")
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    return [_term([cell.strip() for cell in row.strip("|").split("|")]) for row in rows]


def words() -> frozenset[str]:
    """Every name of the code that the glossary explains."""
    return frozenset(name for term in terms() for name in term.names)


def _term(cells: list[str]) -> Term:
    english, chinese, names, code, source, meaning = cells
    return Term(english, chinese, tuple(re.findall(r"`([^`]+)`", names)), code, source, meaning)
