"""The course of a listing: each state, what may happen in it, by whom; and the ways of service."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from xinshu.kit.errors import XinshuError
from xinshu.law.listing import Missing
from xinshu.law.verdict import Reason
from xinshu.proceedings.cases.turns import BEGINNING, NONE_RUNS, Course, Side, Turn, by, on


class ListingState(StrEnum):
    """Where a listing stands. DEFENCE: the notice is served, and the body is heard."""

    PROPOSED = "PROPOSED"
    NOTICED = "NOTICED"
    DEFENCE = "DEFENCE"
    REVIEWED = "REVIEWED"
    APPROVED = "APPROVED"
    DECIDED = "DECIDED"
    SERVED = "SERVED"
    LISTED = "LISTED"
    DROPPED = "DROPPED"
    REMOVAL_PROPOSED = "REMOVAL_PROPOSED"
    REMOVED = "REMOVED"


class Service(StrEnum):
    """How a document was served (Civil Procedure Law ch. 7 s. 2, which the Penalty Law's art. 61 refers to)."""

    DIRECT = "DIRECT"
    LEFT = "LEFT"
    ELECTRONIC = "ELECTRONIC"
    ENTRUSTED = "ENTRUSTED"
    MAIL = "MAIL"
    PUBLIC = "PUBLIC"


UNIT: Final = by(Side.ORGAN)
HEARD: Final = by(Side.SUBJECT, Side.COUNTER)
OPEN: Final = ("PROPOSED", "NOTICED", "DEFENCE", "REVIEWED", "APPROVED", "DECIDED", "SERVED")
"""Nothing is on the list yet."""

SPEAKS: Final = ("DEFENCE", "REVIEWED", "APPROVED")
"""The body may be heard: during its time, and after it for as long as nothing is decided."""

LISTING: Final = Course(
    "LISTING",
    (
        # in state, event, by whom, leads to, document, deadline that then begins
        Turn(BEGINNING, "propose", UNIT, "PROPOSED", "proposal", NONE_RUNS),
        *(Turn(on(state), "revise", UNIT, state, "changed proposal") for state in ("PROPOSED", *SPEAKS)),
        Turn(on("PROPOSED", *SPEAKS), "notice", UNIT, "NOTICED", "prior notice", NONE_RUNS),
        Turn(on("NOTICED"), "serve_notice", UNIT, "DEFENCE", "proof of service", "LISTING_DEFENCE"),
        Turn(on(*SPEAKS), "defend", HEARD, "DEFENCE", "defence"),
        Turn(on("DEFENCE"), "answer", UNIT, "DEFENCE", "what was found of the defence"),
        Turn(on("DEFENCE"), "review", UNIT, "REVIEWED", "legal review"),
        Turn(on("DEFENCE", "REVIEWED"), "approve", UNIT, "APPROVED", "approval"),
        Turn(on(*SPEAKS), "decide", UNIT, "DECIDED", "decision, signed", NONE_RUNS),
        Turn(on("DECIDED"), "serve_decision", UNIT, "SERVED", "proof of service", NONE_RUNS),
        Turn(on("SERVED"), "enter", UNIT, "LISTED", "", NONE_RUNS),
        Turn(on(*OPEN), "drop", UNIT, "DROPPED", "reasons", NONE_RUNS),
        Turn(on("LISTED"), "ask_removal", HEARD, "LISTED", "request"),
        Turn(on("LISTED"), "propose_exposure", UNIT, "LISTED", "note on proportion"),
        Turn(on("LISTED"), "confirm_exposure", UNIT, "LISTED", "decision with its own note", NONE_RUNS),
        Turn(on("LISTED"), "propose_removal", UNIT, "REMOVAL_PROPOSED", "proposal"),
        Turn(on("REMOVAL_PROPOSED"), "send_back_removal", UNIT, "LISTED"),
        Turn(on("REMOVAL_PROPOSED"), "confirm_removal", UNIT, "REMOVED", "decision, signed", NONE_RUNS),
    ),
    frozenset({"LISTED", "DROPPED", "REMOVED"}),
)
"""名单. Who proposes does not review, and neither of them signs. A term that is over ends by itself, by no turn."""

DEFENCE_DUE: Final = "LISTING_DEFENCE"
LONGEST_WORDS: Final = 2000
LONGEST_NUMBER: Final = 64
LONGEST_NAME: Final = 60
SHORTEST_NOTE: Final = 20
"""A note on proportion says something: what it is for, and why the list alone does not do."""

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class NotListable(XinshuError):
    """It cannot be done as said. `faults`: by the field of the form; `reasons`, `missing`: what the law says."""

    def __init__(
        self,
        words: str,
        faults: Mapping[str, str] = NOTHING,
        *,
        reasons: tuple[Reason, ...] = (),
        missing: tuple[Missing, ...] = (),
    ) -> None:
        super().__init__(words)
        self.faults = faults
        self.reasons = reasons
        self.missing = missing


class NotTheirListing(XinshuError):
    """Whoever acts holds no post for this."""


class AnotherPerson(NotListable):
    """A step has to be taken by somebody who has not taken part before."""
