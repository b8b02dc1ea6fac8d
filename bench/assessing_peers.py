"""The assessment of `bench.assessing alike` in two peers: `python -m bench.assessing_peers openfisca|zen BODIES`.

Every measure in use of both editions, each ground as the peer says it; who comes under a measure by the draft, and who
no longer does, counted by division, section and size. Seconds of one core, without reading the rules.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from bench.assessing import DAY, MEASURE, one_each, rules
from xinshu.kit.legal_dates import Rounding, last_day_of_term
from xinshu.law.catalogue import NATIONAL, Catalogue
from xinshu.law.terms import Relation, Standing

Columns = dict[str, np.ndarray]
COUNTED = ("division", "industry", "size")
TEXTS = ("kind", "severity", "procedure", "area", "penalties", "says", "subject_kind")


class Ground(NamedTuple):
    """What a record must be: of each column one of these values, and decided on that day or later."""

    values: dict[str, tuple[str, ...]]
    since: date | None


def grounds(catalogue: Catalogue) -> dict[str, list[Ground]]:
    """The grounds of every national measure in use on the day."""
    return {
        name: [_ground(ground, measure.ending.months, catalogue) for ground in measure.grounds]
        for name, measure in catalogue.measures.items()
        if measure.standing is Standing.ACTIVE and DAY in measure.period and catalogue.layers[name] == NATIONAL
    }


def _ground(ground: Any, months: int | None, catalogue: Catalogue) -> Ground:
    rule = catalogue.lists[ground.listed] if ground.listed else None
    values = {"kind": (rule.kind if rule else ground.kind,), "subject_kind": tuple(ground.subjects)}
    assert Relation.ITSELF in ground.relations
    for column, asked in (
        ("severity", ground.when.severity),
        ("procedure", ground.when.procedure),
        ("area", ground.when.area),
        ("penalties", ground.when.any_penalty),
        ("says", [f"{name}={choice}" for name, choices in ground.says.items() for choice in choices]),
        ("says", [f"{rule.in_field}={rule.choice}"] if rule and rule.in_field else []),
    ):
        if asked:
            values[column] = tuple(map(str, asked))
    return Ground(values, None if months is None else _since(months))


def _since(months: int) -> date:
    """The first day from which so many months have not run out."""
    days = (DAY - timedelta(back) for back in range(31 * months, 0, -1))
    return next(day for day in days if last_day_of_term(day, months=months, rounding=Rounding.DOWN) >= DAY)


# --- OpenFisca-core -------------------------------------------------------------------------------


def openfisca(given: Columns) -> tuple[int, float]:
    """One variable for each measure of each edition, with a formula over all bodies at once; counted by numpy."""
    from openfisca_core.simulations import SimulationBuilder  # noqa: PLC0415 - a peer may be absent

    sides = [grounds(one) for one in rules()]
    system, enums = _system(given, sides)
    told = {name: np.where(given[name] == "", "NONE", given[name]) for name in enums}
    begun = time.process_time()
    simulation = SimulationBuilder().build_default_simulation(system, len(given["kind"]))
    for name in enums:
        simulation.set_input(name, "2026-11", told[name])
    simulation.set_input("decided_on", "2026-11", given["decided_on"])
    gains = 0
    for measure in sorted(set(sides[0]) | set(sides[1])):
        old, new = (
            simulation.calculate(f"{side}_{measure}", "2026-11")
            if measure in found
            else np.zeros(len(given["kind"]), bool)
            for side, found in enumerate(sides)
        )
        for effect, changed in (("GAINS", new & ~old), ("LOSES", old & ~new)):
            counts = _tables(given, changed)
            gains += counts if (effect, measure) == ("GAINS", MEASURE) else 0
    return gains, time.process_time() - begun


def _system(given: Columns, sides: list[dict[str, list[Ground]]]) -> tuple[Any, dict[str, Any]]:
    from openfisca_core.entities import Entity  # noqa: PLC0415
    from openfisca_core.indexed_enums import Enum  # noqa: PLC0415
    from openfisca_core.periods import DateUnit  # noqa: PLC0415
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem  # noqa: PLC0415
    from openfisca_core.variables import Variable  # noqa: PLC0415

    body = Entity("body", "bodies", "A body", "")
    asked = {
        name: sorted(
            {"", *given[name].tolist()}
            | {
                value
                for found in sides
                for several in found.values()
                for one in several
                for value in one.values.get(name, ())
            }
        )
        for name in TEXTS
    }
    enums = {name: Enum(name, {value or "NONE": value for value in values}) for name, values in asked.items()}
    system = TaxBenefitSystem([body])

    def add(name: str, value_type: object, **more: object) -> None:
        said = {"value_type": value_type, "entity": body, "definition_period": DateUnit.MONTH, "label": name}
        system.add_variable(type(name, (Variable,), said | more))

    for name, enum in enums.items():
        add(name, Enum, possible_values=enum, default_value=enum["NONE"])
    add("decided_on", date)
    for side, found in enumerate(sides):
        for measure, several in found.items():
            add(f"{side}_{measure}", bool, formula=_formula(several, enums))
    return system, enums


def _formula(several: list[Ground], enums: dict[str, Any]) -> Callable[[Any, Any], np.ndarray]:
    def formula(found: Any, period: Any) -> np.ndarray:
        any_of: Any = False
        for one in several:
            holds: Any = True
            for name, values in one.values.items():
                column: Any = False
                for value in values:
                    column = column + (found(name, period) == enums[name][value or "NONE"])
                holds = holds * column
            if one.since is not None:
                holds = holds * (found("decided_on", period) >= np.datetime64(one.since))
            any_of = any_of + holds
        return any_of > 0

    return formula


def _tables(given: Columns, chosen: np.ndarray) -> int:
    """The number of bodies; and, for the work that it is, how they lie by division, section and size."""
    if not chosen.any():
        return 0
    codes = [np.unique(given[name][chosen], return_inverse=True)[1] for name in COUNTED]
    _, counts = np.unique(np.stack(codes), axis=1, return_counts=True)
    return int(counts.sum())


# --- zen-engine -----------------------------------------------------------------------------------


def zen_engine(given: Columns) -> tuple[int, float]:
    """One expression for each measure of each edition, body by body, since it takes one at a time."""
    import zen  # noqa: PLC0415 - a peer may be absent

    sides = [grounds(one) for one in rules()]
    expressions = [
        {"id": f"{side}-{name}", "key": f"s{side}_{name.replace('-', '_')}", "value": _expression(several)}
        for side, found in enumerate(sides)
        for name, several in found.items()
    ]
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "i", "type": "inputNode", "name": "in", "position": place},
        {"id": "r", "type": "expressionNode", "name": "r", "position": place, "content": {"expressions": expressions}},
        {"id": "o", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [{"id": "a", "sourceId": "i", "targetId": "r"}, {"id": "b", "sourceId": "r", "targetId": "o"}]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    days = given["decided_on"].astype("datetime64[D]").astype(int) + date(1970, 1, 1).toordinal()
    names = sorted({one["key"].partition("_")[2] for one in expressions})
    begun = time.process_time()
    counts: Counter[tuple[str, ...]] = Counter()
    for index in range(len(days)):
        asked = {name: str(given[name][index]) for name in TEXTS} | {"decided_on": int(days[index])}
        said = decision.evaluate(asked)["result"]
        for name in names:
            old, new = said.get(f"s0_{name}", False), said.get(f"s1_{name}", False)
            if old != new:
                counts["GAINS" if new else "LOSES", name, *(str(given[part][index]) for part in COUNTED)] += 1
    seconds = time.process_time() - begun
    wanted = ("GAINS", MEASURE.replace("-", "_"))
    return sum(number for key, number in counts.items() if key[:2] == wanted), seconds


def _expression(several: list[Ground]) -> str:
    return " or ".join(f"({' and '.join(_conditions(one))})" for one in several)


def _conditions(one: Ground) -> Iterator[str]:
    for name, values in one.values.items():
        yield f"{name} in [{', '.join(json.dumps(value) for value in values)}]"
    if one.since is not None:
        yield f"decided_on >= {one.since.toordinal()}"


if __name__ == "__main__":
    peer, bodies = {"openfisca": openfisca, "zen": zen_engine}[sys.argv[1]], int(sys.argv[2])
    found, taken = peer(one_each(bodies))
    print(json.dumps({"bodies": bodies, "gains": found, "seconds": taken}))
