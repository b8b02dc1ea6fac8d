"""One trial: a scenario is cut off at an event, what it left is looked at, it is sent again, and once more."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from tests.faults.conftest import Answer, Store

Point = tuple[int, str]
"""The number of an event, and when it is struck: "before" or "after"."""

KILLED, LOST = -9, 10
GRAVE = {"COMMIT": "after", "NUMBER": "before"}
THIRD = 3
"""A third sending and the sweep are tried at every so many points."""


@dataclass
class Course:
    """An undisturbed run of a scenario, and what came before it: the measure of every other run.

    `told_anew`: what a third sending may tell otherwise, since without a key it is a batch of its own.
    """

    scenario: str
    before: Sequence[str] = ()
    told_anew: Sequence[str] = ()
    events: list[str] = field(default_factory=list)
    start: dict[str, Any] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)

    def run(self, store: Store) -> "Course":
        """Note the events and the end."""
        self.prepare(store)
        self.start = store.look()
        self.events = store.well("do", scenario=self.scenario).events
        self.end = store.look()
        return self

    def prepare(self, store: Store) -> None:
        """As it stands when the scenario begins."""
        store.reset()
        for scenario in self.before:
            store.well("do", scenario=scenario)

    def points(self) -> list[Point]:
        """Every event, before and after."""
        return [(number + 1, when) for number in range(len(self.events)) for when in ("before", "after")]

    def sample(self, seed: int, most: int) -> list[Point]:
        """The named commit points, and others up to `most`, spread over the whole course; the seed draws which.

        A commit is named by what stands before it, and a name that comes often is taken twice. After a commit: done
        and not told. Before a number: committed and not seen.
        """
        chance = random.Random(seed)
        chosen = {point for points in self.named().values() for point in chance.sample(points, min(len(points), 2))}
        left = [point for point in self.points() if point not in chosen]
        return sorted(chosen | set(_spread(chance, left, most - len(chosen))))

    def named(self) -> dict[tuple[str, str], list[Point]]:
        """Every commit and number, by the event before it and its own kind."""
        found: dict[tuple[str, str], list[Point]] = {}
        for number, (earlier, event) in enumerate(pairwise(["", *self.events]), 1):
            if event in GRAVE:
                found.setdefault((earlier, event), []).append((number, GRAVE[event]))
        return found

    def told_after(self, point: Point) -> Sequence[str]:
        """Where the last commit was made and not told, a second sending is what a third is elsewhere."""
        number, when = point
        left = self.events[number if when == "after" else number - 1 :]
        return () if "COMMIT" in left else self.told_anew


def _spread(chance: random.Random, points: Sequence[Point], count: int) -> Iterator[Point]:
    """One point of each of so many stretches of equal length."""
    count = max(0, min(count, len(points)))
    ends = [len(points) * place // count for place in range(count + 1)] if count else []
    return (points[chance.randrange(start, end)] for start, end in pairwise(ends))


def trial(store: Store, course: Course, point: Point, **strike: Any) -> list[str]:
    """What is wrong after a strike at this point: nothing, if all is well."""
    course.prepare(store)
    struck = store.order("do", scenario=course.scenario, at=point[0], when=point[1], **strike)
    wrong = [] if _is_struck(struck, strike) else [f"ended with {struck.status}: {struck.said}"]
    if strike.get("strike") == "database":
        store.restart()
    wrong += [f"after the crash: {fault}" for fault in half(course, store.look())]
    again = store.order("do", scenario=course.scenario)
    wrong += [] if again.status == 0 else [f"second sending: {again.said}"]
    wrong += [f"second sending: {fault}" for fault in differs(course, store.look(), but=course.told_after(point))]
    return wrong + (_afterwards(store, course) if point[0] % THIRD == 0 else [])


def _afterwards(store: Store, course: Course) -> list[str]:
    """A third sending changes nothing, and the sweep leaves nothing."""
    again = store.order("do", scenario=course.scenario)
    wrong = [] if again.status == 0 else [f"third sending: {again.said}"]
    wrong += [f"third sending: {fault}" for fault in differs(course, store.look(), but=course.told_anew)]
    store.well("do", scenario="swept")
    left = [name for name in store.look()["files"] if name != "key"]
    return wrong + ([f"the sweep left {left}"] if left else [])


def _is_struck(struck: Answer, strike: dict[str, Any]) -> bool:
    """Our process died; or it lived, and told that its database was gone; or it was done before the blow fell."""
    due = KILLED if strike.get("strike", "kill").startswith("kill") else LOST
    return struck.status == due or (struck.status == 0 and strike.get("may_survive", False))


def half(course: Course, seen: dict[str, Any]) -> Iterable[str]:
    """What a crash may not leave."""
    yield from seen["broken"]
    yield from (f"returned rows of {name} can be read and are not counted" for name in seen["half"])
    journal = [line for line in seen["told"]["journal"] if line[0] != "null"]
    due = course.end["told"]["journal"]
    if journal != due[: len(journal)]:
        yield "what is numbered is no prefix of what would have been"
    at_this_point = {**course.start["shown"], **{_identity(line): int(line[4]) for line in journal}}
    ended = {_identity(line) for line in journal if line[3] == '"WITHDRAWN"'}
    expected = {
        identity: version
        for identity, version in at_this_point.items()
        if identity not in ended and identity not in seen["waiting"]
    }
    if seen["shown"] != expected:
        yield f"shown is not what is numbered: {len(seen['shown'])} for {len(expected)}"


def _identity(line: list[str]) -> str:
    return line[1].strip('"')


def differs(course: Course, seen: dict[str, Any], but: Iterable[str] = ()) -> Iterable[str]:
    """Where the end is not that of the undisturbed run, but for these tables."""
    yield from seen["broken"]
    yield from (f"returned rows of {name} are not those counted" for name in seen["half"])
    if seen["waiting"]:
        yield "something is not numbered"
    if seen["shown"] != course.end["shown"]:
        yield "something else is shown"
    for table, rows in course.end["told"].items():
        if table not in but and _without_undone(seen["told"][table]) != _without_undone(rows):
            yield f"{table}: {_first_difference(seen['told'][table], rows)}"


def _without_undone(rows: list[Any]) -> list[Any]:
    """The trail may tell that an empty batch, which a crash left, was undone."""
    return [row for row in rows if row[0] != '"DISCARD_BATCH"']


def _first_difference(found: list[Any], due: list[Any]) -> str:
    pairs = [(one, other) for one, other in zip(found, due, strict=False) if one != other]
    return f"{len(found)} rows for {len(due)}; {pairs[:1]}"[:1500]


def wrong_points(store: Store, course: Course, points: Iterable[Point], **strike: Any) -> dict[str, list[str]]:
    """The points at which something is wrong, and what."""
    found = {
        f"{when} {number} {course.events[number - 1]}": trial(store, course, (number, when), **strike)
        for number, when in points
    }
    return {name: wrong for name, wrong in found.items() if wrong}


@cache
def course_of(store: Store, scenario: str, before: Sequence[str] = ()) -> Course:
    """The undisturbed run of a scenario, made once."""
    anew = ("batches", "returned") if scenario == "sent_without_key" else ()
    return Course(scenario, before, anew).run(store)
