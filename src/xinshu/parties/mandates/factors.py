"""The second factor: a one-time password by time (RFC 6238), and recovery codes for the day it is lost.

The secret lies sealed under a key that is derived from XINSHU_SECRET_KEY; recovery codes lie as digests, and pass
without that key. A time step passes once, and whoever errs too often waits.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.parties.mandates.models import RecoveryCode, SecondFactor
from xinshu.parties.mandates.states import LOCKED, MOST_TRIES, RECOVERY_CODES
from xinshu.register.access.actions import note

STEP: Final = 30
DIGITS: Final = 6
PURPOSE: Final = "第二重验证 second factor"
WRONG: Final = "验证码不对，或已用过；请等下一个。The code is wrong or was used already; wait for the next one."
WAIT: Final = "错得太多，请十五分钟后再试。Too many errors; please try again in fifteen minutes."


class FactorRefused(XinshuError):
    """What was said is not the present code, or there is none to set up."""


@transaction.atomic
def begin_factor(*, username: str, moment: Moment) -> str:
    """The secret (Base32) for the user's authenticator, the same until it is confirmed. Raises FactorRefused after."""
    user = get_user_model().objects.select_for_update().get(username=username)
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is not None and factor.confirmed_at is not None:
        raise FactorRefused("第二重验证已设置。The second factor is set up already.")
    known = None if factor is None else _opened(factor)
    if known is not None:
        return known
    secret = pyotp.random_base32()
    SecondFactor.objects.update_or_create(user=user, defaults={"sealed": _seal().encrypt(secret.encode())})
    note(actor=username, act="BEGIN_FACTOR", matter="", purpose=PURPOSE, organ="", moment=moment)
    return secret


def confirm_factor(*, username: str, said: str, moment: Moment) -> tuple[str, ...]:
    """The user's authenticator gives the present code: from now on it is asked for; the recovery codes, told this once.

    Raises FactorRefused.
    """
    with transaction.atomic():
        factor = _locked(username)
        if factor is None or factor.confirmed_at is not None:
            raise FactorRefused("没有待确认的第二重验证。There is no second factor to confirm.")
        fault = _tried(factor, said, moment)
        if fault is None:
            factor.confirmed_at = moment.instant
            factor.save(update_fields=["confirmed_at"])
            note(actor=username, act="SET_FACTOR", matter="", purpose=PURPOSE, organ="", moment=moment)
            return _fresh_codes(factor)
    raise FactorRefused(fault)


def pass_factor(*, username: str, said: str, moment: Moment) -> None:
    """Hold what was said against the present code, then against the recovery codes. Raises FactorRefused."""
    with transaction.atomic():
        factor = _locked(username)
        if factor is None or factor.confirmed_at is None:
            raise FactorRefused("第二重验证还没有设置。The second factor is not set up yet.")
        fault = _tried(factor, said, moment)
        act = "PASS_FACTOR" if fault is None else "WRONG_FACTOR"
        note(actor=username, act=act, matter="", purpose=PURPOSE, organ="", moment=moment)
    if fault is not None:
        raise FactorRefused(fault)


@transaction.atomic
def new_recovery_codes(*, username: str, moment: Moment) -> tuple[str, ...]:
    """Recovery codes in place of the present ones, told this once. Raises FactorRefused without a second factor."""
    factor = _locked(username)
    if factor is None or factor.confirmed_at is None:
        raise FactorRefused("第二重验证还没有设置。The second factor is not set up yet.")
    note(actor=username, act="NEW_RECOVERY_CODES", matter="", purpose=PURPOSE, organ="", moment=moment)
    return _fresh_codes(factor)


@transaction.atomic
def forget_factor(*, username: str, actor: str, moment: Moment) -> None:
    """Take a second factor away, at a counter or by the user who has passed it; it must be set up anew."""
    RecoveryCode.objects.filter(user__username=username).delete()
    SecondFactor.objects.filter(user__username=username).delete()
    note(actor=actor, act="FORGET_FACTOR", matter=username, purpose=PURPOSE, organ="", moment=moment)


def _locked(username: str) -> SecondFactor | None:
    return SecondFactor.objects.select_for_update(of=("self",)).filter(user__username=username).first()


def _tried(factor: SecondFactor, said: str, moment: Moment) -> str | None:
    """What is wrong, or None; either way it is written down. The row is locked: no step passes twice side by side."""
    if factor.locked_until is not None and moment.instant < factor.locked_until:
        return WAIT
    typed = "".join(said.upper().replace("-", " ").split())
    step = _step(factor, typed, moment)
    if step is None and not _recovered(factor, typed, moment):
        factor.tries += 1
        if factor.tries >= MOST_TRIES:
            factor.tries, factor.locked_until = 0, moment.instant + LOCKED
        factor.save(update_fields=["tries", "locked_until"])
        return WRONG
    factor.tries, factor.locked_until = 0, None
    factor.last_step = factor.last_step if step is None else step
    factor.save(update_fields=["tries", "locked_until", "last_step"])
    return None


def _step(factor: SecondFactor, typed: str, moment: Moment) -> int | None:
    """The time step of the code, this one or a neighbour, if it lies after the last that passed."""
    secret = _opened(factor)
    if secret is None or len(typed) != DIGITS:
        return None
    password, present = pyotp.TOTP(secret), int(moment.instant.timestamp()) // STEP
    steps = (step for step in (present - 1, present, present + 1) if step > factor.last_step)
    return next((step for step in steps if hmac.compare_digest(password.generate_otp(step), typed)), None)


def _recovered(factor: SecondFactor, typed: str, moment: Moment) -> bool:
    unused = RecoveryCode.objects.filter(user_id=factor.user_id, digest=_digest(typed), used_at__isnull=True)
    return bool(unused.update(used_at=moment.instant))


def _fresh_codes(factor: SecondFactor) -> tuple[str, ...]:
    """Fifty random bits each."""
    codes = tuple(base64.b32encode(secrets.token_bytes(10)).decode()[:10] for _ in range(RECOVERY_CODES))
    RecoveryCode.objects.filter(user_id=factor.user_id).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user_id=factor.user_id, digest=_digest(code)) for code in codes)
    return tuple(f"{code[:5]}-{code[5:]}" for code in codes)


def _digest(typed: str) -> bytes:
    return hashlib.sha256(typed.encode()).digest()


def _seal() -> Fernet:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"second factor").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _opened(factor: SecondFactor) -> str | None:
    """The secret; None under another XINSHU_SECRET_KEY than it was sealed with: then only recovery codes pass."""
    try:
        return _seal().decrypt(bytes(factor.sealed)).decode()
    except InvalidToken:
        return None
