"""Where a claim stands, and how long what belongs to it may take and be kept."""

from enum import StrEnum
from typing import Final

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
