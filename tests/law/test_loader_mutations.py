"""No rule of the loader can go unseen: with any one of them taken out or turned round, a hostile row is accepted.

A rule is a statement that tells faults, or a value that says how far something may go. Each is taken out of a copy of
its module, and the copy asked about the hostile rows, which break one rule each and which it must have refused.
"""

import ast
import copy
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.law.hostile import Row, hostile_rows, sound_entries, spoiled
from xinshu.law import doubts, fairness_checks, layer_checks, list_checks, look_checks, measure_checks, refusal_checks
from xinshu.law.catalogue import Entries
from xinshu.law.reading import Fault
from xinshu.law.terms import Certainty, ListExit, ListingStep, Rank, TermKind, UseContext

Check = Callable[[Entries], Iterable[Fault]]

ASKED = {
    measure_checks: "measure_faults",
    fairness_checks: "fairness_faults",
    list_checks: "list_faults",
    layer_checks: "layer_faults",
    look_checks: "look_faults",
    refusal_checks: "refusal_faults",
}
SHARED = {"doubts": (measure_checks, list_checks)}
"""Where what stands in a module of rules is asked by other modules."""


def parsed(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))


def statements(module: ModuleType) -> list[int]:
    """The place, in walking order, of every statement that tells faults."""
    return [
        place
        for place, node in enumerate(ast.walk(parsed(module)))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom)
    ]


def without(module: ModuleType, place: int) -> ModuleType:
    """A copy of the module in which that statement does nothing."""
    tree = parsed(module)
    for found, node in enumerate(ast.walk(tree)):
        if found == place:
            assert isinstance(node, ast.Expr)
            node.value = ast.copy_location(ast.Constant(value=None), node.value)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and "Iterator" in ast.unparse(function.returns or ast.Constant(0)):
            function.body.append(ast.parse("yield from ()").body[0])
    ast.fix_missing_locations(tree)
    return executed(module, tree)


def executed(module: ModuleType, tree: ast.Module) -> ModuleType:
    made = ModuleType(module.__name__)
    made.__file__ = module.__file__
    exec(compile(tree, str(module.__file__), "exec"), made.__dict__)
    return made


@cache
def spoiled_rows() -> tuple[tuple[Row, Entries], ...]:
    """Every row whose faults come of the rules, not of reading its page."""
    read = ((row, spoiled(row)) for row in hostile_rows())
    return tuple((row, entries) for row, (entries, faults) in read if not faults)


@cache
def refused_by(module: ModuleType) -> tuple[tuple[Row, Entries], ...]:
    """The rows that this module, as it stands, refuses, and no other does."""
    asked: Check = getattr(module, ASKED[module])
    return tuple(
        (row, entries) for row, entries in spoiled_rows() if {fault.key for fault in asked(entries)} == set(row["keys"])
    )


def accepted(module: ModuleType, asked: Check) -> Iterator[str]:
    """The names of the rows that the changed check no longer refuses."""
    return (row["name"] for row, entries in refused_by(module) if next(iter(asked(entries)), None) is None)


def told(module: ModuleType, place: int) -> str:
    node = list(ast.walk(parsed(module)))[place]
    return f"{module.__name__.rpartition('.')[2]}:{getattr(node, 'lineno', 0)}"


@pytest.fixture(scope="module", autouse=True)
def _given_back() -> Iterator[None]:
    """What was read for these tests is large, and would slow down whatever comes after them."""
    yield
    spoiled_rows.cache_clear()
    refused_by.cache_clear()


RULES = [(module, place) for module in ASKED for place in statements(module)]


@pytest.mark.parametrize(("module", "place"), RULES, ids=[told(*rule) for rule in RULES])
def test_without_a_rule_a_hostile_row_is_accepted(module: ModuleType, place: int) -> None:
    asked: Check = getattr(without(module, place), ASKED[module])
    assert next(accepted(module, asked), None), f"nothing breaks {told(module, place)} alone; write a hostile row"


def test_without_the_rules_of_doubt_a_hostile_row_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are asked by measures and by lists."""
    for place in statements(doubts):
        changed = without(doubts, place).standing_faults
        for module in SHARED["doubts"]:
            assert refused_by(module)
            with monkeypatch.context() as patch:
                patch.setattr(module, "standing_faults", changed)
                assert next(accepted(module, getattr(module, ASKED[module])), None), told(doubts, place)


# --- how far -------------------------------------------------------------------------------------


def wider(value: Any, *more: Any) -> Any:
    return value | set(more)


LIMITS: list[tuple[ModuleType, str, Any]] = [
    (measure_checks, "RIGHTS", wider(doubts.RIGHTS, Rank.CENTRAL_DOCUMENT)),
    (measure_checks, "RIGHTS", wider(doubts.RIGHTS, Rank.DEPARTMENT_RULE)),
    (measure_checks, "SCOPE_RANKS", wider(doubts.SCOPE_RANKS, Rank.DEPARTMENT_RULE)),
    (measure_checks, "SCOPE_RANKS", wider(doubts.SCOPE_RANKS, Rank.JUDICIAL_INTERPRETATION)),
    (measure_checks, "SCOPE_RANKS", wider(doubts.SCOPE_RANKS, Rank.OTHER_NORMATIVE_DOCUMENT)),
    (measure_checks, "MONEY", frozenset({UseContext.TAX_PREFERENCE})),
    (measure_checks, "MONEY", frozenset({UseContext.GOVERNMENT_FUNDS})),
    (measure_checks, "MONEY_RANKS", wider(measure_checks.MONEY_RANKS, Rank.DEPARTMENT_RULE)),
    (measure_checks, "MONEY_RANKS", wider(measure_checks.MONEY_RANKS, Rank.LOCAL_REGULATION)),
    (measure_checks, "LONGEST", measure_checks.LONGEST + 1),
    (look_checks, "UNSEEN", frozenset({"Cc"})),
    (look_checks, "UNSEEN", frozenset({"Cf"})),
    (fairness_checks, "REGISTRATION", 0),
    (fairness_checks, "EVALUATION", 0),
    (fairness_checks, "EVERYWHERE", wider(fairness_checks.EVERYWHERE, "CITY")),
    (fairness_checks, "BY_GRADE", wider(fairness_checks.BY_GRADE, UseContext.AWARDS)),
    (fairness_checks, "BY_GRADE", wider(fairness_checks.BY_GRADE, UseContext.PUBLIC_TRADING)),
    (list_checks, "FLOORS", {**list_checks.FLOORS, "ADMIN_PENALTY": frozenset()}),
    (list_checks, "FLOORS", {"JUDGMENT_DEFAULTER": frozenset(), "SERIOUS_DISHONESTY": frozenset()}),
    (list_checks, "SCOPE_RANKS", wider(doubts.SCOPE_RANKS, Rank.DEPARTMENT_RULE)),
    (list_checks, "SCOPE_RANKS", wider(doubts.SCOPE_RANKS, Rank.OTHER_NORMATIVE_DOCUMENT)),
    (list_checks, "CONDUCT_RANKS", wider(list_checks.CONDUCT_RANKS, Rank.OTHER_NORMATIVE_DOCUMENT)),
    (list_checks, "CONDUCT_RANKS", wider(list_checks.CONDUCT_RANKS, Rank.JUDICIAL_INTERPRETATION)),
    (list_checks, "FLOOR", frozenset({ListingStep.DECISION})),
    (list_checks, "FLOOR", frozenset({ListingStep.SERVICE})),
    (list_checks, "HEARING", frozenset({ListingStep.NOTICE})),
    (list_checks, "HEARING", frozenset({ListingStep.DEFENCE})),
    (list_checks, "TIMED", frozenset({ListingStep.WAIT})),
    (list_checks, "TIMED", frozenset({ListingStep.DEFENCE})),
    (list_checks, "ALWAYS", frozenset({ListExit.BASIS_REVOKED})),
    (list_checks, "ALWAYS", frozenset({ListExit.WRONGLY_LISTED})),
    (list_checks, "BY_TERM", {TermKind.FIXED: ListExit.TERM_OVER}),
    (list_checks, "BY_TERM", {TermKind.UNTIL_EVENT: ListExit.PERFORMED}),
    (list_checks, "BY_TERM", {**list_checks.BY_TERM, TermKind.DEPARTMENT_RULE: ListExit.TERM_OVER}),
    (list_checks, "LONGEST", list_checks.LONGEST + 1),
    (list_checks, "LONGEST_WAIT", list_checks.LONGEST_WAIT + 1),
    (layer_checks, "LOCAL_CHAPTERS", layer_checks.LOCAL_CHAPTERS | {"national_list"}),
    (layer_checks, "LOCAL_CHAPTERS", layer_checks.LOCAL_CHAPTERS | {"divisions"}),
    (layer_checks, "ADDED", ("kinds", "powers", "lists")),
    (layer_checks, "ADDED", ("kinds", "powers", "measures")),
    (layer_checks, "ADDED", ("kinds", "measures", "lists")),
    (layer_checks, "LAYERED", ("kinds", "lists")),
    (layer_checks, "LAYERED", ("kinds", "measures")),
    (layer_checks, "LAYERED", ("measures", "lists")),
]


@pytest.mark.parametrize(("module", "name", "value"), LIMITS)
def test_with_another_limit_a_hostile_row_is_accepted(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, value: Any
) -> None:
    """Or what is sound is refused, where the limit was narrowed."""
    asked: Check = getattr(module, ASKED[module])
    assert refused_by(module)
    monkeypatch.setattr(module, name, value)
    assert next(accepted(module, asked), None) or list(asked(sound_entries()))


@pytest.mark.parametrize("doubtful", [Certainty.MEDIUM, Certainty.LOW, Certainty.ILLUSTRATIVE])
def test_with_a_doubt_taken_for_sure_a_hostile_row_is_accepted(
    monkeypatch: pytest.MonkeyPatch, doubtful: Certainty
) -> None:
    assert refused_by(measure_checks)
    monkeypatch.setattr(doubts, "SURE", doubts.SURE | {doubtful})
    assert next(accepted(measure_checks, measure_checks.measure_faults), None)


# --- turned round --------------------------------------------------------------------------------


def conditions(module: ModuleType) -> list[int]:
    return [place for place, node in enumerate(ast.walk(parsed(module))) if isinstance(node, ast.If)]


def turned_round(module: ModuleType, place: int) -> ModuleType:
    """A copy of the module in which that condition is the opposite."""
    tree = copy.deepcopy(parsed(module))
    for found, node in enumerate(ast.walk(tree)):
        if found == place:
            assert isinstance(node, ast.If)
            if not isinstance(node.test, ast.NamedExpr):
                node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)
            else:
                node.test = ast.BoolOp(op=ast.And(), values=[node.test, ast.Constant(value=False)])
    ast.fix_missing_locations(tree)
    return executed(module, tree)


TURNED = [(module, place) for module in ASKED for place in conditions(module)]


@pytest.mark.parametrize(("module", "place"), TURNED, ids=[told(*rule) for rule in TURNED])
def test_a_condition_turned_round_is_seen(module: ModuleType, place: int) -> None:
    """A hostile row is accepted, the sound catalogue is refused, or the check fails outright."""
    asked: Check = getattr(turned_round(module, place), ASKED[module])
    try:
        assert next(accepted(module, asked), None) or list(asked(sound_entries()))
    except (AttributeError, KeyError, TypeError):
        return
