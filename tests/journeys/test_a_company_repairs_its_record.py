"""A company repairs its record, in a real browser: signed in, asked, lodged, granted; then it is gone for good."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.factories import PASSWORD, appointed
from tests.filings import MARKET, SUBJECT, penalty, write_csv
from tests.journeys.browsing import (
    PDF,
    PROOF,
    Bank,
    Person,
    account,
    aside,
    attaches,
    begins_a_repair,
    fills_the_form,
    lodges,
    not_the_code,
    seal,
)
from tests.journeys.conftest import on, told
from tests.proceedings.repairs import officer
from tests.spaces import USERNAME, password_now
from xinshu.register.access.roles import Role
from xinshu.register.publog.queries import stand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Send = Callable[..., dict[str, Any]]
Newcomer = Callable[[], Person]
ARRIVES, EVE, OPENS, GRANTED = date(2026, 5, 6), date(2026, 7, 30), date(2026, 7, 31), date(2026, 8, 4)
NAME = "云汀示例商贸有限公司"
ROW = penalty(decided_on="2026-04-30")
NUMBER = ROW["number"]
SERIOUS = penalty(
    number="示市监罚〔2026〕0002号",
    decided_on="2026-03-31",
    penalties="吊销许可证件",
    content="吊销许可证件",
    confiscated="",
    licence="示例许可证 示字0001号",
    severity="严重",
)
"""Decided on the last day of Order 58, whose shortest term is kinder than that of today."""

BOTH_DAYS = ("2026-08-05", "2026-08-14")
"""The unit says by the first whether it accepts, and by the second what the result is."""


def found(public: Person) -> str:
    """Someone who is looking for the company finds its record; the record's reference."""
    public.opens("/?q=示例商贸")
    public.follows(NAME)
    public.follows(NUMBER)
    assert "为什么公示" in public.reads()
    return public.at().split("/")[-2]


def opens_an_account(company: Person, clerk: Person) -> None:
    """An account, its second factor, and a mandate at a counter."""
    company.opens("/own/register/")
    company.types("用户名", USERNAME)
    company.types("称呼", "示例乙")
    company.main.get_by_label("密码").fill(PASSWORD)
    company.presses("注册")
    company.secret = company.page.locator("#secret").inner_text().replace(" ", "")
    company.types("六位数字", not_the_code(company.secret))
    company.presses("确认", 422)
    assert "验证码不对" in company.hears()
    company.types("六位数字", password_now(company.secret))
    company.presses("确认")
    company.follows("已保存，继续")
    assert company.at() == "/own/prove/", "an account alone opens nothing"
    assert NUMBER not in company.reads()
    clerk.at_desk(aside(appointed, Role.CLERK, organ=MARKET, from_day=ARRIVES))
    clerk.follows("在窗口开通单位授权")
    clerk.types("当事人的用户名", USERNAME)
    clerk.types("统一社会信用代码", SUBJECT)
    clerk.types("核对的材料", "营业执照正本、授权书")
    clerk.presses("开通")
    assert "立即有效" in clerk.reads()


def is_told_the_first_day(company: Person) -> None:
    """On the eve: which condition is open, by which article, and from which day; nothing can be lodged."""
    company.opens("/own/")
    assert "公示中" in company.reads()
    company.follows(NUMBER)
    company.follows("申请修复")
    assert OPENS.isoformat() in company.main.get_by_role("status").inner_text()
    said = company.reads()
    assert "不符合" in said
    assert "第12条" in said
    assert not company.may_press("提交申请")


def comes_back(company: Person) -> None:
    """The visit of the eve has ended by itself; a wrong password and a wrong code are refused, and say so."""
    company.opens("/own/")
    assert company.at() == "/own/sign-in/"
    company.says(USERNAME, "not-this-one-at-all", 422)
    assert "用户名或密码不对" in company.hears()
    company.says(USERNAME, PASSWORD)
    company.types("验证码", not_the_code(company.secret))
    company.presses("验证", 422)
    assert "验证码不对" in company.hears()
    company.types("验证码", password_now(company.secret))
    company.presses("验证")
    assert company.at() == "/own/"


def lodged(company: Person) -> str:
    """With a document, whole, on the first lawful day; the number of the case."""
    begins_a_repair(company, NUMBER)
    assert "免费" in company.reads()
    attaches(company)
    company.presses("提交申请", 422)
    assert company.hears(), "nothing was promised or said yet"
    fills_the_form(company)
    company.presses("提交申请")
    said = company.reads()
    for day in BOTH_DAYS:
        assert day in said, day
    return company.at().split("/")[-2]


def decided(unit: Person, case: str) -> None:
    """The officer of the unit sees both days and the document, accepts, and grants."""
    unit.follows("信用修复 Repair")
    said = unit.reads()
    for day in BOTH_DAYS:
        assert day in said, day
    unit.follows(SUBJECT)
    assert unit.at() == f"/desk/repairs/{case}/"
    with unit.page.expect_download() as taken:
        unit.main.get_by_role("link", name=PROOF).click()
    assert taken.value.path().read_bytes() == PDF
    unit.presses("受理")
    unit.presses("准予修复")
    assert not unit.may_press("准予修复")


def is_told(company: Person, case: str) -> None:
    """The company's own page says how it ended; the inbox leads to the case with every step."""
    company.signs_in()
    company.follows(NUMBER)
    assert "已修复，停止公示" in company.reads()
    told_of = company.notices()
    for title in ("修复申请已提交", "修复申请已受理", "准予修复", "新增授权人员"):
        assert told_of.count(title) == 1, title
    company.follows("看办件", within=company.main.get_by_role("article").filter(has_text="准予修复"))
    assert company.at() == f"/own/repairs/{case}/"
    steps = company.region("经过").inner_text()
    for step in ("提交申请", "受理", "准予修复"):
        assert step in steps, step


def nobody_is_told(public: Person, shown: str) -> None:
    """Page, API, search and command line have nothing of it."""
    public.opens(shown, 404)
    assert public.asks(f"/api/v1{shown.rstrip('/')}").status == 404
    assert public.asks(f"/api/v1/subjects/{SUBJECT}").json()["bodies"] == []
    assert aside(told, SUBJECT, GRANTED)["bodies"] == []
    public.opens(f"/subjects/{SUBJECT}/")
    assert NUMBER not in public.page.content()
    public.opens("/?q=示例商贸")
    assert public.main.get_by_role("link", name=NAME).count() == 0
    assert "没有找到" in public.reads()


def test_repaired_it_is_gone_everywhere_and_does_not_come_back(
    send: Send, newcomer: Newcomer, live_server: LiveServer, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "one.csv", [ROW])
    assert aside(send, file, day=ARRIVES)["accepted"] == 1
    public, company, unit = newcomer(), newcomer(), newcomer()
    with on(EVE):
        aside(seal)
        bank = Bank(live_server.url, tmp_path)
        bank.follows()
        assert bank.numbers() == [NUMBER]
        assert bank.has_a_trace_of(NUMBER)
        shown = f"/subjects/{SUBJECT}/records/{found(public)}/"
        opens_an_account(company, newcomer())
        is_told_the_first_day(company)
    with on(OPENS, time(10)):
        comes_back(company)
        case = lodged(company)
        public.opens(shown)
        assert NUMBER in public.reads(), "an application alone ends nothing"
        before = aside(stand).size
    with on(GRANTED):
        unit.at_desk(aside(officer, "复核一", Role.REVIEWER))
        decided(unit, case)
        nobody_is_told(public, shown)
        is_told(company, case)

        bank.follows()
        assert bank.numbers() == []
        assert bank.proven_endings() == ["REPAIRED"]
        assert not bank.has_a_trace_of(NUMBER)
        assert bank.checks_the_log() == aside(stand).size
        end = public.asks(f"/api/v1/changes?after={before}").json()["changes"][-1]
        assert (end["event"], end["content"], "reason" in end) == ("ENDED", None, False)
        subscribed = f"/api/v1/subscription/changes?after={before}"
        end = public.asks(subscribed, Authorization=f"Bearer {bank.token}").json()["changes"][-1]
        assert (end["event"], end["content"], end["reason"]["code"]) == ("ENDED", None, "REPAIRED")

        assert aside(send, file, day=GRANTED)["accepted"] == 0
        again = write_csv(tmp_path / "again.csv", [ROW | {"content": f"{ROW['content']}（重报）"}])
        aside(send, again, day=GRANTED)
        public.opens(shown, 404)
        assert public.asks(f"/api/v1/subjects/{SUBJECT}").json()["bodies"] == []
        bank.follows()
        assert bank.numbers() == []


def test_a_serious_one_takes_a_second_person(
    send: Send, newcomer: Newcomer, live_server: LiveServer, tmp_path: Path
) -> None:
    receipt = aside(send, write_csv(tmp_path / "one.csv", [SERIOUS]), day=ARRIVES)
    assert receipt["accepted"] == 1, receipt
    company, first, second = newcomer(), newcomer(), newcomer()
    with on(OPENS, time(9)):
        company.secret = aside(account, SUBJECT)
        aside(seal)
        bank = Bank(live_server.url, tmp_path)
        bank.follows()
        assert bank.numbers() == [SERIOUS["number"]]
    with on(OPENS, time(10)):
        company.signs_in()
        case = lodges(company, SERIOUS["number"])
        first.at_desk(aside(officer, "复核一", Role.REVIEWER))
        first.follows("信用修复 Repair")
        assert "严重" in first.reads()
        first.opens(f"/desk/repairs/{case}/")
        first.presses("受理")
        assert not first.may_press("准予修复"), "one alone is not offered it"
        first.forges("提出准予", "grant")
        assert "须两人办理" in first.hears()
        first.presses("提出准予")
        first.presses("确认（第二人）", 422)
        assert "另一位复核人员" in first.hears()
        bank.follows()
        assert bank.numbers() == [SERIOUS["number"]], "proposed is not granted"
        company.opens(f"/own/repairs/{case}/")
        assert "等待第二人确认" in company.reads()
        second.at_desk(aside(officer, "复核二", Role.REVIEWER))
        second.opens(f"/desk/repairs/{case}/")
        second.presses("确认（第二人）")
        assert "第二人确认，准予修复" in second.reads()
        bank.follows()
        assert bank.numbers() == []
        assert bank.proven_endings() == ["REPAIRED"]
        company.opens(f"/own/repairs/{case}/")
        assert "第二人确认，准予修复" in company.reads()
