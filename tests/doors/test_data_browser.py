"""Open data in real Chromium: fit for everyone, on every screen, without scripts, and a file comes down."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings

from tests.doors.conftest import Site
from tests.doors.sights import ALL_OPEN, LIGHTS, OTHER_LIGHTS, Walk, look, opened
from tests.factories import TODAY
from xinshu.uses.disclosure.data_sets import LICENCES
from xinshu.uses.disclosure.open_data import make_file

pytestmark = pytest.mark.browser
EVERY_LIGHT = (*LIGHTS, *OTHER_LIGHTS)


@pytest.fixture
def offered(site: Site, settings: Settings, tmp_path: Path) -> str:
    """The page, with one file made and the others waiting to be asked for."""
    settings.DATA_FOLDER = tmp_path / "data"
    make_file(LICENCES, "csv", on_date=TODAY)
    return f"{site.url}/data/"


def test_the_page_is_fit_for_everyone(offered: str, browser: Browser) -> None:
    """With everything open, at every width and in every light."""
    walk = Walk()
    with opened(browser) as page:
        walk.watch(page)
        page.goto(offered)
        page.evaluate(ALL_OPEN)
        walk.sights["data"] = look(page, widths=(320, 390, 640, 1000, 1280), lights=EVERY_LIGHT)
    for light in EVERY_LIGHT:
        assert walk.found_by_axe(light) == []
    assert walk.disordered() == []
    assert walk.unmarked() == []
    assert walk.sideways() == []
    assert walk.against_policy() == []


def test_a_reader_without_scripts_fetches_a_file(offered: str, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, java_script_enabled=False, accept_downloads=True) as page:
        page.goto(offered)
        with page.expect_download() as waiting:
            page.click("text=licences.csv")
        waiting.value.save_as(tmp_path / "licences.csv")
        assert waiting.value.suggested_filename == "xinshu-licences-2026-11-23.csv"
        assert "示市监许〔2026〕0001号" in (tmp_path / "licences.csv").read_text(encoding="utf-8-sig")
