"""Notices travel by real SMTP, HTTP and HTTPS servers; what leaves names no matter of a record (G18)."""

import ssl
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.test import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from tests import factories
from tests.doors.secure import Hook, certificate, free_port, hooked
from xinshu.doors.notifying import tasks
from xinshu.doors.notifying.channels import NotNow, NotSent
from xinshu.doors.notifying.webhook import signed
from xinshu.kit.clock import now
from xinshu.parties.notices import actions, queries
from xinshu.parties.notices.models import Address, Delivery
from xinshu.parties.notices.states import Arrival, Means, NoticeKind

HERE = ("127.0.0.0/8",)
SECRET_OF_RECORD = "示市监罚〔2026〕0001号"


class Inbox:
    """A mail server's handler: what came in, or the code with which everything is refused."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refusal = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 the library's names
        if self.refusal:
            return self.refusal
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A real mail server that wants STARTTLS, with a certificate that this process trusts."""
    chain, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    handler = Inbox()

    class Secured(Controller):
        def factory(self) -> SMTP:
            return SMTP(handler, tls_context=context, require_starttls=True)

    controller = Secured(handler, hostname="127.0.0.1", port=(port := free_port()))
    controller.start()
    try:
        with override_settings(SMTP_HOST="127.0.0.1", SMTP_PORT=port, MAIL_FROM="notice@credit.example"):
            yield handler
    finally:
        controller.stop(no_assert=True)


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A real HTTPS server whose certificate this process trusts."""
    chain, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    with hooked(chain, key) as server, override_settings(WEBHOOK_NETWORKS=HERE):
        yield server


def read(letter: Any) -> str:
    """The text of a letter as its reader sees it."""
    body = message_from_bytes(letter.content, policy=default).get_body()
    assert body is not None
    return str(body.get_content())


def given(channel: Means, value: str) -> UUID:
    return actions.give_address(subject=7, channel=channel, value=value, actor="someone", moment=now())


def confirmed(channel: Means, value: str) -> UUID:
    address = given(channel, value)
    code = actions.fresh_code(address=address, moment=now())
    actions.confirm_address(subjects=[7], address=address, code=code, moment=now())
    return address


def noticed() -> UUID:
    """A notice about a record, and the number of its one delivery."""
    said = {"number": SECRET_OF_RECORD}
    actions.notify(subject=7, kind=NoticeKind.RECORD_FIRST_SHOWN, said=said, moment=now())
    (number,) = actions.plan_deliveries(moment=now())
    return number


@pytest.mark.django_db
def test_an_e_mail_names_the_kind_of_matter_and_nothing_of_the_record(inbox: Inbox) -> None:
    confirmed(Means.EMAIL, "office@company.example")
    number = noticed()
    tasks.deliver(number)
    (letter,) = inbox.letters
    content = read(letter)
    assert letter.rcpt_tos == ["office@company.example"]
    assert "/own/" in content
    assert SECRET_OF_RECORD not in content
    assert "1 new notice(s): A record is about to be shown" in content
    tasks.deliver(number)
    assert len(inbox.letters) == 1, "what was sent is not sent again"
    found = queries.delivery(number)
    assert found is not None
    assert (found.outcome, found.tries) == (Arrival.SENT, 1)


@pytest.mark.django_db
def test_a_code_comes_by_e_mail_and_confirms_once(inbox: Inbox) -> None:
    address = given(Means.EMAIL, "office@company.example")
    tasks.confirm(address)
    code = read(inbox.letters[0]).split("Your code is ")[1][:6]
    with pytest.raises(actions.CodeRefused):
        actions.confirm_address(subjects=[8], address=address, code=code, moment=now())
    actions.confirm_address(subjects=[7], address=address, code=code, moment=now())
    with pytest.raises(actions.CodeRefused):
        actions.confirm_address(subjects=[7], address=address, code=code, moment=now())
    assert queries.addresses_of([7])[0].value_masked == "of***@company.example"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refusal", "again"), [("451 try again later", True), ("554 never", False)], ids=["for now", "for good"]
)
def test_what_the_server_refuses_is_kept_with_its_outcome(inbox: Inbox, refusal: str, again: bool) -> None:
    confirmed(Means.EMAIL, "office@company.example")
    inbox.refusal = refusal
    number = noticed()
    if again:
        with pytest.raises(NotNow):
            tasks.deliver(number)
        assert Delivery.objects.get().outcome == Arrival.WAITING
    tasks.deliver(number, is_last=True)
    kept = Delivery.objects.get()
    assert (kept.outcome, refusal[:3] in kept.fault, "company" in kept.fault) == (Arrival.GIVEN_UP, True, False)


@pytest.mark.django_db
def test_a_certificate_that_nobody_vouches_for_gets_no_mail(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed(Means.EMAIL, "office@company.example")
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotNow):
        tasks.deliver(noticed())
    assert inbox.letters == []


@pytest.mark.django_db
def test_mail_is_never_sent_plainly_to_another_machine(inbox: Inbox) -> None:
    confirmed(Means.EMAIL, "office@company.example")
    with override_settings(SMTP_HOST="mail.example", SMTP_SECURITY="none"):
        tasks.deliver(noticed())
    assert (Delivery.objects.get().outcome, inbox.letters) == (Arrival.GIVEN_UP, [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("channel", "value"),
    [
        (Means.EMAIL, "a@company.example\r\nBcc: all@else.example"),
        (Means.EMAIL, "a@company.example, b@else.example"),
        (Means.EMAIL, "公司@company.example"),
        (Means.SMS, "13800000000\n13900000000"),
        (Means.SMS, "110"),
        (Means.WEBHOOK, "http://company.example/hook"),
        (Means.WEBHOOK, "https://user@company.example/hook"),
        (Means.WEBHOOK, "https://company.example:99999/hook"),
        (Means.WEBHOOK, "https:///hook"),
    ],
)
def test_what_could_make_a_header_or_is_no_address_is_refused(channel: Means, value: str) -> None:
    with pytest.raises(actions.AddressRefused):
        given(channel, value)
    assert not Address.objects.exists()


@pytest.mark.django_db
def test_an_sms_fills_the_gateway_s_shape_and_nothing_else(hook: Hook) -> None:
    confirmed(Means.SMS, "13800000000")
    body = '{"to": ["{number}"], "say": {"content": "{text}", "sign": "信枢"}}'
    with override_settings(SMS_GATEWAY=hook.url, SMS_BODY=body):
        tasks.deliver(noticed())
    told = orjson.loads(hook.asked[0].body)
    assert (told["to"], told["say"]["sign"]) == (["13800000000"], "信枢")
    assert "一条信息即将公示" in told["say"]["content"]
    assert SECRET_OF_RECORD not in told["say"]["content"]


@pytest.mark.django_db
def test_a_webhook_answers_a_challenge_and_gets_signed_notices(hook: Hook) -> None:
    address = given(Means.WEBHOOK, hook.url)
    with pytest.raises(actions.CodeRefused):
        tasks.confirm(address)
    hook.secret = Address.objects.get().secret
    tasks.confirm(address)
    tasks.deliver(noticed())
    asked = hook.asked[-1]
    parts = dict(part.split("=", 1) for part in asked.headers["Xinshu-Signature"].split(","))
    assert parts["v1"] == signed(hook.secret, parts["t"].encode() + b"." + asked.body)
    told = orjson.loads(asked.body)
    assert (told["notices"], told["kind"]) == (["RECORD_FIRST_SHOWN"], "NOTICES")
    assert SECRET_OF_RECORD.encode() not in asked.body


@pytest.mark.django_db
def test_a_redirect_is_not_followed_not_even_here(hook: Hook) -> None:
    confirmed(Means.WEBHOOK, hook.url)
    hook.redirect = hook.url.replace("/hook", "/private")
    tasks.deliver(noticed())
    assert (Delivery.objects.get().outcome, [one.path for one in hook.asked]) == (Arrival.GIVEN_UP, ["/hook"])


@pytest.mark.django_db
def test_a_private_network_is_not_asked(hook: Hook) -> None:
    confirmed(Means.WEBHOOK, hook.url)
    with override_settings(WEBHOOK_NETWORKS=()):
        tasks.deliver(noticed())
    assert (Delivery.objects.get().outcome, hook.asked) == (Arrival.GIVEN_UP, [])


@pytest.mark.django_db
def test_nothing_goes_to_an_address_that_is_not_confirmed_or_was_revoked() -> None:
    given(Means.EMAIL, "new@company.example")
    old = confirmed(Means.EMAIL, "old@company.example")
    number = noticed()
    assert actions.revoke_address(subjects=[8], address=old, moment=now()) == ()
    (last,) = actions.revoke_address(subjects=[7], address=old, moment=now())
    tasks.deliver(number)
    assert Delivery.objects.get(id=number).outcome == Arrival.TAKEN_BACK
    found = queries.delivery(last)
    assert found is not None
    assert found.kinds == ("ADDRESS_GIVEN", "ADDRESS_REVOKED"), "its last message, and nothing of a record"
    tasks.deliver(last)
    assert not Address.objects.filter(value="old@company.example").exists(), "nobody needs it any longer"
    actions.notify(subject=7, kind=NoticeKind.REMINDER, moment=now())
    assert actions.plan_deliveries(moment=now()) == ()


@pytest.mark.django_db
def test_who_was_told_before_hears_of_each_new_address(inbox: Inbox) -> None:
    """A new address is told of nothing, itself not either; the older ones are, with where it is, masked, in the space."""
    confirmed(Means.EMAIL, "first@company.example")
    assert tasks.plan() == 0
    confirmed(Means.EMAIL, "second@company.example")
    assert tasks.plan() == 1
    tasks.deliver(Delivery.objects.get().id)
    (letter,) = inbox.letters
    assert letter.rcpt_tos == ["first@company.example"]
    assert "An address for notices was given" in read(letter)
    assert "second" not in read(letter)
    assert queries.notices_of([7], most=1)[0][0].said["place"] == "se***@company.example"


@pytest.mark.django_db
def test_whoever_takes_an_account_over_cannot_silence_the_others_first(inbox: Inbox) -> None:
    """A mandate, an address of one's own, the old ones revoked, all before anything was sent: each of them hears it."""
    old = [confirmed(Means.EMAIL, f"{name}@company.example") for name in ("a", "b")]
    tasks.plan()
    Delivery.objects.all().delete()
    actions.notify(subject=7, kind=NoticeKind.MANDATE_GIVEN, moment=now())
    given(Means.EMAIL, "thief@else.example")
    for address in old:
        tasks.revoke(subjects=[7], address=address, moment=now())
    for one in Delivery.objects.order_by("planned_at"):
        tasks.deliver(one.id)
    heard = {"A mandate was given", "An address for notices was given", "An address for notices was revoked"}
    for name in ("a", "b"):
        words = "".join(read(letter) for letter in inbox.letters if letter.rcpt_tos == [f"{name}@company.example"])
        assert {said for said in heard if said in words} == heard, name
    assert {place for letter in inbox.letters for place in letter.rcpt_tos} == {
        "a@company.example",
        "b@company.example",
    }
    assert not Address.objects.filter(value__endswith="@company.example").exists()
    assert ProcrastinateJob.objects.filter(task_name="notices.deliver").count() >= len(old)


@pytest.mark.django_db
def test_the_place_of_a_revoked_address_is_kept_until_its_last_message_and_no_longer(inbox: Inbox) -> None:
    address = confirmed(Means.EMAIL, "office@company.example")
    (last,) = actions.revoke_address(subjects=[7], address=address, moment=now())
    inbox.refusal = "451 try again later"
    with pytest.raises(NotNow):
        tasks.deliver(last)
    assert Address.objects.get().value == "office@company.example"
    assert queries.addresses_of([7]) == ()
    tasks.deliver(last, is_last=True)
    assert Address.objects.get().value == str(address)
    assert queries.destination(address) is None


@pytest.mark.django_db
def test_what_was_planned_beside_a_revocation_is_not_sent(inbox: Inbox) -> None:
    """A message of another matter that was planned at the same time, by a job that did not see the revocation yet."""
    address = confirmed(Means.EMAIL, "office@company.example")
    number = noticed()
    actions.revoke_address(subjects=[7], address=address, moment=now())
    Delivery.objects.filter(id=number).update(outcome=Arrival.WAITING, ended_at=None)
    tasks.deliver(number)
    assert (Delivery.objects.get(id=number).outcome, inbox.letters) == (Arrival.TAKEN_BACK, [])


@pytest.mark.django_db
def test_many_notices_are_one_message() -> None:
    confirmed(Means.EMAIL, "office@company.example")
    for kind in (NoticeKind.REMINDER, NoticeKind.REMINDER, NoticeKind.REPAIR_GRANTED):
        actions.notify(subject=7, kind=kind, moment=now())
    assert tasks.plan() == 1
    assert tasks.plan() == 0
    (found,) = queries.deliveries_of([7], most=5)
    assert found.kinds == ("REMINDER", "REMINDER", "REPAIR_GRANTED")


@pytest.mark.django_db
def test_codes_are_neither_guessed_nor_sent_without_end() -> None:
    address = given(Means.SMS, "13800000000")
    code = actions.fresh_code(address=address, moment=now())
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(actions.MOST_TRIES):
        with pytest.raises(actions.CodeRefused):
            actions.confirm_address(subjects=[7], address=address, code=wrong, moment=now())
    with pytest.raises(actions.CodeRefused):
        actions.confirm_address(subjects=[7], address=address, code=code, moment=now())
    for _ in range(actions.MOST_CODES - 1):
        actions.fresh_code(address=address, moment=now())
    with pytest.raises(actions.CodeRefused):
        actions.fresh_code(address=address, moment=now())


@pytest.mark.django_db
def test_a_code_is_good_for_half_an_hour_and_the_newest_alone() -> None:
    address = given(Means.SMS, "13800000000")
    morning = factories.noon(factories.TODAY)
    first = actions.fresh_code(address=address, moment=morning)
    second = actions.fresh_code(address=address, moment=morning)
    assert first != second
    for code, moment in ((first, morning), (second, now())):
        with pytest.raises(actions.CodeRefused):
            actions.confirm_address(subjects=[7], address=address, code=code, moment=moment)


@pytest.mark.django_db
def test_nobody_has_strangers_flooded() -> None:
    for number in range(actions.MOST_ADDRESSES):
        given(Means.SMS, f"1380000{number:04}")
    with pytest.raises(actions.AddressRefused):
        given(Means.SMS, "13900000000")


def test_a_channel_without_settings_says_so() -> None:
    place = queries.Destination(UUID(int=1), Means.EMAIL, "a@b.example", "", confirmed=True)
    with override_settings(SMTP_HOST="", SMS_GATEWAY=""):
        for channel in (Means.EMAIL, Means.SMS):
            with pytest.raises(NotSent, match="configured"):
                tasks.CHANNELS[channel].send(place, tasks._code_message("1"))
