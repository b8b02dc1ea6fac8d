"""A listing from its proposal to the public page and a bank's copy, step by step, in real browsers; and off the list."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.factories import SUBJECT, body
from tests.journeys.browsing import Bank, Person, account, aside, seal
from tests.journeys.conftest import on
from tests.papers import text_of
from tests.proceedings.listings import CLERK, FORM, HEAD, PDF, REVIEWER, SECOND, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEFORE, PROPOSED, NOTICED, LAST_DAY, DECIDED, LISTED, EARLY = (
    date(2026, 5, 29),
    date(2026, 6, 1),
    date(2026, 6, 2),
    date(2026, 6, 9),
    date(2026, 6, 15),
    date(2026, 6, 16),
    date(2026, 11, 30),
)
NAME, ADDRESS = "市场监督管理严重违法失信名单", f"/subjects/{SUBJECT}/"
NOTICE, DECISION, REMOVAL = "示市监列告〔2026〕1号", "示市监列〔2026〕1号", "示市监移〔2026〕1号"


def shot(person: Person, name: str) -> None:
    """What the page looks like, on a desk and in a hand."""
    folder = os.environ.get("XINSHU_SHOTS")
    if folder:
        for width in (1280, 390):
            person.page.set_viewport_size({"width": width, "height": 900})
            person.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def at_desk(newcomer: Callable[[], Person], name: str) -> Person:
    """A member of staff, signed in."""
    person = newcomer()
    person.at_desk(name)
    return person


def serves(clerk: Person, place: str, day: date) -> None:
    """The clerk notes that a document was served, with the proof."""
    clerk.opens(place)
    clerk.chooses("直接送达")
    clerk.main.get_by_label("送达日期").fill(day.isoformat())
    content = PDF.replace(b"<< >>", f"<< /{uuid4().hex} >>".encode())
    given: Any = {"name": "送达回证.pdf", "mimeType": "application/pdf", "buffer": content}
    clerk.main.get_by_label("送达证明").set_input_files(given)
    clerk.presses("登记送达")


def paper(person: Person, name: str) -> str:
    """What a paper of the case says, without blanks."""
    link = person.region("文书").get_by_role("link", name=name)
    answer = person.page.request.get(link.get_attribute("href") or "")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    folder = os.environ.get("XINSHU_SHOTS")
    if folder:
        (Path(folder) / f"{name}.pdf").write_bytes(answer.body())
    return text_of(answer.body())


def proposes(clerk: Person) -> str:
    """The clerk proposes it; a form with faults comes back with what was entered. The address of the case."""
    clerk.opens("/desk/")
    clerk.follows("严重失信主体名单")
    clerk.follows("提出列入")
    clerk.follows(NAME)
    clerk.types("主体的统一社会信用代码", "11010519491231002X")
    clerk.types("失信事实", FORM["facts"])
    clerk.presses("提出", 422)
    assert "公民身份号码" in clerk.reads()
    assert clerk.main.get_by_role("textbox", name="失信事实").input_value().strip() == FORM["facts"]
    shot(clerk, "proposal-refused")
    clerk.types("主体的统一社会信用代码", SUBJECT)
    clerk.chooses("食品安全领域的违法行为")
    clerk.types("处理处罚情况", FORM["penalty"])
    clerk.types("列入的理由", FORM["reasons"])
    clerk.ticks("已核对")
    clerk.presses("提出")
    assert "已提出，尚未告知" in clerk.reads()
    return clerk.at()


def test_a_listing_with_due_process(newcomer: Callable[[], Person], live_server: LiveServer, tmp_path: Path) -> None:
    company = newcomer()
    with on(BEFORE):
        aside(body, SUBJECT)
        aside(staff)
        company.secret = aside(account, SUBJECT)
    with on(PROPOSED):
        clerk = at_desk(newcomer, CLERK)
        place = proposes(clerk)
        company.signs_in()
        company.opens("/own/lists/")
        assert "没有行政机关告知" in company.reads()
    with on(NOTICED):
        reviewer = at_desk(newcomer, REVIEWER)
        reviewer.opens(place)
        reviewer.types("告知书文号", NOTICE)
        reviewer.presses("作出告知")
        clerk = at_desk(newcomer, CLERK)
        serves(clerk, place, NOTICED)
        _is_heard(company, clerk, place)
    _too_early(newcomer, place)
    with on(DECIDED):
        _decides(newcomer, place)
        assert NAME not in _public(newcomer)
    with on(LISTED):
        clerk = at_desk(newcomer, CLERK)
        serves(clerk, place, LISTED)
        clerk.opens(place)
        shot(clerk, "before-the-entry")
        clerk.presses("列入")
        _is_public(newcomer, clerk)
        aside(seal)
        bank = Bank(live_server.url, tmp_path)
        bank.follows()
        assert bank.numbers() == [DECISION]
    _leaves(newcomer, place, bank)


def _is_heard(company: Person, clerk: Person, place: str) -> None:
    """The body reads the notice, sees its last day, and is heard; the clerk answers."""
    company.signs_in()
    assert company.notices()[:2] == ["陈述、申辩期限已经开始", "拟列入严重失信主体名单"]
    company.opens("/own/lists/")
    assert LAST_DAY.isoformat() in company.reads()
    company.follows(NAME)
    shot(company, "own-listing")
    said = paper(company, "列入严重失信主体名单告知书")
    for part in (NOTICE, SUBJECT, "列入后适用的措施", "怎样移出", "不会因此加重处理", "验证码"):
        assert part in said, part
    company.types("您的陈述、申辩", "已召回全部产品并赔偿消费者。")
    company.presses("提交陈述、申辩")
    clerk.opens(place)
    assert "还没有答复" in clerk.reads()
    shot(clerk, "defence-waits")
    clerk.types("核实情况和是否采纳的理由", "召回属实，予以采纳，期限减为18个月。")
    clerk.presses("答复")


def _too_early(newcomer: Callable[[], Person], place: str) -> None:
    """On the last day of the defence nothing goes on, and the page says from when it does."""
    with on(LAST_DAY):
        second = at_desk(newcomer, SECOND)
        second.opens(place)
        second.types("由谁批准", "上一级机关同意")
        second.presses("登记批准", 422)
        assert "期限尚未届满" in second.reads()
        assert "2026-06-10" in second.reads()
        shot(second, "too-early")


def _decides(newcomer: Callable[[], Person], place: str) -> None:
    """Another reviewer notes the approval; the head signs, for no longer than was told."""
    second = at_desk(newcomer, SECOND)
    second.opens(place)
    second.types("由谁批准", "上一级机关同意，示市监批〔2026〕1号")
    second.presses("登记批准")
    assert not second.may_press("签署决定")
    head = at_desk(newcomer, HEAD)
    head.opens(place)
    head.types("决定书文号", DECISION)
    head.types("列入期限（月）", "37")
    head.presses("签署决定", 422)
    assert "不得重于告知" in head.hears()
    head.types("决定书文号", DECISION)
    head.types("列入期限（月）", "18")
    head.presses("签署决定")
    said = paper(head, "列入严重失信主体名单决定书")
    for part in (DECISION, "18个月", "召回属实", "行政复议", "机关负责人签署"):
        assert part in said, part


def _public(newcomer: Callable[[], Person]) -> str:
    stranger = newcomer()
    stranger.opens(ADDRESS)
    return stranger.reads()


def _is_public(newcomer: Callable[[], Person], clerk: Person) -> None:
    """The public page shows it, with its basis; a stranger checks the paper by its code."""
    stranger = newcomer()
    stranger.opens(ADDRESS)
    shot(stranger, "public-subject")
    assert DECISION in stranger.reads()
    stranger.follows(DECISION)
    assert "食品安全" in stranger.reads()
    shot(stranger, "public-record")
    code = clerk.region("文书").locator(".code").last.inner_text()
    stranger.opens(f"/papers/{clerk.at().split('/')[-2]}/{code}/")
    assert DECISION in stranger.reads()
    assert SUBJECT not in stranger.reads()
    shot(stranger, "paper-checked")


def _leaves(newcomer: Callable[[], Person], place: str, bank: Bank) -> None:
    """Nobody leaves it by repair before the day; the penalty revoked, the head signs, and it is gone everywhere."""
    with on(EARLY):
        clerk = at_desk(newcomer, CLERK)
        _removal(clerk, place, "信用修复", 422)
        assert "2027-06-16" in clerk.hears()
        _removal(clerk, place, "列入依据被撤销", 200)
        head = at_desk(newcomer, HEAD)
        head.opens(place)
        shot(head, "removal")
        head.presses("签署，移出名单")
        assert "已移出名单" in head.reads()
        assert REMOVAL in paper(head, "移出严重失信主体名单决定书")
        assert DECISION not in _public(newcomer)
        bank.follows()
        assert bank.numbers() == []


def _removal(clerk: Person, place: str, way: str, status: int) -> None:
    """The clerk proposes that the list is left in that way."""
    clerk.opens(place)
    clerk.chooses(way)
    form = clerk.region("提出移出")
    clerk.types("移出决定书文号", REMOVAL, within=form)
    clerk.types("理由", "作出列入所依据的处罚决定已经撤销。", within=form)
    clerk.presses("提出移出", status)
