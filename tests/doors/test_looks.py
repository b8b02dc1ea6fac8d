"""Each type of page looks as it did when somebody looked at it: `pytest tests/doors/test_looks.py --look-again` keeps new pictures."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.doors.conftest import Site
from tests.doors.looks import LOOKED_AT, differs, small
from tests.doors.sights import opened
from tests.doors.test_portal_browser import address

pytestmark = pytest.mark.browser

PAGES = ("home", "hits", "subject", "record", "nothing shown", "claim", "open data", "glossary", "help", "missing")
SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}


def looked_at(name: str) -> Image.Image:
    with Image.open(LOOKED_AT / name) as kept:
        return kept.copy()


def pictured(page: Page) -> Image.Image:
    return small(page.screenshot(full_page=True, animations="disabled"))


def test_every_page_looks_as_it_was_looked_at(
    site: Site, browser: Browser, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    again = pytestconfig.getoption("--look-again")
    other = {}
    for screen, options in SCREENS.items():
        with opened(browser, **options) as page:
            for name in PAGES:
                page.goto(address(site, name))
                seen, kept = pictured(page), LOOKED_AT / f"{name.replace(' ', '-')}-{screen}.png"
                if again:
                    seen.save(kept, optimize=True)
                if said := differs(seen, looked_at(kept.name)):
                    other[f"{name}, {screen}"] = said
                    seen.save(tmp_path / kept.name)
    assert other == {}, f"{other}: see {tmp_path}; if that is meant, look at them and run with --look-again"


def test_a_page_without_its_style_or_with_a_moved_line_is_another(site: Site, browser: Browser) -> None:
    """The comparison can fail: no style sheet, one line more at the top, one record less."""
    kept = looked_at("subject-desktop.png")
    with opened(browser, **SCREENS["desktop"]) as page:
        page.goto(address(site, "subject"))
        assert differs(pictured(page), kept) == ""
        for fault in (
            "document.querySelector('main').prepend(Object.assign(document.createElement('p'), {textContent: '一行'}))",
            "document.querySelector('article').remove()",
            "document.styleSheets[0].disabled = true",
        ):
            page.goto(address(site, "subject"))
            page.evaluate(f"() => {{ {fault} }}")
            assert differs(pictured(page), kept), fault
