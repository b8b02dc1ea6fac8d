"""Statistics and the text of articles in real Chromium: for everyone, on every screen."""

import pytest
from playwright.sync_api import Browser

from tests.doors.conftest import Site
from tests.doors.sights import ALL_OPEN, LIGHTS, Walk, look, opened
from tests.factories import TODAY, noon
from xinshu.uses.disclosure.actions import count_shown

pytestmark = pytest.mark.browser

PAGES = ("/statistics/", f"/catalogue/kinds/ADMIN_PENALTY/?day={TODAY}")
"""The other pages of the catalogue are looked at with those of the portal."""


@pytest.fixture
def counted(site: Site) -> Site:
    """The site, once its day is counted."""
    count_shown(moment=noon(TODAY))
    return site


def test_axe_finds_nothing_and_nothing_is_too_wide(counted: Site, browser: Browser) -> None:
    """With everything open, as what is drawn within is the widest."""
    walk = Walk()
    with opened(browser, bypass_csp=True) as page:
        for address in PAGES:
            page.goto(counted.url + address)
            page.evaluate(ALL_OPEN)
            walk.sights[address] = look(page, widths=(320, 390, 1280), lights=LIGHTS)
    assert [fault for light in LIGHTS for fault in walk.found_by_axe(light)] == []
    assert walk.disordered() == []
    assert walk.unmarked() == []
    assert walk.sideways() == []


def test_a_reader_chooses_a_kind_and_finds_chart_and_table_alike(counted: Site, browser: Browser) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(f"{counted.url}/statistics/")
        page.select_option("#kind", "ADMIN_PENALTY")
        page.click("form.choose button")
        chart = page.get_by_role("img", name="按作出决定的机关所在区划")
        drawn = chart.locator("text.number").text_content()
        assert drawn
        assert drawn in page.get_by_role("table", name="按作出决定的机关所在区划").inner_text()
