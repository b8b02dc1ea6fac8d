"""Who someone is, what they may do, and which organ a code names."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from xinshu.register.access.models import ApiToken, Organ, Post, Recipient, TrailLine, User
from xinshu.register.access.roles import BULK, OF_A_BODY, Role


@dataclass(frozen=True, slots=True)
class OrganRow:
    """An organ: code (USCC), official name, division (six digits), department (catalogue vocabulary)."""

    code: str
    name: str
    division: str
    department: str


@dataclass(frozen=True, slots=True)
class PostRow:
    """A role held on the day asked about, with its organ (None: the whole platform)."""

    role: Role
    organ: OrganRow | None


def organ(code: str) -> OrganRow | None:
    """The organ of that code, or None."""
    found = Organ.objects.filter(code=code).first()
    return None if found is None else _row(found)


def organs() -> tuple[OrganRow, ...]:
    """Every organ, by division and name."""
    return tuple(_row(found) for found in Organ.objects.order_by("division", "name"))


def departments_of(codes: set[str]) -> dict[str, str]:
    """The department of each of these organs that is known."""
    return dict(Organ.objects.filter(code__in=codes).values_list("code", "department"))


def posts_of(username: str, *, on_date: date) -> tuple[PostRow, ...]:
    """The posts an active user holds on that day."""
    held = Post.objects.select_related("organ").filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on_date),
        user__username=username,
        user__is_active=True,
        valid_from__lte=on_date,
    )
    return tuple(
        PostRow(Role(post.role), None if post.organ is None else _row(post.organ))
        for post in held.order_by("role", "id")
    )


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that holds on the day asked about: whose, and its name."""

    organ: OrganRow
    name: str
    valid_from: date
    valid_until: date | None


def token_holder(token: str, *, on_date: date) -> TokenRow | None:
    """Whose token this is, if it holds on that day. It is found by its digest: nothing is compared with a secret."""
    held = _tokens(on_date).filter(digest=hashlib.sha256(token.encode()).digest()).first()
    return None if held is None else _token(held)


def tokens_of(organ_code: str, *, on_date: date) -> tuple[TokenRow, ...]:
    """The tokens of an organ that hold on that day."""
    return tuple(_token(held) for held in _tokens(on_date).filter(organ_id=organ_code).order_by("name"))


def _tokens(on_date: date) -> QuerySet[ApiToken]:
    return ApiToken.objects.select_related("organ").filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on_date), revoked_at__isnull=True, valid_from__lte=on_date
    )


def _token(held: ApiToken) -> TokenRow:
    return TokenRow(_row(held.organ), held.name, held.valid_from, held.valid_until)


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """A recipient of bulk data that holds on the day asked about: who, for what, and until when (excluded)."""

    name: str
    contact: str
    purpose: str
    terms_accepted_on: date
    valid_from: date
    valid_until: date


def recipient_of(token: str, *, on_date: date) -> RecipientRow | None:
    """The recipient whose token this is, if it holds on that day; found by its digest, as `token_holder` does."""
    held = _recipients(on_date).filter(digest=hashlib.sha256(token.encode()).digest()).first()
    return None if held is None else _recipient(held)


def recipients(*, on_date: date) -> tuple[RecipientRow, ...]:
    """Every recipient that holds on that day, by name."""
    return tuple(_recipient(held) for held in _recipients(on_date).order_by("name"))


def _recipients(on_date: date) -> QuerySet[Recipient]:
    return Recipient.objects.filter(revoked_at__isnull=True, valid_from__lte=on_date, valid_until__gt=on_date)


def _recipient(held: Recipient) -> RecipientRow:
    return RecipientRow(
        held.name, held.contact, held.purpose, held.terms_accepted_on, held.valid_from, held.valid_until
    )


class LookRow(NamedTuple):
    """That somebody learned what is held of a body: when, how, for which unit, why. Who it was is not told."""

    at: datetime
    act: str
    organ: str
    purpose: str


class TakenRow(NamedTuple):
    """A registered recipient that took bulk data on days that matter: for what, the first and last, and how many."""

    recipient: str
    purpose: str
    first: date
    last: date
    days: int


TAKEN: Final = """
SELECT t.actor, t.purpose, min(t.on_day), max(t.on_day), count(DISTINCT t.on_day)
  FROM (SELECT actor, purpose, (at AT TIME ZONE 'Asia/Shanghai')::date AS on_day
          FROM access_trailline WHERE act = %(bulk)s) t
 WHERE EXISTS (SELECT FROM unnest(%(first)s::date[], %(until)s::date[]) p (first, until)
                WHERE t.on_day >= p.first AND (p.until IS NULL OR t.on_day < p.until))
 GROUP BY t.actor, t.purpose ORDER BY t.actor, t.purpose
"""


def looks_at(matters: Collection[str], *, without: str, most: int, skip: int = 0) -> tuple[list[LookRow], int]:
    """For the body itself: the looks at it, newest first, and how many there were (G21).

    `matters`: its codes and its cases. `without`: the purpose of looks that were the body's own.
    """
    found = TrailLine.objects.filter(act__in=sorted(OF_A_BODY), matter__in=list(matters)).exclude(purpose=without)
    rows = found.order_by("-at", "-id").values_list("at", "act", "organ_code", "purpose")[skip : skip + most]
    return [LookRow(*row) for row in rows], found.count()


def taken_in_bulk(periods: Sequence[tuple[date, date | None]]) -> list[TakenRow]:
    """For a body of which something adverse was shown in these periods (until excluded): who took bulk data then."""
    if not periods:
        return []
    firsts, untils = zip(*periods, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, {"bulk": BULK, "first": list(firsts), "until": list(untils)})
        return [TakenRow(row[0].removeprefix("recipient:"), *row[1:]) for row in cursor.fetchall()]


def purposes_of_recipients(names: Collection[str]) -> dict[str, str]:
    """For what each of these recipients said it takes the data, as it was registered last, ended or not."""
    found = Recipient.objects.filter(name__in=list(names)).order_by("created_at", "id")
    return dict(found.values_list("name", "purpose"))


def user_exists(username: str) -> bool:
    """Whether a user of that name is known."""
    return User.objects.filter(username=username).exists()


def _row(found: Organ) -> OrganRow:
    return OrganRow(found.code, found.name, found.division, found.department)
