"""This is not us, in a real browser: hidden at once, answered by a person, held against later files, and undone once."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.factories import body
from tests.filings import MARKET, OTHER_SUBJECT, SUBJECT, penalty, write_csv
from tests.journeys.browsing import Bank, Person, account, aside, seal
from tests.journeys.conftest import on, told
from tests.proceedings.repairs import officer
from xinshu.proceedings.cases.queries import history
from xinshu.register.access.roles import Role
from xinshu.register.publog.queries import stand
from xinshu.register.subjects.decisions import decision_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ARRIVES, SAYS, ANSWERED, UNDONE = date(2026, 10, 12), date(2026, 11, 23), date(2026, 11, 27), date(2026, 12, 8)
ANSWER_BY = "2026-12-02"
NAME = "云汀示例商贸有限公司"
ROW = penalty()
NUMBER = ROW["number"]
OF_ANOTHER = penalty(code=OTHER_SUBJECT, name="云汀示例贸易有限公司", number="示市监罚〔2026〕0002号")


def says_it_is_not_theirs(company: Person) -> str:
    """Nothing is done without a word of why; the number of the case."""
    company.opens("/own/")
    company.follows(NUMBER)
    company.follows("提出异议")
    company.presses("提交", 422, within=company.region("这不是我们单位"))
    assert "请写明理由" in company.hears()
    company.types("说明", "我单位从未经营此类商品。", within=company.region("这不是我们单位"))
    company.presses("提交", within=company.region("这不是我们单位"))
    status = company.main.get_by_role("status").inner_text()
    assert "核对期间不显示" in status
    assert ANSWER_BY in status
    return company.at().split("/")[-2]


def is_shown_to_nobody(public: Person, bank: Bank, shown: str) -> None:
    """Page, API, search, suggestions and copy."""
    public.opens(shown, 404)
    assert public.asks(f"/api/v1{shown.rstrip('/')}").status == 404
    assert public.asks(f"/api/v1/subjects/{SUBJECT}").json()["bodies"] == []
    public.opens(f"/?q={NAME}")
    assert public.main.get_by_role("link", name=NAME).count() == 0
    assert public.asks("/suggest/?q=云汀示例商贸").json() == {"suggestions": []}
    bank.follows()
    assert bank.numbers() == [OF_ANOTHER["number"]], "the other's stands as it stood"
    assert not bank.has_a_trace_of(NUMBER)


def is_looked_into(unit: Person, case: str) -> None:
    """The unit has the same last day, and the whole record beside what was said."""
    unit.follows("单位提出的异议")
    assert ANSWER_BY in unit.region("正在办理").inner_text()
    unit.follows(SUBJECT, within=unit.region("正在办理"))
    assert unit.at() == f"/desk/objections/{case}/"
    assert "从未经营此类商品" in unit.reads()
    unit.presses("提交答复", 422)
    assert "请选择答复" in unit.hears()
    unit.chooses("不属于该单位，这里终止")
    unit.types("理由", "决定书上的代码是另一家单位的。")
    unit.presses("提交答复")
    assert "不属于本单位，已终止" in unit.main.get_by_role("status").inner_text()


def undoes_it_once(unit: Person, case: str) -> None:
    """Another reviewer of the unit; and there is nothing to undo a second time."""
    unit.opens(f"/desk/objections/{case}/")
    unit.chooses("撤销这一核对结果")
    unit.types("理由", "复查档案，核对有误。")
    unit.presses("提交答复")
    assert "核对结果已撤销" in unit.main.get_by_role("status").inner_text()
    assert not unit.may_press("提交答复")


def test_hidden_at_once_and_the_answer_holds_until_it_is_undone(
    send: Callable[..., dict[str, Any]], newcomer: Callable[[], Person], live_server: LiveServer, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "two.csv", [ROW, OF_ANOTHER])
    assert aside(send, file, day=ARRIVES)["accepted"] == 2
    public, company, first, second = (newcomer() for _ in range(4))
    with on(SAYS, time(9)):
        company.secret = aside(account, SUBJECT)
        aside(seal)
        bank = Bank(live_server.url, tmp_path)
        bank.follows()
        assert sorted(bank.numbers()) == [NUMBER, OF_ANOTHER["number"]]
        public.opens(f"/?q={NAME}")
        public.follows(NAME)
        public.follows(NUMBER)
        shown = public.at()
    with on(SAYS):
        company.signs_in()
        case = says_it_is_not_theirs(company)
        is_shown_to_nobody(public, bank, shown)
        assert aside(told, SUBJECT, SAYS)["bodies"] == []
        assert bank.proven_endings() == ["HIDDEN"]
        company.opens("/own/")
        assert "正在核实是否属于贵单位" in company.reads(), "its own space still tells of it"
    with on(ANSWERED):
        first.at_desk(aside(officer, "复核一", Role.REVIEWER))
        is_looked_into(first, case)
        is_shown_to_nobody(public, bank, shown)
        company.signs_in()
        assert company.notices()[0].startswith("“不是我们的”已答复")
        company.follows("看办件", within=company.main.get_by_role("article").filter(has_text="“不是我们的”已答复"))
        assert "决定书上的代码是另一家单位的" in company.reads()
        held = aside(decision_on, subject=aside(body, SUBJECT), organ=MARKET, document_number=NUMBER)
        assert held is not None
        assert (held.same, held.organ, held.actor, held.on_day) == (False, MARKET, "复核一", ANSWERED)

        for again in (ROW, ROW | {"content": "没收违法所得0.35万元（重报）"}):
            receipt = aside(send, write_csv(tmp_path / "again.csv", [again]), day=ANSWERED)
            assert (receipt["accepted"], receipt["returned"]) == (0, 1), receipt
        is_shown_to_nobody(public, bank, shown)
    with on(UNDONE):
        second.at_desk(aside(officer, "复核二", Role.REVIEWER))
        undoes_it_once(second, case)
        receipt = aside(send, write_csv(tmp_path / "once.csv", [ROW]), day=UNDONE)
        assert (receipt["accepted"], receipt["returned"]) == (0, 0), (
            "it is not refused any more, and what ended stays so"
        )
        is_shown_to_nobody(public, bank, shown)
        company.signs_in()
        company.opens(f"/own/objections/{case}/")
        assert "核对结果已撤销" in company.main.get_by_role("status").inner_text()
        authors = [line.actor for line in aside(history, UUID(case))]
        assert authors == ["test-company", "复核一", "复核二"]
        assert bank.checks_the_log() == aside(stand).size
