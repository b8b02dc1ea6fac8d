"""The organisation's own space: nothing of it without password, second factor and a mandate that holds today."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from tests import factories
from tests.spaces import USERNAME, enrolled, mandate, password_now, signed_in_organisation
from xinshu.doors.space.telling import tell_revoked
from xinshu.kit.clock import now
from xinshu.parties.mandates.actions import revoke
from xinshu.parties.mandates.models import Visit
from xinshu.parties.mandates.states import MOST_TRIES
from xinshu.register.access.models import TrailLine
from xinshu.register.access.queries import user_exists
from xinshu.register.records.display import Hidden, hide
from xinshu.register.records.own import about

pytestmark = pytest.mark.django_db
NOON = factories.noon(factories.TODAY).instant
SAID = {"username": USERNAME, "password": factories.PASSWORD}
NUMBER = "示市监罚〔2026〕0001号"
OTHER_NUMBER = "示市监罚〔2026〕0002号"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.accepted(
            factories.document(),
            factories.document(code=factories.OTHER_SUBJECT, name="云汀另一示例有限公司", document_number=OTHER_NUMBER),
        )
        yield traveller


def record_of(code: str) -> UUID:
    """Our reference of the only record about that code's body."""
    (row,), _ = about([factories.body(code)], on_date=factories.TODAY)
    return row.record_ref


def ended(given: str, code: str = factories.SUBJECT) -> None:
    """Another holder revokes the mandate."""
    revoke(mandate=UUID(given), code=code, actor="another", tell=tell_revoked, moment=now())


# --- what it shows --------------------------------------------------------------------------------


def test_an_organisation_signs_in_and_a_line_is_left(client: Client) -> None:
    signed_in_organisation(client)
    page = client.get("/own/")
    assert page.status_code == 200
    assert factories.SUBJECT in page.content.decode()
    line = TrailLine.objects.get(act="LOOK_OWN_RECORDS")
    assert (line.actor, line.matter) == (USERNAME, factories.SUBJECT)


def test_home_tells_every_record_and_nobody_elses(client: Client) -> None:
    """Shown, never shown, hidden, withdrawn: each with where it stands and who supplied it."""
    factories.accepted(factories.document(document_number="示市监罚〔2026〕0003号", severity="MINOR"))
    factories.accepted(factories.document(document_number="示市监罚〔2026〕0004号"))
    factories.accepted(factories.document(document_number="示市监罚〔2026〕0005号"))
    subject = factories.body(factories.SUBJECT)
    held = {row.document_number: row.record_ref for row in about([subject], on_date=factories.TODAY)[0]}
    factories.taken_back(subject, held["示市监罚〔2026〕0004号"])
    moment = factories.noon(factories.TODAY)
    hide(
        subject=subject,
        record_ref=held["示市监罚〔2026〕0005号"],
        cause=Hidden.NOT_US,
        organ=factories.MARKET.code,
        actor="test",
        moment=moment,
    )
    signed_in_organisation(client)
    page = client.get("/own/").content.decode()
    for said in (*held, "公示中", "不公示", "报送机关已撤回", "暂停公示", factories.MARKET.name):
        assert said in page, said
    assert OTHER_NUMBER not in page
    withdrawn = client.get(f"/own/records/{held['示市监罚〔2026〕0004号']}/").content.decode()
    assert "录入错误" in withdrawn  # the reason of its ending
    minor = client.get(f"/own/records/{held['示市监罚〔2026〕0003号']}/").content.decode()
    assert "轻微" in minor


def test_home_is_paged_and_says_when_nothing_is_held(client: Client) -> None:
    more = [factories.document(document_number=f"示市监罚〔2026〕{number:04}号") for number in range(100, 124)]
    factories.accepted(*more)
    signed_in_organisation(client)
    first, second = client.get("/own/").content.decode(), client.get("/own/?page=2").content.decode()
    assert (first.count('<article class="record">'), second.count('<article class="record">')) == (20, 5)
    assert client.get("/own/?kind=ADMIN_LICENCE").content.decode().count('<article class="record">') == 0
    assert client.get("/own/?kind=NONE").status_code == 404
    other = Client()
    signed_in_organisation(other, factories.UNKNOWN, username="test-unknown")
    assert "没有关于这家单位的任何信息" in other.get("/own/").content.decode()


def test_a_record_page_tells_all_of_it(client: Client) -> None:
    signed_in_organisation(client)
    page = client.get(f"/own/records/{record_of(factories.SUBJECT)}/")
    text = page.content.decode()
    assert page.status_code == 200
    for said in (NUMBER, factories.MARKET.name, "收录", "不公开", "公示中", "《"):
        assert said in text, said
    assert TrailLine.objects.get(act="LOOK_OWN_RECORD").matter == factories.SUBJECT


def test_anothers_record_is_the_same_404_as_none(client: Client) -> None:
    signed_in_organisation(client)
    answers = [client.get(f"/own/records/{ref}/") for ref in (record_of(factories.OTHER_SUBJECT), uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert not TrailLine.objects.filter(act="LOOK_OWN_RECORD").exists()


# --- who gets in ----------------------------------------------------------------------------------


def test_a_password_alone_opens_nothing(client: Client) -> None:
    signed_in_organisation(client)
    thief = Client()
    assert thief.post("/own/sign-in/", SAID).headers["Location"] == "/own/factor/"
    for address in ("/own/", "/own/mandates/", "/own/visits/", "/own/choose/", "/own/prove/"):
        assert thief.get(address).headers["Location"] == f"/own/factor/?next={address}"
    assert thief.get("/own/factor/new/").headers["Location"] == "/own/factor/"  # no second enrolment over the first


def test_the_second_factor_opens_the_space_and_passes_once(client: Client, clock: Any) -> None:
    secret, _ = enrolled(client)
    mandate(USERNAME)
    clock.shift(timedelta(seconds=30))
    said = password_now(secret)
    first, second = Client(), Client()
    for visitor in (first, second):
        visitor.post("/own/sign-in/", SAID)
    before = first.session.session_key
    assert first.post("/own/factor/", {"said": said}).headers["Location"] == "/own/"
    assert first.session.session_key != before
    assert first.get("/own/").status_code == 200
    assert second.post("/own/factor/", {"said": said}).status_code == 422  # replayed within its thirty seconds
    assert second.get("/own/").status_code == 302


def test_guessing_the_second_factor_is_stopped(client: Client, clock: Any) -> None:
    secret, _ = enrolled(client)
    clock.shift(timedelta(seconds=90))
    thief = Client()
    thief.post("/own/sign-in/", SAID)
    for _ in range(MOST_TRIES):
        assert thief.post("/own/factor/", {"said": "abcdef"}).status_code == 422
    assert thief.post("/own/factor/", {"said": password_now(secret)}).status_code == 422
    assert thief.get("/own/").status_code == 302


def test_a_wrong_password_and_an_unknown_name_are_told_alike(client: Client) -> None:
    enrolled(client)
    texts = []
    for username in (USERNAME, "nobody-here"):
        answer = Client().post("/own/sign-in/", {"username": username, "password": "wrong wrong wrong"})
        assert answer.status_code == 422
        texts.append(answer.content.decode().replace(username, "-"))
    assert len({_without_token(text) for text in texts}) == 1


def test_signing_in_takes_nobody_elsewhere(client: Client, clock: Any) -> None:
    """Only an address of the own space is gone on to."""
    secret, _ = enrolled(client)
    mandate(USERNAME)
    for aim in ("https://evil.example/own/", "//evil.example/own/", "/desk/", "/own/mandates/"):
        clock.shift(timedelta(seconds=60))
        visitor = Client()
        visitor.post("/own/sign-in/", SAID | {"next": aim})
        answer = visitor.post("/own/factor/", {"said": password_now(secret), "next": aim})
        assert answer.headers["Location"] == (aim if aim == "/own/mandates/" else "/own/")


def test_an_account_that_exists_is_not_opened_again(client: Client) -> None:
    enrolled(client)
    said = {"username": USERNAME, "full_name": "示例丁", "password": factories.PASSWORD}
    assert Client().post("/own/register/", said).status_code == 422
    weak = {"username": "test-weak", "full_name": "示例丁", "password": "short"}
    assert Client().post("/own/register/", weak).status_code == 422
    assert not user_exists("test-weak")


def test_an_account_without_a_mandate_sees_nothing(client: Client) -> None:
    enrolled(client)
    for address in ("/own/", "/own/mandates/", f"/own/records/{record_of(factories.SUBJECT)}/"):
        assert client.get(address).headers["Location"] == "/own/prove/"


# --- captured, forged, ended ----------------------------------------------------------------------


def test_a_captured_mandate_is_refused_from_the_next_request_on(client: Client) -> None:
    """Revoked while its session is open: the very next request shows nothing and changes nothing."""
    given = signed_in_organisation(client)
    assert client.get("/own/").status_code == 200
    ended(given)
    record = record_of(factories.SUBJECT)
    refused = client.get(f"/own/records/{record}/")
    assert refused.status_code == 403
    assert NUMBER not in refused.content.decode()
    for address in ("/own/", "/own/mandates/", f"/own/records/{record}/"):
        assert client.get(address).headers["Location"] == "/own/prove/"
    assert client.post(f"/own/mandates/{given}/revoke/").status_code == 302


def test_a_mandate_is_over_on_its_last_day(client: Client, clock: Any) -> None:
    signed_in_organisation(client)
    clock.move_to(NOON.replace(year=NOON.year + 1))
    enrolled(client, "test-second")  # a fresh visit, so that only the mandate can refuse
    assert client.get("/own/").headers["Location"] == "/own/prove/"


@pytest.mark.parametrize("forged", ["another's", "revoked", "none", "no number"])
def test_a_forged_choice_in_the_session_is_refused(client: Client, forged: str) -> None:
    """The session's choice is looked up among what the user holds today, whatever it says."""
    signed_in_organisation(client)
    enrolled(Client(), "test-second")
    old = mandate(USERNAME, factories.OTHER_SUBJECT)
    ended(old, factories.OTHER_SUBJECT)
    others = mandate("test-second", factories.OTHER_SUBJECT)
    session = client.session
    session["own_mandate"] = {"another's": others, "revoked": old, "none": str(uuid4()), "no number": "' OR 1"}[forged]
    session.save()
    answer = client.get("/own/")
    assert answer.status_code == 403
    assert OTHER_NUMBER not in answer.content.decode()
    assert client.post("/own/choose/", {"mandate": others}).status_code == 404
    assert factories.SUBJECT in client.get("/own/").content.decode()  # its own again


def test_one_of_two_organisations_is_chosen(client: Client) -> None:
    signed_in_organisation(client)
    second = mandate(USERNAME, factories.OTHER_SUBJECT)
    assert client.get("/own/").headers["Location"] == "/own/choose/"
    client.post("/own/choose/", {"mandate": second})
    page = client.get("/own/").content.decode()
    assert OTHER_NUMBER in page
    assert NUMBER not in page


def test_holders_revoke_one_anothers_mandate_and_no_other_organisations(client: Client) -> None:
    own = signed_in_organisation(client)
    colleague, stranger = Client(), Client()
    others = signed_in_organisation(colleague, username="test-second")
    foreign = signed_in_organisation(stranger, factories.OTHER_SUBJECT, username="test-third")
    assert [client.post(f"/own/mandates/{held}/revoke/").status_code for held in (foreign, uuid4())] == [404, 404]
    assert stranger.get("/own/").status_code == 200
    assert "test-second" in client.get("/own/mandates/").content.decode()
    client.post(f"/own/mandates/{others}/revoke/")
    assert colleague.get("/own/").headers["Location"] == "/own/prove/"
    client.post(f"/own/mandates/{own}/revoke/")
    assert client.get("/own/").headers["Location"] == "/own/prove/"


def test_a_visit_ends_when_it_is_idle(client: Client, clock: Any) -> None:
    signed_in_organisation(client)
    clock.shift(settings.OWN_IDLE - timedelta(minutes=1))
    assert client.get("/own/").status_code == 200
    clock.shift(settings.OWN_IDLE + timedelta(seconds=1))
    assert client.get("/own/").headers["Location"] == "/own/sign-in/?next=/own/"


def test_a_visit_that_is_ended_elsewhere_is_over_here(client: Client, clock: Any) -> None:
    secret, _ = enrolled(client)
    mandate(USERNAME)
    assert client.get("/own/").status_code == 200
    clock.shift(timedelta(seconds=60))
    other = Client()
    other.post("/own/sign-in/", SAID)
    other.post("/own/factor/", {"said": password_now(secret)})
    first = Visit.objects.order_by("begun_at").first()
    assert first is not None
    stranger = Client()
    enrolled(stranger, "test-second")
    assert stranger.post(f"/own/visits/{first.id}/end/").status_code == 404
    assert client.get("/own/").status_code == 200
    assert other.post(f"/own/visits/{first.id}/end/").status_code == 302
    assert client.get("/own/").headers["Location"] == "/own/sign-in/?next=/own/"
    assert other.get("/own/").status_code == 200


def test_after_signing_out_the_old_session_is_worth_nothing(client: Client) -> None:
    signed_in_organisation(client)
    kept = client.cookies["sessionid"].value
    client.post("/own/sign-out/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/own/").status_code == 302


def test_forms_are_protected_against_forgery(client: Client) -> None:
    given = signed_in_organisation(client)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(f"/own/mandates/{given}/revoke/").status_code == 403
    assert client.get("/own/").status_code == 200


def _without_token(text: str) -> str:
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", text)
