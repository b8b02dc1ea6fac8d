"""What has ended: told to nobody without a duty and a ground, to those who have them with a line in the trail."""

from collections.abc import Callable
from datetime import date

import orjson
import pytest
from click.testing import CliRunner
from django.test import Client

from tests.factories import (
    MARKET,
    PASSWORD,
    SUBJECT,
    TODAY,
    UNKNOWN,
    accepted,
    adopted_catalogue,
    appointed,
    document,
    registered_organ,
)
from tests.journeys.conftest import on, page
from xinshu.doors.cli.past import past
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
LATER = date(2027, 10, 1)
GROUND = "示审〔2027〕1号"
ASKED = {"code": SUBJECT, "duty": "AUDIT", "ground": GROUND}


@pytest.fixture
def desk() -> Callable[..., Client]:
    """Signs a member of staff in, years later, when the record has ended."""
    adopted_catalogue()
    accepted(document(), on_day=date(2026, 10, 1))

    def signed_in(role: Role, organ: str | None = None) -> Client:
        client = Client()
        assert client.login(username=appointed(role, organ=organ), password=PASSWORD)
        return client

    return signed_in


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPERVISOR])
def test_what_has_ended_is_told_on_a_recorded_ground(desk: Callable[..., Client], role: Role) -> None:
    with on(LATER):
        assert "示市监罚〔2026〕0001号" not in page(f"/subjects/{SUBJECT}/", LATER)[1]
        told = desk(role).get("/desk/past/", ASKED).content.decode()
    assert "示市监罚〔2026〕0001号" in told
    assert "2027-10-01" in told
    line = TrailLine.objects.get(act="LOOK_PAST")
    assert (line.matter, line.purpose) == (SUBJECT, f"AUDIT: {GROUND}")


def test_without_a_ground_nothing_is_looked_up(desk: Callable[..., Client]) -> None:
    with on(LATER):
        client = desk(Role.AUDITOR)
        for missing in ("duty", "ground", "code"):
            answer = client.get("/desk/past/", ASKED | {missing: ""})
            assert answer.status_code == 422
            assert "0001号" not in answer.content.decode()
    assert not TrailLine.objects.filter(act="LOOK_PAST").exists()


@pytest.mark.parametrize(("role", "organ"), [(Role.OPERATOR, None), (Role.CLERK, MARKET.code)])
def test_no_other_post_opens_it(desk: Callable[..., Client], role: Role, organ: str | None) -> None:
    registered_organ()
    with on(LATER):
        assert desk(role, organ).get("/desk/past/", ASKED).status_code == 403


def test_the_body_itself_may_have_it_and_that_is_noted(desk: Callable[..., Client]) -> None:
    with on(LATER):
        said = CliRunner().invoke(past, [SUBJECT, "--ground", "本人申请〔2027〕3号"], catch_exceptions=False)
    (line,) = map(orjson.loads, said.output.splitlines())
    assert (line["change"], line["document_number"], line["public_until"]) == (
        "ACCEPTED",
        "示市监罚〔2026〕0001号",
        "2027-10-01",
    )
    assert TrailLine.objects.get(act="LOOK_PAST").purpose == "SUBJECT: 本人申请〔2027〕3号"


def test_the_command_says_what_is_wrong() -> None:
    assert "不是有效的代码" in CliRunner().invoke(past, ["1", "--ground", "本人申请"]).output
    assert "申请书编号" in CliRunner().invoke(past, [SUBJECT, "--ground", "x"]).output


def test_an_earlier_day_never_brings_back_what_has_ended(desk: Callable[..., Client]) -> None:
    """Decision 3: as of a day on which it was shown, asked when it no longer is."""
    accepted(document(document_number="示市监罚〔2026〕0009号", decided_on=date(2026, 11, 20), severity="SERIOUS"))
    today = page(f"/subjects/{SUBJECT}/?as_of={date(2026, 10, 5)}", TODAY)[1]
    assert "0001号" in today
    assert "0009号" not in today
    with on(LATER):
        later = page(f"/subjects/{SUBJECT}/?as_of={date(2026, 10, 5)}", LATER)[1]
    assert "0001号" not in later
    nothing = page(f"/subjects/{UNKNOWN}/?as_of={date(2026, 10, 5)}", LATER)[1]
    assert later.replace(SUBJECT, "CODE") == nothing.replace(UNKNOWN, "CODE").replace(SUBJECT, "CODE")
