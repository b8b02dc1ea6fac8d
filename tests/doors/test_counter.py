"""The counter: a mandate after seeing papers, never one's own; the letter on paper, printed once; the commands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from click.testing import CliRunner
from django.test import Client

from tests import factories
from tests.spaces import USERNAME, enrolled, signed_in_organisation
from xinshu.doors.cli.main import cli
from xinshu.kit.clock import now
from xinshu.parties.mandates import actions
from xinshu.parties.mandates.queries import letters_due, letters_of_user, mandates_of_user
from xinshu.register.access.actions import appoint
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db
SAID = {"username": USERNAME, "code": factories.SUBJECT, "paper": "营业执照正本、授权书"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False) as traveller:
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.accepted(factories.document())
        yield traveller


def at_the_desk(role: Role) -> Client:
    client = Client()
    organ = factories.MARKET.code if role in {Role.CLERK, Role.REVIEWER} else None
    assert client.login(username=factories.appointed(role, organ=organ), password=factories.PASSWORD)
    return client


def asked(client: Client) -> UUID:
    """Someone asks for a letter in the own space."""
    enrolled(client)
    assert client.post("/own/prove/letter/", {"code": factories.SUBJECT}).status_code == 302
    (due,) = letters_due()
    return due.id


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.CLERK, 302), (Role.OPERATOR, 302), (Role.REVIEWER, 403), (Role.AUDITOR, 403), (Role.SUPERVISOR, 403)],
)
def test_a_clerk_or_an_operator_opens_a_mandate(client: Client, role: Role, status: int) -> None:
    enrolled(client)
    assert at_the_desk(role).post("/desk/counter/", SAID).status_code == status
    assert len(mandates_of_user(USERNAME, on_date=now().day)) == (status == 302)
    assert client.get("/own/").status_code == (200 if status == 302 else 302)


def test_nobody_opens_their_own(client: Client) -> None:
    """A clerk who has an account with a second factor, as anyone may."""
    enrolled(client)
    moment = now()
    appoint(
        username=USERNAME, role=Role.CLERK, organ=factories.MARKET.code, from_day=moment.day, actor="t", moment=moment
    )
    answer = client.post("/desk/counter/", SAID)
    assert answer.status_code == 422
    assert "Nobody opens a mandate for themselves" in answer.content.decode()
    assert mandates_of_user(USERNAME, on_date=moment.day) == ()


def test_papers_must_be_named(client: Client) -> None:
    enrolled(client)
    desk = at_the_desk(Role.CLERK)
    for wrong in ({"paper": ""}, {"code": "919999990000002111"}, {"username": "nobody"}):
        assert desk.post("/desk/counter/", SAID | wrong).status_code == 422
    assert mandates_of_user(USERNAME, on_date=now().day) == ()


def test_a_letter_is_printed_once_and_its_code_opens_the_space(client: Client, monkeypatch: Any) -> None:
    letter = asked(client)
    monkeypatch.setattr(actions, "ALPHABET", "K")
    clerk, operator = at_the_desk(Role.CLERK), at_the_desk(Role.OPERATOR)
    assert clerk.post(f"/desk/counter/letters/{letter}/").status_code == 403
    paper = operator.post(f"/desk/counter/letters/{letter}/")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-1.7")
    assert operator.post(f"/desk/counter/letters/{letter}/").status_code == 404
    said = "kkkk-KKKK-KKKK"
    assert client.post("/own/prove/code/", {"code": factories.SUBJECT, "said": "AAAA-AAAA-AAAA"}).status_code == 422
    assert client.post("/own/prove/code/", {"code": factories.SUBJECT, "said": said}).headers["Location"] == "/own/"
    assert client.get("/own/").status_code == 200
    assert client.post("/own/prove/code/", {"code": factories.SUBJECT, "said": said}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_commands(client: Client, tmp_path: Path, monkeypatch: Any) -> None:
    asked(client)
    monkeypatch.setattr(actions, "ALPHABET", "K")
    assert factories.SUBJECT in run("letters")
    run("letters", "--print", str(tmp_path))
    (paper,) = tmp_path.glob("*.pdf")
    assert paper.read_bytes().startswith(b"%PDF-1.7")
    assert letters_of_user(USERNAME)[0].printed_at is not None
    assert client.post("/own/prove/code/", {"code": factories.SUBJECT, "said": "K" * 12}).status_code == 302
    (held,) = mandates_of_user(USERNAME, on_date=now().day)
    assert str(held.id) in run("list", factories.SUBJECT)
    run("revoke", factories.SUBJECT, str(held.id))
    assert client.get("/own/").status_code == 403
    run("give", USERNAME, factories.SUBJECT, "--paper", "营业执照正本")
    assert client.get("/own/").status_code == 200
    run("forget-factor", USERNAME)
    assert client.get("/own/").status_code == 302


def test_a_mandate_of_the_desk_shows_in_the_space(client: Client) -> None:
    signed_in_organisation(client)
    page = client.get("/own/mandates/").content.decode()
    assert "窗口核验" in page
    assert "营业执照正本、授权书" in page


def run(*words: str) -> str:
    result = CliRunner().invoke(cli, ["mandates", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output
