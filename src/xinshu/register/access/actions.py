"""Registers organs and users, appoints to posts, and writes the trail."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_uscc
from xinshu.kit.moment import Moment
from xinshu.register.access.models import ApiToken, Organ, Post, TrailLine, User
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role


class OrganRefused(XinshuError):
    """An organ cannot be registered as given."""


class WeakPassword(XinshuError):
    """A password is too short or too common."""


class TokenRefused(XinshuError):
    """A token cannot be made, or there is none to revoke."""


class UnknownOrgan(XinshuError):
    """No organ of that code is registered."""


@transaction.atomic
def register_organs(organs: Iterable[OrganRow], *, actor: str, moment: Moment) -> int:
    """Register organs, or bring their name, division and department up to date; how many were given."""
    rows = list(organs)
    for row in rows:
        check = check_uscc(row.code)
        if not check.valid:
            raise OrganRefused(f"“{row.code}” 不是有效的统一社会信用代码 is not a valid unified social credit code")
        fields = {"name": row.name, "division": row.division, "department": row.department}
        Organ.objects.update_or_create(code=row.code, defaults=fields)
        note(actor=actor, act="REGISTER_ORGAN", matter=row.code, purpose="administration", organ="", moment=moment)
    return len(rows)


@transaction.atomic
def register_user(*, username: str, full_name: str, password: str, actor: str, moment: Moment) -> None:
    """Create a user, or set a known one's name and password. Raises WeakPassword."""
    user = User.objects.filter(username=username).first() or User(username=username)
    user.full_name = full_name
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(f"口令不合要求 The password is too weak: {' '.join(error.messages)}") from error
    user.set_password(password)
    user.save()
    note(actor=actor, act="REGISTER_USER", matter=username, purpose="administration", organ="", moment=moment)


@transaction.atomic
def appoint(*, username: str, role: Role, organ: str | None, from_day: date, actor: str, moment: Moment) -> None:
    """Give a user a post from a day on; a post that is held already is left as it is."""
    user = User.objects.get(username=username)
    if organ is not None and not Organ.objects.filter(code=organ).exists():
        raise UnknownOrgan(f"没有登记代码为 {organ} 的机关。No organ with this code is registered.")
    held = Post.objects.filter(user=user, role=role, organ_id=organ, valid_until__isnull=True)
    if not held.exists():
        Post.objects.create(user=user, role=role, organ_id=organ, valid_from=from_day)
        note(
            actor=actor,
            act="APPOINT",
            matter=f"{username} {role}",
            purpose="administration",
            organ=organ or "",
            moment=moment,
        )


@transaction.atomic
def employ(
    *, username: str, full_name: str, password: str, role: Role, organ: str | None, actor: str, moment: Moment
) -> None:
    """Register a user and appoint them from today; both, or neither."""
    register_user(username=username, full_name=full_name, password=password, actor=actor, moment=moment)
    appoint(username=username, role=role, organ=organ, from_day=moment.day, actor=actor, moment=moment)


@transaction.atomic
def issue_token(*, organ_code: str, name: str, from_day: date, until: date | None, actor: str, moment: Moment) -> str:
    """Make a token for an organ's own system; it is told this once, only its digest is kept.

    Raises UnknownOrgan, or TokenRefused when a token of that name holds already.
    """
    if not Organ.objects.filter(code=organ_code).exists():
        raise UnknownOrgan(f"没有登记代码为 {organ_code} 的机关。No organ with this code is registered.")
    if ApiToken.objects.filter(organ_id=organ_code, name=name, revoked_at__isnull=True).exists():
        raise TokenRefused("同名令牌仍有效，请先吊销。A token of this name still holds; revoke it first.")
    token = f"xs_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(
        organ_id=organ_code,
        name=name,
        digest=hashlib.sha256(token.encode()).digest(),
        valid_from=from_day,
        valid_until=until,
        created_by=actor,
        created_at=moment.instant,
    )
    note(actor=actor, act="ISSUE_TOKEN", matter=name, purpose="administration", organ=organ_code, moment=moment)
    return token


@transaction.atomic
def revoke_token(*, organ_code: str, name: str, actor: str, moment: Moment) -> None:
    """End a token at once. Raises TokenRefused when none of that name holds."""
    held = ApiToken.objects.filter(organ_id=organ_code, name=name, revoked_at__isnull=True)
    if not held.update(revoked_at=moment.instant):
        raise TokenRefused("没有这个有效的令牌。No token of this name holds.")
    note(actor=actor, act="REVOKE_TOKEN", matter=name, purpose="administration", organ=organ_code, moment=moment)


@transaction.atomic
def revoke_every_token(*, actor: str, moment: Moment) -> int:
    """End every token that holds, as a restore does: it cannot know which of them were revoked since; how many."""
    count = ApiToken.objects.filter(revoked_at__isnull=True).update(revoked_at=moment.instant)
    note(actor=actor, act="REVOKE_EVERY_TOKEN", matter=str(count), purpose="administration", organ="", moment=moment)
    return count


def note(*, actor: str, act: str, matter: str, purpose: str, organ: str, moment: Moment) -> None:
    """Leave a line in the trail: every act, and every look at what is not public (G21, G29)."""
    TrailLine.objects.create(
        at=moment.instant, actor=actor, organ_code=organ, act=act, matter=matter[:200], purpose=purpose
    )
