"""Mandates: dated, revocable at once, never doubled; the letter's code; the second factor's codes, each of which passes once."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pyotp
import pytest
import time_machine
from django.db import IntegrityError, transaction

from tests import factories
from xinshu.kit.clock import now
from xinshu.kit.moment import Moment
from xinshu.parties.mandates.actions import (
    LetterRefused,
    MandateRefused,
    confirm_post_code,
    give,
    in_a_year,
    print_letter,
    request_post_code,
    revoke,
    revoke_every,
)
from xinshu.parties.mandates.factors import (
    FactorRefused,
    begin_factor,
    confirm_factor,
    forget_factor,
    new_recovery_codes,
    pass_factor,
)
from xinshu.parties.mandates.models import Mandate, PostCode, RecoveryCode, SecondFactor
from xinshu.parties.mandates.queries import (
    bodies_of,
    history_of_code,
    letters_due,
    letters_of_user,
    mandates_of_subject,
    mandates_of_user,
    recovery_codes_left,
)
from xinshu.parties.mandates.states import LOCKED, MOST_LETTERS, MOST_TRIES, Proof
from xinshu.parties.mandates.visits import begin_visit, end_every_visit, go_on
from xinshu.register.access.actions import open_account
from xinshu.register.access.models import TrailLine

pytestmark = pytest.mark.django_db
CODE = factories.SUBJECT
PAPER = "营业执照正本、授权书"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False) as traveller:
        yield traveller


@pytest.fixture
def told() -> list[tuple[int, Proof]]:
    """What bodies were told."""
    return []


def someone(username: str = "one") -> str:
    """A user with a second factor; the secret of it."""
    open_account(username=username, full_name="示例乙", password=factories.PASSWORD, moment=now())
    secret = begin_factor(username=username, moment=now())
    confirm_factor(username=username, said=at(secret, now()), moment=now())
    return secret


def at(secret: str, moment: Moment) -> str:
    return pyotp.TOTP(secret).at(moment.instant)


def given(told: list[tuple[int, Proof]], username: str = "one", **otherwise: Any) -> UUID:
    usual: dict[str, Any] = {
        "code": CODE,
        "proof": Proof.COUNTER,
        "paper": PAPER,
        "until": in_a_year(now().day),
        "actor": "clerk",
    }
    return give(username=username, tell=telling(told), moment=now(), **usual | otherwise)


def telling(told: list[tuple[int, Proof]]) -> Any:
    return lambda subject, proof, moment: told.append((subject, proof))


def letter(told: list[tuple[int, Proof]]) -> str:
    """The code of a letter to the code's address that `one` asked for."""
    asked = request_post_code(username="one", code=CODE, moment=now())
    return print_letter(letter=asked, days=30, actor="operator", moment=now())


def said(code: str, told: list[tuple[int, Proof]], username: str = "one") -> UUID:
    return confirm_post_code(username=username, code=CODE, said=code, tell=telling(told), moment=now())


def test_a_mandate_holds_from_its_day_until_its_last(told: list[tuple[int, Proof]], clock: Any) -> None:
    subject, day = factories.body(CODE), now().day
    someone()
    made = given(told, until=day + timedelta(days=2))
    assert told == [(subject, Proof.COUNTER)]
    days = {ahead: mandates_of_user("one", on_date=day + timedelta(days=ahead)) for ahead in (-1, 0, 1, 2)}
    assert {ahead: [one.id for one in held] for ahead, held in days.items()} == {-1: [], 0: [made], 1: [made], 2: []}
    assert [one.username for one in mandates_of_subject(subject, on_date=day)] == ["one"]
    assert TrailLine.objects.get(act="GIVE_MANDATE").matter == f"{CODE} one"


def test_a_revoked_mandate_is_over_at_once_and_stays_to_be_seen(told: list[tuple[int, Proof]]) -> None:
    factories.body(CODE)
    someone()
    made = given(told)
    revoke(mandate=made, code=CODE, actor="two", tell=telling(told), moment=now())
    assert mandates_of_user("one", on_date=now().day) == ()
    assert len(told) == 2
    (kept,) = history_of_code(CODE)
    assert (kept.id, kept.revoked_at) == (made, now().instant)
    with pytest.raises(MandateRefused):
        revoke(mandate=made, code=CODE, actor="two", tell=telling(told), moment=now())
    given(told)  # it may be given anew


def test_no_mandate_is_revoked_for_another_code(told: list[tuple[int, Proof]]) -> None:
    someone()
    made = given(told)
    with pytest.raises(MandateRefused):
        revoke(mandate=made, code=factories.OTHER_SUBJECT, actor="two", tell=telling(told), moment=now())
    with pytest.raises(MandateRefused):
        revoke(mandate=uuid4(), code=CODE, actor="two", tell=telling(told), moment=now())
    assert mandates_of_user("one", on_date=now().day)


@pytest.mark.parametrize(
    ("otherwise", "why"),
    [
        ({"actor": "one"}, "Nobody opens a mandate for themselves"),
        ({"paper": " "}, "papers seen"),
        ({"until": factories.TODAY}, "a day at least"),
        ({"until": in_a_year(factories.TODAY) + timedelta(days=1)}, "a year at most"),
        ({"code": "919999990000002111"}, "no valid unified social credit code"),
        ({"username": "nobody"}, "No such account"),
        ({"username": "bare"}, "no second factor"),
    ],
)
def test_what_is_no_mandate(told: list[tuple[int, Proof]], otherwise: dict[str, Any], why: str) -> None:
    someone()
    open_account(username="bare", full_name="示例丙", password=factories.PASSWORD, moment=now())
    with pytest.raises(MandateRefused, match=why):
        given(told, **otherwise)
    assert not Mandate.objects.exists()
    assert told == []


def test_nobody_holds_the_same_mandate_twice(told: list[tuple[int, Proof]]) -> None:
    """Refused by the action, and by the database where an action did not see the other."""
    someone()
    given(told)
    with pytest.raises(MandateRefused, match="already"):
        given(told)
    first = Mandate.objects.get()
    with pytest.raises(IntegrityError, match="overlap"), transaction.atomic():
        Mandate.objects.create(
            user=first.user,
            code=CODE,
            proof=Proof.COUNTER,
            paper=PAPER,
            valid_from=first.valid_from + timedelta(days=9),
            valid_until=first.valid_until + timedelta(days=9),
            given_by="clerk",
            given_at=now().instant,
        )


def test_a_restore_ends_every_mandate_and_every_visit(told: list[tuple[int, Proof]]) -> None:
    someone()
    given(told)
    visit = begin_visit(username="one", moment=now())
    assert revoke_every(actor="restore", moment=now()) == 1
    assert end_every_visit(moment=now()) == 1
    assert mandates_of_user("one", on_date=now().day) == ()
    assert go_on(visit=visit, username="one", idle=timedelta(hours=1), moment=now()) is None


def test_the_code_of_a_letter_opens_the_mandate_once(told: list[tuple[int, Proof]]) -> None:
    subject = factories.body(CODE)
    someone()
    code = letter(told)
    assert letters_due() == ()
    said(f" {code[:6].lower()}-{code[6:]} ", told)  # as people copy it
    (held,) = mandates_of_user("one", on_date=now().day)
    assert (held.proof, held.subject, told) == (Proof.POST_CODE, subject, [(subject, Proof.POST_CODE)])
    with pytest.raises(LetterRefused):
        said(code, told)


def test_the_code_is_kept_nowhere(told: list[tuple[int, Proof]]) -> None:
    """Neither as it is nor in the trail: only its digest."""
    someone()
    code = letter(told)
    assert code not in str(PostCode.objects.values().get())
    assert PostCode.objects.filter(digest=hashlib.sha256(code.encode()).digest()).exists()
    assert not TrailLine.objects.filter(matter__contains=code).exists()


def test_five_wrong_codes_spend_the_letter(told: list[tuple[int, Proof]]) -> None:
    someone()
    code = letter(told)
    for left in reversed(range(MOST_TRIES)):
        with pytest.raises(LetterRefused, match=f"{left} more tries"):
            said("AAAAAAAAAAAA", told)
    with pytest.raises(LetterRefused, match="No code waits"):
        said(code, told)
    assert not Mandate.objects.exists()
    assert TrailLine.objects.filter(act="WRONG_LETTER_CODE").count() == MOST_TRIES


def test_the_code_of_a_letter_expires(told: list[tuple[int, Proof]], clock: Any) -> None:
    someone()
    code = letter(told)
    clock.shift(timedelta(days=31))
    with pytest.raises(LetterRefused, match="No code waits"):
        said(code, told)
    assert letters_of_user("one") == ()


def test_the_code_of_a_letter_is_for_who_asked(told: list[tuple[int, Proof]]) -> None:
    someone()
    someone("two")
    code = letter(told)
    with pytest.raises(LetterRefused):
        said(code, told, "two")
    assert said(code, told)


def test_letters_are_few_and_are_printed_once(told: list[tuple[int, Proof]]) -> None:
    someone()
    asked = request_post_code(username="one", code=CODE, moment=now())
    with pytest.raises(LetterRefused, match="under way"):
        request_post_code(username="one", code=CODE, moment=now())
    print_letter(letter=asked, days=30, actor="operator", moment=now())
    with pytest.raises(LetterRefused, match="No such letter"):
        print_letter(letter=asked, days=30, actor="operator", moment=now())
    for name in ("two", "three")[: MOST_LETTERS - 1]:
        someone(name)
        request_post_code(username=name, code=CODE, moment=now())
    someone("four")
    with pytest.raises(LetterRefused, match="at most"):
        request_post_code(username="four", code=CODE, moment=now())


def test_a_code_that_nobody_knows_gets_the_same_answer() -> None:
    someone()
    asked = [request_post_code(username="one", code=code, moment=now()) for code in (CODE, factories.UNKNOWN)]
    assert len(asked) == 2
    assert bodies_of(factories.UNKNOWN) == ()


def test_a_time_step_passes_once(clock: Any) -> None:
    secret = someone()
    with pytest.raises(FactorRefused):  # the step that confirmed it
        pass_factor(username="one", said=at(secret, now()), moment=now())
    clock.shift(timedelta(seconds=30))
    present = at(secret, now())
    pass_factor(username="one", said=present, moment=now())
    with pytest.raises(FactorRefused):
        pass_factor(username="one", said=present, moment=now())


def test_an_old_step_does_not_pass_after_a_newer_one(clock: Any) -> None:
    secret = someone()
    clock.shift(timedelta(seconds=60))
    older = pyotp.TOTP(secret).at(now().instant - timedelta(seconds=30))
    pass_factor(username="one", said=at(secret, now()), moment=now())
    with pytest.raises(FactorRefused):
        pass_factor(username="one", said=older, moment=now())


def test_too_many_wrong_codes_wait(clock: Any) -> None:
    """The right one too, until the wait is over: nobody tries a million."""
    secret = someone()
    clock.shift(timedelta(seconds=90))
    for _ in range(MOST_TRIES):
        with pytest.raises(FactorRefused, match="wrong"):
            pass_factor(username="one", said="000000x", moment=now())
    with pytest.raises(FactorRefused, match="fifteen minutes"):
        pass_factor(username="one", said=at(secret, now()), moment=now())
    clock.shift(LOCKED)
    pass_factor(username="one", said=at(secret, now()), moment=now())


def test_a_recovery_code_passes_once_and_new_ones_end_the_old() -> None:
    someone()
    first, second, *_ = new_recovery_codes(username="one", moment=now())
    pass_factor(username="one", said=first.lower(), moment=now())
    assert recovery_codes_left("one") == 9
    with pytest.raises(FactorRefused):
        pass_factor(username="one", said=first, moment=now())
    new_recovery_codes(username="one", moment=now())
    with pytest.raises(FactorRefused):
        pass_factor(username="one", said=second, moment=now())


def test_the_secret_and_the_recovery_codes_are_sealed() -> None:
    secret = someone()
    codes = new_recovery_codes(username="one", moment=now())
    sealed = bytes(SecondFactor.objects.get().sealed)
    assert secret.encode() not in sealed
    assert not {code.encode() for code in codes} & {bytes(one.digest) for one in RecoveryCode.objects.all()}


def test_a_forgotten_factor_is_set_up_anew() -> None:
    before = someone()
    forget_factor(username="one", actor="clerk", moment=now())
    assert recovery_codes_left("one") == 0
    assert begin_factor(username="one", moment=now()) != before
    assert TrailLine.objects.get(act="FORGET_FACTOR").actor == "clerk"
