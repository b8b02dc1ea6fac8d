"""Who may act for whom on a day, which letters are on their way, and who is signed in."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from xinshu.parties.mandates.models import LicenceLink, Mandate, PostCode, RecoveryCode, SecondFactor, Visit
from xinshu.parties.mandates.states import Proof
from xinshu.register.subjects.queries import SubjectRow, described, known, named_by


@dataclass(frozen=True, slots=True)
class MandateRow:
    """A mandate: who, for which code and body (0: none is known), how proved, from a day until a day (excluded)."""

    id: UUID
    username: str
    full_name: str
    subject: int
    code: str
    name: str
    proof: Proof
    paper: str
    valid_from: date
    valid_until: date
    revoked_at: datetime | None
    given_by: str


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter with a code: who asked, for which code; printed when (None: due), and until when its code holds."""

    id: UUID
    username: str
    code: str
    asked_at: datetime
    printed_at: datetime | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A user is signed in: since when, seen when, second factor passed when."""

    id: UUID
    begun_at: datetime
    seen_at: datetime
    proved_at: datetime | None


def bodies_of(code: str) -> tuple[SubjectRow, ...]:
    """The bodies whose present code this is: a code that a body once carried opens nothing."""
    return tuple(row for row in named_by(code) if row.code == code)


def mandates_of_user(username: str, *, on_date: date) -> tuple[MandateRow, ...]:
    """The mandates that an active user holds on that day."""
    held = _held(on_date).filter(user__username=username, user__is_active=True)
    return tuple(_row(found) for found in held.order_by("code", "id"))


def mandates_of_code(code: str, *, on_date: date) -> tuple[MandateRow, ...]:
    """Every mandate for that code that holds on that day, oldest first."""
    return tuple(_row(found) for found in _held(on_date).filter(code=code).order_by("given_at", "id"))


def mandates_of_subject(subject: int, *, on_date: date) -> tuple[MandateRow, ...]:
    """Every mandate for that body that holds on that day, oldest first."""
    return tuple(held for row in described([subject]) for held in mandates_of_code(row.code, on_date=on_date))


def subjects_with_mandate(*, on_date: date) -> frozenset[int]:
    """Every body for whose present code somebody holds a mandate on that day: somebody can answer for it."""
    codes = set(_held(on_date).filter(user__is_active=True).values_list("code", flat=True).distinct())
    bodies = {subject for found in known(codes).values() for subject in found.subjects} if codes else set()
    return frozenset(row.subject for row in described(bodies) if row.code in codes) if bodies else frozenset()


def history_of_code(code: str) -> tuple[MandateRow, ...]:
    """Every mandate that was ever given for that code, newest first."""
    every = Mandate.objects.select_related("user").filter(code=code)
    return tuple(_row(found) for found in every.order_by("-given_at", "-id"))


def letters_of_user(username: str) -> tuple[LetterRow, ...]:
    """The letters that a user waits for, or whose code waits to be said."""
    return tuple(_letter(found) for found in _letters().filter(user__username=username))


def letters_due() -> tuple[LetterRow, ...]:
    """Every letter that was asked for and is not printed yet, oldest first."""
    return tuple(_letter(found) for found in _letters().filter(printed_at__isnull=True))


def letter(letter_id: UUID) -> LetterRow:
    """One letter, whatever became of it; it must be there."""
    return _letter(PostCode.objects.select_related("user").get(id=letter_id))


def letters_waiting() -> int:
    """How many letters are due."""
    return _letters().filter(printed_at__isnull=True).count()


def licences_of(username: str) -> tuple[tuple[str, date], ...]:
    """The licences by which a user may sign in: the code that each proved last, and on which day."""
    links = LicenceLink.objects.filter(user__username=username).order_by("on_day", "id")
    return tuple(links.values_list("code", "on_day"))


def has_factor(username: str) -> bool:
    """Whether a user has a second factor that was confirmed."""
    return SecondFactor.objects.filter(user__username=username, confirmed_at__isnull=False).exists()


def recovery_codes_left(username: str) -> int:
    """How many recovery codes a user has not used."""
    return RecoveryCode.objects.filter(user__username=username, used_at__isnull=True).count()


def visits_of(username: str, *, since: datetime) -> tuple[VisitRow, ...]:
    """Where a user is signed in and was seen since then, newest first."""
    open_ones = Visit.objects.filter(user__username=username, ended_at__isnull=True, seen_at__gt=since)
    return tuple(VisitRow(one.id, one.begun_at, one.seen_at, one.proved_at) for one in open_ones.order_by("-begun_at"))


def _held(on_date: date) -> QuerySet[Mandate]:
    return Mandate.objects.select_related("user").filter(
        revoked_at__isnull=True, valid_from__lte=on_date, valid_until__gt=on_date
    )


def _letters() -> QuerySet[PostCode]:
    return PostCode.objects.select_related("user").filter(ended_at__isnull=True).order_by("asked_at", "id")


def _letter(found: PostCode) -> LetterRow:
    return LetterRow(found.id, found.user.username, found.code, found.asked_at, found.printed_at, found.expires_on)


def _row(found: Mandate) -> MandateRow:
    bodies = bodies_of(found.code)
    return MandateRow(
        id=found.id,
        username=found.user.username,
        full_name=found.user.full_name,
        subject=bodies[0].subject if bodies else 0,
        code=found.code,
        name=bodies[0].name if bodies else "",
        proof=Proof(found.proof),
        paper=found.paper,
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        revoked_at=found.revoked_at,
        given_by=found.given_by,
    )
