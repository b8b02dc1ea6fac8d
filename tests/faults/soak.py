"""The long trials (`make soak`): the whole fail-point matrix, and rounds of kills drawn from a seed.

    python -m tests.faults.soak --rounds 100 --seed 7

The seed is printed; the same seed and number of rounds draw the same scenarios, events and strikes.
"""

import argparse
import random
import secrets
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.faults.conftest import Store, new_store
from tests.faults.trials import Course, Point, course_of, trial

SCENARIOS = (
    *(("sent", ()), ("sent_without_key", ()), ("by_the_desk", ()), ("withdrawn", ()), ("discarded", ())),
    ("swept", ("by_the_desk",)),
)
MATRIX = (*SCENARIOS, ("published", ()))
STRIKES = ("kill", "kill soon", "kill soon", "database", "connection")
LONGEST_DELAY = 0.02

Trial = tuple[str, Callable[[], list[str]]]


def main() -> int:
    """Run the matrix, then the rounds; 1 when anything was wrong."""
    asked = _asked()
    say(f"seed {asked.seed}, rounds {asked.rounds}, matrix {'whole' if asked.every == 1 else f'1 in {asked.every}'}")
    with new_store() as store:
        wrong = 0
        for number, (name, run) in enumerate(
            [*matrix(store, asked.every), *rounds(store, asked.seed, asked.rounds)], 1
        ):
            for fault in run():
                wrong += 1
                say(f"WRONG {name}: {fault}")
            if number % 25 == 0:
                say(f"{number} trials, {wrong} faults")
    say(f"{number} trials, {wrong} faults; seed {asked.seed}")
    return 1 if wrong else 0


def matrix(store: Store, every: int) -> Iterator[Trial]:
    """Each event of each scenario, before and after."""
    for scenario, before in MATRIX:
        course = course_of(store, scenario, before)
        for point in course.points()[::every]:
            yield _named(store, course, point, strike="kill")


def rounds(store: Store, seed: int, count: int) -> Iterator[Trial]:
    """Kills of ours, at an event or a moment into it, of the database, and of the connection."""
    chance = random.Random(seed)
    for _ in range(count):
        scenario, before = chance.choice(SCENARIOS)
        course = course_of(store, scenario, before)
        strike = chance.choice(STRIKES)
        number = chance.randint(1, len(course.events))
        when = "within" if strike == "kill soon" else chance.choice(("before", "after"))
        delay = chance.uniform(0, LONGEST_DELAY)
        place = {"delay": delay, "cluster": str(store.cluster), "may_survive": True}
        yield _named(store, course, (number, when), strike=strike, **place)


def _named(store: Store, course: Course, point: Point, **strike: Any) -> Trial:
    name = f"{course.scenario}, {strike['strike']} {point[1]} {point[0]} {course.events[point[0] - 1]}"
    return name, lambda: trial(store, course, point, **strike)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--every", type=int, default=1, help="take one point of the matrix in so many")
    return parser.parse_args()


def say(line: str) -> None:
    """At once, since the run takes long."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
