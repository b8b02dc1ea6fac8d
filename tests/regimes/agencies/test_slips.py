"""The clean-up slip: only for what has ended, checked by anyone, silent about what it was; and copies followed with it."""

import copy as copying
import re
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from pytest_django import Settings

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, SUBJECT_NAME, TODAY, UNKNOWN, accepted, document, noon
from tests.regimes.agencies.made_up import NAME, agency_of, lines, reference, whole
from xinshu.regimes.agencies.actions import audit, decide, end_agency, register_agency, reply
from xinshu.regimes.agencies.clearing import (
    MOST_REPORTED,
    NoSlip,
    NotReported,
    erase_addresses,
    issue_slip,
    report_copy,
)
from xinshu.regimes.agencies.models import Matter, Slip
from xinshu.regimes.agencies.queries import late_list, matters, slip
from xinshu.regimes.agencies.slips import NotASlip, check_slip, marked, read_slip, slip_key
from xinshu.regimes.agencies.states import Cause, Event, MatterState, NotNow, Source
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.models import Entry
from xinshu.register.publog.queries import first_ending
from xinshu.register.publog.signing import signer
from xinshu.register.records.actions import number_filings
from xinshu.tlog.note import VerifierKey

pytestmark = pytest.mark.django_db
NUMBER = "示市监罚〔2026〕0001号"
PLACE = "https://www.agency.example/company/1?x=2"


@pytest.fixture(autouse=True)
def shown(db: None) -> None:
    factories.adopted_catalogue()
    factories.registered_organ()
    accepted(document(), document(document_number="示市监罚〔2026〕0002号"))
    integrate(moment=noon(TODAY))


@pytest.fixture
def key(settings: Settings) -> VerifierKey:
    return signer(settings.SECRETS_FOLDER, settings.PUBLOG_ORIGIN)[0]


def withdrawn() -> UUID:
    ref = reference(NUMBER)
    factories.taken_back(factories.body(SUBJECT), ref)
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))
    return ref


def issued(ref: UUID, code: str = SUBJECT) -> dict[str, Any]:
    return issue_slip(code=code, record_ref=ref, actor="counter", moment=noon(TODAY))


def file_of(told: dict[str, Any]) -> dict[str, str]:
    return read_slip(orjson.dumps(told))


# --- issued and checked ---------------------------------------------------------------------------


def test_a_slip_holds_for_whoever_has_the_key_and_tells_its_record_to_its_holder_alone(key: VerifierKey) -> None:
    ref = withdrawn()
    told = issued(ref)
    found = check_slip(file_of(told), key)
    ending = first_ending(0)
    assert ending is not None
    assert (found.entry, found.issued_on) == (ending.number, TODAY)
    assert found.is_about(ref, SUBJECT)
    assert not found.is_about(ref, OTHER_SUBJECT)
    assert not found.is_about(reference("示市监罚〔2026〕0002号"), SUBJECT)
    assert TrailLine.objects.filter(actor="counter", act="ISSUE_SLIP", matter=told["number"]).exists()


def test_it_holds_nothing_of_the_record_and_two_of_one_have_nothing_in_common(key: VerifierKey) -> None:
    ref = withdrawn()
    first, second = issued(ref), issued(ref)
    text = orjson.dumps(first).decode()
    for secret in (str(ref), ref.hex, SUBJECT, SUBJECT_NAME, NUMBER, MARKET.code, MARKET.name, "PENALTY", "WRONGLY"):
        assert secret not in text
    assert {first[name] for name in ("number", "salt", "mark", "signature")}.isdisjoint(
        {second[name] for name in ("number", "salt", "mark", "signature")}
    )
    entry = Entry.objects.get(event=3)
    assert bytes(entry.salt or b"").hex() not in text


def test_what_is_shown_has_none_and_neither_has_what_never_was() -> None:
    ref = reference(NUMBER)
    with pytest.raises(NoSlip, match="shown today"):
        issued(ref)
    for code, other in ((SUBJECT, uuid4()), (UNKNOWN, ref), ("919999990000002111", ref), (OTHER_SUBJECT, ref)):
        with pytest.raises(NoSlip, match="no ending"):
            issued(other, code)
    assert not Slip.objects.exists()


def test_an_ending_that_is_not_signed_yet_waits() -> None:
    ref = reference(NUMBER)
    factories.taken_back(factories.body(SUBJECT), ref)
    number_filings(moment=noon(TODAY))
    with pytest.raises(NoSlip, match="try again soon"):
        issued(ref)


def test_an_ending_whose_link_is_erased_has_no_slip_any_more() -> None:
    ref = withdrawn()
    Entry.objects.filter(event=3).update(
        salt=None, subject_id=None, record_ref=None, subject_code=None, of_lot=None, of_place=None
    )
    with pytest.raises(NoSlip, match="no ending"):
        issued(ref)


@pytest.mark.parametrize("name", ["number", "issued_on", "salt", "mark", "entry", "leaf", "signature", "proof"])
def test_one_letter_changed_and_it_is_none(key: VerifierKey, name: str) -> None:
    told = issued(withdrawn())
    text = told[name]
    places = [at for at, letter in enumerate(text) if letter.isdigit()]
    for at in places[:: max(1, len(places) // 12)]:
        forged = copying.deepcopy(told)
        forged[name] = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
        with pytest.raises(NotASlip):
            check_slip(file_of(forged), key)


def test_the_proof_of_another_entry_does_not_do(key: VerifierKey) -> None:
    ref = withdrawn()
    told = issued(ref)
    other = reference("示市监罚〔2026〕0002号")
    factories.taken_back(factories.body(SUBJECT), other)
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))
    with pytest.raises(NotASlip, match="not of this ending"):
        check_slip(file_of(told | {"proof": issued(other)["proof"]}), key)


def test_another_house_s_key_does_not_do(key: VerifierKey) -> None:
    told = file_of(issued(withdrawn()))
    with pytest.raises(NotASlip):
        check_slip(told, VerifierKey(key.name, key.kind, bytes(32)))
    with pytest.raises(NotASlip):
        check_slip(told, VerifierKey("other.example/log", key.kind, key.public))
    assert slip_key(key).key_id != key.key_id


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"\xff", b'{"format": "xinshu slip v1"}', b" " * (1 << 17), b"null"],
)
def test_what_is_no_slip_is_told_so(content: bytes) -> None:
    with pytest.raises(NotASlip):
        read_slip(content)


def test_parts_of_another_type_are_refused() -> None:
    told = issued(withdrawn())
    for name in told:
        with pytest.raises(NotASlip):
            read_slip(orjson.dumps(told | {name: 1}))


def test_the_mark_is_as_the_document_says() -> None:
    ref = UUID("00000000-0000-4000-8000-000000000001")
    assert marked(bytes(16), ref, "919999990000002110").hex() == (
        sha256(b"xinshu slip mark v1\n" + bytes(16) + f"{ref}\n919999990000002110".encode()).hexdigest()
    )
    assert marked(bytes(16), ref, " 919999990000002110") == marked(bytes(16), ref, "919999990000002110")


# --- copies that it reports -----------------------------------------------------------------------


@pytest.fixture
def parts() -> dict[str, str]:
    """A slip, and an agency on whose site a copy stands."""
    register_agency(name=NAME, contact="x", feed="https://agency.example/copies", actor="test", moment=noon(TODAY))
    return file_of(issued(withdrawn()))


def reported(parts: dict[str, str], address: str = PLACE, day: date = TODAY) -> UUID:
    return report_copy(parts=parts, address=address, moment=noon(day))


def test_a_copy_on_the_site_of_an_agency_is_told_to_it_with_a_term(parts: dict[str, str]) -> None:
    number = reported(parts)
    assert reported(parts, f" {PLACE} ") == number
    (row,) = matters(on_date=TODAY, agency_id=agency_of().id)
    assert (row.cause, row.state, row.due_on) == (Cause.REPORTED, MatterState.NOTICED, date(2026, 11, 30))
    assert (row.address, row.mark) == (PLACE, parts["mark"])
    told = slip(UUID(parts["number"]), on_date=TODAY)
    assert told is not None
    ((site, known, state, *_),) = told.reported
    assert (site, known, state, told.shown_again) == ("agency.example", True, MatterState.NOTICED, False)


def test_it_is_followed_to_closure_by_reply_and_audit(parts: dict[str, str]) -> None:
    reported(parts)
    (row,) = matters(on_date=TODAY)
    reply(box=agency_of().box, matter=row.id, words="正在删除", moment=noon(TODAY))
    audit(name=NAME, content=lines(whole("示市监罚〔2026〕0002号")), source=Source.FEED, actor="t", moment=noon(TODAY))
    told = slip(UUID(parts["number"]), on_date=TODAY)
    assert told is not None
    assert [row.state for row in told.reported] == [MatterState.CLOSED]
    assert late_list() == matters(on_date=TODAY) == ()


def test_an_audit_that_still_finds_it_closes_nothing(parts: dict[str, str]) -> None:
    reported(parts)
    still = whole("示市监罚〔2026〕0002号")
    still["record"]["ref"] = str(Slip.objects.get().record_ref)
    audit(name=NAME, content=lines(still), source=Source.FEED, actor="t", moment=noon(TODAY))
    assert {row.cause for row in matters(on_date=TODAY)} == {Cause.REPORTED, Cause.COPIES}


def test_elsewhere_it_is_for_staff_who_close_it_and_never_list_it(parts: dict[str, str]) -> None:
    operator = factories.appointed(Role.OPERATOR)
    number = reported(parts, "http://unknown.example/a")
    (row,) = matters(on_date=TODAY)
    assert (row.id, row.agency) == (number, "")
    said: dict[str, Any] = {
        "matter": number,
        "reason": "已不可访问",
        "actor": operator,
        "moment": noon(date(2026, 12, 9)),
    }
    with pytest.raises(NotNow):
        decide(event=Event.LISTED, **said)
    decide(event=Event.CLOSED, **said)
    assert matters(on_date=TODAY) == ()


def test_an_agency_that_ends_leaves_what_was_reported_to_staff(parts: dict[str, str]) -> None:
    reported(parts)
    end_agency(name=NAME, actor="test", moment=noon(TODAY))
    (row,) = matters(on_date=TODAY)
    assert (row.agency, row.state) == ("", MatterState.NOTICED)


@pytest.mark.parametrize(
    "address", ["", "agency.example/x", "ftp://a.example/", "https://", "https://a b/", "http://" + "a" * 500]
)
def test_an_address_that_is_none_is_refused(parts: dict[str, str], address: str) -> None:
    with pytest.raises(NotReported, match="address"):
        reported(parts, address)


def test_one_slip_follows_so_many_copies_and_no_forged_one_any(parts: dict[str, str]) -> None:
    for number in range(MOST_REPORTED):
        reported(parts, f"https://site{number}.example/")
    with pytest.raises(NotReported, match=str(MOST_REPORTED)):
        reported(parts)
    with pytest.raises(NotASlip):
        reported(parts | {"mark": "0" * 64})
    Matter.objects.all().delete()
    Slip.objects.all().delete()
    with pytest.raises(NotASlip, match="no such slip"):
        reported(parts)


def test_shown_again_a_slip_asks_for_nothing(parts: dict[str, str]) -> None:
    Slip.objects.update(record_ref=reference("示市监罚〔2026〕0002号"))
    told = slip(UUID(parts["number"]), on_date=TODAY)
    assert told is not None
    assert told.shown_again
    with pytest.raises(NotReported, match="shown again"):
        reported(parts)


def test_addresses_are_erased_a_while_after_the_end(parts: dict[str, str]) -> None:
    reported(parts)
    audit(name=NAME, content=b"", source=Source.FEED, actor="t", moment=noon(TODAY))
    assert erase_addresses(moment=noon(TODAY + timedelta(days=29))) == 0
    assert erase_addresses(moment=noon(TODAY + timedelta(days=30))) == 1
    assert not re.search("agency", Matter.objects.get().address)
