"""Registers organs, users and recipients of bulk data, appoints to posts, and writes the trail."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import date
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_uscc
from xinshu.kit.moment import Moment
from xinshu.register.access.models import ApiToken, Organ, Post, Recipient, TrailLine, User
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role

LONGEST_TEXT: Final = 200
LONGEST_NAME: Final = 64
ACCOUNT: Final = re.compile(r"[a-z][a-z0-9.-]{2,31}")


class OrganRefused(XinshuError):
    """An organ cannot be registered as given."""


class WeakPassword(XinshuError):
    """A password is too short or too common."""


class AccountRefused(XinshuError):
    """An account cannot be opened as given."""


class TokenRefused(XinshuError):
    """A token cannot be made, or there is none to revoke."""


class RecipientRefused(XinshuError):
    """A recipient of bulk data cannot be registered as given, or there is none to end."""


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
def open_account(*, username: str, full_name: str, password: str, moment: Moment) -> None:
    """Someone opens an account of their own: without any post, and never one that is known already.

    Raises AccountRefused and WeakPassword.
    """
    if not ACCOUNT.fullmatch(username):
        raise AccountRefused(
            "用户名须为3至32个小写字母、数字、点或短横，以字母开头。"
            " A user name has 3 to 32 small letters, figures, dots or hyphens, and begins with a letter."
        )
    if not 1 <= len(full_name.strip()) <= LONGEST_NAME:
        raise AccountRefused(f"请填写称呼，至多{LONGEST_NAME}字。Say what to call you, in {LONGEST_NAME} signs.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"account {username}"])
    if User.objects.filter(username=username).exists():
        raise AccountRefused("这个用户名已有人使用，请换一个。This user name is taken; please choose another.")
    register_user(username=username, full_name=full_name.strip(), password=password, actor=username, moment=moment)


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
def register_recipient(
    *, name: str, contact: str, purpose: str, accepts_terms: bool, until: date, actor: str, moment: Moment
) -> str:
    """Register a recipient of bulk data from today; its token is told this once, only its digest is kept.

    It must say for what, and accept the duties of docs/recipients.md; it holds for a year at most. One whose time is
    over gives way to a new one of its name. Raises RecipientRefused.
    """
    _recipient_fit(name=name, contact=contact, purpose=purpose, accepts_terms=accepts_terms)
    if not moment.day < until <= _in_a_year(moment.day):
        raise RecipientRefused(
            f"有效期须晚于今日且不超过一年（至{_in_a_year(moment.day)}）。"
            " It must hold for a day at least and a year at most."
        )
    held = Recipient.objects.filter(name=name, revoked_at__isnull=True)
    if held.filter(valid_until__gt=moment.day).exists():
        raise RecipientRefused(
            "同名接收方仍有效，请先终止。A recipient of this name still holds; end that registration first."
        )
    held.update(revoked_at=moment.instant)
    token = f"xr_{secrets.token_urlsafe(32)}"
    Recipient.objects.create(
        name=name,
        contact=contact,
        purpose=purpose,
        terms_accepted_on=moment.day,
        digest=hashlib.sha256(token.encode()).digest(),
        valid_from=moment.day,
        valid_until=until,
        created_by=actor,
        created_at=moment.instant,
    )
    note(actor=actor, act="REGISTER_RECIPIENT", matter=name, purpose="administration", organ="", moment=moment)
    return token


@transaction.atomic
def end_recipient(*, name: str, actor: str, moment: Moment) -> None:
    """End the registration of a recipient at once; its token holds no more. Raises RecipientRefused when none holds."""
    if not Recipient.objects.filter(name=name, revoked_at__isnull=True).update(revoked_at=moment.instant):
        raise RecipientRefused("没有这个有效的接收方。No recipient of this name is registered.")
    note(actor=actor, act="END_RECIPIENT", matter=name, purpose="administration", organ="", moment=moment)


def _recipient_fit(*, name: str, contact: str, purpose: str, accepts_terms: bool) -> None:
    if not accepts_terms:
        raise RecipientRefused(
            "接收方须先接受义务（docs/recipients.md）。The recipient must accept its duties first (docs/recipients.md)."
        )
    for text in (name, contact, purpose):
        if not text.strip() or len(text) > LONGEST_TEXT:
            raise RecipientRefused(
                f"名称、联系方式和用途须填写，各不超过{LONGEST_TEXT}字。"
                f" Name, contact and purpose must be said, each in {LONGEST_TEXT} characters at most."
            )


def _in_a_year(day: date) -> date:
    """The same day of the next year; of 29 February, 28 February."""
    return (day.replace(day=28) if (day.month, day.day) == (2, 29) else day).replace(year=day.year + 1)


@transaction.atomic
def revoke_every_token(*, actor: str, moment: Moment) -> int:
    """End every token of organs and recipients, as a restore does: some may have been revoked since; how many."""
    held = (table.objects.filter(revoked_at__isnull=True) for table in (ApiToken, Recipient))
    count = sum(tokens.update(revoked_at=moment.instant) for tokens in held)
    note(actor=actor, act="REVOKE_EVERY_TOKEN", matter=str(count), purpose="administration", organ="", moment=moment)
    return count


def note(*, actor: str, act: str, matter: str, purpose: str, organ: str, moment: Moment) -> None:
    """Leave a line in the trail: every act, and every look at what is not public (G21, G29)."""
    TrailLine.objects.create(
        at=moment.instant, actor=actor, organ_code=organ, act=act, matter=matter[:200], purpose=purpose
    )
