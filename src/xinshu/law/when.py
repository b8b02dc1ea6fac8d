"""Does the condition of a catalogue's row hold for a matter? The same for terms of display and for repair."""

from collections.abc import Set
from typing import Protocol

from xinshu.law.entries import When
from xinshu.law.terms import Area, Penalty, Procedure, Severity


class Matter(Protocol):
    """What a condition can ask about."""

    @property
    def severity(self) -> Severity | None:
        """The settled class."""

    @property
    def procedure(self) -> Procedure | None:
        """The procedure of a penalty."""

    @property
    def area(self) -> Area | None:
        """The area that it belongs to."""

    @property
    def penalties(self) -> Set[Penalty]:
        """What was imposed."""


def holds(when: When, matter: Matter) -> bool:
    """Whether every stated part of the condition holds."""
    return (
        (not when.severity or matter.severity in when.severity)
        and (not when.procedure or matter.procedure in when.procedure)
        and (not when.area or matter.area in when.area)
        and (not when.any_penalty or bool(when.any_penalty & matter.penalties))
        and (not when.only_penalties or (bool(matter.penalties) and matter.penalties <= when.only_penalties))
    )
