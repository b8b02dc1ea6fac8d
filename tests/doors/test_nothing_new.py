"""Nothing new is published while no checkpoint can be signed: said to whoever watches, to staff, and to everyone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from tests import factories
from tests.factories import TODAY, accepted, adopted_catalogue, document, noon
from xinshu.doors import metrics
from xinshu.doors.desk.words import CAUSES
from xinshu.kit.errors import XinshuError
from xinshu.register.access.roles import Role
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import Cause
from xinshu.register.publog.signing import NAME

pytestmark = pytest.mark.django_db
LATER = noon(TODAY).instant + timedelta(minutes=11)
NOTHING_NEW = "以来暂无法签署新的检查点"


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Client]:
    """A site whose log waits for a checkpoint; eleven minutes later its key is gone."""
    settings.DATA_FOLDER = tmp_path
    settings.PUBLOG_FOLDER = tmp_path / "publog"
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    adopted_catalogue()
    factories.registered_organ()
    integrate(moment=noon(TODAY))
    (tmp_path / "secrets" / metrics.TOKEN).write_text("made-up", encoding="utf-8")
    (tmp_path / "secrets" / NAME).rename(tmp_path / "lost")
    accepted(document())
    with pytest.raises(XinshuError, match="cannot be used"):
        integrate(moment=noon(TODAY))
    with time_machine.travel(LATER, tick=False):
        yield Client()


def counted(site: Client) -> str:
    return site.get("/metrics", headers={"Authorization": "Bearer made-up"}).content.decode()


def test_it_is_said_with_its_cause_and_reading_goes_on(site: Client, tmp_path: Path) -> None:
    answer = site.get("/readyz")
    assert (answer.status_code, answer.json()["warnings"]) == (200, {"log": "KEY"})
    assert site.get(f"/subjects/{factories.SUBJECT}/").status_code == 200
    assert 'xinshu_log_trouble{cause="KEY"} 1.0' in counted(site)
    assert 'xinshu_log_trouble{cause="FULL"} 0.0' in counted(site)
    assert "xinshu_log_unsigned_seconds 660.0" in counted(site)


def test_the_public_is_told_in_one_neutral_sentence(site: Client) -> None:
    page = site.get("/log/").content.decode()
    assert NOTHING_NEW in page
    assert [cause for cause in CAUSES.values() if cause[0] in page or cause[1] in page] == []


def test_staff_are_told_why(site: Client) -> None:
    site.login(username=factories.appointed(Role.CLERK, organ=factories.MARKET.code), password=factories.PASSWORD)
    page = site.get("/desk/").content.decode()
    assert "新的公示已暂停" in page
    assert CAUSES[Cause.KEY][0] in page


def test_once_a_checkpoint_is_signed_nobody_is_told_anything(site: Client, tmp_path: Path) -> None:
    (tmp_path / "lost").rename(tmp_path / "secrets" / NAME)
    integrate(moment=noon(TODAY))
    site.login(username=factories.appointed(Role.CLERK, organ=factories.MARKET.code), password=factories.PASSWORD)
    assert "warnings" not in site.get("/readyz").json()
    assert NOTHING_NEW not in site.get("/log/").content.decode()
    assert "新的公示已暂停" not in site.get("/desk/").content.decode()
    assert 'xinshu_log_trouble{cause="KEY"} 0.0' in counted(site)


def test_every_cause_has_its_words() -> None:
    assert CAUSES.keys() == set(Cause)
