"""From an account to the own space by an electronic licence, in real Chromium and through a real provider; every page looked over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page

from tests import factories
from tests.doors.conftest import Site
from tests.doors.sights import ENGLISH_UNMARKED, SIDEWAYS, found_by_axe, opened
from tests.doors.test_desk_browser import shot
from tests.doors.test_portal_browser import press
from tests.licence_provider import CLAIM, CLIENT, SECRET, Provider, provider
from tests.spaces import FULL_NAME, USERNAME, password_now

pytestmark = pytest.mark.browser


@pytest.fixture
def licences(site: Site, tmp_path: Path) -> Iterator[Provider]:
    """A provider that this site is connected to."""
    (tmp_path / "licence_client_secret").write_text(SECRET, encoding="utf-8")
    with (
        provider(f"{site.url}/own/licence/back/") as found,
        override_settings(
            LICENCE_ISSUER=found.issuer,
            LICENCE_CLIENT_ID=CLIENT,
            LICENCE_CODE_CLAIM=CLAIM,
            SECRETS_FOLDER=tmp_path,
            SITE=site.url,
        ),
    ):
        found.claims = {CLAIM: factories.SUBJECT}
        yield found


IN_NO_LANGUAGE = "document.querySelectorAll('option, #secret').forEach(one => { one.lang = 'en'; })"
"""What an option holds is plain text, and a secret is in no language: neither can be marked."""


class Looker:
    """Looks each page over: nothing sideways, no English unmarked and, where scripts of ours may run, nothing for axe."""

    def __init__(self, page: Page, name: str, *, by_axe: bool) -> None:
        self.page, self.name, self.by_axe = page, name, by_axe
        self.found: list[tuple[str, str, object]] = []

    def look(self, name: str) -> None:
        """At the page as it stands."""
        shot(self.page, f"licence-{self.name}-{name}")
        if self.page.evaluate(SIDEWAYS):
            self.found.append((name, "sideways", ""))
        self.page.evaluate(IN_NO_LANGUAGE)
        if unmarked := self.page.evaluate(ENGLISH_UNMARKED):
            self.found.append((name, "english", unmarked))
        if self.by_axe:
            self.found += [(name, *fault) for fault in found_by_axe(self.page)]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")], ids=["desktop", "phone"])
def test_from_an_account_to_the_own_space_by_a_licence(
    site: Site, licences: Provider, browser: Browser, width: int, scheme: str
) -> None:
    """On the phone under the site's own Content-Security-Policy; on the desktop axe stands in its place."""
    by_axe = scheme == "light"
    size = {"width": width, "height": 900}
    with opened(browser, viewport=size, color_scheme=scheme, bypass_csp=by_axe) as page:
        looker = Looker(page, str(width), by_axe=by_axe)
        code = _account(page, site, looker)
        _proves(page, looker)
        page.goto(f"{site.url}/own/visits/")
        looker.look("visits")
        page.goto(f"{site.url}/own/choose/")
        looker.look("choose")
        press(page, "form.out button")
        _signs_in(page, licences, looker, code)
    assert looker.found == [], looker.found


def _account(page: Page, site: Site, looker: Looker) -> str:
    """Opens an account and sets the second factor up; one recovery code."""
    page.goto(f"{site.url}/own/register/")
    looker.look("register")
    page.fill("#username", "A")
    page.fill("#full_name", FULL_NAME)
    page.fill("#password", factories.PASSWORD)
    press(page, "form.sign-in button")
    looker.look("register, refused")
    page.fill("#username", USERNAME)
    page.fill("#password", factories.PASSWORD)
    press(page, "form.sign-in button")
    looker.look("new factor")
    page.fill("#said", "000000")
    press(page, "form.sign-in button")
    looker.look("new factor, refused")
    page.fill("#said", password_now(page.locator("#secret").inner_text().replace(" ", "")))
    press(page, "form.sign-in button")
    looker.look("recovery codes")
    code = page.locator("li.code").first.inner_text()
    page.goto(f"{site.url}/own/")
    return code


def _proves(page: Page, looker: Looker) -> None:
    assert page.url.endswith("/own/prove/")
    looker.look("prove")
    press(page, "a[href='/own/licence/']")
    looker.look("licence")
    press(page, "form.ask button")
    looker.look("licence, away")
    press(page, "a.go")
    page.wait_for_url("**/own/")
    assert factories.SUBJECT in page.content()
    looker.look("home")


def _signs_in(page: Page, licences: Provider, looker: Looker, code: str) -> None:
    """Refuses at the provider first, then agrees; the second factor by a recovery code."""
    assert page.url.endswith("/own/sign-in/")
    looker.look("sign in")
    page.fill("#username", USERNAME)
    page.fill("#password", "wrong wrong wrong")
    press(page, "form.sign-in button")
    looker.look("sign in, refused")
    assert page.locator("form.out").count() == 0, "nobody is signed in"
    licences.declines = "access_denied"
    press(page, "form[action='/own/licence/sign-in/'] button")
    press(page, "a.go")
    looker.look("licence, declined")
    licences.declines = ""
    press(page, "form[action='/own/licence/sign-in/'] button")
    press(page, "a.go")
    page.wait_for_url("**/own/factor/")
    looker.look("factor")
    page.fill("#said", "000000")
    press(page, "form.sign-in button")
    looker.look("factor, refused")
    page.fill("#said", code)
    press(page, "form.sign-in button")
    page.wait_for_url("**/own/")
    press(page, "a[href='/own/mandates/']")
    assert "电子营业执照" in page.locator("article.record").inner_text()
