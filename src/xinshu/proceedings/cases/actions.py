"""Opens a case, lets what its table allows happen in it, keeps its draft, and erases it with its record."""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.deadlines import due_on
from xinshu.proceedings.cases.documents import erase_with
from xinshu.proceedings.cases.models import Case, CaseEvent
from xinshu.proceedings.cases.queries import CaseRow, row
from xinshu.proceedings.cases.turns import NONE_RUNS, RUNS_ON, Course, NotNow, Side, Turn, turn
from xinshu.register.access.actions import note
from xinshu.register.catalogues.queries import catalogue_on

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class NoSuchCase(XinshuError):
    """There is no such case for this side; another's and none are the same."""


@transaction.atomic
def open_case(
    *,
    course: Course,
    event: str,
    side: Side,
    subject: int,
    record_ref: UUID | None,
    organ: str,
    actor: str,
    key: str = "",
    form: Mapping[str, Any] = NOTHING,
    said: Mapping[str, Any] = NOTHING,
    counted_from: date | None = None,
    moment: Moment,
) -> UUID:
    """Begin a case by an event of its course; its number. `counted_from`: the day its deadline counts from.

    `form` is what is asked for; `said` what the history tells both sides, with persons masked by the caller; `key` may
    stand once in a course. Raises NotNow, IntegrityError.
    """
    line = turn(course, None, event, side)
    made = Case(
        id=uuid4(),
        course=course.name,
        subject_id=subject,
        record_ref=record_ref,
        organ_code=organ,
        state="",
        key=key,
        form=dict(form),
        opened_on=moment.day,
        opened_at=moment.instant,
    )
    _turned(made, line, course, side=side, actor=actor, organ="", said=said, since=counted_from, moment=moment)
    return made.id


@transaction.atomic
def advance(
    *,
    case: UUID,
    course: Course,
    event: str,
    side: Side,
    actor: str,
    organ: str = "",
    said: Mapping[str, Any] = NOTHING,
    counted_from: date | None = None,
    due: date | None = None,
    moment: Moment,
) -> CaseRow:
    """Let an event happen in a case, by its course; how it stands then. Whoever else would waits for the commit.

    `organ`: for which unit the actor acts. `due`: a last day that was set by a decision instead of by the catalogue.
    The caller has seen to it that the case is this actor's to act in. Raises NoSuchCase, NotNow.
    """
    found = _held(case, course)
    line = turn(course, found.state, event, side)
    since = counted_from
    _turned(found, line, course, side=side, actor=actor, organ=organ, said=said, since=since, due=due, moment=moment)
    return row(found)


@transaction.atomic
def keep_form(*, case: UUID, course: Course, states: Collection[str], form: Mapping[str, Any]) -> None:
    """Replace what a case asks for, while it is in one of these states. Raises NoSuchCase, NotNow."""
    found = _held(case, course)
    if found.state not in states:
        raise NotNow("办件已经提交，不能再修改。The case has been lodged already; its form cannot be changed any more.")
    found.form = dict(form)
    found.save(update_fields=["form"])


@transaction.atomic
def about(*, case: UUID, course: Course, record_ref: UUID) -> None:
    """From now on the case is about that record, which came of it, and is erased with it. Raises NoSuchCase."""
    found = _held(case, course)
    found.record_ref = record_ref
    found.save(update_fields=["record_ref"])


def forget(references: Collection[str]) -> None:
    """Erase the cases about records that are erased, with their history and their documents."""
    found = Case.objects.filter(record_ref__in=references)
    erase_with(list(found.values_list("id", flat=True)))
    found.delete()


def forget_bodies(subjects: Collection[int]) -> None:
    """Erase the cases that are about these bodies and no one record, once the bodies themselves are erased."""
    found = Case.objects.filter(subject_id__in=subjects, record_ref__isnull=True)
    erase_with(list(found.values_list("id", flat=True)))
    found.delete()


def _held(case: UUID, course: Course) -> Case:
    found = Case.objects.select_for_update().filter(id=case, course=course.name).first()
    if found is None:
        raise NoSuchCase("没有这个办件。There is no such case.")
    return found


def _turned(
    case: Case,
    line: Turn,
    course: Course,
    *,
    side: Side,
    actor: str,
    organ: str,
    said: Mapping[str, Any],
    since: date | None,
    moment: Moment,
    due: date | None = None,
) -> None:
    """The case after the turn, its line in the history, and the actor's line in the trail."""
    before, place = case.state, CaseEvent.objects.filter(case_id=case.id).count()
    case.state = line.next
    if line.deadline is not RUNS_ON:
        case.due_what, case.due_on = line.deadline, _last_day(line.deadline, since or moment.day, due, moment)
    case.closed_on = moment.day if line.next in course.closed else None
    case.save()
    CaseEvent.objects.create(
        case_id=case.id,
        place=place,
        event=line.event,
        before=before,
        after=line.next,
        side=side,
        actor=actor,
        organ_code=organ,
        said=dict(said),
        until=case.due_on,
        on_day=moment.day,
        at=moment.instant,
    )
    act = f"{course.name}_{line.event}"
    note(actor=actor, act=act[:40], matter=str(case.id), purpose=course.name, organ=organ, moment=moment)


def _last_day(name: str, since: date, due: date | None, moment: Moment) -> date | None:
    if due is not None or name == NONE_RUNS:
        return due
    catalogue = catalogue_on(moment.day).catalogue
    return due_on(since, catalogue.deadline_on(name, moment.day), catalogue.calendar)
