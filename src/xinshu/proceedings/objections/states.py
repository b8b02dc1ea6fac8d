"""Where a claim stands; and by which tables the cases of a body itself go: objection, "not us", review, declined."""

from enum import StrEnum
from typing import Final

from xinshu.bulk.personal import mask
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.turns import BEGINNING, NONE_RUNS, Course, Side, Turn, by, on

DUE_WORKDAYS: Final = 3
"""Within so many working days a claim is reviewed."""

DAYS_KEPT: Final = 30
"""The words of a claim are erased so many days after its decision."""

LONGEST_WORDS: Final = 300


class ClaimState(StrEnum):
    """A claim waits, was upheld or rejected by a review, or lapsed when its record ended by itself."""

    OPEN = "OPEN"
    UPHELD = "UPHELD"
    REJECTED = "REJECTED"
    LAPSED = "LAPSED"


class Ground(StrEnum):
    """Against what a body objects. MATCH: the record is hung on the wrong body. CHANGED_DECISION: another decision has
    changed or revoked the one that the record tells of (Administrative Penalty Law art. 48)."""

    CONTENT = "CONTENT"
    TERM = "TERM"
    MATCH = "MATCH"
    REPAIR_RESULT = "REPAIR_RESULT"
    CHANGED_DECISION = "CHANGED_DECISION"


class Answer(StrEnum):
    """How the unit answers an objection."""

    CONFIRMED = "CONFIRMED"
    CORRECTED = "CORRECTED"
    ENDED = "ENDED"


class AppealAbout(StrEnum):
    """On what the operator may be asked; facts stay with the unit and the courts."""

    PROCEDURE = "PROCEDURE"
    MATCH = "MATCH"


class AppealAnswer(StrEnum):
    """How the operator answers: nothing is wrong, the procedure was not kept, or the record is of another body."""

    DISMISSED = "DISMISSED"
    SENT_BACK = "SENT_BACK"
    NOT_MATCHED = "NOT_MATCHED"


class Outcome(StrEnum):
    """How a reconsideration or lawsuit ended for the decision."""

    KEPT = "KEPT"
    CHANGED = "CHANGED"
    REVOKED = "REVOKED"


ASKER: Final = by(Side.SUBJECT, Side.COUNTER)
UNIT: Final = by(Side.ORGAN)
PLATFORM: Final = by(Side.OPERATOR)
BOTH: Final = by(Side.SUBJECT, Side.COUNTER, Side.ORGAN)
ITSELF: Final = by(Side.HOUSE)

BEFORE_UNIT: Final = frozenset({"LODGED", "SENT_BACK"})
"""The unit is to answer."""

FINAL: Final = frozenset({"CONFIRMED", "CONFIRMED_AGAIN", "APPEAL_DISMISSED"})
"""Answered with reasons; the same objection to the same content is not opened again."""

OBJECTION: Final = Course(
    "OBJECTION",
    (
        Turn(BEGINNING, "LODGE", ASKER, "LODGED", "异议申请", "OBJECTION_ANSWER"),
        Turn(BEGINNING, "TELL_CHANGE", ASKER, "LODGED", "变更、撤销决定的证明", "CHANGED_DECISION"),
        Turn(on("LODGED", "SENT_BACK", "APPEALED"), "TAKE_BACK", ASKER, "TAKEN_BACK", "", NONE_RUNS),
        Turn(on("LODGED"), "CONFIRM", UNIT, "CONFIRMED", "异议处理告知书", "OBJECTION_APPEAL"),
        Turn(on("SENT_BACK"), "CONFIRM", UNIT, "CONFIRMED_AGAIN", "异议处理告知书", NONE_RUNS),
        Turn(on("LODGED", "SENT_BACK", "APPEALED"), "CORRECT", UNIT, "CORRECTED", "异议处理告知书", NONE_RUNS),
        Turn(on("LODGED", "SENT_BACK", "APPEALED"), "END", UNIT, "ENDED", "异议处理告知书", NONE_RUNS),
        Turn(on("CONFIRMED"), "APPEAL", ASKER, "APPEALED", "复核申请", "OBJECTION_APPEAL_ANSWER"),
        Turn(on("APPEALED"), "DISMISS", PLATFORM, "APPEAL_DISMISSED", "复核告知书", NONE_RUNS),
        Turn(on("APPEALED"), "SEND_BACK", PLATFORM, "SENT_BACK", "复核告知书", "OBJECTION_ANSWER"),
        Turn(on("APPEALED"), "UNMATCH", PLATFORM, "ENDED", "复核告知书", NONE_RUNS),
        Turn(on("LODGED", "SENT_BACK", "APPEALED"), "FOLLOW", ITSELF, "FOLLOWED", "", NONE_RUNS),
    ),
    frozenset({"CONFIRMED", "CONFIRMED_AGAIN", "CORRECTED", "ENDED", "APPEAL_DISMISSED", "TAKEN_BACK", "FOLLOWED"}),
)
"""异议. CONFIRMED is closed, and one appeal may follow while its days run. FOLLOWED: the record ended otherwise."""

NOT_US: Final = Course(
    "NOT_US",
    (
        Turn(BEGINNING, "ASK", ASKER, "ASKED", "非本单位信息申明", "OBJECTION_ANSWER"),
        Turn(on("ASKED"), "TAKE_BACK", ASKER, "TAKEN_BACK", "", NONE_RUNS),
        Turn(on("ASKED"), "SAY_SAME", UNIT, "SAME", "核对结果告知书", NONE_RUNS),
        Turn(on("ASKED"), "SAY_NOT_SAME", UNIT, "NOT_SAME", "核对结果告知书", NONE_RUNS),
        Turn(on("SAME", "NOT_SAME"), "UNDO", by(Side.ORGAN, Side.OPERATOR), "UNDONE", "撤销核对结果", NONE_RUNS),
        Turn(on("ASKED"), "FOLLOW", ITSELF, "FOLLOWED", "", NONE_RUNS),
    ),
    frozenset({"TAKEN_BACK", "SAME", "NOT_SAME", "UNDONE", "FOLLOWED"}),
)
"""This is not us: hidden while ASKED; the answer holds against later filings until it is undone."""

REVIEW: Final = Course(
    "REVIEW",
    (
        Turn(BEGINNING, "TELL", BOTH, "UNDER_REVIEW", "受理通知书文号", NONE_RUNS),
        Turn(
            on("UNDER_REVIEW"),
            "STAY",
            BOTH,
            "STAYED",
            "停止执行文书文号",
            NONE_RUNS,
        ),
        Turn(on("STAYED"), "STAY_OVER", BOTH, "UNDER_REVIEW", "", NONE_RUNS),
        Turn(on("UNDER_REVIEW", "STAYED"), "OVER", BOTH, "OVER", "", NONE_RUNS),
        Turn(on("UNDER_REVIEW", "STAYED"), "FOLLOW", ITSELF, "FOLLOWED", "", NONE_RUNS),
    ),
    frozenset({"OVER", "FOLLOWED"}),
)
"""行政复议、行政诉讼: told with the other body's number, shown as such. A review alone suspends nothing (Order 36)."""

DECLINED: Final = Course(
    "DECLINE",
    (Turn(BEGINNING, "DECLINE", ASKER, "DECLINED", "放弃荣誉记录申明", NONE_RUNS),),
    frozenset({"DECLINED"}),
)
"""An honour that its holder does not want recorded: the unit is told by this case (G27)."""

COURSES: Final = {course.name: course for course in (OBJECTION, NOT_US, REVIEW, DECLINED)}

LONGEST_SAID: Final = 500
"""Characters of what either side says, and of a statement."""


class NoSuchCase(XinshuError):
    """There is no such case for this side; another's and none are the same."""


class NotTheirOffice(XinshuError):
    """That answer is another's to give."""


class NotPossible(XinshuError):
    """It cannot be done as said."""


class SaidWrongly(XinshuError):
    """Nothing, or too much, was said."""


def heard(words: str, *, needed: bool = True) -> str:
    """What was said, on one line and with persons masked. Raises SaidWrongly when it is missing or too long."""
    line = "".join(sign for sign in " ".join(words.split()) if sign.isprintable())
    said = mask(line)[0]
    if needed and not said:
        raise SaidWrongly("请写明理由或者事实。Say why; this may not be empty.")
    if max(len(line), len(said)) > LONGEST_SAID:
        raise SaidWrongly(
            f"至多{LONGEST_SAID}字，请缩短后再提交。"
            f" At most {LONGEST_SAID} characters; make it shorter and send it again."
        )
    return said
