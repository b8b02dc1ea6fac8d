"""`make docs`: takes the screenshots of docs/screenshots from a running portal (`make run` in another terminal)."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SITE = "http://127.0.0.1:8000"
FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def main(site: str) -> None:
    """Home, the first subject that a search for 示范 finds, its first record, and the catalogue."""
    browser_path = next(path for path in CHROMIUM if Path(path).exists())
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(site)
        page.screenshot(path=FOLDER / "home.png")
        page.goto(f"{site}/?q=示范")
        page.locator("main li:has-text('行政处罚') a[href^='/subjects/']").first.click()
        page.goto(f"{page.url}?kind=ADMIN_PENALTY")
        page.screenshot(path=FOLDER / "subject.png")
        page.locator("article a[href*='/records/']").first.click()
        page.screenshot(path=FOLDER / "record.png")
        page.goto(f"{site}/catalogue/")
        page.screenshot(path=FOLDER / "catalogue.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else SITE)
