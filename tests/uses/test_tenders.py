"""The rooms of tenders: who is told what, the window, the frozen evidence, the buyer's own act, and its limits (G4)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, document, noon
from tests.journeys.conftest import on
from tests.measures import BARRED, SERIOUS, adopted_measures
from xinshu.kit.identifiers import lei_check_digits
from xinshu.law.terms import UseContext
from xinshu.parties.notices.models import Notice
from xinshu.register.access.queries import OrganRow
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record
from xinshu.uses.measures.actions import erase_old
from xinshu.uses.measures.models import Bidder, Check, MeasureEffect, Tender, TenderStep, Watch
from xinshu.uses.measures.queries import answer_of
from xinshu.uses.measures.rooms import TenderRefused, bidders_of, parties, tender
from xinshu.uses.measures.tenders import (
    ExclusionRefused,
    Procedure,
    TenderNotNow,
    answer_buyer,
    begin_tender,
    close_tender,
    exclude,
    follow,
    look_anew,
    open_bids,
    purposes,
)

pytestmark = pytest.mark.django_db

LEI = "5299001234567890AB"
LEI += lei_check_digits(LEI)
PROCEDURE = Procedure("示采〔2026〕1号", "示例办公设备采购", "EX_TENDER_22", date(2026, 11, 30), date(2026, 12, 31))
ANSWER_BY, AFTER = date(2026, 11, 26), date(2026, 11, 30)
"""Three working days after Monday the 23rd; the day of bid opening, after the window."""
REASON = "据以排除的措施仍然有效，答复未提出新的事实。"
BIDDERS = f"{SUBJECT}\n示例联合体：{OTHER_SUBJECT} {UNKNOWN}\n{LEI}\n"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_FOLDER, settings.ENDINGS_FOLDER = tmp_path / "data", tmp_path / "endings"
    adopted_measures(tmp_path)
    factories.registered_organ()
    accepted(document(**SERIOUS))
    accepted(document(code=OTHER_SUBJECT, name="云汀另一示例有限公司", document_number="示市监罚〔2026〕0002号"))
    with on(TODAY):
        yield


def begun(text: str = BIDDERS, procedure: Procedure = PROCEDURE, day: date = TODAY) -> UUID:
    return begin_tender(procedure=procedure, text=text, organ=MARKET, actor="buyer", moment=noon(day))


def said(room: UUID, day: date, organ: OrganRow = MARKET) -> dict[str, Any]:
    return {"tender": room, "organ": organ, "actor": "buyer", "moment": noon(day)}


def ref(code: str = SUBJECT) -> str:
    return str(Record.objects.get(subject_id=factories.body(code)).record_ref)


def key(code: str = SUBJECT) -> list[str]:
    return [*BARRED, ref(code)]


def bidder(room: UUID, code: str = SUBJECT) -> Any:
    return next(one for one in bidders_of(room) if one.code == code)


def told(code: str = SUBJECT) -> list[str]:
    return list(Notice.objects.filter(subject_id=factories.body(code)).order_by("id").values_list("kind", flat=True))


def sealed(day: date) -> None:
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def opened(day: date = AFTER) -> UUID:
    room = begun()
    open_bids(**said(room, day))
    return room


# --- opening --------------------------------------------------------------------------------------


def test_every_bidder_is_checked_told_and_watched() -> None:
    room = begun()
    rows = bidders_of(room)
    assert [(one.code, one.party, one.outcome) for one in rows] == [
        (SUBJECT, "", "MEASURES"),
        (OTHER_SUBJECT, "示例联合体", "MEASURES"),
        (UNKNOWN, "示例联合体", "NONE"),
        (LEI, "", "FOREIGN"),
    ]
    assert rows[0].told == [key()]
    assert [one.answer_by for one in rows] == [ANSWER_BY, ANSWER_BY, ANSWER_BY, None]
    assert told() == told(OTHER_SUBJECT) == ["TENDER_CHECKED"]
    notice = Notice.objects.filter(subject_id=factories.body(SUBJECT)).get()
    assert notice.said == {"organ": MARKET.name, "reference": "示采〔2026〕1号", "answer_by": ANSWER_BY.isoformat()}
    watch = Watch.objects.get()
    assert (watch.reference, watch.ends_on, watch.context) == ("示采〔2026〕1号", PROCEDURE.ends_on, "PUBLIC_TRADING")
    check = Check.objects.get()
    assert check.purpose == "招标核查 示采〔2026〕1号 《示例采购法》第22条"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"power": "NONE"}, "请选择核查所依据的条款"),
        ({"power": "EX_FAST_9"}, "请选择核查所依据的条款"),
        ({"reference": " "}, "项目编号"),
        ({"title": ""}, "名称"),
        ({"opens_on": TODAY - timedelta(days=1)}, "开标日"),
        ({"ends_on": date(2026, 11, 29)}, "开标日"),
        ({"ends_on": date(2028, 1, 1)}, "开标日"),
    ],
)
def test_a_room_without_a_lawful_purpose_or_sound_days_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(TenderRefused, match=words):
        begun(procedure=PROCEDURE._replace(**change))
    assert not Tender.objects.exists()
    assert not Check.objects.exists()
    assert told() == []


def test_a_lawful_purpose_is_an_article_of_a_restraint_in_public_trading() -> None:
    assert list(purposes(catalogue_on(TODAY).catalogue, TODAY)) == ["EX_TENDER_22"]
    catalogue = catalogue_on(TODAY).catalogue
    incentives_only = replace(catalogue, measures={"EX_FIRST": catalogue.measures["EX_FIRST"]})
    assert purposes(incentives_only, TODAY) == {}


@pytest.mark.parametrize(
    "text", ["", "9199", f"{SUBJECT}\n{SUBJECT}", f"一：{SUBJECT}\n二：{SUBJECT}", "11010519491231002X"]
)
def test_codes_that_cannot_be_are_told_by_their_line(text: str) -> None:
    with pytest.raises(TenderRefused):
        begun(text)
    assert not Tender.objects.exists()


def test_a_consortium_without_a_name_has_one() -> None:
    assert [one.name for one in parties(f"{SUBJECT}，{OTHER_SUBJECT}\n{UNKNOWN}")] == ["联合体1", "联合体1", ""]


def test_the_same_reference_again_is_refused_and_leaves_nothing() -> None:
    begun()
    with pytest.raises(TenderRefused, match="已有招标核查"):
        begun()
    assert (Check.objects.count(), Watch.objects.count(), len(told())) == (1, 1, 1)


# --- the window -----------------------------------------------------------------------------------


def test_a_bidder_answers_within_its_window_and_not_after() -> None:
    room = begun()
    answer_buyer(
        tender=room, codes=[SUBJECT], words="罚款已缴清，正在申请修复。", actor="bidder", moment=noon(ANSWER_BY)
    )
    assert bidder(room).answer == "罚款已缴清，正在申请修复。"
    with pytest.raises(TenderNotNow, match="已于2026-11-26届满"):
        answer_buyer(
            tender=room, codes=[SUBJECT], words="迟了", actor="bidder", moment=noon(ANSWER_BY + timedelta(days=1))
        )
    with pytest.raises(TenderNotNow, match="没有需要答复的事项"):
        answer_buyer(tender=room, codes=[LEI], words="无", actor="bidder", moment=noon(TODAY))
    with pytest.raises(TenderNotNow, match="请填写答复"):
        answer_buyer(tender=room, codes=[SUBJECT], words="  ", actor="bidder", moment=noon(TODAY))


def test_no_number_of_a_person_is_kept_in_an_answer() -> None:
    room = begun()
    answer_buyer(tender=room, codes=[SUBJECT], words="联系电话13812345678。", actor="bidder", moment=noon(TODAY))
    assert "13812345678" not in bidder(room).answer


@pytest.mark.parametrize("day", [TODAY, ANSWER_BY])
def test_nobody_is_excluded_while_its_window_runs(day: date) -> None:
    room = begun(procedure=PROCEDURE._replace(opens_on=TODAY))
    open_bids(**said(room, TODAY))
    with pytest.raises(ExclusionRefused, match="答复期至2026-11-26"):
        exclude(code=SUBJECT, key=key(), words=REASON, **said(room, day))
    assert bidder(room).excluded_on is None
    assert not MeasureEffect.objects.exists()


# --- exclusion ------------------------------------------------------------------------------------


def test_an_exclusion_is_the_buyers_act_with_its_measure_and_reason() -> None:
    room = opened()
    exclude(code=SUBJECT, key=key(), words=REASON, **said(room, AFTER))
    row = bidder(room)
    assert (row.excluded_on, row.excluded_for, row.excluded_words) == (AFTER, key(), REASON)
    assert told()[-1] == "TENDER_EXCLUDED"
    assert list(MeasureEffect.objects.values_list("measure", "effect")) == [("EX_NO_TENDERS", "APPLIED")]
    with pytest.raises(TenderNotNow, match="只排除一次"):
        exclude(code=SUBJECT, key=key(), words=REASON, **said(room, AFTER))


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (SUBJECT, ["EX_NO_FINES", "1"]),
        (SUBJECT, ["EX_ASLEEP", "1"]),
        (SUBJECT, ["EX_FIRST", "1"]),
        (SUBJECT, ["EX_NO_TENDERS", "2"]),
        (OTHER_SUBJECT, BARRED),
        (UNKNOWN, BARRED),
        (LEI, BARRED),
    ],
)
def test_a_measure_that_does_not_stand_against_that_bidder_excludes_nobody(code: str, wrong: list[str]) -> None:
    """Not of that row, not in use, an incentive, of another bidder, of a code with nothing, of an LEI."""
    room = opened()
    with pytest.raises(ExclusionRefused):
        exclude(code=code, key=[*wrong, ref()], words=REASON, **said(room, AFTER))
    assert bidder(room, code).excluded_on is None


def test_an_incentive_excludes_nobody_and_begins_no_window() -> None:
    accepted(document("ADMIN_LICENCE", code=UNKNOWN, name="云汀新示例有限公司"))
    room = begun(f"{SUBJECT}\n{UNKNOWN}")
    open_bids(**said(room, AFTER))
    (stands,) = bidder(room, UNKNOWN).told
    assert stands[:2] == ["EX_FIRST", "1"]
    assert bidder(room, UNKNOWN).answer_by is None
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"), on_day=AFTER)
    look_anew(**said(room, AFTER))
    (honour,) = [one for one in bidder(room).told if one[0] == "EX_FIRST"]
    with pytest.raises(ExclusionRefused, match="没有这项"):
        exclude(code=SUBJECT, key=honour, words=REASON, **said(room, AFTER))


@pytest.mark.parametrize("broken", [[], [""], ["EX_NO_TENDERS"], ["a", "b", "c", "d"]])
def test_a_key_that_is_none_excludes_nobody(broken: list[str]) -> None:
    room = opened()
    with pytest.raises(ExclusionRefused):
        exclude(code=SUBJECT, key=broken, words=REASON, **said(room, AFTER))


def test_what_ended_since_excludes_nobody() -> None:
    """Its record was withdrawn, a moment before."""
    room, row = opened(), Record.objects.get(subject_id=factories.body(SUBJECT))
    named = key()
    factories.taken_back(row.subject_id, row.record_ref)
    with pytest.raises(ExclusionRefused, match="没有这项"):
        exclude(code=SUBJECT, key=named, words=REASON, **said(room, AFTER))


def test_what_the_bidder_was_not_told_of_excludes_nobody_and_begins_a_window() -> None:
    room = opened()
    accepted(document(**SERIOUS, document_number="示市监罚〔2026〕0009号"), on_day=AFTER)
    fresh = Record.objects.get(document_number="示市监罚〔2026〕0009号")
    named = [*BARRED, str(fresh.record_ref)]
    with pytest.raises(ExclusionRefused, match="尚未就这项措施告知"):
        exclude(code=SUBJECT, key=named, words=REASON, **said(room, AFTER))
    assert look_anew(**said(room, AFTER)) == 1
    assert bidder(room).answer_by == date(2026, 12, 3)
    for refused in (named, key_of_first := [*BARRED, bidder(room).told[0][2]]):
        with pytest.raises(ExclusionRefused, match="答复期至2026-12-03"):
            exclude(code=SUBJECT, key=refused, words=REASON, **said(room, AFTER))
    exclude(code=SUBJECT, key=key_of_first, words=REASON, **said(room, date(2026, 12, 4)))


def test_nobody_is_excluded_before_bids_are_opened_or_without_a_reason() -> None:
    room = begun()
    with pytest.raises(TenderNotNow, match="开标之后"):
        exclude(code=SUBJECT, key=key(), words=REASON, **said(room, AFTER))
    open_bids(**said(room, AFTER))
    with pytest.raises(ExclusionRefused, match="写明排除的理由"):
        exclude(code=SUBJECT, key=key(), words="因为", **said(room, AFTER))


def test_another_buyer_does_nothing_in_the_room() -> None:
    room, other = begun(), OrganRow("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
    for step in (open_bids, close_tender, look_anew):
        with pytest.raises(TenderNotNow, match="没有这个招标核查"):
            step(**said(room, AFTER, other))


def test_where_only_information_is_given_nothing_can_be_excluded_by_it() -> None:
    """A measure of finance alone is none of public trading (Opinions art. 21): it is not even asked about."""
    edition = catalogue_on(TODAY)
    only = replace(edition.catalogue.measures["EX_NO_TENDERS"], contexts=frozenset({UseContext.FINANCE}))
    assert purposes(replace(edition.catalogue, measures={"EX_NO_TENDERS": only}), TODAY) == {}


# --- evidence, change, award ----------------------------------------------------------------------


def test_evidence_is_frozen_at_bid_opening_and_kept_as_it_was() -> None:
    room = begun()
    with pytest.raises(TenderNotNow, match="2026-11-30"):
        open_bids(**said(room, AFTER - timedelta(days=1)))
    number = open_bids(**said(room, AFTER))
    frozen = answer_of(number)
    row = Record.objects.get(subject_id=factories.body(SUBJECT))
    factories.taken_back(row.subject_id, row.record_ref)
    found = tender(room)
    assert found is not None
    assert found.evidence == number
    assert answer_of(number) == frozen
    assert ref().encode() in frozen
    with pytest.raises(TenderNotNow, match="已经开标"):
        open_bids(**said(room, AFTER))


def test_a_change_before_the_award_is_told_to_both_sides() -> None:
    room = begun()
    accepted(document(**SERIOUS, code=UNKNOWN, name="云汀新示例有限公司", document_number="示市监罚〔2026〕0010号"))
    sealed(TODAY)
    follow(moment=noon(TODAY))
    row = bidder(room, UNKNOWN)
    assert (row.outcome, row.answer_by) == ("MEASURES", ANSWER_BY)
    assert told(UNKNOWN) == ["TENDER_CHANGED"]
    assert TenderStep.objects.filter(tender=room, event="CHANGED", bidder=UNKNOWN).count() == 1
    withdrawn = Record.objects.get(document_number="示市监罚〔2026〕0010号")
    factories.taken_back(withdrawn.subject_id, withdrawn.record_ref)
    sealed(TODAY)
    follow(moment=noon(TODAY))
    assert bidder(room, UNKNOWN).outcome == "NONE"
    assert told(UNKNOWN) == ["TENDER_CHANGED", "TENDER_CHANGED"]


def test_at_the_award_the_room_is_closed_and_its_watch_dies() -> None:
    room, named = opened(), key()
    close_tender(**said(room, AFTER))
    assert Watch.objects.get().ended_at is not None
    accepted(document(**SERIOUS, document_number="示市监罚〔2026〕0011号"), on_day=AFTER)
    sealed(AFTER)
    follow(moment=noon(AFTER))
    assert "TENDER_CHANGED" not in told()
    for act in (close_tender, look_anew):
        with pytest.raises(TenderNotNow, match="已经结束"):
            act(**said(room, AFTER))
    with pytest.raises(TenderNotNow, match="已经结束"):
        exclude(code=SUBJECT, key=named, words=REASON, **said(room, AFTER))


def test_a_tender_whose_last_day_is_over_is_closed_by_itself() -> None:
    room = begun()
    over = PROCEDURE.ends_on + timedelta(days=1)
    follow(moment=noon(over))
    found = tender(room)
    assert found is not None
    assert (found.state, found.closed_on) == ("CLOSED", over)


def test_a_closed_room_goes_when_its_time_is_over(settings: Any) -> None:
    room = opened()
    close_tender(**said(room, AFTER))
    last = AFTER + timedelta(days=settings.CHECK_DAYS)
    erase_old(moment=noon(last))
    found = tender(room)
    assert found is not None
    assert [check.id for check in Check.objects.all()] == [found.evidence]
    erase_old(moment=noon(last + timedelta(days=1)))
    assert [table.objects.count() for table in (Tender, Bidder, TenderStep, Watch, Check)] == [0] * 5


def test_the_evidence_of_an_open_room_is_not_erased(settings: Any) -> None:
    room = begun()
    late = TODAY + timedelta(days=settings.CHECK_DAYS + 1)
    number = open_bids(**said(room, AFTER))
    erase_old(moment=noon(late))
    assert set(Check.objects.values_list("id", flat=True)) == {number}
