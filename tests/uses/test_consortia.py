"""A consortium is one bid: what stands against a member is told to all, and nothing spreads without a text (G26)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, document, noon
from tests.journeys.conftest import on
from tests.measures import BARRED, SERIOUS, adopted_measures
from xinshu.parties.notices import actions as notices
from xinshu.parties.notices.models import Notice
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record
from xinshu.uses.measures import tenders
from xinshu.uses.measures.models import Bidder, MeasureEffect, TenderStep, WatchedCode
from xinshu.uses.measures.rooms import BidderRow, TenderRefused, bidders_of
from xinshu.uses.measures.tenders import (
    ExclusionRefused,
    Procedure,
    TenderNotNow,
    answer_buyer,
    begin_tender,
    exclude,
    follow,
    look_anew,
    open_bids,
)

pytestmark = pytest.mark.django_db

PROCEDURE = Procedure("示采〔2026〕1号", "示例办公设备采购", "EX_TENDER_22", TODAY, date(2026, 12, 31))
ANSWER_BY, AFTER = date(2026, 11, 26), date(2026, 11, 27)
REASON = "据以排除的措施仍然有效，答复未提出新的事实。"
TEXT = "《示例采购法》第24条：联合体各方均应具备供应商条件"
BIDDERS = f"{SUBJECT}\n示例联合体：{OTHER_SUBJECT} {UNKNOWN}\n"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_FOLDER, settings.ENDINGS_FOLDER = tmp_path / "data", tmp_path / "endings"
    adopted_measures(tmp_path)
    factories.registered_organ()
    accepted(document(**SERIOUS, code=OTHER_SUBJECT, name="云汀另一示例有限公司"))
    factories.body(UNKNOWN, name="云汀新示例有限公司")
    with on(TODAY):
        yield


def begun(text: str = BIDDERS) -> UUID:
    room = begin_tender(procedure=PROCEDURE, text=text, organ=MARKET, actor="buyer", moment=noon(TODAY))
    open_bids(**said(room, TODAY))
    return room


def said(room: UUID, day: date) -> dict[str, Any]:
    return {"tender": room, "organ": MARKET, "actor": "buyer", "moment": noon(day)}


def bidder(room: UUID, code: str) -> BidderRow:
    return next(one for one in bidders_of(room) if one.code == code)


def key(number: str = "示市监罚〔2026〕0001号") -> list[str]:
    return [*BARRED, str(Record.objects.get(document_number=number).record_ref)]


def told(code: str) -> list[str]:
    return list(Notice.objects.filter(subject_id=factories.body(code)).order_by("id").values_list("kind", flat=True))


def sealed(day: date) -> None:
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def excluded(room: UUID, day: date = AFTER, code: str = OTHER_SUBJECT, **changes: Any) -> None:
    given = {"code": code, "key": key(), "words": REASON, "joint_text": TEXT, **said(room, day), **changes}
    exclude(**given)


def test_what_stands_against_one_member_is_told_to_all_and_each_has_its_window() -> None:
    room = begun()
    assert [one.told for one in bidders_of(room)] == [[], [key()], [[*key(), OTHER_SUBJECT]]]
    assert [one.answer_by for one in bidders_of(room)] == [None, ANSWER_BY, ANSWER_BY]
    for code in (OTHER_SUBJECT, UNKNOWN):
        assert Notice.objects.get(subject_id=factories.body(code)).said["answer_by"] == ANSWER_BY.isoformat()
    answer_buyer(tender=room, codes=[UNKNOWN], words="我方将更换成员。", actor="bidder", moment=noon(ANSWER_BY))
    assert bidder(room, UNKNOWN).answer == "我方将更换成员。"


def test_an_exclusion_is_of_the_bid_and_names_the_member_the_measure_and_the_text() -> None:
    room = begun()
    excluded(room)
    for code in (OTHER_SUBJECT, UNKNOWN):
        row = bidder(room, code)
        assert (row.excluded_on, row.excluded_for) == (AFTER, [*key(), OTHER_SUBJECT])
        assert (row.excluded_words, row.joint_text) == (REASON, TEXT)
        assert told(code)[-1] == "TENDER_EXCLUDED"
        assert TenderStep.objects.filter(tender=room, event="EXCLUDED", bidder=code).count() == 1
    assert bidder(room, SUBJECT).excluded_on is None
    assert MeasureEffect.objects.count() == 1, "the measure falls on the member alone"
    for code in (OTHER_SUBJECT, UNKNOWN):
        with pytest.raises(TenderNotNow, match="只排除一次"):
            excluded(room, code=code)


@pytest.mark.parametrize("text", ["", "   ", "法", "条" * 201])
def test_nothing_spreads_from_a_member_to_the_bid_without_a_text(text: str) -> None:
    room = begun()
    with pytest.raises(ExclusionRefused, match="法律条款或者采购文件条款"):
        excluded(room, joint_text=text)
    assert [one.excluded_on for one in bidders_of(room)] == [None] * 3
    assert not MeasureEffect.objects.exists()


def test_a_measure_is_no_other_members() -> None:
    with pytest.raises(ExclusionRefused, match="没有这项"):
        excluded(begun(), code=UNKNOWN)


def test_a_bidder_by_itself_needs_no_text_and_keeps_none() -> None:
    room = begun(f"{OTHER_SUBJECT}\n示例：{UNKNOWN}")
    excluded(room)
    row = bidder(room, OTHER_SUBJECT)
    assert (row.excluded_for, row.joint_text) == (key(), "")
    assert bidder(room, UNKNOWN).told == []


def test_no_member_is_excluded_before_the_window_of_every_member_is_over() -> None:
    room = begun()
    later = document(**SERIOUS, code=UNKNOWN, name="云汀新示例有限公司", document_number="示市监罚〔2026〕0010号")
    accepted(later, on_day=AFTER)
    look_anew(**said(room, AFTER))
    fresh = key("示市监罚〔2026〕0010号")
    assert bidder(room, UNKNOWN).told == [[*key(), OTHER_SUBJECT], fresh]
    assert bidder(room, OTHER_SUBJECT).told == [key(), [*fresh, UNKNOWN]]
    with pytest.raises(ExclusionRefused, match="答复期至2026-12-02"):
        excluded(room)
    excluded(room, day=date(2026, 12, 3))


def test_a_member_that_was_not_told_keeps_the_bid() -> None:
    room = begun()
    later = document(**SERIOUS, code=UNKNOWN, name="云汀新示例有限公司", document_number="示市监罚〔2026〕0010号")
    accepted(later, on_day=AFTER)
    with pytest.raises(ExclusionRefused, match="尚未就这项措施告知"):
        excluded(room, code=UNKNOWN, key=key("示市监罚〔2026〕0010号"))


@pytest.mark.parametrize("code", [OTHER_SUBJECT, UNKNOWN])
def test_each_member_is_heard(code: str) -> None:
    """Whichever was not told, or may still answer, keeps the bid."""
    room = begun()
    one = Bidder.objects.get(tender=room, code=code)
    Bidder.objects.filter(id=one.id).update(answer_by=AFTER)
    with pytest.raises(ExclusionRefused, match=f"答复期至{AFTER}"):
        excluded(room)
    Bidder.objects.filter(id=one.id).update(answer_by=one.answer_by, told=[])
    with pytest.raises(ExclusionRefused, match="尚未就这项措施告知"):
        excluded(room)
    Bidder.objects.filter(id=one.id).update(told=one.told)
    excluded(room)


def test_an_incentive_of_one_member_is_told_to_it_alone() -> None:
    licence = document("ADMIN_LICENCE", code=UNKNOWN, name="云汀新示例有限公司", document_number="示许〔2026〕1号")
    accepted(licence)
    room = begun()
    assert [row[0] for row in bidder(room, UNKNOWN).told] == ["EX_FIRST", "EX_NO_TENDERS"]
    assert bidder(room, OTHER_SUBJECT).told == [key()]


def test_what_ended_for_a_member_is_told_to_all_and_excludes_nobody() -> None:
    room, named = begun(), key()
    row = Record.objects.get()
    factories.taken_back(row.subject_id, row.record_ref)
    sealed(TODAY)
    follow(moment=noon(TODAY))
    assert told(OTHER_SUBJECT) == told(UNKNOWN) == ["TENDER_CHECKED", "TENDER_CHANGED"]
    with pytest.raises(ExclusionRefused, match="没有这项"):
        excluded(room, key=named)


def test_two_consortia_of_one_name_are_refused() -> None:
    for text in (f"甲：{SUBJECT}\n甲：{OTHER_SUBJECT} {UNKNOWN}", f"联合体2：{SUBJECT}\n{OTHER_SUBJECT} {UNKNOWN}"):
        with pytest.raises(TenderRefused, match="第2行的名称与第1行相同"):
            begun(text)


# --- what a change tells --------------------------------------------------------------------------


def test_a_change_and_its_telling_are_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was cut off between the two tells it the next time."""
    room = begun()
    later = document(**SERIOUS, code=SUBJECT, document_number="示市监罚〔2026〕0011号")
    accepted(later)
    sealed(TODAY)

    def broken(**_said: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(tenders, "notify", broken)
    with pytest.raises(RuntimeError):
        follow(moment=noon(TODAY))
    assert WatchedCode.objects.get(code=SUBJECT).stands == []
    monkeypatch.setattr(tenders, "notify", notices.notify)
    follow(moment=noon(TODAY))
    assert bidder(room, SUBJECT).told == [key("示市监罚〔2026〕0011号")]
    assert Notice.objects.get(subject_id=factories.body(SUBJECT), kind="TENDER_CHANGED").said["organ"] == MARKET.name


def test_whoever_asks_again_tells_what_nobody_was_told_of() -> None:
    """What stands is known to the watch, and yet the bidder was not told."""
    room = begun()
    accepted(document(**SERIOUS, code=SUBJECT, document_number="示市监罚〔2026〕0011号"))
    fresh = key("示市监罚〔2026〕0011号")
    WatchedCode.objects.filter(code=SUBJECT).update(stands=[fresh])
    look_anew(**said(room, TODAY))
    assert bidder(room, SUBJECT).told == [fresh]
    assert bidder(room, SUBJECT).answer_by == ANSWER_BY
