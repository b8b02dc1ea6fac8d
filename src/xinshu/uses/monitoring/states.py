"""How a deadline can stand, how an alarm ends, what a reconciliation answers: words without tables."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

LEADS: Final = (2, 0)
"""An alarm is raised so many working days before the deadline, and on the day itself.

No rule sets these days. Two leave a working day to mend after the day of the warning; on the last one it is the last
call. They are the platform's own, and shorten no term.
"""

ANSWER_WORDS: Final = 500


class Ending(StrEnum):
    """Why an alarm is over: its rows were filed again, the organ says it dealt with them, or they were erased."""

    SENT_AGAIN = "SENT_AGAIN"
    ANSWERED = "ANSWERED"
    ERASED = "ERASED"


class Due(StrEnum):
    """How a deadline stands. NOT_COMPUTABLE: a year without a calendar, or a day of decision that cannot be read."""

    OVERDUE = "OVERDUE"
    SOON = "SOON"
    LATER = "LATER"
    NOT_COMPUTABLE = "NOT_COMPUTABLE"
    NO_TERM = "NO_TERM"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """Returned rows that nobody has filed again, and how their deadline stands on the day asked about.

    `days_left`: working days, 0 on the day itself, None when past or not computable. `raised_on`: the day of the last
    alarm, None when none was raised yet.
    """

    batch: UUID
    organ_code: str
    kind: str
    file_name: str
    rows: int
    due: Due
    due_on: date | None
    days_left: int | None
    raised_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationRow:
    """A reconciliation as it was answered; see the table of that name."""

    id: int
    organ_code: str
    kind: str
    month: date
    their_count: int
    their_digest: str
    our_count: int
    our_digest: str
    listed: bool
    held: int | None
    missing_here: int | None
    missing_there: int | None
    different: int | None
    withdrawn: int | None
    actor: str
    at: datetime

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing on either side, nothing differs, and nothing held there was withdrawn here."""
        return self.held is not None and not (
            self.missing_here or self.missing_there or self.different or self.withdrawn
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A document as it is named to the organ itself."""

    number: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The answer to an organ. The documents are named once, to the organ, and are kept nowhere.

    `missing_here`: in the organ's ledger, not held here. `missing_there`: filed by the organ, not in its ledger.
    `different`: held, with other content than the organ says. `withdrawn`: in its ledger, withdrawn here.
    """

    row: ReconciliationRow
    missing_here: tuple[Named, ...] = ()
    missing_there: tuple[Named, ...] = ()
    different: tuple[Named, ...] = ()
    withdrawn: tuple[Named, ...] = ()
