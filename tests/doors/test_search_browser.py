"""The search in a real browser: suggestions by keyboard alone, said to screen readers, and nothing left open."""

import pytest
from playwright.sync_api import Browser, expect

from tests.doors.conftest import Site
from tests.doors.sights import found_by_axe, opened
from tests.factories import OTHER_SUBJECT, SUBJECT, SUBJECT_NAME

pytestmark = pytest.mark.browser


def test_suggestions_by_keyboard_alone(site: Site, browser: Browser) -> None:
    with opened(browser, bypass_csp=True) as page:
        page.goto(site.url)
        box = page.get_by_role("combobox")
        options = page.get_by_role("option")
        expect(box).to_have_attribute("aria-expanded", "false")
        box.type("云汀示例", delay=5)
        expect(options).to_have_count(3)
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("status")).to_contain_text("3 条建议")
        assert found_by_axe(page) == []

        box.press("Escape")
        expect(box).to_have_attribute("aria-expanded", "false")
        assert box.input_value() == "云汀示例"
        box.press("ArrowDown")
        expect(options).to_have_count(3)
        box.press("ArrowDown")
        expect(options.nth(0)).to_have_attribute("aria-selected", "true")
        assert box.get_attribute("aria-activedescendant") == options.nth(0).get_attribute("id")
        box.press("ArrowUp")
        assert box.get_attribute("aria-activedescendant") is None
        box.press("ArrowUp")
        expect(options.nth(2)).to_have_attribute("aria-selected", "true")

        box.fill("yuntingshilishangm")
        expect(options).to_have_count(1)
        expect(options).to_contain_text(SUBJECT_NAME)
        box.press("ArrowDown")
        box.press("Enter")
        page.wait_for_url(f"{site.url}/subjects/{SUBJECT}/")


def test_enter_without_a_choice_searches_and_nothing_found_is_said(site: Site, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(site.url)
        box = page.get_by_role("combobox")
        box.fill("无此名称")
        expect(page.get_by_role("status")).to_contain_text("没有建议")
        expect(page.locator(".suggestions")).to_be_hidden()
        box.fill(OTHER_SUBJECT[:15])
        expect(page.get_by_role("option")).to_have_count(1)
        box.press("Enter")
        page.wait_for_url(f"{site.url}/?q=*")
        assert OTHER_SUBJECT in page.locator("main").inner_text()
