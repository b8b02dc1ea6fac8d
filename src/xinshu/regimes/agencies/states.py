"""What an audit may find, and the one table of a matter's course: who may do what in which state, and until when."""

from enum import StrEnum
from typing import Final, NamedTuple

from xinshu.kit.errors import XinshuError
from xinshu.law.agencies import Term

LONGEST_WORDS: Final = 500
DAYS_KEPT: Final = 30
"""So many days after a matter of a reported copy is closed its address is erased."""


class Found(StrEnum):
    """How a copy differs from what is shown today: an older version, another content or term, or nothing is shown."""

    LATE = "LATE"
    ALTERED = "ALTERED"
    NOT_SHOWN = "NOT_SHOWN"


class Source(StrEnum):
    """What was compared: the agency's public feed, or a sample."""

    FEED = "FEED"
    SAMPLE = "SAMPLE"


class Cause(StrEnum):
    """What a matter is about: copies that an audit found, endings not acknowledged, or a copy reported with a slip."""

    COPIES = "COPIES"
    ENDINGS = "ENDINGS"
    REPORTED = "REPORTED"


class MatterState(StrEnum):
    """Where a matter stands. LISTED: on the public late list. CLOSED: mended, or found gone."""

    NOTICED = "NOTICED"
    REPLIED = "REPLIED"
    LISTED = "LISTED"
    CLOSED = "CLOSED"


class Event(StrEnum):
    """What happens in a matter."""

    NOTICED = "NOTICED"
    REPLIED = "REPLIED"
    EXTENDED = "EXTENDED"
    LISTED = "LISTED"
    CLOSED = "CLOSED"


class Who(StrEnum):
    """Who may do it: the house by an audit or an acknowledgement, the agency, staff, or whoever bears a slip."""

    HOUSE = "HOUSE"
    AGENCY = "AGENCY"
    STAFF = "STAFF"
    BEARER = "BEARER"


class Turn(NamedTuple):
    """A line of the course: in `states` (None: before the matter), `event` by `who` leads to `next`.

    `document` is what is written then; `term` the term that begins, None: the one that ran goes on or is over.
    """

    causes: frozenset[Cause]
    states: frozenset[MatterState | None]
    event: Event
    who: Who
    document: str
    term: Term | None
    next: MatterState | None


LATE: Final = frozenset({Cause.COPIES, Cause.ENDINGS})
COPY: Final = frozenset({Cause.REPORTED})
BEFORE: Final = frozenset({None})
WAITING: Final = frozenset({MatterState.NOTICED, MatterState.REPLIED})
OPEN: Final = WAITING | {MatterState.LISTED}

COURSE: Final = (
    Turn(LATE, BEFORE, Event.NOTICED, Who.HOUSE, "notice", Term.REPLY, MatterState.NOTICED),
    Turn(LATE, WAITING, Event.REPLIED, Who.AGENCY, "reply", None, MatterState.REPLIED),
    Turn(LATE, frozenset({MatterState.LISTED}), Event.REPLIED, Who.AGENCY, "reply", None, MatterState.LISTED),
    Turn(LATE, OPEN, Event.EXTENDED, Who.STAFF, "decision", Term.REPLY, MatterState.NOTICED),
    Turn(LATE, WAITING, Event.LISTED, Who.STAFF, "decision", None, MatterState.LISTED),
    Turn(LATE, OPEN, Event.CLOSED, Who.HOUSE, "", None, MatterState.CLOSED),
    Turn(COPY, BEFORE, Event.NOTICED, Who.BEARER, "notice", Term.COPY, MatterState.NOTICED),
    Turn(COPY, WAITING, Event.REPLIED, Who.AGENCY, "reply", None, MatterState.REPLIED),
    Turn(COPY, WAITING, Event.CLOSED, Who.HOUSE, "", None, MatterState.CLOSED),
    Turn(COPY, WAITING, Event.CLOSED, Who.STAFF, "decision", None, MatterState.CLOSED),
)
"""The whole course. An agency is named by a person's decision alone; once mended it is off the list by nobody's."""


class NotNow(XinshuError):
    """A matter is not in a state for this, or it is not for this person to do."""


def turn(cause: Cause, state: MatterState | None, event: Event, who: Who) -> Turn:
    """The line of the course by which an event may happen. Raises NotNow."""
    for line in COURSE:
        if cause in line.causes and state in line.states and (event, who) == (line.event, line.who):
            return line
    raise NotNow("事项的状态不允许这一步。The matter is not in a state for this step.")
