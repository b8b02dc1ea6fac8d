"""Measures, lists, powers and assessed drafts in real Chromium: for everyone, and at the desk, on every screen."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.doors.conftest import Site
from tests.doors.sights import LIGHTS, Walk, look, opened
from tests.drafts import LAWFUL
from tests.factories import PASSWORD, TODAY, noon
from tests.policies import made_up_register
from xinshu.doors.policies.proposals import proposed
from xinshu.doors.policies.running import assess
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.actions import decide_comment, open_consultation, say
from xinshu.register.catalogues.states import Speaker
from xinshu.register.records.actions import number_filings
from xinshu.uses.disclosure.actions import count_measures, count_shown

pytestmark = pytest.mark.browser

PAGES = (
    "/catalogue/measures/",
    "/catalogue/measures/GRAVE_RECORD_IN_PROCUREMENT/",
    "/catalogue/measures/PROCUREMENT_BAN/",
    "/catalogue/measures/FAST_TRACK_SERVICE/",
    f"/catalogue/measures/MARKET_LISTS_IN_TENDERS/?day={TODAY}",
    "/catalogue/lists/MARKET_REGULATION_LIST/",
    "/catalogue/lists/CULTURE_TOURISM_LIST/",
    "/catalogue/powers/GPL_22_GRAVE/",
    "/catalogue/bases/PRC-GPL/",
    "/policies/",
)


@pytest.fixture
def laid_open(site: Site) -> str:
    """A draft with a report worth reading, laid open, with a comment that is shown and one that waits."""
    moment = noon(TODAY)
    made_up_register(40)
    number_filings(moment=moment)
    said = {"actor": "test", "moment": moment}
    report = assess(proposed(LAWFUL.encode(), "draft.yaml"), **said)
    open_consultation(report, last_on=None, **said)
    shown, _ = (say(report, words=one, speaker=Speaker.ANYONE, moment=moment) for one in ("期限过长。", "赞成。"))
    decide_comment(shown, shown=True, ground="", **said)
    count_shown(moment=moment)
    count_measures(moment=moment)
    return report


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("XINSHU_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def seen(page: Page, walk: Walk, name: str) -> None:
    """Look at the page as it stands."""
    walk.sights[name] = look(page, widths=(320, 390, 1280))
    if os.environ.get("XINSHU_SHOTS"):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            shot(page, f"{name.strip('/').partition('?')[0].replace('/', '-')[:60]}-{width}")


def fit_for_everyone(walk: Walk) -> None:
    """Nothing for axe in either light, headings in order, no English unmarked, nothing too wide."""
    assert [fault for light in LIGHTS for fault in walk.found_by_axe(light)] == []
    assert walk.disordered() == []
    assert walk.unmarked() == []
    assert walk.sideways() == []


def test_everyone_reads_measures_and_drafts(site: Site, laid_open: str, browser: Browser) -> None:
    walk = Walk()
    with opened(browser, bypass_csp=True) as page:
        for address in (*PAGES, f"/policies/{laid_open}/"):
            page.goto(site.url + address)
            seen(page, walk, address)
    fit_for_everyone(walk)


def test_the_desk_reads_drafts(site: Site, laid_open: str, browser: Browser) -> None:
    walk = Walk()
    with opened(browser, bypass_csp=True) as page:
        page.goto(f"{site.url}/desk/sign-in/?next=/desk/policies/")
        page.fill("input[name=username]", f"test-{Role.OPERATOR.lower()}")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/desk/policies/")
        seen(page, walk, "/desk/policies/")
        page.set_input_files(
            "#draft",
            {
                "name": "draft.yaml",
                "mimeType": "application/yaml",
                "buffer": LAWFUL.replace("PRC-GPL", "SAMR-44").encode(),
            },
        )
        with page.expect_navigation():
            page.click("#assess")
        assert page.get_by_role("alert").count() == 1
        seen(page, walk, "/desk/policies/refused/")
        page.goto(f"{site.url}/desk/policies/{laid_open}/")
        seen(page, walk, f"/desk/policies/{laid_open}/")
    fit_for_everyone(walk)
