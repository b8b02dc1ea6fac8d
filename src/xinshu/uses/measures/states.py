"""What a check may say of a code, what a unit reports of a measure, and the course of a tender's room."""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What a check says of one code."""

    MEASURES = "MEASURES"
    NONE = "NONE"
    NOT_A_CODE = "NOT_A_CODE"
    FOREIGN = "FOREIGN"


class EffectKind(StrEnum):
    """What a unit reports: it applied a measure, or lifted it."""

    APPLIED = "APPLIED"
    LIFTED = "LIFTED"


class TenderState(StrEnum):
    """Where a tender's room stands: bids come in, bids are opened, closed."""

    PREPARED = "PREPARED"
    OPENED = "OPENED"
    CLOSED = "CLOSED"


class TenderEvent(StrEnum):
    """What happened in a tender's room."""

    BEGUN = "BEGUN"
    TOLD = "TOLD"
    ANSWERED = "ANSWERED"
    ASKED_AGAIN = "ASKED_AGAIN"
    BIDS_OPENED = "BIDS_OPENED"
    CHANGED = "CHANGED"
    EXCLUDED = "EXCLUDED"
    CLOSED = "CLOSED"


MOST_CODES: Final = 100_000
"""Codes of one check."""
MOST_WATCHED: Final = 1_000
"""Codes of one watch, and bidders of one tender."""
LONGEST_WATCH: Final = 366
"""Days for which a procedure may be watched at most."""
LONGEST_TEXT: Final = 200
LONGEST_WORDS: Final = 2_000
LONGEST_NAME: Final = 64
"""A reference, the identifier of a measure or a ground."""
