"""What a batch can be, who sent it by which door, and what is told of it: the words of intake, without its tables."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from xinshu.bulk.survey import Notice, Progress, Step

__all__ = ["Door", "Fate", "Notice", "Progress", "Question", "Receipt", "State", "Step", "WithdrawalReason"]


class State(StrEnum):
    """Where a batch stands. Nothing of it is in the register before it is attested; then all of it is, or will be."""

    UPLOADING = "UPLOADING"
    CHECKED = "CHECKED"
    FILING = "FILING"
    FILED = "FILED"
    REFUSED = "REFUSED"
    DISCARDED = "DISCARDED"


class Door(StrEnum):
    """The way by which a batch came in (GB/T 39443: file, service, database)."""

    CLI = "CLI"
    DESK = "DESK"
    API = "API"
    CONNECTOR = "CONNECTOR"


class Fate(StrEnum):
    """What becomes of one row; every row received has one."""

    ACCEPTED = "ACCEPTED"
    UNCHANGED = "UNCHANGED"
    CORRECTED = "CORRECTED"
    RETURNED = "RETURNED"
    OUTSIDE = "OUTSIDE"


class WithdrawalReason(StrEnum):
    """Why an organ takes a record back at once (Administrative Penalty Law art. 48; guard-rail G25)."""

    ENTERED_WRONGLY = "ENTERED_WRONGLY"
    DECISION_CHANGED = "DECISION_CHANGED"
    DECISION_REVOKED = "DECISION_REVOKED"
    DECISION_VOID = "DECISION_VOID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question back to the organ: which row, the class it declared, the one that counts meanwhile, and why."""

    row: int
    document_number: str
    declared: str | None
    settled: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a batch: received = accepted + unchanged + corrected + returned + outside, always.

    `outside`: rows of natural persons, set aside and not kept. `dropped_personal`: cells of identity documents that
    were dropped at the door; `masked`: cells of prose in which personal data were masked. `late`: stored rows that
    came after their 7 working days. `returned_due_on`: the first such deadline among the returned rows. `refusal`: why
    the file as a whole was not read.
    """

    batch: UUID
    state: State
    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    corrected: int = 0
    returned: int = 0
    outside: int = 0
    dropped_personal: int = 0
    masked: int = 0
    late: int = 0
    questions: tuple[Question, ...] = ()
    notices: tuple[Notice, ...] = ()
    returned_due_on: date | None = None
    published: bool = False
    refusal: Notice | None = None
