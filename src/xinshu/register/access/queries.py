"""Who someone is, what they may do, and which organ a code names."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from xinshu.register.access.models import ApiToken, Organ, Post, Recipient, User
from xinshu.register.access.roles import Role


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


def user_exists(username: str) -> bool:
    """Whether a user of that name is known."""
    return User.objects.filter(username=username).exists()


def _row(found: Organ) -> OrganRow:
    return OrganRow(found.code, found.name, found.division, found.department)
