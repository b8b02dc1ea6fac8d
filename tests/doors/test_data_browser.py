"""Open data in real Chromium: fit for everyone, on every screen, without scripts, and a file comes down."""

from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings

from tests.doors.conftest import Site
from tests.doors.test_portal_browser import AXE, AXE_OPTIONS, ENGLISH_UNMARKED, HEADINGS, SIDEWAYS, opened
from tests.factories import TODAY
from xinshu.uses.disclosure.data_sets import LICENCES
from xinshu.uses.disclosure.open_data import make_file

pytestmark = pytest.mark.browser


@pytest.fixture
def offered(site: Site, settings: Settings, tmp_path: Path) -> str:
    """The page, with one file made and the others waiting to be asked for."""
    settings.DATA_FOLDER = tmp_path / "data"
    make_file(LICENCES, "csv", on_date=TODAY)
    return f"{site.url}/data/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_fit_for_everyone(offered: str, browser: Browser, scheme: str) -> None:
    complaints: list[str] = []
    for width in (1280, 390):
        viewport = {"width": width, "height": 900}
        with opened(browser, viewport=viewport, color_scheme=scheme, bypass_csp=True) as page:
            page.goto(offered)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            page.evaluate(AXE)
            result = page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
            assert result["passes"]
            assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in result["violations"]] == []
    with opened(browser, color_scheme=scheme) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(offered)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        levels = page.evaluate(HEADINGS)
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), levels
        assert page.evaluate(ENGLISH_UNMARKED) == []
        for width in (320, 390, 640, 1000, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(SIDEWAYS) <= 0, width
    assert [text for text in complaints if "Content Security Policy" in text] == []


def test_a_reader_without_scripts_fetches_a_file(offered: str, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, java_script_enabled=False, accept_downloads=True) as page:
        page.goto(offered)
        with page.expect_download() as waiting:
            page.click("text=licences.csv")
        waiting.value.save_as(tmp_path / "licences.csv")
        assert waiting.value.suggested_filename == "xinshu-licences-2026-11-23.csv"
        assert "示市监许〔2026〕0001号" in (tmp_path / "licences.csv").read_text(encoding="utf-8-sig")
