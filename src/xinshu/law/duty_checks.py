"""Are the duties of every year sound? A day that every year has, bodies that owe it, a field that says since when."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from xinshu.law.catalogue import Entries
from xinshu.law.duties import YearlyDuty
from xinshu.law.entries import FieldType
from xinshu.law.reading import Fault, Rule

MONTHS: Final = 12
PLAIN_YEAR: Final = 2001
"""It has no 29 February: a day of it is in every year."""


def duty_faults(entries: Entries) -> Iterator[Fault]:
    """Days that not every year has, duties of nobody, and fields that are no days of their kind."""
    kinds = entries["kinds"]
    for entry in entries["duties"].values():
        duty: YearlyDuty = entry.value
        try:
            date(PLAIN_YEAR, duty.month, duty.day)
        except ValueError:
            key = "day" if 1 <= duty.month <= MONTHS else "month"
            yield entry.fault((key,), Rule.OUT_OF_RANGE, f"{duty.month}-{duty.day} is no day of every year")
        if not duty.subjects:
            yield entry.fault(("subjects",), Rule.INCOMPLETE, "a duty is somebody's: at least one kind of subject")
        if not kinds.knows(duty.kind):
            yield entry.fault(("kind",), Rule.MISSING_REFERENCE, f"there is no kind “{duty.kind}”")
        elif duty.kind in kinds:
            field = kinds[duty.kind].value.fields.get(duty.since)
            if field is None or field.type is not FieldType.DATE:
                yield entry.fault(("since",), Rule.MISSING_REFERENCE, f"“{duty.since}” is no day of {duty.kind}")
