"""How control of an organisation may be proved, and the limits for letters, the second factor and visits."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class Proof(StrEnum):
    """How it was proved that a person may act for a subject."""

    LICENCE_OIDC = "LICENCE_OIDC"
    POST_CODE = "POST_CODE"
    COUNTER = "COUNTER"


MOST_TRIES: Final = 5
"""Wrong codes in a row: a letter's code is spent then, a second factor waits for LOCKED."""

LOCKED: Final = timedelta(minutes=15)

MOST_LETTERS: Final = 3
"""Letters that one person, or for one organisation anyone, may ask for within LETTERS_WITHIN."""

LETTERS_WITHIN: Final = timedelta(days=30)

RECOVERY_CODES: Final = 10
"""Codes for the day on which the telephone is lost; each passes once."""

VISITS_KEPT: Final = timedelta(days=30)
"""How long it is kept that someone was signed in."""
