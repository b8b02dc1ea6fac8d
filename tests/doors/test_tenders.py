"""The pages of tenders and checks: at the desk, in the own space, for an auditor; the paper of the evidence."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, document
from tests.journeys.conftest import on
from tests.measures import SERIOUS, adopted_measures, asked, lines, organ_token
from tests.papers import text_of
from tests.spaces import signed_in_organisation
from tests.uses.test_tenders import AFTER, ANSWER_BY, PROCEDURE, REASON, begun, bidder, key, opened
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role
from xinshu.uses.measures.models import Tender

pytestmark = pytest.mark.django_db

FORM = {
    "organ": MARKET.code,
    "reference": "示采〔2026〕1号",
    "title": "示例办公设备采购",
    "power": "EX_TENDER_22",
    "opens_on": "2026-11-30",
    "ends_on": "2026-12-31",
    "codes": f"{SUBJECT}\n联合体：{OTHER_SUBJECT} {UNKNOWN}",
}


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path / "data"
    adopted_measures(tmp_path)
    factories.registered_organ()
    accepted(document(**SERIOUS))
    with on(TODAY):
        yield


def at_the_desk(role: Role = Role.CLERK, organ: str | None = MARKET.code) -> Client:
    client = Client()
    assert client.login(username=factories.appointed(role, organ=organ), password=factories.PASSWORD)
    return client


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


# --- the desk -------------------------------------------------------------------------------------


def test_a_room_is_opened_by_a_form_and_its_page_says_what_stands() -> None:
    buyer = at_the_desk()
    assert "参加采购活动的条件" in text(buyer.get("/desk/tenders/new/"))
    led = buyer.post("/desk/tenders/new/", FORM)
    assert led.status_code == 302
    page = text(buyer.get(led.headers["Location"]))
    for said in ("限制参加政府采购活动", "《示例采购法》第22条", "示市监罚〔2026〕0001号", str(ANSWER_BY), "联合体"):
        assert said in page
    assert "决定排除" not in page
    assert "示例办公设备采购" in text(buyer.get("/desk/tenders/"))


def test_a_refused_form_keeps_what_was_typed() -> None:
    answer = at_the_desk().post("/desk/tenders/new/", {**FORM, "ends_on": "soon"})
    assert answer.status_code == 422
    assert "YYYY-MM-DD" in text(answer)
    assert "示例办公设备采购" in answer.content.decode()
    assert not Tender.objects.exists()


def test_each_step_of_the_buyer() -> None:
    room = begun()
    buyer = at_the_desk()
    place = f"/desk/tenders/{room}/"
    assert buyer.post(place, {"step": "open"}).status_code == 422
    assert buyer.post(place, {"step": "none"}).status_code == 422
    assert buyer.post(place, {"step": "look"}).status_code == 302
    with on(AFTER):
        assert buyer.login(username="test-clerk", password=factories.PASSWORD)
        assert buyer.post(place, {"step": "open"}).status_code == 302
        assert "决定排除" in text(buyer.get(place))
        excluding = {"step": "exclude", "code": SUBJECT, "key": "|".join([SUBJECT, *key()]), "words": "短"}
        refused = buyer.post(place, excluding)
        assert refused.status_code == 422
        assert "写明排除的理由" in text(refused)
        assert buyer.post(place, {**excluding, "words": REASON}).status_code == 302
        assert "采购人已排除" in text(buyer.get(place))
        assert buyer.post(place, {"step": "close"}).status_code == 302
        assert 'value="look"' not in buyer.get(place).content.decode()


def test_another_unit_sees_no_room_and_who_only_looks_does_nothing() -> None:
    room = begun()
    place = f"/desk/tenders/{room}/"
    other = "11999999TE5T003026"
    factories.registered_organ(type(MARKET)(other, "示范市消防救援支队", "990100", "FIRE"))
    stranger = at_the_desk(Role.REVIEWER, other)
    assert stranger.get(place).status_code == 404
    assert stranger.get(f"{place}evidence.pdf").status_code == 404
    assert stranger.post("/desk/tenders/new/", FORM).status_code == 403
    operator = at_the_desk(Role.OPERATOR, None)
    assert operator.get(place).status_code == 200
    assert operator.post(place, {"step": "close"}).status_code == 403
    assert operator.get("/desk/tenders/new/").status_code == 403


def test_the_evidence_is_a_paper_with_its_digest() -> None:
    room = opened()
    with on(AFTER):
        buyer = at_the_desk()
        first, second = (buyer.get(f"/desk/tenders/{room}/evidence.pdf") for _ in range(2))
        assert first.status_code == 200
        assert first.content == second.content
        words = text_of(first.content)
    for said in ("示采〔2026〕1号", SUBJECT, "限制参加政府采购活动", "SHA-256", "这不是信用良好的证明"):
        assert said in words


def test_a_room_asks_the_database_no_more_the_more_bidders_there_are() -> None:
    room = begun(SUBJECT)
    buyer = at_the_desk()

    def asked_of(number: UUID) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert buyer.get(f"/desk/tenders/{number}/").status_code == 200
        return len(queries)

    asked_of(room)
    few = asked_of(room)
    codes = [SUBJECT, OTHER_SUBJECT, UNKNOWN]
    for code in codes[1:]:
        accepted(document(**SERIOUS, code=code, name=f"云汀{code}示例", document_number=f"示〔2026〕{code[-4:]}号"))

    many = begun("\n".join(codes), PROCEDURE._replace(reference="示采〔2026〕2号"))
    assert asked_of(many) <= few


def test_a_consortium_is_excluded_as_one_bid_on_a_text_that_the_buyer_cites() -> None:
    room = begun(f"示例联合体：{SUBJECT} {OTHER_SUBJECT}\n{UNKNOWN}")
    member = Client()
    signed_in_organisation(member, OTHER_SUBJECT, username="test-member")
    place = f"/own/tenders/{room}/"
    said = text(member.get(place))
    for words in (SUBJECT, "联合体的其他成员", "限制参加政府采购活动", str(ANSWER_BY)):
        assert words in said
    assert UNKNOWN not in said, "nothing of another bid"
    assert member.post(place, {"words": "我方将更换成员。"}).status_code == 302
    own = Client()
    signed_in_organisation(own)
    assert "我方将更换成员" not in text(own.get(place)), "each member's answer is between it and the buyer"
    with on(AFTER):
        buyer = at_the_desk()
        place = f"/desk/tenders/{room}/"
        buyer.post(place, {"step": "open"})
        page = text(buyer.get(place))
        for words in ("联合体，一个投标", "我方将更换成员", "排除这个联合体", "及于整个联合体的依据"):
            assert words in page
        excluding = {"step": "exclude", "code": SUBJECT, "key": "|".join([SUBJECT, *key()]), "words": REASON}
        refused = buyer.post(place, excluding)
        assert refused.status_code == 422
        assert "法律条款或者采购文件条款" in text(refused)
        clause = "采购文件第二章第3条"
        assert buyer.post(place, {**excluding, "joint_text": clause}).status_code == 302
        page = text(buyer.get(place))
        for words in (clause, "措施所在的成员", "采购人已排除"):
            assert words in page
        assert "排除这个联合体" not in page
        words = text_of(buyer.get(f"{place}evidence.pdf").content)
        assert "示例联合体" in words
        later = Client()
        signed_in_organisation(later, OTHER_SUBJECT, username="test-member-later")
        said = text(later.get(f"/own/tenders/{room}/"))
        for words in (clause, REASON, "措施所在的成员"):
            assert words in said


def test_a_room_says_how_long_it_is_kept_and_that_the_buyers_file_is_its_own(settings: Any) -> None:
    room = opened()
    with on(AFTER):
        buyer = at_the_desk()
        page = text(buyer.get(f"/desk/tenders/{room}/"))
        assert "《政府采购法》第42条" in page
        buyer.post(f"/desk/tenders/{room}/", {"step": "close"})
        last = AFTER + timedelta(days=settings.CHECK_DAYS)
        assert last.isoformat() in text(buyer.get(f"/desk/tenders/{room}/"))


# --- the own space --------------------------------------------------------------------------------


def test_a_bidder_sees_who_checks_it_and_answers() -> None:
    room = begun()
    own = Client()
    signed_in_organisation(own)
    assert "示例办公设备采购" in text(own.get("/own/tenders/"))
    place = f"/own/tenders/{room}/"
    page = text(own.get(place))
    for said in (MARKET.name, "《示例采购法》第22条", "限制参加政府采购活动", str(ANSWER_BY)):
        assert said in page
    assert OTHER_SUBJECT not in page, "nothing of another bidder"
    assert own.post(place, {"words": " "}).status_code == 422
    assert own.post(place, {"words": "已缴清罚款。"}).status_code == 302
    assert bidder(room).answer == "已缴清罚款。"
    assert "已缴清罚款" in text(at_the_desk().get(f"/desk/tenders/{room}/"))


def test_who_does_not_bid_sees_no_room() -> None:
    room = begun(SUBJECT)
    stranger = Client()
    signed_in_organisation(stranger, OTHER_SUBJECT)
    for ask in (stranger.get, stranger.post):
        assert ask(f"/own/tenders/{room}/").status_code == 404


def test_a_body_has_its_own_line_of_a_check_and_no_other() -> None:
    accepted(document(**SERIOUS, code=OTHER_SUBJECT, name="云汀另一示例有限公司", document_number="示〔2026〕2号"))
    answer = asked(organ_token(), SUBJECT, OTHER_SUBJECT)
    number = lines(answer)[0]["check"]
    own = Client()
    signed_in_organisation(own)
    assert MARKET.name in text(own.get("/own/tenders/"))
    told = own.get(f"/own/checks/{number}/")
    assert told.status_code == 200
    assert told.content == answer.content.splitlines()[1] + b"\n"
    stranger = Client()
    signed_in_organisation(stranger, UNKNOWN, username="test-stranger")
    assert stranger.get(f"/own/checks/{number}/").status_code == 404


# --- the auditor ----------------------------------------------------------------------------------


def test_an_auditor_has_the_bytes_on_a_recorded_ground() -> None:
    answer = asked(organ_token(), SUBJECT)
    number = lines(answer)[0]["check"]
    auditor = at_the_desk(Role.AUDITOR, None)
    said = {"number": number, "duty": "AUDIT", "ground": "示审〔2026〕1号"}
    assert auditor.get("/desk/checks/").status_code == 200
    for missing in said:
        assert auditor.get("/desk/checks/", {**said, missing: ""}).status_code == 422
    assert not TrailLine.objects.filter(act="LOOK_CHECK").exists()
    again = auditor.get("/desk/checks/", said)
    assert again.content == answer.content
    line = TrailLine.objects.get(act="LOOK_CHECK")
    assert (line.matter, line.purpose) == (number, "AUDIT: 示审〔2026〕1号")
    none = auditor.get("/desk/checks/", {**said, "number": "00000000-0000-4000-8000-000000000000"})
    assert "没有这次核查" in text(none)
    assert at_the_desk().get("/desk/checks/", said).status_code == 403


def test_the_document_names_the_operations() -> None:
    told = orjson.loads(Client().get("/api/v1/openapi.json").content)
    assert {"/check", "/check/{number}", "/watches", "/watches/{watch}", "/effects"} <= told["paths"].keys()
