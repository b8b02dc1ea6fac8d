"""The days of records in their order: when each was decided, when repair opens, and on which day it is shown last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from xinshu.doors.portal.wording import RecordWords, Words

TOLD: Final[tuple[tuple[str, Words], ...]] = (
    ("decided_on", ("作出决定", "decided")),
    ("repair_from", ("起可以申请修复", "repair may be asked for from this day on")),
    ("shown_until", ("最后公示日，次日起自行停止", "last shown day; it ends by itself the next day")),
)
"""The days of a public form that a reader waits for, and what happens on them."""


@dataclass(frozen=True, slots=True)
class Event:
    """One day of one record, and what happens on it; `past`: it lies before the day on which it is read."""

    on: date
    said: Words
    record: RecordWords
    past: bool


def timeline(records: Sequence[RecordWords], *, day: date) -> list[Event]:
    """Every told day of these records, oldest first; on one day in the order of the records."""
    events = [
        Event(on, said, record, on < day)
        for record in records
        for name, said in TOLD
        if (told := record.form[name]) and (on := date.fromisoformat(told))
    ]
    return sorted(events, key=lambda event: event.on)
