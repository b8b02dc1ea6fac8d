"""The desk: signing in, posts, and a read-only auditor."""

from datetime import date, datetime
from uuid import uuid4

import pytest
from django.test import Client

from tests import factories
from xinshu.kit.clock import now
from xinshu.kit.moment import LEGAL_ZONE, Moment
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door, State
from xinshu.register.access.actions import appoint, register_organs, register_user
from xinshu.register.access.models import TrailLine
from xinshu.register.access.queries import OrganRow, posts_of
from xinshu.register.access.roles import Role

ORGAN = OrganRow("11999999TE5T001041", "示范市市场监督管理局", "990100", "MARKET_REGULATION")
PASSWORD = "a-long-made-up-phrase"
BEGUN = date(2026, 1, 1)
MOMENT = Moment.of(datetime(2026, 1, 1, 9, tzinfo=LEGAL_ZONE))


def employ(username: str, role: Role, organ: str | None) -> None:
    register_user(username=username, full_name="示例甲", password=PASSWORD, actor="test", moment=MOMENT)
    appoint(username=username, role=role, organ=organ, from_day=BEGUN, actor="test", moment=MOMENT)


@pytest.fixture
def staffed(db: None) -> None:
    factories.adopted_catalogue()
    register_organs([ORGAN], actor="test", moment=MOMENT)
    employ("clerk", Role.CLERK, ORGAN.code)
    employ("auditor", Role.AUDITOR, None)


def signed_in(username: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/desk/sign-in/", {"username": username, "password": password})
    return client


def batch(organ: str) -> Batch:
    counts = {"received": 5, "accepted": 4, "unchanged": 0, "corrected": 0, "returned": 1, "outside": 0}
    return Batch.objects.create(
        id=uuid4(),
        organ_code=organ,
        kind="ADMIN_PENALTY",
        door=Door.CLI,
        state=State.CHECKED,
        file_name="september.csv",
        file_digest=b"0" * 32,
        actor="test",
        on_day=BEGUN,
        received_at=MOMENT.instant,
        dropped_personal=0,
        questions=0,
        **counts,
    )


def test_a_stranger_is_sent_to_the_sign_in(staffed: None) -> None:
    response = Client().get("/desk/")
    assert (response.status_code, response.headers["Location"]) == (302, "/desk/sign-in/?next=/desk/")


def test_a_wrong_password_opens_nothing(staffed: None) -> None:
    assert signed_in("clerk", "wrong").get("/desk/").status_code == 302


def test_a_clerk_sees_the_batches_of_the_own_organ_only(staffed: None) -> None:
    batch(ORGAN.code)
    other = batch("11999999TE5T00205X")
    other.file_name = "foreign.csv"
    other.save()
    text = signed_in("clerk").get("/desk/").content.decode()
    assert "september.csv" in text
    assert "foreign.csv" not in text
    assert ORGAN.name in text


def test_the_auditor_sees_all_and_changes_nothing(staffed: None) -> None:
    batch(ORGAN.code)
    client = signed_in("auditor")
    assert "september.csv" in client.get("/desk/").content.decode()
    assert client.post("/desk/").status_code == 403


def test_every_look_leaves_a_line(staffed: None) -> None:
    signed_in("auditor").get("/desk/")
    line = TrailLine.objects.latest("id")
    assert (line.actor, line.act) == ("auditor", "LOOK_BATCHES")


def test_who_holds_no_post_today_sees_nothing(staffed: None) -> None:
    register_user(username="leaver", full_name="示例乙", password=PASSWORD, actor="test", moment=MOMENT)
    assert signed_in("leaver").get("/desk/").status_code == 403


def test_a_post_is_held_within_its_days(staffed: None) -> None:
    assert posts_of("clerk", on_date=date(2025, 12, 31)) == ()
    (post,) = posts_of("clerk", on_date=BEGUN)
    assert (post.role, post.organ) == (Role.CLERK, ORGAN)
    assert posts_of("clerk", on_date=now().day) == (post,)


def test_signing_out_ends_the_session(staffed: None) -> None:
    client = signed_in("clerk")
    assert client.get("/desk/").status_code == 200
    client.post("/desk/sign-out/")
    assert client.get("/desk/").status_code == 302


def test_signing_in_leaves_a_line(staffed: None) -> None:
    signed_in("clerk", "wrong")
    assert not TrailLine.objects.filter(act="SIGN_IN").exists()
    signed_in("clerk")
    assert TrailLine.objects.get(act="SIGN_IN").actor == "clerk"
