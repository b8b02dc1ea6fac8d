"""The inbox, the addresses and the calendar of the own space: for the mandated alone, each look with its line."""

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests import factories
from tests.spaces import signed_in_organisation
from xinshu.parties.notices import actions
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.models import Address, Notice
from xinshu.parties.notices.states import Means, NoticeKind
from xinshu.register.access.models import TrailLine
from xinshu.register.records.own import about

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY
NOON = factories.noon(TODAY)
SECRET = re.compile(r'id="webhook-secret">([^<]+)<')
INBOX, ADDRESSES, CALENDAR = "/own/notices/", "/own/notices/addresses/", "/own/calendar/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOON.instant, tick=False):
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.accepted(
            factories.document(),
            factories.document(
                code=factories.OTHER_SUBJECT, name="云汀另一示例有限公司", document_number="示市监罚〔2026〕0002号"
            ),
        )
        Notice.objects.all().delete()
        yield


@pytest.fixture
def own(client: Client) -> Client:
    """An organisation in its space, told of nothing yet."""
    signed_in_organisation(client)
    Notice.objects.all().delete()
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def record_of(code: str) -> UUID:
    (row,), _ = about([factories.body(code)], on_date=TODAY)
    return row.record_ref


def told_of(kind: NoticeKind, code: str = factories.SUBJECT, record_ref: UUID | None = None, **said: str) -> int:
    """The organisation of that code is told; the number of the notice."""
    notify(subject=factories.body(code), kind=kind, record_ref=record_ref, said=said, moment=NOON)
    return Notice.objects.latest("id").id


def given(client: Client, channel: Means, value: str) -> UUID:
    """The address is given on the page; its number."""
    client.post(ADDRESSES, {"channel": channel.value, "value": value})
    return Address.objects.get(value=value).id


def jobs() -> list[str]:
    return list(ProcrastinateJob.objects.filter(task_name="notices.confirm").values_list("args__address", flat=True))


# --- the inbox ------------------------------------------------------------------------------------


def test_the_unread_stand_first(own: Client) -> None:
    told_of(NoticeKind.RECORD_CHANGED, words="先")
    newer = told_of(NoticeKind.RECORD_CHANGED, words="后")
    assert re.findall("先|后", read(own, INBOX).split("</h1>")[1]) == ["后", "先"]
    own.post(f"{INBOX}read/", {"notice": newer})
    page = read(own, INBOX)
    assert re.findall("先|后", page.split("</h1>")[1]) == ["先", "后"]
    assert "<b>1</b>" in page


def test_it_has_the_words_of_the_notice_and_the_way_to_say_wrong_body(own: Client) -> None:
    record = record_of(factories.SUBJECT)
    told_of(NoticeKind.RECORD_FIRST_SHOWN, record_ref=record, number="示市监罚〔2026〕0001号")
    page = read(own, INBOX)
    assert "一条信息即将公示" in page
    assert "示市监罚〔2026〕0001号" in page
    assert f'href="/own/records/{record}/speak/"' in page
    assert own.get(f"/own/records/{record}/speak/").status_code == 200


def test_no_other_notice_asks_whether_it_is_the_wrong_body(own: Client) -> None:
    record = record_of(factories.SUBJECT)
    told_of(NoticeKind.CLASS_RAISED, record_ref=record)
    page = read(own, INBOX)
    assert f"/own/records/{record}/" in page
    assert "/speak/" not in page


def test_a_case_is_linked_by_its_course(own: Client) -> None:
    repair, objection = uuid4(), uuid4()
    subject = factories.body(factories.SUBJECT)
    notify(subject=subject, kind=NoticeKind.REPAIR_ACCEPTED, case=repair, moment=NOON)
    notify(subject=subject, kind=NoticeKind.APPEAL_ANSWERED, case=objection, moment=NOON)
    page = read(own, INBOX)
    assert f"/own/repairs/{repair}/" in page
    assert f"/own/objections/{objection}/" in page


def test_anothers_notice_is_neither_shown_nor_read(own: Client) -> None:
    number = told_of(NoticeKind.RECORD_CHANGED, factories.OTHER_SUBJECT, words="别家的")
    assert "别家的" not in read(own, INBOX)
    own.post(f"{INBOX}read/", {"notice": number})
    own.post(f"{INBOX}read/")
    assert Notice.objects.get(id=number).read_at is None


def test_all_are_marked_at_once_and_nonsense_is_refused(own: Client) -> None:
    for _ in range(3):
        told_of(NoticeKind.RECORD_CHANGED)
    assert own.post(f"{INBOX}read/", {"notice": "x"}).status_code == 404
    assert own.post(f"{INBOX}read/", {"notice": "9" * 40}).status_code == 404
    assert Notice.objects.filter(read_at__isnull=True).count() == 3
    own.post(f"{INBOX}read/")
    assert not Notice.objects.filter(read_at__isnull=True).exists()


def test_a_long_list_is_paged(own: Client) -> None:
    numbers = [told_of(NoticeKind.RECORD_CHANGED, words=f"第{place}号。") for place in range(21)]
    assert "第0号。" not in read(own, INBOX)
    assert "第0号。" in read(own, f"{INBOX}?page=2")
    answer = own.post(f"{INBOX}read/", {"notice": numbers[0], "page": "2"})
    assert answer.headers["Location"] == f"{INBOX}?page=2"


# --- the addresses --------------------------------------------------------------------------------


def test_an_address_is_given_masked_confirmed_and_revoked(own: Client) -> None:
    address = given(own, Means.EMAIL, "someone@example.org")
    assert jobs() == [str(address)]
    page = read(own, ADDRESSES)
    assert "so***@example.org" in page
    assert "someone@example.org" not in page
    said = actions.fresh_code(address=address, moment=NOON)
    refused = own.post(f"{ADDRESSES}{address}/confirm/", {"said": "000000" if said != "000000" else "1"})
    assert refused.status_code == 422
    assert Address.objects.get().confirmed_at is None
    assert own.post(f"{ADDRESSES}{address}/confirm/", {"said": said}).status_code == 302
    assert Address.objects.get().confirmed_at == NOON.instant
    assert own.post(f"{ADDRESSES}{address}/code/").status_code == 404
    assert own.post(f"{ADDRESSES}{address}/revoke/").status_code == 302
    assert "so***@" not in read(own, ADDRESSES)


def test_a_webhooks_secret_is_shown_once_and_it_is_challenged_when_asked(own: Client) -> None:
    said = {"channel": Means.WEBHOOK.value, "value": "https://hooks.example.org/a"}
    page = own.post(ADDRESSES, said).content.decode()
    address = Address.objects.get()
    found = SECRET.search(page)
    assert found is not None
    assert found[1] == address.secret
    assert jobs() == []
    assert address.secret not in read(own, ADDRESSES)
    again = own.post(ADDRESSES, said)
    assert again.status_code == 422
    assert address.secret not in again.content.decode()
    own.post(f"{ADDRESSES}{address.id}/code/")
    assert jobs() == [str(address.id)]


@pytest.mark.parametrize("value", ["no", "a@b.example\r\nBcc: c@d.example", "http://hooks.example.org/"])
def test_what_is_no_address_is_refused_with_the_reason(own: Client, value: str) -> None:
    for channel in Means:
        answer = own.post(ADDRESSES, {"channel": channel.value, "value": value})
        assert answer.status_code == 422
        assert 'id="given-fault"' in answer.content.decode()
    assert own.post(ADDRESSES, {"channel": "PIGEON", "value": value}).status_code == 404
    assert not Address.objects.exists()


def test_anothers_address_is_no_different_from_none(own: Client) -> None:
    other = factories.body(factories.OTHER_SUBJECT)
    address = actions.give_address(subject=other, channel=Means.SMS, value="13800000000", actor="x", moment=NOON)
    said = actions.fresh_code(address=address, moment=NOON)
    assert "138****0000" not in read(own, ADDRESSES)
    for act in ("code", "confirm", "revoke"):
        for number in (address, uuid4()):
            assert own.post(f"{ADDRESSES}{number}/{act}/", {"said": said}).status_code == 404
    kept = Address.objects.get()
    assert (kept.confirmed_at, kept.revoked_at) == (None, None)


# --- the calendar ---------------------------------------------------------------------------------


def test_the_calendar_goes_by_month(own: Client) -> None:
    record = record_of(factories.SUBJECT)
    page = read(own, CALENDAR)
    assert "2026-12-31" in page, "the first month that has a day"
    assert "2027-09-30" not in page
    assert f"/own/records/{record}/" in page
    assert "2027-09-30" in read(own, f"{CALENDAR}?month=2027-09")
    for month in ("2020-01", "x", ""):
        assert own.get(f"{CALENDAR}?month={month}").status_code == 404


def test_the_file_has_all_days_of_the_own_organisation(own: Client) -> None:
    answer = own.get(f"{CALENDAR}calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calendar.ics"'
    assert answer.headers["Cache-Control"] == "no-store"
    lines = answer.content.decode().replace("\r\n ", "").split("\r\n")
    assert {"DTSTART;VALUE=DATE:20261231", "DTSTART;VALUE=DATE:20270930"} <= set(lines)
    assert str(record_of(factories.OTHER_SUBJECT)) not in answer.content.decode()


# --- who, and the trail ---------------------------------------------------------------------------


@pytest.mark.parametrize("address", [INBOX, ADDRESSES, CALENDAR, f"{CALENDAR}calendar.ics"])
def test_nobody_else_comes_in(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/own/sign-in/")


@pytest.mark.parametrize(
    ("address", "act"),
    [
        (INBOX, "LOOK_NOTICES"),
        (ADDRESSES, "LOOK_ADDRESSES"),
        (CALENDAR, "LOOK_CALENDAR"),
        (f"{CALENDAR}calendar.ics", "TAKE_CALENDAR"),
    ],
)
def test_each_look_leaves_a_line(own: Client, address: str, act: str) -> None:
    own.get(address)
    assert TrailLine.objects.get(act=act).matter == factories.SUBJECT
