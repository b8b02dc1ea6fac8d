"""The electronic licence through the real doors and a real provider: what it proves, and every way in which it does not."""

import base64
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client, override_settings

from tests import factories
from tests.beside import beside, waits
from tests.doors.secure import certificate
from tests.licence_provider import (
    CLAIM,
    CLIENT,
    PERSON,
    SECRET,
    Provider,
    agreed,
    by_public_key,
    by_shared_secret,
    changed_after,
    provider,
    signed,
    unsigned,
)
from tests.spaces import USERNAME, enrolled, mandate, password_now
from xinshu.doors.space.licence_faults import SENTENCES, Unproved
from xinshu.kit.clock import now
from xinshu.parties.mandates.actions import in_a_year, revoke_every
from xinshu.parties.mandates.models import LicenceLink, Mandate
from xinshu.parties.mandates.queries import mandates_of_code
from xinshu.parties.mandates.states import Proof
from xinshu.parties.mandates.visits import end_every_visit
from xinshu.parties.notices.models import Notice
from xinshu.register.access.models import Post, TrailLine
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db
SITE = "https://credit.example"
BACK = f"{SITE}/own/licence/back/"
AWAY = 'class="go" href="'
LICENCE, SIGN_IN = "/own/licence/", "/own/licence/sign-in/"
PERSON_NUMBER = PERSON["id_number"]
LIKE_A_PERSON = "110105199501010156"
"""A number that is valid as an organisation's code and as a person's."""

Change = Callable[[Provider], object]


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False) as traveller:
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.accepted(factories.document())
        yield traveller


@pytest.fixture
def secrets_folder(tmp_path: Path) -> Path:
    (tmp_path / "licence_client_secret").write_text(f"{SECRET}\n", encoding="utf-8")
    return tmp_path


def connected(issuer: str, folder: Path) -> override_settings:
    """What an operator sets to connect a provider."""
    return override_settings(
        LICENCE_ISSUER=issuer, LICENCE_CLIENT_ID=CLIENT, LICENCE_CODE_CLAIM=CLAIM, SECRETS_FOLDER=folder, SITE=SITE
    )


@pytest.fixture
def licences(secrets_folder: Path) -> Iterator[Provider]:
    """A provider, connected, whose user has the licence of the organisation."""
    with provider(BACK) as found, connected(found.issuer, secrets_folder):
        found.claims = {CLAIM: factories.SUBJECT}
        yield found


@pytest.fixture
def someone(client: Client) -> Client:
    """Signed in, second factor passed, no mandate."""
    enrolled(client)
    return client


def told(answer: Any) -> str:
    return str(answer.content.decode())


def sent_to(client: Client, place: str = LICENCE, *, host: str = "testserver", **said: str) -> str:
    """The address of the provider to which a page sends its user."""
    page = told(client.post(place, said, headers={"host": host}))
    assert AWAY in page, page
    return page.split(AWAY)[1].split('"')[0].replace("&amp;", "&")


def gone_round(client: Client, place: str = LICENCE, **said: str) -> Any:
    """Through the provider and back; the last answer."""
    return client.get(agreed(sent_to(client, place, **said)))


def refused(answer: Any, why: Unproved, lie: str = "") -> None:
    """The page says why, in both languages, and which other ways there are; nothing was given."""
    page = told(answer)
    assert answer.status_code == (503 if why is Unproved.DOWN else 422), (lie, page)
    for said in SENTENCES[why]:
        assert said.replace("'", "&#x27;") in page, (lie, said)
    assert "/own/prove/" in page or "/own/register/" in page
    assert not Mandate.objects.exists(), lie
    assert not LicenceLink.objects.exists(), lie


def nothing_proved_yet() -> None:
    """As before the first round."""
    Mandate.objects.all().delete()
    LicenceLink.objects.all().delete()


# --- what it proves -------------------------------------------------------------------------------


def test_a_licence_gives_a_mandate_for_a_year_and_the_organisation_is_told(licences: Provider, someone: Client) -> None:
    Notice.objects.all().delete()
    answer = gone_round(someone)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/own/")
    (held,) = mandates_of_code(factories.SUBJECT, on_date=factories.TODAY)
    until = in_a_year(factories.TODAY)
    assert (held.username, held.proof, held.paper, held.valid_until) == (USERNAME, Proof.LICENCE_OIDC, "", until)
    notice = Notice.objects.get()
    assert (notice.kind, notice.said) == ("MANDATE_GIVEN", {"proof": "LICENCE_OIDC"})
    assert factories.SUBJECT in told(someone.get("/own/"))
    assert "电子营业执照" in told(someone.get("/own/mandates/"))
    assert TrailLine.objects.get(act="GIVE_MANDATE").matter == f"{factories.SUBJECT} {USERNAME}"


def test_it_is_asked_for_as_the_standard_has_it(licences: Provider, someone: Client) -> None:
    """PKCE, state and nonce new each time; the way back is a setting, whatever host the request names."""
    first, second = (
        dict(parse_qsl(urlsplit(sent_to(someone, host=host)).query)) for host in ("testserver", "localhost")
    )
    for said in (first, second):
        assert said["redirect_uri"] == BACK
        assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
        assert (said["scope"], said["prompt"], said["client_id"]) == ("openid", "login", CLIENT)
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43
    gone_round(someone)
    (exchange,) = licences.at("/token")
    assert exchange.headers["Authorization"] == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    assert exchange.said["redirect_uri"] == BACK
    assert "client_secret" not in exchange.said


SOUND: dict[str, Change] = {
    "EC key": lambda it: vars(it).update(signs_with="ec-1", publishes=("rsa-1", "ec-1")),
    "PS256": lambda it: it.header.update(alg="PS256"),
    "secret by post": lambda it: it.metadata.update(token_endpoint_auth_methods_supported=["client_secret_post"]),
    "two audiences": lambda it: it.claims.update(aud=[CLIENT, "another"], azp=CLIENT),
    "a code as people write it": lambda it: it.claims.update({CLAIM: " ９１９９９９９９-００００００２１１０ "}),
    "clocks half a minute apart": lambda it: it.claims.update(exp=int(now().instant.timestamp()) - 30),
}


def test_what_the_standard_allows_is_taken(licences: Provider, someone: Client) -> None:
    honest = vars(licences).copy()
    for name, change in SOUND.items():
        vars(licences).update(deepcopy(honest))
        change(licences)
        assert gone_round(someone).status_code == 302, name
        assert Mandate.objects.get().code == factories.SUBJECT, name
        nothing_proved_yet()


def test_a_key_that_was_changed_is_known_at_once_and_the_old_one_worth_nothing(
    licences: Provider, someone: Client
) -> None:
    assert gone_round(someone).status_code == 302
    nothing_proved_yet()
    licences.publishes = ("rsa-2",)
    refused(gone_round(someone), Unproved.UNSIGNED)
    licences.signs_with = "rsa-2"
    assert gone_round(someone).status_code == 302


def test_of_a_code_that_nobody_knows_nothing_is_told(licences: Provider, someone: Client) -> None:
    """Whether records exist is told after the proof and not before: the pages on the way are the same."""
    ways = []
    for code in (factories.SUBJECT, factories.UNKNOWN):
        licences.claims[CLAIM] = code
        page = told(someone.post(LICENCE))
        back = someone.get(agreed(page.split(AWAY)[1].split('"')[0].replace("&amp;", "&")))
        ways.append((back.status_code, back.headers["Location"], back.content))
    assert ways[0] == ways[1]
    assert "没有关于这家单位的任何信息" in told(someone.get("/own/"))
    assert Notice.objects.filter(kind="MANDATE_GIVEN").count() == 1


def test_proving_again_keeps_the_mandate_that_holds(licences: Provider, someone: Client) -> None:
    held = mandate(USERNAME)
    assert gone_round(someone).status_code == 302
    assert [str(one.id) for one in Mandate.objects.all()] == [held]
    assert LicenceLink.objects.get().user.username == USERNAME


@override_settings(LICENCE_ROLE_CLAIM="role", LICENCE_ROLES=frozenset({"法定代表人", "经办人"}))
def test_a_role_is_kept_only_as_a_word_that_the_operator_listed(licences: Provider, someone: Client) -> None:
    for said in (None, "示例赵钱孙", ["法定代表人"], ""):
        licences.claims["role"] = said
        refused(gone_round(someone), Unproved.ROLE)
    licences.claims["role"] = "经办人"
    assert gone_round(someone).status_code == 302
    assert Mandate.objects.get().paper == "经办人"


def test_nothing_of_a_person_and_no_secret_is_kept_or_shown(
    licences: Provider, someone: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """No table holds it: of whom the provider means a keyed digest, of the rest the code and the day (G15)."""
    caplog.set_level("DEBUG")
    address = sent_to(someone)
    asked = dict(parse_qsl(urlsplit(address).query))
    back = agreed(address)
    someone.get(back)
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    (exchange,) = licences.at("/token")
    unwanted = [
        *PERSON.values(),
        "subject-1",
        SECRET,
        asked["nonce"],
        asked["state"],
        code,
        exchange.said["code_verifier"],
    ]
    kept = everything()
    assert factories.SUBJECT in kept
    pages = "".join(told(someone.get(place)) for place in ("/own/", "/own/mandates/", "/own/visits/", LICENCE))
    lines = "".join(
        record.getMessage()
        for record in caplog.records
        if not record.name.startswith(("httpcore", "httpx", "django.db"))
    )
    for word in unwanted:
        assert word not in kept, word
        assert word not in pages, word
        assert word not in lines, word
    link = LicenceLink.objects.get()
    assert (link.issuer, link.code, link.on_day, len(link.digest)) == (
        licences.issuer,
        factories.SUBJECT,
        factories.TODAY,
        32,
    )


def everything() -> str:
    """The text of every row of every table, sessions as they are read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join([*rows, *(str(one.get_decoded()) for one in Session.objects.all())])


# --- what it does not -----------------------------------------------------------------------------

HUGE = (200, {}, b" " * 300_000)
LIES: dict[str, tuple[Unproved, Change]] = {
    "another issuer": (Unproved.NOT_FOR_US, lambda it: it.claims.update(iss="http://127.0.0.1:9")),
    "another audience": (Unproved.NOT_FOR_US, lambda it: it.claims.update(aud="another")),
    "another audience, for our party": (Unproved.NOT_FOR_US, lambda it: it.claims.update(aud="another", azp=CLIENT)),
    "another party": (Unproved.NOT_FOR_US, lambda it: it.claims.update(aud=[CLIENT, "another"], azp="another")),
    "no party of two": (Unproved.NOT_FOR_US, lambda it: it.claims.update(aud=[CLIENT, "another"])),
    "another nonce": (Unproved.NOT_FOR_US, lambda it: it.claims.update(nonce="another")),
    "no nonce": (Unproved.NOT_FOR_US, lambda it: it.claims.update(nonce=None)),
    "no issuer": (Unproved.NOT_FOR_US, lambda it: it.claims.update(iss=None)),
    "no audience": (Unproved.NOT_FOR_US, lambda it: it.claims.update(aud=None)),
    "no subject": (Unproved.NOT_FOR_US, lambda it: it.claims.update(sub=None)),
    "an empty subject": (Unproved.NOT_FOR_US, lambda it: it.claims.update(sub="")),
    "a subject that is no text": (Unproved.NOT_FOR_US, lambda it: it.claims.update(sub=1)),
    "half a sign as subject": (Unproved.NOT_FOR_US, lambda it: it.claims.update(sub="\ud800")),
    "no end": (Unproved.NOT_FOR_US, lambda it: it.claims.update(exp=None)),
    "an end that is no number": (Unproved.NOT_FOR_US, lambda it: it.claims.update(exp="tomorrow")),
    "expired": (Unproved.EXPIRED, lambda it: it.claims.update(exp=int(now().instant.timestamp()) - 61)),
    "issued tomorrow": (Unproved.NOT_FOR_US, lambda it: it.claims.update(iat=int(now().instant.timestamp()) + 86_400)),
    "a wrong hash of the access token": (Unproved.NOT_FOR_US, lambda it: it.claims.update(at_hash="wrong")),
    "alg none": (Unproved.UNSIGNED, lambda it: setattr(it, "forge", unsigned)),
    "alg HS256": (Unproved.UNSIGNED, lambda it: setattr(it, "forge", by_shared_secret)),
    "alg HS256 by the public key": (Unproved.UNSIGNED, lambda it: setattr(it, "forge", by_public_key)),
    "changed after signing": (Unproved.UNSIGNED, lambda it: setattr(it, "forge", changed_after)),
    "a key that is not published": (Unproved.UNSIGNED, lambda it: setattr(it, "signs_with", "rsa-2")),
    "a key under another's name": (
        Unproved.UNSIGNED,
        lambda it: setattr(it, "forge", lambda claims: signed(claims, "rsa-2", kid="rsa-1")),
    ),
    "no token": (Unproved.UNSIGNED, lambda it: it.token.update(id_token=None)),
    "a token that is no text": (Unproved.UNSIGNED, lambda it: it.token.update(id_token={"a": 1})),
    "no keys": (Unproved.UNSIGNED, lambda it: it.answers.update({"/jwks": (200, {}, b'{"keys": []}')})),
    "keys that are none": (Unproved.UNSIGNED, lambda it: it.answers.update({"/jwks": (200, {}, b'{"keys": 1}')})),
    "no code": (Unproved.NO_CODE, lambda it: it.claims.pop(CLAIM)),
    "an empty code": (Unproved.NO_CODE, lambda it: it.claims.update({CLAIM: "  "})),
    "a code that is no text": (Unproved.NO_CODE, lambda it: it.claims.update({CLAIM: [factories.SUBJECT]})),
    "a wrong code": (Unproved.BAD_CODE, lambda it: it.claims.update({CLAIM: factories.SUBJECT[:-1] + "1"})),
    "a code of another scheme": (Unproved.BAD_CODE, lambda it: it.claims.update({CLAIM: "000000000"})),
    "a long code": (Unproved.BAD_CODE, lambda it: it.claims.update({CLAIM: "9" * 5_000})),
    "a person's number": (Unproved.PERSON, lambda it: it.claims.update({CLAIM: PERSON_NUMBER})),
    "what may be a person's number": (Unproved.PERSON, lambda it: it.claims.update({CLAIM: LIKE_A_PERSON})),
    "a used code": (Unproved.SPENT, lambda it: it.answers.update({"/token": (400, {}, b'{"error": "invalid_grant"}')})),
    "the client refused": (
        Unproved.TURNED_AWAY,
        lambda it: it.answers.update({"/token": (401, {}, b'{"error": "invalid_client"}')}),
    ),
    "an error that is odd": (
        Unproved.UNREADABLE,
        lambda it: it.answers.update({"/token": (400, {}, '{"error": "x", "error_description": "“"}'.encode())}),
    ),
    "no JSON": (Unproved.UNREADABLE, lambda it: it.answers.update({"/token": (200, {}, b"<html>")})),
    "JSON without end": (Unproved.UNREADABLE, lambda it: it.answers.update({"/token": (200, {}, b"[" * 100_000)})),
    "no way in that we know": (
        Unproved.UNREADABLE,
        lambda it: it.metadata.update(token_endpoint_auth_methods_supported=["private_key_jwt"]),
    ),
    "too much": (Unproved.UNREADABLE, lambda it: it.answers.update({"/jwks": HUGE})),
    "a redirect": (
        Unproved.UNREADABLE,
        lambda it: it.answers.update({"/token": (307, {"Location": f"{it.issuer}/elsewhere"}, b"")}),
    ),
    "broken": (Unproved.DOWN, lambda it: it.answers.update({"/token": (500, {}, b"")})),
    "another provider's metadata": (Unproved.UNREADABLE, lambda it: it.metadata.update(issuer="http://127.0.0.1:9")),
    "no place of keys": (Unproved.UNREADABLE, lambda it: it.metadata.update(jwks_uri=None)),
    "a place that is none": (Unproved.UNREADABLE, lambda it: it.metadata.update(token_endpoint="javascript:1")),
    "a plain place elsewhere": (Unproved.UNSAFE, lambda it: it.metadata.update(token_endpoint="http://idp.example/t")),
}


@pytest.mark.parametrize("why", sorted({why for why, _ in LIES.values()}))
def test_what_is_not_as_it_should_be_proves_nothing(licences: Provider, someone: Client, why: Unproved) -> None:
    """Each lie of that reason, to a provider that was honest when the round began."""
    honest = vars(licences).copy()
    for name, (reason, lie) in LIES.items():
        if reason is why:
            vars(licences).update(deepcopy(honest))
            address = sent_to(someone)
            lie(licences)
            refused(someone.get(agreed(address)), why, name)
    assert PERSON_NUMBER not in everything()
    assert LIKE_A_PERSON not in everything()
    assert licences.at("/elsewhere") == []
    assert someone.get("/own/").headers["Location"] == "/own/prove/"


def test_whoever_does_not_agree_has_lost_nothing(licences: Provider, someone: Client) -> None:
    for error, why in (("access_denied", Unproved.DECLINED), ("server_error", Unproved.TURNED_AWAY)):
        licences.declines = error
        refused(gone_round(someone), why)
    licences.declines = ""
    assert gone_round(someone).status_code == 302


def test_a_provider_that_is_down_is_said_to_be(licences: Provider, someone: Client) -> None:
    with override_settings(LICENCE_ISSUER="http://127.0.0.1:9"):
        refused(someone.post(LICENCE), Unproved.DOWN)
    licences.answers["/.well-known/openid-configuration"] = (503, {}, b"")
    refused(someone.post(LICENCE), Unproved.DOWN)


def test_a_provider_without_tls_elsewhere_is_not_asked(licences: Provider, someone: Client) -> None:
    with override_settings(LICENCE_ISSUER="http://licence.example"):
        refused(someone.post(LICENCE), Unproved.UNSAFE)


def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    someone: Client, secrets_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, private = certificate(secrets_folder)
    with provider(BACK, (chain, private)) as found, connected(found.issuer, secrets_folder):
        found.claims = {CLAIM: factories.SUBJECT}
        refused(someone.post(LICENCE), Unproved.DOWN)
        monkeypatch.setenv("SSL_CERT_FILE", str(chain))
        place = sent_to(someone)
        (begun,) = [dict(parse_qsl(urlsplit(place).query))]
        found.codes["one"] = begun
        assert someone.get("/own/licence/back/", {"state": begun["state"], "code": "one"}).status_code == 302


# --- each round once, in its own session ----------------------------------------------------------


def test_an_answer_passes_once_and_only_where_it_was_begun(licences: Provider, someone: Client, clock: Any) -> None:
    stranger = Client()
    enrolled(stranger, "test-stranger")
    back = agreed(sent_to(someone))
    for visitor in (Client(), stranger):
        refused(visitor.get(back), Unproved.STRANGE)
    assert licences.at("/token") == [], "nobody else's answer is even tried"
    wrong = back.replace("state=", "state=x")
    refused(someone.get(wrong), Unproved.STRANGE)
    assert someone.get(back).status_code == 302
    nothing_proved_yet()
    refused(someone.get(back), Unproved.STRANGE)
    assert len(licences.at("/token")) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_side_by_side_one_is_tried(licences: Provider, someone: Client) -> None:
    """Both wait for the session's row; the first to have it takes the round away."""
    back, session = agreed(sent_to(someone)), someone.cookies["sessionid"].value

    def ask() -> int:
        visitor = Client()
        visitor.cookies["sessionid"] = session
        return visitor.get(back).status_code

    with beside() as start:
        with transaction.atomic():
            Session.objects.select_for_update().get(session_key=session)
            answers = [start(ask) for _ in range(2)]
            assert waits(*answers)
        assert sorted(one.result(timeout=30) for one in answers) == [302, 422]
    assert len(licences.at("/token")) == 1


def test_a_round_is_over_after_ten_minutes_and_with_the_visit(licences: Provider, someone: Client, clock: Any) -> None:
    back = agreed(sent_to(someone))
    clock.shift(timedelta(minutes=10, seconds=1))
    refused(someone.get(back), Unproved.STRANGE)
    back = agreed(sent_to(someone))
    someone.post("/own/sign-out/")
    refused(someone.get(back), Unproved.STRANGE)


def test_a_round_proves_nothing_once_its_visit_was_ended_from_elsewhere(licences: Provider, someone: Client) -> None:
    back = agreed(sent_to(someone))
    end_every_visit(moment=now(), username=USERNAME)
    refused(someone.get(back), Unproved.STRANGE)
    assert licences.at("/token") == []


def test_a_newer_round_takes_the_place_of_an_older_one(licences: Provider, someone: Client) -> None:
    older, newer = agreed(sent_to(someone)), agreed(sent_to(someone))
    refused(someone.get(older), Unproved.STRANGE)
    assert someone.get(newer).status_code == 302


def test_a_refused_round_is_spent_too(licences: Provider, someone: Client) -> None:
    licences.claims["nonce"] = "another"
    back = agreed(sent_to(someone))
    refused(someone.get(back), Unproved.NOT_FOR_US)
    refused(someone.get(back), Unproved.STRANGE)
    assert TrailLine.objects.get(act="LICENCE_REFUSED").matter == "NOT_FOR_US"


def test_an_answer_in_another_providers_name_is_not_tried(licences: Provider, someone: Client) -> None:
    """RFC 9207."""
    back = agreed(sent_to(someone))
    refused(someone.get(f"{back}&iss=https://another.example"), Unproved.NOT_FOR_US)
    assert licences.at("/token") == []


def test_a_visitor_proves_nothing(licences: Provider, client: Client) -> None:
    for answer in (client.get(LICENCE), client.post(LICENCE)):
        assert answer.headers["Location"].startswith("/own/sign-in/")
    assert licences.asked == []


@pytest.mark.parametrize("aim", ["https://evil.example/own/", "//evil.example/own/", "/desk/", "/own/visits/"])
def test_nobody_is_led_elsewhere(licences: Provider, someone: Client, aim: str) -> None:
    answer = gone_round(someone, next=aim)
    assert answer.headers["Location"] == (aim if aim == "/own/visits/" else "/own/")


# --- signing in -----------------------------------------------------------------------------------


def test_a_licence_signs_in_whoever_proved_by_it_and_the_factor_is_asked_for(
    licences: Provider, client: Client, clock: Any
) -> None:
    secret, _ = enrolled(client)
    gone_round(client)
    clock.shift(timedelta(seconds=60))
    visitor = Client()
    assert 'action="/own/licence/sign-in/"' in told(visitor.get("/own/sign-in/"))
    answer = gone_round(visitor, SIGN_IN, next="/own/mandates/")
    assert answer.headers["Location"] == "/own/factor/?next=/own/mandates/"
    assert visitor.get("/own/").headers["Location"].startswith("/own/factor/")
    visitor.post("/own/factor/", {"said": password_now(secret)})
    assert visitor.get("/own/").status_code == 200


def test_a_licence_that_proved_nothing_here_signs_nobody_in(licences: Provider, someone: Client) -> None:
    refused(gone_round(Client(), SIGN_IN), Unproved.UNLINKED)
    gone_round(someone)
    for other in ("subject-2", "SUBJECT-1"):
        licences.claims["sub"] = other
        visitor = Client()
        assert SENTENCES[Unproved.UNLINKED][0] in told(gone_round(visitor, SIGN_IN))
        assert visitor.get("/own/visits/").headers["Location"].startswith("/own/sign-in/")


def test_an_answer_to_signing_in_proves_no_mandate(licences: Provider, someone: Client) -> None:
    """Each round is for what it was begun for."""
    refused(gone_round(someone, SIGN_IN), Unproved.UNLINKED)


def test_staff_are_not_signed_in_by_a_licence(licences: Provider, someone: Client) -> None:
    """The desk asks for no second factor: a licence alone would open it."""
    gone_round(someone)
    name = factories.appointed(Role.CLERK, organ=factories.MARKET.code)
    LicenceLink.objects.update(user=Post.objects.get(user__username=name).user)
    visitor = Client()
    assert SENTENCES[Unproved.STAFF][0] in told(gone_round(visitor, SIGN_IN))
    assert visitor.get("/desk/").headers["Location"].startswith("/desk/sign-in/")


def test_a_link_can_be_taken_away_and_a_restore_takes_all(licences: Provider, someone: Client) -> None:
    gone_round(someone)
    assert "/own/licence/unlink/" in told(someone.get("/own/visits/"))
    assert someone.post("/own/licence/unlink/").headers["Location"] == "/own/visits/"
    assert not LicenceLink.objects.exists()
    assert SENTENCES[Unproved.UNLINKED][0] in told(gone_round(Client(), SIGN_IN))
    gone_round(someone)
    assert LicenceLink.objects.exists()
    revoke_every(actor="restore", moment=now())
    assert not LicenceLink.objects.exists()


# --- where it is not connected --------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["LICENCE_ISSUER", "LICENCE_CLIENT_ID", "SECRETS_FOLDER"])
def test_where_it_is_not_connected_there_is_no_dead_button(
    licences: Provider, someone: Client, missing: str, tmp_path: Path
) -> None:
    with override_settings(**{missing: tmp_path / "none" if missing == "SECRETS_FOLDER" else ""}):
        for place in ("/own/prove/", LICENCE):
            page = told(someone.get(place))
            assert "还没有接通" in page
            assert "not connected here yet" in page
            assert "用电子营业执照核验" not in page
        assert "licence/sign-in" not in told(Client().get("/own/sign-in/"))
        refused(someone.post(LICENCE), Unproved.NOT_OFFERED)
        refused(Client().post(SIGN_IN), Unproved.NOT_OFFERED)
    assert "用电子营业执照核验" in told(someone.get("/own/prove/"))
    assert licences.asked == []


def test_each_reason_is_told_in_both_languages_with_a_way_out() -> None:
    assert SENTENCES.keys() == set(Unproved)
    for zh, en in SENTENCES.values():
        assert zh.endswith("。")
        assert en.endswith(".")
