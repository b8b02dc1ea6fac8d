"""People in a real browser, each with cookies of their own: they read a page by role and name, and press what is there."""

import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import orjson
from click.testing import CliRunner
from django.db import connections
from django.test import Client
from playwright.sync_api import APIResponse, Locator, Page, Response

from tests.factories import PASSWORD, registered_recipient
from tests.spaces import USERNAME, enrolled, mandate, password_now
from xinshu.doors.cli.follow import follow
from xinshu.doors.cli.log import log
from xinshu.kit.clock import now
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day

Given = ParamSpec("Given")
Told = TypeVar("Told")

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
PROOF = "缴款凭证.pdf"
COPY_DAYS = 200


def aside(act: Callable[Given, Told], *given: Given.args, **named: Given.kwargs) -> Told:
    """What an act of the house gives; in a thread, since Django refuses queries beside the browser's own loop."""

    def done() -> Told:
        try:
            return act(*given, **named)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(done).result()


def seal() -> None:
    """What was filed is numbered in the public log, and the log is signed: the worker's task of every few seconds."""
    moment = now()
    turn_the_day(moment=moment)
    number_filings(moment=moment)
    integrate(moment=moment)


def account(code: str, username: str = USERNAME) -> str:
    """Someone has an account with a second factor and a mandate for that code; the secret in their authenticator."""
    secret, _ = enrolled(Client(), username)
    mandate(username, code)
    return secret


def not_the_code(secret: str) -> str:
    """Six digits that the authenticator does not show."""
    return f"{(int(password_now(secret)) + 500_000) % 1_000_000:06d}"


class Person:
    """Someone at a browser. What they name is the accessible name, or its Chinese part.

    `secret`: what the authenticator of somebody of an organisation holds; `account` makes one.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.secret = ""

    @property
    def main(self) -> Locator:
        """What the page is about."""
        return self.page.get_by_role("main")

    def region(self, name: str) -> Locator:
        """A part of it with a heading."""
        return self.main.get_by_role("region", name=name)

    def at(self) -> str:
        """The address without host and query."""
        return urlsplit(self.page.url).path

    def opens(self, address: str, status: int = 200) -> None:
        answer = self.page.goto(address, wait_until="load")
        assert answer is not None
        assert answer.status == status, (address, answer.status)

    def reads(self) -> str:
        return self.main.inner_text()

    def hears(self) -> str:
        """What the page says at once and aloud: that something did not go."""
        return self.main.get_by_role("alert").inner_text()

    def types(self, field: str, text: str, *, within: Locator | None = None) -> None:
        (within or self.main).get_by_role("textbox", name=field).fill(text)

    def ticks(self, name: str) -> None:
        self.main.get_by_role("checkbox", name=name).check()

    def chooses(self, name: str) -> None:
        self.main.get_by_role("radio", name=name).check()

    def button(self, name: str, within: Locator | None = None) -> Locator:
        """By its whole Chinese name; the English stands behind it."""
        return (within or self.main).get_by_role("button", name=re.compile(rf"^{re.escape(name)}( |$)"))

    def may_press(self, name: str) -> bool:
        return self.button(name).count() > 0

    def presses(self, name: str, status: int = 200, *, within: Locator | None = None) -> None:
        """Press a button, and see the page that comes."""
        answer = self._led_by(self.button(name, within))
        assert answer.status == status, (name, answer.status)

    def forges(self, name: str, step: str) -> None:
        """Press a button that was made to ask for another step than the page offers; the page refuses it."""
        button = self.button(name)
        button.evaluate("(one, step) => { one.value = step }", step)
        assert self._led_by(button).status == 422

    def follows(self, name: str, *, within: Locator | None = None) -> None:
        """Go where a link leads."""
        answer = self._led_by((within or self.main).get_by_role("link", name=name))
        assert answer.status == 200, (name, answer.status)

    def asks(self, address: str, **headers: str) -> APIResponse:
        """As a machine does, from the same place."""
        return self.page.request.get(address, headers=headers)

    def notices(self) -> list[str]:
        """The titles in the organisation's inbox, in Chinese, the newest first."""
        self.opens("/own/notices/")
        titles = self.main.get_by_role("article").get_by_role("heading").all_inner_texts()
        return [title.split()[0] for title in titles]

    def signs_in(self, username: str = USERNAME) -> None:
        """Password, then what the authenticator shows; a visit of before is over by now."""
        self.opens("/own/")
        assert self.at() == "/own/sign-in/"
        self.says(username, PASSWORD)
        assert self.at() == "/own/factor/"
        self.types("验证码", password_now(self.secret))
        self.presses("验证")

    def says(self, username: str, password: str, status: int = 200) -> None:
        """Name and password, on either page that asks for them."""
        self.types("用户名", username)
        self.main.get_by_label("密码").fill(password)
        self.presses("登录", status)

    def at_desk(self, username: str) -> None:
        """A member of staff signs in."""
        self.opens("/desk/sign-in/")
        self.says(username, PASSWORD)
        assert self.at() == "/desk/"

    def _led_by(self, what: Locator) -> Response:
        with self.page.expect_navigation(wait_until="load") as led:
            what.click()
        return led.value


def attaches(company: Person) -> None:
    """A document goes to the draft."""
    given: Any = {"name": PROOF, "mimeType": "application/pdf", "buffer": PDF}
    company.main.get_by_label("附上一份材料").set_input_files(given)
    company.presses("附上")
    assert company.main.get_by_role("link", name=PROOF).count() == 1


def fills_the_form(company: Person) -> None:
    """What an application needs."""
    company.ticks("违法行为已经改正")
    company.types("说明怎样改正和履行", "罚没款已缴清")
    company.ticks("作出以上承诺")
    company.types("签署人姓名全称", "示例乙")


def begins_a_repair(company: Person, number: str) -> None:
    """From the list of everything about the organisation to the draft."""
    company.opens("/own/")
    company.follows(number)
    company.follows("申请修复")
    company.presses("填写申请")


def lodges(company: Person, number: str) -> str:
    """A whole application is lodged; the number of its case."""
    begins_a_repair(company, number)
    fills_the_form(company)
    company.presses("提交申请")
    return company.at().split("/")[-2]


class Bank:
    """A bank that keeps a copy by `xinshu follow`, with the key that it had from elsewhere and the token of a recipient."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder / "bank"
        self._folder.mkdir()
        self._key = str(aside(tiles.key))
        self.token = aside(registered_recipient, on_day=now().day, days=COPY_DAYS)
        (self._folder / "token").write_text(self.token, encoding="ascii")

    def follows(self) -> None:
        """The copy is brought in step with the site of now, entry by entry, each proven against the signed log."""
        aside(seal)
        bank = [self._url, "--key", self._key, "--to", str(self._folder / "copy"), "--once"]
        done = CliRunner().invoke(follow, [*bank, "--token-file", str(self._folder / "token")], catch_exceptions=False)
        assert done.exit_code == 0, done.output

    def records(self) -> list[dict[str, Any]]:
        """What the copy shows."""
        return [
            orjson.loads(content)["record"] for (content,) in self._rows("SELECT content FROM shown ORDER BY number")
        ]

    def numbers(self) -> list[str]:
        """By the numbers of the documents."""
        return [one["document_number"] for one in self.records()]

    def proven_endings(self) -> list[str]:
        """Why what it had has ended, as far as the ending is an entry under the signed checkpoint, the oldest first."""
        told = self._rows("SELECT reason FROM ended, state WHERE number < state.size ORDER BY number")
        return [reason for (reason,) in told]

    def has_a_trace_of(self, words: str) -> bool:
        """Whether the bytes of its files hold these words yet."""
        files = (self._folder / "copy").rglob("*")
        return any(words.encode() in file.read_bytes() for file in files if file.is_file())

    def checks_the_log(self) -> int:
        """Every entry, tile and signature, as a stranger would; the entries that the log has. It goes on from before."""
        kept = str(self._folder / "seen")
        checked = ["verify", f"{self._url}/log/", "--key", self._key, "--keep", kept]
        done = CliRunner().invoke(log, checked, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        found = re.search(r"Sound: (\d+)", done.output)
        assert found is not None
        return int(found[1])

    def _rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self._folder / "copy" / "copy.sqlite")) as copy:
            return copy.execute(sql).fetchall()
