"""What is told of cases: one, its history, those of a subject, those before a unit, those near their last day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from xinshu.law.deadlines import overdue
from xinshu.proceedings.cases.models import Case, CaseEvent

MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as both sides see it. `due_on` is the last day; None: no deadline runs, or its year is not announced."""

    id: UUID
    course: str
    subject: int
    record_ref: UUID | None
    organ: str
    state: str
    form: Mapping[str, Any]
    opened_on: date
    opened_at: datetime
    due_what: str
    due_on: date | None
    closed_on: date | None

    def overdue_on(self, day: date) -> bool:
        """Whether it should have been done by that day."""
        return self.closed_on is None and overdue(self.due_on, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """A line of a case's history. `before` is empty for the first; `until` the last day of what ran from then on."""

    place: int
    event: str
    before: str
    after: str
    side: str
    actor: str
    organ: str
    said: Mapping[str, Any]
    until: date | None
    on_day: date
    at: datetime


def case(case_id: UUID) -> CaseRow | None:
    """The case of that number, or None."""
    found = Case.objects.filter(id=case_id).first()
    return None if found is None else row(found)


def case_of_key(course: str, key: str) -> CaseRow | None:
    """The case of a course that another's number stands for, or None."""
    found = Case.objects.filter(course=course, key=key).exclude(key="").first()
    return None if found is None else row(found)


def history(case_id: UUID) -> tuple[EventRow, ...]:
    """All that happened in a case, in its order."""
    return tuple(
        EventRow(
            place=line.place,
            event=line.event,
            before=line.before,
            after=line.after,
            side=line.side,
            actor=line.actor,
            organ=line.organ_code,
            said=line.said,
            until=line.until,
            on_day=line.on_day,
            at=line.at,
        )
        for line in CaseEvent.objects.filter(case_id=case_id).order_by("place")
    )


def cases_of(
    subjects: Iterable[int], *, courses: Collection[str] | None = None, most: int = MOST, skip: int = 0
) -> tuple[tuple[CaseRow, ...], int]:
    """The cases of these subjects (of these courses, if given), newest first, and how many there are in all."""
    found = Case.objects.filter(subject_id__in=list(subjects))
    if courses is not None:
        found = found.filter(course__in=courses)
    newest = found.order_by("-opened_at", "id")[skip : skip + most]
    return tuple(map(row, newest)), found.count()


def cases_before(
    organs: Collection[str] | None,
    *,
    courses: Collection[str] | None = None,
    states: Collection[str] | None = None,
    open_only: bool = True,
    most: int = MOST,
    skip: int = 0,
) -> tuple[tuple[CaseRow, ...], int]:
    """The cases before these units (None: every unit), the nearest last day first, and how many there are in all."""
    found = Case.objects.all() if organs is None else Case.objects.filter(organ_code__in=organs)
    if courses is not None:
        found = found.filter(course__in=courses)
    if states is not None:
        found = found.filter(state__in=states)
    if open_only:
        found = found.filter(closed_on__isnull=True)
    nearest = found.order_by(F("due_on").asc(nulls_last=True), "opened_at", "id")[skip : skip + most]
    return tuple(map(row, nearest)), found.count()


def of_record(
    record_ref: UUID, *, courses: Collection[str] | None = None, open_only: bool = False
) -> tuple[CaseRow, ...]:
    """The cases about a record, newest first."""
    found = Case.objects.filter(record_ref=record_ref)
    if courses is not None:
        found = found.filter(course__in=courses)
    if open_only:
        found = found.filter(closed_on__isnull=True)
    return tuple(map(row, found.order_by("-opened_at", "id")))


def in_state(course: str, state: str) -> tuple[UUID, ...]:
    """The numbers of the cases of a course in a state, the oldest first."""
    return tuple(
        Case.objects.filter(course=course, state=state).order_by("opened_at", "id").values_list("id", flat=True)
    )


def waiting_on(references: Collection[str]) -> frozenset[str]:
    """Those of these records about which a case is open."""
    found = Case.objects.filter(closed_on__isnull=True, record_ref__in=references)
    return frozenset(str(reference) for reference in found.values_list("record_ref", flat=True))


def row(found: Case) -> CaseRow:
    """A case as told, for this room's own actions too."""
    return CaseRow(
        id=found.id,
        course=found.course,
        subject=found.subject_id,
        record_ref=found.record_ref,
        organ=found.organ_code,
        state=found.state,
        form=found.form,
        opened_on=found.opened_on,
        opened_at=found.opened_at,
        due_what=found.due_what,
        due_on=found.due_on,
        closed_on=found.closed_on,
    )
