"""A paper of a listing says what it said when it was issued, whatever a later edition of the catalogue says."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house_settings
from django.test import Client

from tests.editions import followed_by_the_shipped, no_editions
from tests.factories import FOUNDING_DAY, PASSWORD, TODAY, noon, registered_organ
from tests.journeys.conftest import on
from tests.papers import text_of
from tests.proceedings.listings import CLERK, DECIDED, decided, listing
from xinshu.register.catalogues.actions import adopt

pytestmark = pytest.mark.django_db
GROUND, BEFORE = "食品安全领域的违法行为，受到较重行政处罚", "旧版目录中的食品安全事由"
FOLLOWS = date(2026, 6, 10)
"""After the notice, before the decision."""


@pytest.fixture(autouse=True)
def house(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    no_editions()
    folder = tmp_path / "catalogue"
    shutil.copytree(house_settings.CATALOGUE_FOLDER, folder)
    page = folder / "national" / "lists" / "departments.yaml"
    page.write_text(page.read_text(encoding="utf-8").replace(GROUND, BEFORE), encoding="utf-8")
    adopt(folder, in_force_from=FOUNDING_DAY, actor="test", moment=noon(TODAY))
    followed_by_the_shipped(FOLLOWS)
    registered_organ()


def test_each_paper_is_in_the_words_of_the_catalogue_of_its_own_day() -> None:
    case, clerk = decided(), Client()
    with on(DECIDED):
        assert clerk.login(username=CLERK, password=PASSWORD)
        for event, ground, other in (("notice", BEFORE, GROUND), ("decide", GROUND, BEFORE)):
            line = listing(case).happened(event)
            assert line is not None
            answer = clerk.get(f"/desk/lists/{case}/papers/{line.place}.pdf")
            said = "".join(text_of(answer.content).split())
            assert ground in said, event
            assert other not in said, event
