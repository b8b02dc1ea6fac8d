"""Statistics and the text of articles in real Chromium: for everyone, on every screen."""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser

from tests.doors.conftest import Site
from tests.doors.test_portal_browser import AXE, AXE_OPTIONS, ENGLISH_UNMARKED, HEADINGS, SIDEWAYS, opened
from tests.factories import TODAY, noon
from xinshu.uses.disclosure.actions import count_shown

pytestmark = pytest.mark.browser

PAGES = (
    "/statistics/",
    "/catalogue/",
    "/catalogue/bases/OPINIONS-2025/",
    f"/catalogue/kinds/ADMIN_PENALTY/?day={TODAY}",
)


@pytest.fixture
def counted(site: Site) -> Site:
    """The site, once its day is counted."""
    count_shown(moment=noon(TODAY))
    return site


def test_axe_finds_nothing_and_nothing_is_too_wide(counted: Site, browser: Browser) -> None:
    found, complaints = [], []
    for scheme in ("light", "dark"):
        with opened(browser, color_scheme=scheme, bypass_csp=True) as page:
            for address in PAGES:
                page.goto(counted.url + address)
                page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                page.evaluate(AXE)
                result = page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
                assert result["passes"], address
                found += [
                    (address, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in result["violations"]
                ]
                levels = page.evaluate(HEADINGS)
                assert levels.count(1) == 1, address
                assert all(after - earlier <= 1 for earlier, after in pairwise(levels)), (address, levels)
                complaints += [(address, text) for text in page.evaluate(ENGLISH_UNMARKED)]
                for width in (320, 390, 1280):
                    page.set_viewport_size({"width": width, "height": 800})
                    assert page.evaluate(SIDEWAYS) <= 0, (address, width)
    assert found == []
    assert complaints == []


def test_a_reader_chooses_a_kind_and_finds_chart_and_table_alike(counted: Site, browser: Browser) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(f"{counted.url}/statistics/")
        page.select_option("#kind", "ADMIN_PENALTY")
        page.click("form.choose button")
        chart = page.get_by_role("img", name="按作出决定的机关所在区划")
        drawn = chart.locator("text.number").text_content()
        assert drawn
        assert drawn in page.get_by_role("table", name="按作出决定的机关所在区划").inner_text()
