"""The unit decides a repair in its own window: what it sends ends the record on page, API, feed and copies, or waits."""

import re
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from pytest_django.live_server_helper import LiveServer

from tests.factories import MARKET, SUBJECT, TODAY, accepted, document, noon
from tests.journeys.browsing import Bank, Person, account, aside, lodges, seal
from tests.journeys.conftest import on
from tests.proceedings.repairs import officer
from xinshu.doors.cli.main import cli
from xinshu.register.access.actions import issue_token
from xinshu.register.access.roles import Role
from xinshu.register.publog.queries import stand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBER, OTHER = "示市监罚〔2026〕0001号", "示市监罚〔2026〕0002号"
DECIDED = date(2026, 7, 31)
ROW = {
    "decider": MARKET.code,
    "case_number": "修〔2026〕7号",
    "decided_on": "2026-11-20",
    "subject_code": SUBJECT,
    "document_number": NUMBER,
    "result": "GRANTED",
}


class Unit:
    """The unit's own system: by its token over the API, or a file by the command line."""

    def __init__(self, line: Person, folder: Path) -> None:
        made = aside(
            issue_token,
            organ_code=MARKET.code,
            name="system",
            from_day=TODAY,
            until=None,
            actor="test",
            moment=noon(TODAY),
        )
        self._line, self._token, self._folder = line, made, folder

    def sends(self, *rows: dict[str, Any]) -> list[tuple[str, str | None]]:
        """What became of each row, and why it went back."""
        lines = b"\n".join(map(orjson.dumps, rows))
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-ndjson"}
        answer = self._line.page.request.post("/api/v1/repair-decisions", data=lines, headers=headers)
        assert answer.status == 200, answer.text()
        return [(row["outcome"], row["why"]) for row in answer.json()["rows"]]

    def files(self, *rows: dict[str, Any]) -> str:
        """The same by a file; what the command says."""
        file = self._folder / "decisions.jsonl"
        file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
        return told("receive", str(file), "--sender", MARKET.code)


def told(*arguments: str) -> str:
    """What `xinshu repair` says."""
    done = aside(CliRunner().invoke, cli, ["repair", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def shown(public: Person) -> list[str]:
    bodies = public.asks(f"/api/v1/subjects/{SUBJECT}").json()["bodies"]
    return sorted(one["document_number"] for one_body in bodies for one in one_body["records"])


def reads_how_it_ended(company: Person, case: str) -> None:
    """The inbox names decider and case number, the record says that it is repaired; what was asked for here is over."""
    assert company.notices()[0] == "准予修复"
    notice = company.main.get_by_role("article").filter(has_text="准予修复")
    assert ROW["case_number"] in notice.inner_text()
    assert MARKET.code in notice.inner_text()
    for link in company.main.get_by_role("article").get_by_role("link").all():
        assert company.asks(link.get_attribute("href") or "").status == 200, "no link of the inbox leads nowhere"
    company.follows("看这条信息", within=notice)
    said = company.reads()
    assert "已修复，停止公示" in said
    assert ROW["case_number"] in said
    company.opens(f"/own/repairs/{case}/")
    assert "不再需要修复" in company.reads()


def test_a_decision_of_the_units_own_window_ends_it_everywhere(
    newcomer: Callable[[], Person], live_server: LiveServer, tmp_path: Path
) -> None:
    public, company, desk = newcomer(), newcomer(), newcomer()
    with on(TODAY, time(9)):
        numbers = (NUMBER, OTHER)
        aside(accepted, *(document(document_number=number, decided_on=DECIDED) for number in numbers))
        company.secret = aside(account, SUBJECT)
        aside(seal)
        bank, unit = Bank(live_server.url, tmp_path), Unit(public, tmp_path)
        bank.follows()
        assert sorted(bank.numbers()) == [NUMBER, OTHER]
        public.opens(f"/subjects/{SUBJECT}/")
        public.follows(NUMBER)
        address = public.at()
    with on(TODAY):
        company.signs_in()
        case = lodges(company, NUMBER)
        desk.at_desk(aside(officer, "复核一", Role.REVIEWER))
        desk.follows("信用修复 Repair")
        assert desk.main.get_by_role("link", name=SUBJECT).count() == 1
        before = aside(stand).size

        assert unit.sends(ROW, ROW | {"decider": SUBJECT}) == [("APPLIED", None), ("RETURNED", "NOT_A_SOURCE")]

        public.opens(address, 404)
        assert shown(public) == [OTHER]
        reads_how_it_ended(company, case)
        desk.opens("/desk/repairs/")
        assert "没有正在办理的修复申请" in desk.reads()
        bank.follows()
        feed = public.asks(f"/api/v1/changes?after={before}").text()
        assert '"content":null' in feed
        assert NUMBER not in feed
        assert bank.numbers() == [OTHER]
        assert bank.proven_endings() == ["REPAIRED"]
        assert not bank.has_a_trace_of(NUMBER)
        assert bank.checks_the_log() == aside(stand).size

        assert unit.sends(ROW) == [("ALREADY", None)]
        assert "ALREADY 1" in unit.files(ROW)
        assert unit.sends(ROW | {"document_number": OTHER}) == [("RETURNED", "CONFLICTS")]
        assert aside(accepted, document(decided_on=DECIDED)).accepted == 0
        public.opens(address, 404)


def test_what_fits_two_waits_for_a_person(
    newcomer: Callable[[], Person], live_server: LiveServer, tmp_path: Path
) -> None:
    public, company = newcomer(), newcomer()
    with on(TODAY, time(9)):
        aside(accepted, document(decided_on=DECIDED), document(decided_on=DECIDED, item="二"))
        company.secret = aside(account, SUBJECT)
        aside(seal)
        bank, unit = Bank(live_server.url, tmp_path), Unit(public, tmp_path)
        bank.follows()
        assert bank.numbers() == [NUMBER, NUMBER]
    with on(TODAY):
        company.signs_in()
        said = unit.files(ROW, ROW | {"decider": SUBJECT})
        assert "DOUBTFUL 1" in said
        assert "NOT_A_SOURCE" in said
        assert unit.sends(ROW) == [("ALREADY", None)]
        assert shown(public) == [NUMBER, NUMBER], "it ends nothing until a person has looked"
        assert "准予修复" not in company.notices()
        bank.follows()
        assert bank.numbers() == [NUMBER, NUMBER]

        case, kept, meant = re.findall(r"[0-9a-f-]{36}", told("doubtful"))
        assert "APPLIED" in told("settle", case, "--record", meant, "--words", "核对卷宗")
        public.opens(f"/subjects/{SUBJECT}/records/{meant}/", 404)
        public.opens(f"/subjects/{SUBJECT}/records/{kept}/")
        assert company.notices().count("准予修复") == 1
        bank.follows()
        assert [one["ref"] for one in bank.records()] == [kept]
        assert bank.proven_endings() == ["REPAIRED"]
