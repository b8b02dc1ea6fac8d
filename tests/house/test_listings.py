"""Rule: nothing but a person's step in a served case, and a row that an issuer attests, makes an entry of a list (G5)."""

import ast

import pytest

from tests.house.tree import SOURCE, parsed, python_files, relative
from xinshu.law.listing import FLOORS, LIST_KINDS
from xinshu.law.terms import ListingStep
from xinshu.register.records.models import LISTED_BY_DUE_PROCESS

CALLERS = {
    "accept_batch": {
        "src/xinshu/proceedings/intake/settling.py",
        "src/xinshu/proceedings/lists/entering.py",
    },
    "file_entry": {"src/xinshu/proceedings/lists/deciding.py"},
    "enter_listing": {"src/xinshu/doors/desk/lists.py"},
}
"""Who calls what makes a record: the rows of a batch that its organ attested, and one step of one case, by a person."""

TIMERS = ("tasks.py",)


def calls(text: ast.Module, name: str) -> bool:
    """Whether a file calls a function of that name, by itself or through its module."""
    return any(
        isinstance(node, ast.Call)
        and ((isinstance(node.func, ast.Name) and node.func.id == name) or _reached(node.func) == name)
        for node in ast.walk(text)
    )


def _reached(func: ast.expr) -> str:
    if (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id in {"deciding", "actions"}
    ):
        return func.attr
    return ""


@pytest.mark.parametrize("name", CALLERS)
def test_only_these_call_what_makes_a_record(name: str) -> None:
    """Anybody else who could make an entry stands in no case and no batch."""
    found = {relative(path) for path in python_files(migrations=False) if calls(parsed(path), name)}
    assert found == CALLERS[name]


def test_no_timer_and_no_bulk_work_reaches_a_listing() -> None:
    """No job, no command and nothing that counts imports the room's steps."""
    reached = [
        relative(path)
        for path in python_files(migrations=False)
        if "xinshu.proceedings.lists" in path.read_text(encoding="utf-8")
        and (path.name in TIMERS or {"cli", "api", "connectors"} & set(path.relative_to(SOURCE).parts))
    ]
    assert reached == []


def test_a_planted_call_is_caught() -> None:
    """In either form."""
    assert calls(ast.parse("def job():\n    deciding.enter_listing(case=1)\n"), "enter_listing")
    assert calls(ast.parse("enter_listing(case=1)"), "enter_listing")
    assert not calls(ast.parse("self.enter_listing(case=1)"), "enter_listing")


def test_the_law_and_the_database_speak_of_the_same_kinds() -> None:
    """What the check of the table names is what the law calls a list."""
    assert set(LIST_KINDS) == set(FLOORS)
    assert all({ListingStep.DECISION, ListingStep.SERVICE} <= floor for floor in FLOORS.values())
    assert all(kind in str(LISTED_BY_DUE_PROCESS) for kind in LIST_KINDS)
