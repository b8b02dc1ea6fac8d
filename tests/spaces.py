"""An organisation that is signed in to its own space, through the real doors: account, second factor, mandate."""

import re

import pyotp
from django.test import Client

from tests import factories
from xinshu.doors.space.telling import tell_given
from xinshu.kit.clock import now
from xinshu.parties.mandates.actions import give, in_a_year
from xinshu.parties.mandates.states import Proof
from xinshu.register.access.queries import user_exists

USERNAME = "test-company"
FULL_NAME = "示例乙"
SECRET = re.compile(r'id="secret">([A-Z2-7 ]+)<')
CODES = re.compile(r'<li class="code">([A-Z2-7-]+)</li>')


def enrolled(client: Client, username: str = USERNAME) -> tuple[str, list[str]]:
    """Someone opens an account and sets up the second factor, in a browser's way; the secret and the recovery codes.

    The client is signed in, and the second factor has passed; the present time step of the secret is used up.
    """
    said = {"username": username, "full_name": FULL_NAME, "password": factories.PASSWORD}
    assert client.post("/own/register/", said).headers["Location"] == "/own/factor/new/"
    secret = told_secret(client)
    answer = client.post("/own/factor/new/", {"said": password_now(secret)})
    codes = CODES.findall(answer.content.decode())
    assert len(codes) == 10, answer.status_code
    return secret, codes


def told_secret(client: Client) -> str:
    """The secret as the page tells it."""
    found = SECRET.search(client.get("/own/factor/new/").content.decode())
    assert found is not None
    return found[1].replace(" ", "")


def password_now(secret: str) -> str:
    """What an authenticator shows now."""
    return pyotp.TOTP(secret).at(now().instant)


def mandate(username: str, code: str = factories.SUBJECT) -> str:
    """A clerk at a counter gives the user a mandate for that code from today; its number."""
    moment = now()
    given = give(
        username=username,
        code=code,
        proof=Proof.COUNTER,
        paper="营业执照正本、授权书",
        until=in_a_year(moment.day),
        actor="test-operator",
        tell=tell_given,
        moment=moment,
    )
    return str(given)


def signed_in_organisation(client: Client, code: str = factories.SUBJECT, *, username: str = USERNAME) -> str:
    """The client acts for the organisation of that code from now on; the number of its mandate."""
    if not user_exists(username):
        enrolled(client, username)
    return mandate(username, code)
