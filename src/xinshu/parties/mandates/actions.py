"""Gives and revokes mandates, and carries the code by post from the asking to the proof."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_uscc
from xinshu.kit.moment import Moment
from xinshu.parties.mandates.models import LicenceLink, Mandate, PostCode, SecondFactor
from xinshu.parties.mandates.queries import bodies_of
from xinshu.parties.mandates.states import LETTERS_WITHIN, MOST_LETTERS, MOST_TRIES, Proof
from xinshu.register.access.actions import note

ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No letter that is read as a figure: the code is copied from paper by hand."""

LENGTH: Final = 12
"""Five bits a sign: sixty that nobody guesses in five tries."""

LONGEST_PAPER: Final = 200
PURPOSE: Final = "授权 mandates"

Tell = Callable[[int, Proof, Moment], None]
"""Has the body told, in the same transaction, of what was given or revoked: notices are a room above this one."""


class MandateRefused(XinshuError):
    """A mandate cannot be given or revoked as asked."""


class LetterRefused(XinshuError):
    """A letter cannot be asked for or printed, or what was said is not the code in it."""


@transaction.atomic
def give(
    *, username: str, code: str, proof: Proof, paper: str = "", until: date, actor: str, tell: Tell, moment: Moment
) -> UUID:
    """Let a user act for the organisation of a code from today until a day (excluded), a year ahead at most.

    At a counter `paper` names what was seen, and nobody gives to themselves. Raises MandateRefused.
    """
    _code_fit(code)
    if proof == Proof.COUNTER and actor == username:
        raise MandateRefused("不得为自己办理授权，请由他人办理。Nobody opens a mandate for themselves.")
    if proof == Proof.COUNTER and not 4 <= len(paper.strip()) <= LONGEST_PAPER:
        raise MandateRefused(
            f"请写明所核对的材料，4至{LONGEST_PAPER}字。Name the papers seen, 4 to {LONGEST_PAPER} characters."
        )
    if not moment.day < until <= in_a_year(moment.day):
        raise MandateRefused("授权须至少一日、至多一年。A mandate holds for a day at least and a year at most.")
    user = get_user_model().objects.select_for_update().filter(username=username, is_active=True).first()
    if user is None:
        raise MandateRefused("没有这个账号。No such account; it must be registered first.")
    if not SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        raise MandateRefused(
            "该账号还没有设置第二重验证，请先登录设置。The account has no second factor: sign in and set it up."
        )
    if Mandate.objects.filter(user=user, code=code, revoked_at__isnull=True, valid_until__gt=moment.day).exists():
        raise MandateRefused("该账号已有这家单位的授权。The account may act for this organisation already.")
    mandate = Mandate.objects.create(
        user=user,
        code=code,
        proof=proof,
        paper=paper.strip(),
        valid_from=moment.day,
        valid_until=until,
        given_by=actor,
        given_at=moment.instant,
    )
    note(actor=actor, act="GIVE_MANDATE", matter=f"{code} {username}", purpose=PURPOSE, organ="", moment=moment)
    _told(tell, code, proof, moment)
    return mandate.id


@transaction.atomic
def revoke(*, mandate: UUID, code: str, actor: str, tell: Tell, moment: Moment) -> None:
    """End a mandate of that code at once. Raises MandateRefused where there is none that holds."""
    held = Mandate.objects.select_for_update(of=("self",)).select_related("user")
    found = held.filter(id=mandate, code=code, revoked_at__isnull=True, valid_until__gt=moment.day).first()
    if found is None:
        raise MandateRefused("没有这项有效的授权。There is no such mandate, or it holds no more.")
    found.revoked_at, found.revoked_by = moment.instant, actor
    found.save(update_fields=["revoked_at", "revoked_by"])
    matter = f"{code} {found.user.username}"
    note(actor=actor, act="REVOKE_MANDATE", matter=matter, purpose=PURPOSE, organ="", moment=moment)
    _told(tell, code, Proof(found.proof), moment)


@transaction.atomic
def revoke_every(*, actor: str, moment: Moment) -> int:
    """End every mandate, as a restore does: some may have been revoked since; how many. Licences sign nobody in."""
    LicenceLink.objects.all().delete()
    count = Mandate.objects.filter(revoked_at__isnull=True).update(revoked_at=moment.instant, revoked_by=actor)
    note(actor=actor, act="REVOKE_EVERY_MANDATE", matter=str(count), purpose=PURPOSE, organ="", moment=moment)
    return count


@transaction.atomic
def request_post_code(*, username: str, code: str, moment: Moment) -> UUID:
    """Ask for a letter to the registered address of a code; the answer is the same for a code that nobody knows.

    Raises MandateRefused for what is no code, LetterRefused where one is under way or too many were asked for.
    """
    _code_fit(code)
    user = get_user_model().objects.select_for_update().get(username=username)
    _expire(code, moment)
    recent = PostCode.objects.filter(asked_at__gt=moment.instant - LETTERS_WITHIN)
    if recent.filter(user=user, code=code, ended_at__isnull=True).exists():
        raise LetterRefused("信函已在途中，收到后请填写其中的验证码。A letter is under way; say its code then.")
    if max(recent.filter(user=user).count(), recent.filter(code=code).count()) >= MOST_LETTERS:
        raise LetterRefused(
            f"{LETTERS_WITHIN.days}天内最多寄{MOST_LETTERS}封，请到窗口办理。"
            f" {MOST_LETTERS} letters in {LETTERS_WITHIN.days} days at most; please come to a counter."
        )
    letter = PostCode.objects.create(user=user, code=code, asked_at=moment.instant)
    note(actor=username, act="ASK_FOR_LETTER", matter=code, purpose=PURPOSE, organ="", moment=moment)
    return letter.id


@transaction.atomic
def print_letter(*, letter: UUID, days: int, actor: str, moment: Moment) -> str:
    """Draw the code of a letter that is due; it is told this once, for the paper. Raises LetterRefused."""
    due = PostCode.objects.select_for_update().filter(id=letter, printed_at__isnull=True, ended_at__isnull=True).first()
    if due is None:
        raise LetterRefused("没有这封待寄的信函。No such letter is due.")
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    due.printed_at, due.expires_on = moment.instant, moment.day + timedelta(days=days + 1)
    due.digest = _digest(drawn)
    due.save(update_fields=["printed_at", "expires_on", "digest"])
    note(actor=actor, act="PRINT_LETTER", matter=due.code, purpose=PURPOSE, organ="", moment=moment)
    return drawn


def confirm_post_code(*, username: str, code: str, said: str, tell: Tell, moment: Moment) -> UUID:
    """The user says the code of the letter, and may act for the organisation for a year.

    A wrong one is counted, whatever else happens. Raises LetterRefused and MandateRefused.
    """
    fault = None
    with transaction.atomic():
        _expire(code, moment)
        waiting = PostCode.objects.select_for_update(of=("self",)).filter(
            user__username=username, code=code, ended_at__isnull=True, digest__isnull=False
        )
        letter = waiting.first()
        if letter is None:
            fault = (
                "没有等待填写的验证码；验证码有期限，错五次也会作废。No code waits: it expires, or ends by five errors."
            )
        elif hmac.compare_digest(bytes(letter.digest or b""), _digest(said)):
            letter.ended_at = moment.instant
            letter.save(update_fields=["ended_at"])
            return give(
                username=username,
                code=code,
                proof=Proof.POST_CODE,
                until=in_a_year(moment.day),
                actor=username,
                tell=tell,
                moment=moment,
            )
        else:
            letter.tries += 1
            letter.ended_at = moment.instant if letter.tries >= MOST_TRIES else None
            letter.save(update_fields=["tries", "ended_at"])
            note(actor=username, act="WRONG_LETTER_CODE", matter=code, purpose=PURPOSE, organ="", moment=moment)
            left = MOST_TRIES - letter.tries
            fault = f"验证码不对，还可以试{left}次。The code is wrong; {left} more tries are left."
    raise LetterRefused(fault)


def in_a_year(day: date) -> date:
    """The same day of the next year; of 29 February, 28 February."""
    return (day.replace(day=28) if (day.month, day.day) == (2, 29) else day).replace(year=day.year + 1)


def _expire(code: str, moment: Moment) -> None:
    PostCode.objects.filter(code=code, ended_at__isnull=True, expires_on__lte=moment.day).update(
        ended_at=moment.instant
    )


def _digest(said: str) -> bytes:
    """Of a code as it is typed: small letters, spaces and hyphens do not count."""
    return hashlib.sha256("".join(said.upper().replace("-", " ").split()).encode()).digest()


def _told(tell: Tell, code: str, proof: Proof, moment: Moment) -> None:
    for body in bodies_of(code):
        tell(body.subject, proof, moment)


def _code_fit(code: str) -> None:
    if not check_uscc(code).valid:
        raise MandateRefused("统一社会信用代码不对，请核对。This is no valid unified social credit code.")
