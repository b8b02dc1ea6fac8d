"""A look at a page sees what it is there for: each planted fault is told, and only where it stands."""

import pytest
from playwright.sync_api import Browser

from tests.doors.sights import DESKTOP, PHONE, Walk, in_order, look, opened

pytestmark = pytest.mark.browser

SOUND = """<!doctype html><html lang="zh-Hans"><title>示例</title>
<header>信枢</header><main><h1>示例</h1><h2>其一</h2>{}</main><footer>说明</footer></html>"""
DIM_IN_THE_DARK = "<style>@media (prefers-color-scheme: dark) {{ main {{ background: #000; color: #222; }} }}</style>"
PLANTED = (
    "<h4>太深</h4><p>Some English words</p><p lang='en'>Marked English words</p><p>代码 91AB 12CD</p>"
    "<div style='width: 900px'>宽</div><details><summary>打开</summary><img src='data:,' width='1400'></details>"
)


def test_a_sound_page_is_sound(browser: Browser) -> None:
    walk = Walk()
    with opened(browser) as page:
        page.set_content(SOUND.format("<p>第一段</p>"))
        walk.sights["page"] = look(page)
    assert [*walk.found_by_axe(DESKTOP), *walk.found_by_axe(PHONE)] == []
    assert [*walk.sideways(), *walk.unmarked(), *walk.disordered()] == []
    assert walk.sights["page"].landmarks == {"banner": 1, "main": 1, "contentinfo": 1}


def test_each_planted_fault_is_told(browser: Browser) -> None:
    walk = Walk()
    with opened(browser) as page:
        page.set_content(SOUND.format(PLANTED))
        walk.sights["page"] = look(page)
    assert walk.disordered() == [("page", [1, 2, 4])]
    assert walk.unmarked() == [("page", "Some English words")]
    assert [width for _, width in walk.sideways()] == ["320", "640", "800", "320, open"]
    assert {rule for _, rule, _ in walk.found_by_axe(DESKTOP)} == {"image-alt"}, "within what was closed"


def test_what_is_dim_in_the_dark_is_told_of_the_dark_alone(browser: Browser) -> None:
    walk = Walk()
    with opened(browser) as page:
        page.set_content(SOUND.format(DIM_IN_THE_DARK.format() + "<p>第一段</p>"))
        walk.sights["page"] = look(page, widths=())
    assert walk.found_by_axe(DESKTOP) == []
    assert {rule for _, rule, _ in walk.found_by_axe(PHONE)} == {"color-contrast"}


@pytest.mark.parametrize(("levels", "sound"), [([1, 2, 3, 2], True), ([2, 1], False), ([1, 1], False), ([], False)])
def test_headings_are_in_order(levels: list[int], sound: bool) -> None:
    assert in_order(levels) is sound
