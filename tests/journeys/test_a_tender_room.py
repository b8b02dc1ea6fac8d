"""A tender room, in a real browser: checked and told, heard, frozen at bid opening, changed, excluded with a reason, closed."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    MARKET,
    OTHER_SUBJECT,
    SUBJECT,
    TODAY,
    UNKNOWN,
    accepted,
    appointed,
    document,
    registered_organ,
    taken_back,
)
from tests.journeys.browsing import Person, account, aside, seal
from tests.journeys.conftest import on
from tests.measures import SERIOUS, adopted_measures
from tests.papers import text_of
from tests.uses.test_tenders import LEI
from xinshu.kit.clock import now
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record
from xinshu.uses.measures.models import Alert, Watch
from xinshu.uses.measures.tenders import follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANSWERS, OPENING, CHANGES, EXCLUDES, AWARDED = (
    *(date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 7)),
)
ANSWER_BY, ANSWER_AGAIN_BY = "2026-11-26", "2026-12-04"
"""Three working days of whoever was told on 23 November, and of the member that was told on 1 December."""

TITLE, REFERENCE = "示例办公设备采购", "示采〔2026〕1号"
NUMBER, LATER = "示市监罚〔2026〕0001号", "示市监罚〔2026〕0009号"
BIDDERS = f"{SUBJECT}\n示例联合体：{OTHER_SUBJECT} {UNKNOWN}\n{LEI}"


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    """A catalogue with made-up measures, and the organ that buys."""
    settings.DATA_FOLDER = tmp_path / "data"
    adopted_measures(tmp_path)
    registered_organ()


def shot(person: Person, name: str) -> None:
    """Pictures of the page at both widths, where somebody wants to look at them."""
    folder = os.environ.get("XINSHU_SHOTS")
    for width in (1280, 390) if folder else ():
        person.page.set_viewport_size({"width": width, "height": 900})
        person.page.screenshot(path=Path(str(folder)) / f"tender-{name}-{width}.png", full_page=True)


def opens_a_room(buyer: Person) -> str:
    """The form, refused once, and the room; its address."""
    buyer.opens("/desk/")
    buyer.follows("招标核查")
    buyer.follows("开始一项核查")
    buyer.types("项目编号", REFERENCE)
    buyer.types("项目名称", TITLE)
    buyer.types("投标人的代码", BIDDERS)
    buyer.presses("核查并告知", 422)
    assert "请选择核查所依据的条款" in buyer.hears() or "日期" in buyer.hears()
    shot(buyer, "new-refused")
    buyer.main.get_by_label("依据的条款").select_option("EX_TENDER_22")
    for label, day in (("开标日", OPENING), ("最迟定标日", date(2026, 12, 31))):
        buyer.main.get_by_label(label).fill(day.isoformat())
    buyer.presses("核查并告知")
    said = buyer.reads()
    for words in (
        "限制参加政府采购活动",
        "《示例采购法》第22条",
        NUMBER,
        ANSWER_BY,
        "示例联合体",
        "LEI之下不可能有记录",
    ):
        assert words in said, words
    assert not buyer.may_press("开标，固定证据")
    shot(buyer, "desk-begun")
    return buyer.at()


def sees_it_all_and_answers(company: Person) -> None:
    """The notice, who checks and why, what stands, nothing of others; the answer."""
    assert company.notices()[0] == "采购人核查了贵单位"
    company.opens("/own/")
    company.follows("谁核查了我们")
    shot(company, "own-list")
    assert MARKET.name in company.reads()
    company.follows(TITLE)
    said = company.reads()
    for words in (MARKET.name, "《示例采购法》第22条", "限制参加政府采购活动", NUMBER, ANSWER_BY):
        assert words in said, words
    assert OTHER_SUBJECT not in said
    company.presses("提交答复", 422)
    assert "请填写答复" in company.hears()
    company.types("答复采购人", "罚款已缴清，违法行为已改正。")
    company.presses("提交答复")
    assert "罚款已缴清" in company.reads()
    shot(company, "own-room")


def opens_the_bids(buyer: Person, room: str) -> None:
    """What stands is frozen: the paper tells its digest."""
    buyer.opens(room)
    buyer.presses("开标，固定证据")
    assert "已开标，证据已固定" in buyer.reads()
    paper = buyer.asks(f"{room}evidence.pdf")
    assert paper.status == 200
    if os.environ.get("XINSHU_SHOTS"):
        (Path(os.environ["XINSHU_SHOTS"]) / "tender-evidence.pdf").write_bytes(paper.body())
    words = text_of(paper.body())
    for said in (REFERENCE, NUMBER, "限制参加政府采购活动", "SHA-256"):
        assert said in words, said


def excludes(buyer: Person, room: str) -> None:
    """By its measure, with a reason; and the member that was told a day ago not at all."""
    buyer.opens(room)
    first = buyer.region(SUBJECT)
    assert "罚款已缴清" in first.inner_text()
    member = buyer.region(UNKNOWN)
    assert ANSWER_AGAIN_BY in member.inner_text()
    joint = buyer.region("示例联合体")
    assert "联合体，一个投标" in joint.inner_text()
    assert "因同一联合体其他成员的措施" in buyer.region(OTHER_SUBJECT).inner_text()
    assert ANSWER_AGAIN_BY in buyer.region(OTHER_SUBJECT).inner_text(), "the other member has its window too"
    assert joint.get_by_text("排除这个联合体").count() == 0, "their windows run"
    first.get_by_text("排除这家投标人").click()
    first.get_by_role("radio").check()
    buyer.types("理由，并回应其答复", "有", within=first)
    shot(buyer, "desk-exclude")
    buyer.presses("决定排除", 422, within=first)
    assert "写明排除的理由" in buyer.hears()
    again = buyer.region(SUBJECT)
    again.get_by_role("radio").check()
    buyer.types("理由，并回应其答复", "措施仍然有效；缴清罚款不使其终止，可待修复后参加。", within=again)
    buyer.presses("决定排除", within=again)
    assert "采购人已排除" in buyer.region(SUBJECT).inner_text()
    shot(buyer, "desk-excluded")


def may_not_exclude_a_consortium_without_a_text(buyer: Person, room: str) -> None:
    """The windows are over, the measure stands against one member; by which text it counts for the bid, the buyer says."""
    buyer.opens(room)
    joint = buyer.region("示例联合体")
    joint.get_by_text("排除这个联合体").click()
    joint.get_by_role("radio").check()
    buyer.types("理由，并回应其答复", "成员之一的措施仍然有效，联合体未更换成员。", within=joint)
    shot(buyer, "desk-exclude-consortium")
    buyer.presses("决定排除", 422, within=joint)
    assert "法律条款或者采购文件条款" in buyer.hears()
    assert "采购人已排除" not in buyer.region("示例联合体").inner_text()


def filed(code: str, number: str, day: date) -> None:
    """An organ files a grave penalty; the log is sealed, and watches are followed."""
    aside(accepted, document(**SERIOUS, code=code, name="云汀新示例有限公司", document_number=number), on_day=day)
    aside(seal)
    aside(follow, moment=now())


def withdrawn(number: str) -> None:
    """The organ takes it back."""
    row = aside(Record.objects.get, document_number=number)
    aside(taken_back, row.subject_id, row.record_ref)


def test_checked_heard_frozen_changed_excluded_and_closed(newcomer: Callable[[], Person]) -> None:
    with on(TODAY):
        aside(accepted, document(**SERIOUS, document_number=NUMBER))
        aside(accepted, document("ADMIN_LICENCE", code=UNKNOWN, name="云汀新示例有限公司"))
        aside(seal)
        company, buyer, member = (newcomer() for _ in range(3))
        company.secret = aside(account, SUBJECT)
        member.secret = aside(account, UNKNOWN, "test-member")
        name = aside(appointed, Role.CLERK, organ=MARKET.code)
        buyer.at_desk(name)
        room = opens_a_room(buyer)
    with on(ANSWERS):
        company.signs_in()
        sees_it_all_and_answers(company)
        buyer.at_desk(name)
        buyer.opens(room)
        assert "罚款已缴清" in buyer.region(SUBJECT).inner_text()
        assert not buyer.may_press("决定排除")
    with on(OPENING):
        buyer.at_desk(name)
        opens_the_bids(buyer, room)
    with on(CHANGES):
        filed(UNKNOWN, LATER, CHANGES)
        member.signs_in("test-member")
        assert member.notices()[0] == "招标核查的结果有变化"
        buyer.at_desk(name)
        buyer.follows(TITLE, within=buyer.region("定标之前，投标人的核查结果有变化"))
        assert "结果有变化，双方已获知" in buyer.region("经过").inner_text()
        assert LATER in buyer.region(UNKNOWN).inner_text()
    with on(EXCLUDES):
        buyer.at_desk(name)
        excludes(buyer, room)
        company.signs_in()
        assert company.notices()[0] == "采购人作出排除决定"
        company.opens("/own/tenders/")
        company.follows(TITLE)
        assert "缴清罚款不使其终止" in company.reads()
        shot(company, "own-excluded")
    with on(AWARDED):
        buyer.at_desk(name)
        may_not_exclude_a_consortium_without_a_text(buyer, room)
        withdrawn(LATER)
        buyer.opens(room)
        assert LATER not in buyer.region(UNKNOWN).inner_text(), "the very next look is without it"
        buyer.presses("定标或者终止，结束核查")
        assert "已结束" in buyer.reads()
        assert "这里的内容保存至" in buyer.reads()
        shot(buyer, "desk-closed")
        assert aside(Watch.objects.get).ended_at is not None
        before = aside(Alert.objects.count)
        filed(UNKNOWN, "示市监罚〔2026〕0012号", AWARDED)
        assert aside(Alert.objects.count) == before, "nothing is watched any more"
