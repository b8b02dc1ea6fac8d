"""One look at a page in real Chromium tells all that is asked of every page: structure, words, widths, and axe twice.

A walk through many pages is made once for all tests of a file that ask about it; `-m soak` walks in every light.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import axe_playwright_python
from playwright.sync_api import Browser, Page

AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
AXE_OPTIONS: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}
RUN_AXE: Final = """options => axe.run(document, options).then(found => ({
  passes: found.passes.length,
  violations: found.violations.map(rule => [rule.id, rule.nodes.map(node => node.html)]),
}))"""

ENGLISH_UNMARKED = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walk.nextNode();) {
    const words = node.data.replace(/\\S*\\d\\S*/g, '');  // a code is no English, whichever letters it has
    if (/[A-Za-z]{3,},? [A-Za-z]{2,}/.test(words) && !node.parentElement.closest('[lang=en], option')) {
      found.push(node.data);
    }
  }
  return found;
}"""
"""An option cannot hold a marked part."""

HEADINGS = "() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(heading => Number(heading.tagName[1]))"
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
LANDMARKS: Final = ("banner", "main", "contentinfo")
ALL_OPEN: Final = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
LARGE_TEXT: Final = "document.documentElement.style.fontSize = '200%'"
USUAL_TEXT: Final = "document.documentElement.style.fontSize = ''"
WIDTHS: Final = (320, 640, 800, 1000, 1280)
"""A phone of 320 px, 200 % zoom (640 px), where tables are widest, and a desktop."""

Light = tuple[int, str]
"""A width, and the scheme of colours."""

DESKTOP, PHONE = (1280, "light"), (360, "dark")
LIGHTS: Final[tuple[Light, ...]] = (DESKTOP, PHONE)
"""Both widths and both schemes; the other two pairs are looked at by `-m soak`."""

OTHER_LIGHTS: Final[tuple[Light, ...]] = ((1280, "dark"), (360, "light"))

Faults = list[tuple[str, list[str]]]


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one page is like; `axe`: what it finds in each light."""

    levels: list[int]
    landmarks: dict[str, int]
    language: str | None
    source: str
    words: str
    unmarked: list[str]
    wide: list[str]
    axe: dict[Light, Faults]


@dataclass(kw_only=True)
class Walk:
    """What was seen on each page, by its name; what the browser asked for and complained of meanwhile."""

    sights: dict[str, Sight] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note what the page asks for and what is said on its console."""
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))

    def found_by_axe(self, light: Light) -> list[tuple[str, str, list[str]]]:
        """Page, rule and elements."""
        return [(name, *fault) for name, sight in self.sights.items() for fault in sight.axe[light]]

    def sideways(self) -> list[tuple[str, str]]:
        """Page and width."""
        return [(name, width) for name, sight in self.sights.items() for width in sight.wide]

    def disordered(self) -> list[tuple[str, list[int]]]:
        """Pages whose headings do not begin with the only first one, or leave a level out."""
        return [(name, sight.levels) for name, sight in self.sights.items() if not in_order(sight.levels)]

    def unmarked(self) -> list[tuple[str, str]]:
        """Page and words that are English and not said to be."""
        return [(name, text) for name, sight in self.sights.items() for text in sight.unmarked]

    def against_policy(self) -> list[str]:
        """What the browser did not run or show, since the site's own policy forbids it."""
        return [text for text in self.complaints if "Content Security Policy" in text]


def in_order(levels: list[int]) -> bool:
    """One heading of the first level, the first of all; none skips a level."""
    return levels[:1] == [1] and levels.count(1) == 1 and all(after - before <= 1 for before, after in pairwise(levels))


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page in a context of its own."""
    context = browser.new_context(locale="zh-CN", **options)
    try:
        yield context.new_page()
    finally:
        context.close()


def look(page: Page, *, widths: Sequence[int] = WIDTHS, lights: Sequence[Light] = LIGHTS) -> Sight:
    """At the page as it stands; afterwards everything on it is open, and it stands in the last light."""
    said: dict[str, Any] = {
        "levels": page.evaluate(HEADINGS),
        "landmarks": {landmark: page.get_by_role(landmark).count() for landmark in LANDMARKS},  # type: ignore[arg-type]
        "language": page.locator("html").get_attribute("lang"),
        "source": page.content(),
        "words": page.locator("main").inner_text(),
        "unmarked": page.evaluate(ENGLISH_UNMARKED),
    }
    wide = _too_wide(page, widths)
    page.evaluate(ALL_OPEN)
    wide += [f"{width}, open" for width in _sideways(page, widths[:1])]
    page.evaluate(AXE)
    return Sight(**said, wide=wide, axe={light: found_in(page, light) for light in lights})


def _too_wide(page: Page, widths: Sequence[int]) -> list[str]:
    """The widths at which it scrolls sideways, and text of twice the size."""
    found = [f"{width}" for width in _sideways(page, widths)]
    page.evaluate(LARGE_TEXT)
    found += ["large text"] if page.evaluate(SIDEWAYS) > 0 else []
    page.evaluate(USUAL_TEXT)
    return found


def _sideways(page: Page, widths: Sequence[int]) -> list[int]:
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found += [width] if page.evaluate(SIDEWAYS) > 0 else []
    return found


def found_in(page: Page, light: Light) -> Faults:
    """What axe, which stands on the page already, finds in that light."""
    width, scheme = light
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found = page.evaluate(RUN_AXE, AXE_OPTIONS)
    assert found["passes"], page.url
    return [(rule, nodes) for rule, nodes in found["violations"]]


def found_by_axe(page: Page) -> Faults:
    """What axe finds on the page as it stands."""
    page.evaluate(AXE)
    found = page.evaluate(RUN_AXE, AXE_OPTIONS)
    assert found["passes"], page.url
    return [(rule, nodes) for rule, nodes in found["violations"]]
