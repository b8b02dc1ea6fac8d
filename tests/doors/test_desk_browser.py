"""Every page of the desk in real Chromium: axe, headings, keyboard, narrow screens, large text; with and without script."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests import factories, filings
from tests.doors.conftest import Site
from tests.doors.sights import ALL_OPEN, LIGHTS, Light, Walk, look, opened
from tests.doors.test_portal_browser import sign_in
from xinshu.proceedings.intake.actions import add_content, check, file, open_batch, remember_headers
from xinshu.proceedings.intake.mending import mended
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door

pytestmark = pytest.mark.browser

KNOWN = "云汀示例机电设备有限公司"
"""The name under which the site knows the body of the files."""

MOMENT = factories.noon(factories.TODAY)
WRONG: tuple[dict[str, str], ...] = (
    {"decided_on": "2026-02-30"},
    {"penalties": "口头教育"},
    {"severity": "特别严重", "procedure": "快速程序"},
    {"facts": "", "content": ""},
    {"code": "919999990000002111"},
)


@dataclass(frozen=True)
class Desk:
    """The site, and batches in every state that a page tells apart."""

    site: Site
    checked: str
    filed: str
    refused: str
    working: str
    discarded: str


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Desk:
    """A dry run, a filed batch, one refused for its header, one that a job is at, one undone; a header remembered."""
    sound = [row(number=f"示市监罚〔2026〕8{number:03d}号") for number in range(4)]
    wrong = [row(number=f"示市监罚〔2026〕9{place:03d}号", **fault) for place, fault in enumerate(WRONG)]
    lowered = row(number="示市监罚〔2026〕7001号", penalties="罚款", content="罚款", fine="900", confiscated="")
    (tmp_path / "奇怪.csv").write_text("单位,奇怪的列,处罚的日子\n一,二,三\n", encoding="utf-8")
    checked = sent(filings.write_csv(tmp_path / "十一月第三周.csv", [*sound, *wrong, lowered]), attested=False)
    filed = sent(filings.write_csv(tmp_path / "十一月第二周.csv", [*sound[:3], *wrong[:1], lowered]), attested=True)
    mended(batch=filed, edits={}, actor=site.clerk, moment=MOMENT)
    working = Batch.objects.create(
        **empty("大文件.csv", site), state="UPLOADING", step_zh="检查", step_en="check", done=40_000, total=100_000
    )
    discarded = Batch.objects.create(**empty("发错了.csv", site), state="DISCARDED")
    remember_headers(
        organ_code=factories.MARKET.code,
        kind="ADMIN_PENALTY",
        mapping={"处罚的那一天": "CF_JDRQ", "内部编号": ""},
        actor=site.clerk,
        moment=MOMENT,
    )
    return Desk(
        site,
        checked=str(checked),
        filed=str(filed),
        refused=str(sent(tmp_path / "奇怪.csv", attested=False)),
        working=str(working.id),
        discarded=str(discarded.id),
    )


def row(**changes: str) -> dict[str, str]:
    return filings.penalty(**{"name": KNOWN, "decided_on": "2026-11-17", **changes})


def sent(path: Path, *, attested: bool) -> Any:
    act = {"actor": "test-clerk", "moment": MOMENT}
    batch = open_batch(
        organ_code=factories.MARKET.code, kind="ADMIN_PENALTY", file_name=path.name, door=Door.DESK, **act
    ).id
    add_content(batch=batch, offset=0, chunks=[path.read_bytes()])
    check(batch=batch, progress=lambda step: None, **act)
    if attested:
        file(batch=batch, attested=True, progress=lambda step: None, **act)
    return batch


def empty(name: str, site: Site) -> dict[str, Any]:
    return {
        "id": factories.uuid4(),
        "organ_code": factories.MARKET.code,
        "kind": "ADMIN_PENALTY",
        "file_name": name,
        "door": "DESK",
        "actor": site.clerk,
        "on_day": factories.TODAY,
        "received_at": MOMENT.instant,
    }


def places(desk: Desk) -> dict[str, str]:
    """Each page of the desk, by name."""
    batch = "/desk/batches"
    record = f"{desk.site.url}/subjects/{filings.SUBJECT}/records/{desk.site.record}/"
    return {
        "home": "/desk/",
        "history": f"{batch}/",
        "history, none": f"{batch}/?state=FILING",
        "upload": f"{batch}/new/",
        "batch checked": f"{batch}/{desk.checked}/",
        "batch checked, returned": f"{batch}/{desk.checked}/?fate=RETURNED",
        "batch filed": f"{batch}/{desk.filed}/",
        "batch refused": f"{batch}/{desk.refused}/",
        "batch working": f"{batch}/{desk.working}/",
        "batch discarded": f"{batch}/{desk.discarded}/",
        "mend": f"{batch}/{desk.checked}/mend/",
        "mend, kept": f"{batch}/{desk.filed}/mend/?kept=1",
        "headers": f"{batch}/{desk.refused}/headers/",
        "discard": f"{batch}/{desk.checked}/discard/",
        "discard, too late": f"{batch}/{desk.filed}/discard/",
        "receipt": f"{batch}/{desk.filed}/receipt/",
        "remembered": "/desk/headers/",
        "single, choice": "/desk/records/new/",
        "single": f"/desk/records/new/?organ={factories.MARKET.code}&kind=ADMIN_PENALTY",
        "withdraw": "/desk/records/withdraw/",
        "withdraw, found": f"/desk/records/withdraw/?link={record}",
        "withdraw, none": f"/desk/records/withdraw/?code={filings.SUBJECT}&number=没有",
        "withdrawn": f"/desk/records/withdrawn/?record={desk.site.record}",
    }


def every_page(page: Page, desk: Desk) -> Iterator[str]:
    sign_in(page, desk.site, desk.site.clerk)
    for name, place in places(desk).items():
        page.goto(desk.site.url + place, wait_until="load")
        yield name


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("XINSHU_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name.replace(', ', '-').replace(' ', '-')}.png", full_page=True)


KEPT: list[Walk] = []
FIRST: dict[str, str | None] = {}
"""Where the first press of Tab leads, by page."""


@pytest.fixture
def walk(request: pytest.FixtureRequest, transactional_db: None, live_server: LiveServer) -> Walk:
    """Through every page, under the site's own policy: made for the first test that asks, and kept for the others."""
    if not KEPT:
        desk, browser = request.getfixturevalue("desk"), request.getfixturevalue("browser")
        made = Walk()
        with opened(browser) as page:
            made.watch(page)
            for name in every_page(page, desk):
                made.sights[name] = look(page, widths=(320, 640, 1000))
                shot(page, f"desk-{name}")
                page.keyboard.press("Tab")
                FIRST[name] = page.locator(":focus").get_attribute("href")
        assert made.sights.keys() == places(desk).keys()
        KEPT.append(made)
    return KEPT[0]


@pytest.mark.parametrize("light", LIGHTS, ids=["desktop", "phone"])
def test_axe_finds_nothing(walk: Walk, light: Light) -> None:
    assert walk.found_by_axe(light) == []


def test_structure_and_no_inline_script_or_style(walk: Walk) -> None:
    assert walk.disordered() == []
    assert walk.unmarked() == []
    assert walk.against_policy() == []


def test_no_page_scrolls_sideways(walk: Walk) -> None:
    """On a phone of 320 px, at 200 % zoom (640 px), and with text of twice the size."""
    assert walk.sideways() == []


def test_the_skip_link_is_reached_first(walk: Walk) -> None:
    assert dict.fromkeys(walk.sights, "#main") == FIRST


def test_everything_is_reached_by_tab_and_shows_where_one_is(desk: Desk, browser: Browser) -> None:
    """Each link, field and button in turn, each with an outline that can be seen."""
    with opened(browser) as page:
        sign_in(page, desk.site, desk.site.clerk)
        for name in ("mend", "withdraw, found", "upload"):
            page.goto(desk.site.url + places(desk)[name], wait_until="load")
            page.evaluate(ALL_OPEN)
            page.keyboard.press("Tab")
            wanted = page.evaluate(REACHED)
            for _ in range(wanted - 1):
                page.keyboard.press("Tab")
                assert page.evaluate(OUTLINED), (name, page.evaluate("document.activeElement.outerHTML"))


REACHED = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(one => one.checkVisibility() && !one.disabled && one.type !== 'radio').length"""
OUTLINED = """() => document.activeElement !== document.body
  && getComputedStyle(document.activeElement).outlineStyle !== 'none'"""


def test_the_summary_leads_to_the_field(desk: Desk, browser: Browser) -> None:
    with opened(browser) as page:
        sign_in(page, desk.site, desk.site.clerk)
        page.goto(desk.site.url + places(desk)["mend"])
        for place in range(page.locator(".fault-box a").count()):
            link = page.locator(".fault-box a").nth(place)
            link.press("Enter")
            anchor = str(link.get_attribute("href"))[1:]
            assert page.evaluate("document.activeElement.id") == anchor
            described = page.locator(f"#{anchor}").get_attribute("aria-describedby")
            if described is None:
                described = page.locator(f"fieldset:has(#{anchor})").last.get_attribute("aria-describedby")
            assert described is not None
            assert page.locator(f"#{described.split()[-1]}.fault").count() == 1


def test_a_file_is_sent_with_a_bar_and_without_a_script(desk: Desk, browser: Browser, tmp_path: Path) -> None:
    """The same file both ways; the script shows what is sent, then goes to the same page."""
    path = filings.write_csv(tmp_path / "rows.csv", [row(number="示市监罚〔2026〕6001号")])
    for script in (True, False):
        with opened(browser, java_script_enabled=script) as page:
            sign_in(page, desk.site, desk.site.clerk)
            page.goto(desk.site.url + places(desk)["upload"])
            page.set_input_files("#file", path)
            with page.expect_request("**/desk/batches/new/") as asked:
                page.click("#send")
            assert asked.value.resource_type == ("xhr" if script else "document")
            page.wait_for_url("**/desk/batches/*-*/")
            assert page.inner_text("#accepted") == "1"


def test_what_is_refused_is_told_in_place(desk: Desk, browser: Browser, tmp_path: Path) -> None:
    """An empty file by the server, a larger one before it is sent, one cut off on the way."""
    (tmp_path / "empty.csv").touch()
    sound = filings.write_csv(tmp_path / "rows.csv", [filings.penalty()])
    with opened(browser) as page:
        sign_in(page, desk.site, desk.site.clerk)
        page.goto(desk.site.url + places(desk)["upload"])
        for path, limit, said in ((tmp_path / "empty.csv", "100000", "空文件"), (sound, "10", "超过上限")):
            page.eval_on_selector("#upload", "(form, limit) => { form.dataset.limit = limit; }", limit)
            page.set_input_files("#file", path)
            page.click("#send")
            page.wait_for_function("said => document.activeElement.innerText.includes(said)", arg=said)
            assert page.evaluate("document.activeElement.id") == "refused"
        page.eval_on_selector("#upload", "form => { form.dataset.limit = 100000; }")
        page.route("**/desk/batches/new/", lambda route: route.abort("connectionreset"))
        page.click("#send")
        page.wait_for_function("() => document.activeElement.innerText.includes('连接中断')")


def test_a_body_that_is_too_large_is_refused_unread(desk: Desk, browser: Browser, tmp_path: Path) -> None:
    """By the plain form, without the script's own look at the size."""
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * (200 << 10))
    with override_settings(UPLOAD_LIMIT=1 << 10), opened(browser, java_script_enabled=False) as page:
        sign_in(page, desk.site, desk.site.clerk)
        page.goto(desk.site.url + places(desk)["upload"])
        page.set_input_files("#file", path)
        page.click("#send")
        page.wait_for_selector(".fault-box")
        assert "没有接收" in page.inner_text(".fault-box")


def test_the_bar_follows_the_job_and_the_page_loads_when_it_is_done(desk: Desk, browser: Browser) -> None:
    with opened(browser) as page:
        sign_in(page, desk.site, desk.site.clerk)
        page.goto(desk.site.url + places(desk)["batch working"])
        assert page.locator("#done").get_attribute("value") == "40000"
        answers = iter([(70_000, True), (90_000, True), (100_000, False)])

        def answer(route: Any) -> None:
            done, working = next(answers)
            step = {"zh": "试算", "en": "dry run"}
            route.fulfill(json={"working": working, "step": step, "done": done, "total": 100_000})

        page.route("**/state/", answer)
        page.wait_for_function("() => document.getElementById('done').value === 70000")
        assert page.inner_text("#told") == "试算 dry run 70000 / 100000"
        with page.expect_navigation(url="**/desk/batches/**"):
            pass
