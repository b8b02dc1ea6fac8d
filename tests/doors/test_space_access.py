"""Who looked: the organisation reads it at once, by unit, what and why, without a name; and takes it as CSV."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import xinshu.doors.desk
from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, accepted, document, noon
from tests.journeys.conftest import on
from tests.kinds import ORGAN_CODE
from tests.proceedings.repairs import lodged
from tests.proceedings.shields import granted
from tests.spaces import signed_in_organisation
from xinshu.proceedings.cases.actions import open_case
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.shield.states import SHIELD
from xinshu.register.access.actions import note
from xinshu.register.access.models import TrailLine
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import OF_A_BODY, Role
from xinshu.uses.sharing.actions import note_told

pytestmark = pytest.mark.django_db
PAGE, FILE = "/own/access/", "/own/access/access.csv"
ASKED = {"code": SUBJECT, "duty": "COURT", "ground": "（2026）示01执1号"}


@pytest.fixture(autouse=True)
def ready(db: None) -> Iterator[None]:
    factories.adopted_catalogue()
    factories.registered_organ()
    accepted(document(decided_on=date(2026, 4, 30)), on_day=date(2026, 5, 6))
    with on(TODAY):
        yield


@pytest.fixture
def own() -> Client:
    client = Client()
    signed_in_organisation(client)
    return client


def at_the_desk(role: Role, organ: str | None = None) -> Client:
    client = Client()
    assert client.login(username=factories.appointed(role, organ=organ), password=factories.PASSWORD)
    return client


def looked(purpose: str, *, act: str = "LOOK_PAST", matter: str = SUBJECT, organ: str = "") -> None:
    said = {"actor": "test-supervisor", "act": act, "matter": matter, "purpose": purpose, "organ": organ}
    note(**said, moment=noon(TODAY))


def told(client: Client, place: str = PAGE) -> str:
    answer = client.get(place)
    assert answer.status_code == 200
    return str(answer.content.decode("utf-8-sig"))


def rows(client: Client) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(told(client, FILE))))


def test_nobody_has_looked_and_it_says_so(own: Client) -> None:
    page = told(own)
    assert "这里没有内部查看的记录" in page
    assert "5至10年" in page
    assert rows(own) == []


def test_a_look_at_the_whole_past_is_told_at_once_with_unit_and_ground_and_no_name(own: Client) -> None:
    court = factories.registered_organ(OrganRow(ORGAN_CODE, "示例市示例法院", "990100", "COURT"))
    assert at_the_desk(Role.SUPERVISOR, court.code).get("/desk/past/", ASKED).status_code == 200
    page = told(own)
    for said in ("2026-11-23", court.name, "司法程序", ASKED["ground"], "查看全部历史"):
        assert said in page, said
    (row,) = rows(own)
    assert (row["日期"], row["单位"], row["单位代码"]) == ("2026-11-23", court.name, court.code)
    assert (row["目的"], row["依据"]) == ("司法程序 court proceedings", ASKED["ground"])
    assert "test-supervisor" not in page + told(own, FILE)
    assert TrailLine.objects.filter(actor="test-supervisor", act="LOOK_PAST").exists(), "the trail itself has the name"


def test_work_on_its_cases_and_looks_by_its_code_are_told(own: Client) -> None:
    case = lodged(date(2026, 11, 23))
    clerk = at_the_desk(Role.CLERK, MARKET.code)
    assert clerk.get(f"/desk/repairs/{case}/").status_code == 200
    assert clerk.get("/desk/records/withdraw/", {"code": SUBJECT, "number": "x"}).status_code == 200
    said = {(row["单位"], row["内容"].split()[0]) for row in rows(own)}
    assert said == {(MARKET.name, "办理修复申请"), (MARKET.name, "在工作台按代码查找本机关的信息")}
    assert MARKET.name in told(own)


def test_its_own_looks_and_those_at_others_are_not_in_it(own: Client) -> None:
    own.get("/own/")
    looked("AUDIT: 示审〔2026〕1号", matter=OTHER_SUBJECT)
    looked("登录", act="SIGN_IN")
    assert rows(own) == []
    stranger = Client()
    signed_in_organisation(stranger, OTHER_SUBJECT, username="test-other")
    assert [row["依据"] for row in rows(stranger)] == ["示审〔2026〕1号"]


def test_it_is_paged_newest_first(own: Client) -> None:
    for place in range(30):
        looked(f"AUDIT: 示审〔2026〕{place:03}号")
    first, second = told(own), told(own, f"{PAGE}?page=2")
    assert first.index("029号") < first.index("005号")
    assert "004号" not in first
    assert "004号" in second
    assert len(rows(own)) == 30


def test_no_cell_is_a_formula_and_no_number_of_a_person_stands_in_a_ground(own: Client) -> None:
    looked('AUDIT: =HYPERLINK("x")')
    looked("AUDIT: 身份证11010519491231002X")
    page, found = told(own), rows(own)
    assert "11010519491231002X" not in page + told(own, FILE)
    assert '\'=HYPERLINK("x")' in [row["依据"] for row in found]


def test_recipients_that_were_given_something_adverse_are_told_with_their_purpose(own: Client) -> None:
    factories.registered_recipient()
    said = {"actor": "recipient:示范银行", "act": "FETCH_BULK", "purpose": "贷前核查", "organ": ""}
    for day in (date(2026, 5, 1), date(2026, 6, 1), date(2026, 6, 1), date(2026, 6, 3)):
        note(matter="adverse.csv", **said, moment=noon(day))
    note_told(recipient="示范银行", since=0, through=1, moment=noon(TODAY))
    bulk, fed = rows(own)
    assert (bulk["单位"], bulk["目的"], bulk["日期"], bulk["至"], bulk["天数"]) == (
        *("示范银行", "贷前核查"),
        *("2026-06-01", "2026-06-03", "2"),
    )
    assert (fed["单位"], fed["目的"], fed["日期"], fed["至"]) == ("示范银行", "贷前核查", "", "2026-11-23")
    page = told(own)
    assert "示范银行" in page
    assert "持续同步" in page


OF_NO_ONE_BODY = {"LOOK_AGENCIES", "LOOK_ALARMS", "LOOK_BATCH", "LOOK_BATCHES", "LOOK_CLAIM", "LOOK_CLAIMS"} | {
    *("LOOK_HEADERS", "LOOK_OBJECTIONS", "LOOK_RECONCILIATIONS", "LOOK_REPAIRS", "LOOK_RETURNED", "LOOK_SHIELDS"),
    *("LOOK_CHECK", "LOOK_LISTINGS", "LOOK_POLICIES", "LOOK_TENDER", "LOOK_TENDERS"),
}
"""Looks at lists, drafts, files of an organ, claims that name nobody, and checks, where each body has its own line."""


def test_every_look_of_the_desk_at_one_body_is_among_those_that_it_reads() -> None:
    desk = Path(xinshu.doors.desk.__file__).parent
    written = "".join(path.read_text(encoding="utf-8") for path in desk.glob("*.py"))
    acts = set(re.findall(r'"((?:LOOK|MAKE|DOCUMENT)_[A-Z_]+)"', written))
    assert acts - OF_NO_ONE_BODY == OF_A_BODY


def test_a_look_at_its_shield_is_told_with_the_unit(own: Client) -> None:
    case = granted(TODAY, ordered_on="2026-05-31")
    at_the_desk(Role.REVIEWER, MARKET.code).get(f"/desk/shields/{case}/")
    at = next(row for row in rows(own) if "临时屏蔽" in row["内容"])
    assert (at["单位代码"], at["目的"]) == (MARKET.code, "临时屏蔽 shield of a plan")


def test_a_page_asks_the_database_no_more_the_more_cases_and_looks_there_are(own: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            told(own)
        return len(queries)

    granted(TODAY, ordered_on="2026-05-31")
    looked("AUDIT: 示审〔2026〕001号", organ=MARKET.code)
    asked()  # the rules of the day are read once in each process
    few = asked()
    who: dict[str, Any] = {"side": Side.SUBJECT, "actor": "示例-经办", "moment": noon(TODAY)}
    for place in range(2, 20):
        looked(f"AUDIT: 示审〔2026〕{place:03}号", organ=MARKET.code)
        open_case(course=SHIELD, event="begin", subject=factories.body(SUBJECT), record_ref=None, organ="", **who)
    assert asked() == few


def test_where_nothing_adverse_was_shown_no_recipient_is_named() -> None:
    stranger: Any = Client()
    signed_in_organisation(stranger, OTHER_SUBJECT)
    factories.body(OTHER_SUBJECT, name="云汀示例食品配送有限责任公司")
    note_told(recipient="示范银行", since=0, through=1, moment=noon(TODAY))
    assert rows(stranger) == []
    assert "示范银行" not in told(stranger)
