"""Quality of intake in real Chromium: its public pages and the desk's, for everyone, on every screen, without scripts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.doors.conftest import Site
from tests.doors.sights import LIGHTS, OTHER_LIGHTS, Light, Walk, look, opened
from tests.doors.test_portal_browser import sign_in
from tests.factories import MARKET, TODAY, noon
from tests.filings import SUBJECT
from xinshu.bulk.ledgers import ledger_of
from xinshu.proceedings.intake.models import Batch
from xinshu.uses.monitoring.actions import count_months, raise_alarms, reconcile
from xinshu.uses.monitoring.queries import before

pytestmark = pytest.mark.browser

PUBLIC = {
    "month": f"/quality/?month={TODAY:%Y-%m}",
    "empty month": "/quality/?month=2020-01",
    "organ": f"/quality/{MARKET.code}/?month={TODAY:%Y-%m}",
    "organ, empty month": f"/quality/{MARKET.code}/?month=2020-01",
}
STAFF = {"desk": "/desk/", "deadlines": "/desk/alarms/", "reconciliation": "/desk/reconciliation/"}


@pytest.fixture
def measured(site: Site) -> Site:
    """The site's own batch in two months, with a row that waits, and a month that was reconciled."""
    batch = Batch.objects.get()
    Batch.objects.update(received=3, returned=2, returned_due_on=TODAY, late=1, filled=20, fillable=22)
    batch.refresh_from_db()
    batch.pk, batch.on_day = "00000000-0000-4000-8000-000000000001", TODAY - timedelta(30)
    batch.save(force_insert=True)
    rows = [{"number": "示市监罚〔2026〕0001号", "code": SUBJECT}, {"number": "示漏报〔2026〕1号", "code": SUBJECT}]
    month = before(before(TODAY))
    ledger = ledger_of(rows, organ=MARKET.code, kind_name="ADMIN_PENALTY", month=month)
    for at in (month, TODAY.replace(day=1)):
        reconcile(
            organ_code=MARKET.code,
            kind="ADMIN_PENALTY",
            month=at,
            count=ledger.count,
            digest=ledger.digest,
            ledger=ledger,
            actor="test",
            moment=noon(TODAY),
        )
    count_months(moment=noon(TODAY))
    raise_alarms(moment=noon(TODAY))
    return site


def every_page(page: Page, site: Site) -> Iterator[str]:
    """The public pages, then those of the desk."""
    for name, address in PUBLIC.items():
        page.goto(site.url + address)
        yield name
    sign_in(page, site, site.clerk)
    for name, address in STAFF.items():
        page.goto(site.url + address)
        yield name


KEPT: list[Walk] = []


@pytest.fixture
def walk(request: pytest.FixtureRequest, transactional_db: None, live_server: LiveServer) -> Walk:
    """Through every page, under the site's own policy: made for the first test that asks, and kept for the others."""
    if not KEPT:
        measured, browser = request.getfixturevalue("measured"), request.getfixturevalue("browser")
        made = Walk()
        with opened(browser) as page:
            made.watch(page)
            for name in every_page(page, measured):
                made.sights[name] = look(page)
        KEPT.append(made)
    assert KEPT[0].sights.keys() == {*PUBLIC, *STAFF}
    return KEPT[0]


@pytest.mark.parametrize("light", LIGHTS, ids=["desktop", "phone"])
def test_axe_finds_nothing(walk: Walk, light: Light) -> None:
    assert walk.found_by_axe(light) == []


@pytest.mark.soak
@pytest.mark.parametrize("light", OTHER_LIGHTS, ids=["desktop", "phone"])
def test_axe_finds_nothing_in_the_other_light(measured: Site, browser: Browser, light: Light) -> None:
    found = []
    with opened(browser, bypass_csp=True) as page:
        for name in every_page(page, measured):
            found += [(name, *fault) for fault in look(page, widths=(), lights=(light,)).axe[light]]
    assert found == []


def test_structure_and_width_of_every_page(walk: Walk) -> None:
    assert walk.disordered() == []
    assert walk.unmarked() == []
    assert walk.sideways() == []
    assert walk.against_policy() == []


def test_the_chart_is_drawn_and_the_table_says_the_same(measured: Site, browser: Browser) -> None:
    with opened(browser, java_script_enabled=False) as page:
        page.goto(measured.url + PUBLIC["organ"])
        chart = page.locator("svg.chart").first
        assert chart.locator("circle").count() == 2
        assert chart.locator("polyline").count() == 1
        page.click("summary")
        said = page.get_by_role("table", name="十二个月").inner_text()
        assert said.count("33.33%") == 2


def test_a_reader_comes_from_the_home_page_to_an_organ(measured: Site, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(measured.url)
        page.click("footer >> text=归集质效")
        page.select_option("#month", f"{TODAY:%Y-%m}")
        page.click("form.month button")
        assert page.locator("text=本月未满").count() == 1
        page.click(f"table.quality >> text={MARKET.name}")
        assert page.locator("h1").inner_text() == MARKET.name


def test_a_clerk_reconciles_by_keyboard_alone(measured: Site, browser: Browser, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(f"文书号,主体代码\n示漏报〔2026〕7号,{SUBJECT}\n", encoding="utf-8")
    with opened(browser) as page:
        sign_in(page, measured, measured.clerk)
        assert page.locator("text=今天到期").count() == 2
        page.get_by_role("link", name="归集对账").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/reconciliation/")
        page.focus("#month")
        page.keyboard.press("Control+a")
        page.keyboard.type("2026-09")
        page.set_input_files("#ledger", ledger)
        page.focus("#compare")
        page.keyboard.press("Enter")
        page.wait_for_selector("#answer")
        assert "示漏报〔2026〕7号" in page.locator("main").inner_text()
