"""What is told of claims: the receipt to whoever holds it, the list and one claim to whoever may review it.

And of the cases of a body itself: its own, whose they are to answer, and about which record.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.terms import ClaimCause
from xinshu.proceedings.cases.queries import CaseRow, case, in_state
from xinshu.proceedings.cases.turns import Course
from xinshu.proceedings.objections.models import Claim
from xinshu.proceedings.objections.states import COURSES, ClaimState, NoSuchCase
from xinshu.register.access.queries import PostRow, organ, posts_of
from xinshu.register.access.roles import Role
from xinshu.register.records.own import AboutRow, about_record
from xinshu.register.records.queries import shown_record

FEW: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim as its reviewers see it; `due_on` None: the calendar of that year is not announced."""

    id: UUID
    subject: int
    record_ref: UUID
    kind: str
    organs: tuple[str, ...]
    cause: ClaimCause
    masks: bool
    words: str
    state: ClaimState
    received_on: date
    due_on: date | None
    decided_on: date | None
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A claim as whoever holds its number sees it; None in place of all but `id` once the record is not shown.

    Never a word of the record, nor which one it is.
    """

    id: UUID
    cause: ClaimCause | None = None
    masks: bool = False
    state: ClaimState | None = None
    received_on: date | None = None
    due_on: date | None = None
    decided_on: date | None = None
    reason: str = ""

    @property
    def closed(self) -> bool:
        """Whether the matter is closed, since the record is no longer shown."""
        return self.state is None


def receipt(claim: UUID, *, on_date: date) -> Receipt | None:
    """The receipt of that number, or None when there never was one."""
    found = Claim.objects.filter(id=claim).first()
    if found is None:
        return None
    shown = shown_record(subject=found.subject_id, record_ref=found.record_ref, on_date=on_date)
    if shown is None or found.state == ClaimState.LAPSED:
        return Receipt(id=found.id)
    return Receipt(
        id=found.id,
        cause=ClaimCause(found.cause),
        masks=found.masks,
        state=ClaimState(found.state),
        received_on=found.received_on,
        due_on=found.due_on,
        decided_on=found.decided_on,
        reason=found.reason,
    )


def claim(claim_id: UUID, *, organs: Collection[str] | None) -> ClaimRow | None:
    """The claim, if it is on a record of these organs (None: of any)."""
    found = Claim.objects.filter(id=claim_id).first()
    if found is None or (organs is not None and not set(organs) & set(found.organs)):
        return None
    return _row(found)


def open_claims(organs: Collection[str] | None) -> tuple[ClaimRow, ...]:
    """The claims that wait on records of these organs (None: of all), the nearest due day first; at most 100."""
    waiting = Claim.objects.filter(state=ClaimState.OPEN)
    if organs is not None:
        waiting = waiting.filter(organs__overlap=list(organs))
    return tuple(_row(found) for found in waiting.order_by("due_on", "received_at")[:FEW])


def decided_claims(organs: Collection[str] | None) -> tuple[ClaimRow, ...]:
    """The claims on records of these organs (None: of all) that were decided, the latest first; at most 100."""
    decided = Claim.objects.filter(state__in=[ClaimState.UPHELD, ClaimState.REJECTED])
    if organs is not None:
        decided = decided.filter(organs__overlap=list(organs))
    return tuple(_row(found) for found in decided.order_by("-decided_on", "-received_at")[:FEW])


def without_record(*, on_date: date) -> Iterator[UUID]:
    """The open claims whose record is no longer shown."""
    waiting = Claim.objects.filter(state=ClaimState.OPEN).values_list("id", "subject_id", "record_ref")
    for claim_id, subject, record_ref in waiting.iterator():
        if shown_record(subject=subject, record_ref=record_ref, on_date=on_date) is None:
            yield claim_id


def waiting_on(references: Collection[str]) -> frozenset[str]:
    """Those of these records on which a claim waits."""
    waiting = Claim.objects.filter(state=ClaimState.OPEN, record_ref__in=references)
    return frozenset(str(found) for found in waiting.values_list("record_ref", flat=True))


def decides_for(posts: Collection[PostRow], organs: Collection[str]) -> str | None:
    """In which organ's name the holder of these posts decides a claim: a reviewer in that organ's, an operator in "".

    None: not at all.
    """
    reviewed = [post.organ.code for post in posts if post.role is Role.REVIEWER and post.organ is not None]
    if own := [code for code in reviewed if code in organs]:
        return own[0]
    return "" if any(post.role is Role.OPERATOR for post in posts) else None


class NotTheRecord(XinshuError):
    """There is no such record of that body, or it has ended."""


def own_case(case_id: UUID, subject: int) -> CaseRow:
    """A case of that body; another's and none are the same. Raises NoSuchCase."""
    found = known_case(case_id)
    if found.subject != subject:
        raise NoSuchCase("没有这个办件。There is no such case.")
    return found


def known_case(case_id: UUID) -> CaseRow:
    """A case of one of this room's courses. Raises NoSuchCase."""
    found = case(case_id)
    if found is None or found.course not in COURSES:
        raise NoSuchCase("没有这个办件。There is no such case.")
    return found


def held_about(subject: int, record_ref: UUID, moment: Moment) -> AboutRow:
    """The body's record, shown or not, which has not ended. Raises NotTheRecord."""
    about = about_record([subject], record_ref, on_date=moment.day)
    if about is None or about.ended is not None:
        raise NotTheRecord("没有这条信息，或者它已经终止。There is no such record, or it has ended.")
    return about


def unit_of(about: AboutRow) -> str:
    """The unit that answers for a record: the one that decided it, or where that is none of ours, one that filed it."""
    return next((code for code in (about.organ_code, *about.organs) if organ(code) is not None), about.organ_code)


def ended_meanwhile(course: Course, states: Iterable[str], moment: Moment) -> list[UUID]:
    """The cases in these states whose record has ended, or is erased."""
    found = [known_case(one) for state in states for one in in_state(course.name, state)]
    return [one.id for one in found if one.record_ref is not None and _has_ended(one.subject, one.record_ref, moment)]


def _has_ended(subject: int, record_ref: UUID, moment: Moment) -> bool:
    about = about_record([subject], record_ref, on_date=moment.day)
    return about is None or about.ended is not None


def reviews_for(username: str, organ_code: str, *, on_date: date) -> bool:
    """Whether the user is a reviewer of that unit today."""
    held = posts_of(username, on_date=on_date)
    return any(post.role is Role.REVIEWER and post.organ and post.organ.code == organ_code for post in held)


def operates(username: str, *, on_date: date) -> bool:
    """Whether the user is an operator today."""
    return any(post.role is Role.OPERATOR for post in posts_of(username, on_date=on_date))


@contextmanager
def holding_the_cases_of(record_ref: UUID) -> Iterator[None]:
    """Whoever else would open a case about the record waits for the end of the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"cases about {record_ref}"])
    yield


def _row(found: Claim) -> ClaimRow:
    return ClaimRow(
        id=found.id,
        subject=found.subject_id,
        record_ref=found.record_ref,
        kind=found.kind,
        organs=tuple(found.organs),
        cause=ClaimCause(found.cause),
        masks=found.masks,
        words=found.words,
        state=ClaimState(found.state),
        received_on=found.received_on,
        due_on=found.due_on,
        decided_on=found.decided_on,
        decided_by=found.decided_by,
        reason=found.reason,
    )
