"""The courses of repair: each state, what may happen in it, by whom, and which deadline runs."""

from enum import StrEnum
from typing import Final

from xinshu.proceedings.cases.turns import BEGINNING, NONE_RUNS, Course, Side, Turn, by, on


class RepairState(StrEnum):
    """Where an application for repair stands."""

    DRAFT = "DRAFT"
    PRELODGED = "PRELODGED"
    LODGED = "LODGED"
    RETURNED = "RETURNED"
    ACCEPTED = "ACCEPTED"
    PROPOSED = "PROPOSED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"
    RELAYED = "RELAYED"
    REVOCATION_NOTICED = "REVOCATION_NOTICED"
    REVOKED = "REVOKED"


ASKER: Final = by(Side.SUBJECT, Side.COUNTER)
UNIT: Final = by(Side.ORGAN)
HOUSE: Final = by(Side.HOUSE)
OTHERS: Final = by(Side.ORGAN, Side.OPERATOR, Side.HOUSE)
WAITING: Final = ("DRAFT", "PRELODGED", "LODGED", "RETURNED", "ACCEPTED", "PROPOSED", "RELAYED")

REPAIR: Final = Course(
    "REPAIR",
    (
        # in state, event, by whom, leads to, document, deadline that then begins
        Turn(BEGINNING, "begin", ASKER, "DRAFT", "", NONE_RUNS),
        Turn(on("DRAFT"), "prelodge", ASKER, "PRELODGED", "application", NONE_RUNS),
        Turn(on("PRELODGED"), "take_back", ASKER, "DRAFT", "", NONE_RUNS),
        Turn(on("DRAFT"), "lodge", ASKER, "LODGED", "application", "REPAIR_ACCEPT"),
        Turn(on("PRELODGED"), "file", HOUSE, "LODGED", "application", "REPAIR_ACCEPT"),
        Turn(on("DRAFT"), "relay", ASKER, "RELAYED", "application", "REPAIR_RESULT"),
        Turn(on("PRELODGED"), "relay", HOUSE, "RELAYED", "application", "REPAIR_RESULT"),
        Turn(on("LODGED"), "return", UNIT, "RETURNED", "what is missing", NONE_RUNS),
        Turn(on("RETURNED"), "complete", ASKER, "LODGED", "what was missing", "REPAIR_ACCEPT"),
        Turn(on("LODGED"), "accept", UNIT, "ACCEPTED", "notice of acceptance", "REPAIR_RESULT"),
        Turn(on("LODGED", "ACCEPTED"), "extend", UNIT, "ACCEPTED", "notice of extension", "REPAIR_EXTENSION"),
        Turn(on("ACCEPTED"), "grant", UNIT, "GRANTED", "decision", NONE_RUNS),
        Turn(on("ACCEPTED"), "refuse", UNIT, "REFUSED", "decision with reasons and rights", NONE_RUNS),
        Turn(on("ACCEPTED"), "propose", UNIT, "PROPOSED", "proposal"),
        Turn(on("PROPOSED"), "send_back", UNIT, "ACCEPTED"),
        Turn(on("PROPOSED"), "confirm_grant", UNIT, "GRANTED", "decision", NONE_RUNS),
        Turn(on("PROPOSED"), "confirm_refusal", UNIT, "REFUSED", "decision with reasons and rights", NONE_RUNS),
        Turn(on("RELAYED"), "relayed", OTHERS, "RELAYED", "number of the national case"),
        Turn(on("RELAYED"), "granted_elsewhere", OTHERS, "GRANTED", "decision of another window", NONE_RUNS),
        Turn(on("RELAYED"), "refused_elsewhere", OTHERS, "REFUSED", "decision of another window", NONE_RUNS),
        Turn(on(*WAITING[:-1]), "withdraw", ASKER, "WITHDRAWN", "", NONE_RUNS),
        Turn(on(*WAITING), "lapse", HOUSE, "LAPSED", "", NONE_RUNS),
        Turn(on("GRANTED"), "notice_revocation", UNIT, "REVOCATION_NOTICED", "notice of revocation", "REPAIR_REPLY"),
        Turn(on("REVOCATION_NOTICED"), "reply", ASKER, "REVOCATION_NOTICED", "reply"),
        Turn(on("REVOCATION_NOTICED"), "drop_revocation", UNIT, "GRANTED", "", NONE_RUNS),
        Turn(on("REVOCATION_NOTICED"), "revoke", UNIT, "REVOKED", "decision with reasons and rights", NONE_RUNS),
    ),
    frozenset({"GRANTED", "REFUSED", "WITHDRAWN", "LAPSED", "REVOKED"}),
)
"""On serious records by `propose` and `confirm_*`; a revocation is decided by another than gave its notice."""

DELISTING: Final = Course(
    "DELISTING",
    (
        Turn(BEGINNING, "ask", HOUSE, "ASKED", "question to the listing unit", "REPAIR_RESULT"),
        Turn(on("ASKED"), "answer", UNIT, "ANSWERED", "answer of the listing unit", NONE_RUNS),
        Turn(on("ASKED"), "lapse", HOUSE, "LAPSED", "", NONE_RUNS),
    ),
    frozenset({"ANSWERED", "LAPSED"}),
)
"""A list is left only by its own unit's decision: it is asked once a record that its entry cites is repaired."""

COURSES: Final = (REPAIR.name, DELISTING.name)
LISTING: Final = "SERIOUS_DISHONESTY"

APPLIED: Final = frozenset({"lodge", "file", "relay"})
"""Events with which the clock of the result begins; `said.applied_on` is the day that it counts from."""

LONGEST_WORDS: Final = 1000
LONGEST_NAME: Final = 60


class Window(StrEnum):
    """Where an application is handled: HERE, or handed to the national window (RELAY)."""

    HERE = "HERE"
    RELAY = "RELAY"
