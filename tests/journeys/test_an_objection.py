"""An objection, in a real browser: marked at once everywhere, answered in time, appealed once, corrected in the end."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from pytest_django.live_server_helper import LiveServer

from tests.factories import appointed
from tests.filings import MARKET, SUBJECT, penalty, write_csv
from tests.journeys.browsing import Bank, Person, account, aside, seal
from tests.journeys.conftest import on, told
from tests.proceedings.repairs import officer
from xinshu.proceedings.cases.queries import history
from xinshu.register.access.roles import Role
from xinshu.register.publog.queries import stand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ARRIVES, OBJECTS, ANSWERED = date(2026, 10, 12), date(2026, 11, 23), date(2026, 11, 25)
APPEALS, SENT_BACK, CORRECTED = date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 8)
ANSWER_BY, APPEAL_BY, APPEAL_ANSWER_BY, ANSWER_AGAIN_BY = "2026-12-02", "2026-12-09", "2026-12-10", "2026-12-14"
"""Seven working days of the unit, ten for the one appeal, seven of the operator, seven of the unit again."""

ROW = penalty()
NUMBER, NAME = ROW["number"], ROW["name"]
MARK = "该主体对本信息提出异议，正在核实。"
RIGHT = "经查，当事人销售的商品未标注产地，数量为三十件。"


class Watched:
    """What everyone sees of the record: search, list, page, API, and the copy of a bank."""

    def __init__(self, public: Person, bank: Bank, reference: str) -> None:
        self._public, self._bank = public, bank
        self._page = f"/subjects/{SUBJECT}/records/{reference}/"

    def is_marked(self) -> bool:
        """Whether it says that it is objected to; page, API and copy agree."""
        (agreed,) = {MARK in said for said in self._forms()}
        return agreed

    def is_found_marked(self) -> bool:
        """Whether who searches for the body finds it, with the mark beside its record."""
        self._public.opens("/?q=示例商贸")
        self._public.follows(NAME)
        mark = self._public.main.get_by_role("note", name="本信息的标注")
        return mark.count() == 1 and MARK in mark.inner_text()

    def facts(self) -> set[bool]:
        """Whether page, API and copy tell the facts as they are corrected; one answer if they agree."""
        return {RIGHT in said for said in self._forms()}

    def _forms(self) -> tuple[str, ...]:
        self._public.opens(self._page)
        page = self._public.reads()
        self._bank.follows()
        (copied,) = self._bank.records()
        return page, self._public.asks(f"/api/v1{self._page.rstrip('/')}").text(), orjson.dumps(copied).decode()


def objects(company: Person) -> str:
    """From the record to the case; the number of the case."""
    company.opens("/own/")
    company.follows(NUMBER)
    company.follows("提出异议")
    assert "免费" in company.reads()
    company.presses("提交异议", 422)
    assert "请选择异议事项" in company.hears()
    company.chooses("内容有误")
    company.types("事实和理由", "商品数量与决定书不符，请核对。")
    company.presses("提交异议")
    status = company.main.get_by_role("status").inner_text()
    assert "等待机关答复" in status
    assert ANSWER_BY in status
    return company.at().split("/")[-2]


def is_answered(clerk: Person, reviewer: Person, case: str) -> None:
    """The unit has the same last day before it; only its reviewer answers, with reasons and articles."""
    clerk.opens(f"/desk/objections/{case}/")
    assert ANSWER_BY in clerk.main.get_by_role("status").inner_text()
    assert not clerk.may_press("提交答复")
    reviewer.follows("单位提出的异议")
    assert ANSWER_BY in reviewer.region("正在办理").inner_text()
    reviewer.follows(SUBJECT, within=reviewer.region("正在办理"))
    assert "商品数量与决定书不符" in reviewer.reads()
    assert ROW["facts"] in reviewer.region("信息全文").inner_text()
    reviewer.chooses("维持，并说明理由和依据")
    reviewer.types("理由", "已核对，与决定书一致。")
    reviewer.presses("提交答复", 422)
    assert "依据的条文" in reviewer.hears()
    reviewer.types("依据的条文", "行政处罚法第48条")
    reviewer.presses("提交答复")
    assert "机关维持" in reviewer.main.get_by_role("status").inner_text()
    assert not reviewer.may_press("提交答复")


def reads_the_answer(company: Person, case: str) -> None:
    """Reasons, articles, the ways on; the same is not opened again, and the appeal is for the operator."""
    company.opens("/own/notices/")
    company.follows("看办件", within=company.main.get_by_role("article").filter(has_text="异议已答复"))
    assert company.at() == f"/own/objections/{case}/"
    said = company.reads()
    for words in ("已核对，与决定书一致", "行政处罚法第48条", APPEAL_BY, "事实由作出决定的机关和法院认定"):
        assert words in said, words
    ways = company.region("还可以去哪里").inner_text()
    for words in ("行政复议", "行政诉讼"):
        assert words in ways, words
    company.follows("这条信息")
    company.chooses("内容有误")
    company.types("事实和理由", "再说一次。")
    company.presses("提交异议", 422)
    assert "已经答复" in company.hears()
    company.follows("原办件")
    assert company.at() == f"/own/objections/{case}/"


def appeals(company: Person) -> None:
    """Once, on the procedure."""
    company.chooses("办理程序")
    company.types("理由", "没有听取我们的意见。", within=company.region("申请复核"))
    company.presses("提交复核申请")
    status = company.main.get_by_role("status").inner_text()
    assert "等待复核" in status
    assert APPEAL_ANSWER_BY in status
    assert not company.may_press("提交复核申请")


def is_sent_back(operator: Person, case: str) -> None:
    """The operator looks at the procedure alone."""
    operator.follows("单位提出的异议")
    assert APPEAL_ANSWER_BY in operator.region("等待复核").inner_text()
    operator.follows(SUBJECT, within=operator.region("等待复核"))
    operator.chooses("主体匹配错误")
    operator.types("理由", "看似不是该单位。")
    operator.presses("提交答复", 422)
    assert "事实" in operator.hears(), "facts are not the operator's"
    operator.chooses("程序不合规，退回机关重新办理")
    operator.types("理由", "未听取当事人意见。")
    operator.presses("提交答复")
    assert operator.at() == f"/desk/objections/{case}/"
    assert ANSWER_AGAIN_BY in operator.main.get_by_role("status").inner_text()


def is_corrected(reviewer: Person, case: str, file: Callable[[], dict[str, Any]]) -> None:
    """Said only of what a filing has corrected."""
    reviewer.opens(f"/desk/objections/{case}/")
    reviewer.chooses("已重新报送更正")
    reviewer.types("理由", "已按决定书更正数量。")
    reviewer.presses("提交答复", 422)
    assert "尚未更正" in reviewer.hears()
    assert file()["corrected"] == 1
    reviewer.opens(f"/desk/objections/{case}/")
    assert "该信息已更正；请答复" in reviewer.reads()
    reviewer.chooses("已重新报送更正")
    reviewer.types("理由", "已按决定书更正数量。")
    reviewer.presses("提交答复")


def test_marked_at_once_answered_appealed_and_corrected(
    send: Callable[..., dict[str, Any]], newcomer: Callable[[], Person], live_server: LiveServer, tmp_path: Path
) -> None:
    aside(send, write_csv(tmp_path / "one.csv", [ROW]), day=ARRIVES)
    public, company, clerk, reviewer, operator = (newcomer() for _ in range(5))
    with on(OBJECTS, time(9)):
        company.secret = aside(account, SUBJECT)
        aside(seal)
        bank = Bank(live_server.url, tmp_path)
        bank.follows()
        watched = Watched(public, bank, bank.records()[0]["ref"])
        assert not watched.is_marked()
        assert not watched.is_found_marked()
        assert watched.facts() == {False}
    with on(OBJECTS):
        company.signs_in()
        case = objects(company)
        assert watched.is_marked(), "at once, wherever it is shown"
        assert watched.is_found_marked()
        assert MARK in str(aside(told, SUBJECT, OBJECTS))
        assert company.notices()[0] == "异议已收到"
        company.opens("/own/")
        assert MARK.rstrip("。") in company.reads()
    with on(ANSWERED):
        clerk.at_desk(aside(appointed, Role.CLERK, organ=MARKET, from_day=ARRIVES))
        reviewer.at_desk(aside(officer, "复核一", Role.REVIEWER))
        is_answered(clerk, reviewer, case)
        assert not watched.is_marked()
    with on(APPEALS):
        company.signs_in()
        reads_the_answer(company, case)
        appeals(company)
        assert watched.is_marked()
    with on(SENT_BACK):
        operator.at_desk(aside(appointed, Role.OPERATOR, from_day=ARRIVES))
        is_sent_back(operator, case)
        assert watched.is_marked()
    with on(CORRECTED):
        reviewer.at_desk("复核一")
        mended = write_csv(tmp_path / "mended.csv", [ROW | {"facts": RIGHT}])
        is_corrected(reviewer, case, lambda: aside(send, mended, day=CORRECTED))
        assert not watched.is_marked()
        assert watched.facts() == {True}
        company.signs_in()
        company.opens(f"/own/objections/{case}/")
        assert "已更正" in company.main.get_by_role("status").inner_text()
        assert not company.may_press("提交复核申请"), "one appeal, and no second"
        assert bank.checks_the_log() == aside(stand).size
        assert bank.proven_endings() == [], "an objection ends nothing by itself"
        authors = [line.actor for line in aside(history, UUID(case))]
        assert authors == ["test-company", "复核一", "test-company", "test-operator", "复核一"]
