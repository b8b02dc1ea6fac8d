"""The shape of every answer of the law: reasons that name their article, never a bare boolean."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xinshu.kit.period import Period
from xinshu.law.terms import Severity


class ReasonCode(StrEnum):
    """Why the law answers as it does; each has its sentence in the catalogue (national/reasons.yaml)."""

    # publicity: why it is shown
    TERM_FIXED = "TERM_FIXED"
    TERM_UNTIL_EVENT = "TERM_UNTIL_EVENT"
    TERM_OPEN = "TERM_OPEN"
    TERM_BY_DEPARTMENT_RULE = "TERM_BY_DEPARTMENT_RULE"
    MINOR_SHOWN_FOR_REASON = "MINOR_SHOWN_FOR_REASON"
    SHORTENED_BY_TRANSITION = "SHORTENED_BY_TRANSITION"
    KEPT_BY_TRANSITION = "KEPT_BY_TRANSITION"
    REPLACED_BY_TRANSITION = "REPLACED_BY_TRANSITION"
    FROM_SERVICE = "FROM_SERVICE"
    # publicity: why it is not
    KIND_UNKNOWN = "KIND_UNKNOWN"
    NOT_PUBLIC_KIND = "NOT_PUBLIC_KIND"
    SUBJECT_KIND_NOT_COVERED = "SUBJECT_KIND_NOT_COVERED"
    DATE_MISSING = "DATE_MISSING"
    DATE_IN_FUTURE = "DATE_IN_FUTURE"
    NO_REGIME = "NO_REGIME"
    NOT_SHOWN_BY_RULE = "NOT_SHOWN_BY_RULE"
    MINOR_NOT_SHOWN = "MINOR_NOT_SHOWN"
    CLASS_MISSING = "CLASS_MISSING"
    ARRIVED_AFTER_TERM = "ARRIVED_AFTER_TERM"
    ALREADY_ENDED = "ALREADY_ENDED"
    NOT_YET_SHOWN = "NOT_YET_SHOWN"
    TERM_ENDED = "TERM_ENDED"
    # severity
    CLASS_BY_TABLE = "CLASS_BY_TABLE"
    CLASS_UNDECLARED = "CLASS_UNDECLARED"
    CLASS_TABLE_MISSING = "CLASS_TABLE_MISSING"
    CLASS_ROW_UNKNOWN = "CLASS_ROW_UNKNOWN"
    CLASS_DISAGREES = "CLASS_DISAGREES"
    # retention: from which day the months are counted, or why there is no day
    KEPT_AFTER_TERM = "KEPT_AFTER_TERM"
    KEPT_AFTER_WITHDRAWAL = "KEPT_AFTER_WITHDRAWAL"
    KEPT_AFTER_ARRIVAL = "KEPT_AFTER_ARRIVAL"
    NO_RETENTION_TERM = "NO_RETENTION_TERM"
    RETENTION_UNCERTAIN = "RETENTION_UNCERTAIN"
    NOT_ENDED = "NOT_ENDED"
    MATTER_OPEN = "MATTER_OPEN"
    # repair: each condition, met, not met, or not to be known yet
    DISPLAY_RUNS = "DISPLAY_RUNS"
    DISPLAY_LATER = "DISPLAY_LATER"
    DISPLAY_OVER = "DISPLAY_OVER"
    DISPLAY_NEVER = "DISPLAY_NEVER"
    REPAIR_OPEN_TO_ALL = "REPAIR_OPEN_TO_ALL"
    UNREPAIRABLE_BY_LAW = "UNREPAIRABLE_BY_LAW"
    NOT_ADVERSE = "NOT_ADVERSE"
    MINIMUM_OVER = "MINIMUM_OVER"
    MINIMUM_RUNS = "MINIMUM_RUNS"
    MINIMUM_OUTLASTS = "MINIMUM_OUTLASTS"
    MINIMUM_WAIVED = "MINIMUM_WAIVED"
    NOT_BANNED = "NOT_BANNED"
    BANNED = "BANNED"
    DUTIES_PERFORMED = "DUTIES_PERFORMED"
    DUTIES_OPEN = "DUTIES_OPEN"
    DUTIES_UNKNOWN = "DUTIES_UNKNOWN"
    COMMITTED = "COMMITTED"
    COMMITMENT_WANTED = "COMMITMENT_WANTED"
    OTHERS_MET = "OTHERS_MET"
    OTHERS_UNMET = "OTHERS_UNMET"
    OTHERS_UNKNOWN = "OTHERS_UNKNOWN"
    NOT_ASKED_FOR = "NOT_ASKED_FOR"
    # repair: of the whole
    CONDITIONS_IN_FORCE = "CONDITIONS_IN_FORCE"
    CONDITIONS_OF_ITS_TIME = "CONDITIONS_OF_ITS_TIME"
    NO_REPAIR_RULES = "NO_REPAIR_RULES"
    HANDLED_ELSEWHERE = "HANDLED_ELSEWHERE"
    ALSO_KEPT_ELSEWHERE = "ALSO_KEPT_ELSEWHERE"
    PLAN_SHIELDS = "PLAN_SHIELDS"
    PLAN_NOT_RULED = "PLAN_NOT_RULED"
    PLAN_UNSURE = "PLAN_UNSURE"
    KIND_NOT_SHIELDED = "KIND_NOT_SHIELDED"
    AFTER_THE_ORDER = "AFTER_THE_ORDER"
    PLAN_COMPLETED = "PLAN_COMPLETED"
    PLAN_FAILED = "PLAN_FAILED"
    BAN_COUNTED = "BAN_COUNTED"
    BAN_SHORTENED = "BAN_SHORTENED"
    # measures: what follows from a record, why nothing does, and when it ends
    MEASURE_APPLIES = "MEASURE_APPLIES"
    MEASURE_INFORMS = "MEASURE_INFORMS"
    MEASURE_HELD = "MEASURE_HELD"
    NO_MEASURE = "NO_MEASURE"
    ENDS_WITH_RECORD = "ENDS_WITH_RECORD"
    ENDS_AFTER_MONTHS = "ENDS_AFTER_MONTHS"
    ENDS_AT_EVENT = "ENDS_AT_EVENT"
    ENDS_NEVER = "ENDS_NEVER"
    # listing: whether the list may be used, which step is missing, from when until when, how it is left
    LIST_NOT_RULED = "LIST_NOT_RULED"
    LIST_NOT_IN_FORCE = "LIST_NOT_IN_FORCE"
    LIST_INACTIVE = "LIST_INACTIVE"
    LIST_NOT_FOR_SUBJECT = "LIST_NOT_FOR_SUBJECT"
    STEP_NOT_DONE = "STEP_NOT_DONE"
    STEP_TOO_EARLY = "STEP_TOO_EARLY"
    STEP_NOT_COMPUTABLE = "STEP_NOT_COMPUTABLE"
    DEFENCE_TOO_SHORT = "DEFENCE_TOO_SHORT"
    DEFENCE_RUNS = "DEFENCE_RUNS"
    WAIT_RUNS = "WAIT_RUNS"
    EFFECT_FROM_SERVICE = "EFFECT_FROM_SERVICE"
    EFFECT_AFTER_WAIT = "EFFECT_AFTER_WAIT"
    LISTED_FOR_TERM = "LISTED_FOR_TERM"
    LISTED_UNTIL_EVENT = "LISTED_UNTIL_EVENT"
    LISTED_TOO_LONG = "LISTED_TOO_LONG"
    GROUND_NOT_NOTIFIED = "GROUND_NOT_NOTIFIED"
    GRAVER_THAN_NOTIFIED = "GRAVER_THAN_NOTIFIED"
    EXIT_NOT_RULED = "EXIT_NOT_RULED"
    EXIT_TOO_EARLY = "EXIT_TOO_EARLY"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its code, and the instrument and article it rests on (None when none is needed)."""

    code: ReasonCode
    basis: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publicity:
    """May it be shown, from when until when, which fields are withheld, and from which day repair may be asked.

    `period` holds for every day: rules that commence later are already in it, so no job has to run on that day.
    `period=None` means never public. `repair_from=None` means that no repair can be asked before it ends by itself.
    """

    period: Period | None
    withheld: frozenset[str]
    repair_from: date | None
    regime: str | None
    reasons: tuple[Reason, ...]

    def shown_on(self, day: date) -> bool:
        """Whether it may be shown on that day."""
        return self.period is not None and day in self.period

    def reasons_on(self, day: date) -> tuple[Reason, ...]:
        """The reasons as they stand on that day: before its first and after its last shown day they say so."""
        if self.period is None or day in self.period:
            return self.reasons
        ended = day >= self.period.start
        code = ReasonCode.TERM_ENDED if ended else ReasonCode.NOT_YET_SHOWN
        source = self.reasons[-1 if ended else 0]
        return (Reason(code, source.basis, source.article), *self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityVerdict:
    """The settled class, whether the organ must be asked, and why."""

    severity: Severity
    question: bool
    reasons: tuple[Reason, ...]
