"""A clerk sends 300 rows with 12 faults: dry run, mended in the page, attested, filed, public; by keyboard alone."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from openpyxl import Workbook
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.doors.conftest import CHROMIUM
from tests.filings import MARKET, PENALTY_HEADERS, SUBJECT, penalty
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS = 300
FRIDAY = date(2026, 11, 20)
FAULTS: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"decided_on": "2026-02-30"}, "处罚决定日期", "2026-11-12"),
    ({"code": "919999990000002111"}, "行政相对人代码_1(统一社会信用代码)", SUBJECT),
    ({"fine": "1,234.5", "penalties": "罚款", "content": "罚款"}, "罚款金额(万元)", "1234.5"),
    ({"type": "公司"}, "行政相对人类别", "法人及非法人组织"),
    ({"facts": ""}, "违法事实", "经查，商品未按规定标注产地。"),
    ({"penalties": "口头教育"}, "处罚类别", "没收违法所得"),
    ({"organ_code": "11999999TE5T00104X"}, "处罚机关统一社会信用代码", MARKET),
    ({"number": "=1+1"}, "行政处罚决定书文号", "示市监罚〔2026〕9008号"),
    ({"served_on": "2026-01-01"}, "送达日期", "2026-11-12"),
    ({"name": "云汀别样商贸有限公司"}, "行政相对人名称", "云汀示例商贸有限公司"),
    ({"severity": "特别严重"}, "失信严重程度", "一般"),
    ({"procedure": "快速程序"}, "处罚程序", "普通程序"),
)
"""Twelve rows, each with one fault: what is wrong, the field beside which it is told, and what the clerk types there."""


@pytest.fixture
def page(live_server: LiveServer) -> Iterator[Page]:
    """Chromium at the desk's sign-in, on that Friday."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: what only a real browser can tell is not tested")
    with time_machine.travel(datetime.combine(FRIDAY, time(15), LEGAL_ZONE), tick=True):
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.body(SUBJECT)
        factories.appointed(Role.CLERK, organ=MARKET, from_day=date(2026, 11, 1))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
            opened = browser.new_page(base_url=live_server.url, viewport={"width": 1280, "height": 900})
            opened.set_default_timeout(30_000)
            yield opened
            browser.close()


def friday_file(folder: Path) -> Path:
    rows = [penalty(number=f"示市监罚〔2026〕{number:04d}号", decided_on="2026-11-12") for number in range(ROWS - 12)]
    for place, (fault, _, _) in enumerate(FAULTS):
        rows.insert(
            place * 20 + 10, penalty(number=f"示市监罚〔2026〕{9001 + place}号", decided_on="2026-11-12") | fault
        )
    book = Workbook()
    book.active.append(list(PENALTY_HEADERS.values()))
    for row in rows:
        book.active.append([row.get(key, "") for key in PENALTY_HEADERS])
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s"
    path = folder / "十一月第三周.xlsx"
    book.save(path)
    return path


def tab_to(page: Page, selector: str, most: int = 400) -> None:
    """Press Tab until that element has the focus, as someone without a mouse does."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement !== null && document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by the Tab key")


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("XINSHU_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def sign_in(page: Page) -> None:
    page.goto("/desk/sign-in/?next=/desk/")
    tab_to(page, "[name=username]")
    page.keyboard.type("test-clerk")
    tab_to(page, "[name=password]")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#new")


def upload(page: Page, path: Path) -> None:
    tab_to(page, "#new")
    page.keyboard.press("Enter")
    page.wait_for_selector("#file")
    shot(page, "upload")
    tab_to(page, "#file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(path)
    tab_to(page, "#send")
    page.keyboard.press("Enter")
    page.wait_for_selector("#state")


def file_it(page: Page) -> None:
    for name in ("secrecy", "trade", "privacy"):
        tab_to(page, f"#{name}")
        page.keyboard.press("Space")
    tab_to(page, "#file")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#state').innerText.includes('已报送并入库')")


def count(page: Page, name: str) -> int:
    return int(page.inner_text(f"#{name}"))


FAULTY = """() => [...document.querySelectorAll('main .wrong')].map(place => {
  const field = place.querySelector('input:not([type=hidden]), select, textarea');
  const label = place.querySelector('legend') ?? place.querySelector('label');
  return [field.id, label.querySelector('.zh').innerText, field.type];
})"""


def mend(page: Page) -> None:
    """Give every faulty field that the page shows what it should say: typed, chosen, or ticked."""
    tab_to(page, "#mend")
    page.keyboard.press("Enter")
    page.wait_for_selector("#save")
    shot(page, "mend")
    right = {header: text for _, header, text in FAULTS}
    fields = page.evaluate(FAULTY)
    assert sorted(header for _, header, _ in fields) == sorted(right)
    for field, header, control in fields:
        answer(page, field, control, right[header])
    shot(page, "mend-filled")
    tab_to(page, "#save")
    page.keyboard.press("Enter")
    page.wait_for_selector("#state")


def answer(page: Page, field: str, control: str, text: str) -> None:
    if control == "checkbox":
        name = page.get_by_label(text).and_(page.locator(f"[id^={field.removesuffix('0')}]")).get_attribute("id")
        tab_to(page, f"#{name}")
        page.keyboard.press("Space")
        return
    tab_to(page, f"#{field}")
    if control == "select-one":
        page.keyboard.press("Home")
        for _ in range(30):
            if page.input_value(f"#{field}") == text:
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError(f"{text} is no choice of {field}")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def stored() -> int:
    """How many records there are; asked in a thread, since the browser's loop runs in this one."""

    def count_them() -> int:
        try:
            return Record.objects.count()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(count_them).result()


def test_three_hundred_rows_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    sign_in(page)
    shot(page, "home-empty")
    upload(page, friday_file(tmp_path))
    shot(page, "dry-run")
    assert (count(page, "received"), count(page, "returned")) == (ROWS, 12)
    assert stored() == 0, "a dry run stores nothing"
    file_it(page)
    shot(page, "filed")
    assert stored() == ROWS - 12
    mend(page)
    shot(page, "mended")
    assert (count(page, "received"), count(page, "returned")) == (12, 0)
    file_it(page)
    assert stored() == ROWS
    public(page)


def public(page: Page) -> None:
    """What everybody sees afterwards: the page, and the API."""
    page.goto(f"/subjects/{SUBJECT}/")
    assert "示市监罚〔2026〕" in page.inner_text("main")
    shot(page, "public")
    said = page.request.get(f"/api/v1/subjects/{SUBJECT}").json()
    numbers = {record["document_number"] for body in said["bodies"] for record in body["records"]}
    assert len(numbers) == ROWS
    assert "示市监罚〔2026〕9008号" in numbers
