"""The one readable table by which a case goes: in which state, what may happen, by whom, and what follows."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from xinshu.kit.errors import XinshuError


class Side(StrEnum):
    """Who acts in a case. COUNTER: a clerk at a window who helps the subject; HOUSE: the platform by itself."""

    SUBJECT = "SUBJECT"
    COUNTER = "COUNTER"
    ORGAN = "ORGAN"
    OPERATOR = "OPERATOR"
    HOUSE = "HOUSE"


RUNS_ON: Final = None
"""The deadline that runs goes on."""

NONE_RUNS: Final = ""
"""No deadline runs any more."""


class Turn(NamedTuple):
    """A line of a course: in `states` (None: before the case), `event` by one of `who` leads to `next`.

    `document` is what is written then. `deadline` is the one that begins to run, by its name in the catalogue.
    """

    states: frozenset[str | None]
    event: str
    who: frozenset[Side]
    next: str
    document: str = ""
    deadline: str | None = RUNS_ON


class Course(NamedTuple):
    """All turns of one kind of case; a case in a `closed` state is over, whatever may still follow."""

    name: str
    turns: tuple[Turn, ...]
    closed: frozenset[str]

    @property
    def states(self) -> frozenset[str]:
        """Every state that a case of this course may be in."""
        return frozenset(turn.next for turn in self.turns)


class NotNow(XinshuError):
    """A case is not in a state for this, or it is not for this side to do."""


def turn(course: Course, state: str | None, event: str, side: Side) -> Turn:
    """The line by which an event may happen. Raises NotNow."""
    for line in course.turns:
        if state in line.states and line.event == event and side in line.who:
            return line
    raise NotNow(
        "办件目前的状态不允许这一步；请刷新页面，看现在可以做什么。"
        " The case is not in a state for this step; reload the page to see what can be done now."
    )


def open_events(course: Course, state: str, side: Side) -> frozenset[str]:
    """What that side may do in that state."""
    return frozenset(line.event for line in course.turns if state in line.states and side in line.who)


def on(*states: str) -> frozenset[str | None]:
    """Those states, for a line of a course."""
    return frozenset(states)


def by(*sides: Side) -> frozenset[Side]:
    """Those sides, for a line of a course."""
    return frozenset(sides)


BEGINNING: Final[frozenset[str | None]] = frozenset({None})


def unreachable(course: Course) -> frozenset[str]:
    """The states to which no turn leads from the beginning: a fault of the table."""
    reached: set[str | None] = {None}
    while more := {line.next for line in course.turns if line.states & reached} - reached:
        reached |= more
    return _named(course.turns) - reached  # type: ignore[return-value]


def _named(turns: Iterable[Turn]) -> frozenset[str | None]:
    return frozenset(state for line in turns for state in {*line.states, line.next})
