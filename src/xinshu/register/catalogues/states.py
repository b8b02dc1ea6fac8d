"""What a comment on a draft can be, and how long one may be."""

from enum import StrEnum
from typing import Final

LONGEST_COMMENT: Final = 2_000
MOST_WAITING: Final = 1_000
"""Comments on one draft that wait to be read; beyond them the form says that it is full for now."""


class Speaker(StrEnum):
    """By which way a comment came: the form that asks for no name, or an organisation signed in to its own space."""

    ANYONE = "ANYONE"
    ORGANISATION = "ORGANISATION"


class CommentState(StrEnum):
    """Whether a comment waits to be read, is shown, or is not shown, with a ground."""

    WAITING = "WAITING"
    SHOWN = "SHOWN"
    NOT_SHOWN = "NOT_SHOWN"
