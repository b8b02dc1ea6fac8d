"""The course of a shield: each state, what may happen in it, by whom, and which deadline runs."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from xinshu.kit.errors import XinshuError
from xinshu.law.verdict import Reason
from xinshu.proceedings.cases.turns import BEGINNING, NONE_RUNS, Course, Side, Turn, by, on


class ShieldState(StrEnum):
    """Where the shield of a plan stands. GRANTED: the plan is being performed, and the records are withheld."""

    DRAFT = "DRAFT"
    LODGED = "LODGED"
    RETURNED = "RETURNED"
    PROPOSED = "PROPOSED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    COMPLETION_LODGED = "COMPLETION_LODGED"
    COMPLETION_PROPOSED = "COMPLETION_PROPOSED"
    COMPLETED = "COMPLETED"
    FAILURE_NOTICED = "FAILURE_NOTICED"
    FAILED = "FAILED"


class Plan(StrEnum):
    """What the court approved: a reorganisation (Enterprise Bankruptcy Law art. 86) or a settlement (art. 98)."""

    REORGANISATION = "REORGANISATION"
    SETTLEMENT = "SETTLEMENT"


class AskedBy(StrEnum):
    """Who asks: the body itself, or the administrator of its bankruptcy; both by a mandate, or at a counter."""

    BODY = "BODY"
    ADMINISTRATOR = "ADMINISTRATOR"


class Fate(StrEnum):
    """What became of a record under a shield.

    KEPT_BACK: the plan was performed, and the law lets nobody end this record by it; nothing shows it again for that.
    ENDED_MEANWHILE: it ended, or its term did, in another way.
    """

    WITHHELD = "WITHHELD"
    REPAIRED = "REPAIRED"
    KEPT_BACK = "KEPT_BACK"
    SHOWN_AGAIN = "SHOWN_AGAIN"
    ENDED_MEANWHILE = "ENDED_MEANWHILE"


ASKER: Final = by(Side.SUBJECT, Side.COUNTER)
HOUSE: Final = by(Side.OPERATOR)
"""The officer of the platform, and a second one: that a court approved is the court's fact and no unit's (adr/0034)."""

SHIELD: Final = Course(
    "SHIELD",
    (
        # in state, event, by whom, leads to, document, deadline that then begins
        Turn(BEGINNING, "begin", ASKER, "DRAFT", "", NONE_RUNS),
        Turn(on("DRAFT"), "lodge", ASKER, "LODGED", "the court's order", "SHIELD_RESULT"),
        Turn(on("LODGED"), "return", HOUSE, "RETURNED", "what is missing", NONE_RUNS),
        Turn(on("RETURNED"), "complete", ASKER, "LODGED", "what was missing", "SHIELD_RESULT"),
        Turn(on("LODGED"), "propose", HOUSE, "PROPOSED", "proposal"),
        Turn(on("PROPOSED"), "send_back", HOUSE, "LODGED"),
        Turn(on("PROPOSED"), "confirm_grant", HOUSE, "GRANTED", "decision", NONE_RUNS),
        Turn(on("PROPOSED"), "confirm_refusal", HOUSE, "REFUSED", "decision with reasons and rights", NONE_RUNS),
        Turn(on("DRAFT", "LODGED", "RETURNED", "PROPOSED"), "withdraw", ASKER, "WITHDRAWN", "", NONE_RUNS),
        Turn(on("GRANTED"), "ask_completion", ASKER, "COMPLETION_LODGED", "proof of performance", "SHIELD_COMPLETION"),
        Turn(on("COMPLETION_LODGED"), "take_back_completion", ASKER, "GRANTED", "", NONE_RUNS),
        Turn(on("COMPLETION_LODGED"), "propose_completion", HOUSE, "COMPLETION_PROPOSED", "proposal"),
        Turn(on("COMPLETION_PROPOSED"), "send_back_completion", HOUSE, "COMPLETION_LODGED"),
        Turn(on("COMPLETION_PROPOSED"), "confirm_completion", HOUSE, "COMPLETED", "decision", NONE_RUNS),
        Turn(on("COMPLETION_PROPOSED"), "decline_completion", HOUSE, "GRANTED", "decision with reasons", NONE_RUNS),
        Turn(
            on("GRANTED", "COMPLETION_LODGED", "COMPLETION_PROPOSED"),
            "notice_failure",
            HOUSE,
            "FAILURE_NOTICED",
            "the court's ruling",
            "SHIELD_REPLY",
        ),
        Turn(on("FAILURE_NOTICED"), "reply", ASKER, "FAILURE_NOTICED", "reply"),
        Turn(on("FAILURE_NOTICED"), "drop_failure", HOUSE, "GRANTED", "", NONE_RUNS),
        Turn(on("FAILURE_NOTICED"), "confirm_failure", HOUSE, "FAILED", "decision with reasons and rights", NONE_RUNS),
    ),
    frozenset({"REFUSED", "WITHDRAWN", "COMPLETED", "FAILED"}),
)
"""临时屏蔽. Every decision is proposed, or noticed, by one officer and confirmed by another."""

FILLED: Final = (ShieldState.DRAFT, ShieldState.RETURNED)
WITHHOLDING: Final = ("GRANTED", "COMPLETION_LODGED", "COMPLETION_PROPOSED", "FAILURE_NOTICED")
"""While a shield is in one of these, its records are withheld."""

WAITING: Final = ("LODGED", "PROPOSED", "COMPLETION_LODGED", "COMPLETION_PROPOSED", "FAILURE_NOTICED")
"""An officer of the platform has to do something."""

LONGEST_WORDS: Final = 1000
LONGEST_COURT: Final = 60
LONGEST_NUMBER: Final = 64
LONGEST_NAME: Final = 60
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class NotShieldable(XinshuError):
    """It cannot be done as said. `faults`: by the field of the form; `reasons`: what the law says of the records."""

    def __init__(self, words: str, faults: Mapping[str, str] = NOTHING, reasons: tuple[Reason, ...] = ()) -> None:
        super().__init__(words)
        self.faults = faults
        self.reasons = reasons


class NotTheirShield(XinshuError):
    """Whoever acts holds no post for this."""
