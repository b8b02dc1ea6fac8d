"""The public site and the desk in real Chromium: fit for everyone, on every screen, by keyboard, without scripts."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.doors.conftest import INDIVIDUAL, INDIVIDUAL_NAME, Site
from tests.doors.sights import LANDMARKS, LIGHTS, OTHER_LIGHTS, Light, Walk, look, opened
from tests.factories import OTHER_SUBJECT, PASSWORD, SUBJECT, SUBJECT_NAME, UNKNOWN
from tests.filings import SUBJECT as FILED

pytestmark = pytest.mark.browser

PUBLIC = {
    "home": "/",
    "hits": "/?q=云汀示例",
    "no hit": "/?q=无此名称",
    "too short": "/?q=云",
    "wrong code": "/?q=919999990000002111",
    "not a code": "/subjects/919999990000002111/",
    "nothing shown": f"/subjects/{UNKNOWN}/",
    "subject": f"/subjects/{SUBJECT}/",
    "subject, one kind": f"/subjects/{SUBJECT}/?kind=ADMIN_PENALTY",
    "subject, third page": f"/subjects/{OTHER_SUBJECT}/?kind=ADMIN_PENALTY&page=3",
    "subject, name withheld": f"/subjects/{INDIVIDUAL}/",
    "record": f"/subjects/{FILED}/records/{{record}}/",
    "claim": f"/subjects/{FILED}/records/{{record}}/claim/?cause=NAME",
    "proof": f"/subjects/{FILED}/records/{{record}}/proof/",
    "public log": "/log/",
    "receipt of a claim": "/claims/{claim}/",
    "claimed record": f"/subjects/{OTHER_SUBJECT}/records/{{claimed}}/",
    "catalogue": "/catalogue/",
    "kind": "/catalogue/kinds/ADMIN_PENALTY/",
    "basis": "/catalogue/bases/NDRC-36/",
    "class table": "/catalogue/classes/ECOLOGY_ORDER_36/",
    "too general": "/?q=有限公司",
    "by its sound": "/?q=yuntingshili",
    "as of an earlier day": f"/subjects/{SUBJECT}/?as_of=2026-11-23",
    "basis with its articles": "/catalogue/bases/OPINIONS-2025/",
    "catalogue of a past day": "/catalogue/?day=2026-01-01",
    "statistics": "/statistics/",
    "open data": "/data/",
    "quality": "/quality/",
    "late list": "/agencies/late/",
    "notices of an agency": "/agencies/notices/{box}/",
    "slips": "/slips/",
    "what a slip reported": "/slips/{slip}/",
    "help": "/help/",
    "glossary": "/help/glossary/",
    "accessibility": "/help/accessibility/",
    "missing": "/nothing/",
    "sign in": "/desk/sign-in/",
}


def address(site: Site, name: str) -> str:
    return site.url + PUBLIC[name].format(
        record=site.record, claim=site.claim, claimed=site.claimed, slip=site.slip, box=site.box
    )


def press(page: Page, selector: str) -> None:
    """Clicks what leads to another page, and waits until that page stands with all its styles."""
    with page.expect_navigation(wait_until="load"):
        page.locator(selector).click()


def sign_in(page: Page, site: Site, username: str) -> None:
    page.goto(address(site, "sign in"))
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{site.url}/desk/")


def every_page(page: Page, site: Site) -> Iterator[str]:
    """Each page type in turn, by name; the desk last."""
    for name in PUBLIC:
        page.goto(address(site, name))
        yield name
    sign_in(page, site, site.clerk)
    yield "desk"


KEPT: list[Walk] = []


@pytest.fixture
def walk(request: pytest.FixtureRequest, transactional_db: None, live_server: LiveServer) -> Walk:
    """Through every page, under the site's own policy: made for the first test that asks, and kept for the others."""
    if not KEPT:
        site, browser = request.getfixturevalue("site"), request.getfixturevalue("browser")
        made = Walk()
        with opened(browser) as page:
            made.watch(page)
            for name in every_page(page, site):
                made.sights[name] = look(page)
        made.asked = [url.removeprefix(site.url) for url in made.asked]
        KEPT.append(made)
    assert KEPT[0].sights.keys() == {*PUBLIC, "desk"}
    return KEPT[0]


@pytest.mark.parametrize("light", LIGHTS, ids=["desktop", "phone"])
def test_axe_finds_nothing(walk: Walk, light: Light) -> None:
    assert walk.found_by_axe(light) == []


@pytest.mark.soak
@pytest.mark.parametrize("light", OTHER_LIGHTS, ids=["desktop", "phone"])
def test_axe_finds_nothing_in_the_other_light(site: Site, browser: Browser, light: Light) -> None:
    found = []
    with opened(browser, bypass_csp=True) as page:
        for name in every_page(page, site):
            found += [(name, *fault) for fault in look(page, widths=(), lights=(light,)).axe[light]]
    assert found == []


def test_the_browser_checks_a_proof_by_itself(site: Site, browser: Browser) -> None:
    """With its own cryptography; and it sees a record that is not what the log holds, and a signature that is none."""
    with opened(browser) as page:
        page.goto(address(site, "proof"))
        expect(page.locator(".verdict")).to_contain_text("核对无误")
        expect(page.locator(".steps .said")).to_have_text(["✓ 是 yes"] * 3)
        for wrong in ("extra ", "index ", "— "):
            page.route("**/record.tlog-proof", partial(_spoiled, wrong))
            page.goto(address(site, "proof"))
            expect(page.locator(".verdict")).to_contain_text(re.compile("核对不符|未能核对"))
            page.unroute("**/record.tlog-proof")


def _spoiled(where: str, route: Route) -> None:
    """The proof as the site sends it, with one sign behind a place changed."""
    answer = route.fetch()
    text = answer.text()
    at = text.index(where) + len(where) + 10
    other = "A" if text[at] != "A" else "B"
    route.fulfill(response=answer, body=text[:at] + other + text[at + 1 :])


def test_structure_of_every_page(walk: Walk) -> None:
    assert walk.disordered() == []
    assert walk.unmarked() == []
    for name, sight in walk.sights.items():
        assert sight.landmarks == dict.fromkeys(LANDMARKS, 1), name
        assert sight.language == "zh-Hans", name


def test_nothing_inline_and_nothing_from_another_host(walk: Walk) -> None:
    inline = re.compile(r"<style|<script(?! src=)|\s(style|on[a-z]+)=")
    assert [name for name, sight in walk.sights.items() if inline.search(sight.source)] == []
    assert len(walk.asked) > len(PUBLIC)
    assert [url for url in walk.asked if not url.startswith("/")] == []
    assert walk.against_policy() == []


def test_no_page_scrolls_sideways(walk: Walk) -> None:
    """On a phone of 320 px, at 200 % zoom (640 px), where tables are widest, and with text of twice the size."""
    assert walk.sideways() == []


def test_keyboard_alone_is_enough(site: Site, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(site.url)
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.get_attribute("href") == "#main"
        box = skip.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type(SUBJECT)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.type") == "submit"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site.url}/subjects/{SUBJECT}/")
        for _ in range(40):
            page.keyboard.press("Tab")
            focus = page.locator(":focus")
            if "/records/" in (focus.get_attribute("href") or ""):
                break
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site.url}/subjects/{SUBJECT}/records/**")


def test_works_without_scripts(site: Site, browser: Browser) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(site.url)
        page.fill("#q", "云汀示例")
        press(page, "form.search button")
        press(page, f"text={SUBJECT_NAME}")
        assert SUBJECT in page.url
        press(page, "nav[aria-label=按类别查看] >> text=行政许可")
        assert page.locator("article").count() == 1
        press(page, "article h4 a")
        assert page.locator("h1").inner_text().endswith("示市监许〔2026〕0001号")
        press(page, "text=目录中的这一类")
        assert page.locator("h1").inner_text().startswith("行政许可")


def test_pages_turn(site: Site, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(f"{site.url}/subjects/{OTHER_SUBJECT}/")
        assert page.locator("article").count() == 5
        press(page, "text=看这一类全部 45 条")
        assert page.locator("article").count() == 20
        press(page, "a[rel=next]")
        press(page, "a[rel=next]")
        assert page.url.endswith("?kind=ADMIN_PENALTY&page=3")
        assert page.locator("article").count() == 5
        assert page.locator("a[rel=next]").count() == 0
        page.goto(f"{site.url}/subjects/{OTHER_SUBJECT}/?kind=ADMIN_PENALTY&page=9")
        assert page.locator("article").count() == 0
        assert page.locator("text=这一页没有信息").count() == 1


def test_what_the_answers_say(walk: Walk) -> None:
    said = {name: sight.words for name, sight in walk.sights.items()}
    assert "校验码不符" in said["wrong code"]
    assert "校验码不符" in said["not a code"]
    assert "919999990000002111" not in said["not a code"]
    assert "没有找到" in said["no hit"]
    assert "请再多输入几个字" in said["too short"]
    assert UNKNOWN in said["nothing shown"]
    assert INDIVIDUAL_NAME not in said["subject, name withheld"]
    assert "名称依法不公示" in said["subject, name withheld"]
    assert "8 万元（80,000 元）" in said["record"]
    assert "自行停止" in said["record"]


def test_every_missing_address_has_the_same_bytes(site: Site, browser: Browser) -> None:
    nowhere = "00000000-0000-4000-8000-000000000000"
    paths = ["/nothing/", "/x?a=1", f"/subjects/{SUBJECT}/records/{nowhere}/", "/catalogue/kinds/NONE/"]
    with opened(browser) as page:
        answers = [page.request.get(site.url + path) for path in paths]
        assert {answer.status for answer in answers} == {404}
        assert len({answer.body() for answer in answers}) == 1


def test_the_first_page_is_light(site: Site, browser: Browser) -> None:
    sizes: list[float] = []
    with opened(browser) as page:
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(site.url, wait_until="networkidle")
    assert len(sizes) >= 3
    assert sum(sizes) < 100_000


def test_the_auditor_is_told_that_the_post_is_read_only(site: Site, browser: Browser) -> None:
    with opened(browser) as page:
        sign_in(page, site, site.auditor)
        assert "只读" in page.locator("main").inner_text()
        page.click("text=退出")
        page.wait_for_url(f"{site.url}/")


def test_a_wrong_password_is_told_kindly(site: Site, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(address(site, "sign in"))
        page.fill("#username", site.clerk)
        page.fill("#password", "not the password")
        page.press("#password", "Enter")
        page.get_by_role("alert").wait_for()
        assert page.input_value("#username") == site.clerk
