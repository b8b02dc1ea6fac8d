"""A repair is handed in ahead, in a real browser: it files itself on the first lawful day, once, and is granted in time."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from pytest_django.live_server_helper import LiveServer

from tests.filings import SUBJECT, penalty, write_csv
from tests.journeys.browsing import Bank, Person, account, aside, begins_a_repair, fills_the_form, seal
from tests.journeys.conftest import on
from tests.proceedings.repairs import events, officer
from xinshu.doors.cli.repair import repair
from xinshu.proceedings.repair.tasks import _file_due
from xinshu.register.access.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Send = Callable[..., dict[str, Any]]
ARRIVES, AHEAD, EVE, OPENS = date(2026, 5, 6), date(2026, 6, 1), date(2026, 7, 30), date(2026, 7, 31)
LATE, RESULT_BY = date(2026, 8, 3), date(2026, 8, 14)
AFTER_MIDNIGHT = time(0, 5)
ROW = penalty(decided_on="2026-04-30")
NUMBER = ROW["number"]


def handed_in(company: Person) -> str:
    """The company hands a repair in, two months ahead of its day; the number of its case."""
    company.opens("/own/")
    company.follows(NUMBER)
    company.follows("申请修复")
    told = company.main.get_by_role("status").inner_text()
    assert OPENS.isoformat() in told
    assert "预约" in told
    company.presses("填写申请")
    assert not company.may_press("提交申请"), "not before its day"
    fills_the_form(company)
    company.forges("预约，到日自动提交", "lodge")
    assert OPENS.isoformat() in company.hears(), "asked for all the same, it is refused with the day"
    company.presses("预约，到日自动提交")
    assert "自动提交" in company.reads()
    return company.at().split("/")[-2]


def files_itself(case: UUID, runs_on: date) -> None:
    """The nightly job comes a minute early, then after midnight, twice, and by the command too."""
    with on(EVE, time(23, 59)):
        aside(_file_due, timestamp=0)
    assert aside(events, case) == ["begin", "prelodge"], "a minute early is too early"
    with on(runs_on, AFTER_MIDNIGHT):
        aside(_file_due, timestamp=0)
        aside(_file_due, timestamp=0)
        done = aside(CliRunner().invoke, repair, ["file-due"], catch_exceptions=False)
        assert "filed: 0" in done.output
    assert aside(events, case) == ["begin", "prelodge", "file"]


def counts_from_the_first_lawful_day(page: Person) -> None:
    """What both sides read, whenever the job ran."""
    days = page.main.locator("time").all_inner_texts()
    assert OPENS.isoformat() in days, "it counts from the first lawful day"
    assert RESULT_BY.isoformat() in days, "ten working days from it"


@pytest.fixture
def company(send: Send, newcomer: Callable[[], Person], tmp_path: Path) -> Person:
    """Somebody of the company, signed in two months ahead; the penalty is shown."""
    aside(send, write_csv(tmp_path / "one.csv", [ROW]), day=ARRIVES)
    arrived = newcomer()
    with on(AHEAD, time(9)):
        arrived.secret = aside(account, SUBJECT)
        aside(seal)
    with on(AHEAD):
        arrived.signs_in()
    return arrived


def test_it_files_itself_on_its_first_lawful_day_and_once(
    company: Person, newcomer: Callable[[], Person], live_server: LiveServer, tmp_path: Path
) -> None:
    public, unit = newcomer(), newcomer()
    with on(AHEAD):
        bank = Bank(live_server.url, tmp_path)
        case = handed_in(company)
        unit.at_desk(aside(officer, "复核一", Role.REVIEWER))
        unit.opens("/desk/repairs/")
        assert "没有正在办理的修复申请" in unit.reads(), "until its day it is the company's own"
        unit.opens(f"/desk/repairs/{case}/", 404)

    files_itself(UUID(case), OPENS)

    with on(OPENS):
        company.signs_in()
        assert company.notices().count("预约的修复已自动提交") == 1
        company.opens(f"/own/repairs/{case}/")
        counts_from_the_first_lawful_day(company)
        public.opens(f"/subjects/{SUBJECT}/")
        assert NUMBER in public.reads(), "filed is not granted"
        bank.follows()
        assert bank.numbers() == [NUMBER]

        unit.at_desk("复核一")
        unit.follows("信用修复 Repair")
        counts = unit.main.get_by_role("row").filter(has_text=SUBJECT).inner_text()
        assert RESULT_BY.isoformat() in counts
        unit.follows(SUBJECT)
        counts_from_the_first_lawful_day(unit)
        unit.presses("受理")
        unit.presses("准予修复")

        public.opens(f"/subjects/{SUBJECT}/")
        assert NUMBER not in public.page.content()
        company.opens(f"/own/repairs/{case}/")
        assert "准予修复" in company.reads()
        bank.follows()
        assert bank.numbers() == []
        assert bank.proven_endings() == ["REPAIRED"]
        assert not bank.has_a_trace_of(NUMBER)


def test_days_without_the_job_are_not_to_the_applicants_harm(company: Person) -> None:
    with on(AHEAD):
        case = handed_in(company)
    files_itself(UUID(case), LATE)
    with on(LATE):
        company.signs_in()
        company.opens(f"/own/repairs/{case}/")
        counts_from_the_first_lawful_day(company)


def test_until_its_day_it_is_taken_back_and_changed(company: Person) -> None:
    with on(AHEAD):
        case = handed_in(company)
        company.presses("取回修改")
        company.types("说明怎样改正和履行", "已整改，另附说明")
        company.presses("预约，到日自动提交")
        company.presses("撤回申请")
        assert "申请人已撤回" in company.reads()
        begins_a_repair(company, NUMBER)
        assert company.at() != f"/own/repairs/{case}/", "what is withdrawn stands in nobody's way"
    with on(OPENS, AFTER_MIDNIGHT):
        aside(_file_due, timestamp=0)
    assert aside(events, UUID(case))[-1] == "withdraw", "and files itself no more"
