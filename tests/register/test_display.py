"""What a proceeding does to a record holds in every form at once: repaired, reinstated, hidden, marked, answered."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from tests.factories import MARKET, SUBJECT, TODAY, accepted, adopted_catalogue, body, document, noon
from xinshu.law.terms import Mark
from xinshu.register.publog.leaf import Event
from xinshu.register.publog.models import Entry
from xinshu.register.records import display
from xinshu.register.records.actions import Change, NotHeld, number_filings
from xinshu.register.records.display import Hidden
from xinshu.register.records.models import JournalLine, Record
from xinshu.register.records.own import about, about_record, why_ended
from xinshu.register.records.queries import shown_json, shown_record
from xinshu.register.records.withholding import Ending, NotShown, end_again, endings_since, mask

pytestmark = pytest.mark.django_db
NUMBER = "示市监罚〔2026〕0001号"
LATER = date(2026, 12, 14)


@pytest.fixture(autouse=True)
def shown_today() -> None:
    adopted_catalogue()
    accepted(document())


def record() -> Record:
    return Record.objects.get(document_number=NUMBER)


def where() -> dict[str, Any]:
    found = record()
    return {"subject": found.subject_id, "record_ref": found.record_ref, "organ": MARKET.code, "actor": "officer"}


def repaired(day: date = TODAY) -> None:
    display.end_publication(words="已纠正", moment=noon(day), **where())
    number_filings(moment=noon(day))


def reinstated(day: date = LATER) -> date | None:
    catalogue = adopted_catalogue().catalogue
    until = display.reinstate(words="材料虚假", catalogue=catalogue, moment=noon(day), **where())
    number_filings(moment=noon(day))
    return until


def marked(change: Callable[..., None], mark: Mark, day: date = TODAY) -> None:
    change(mark=mark, catalogue=adopted_catalogue().catalogue, moment=noon(day), **where())
    number_filings(moment=noon(day))


def forms(day: date = TODAY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(shown_json(subject=body(SUBJECT), on_date=day))
    return found


def events() -> list[str]:
    found = Entry.objects.order_by("lot_id", "place").values_list("event", flat=True)
    return [Event(event).name for event in found if event != Event.RULES]


def test_a_repaired_record_is_gone_and_nothing_brings_it_back() -> None:
    repaired()
    assert forms() == []
    assert events() == ["SHOWN", "ENDED"]
    held = why_ended([(record().subject_id, record().record_ref)], on_date=TODAY)
    assert list(held.values()) == ["REPAIRED"]
    again = accepted(document(), document(fields={"CF_SY": "另一事实"}), citation="示市监更〔2026〕1号")
    assert (again.accepted, again.corrected) == (0, 0)
    assert forms() == []
    with pytest.raises(NotHeld):
        repaired()


def test_the_whole_fact_is_kept_and_its_body_still_sees_it() -> None:
    repaired()
    (row,), count = about([record().subject_id], on_date=TODAY)
    assert (count, row.ended, row.ended_on, row.shown) == (1, "REPAIRED", TODAY, False)
    assert "示例违法事实" in row.content
    assert row.organs == [MARKET.code]
    assert about_record([record().subject_id + 1], record().record_ref, on_date=TODAY) is None


def test_a_revoked_repair_shows_what_is_left_of_the_term_by_a_new_entry() -> None:
    before = record()
    repaired()
    assert reinstated() == before.public_until
    (form,) = forms(LATER)
    assert form["shown_from"] == LATER.isoformat()
    assert form["shown_until"] == orjson.loads(before.public_form or "")["shown_until"]
    assert form["repair_from"] == str(record().repair_from) == str(before.repair_from)
    assert events() == ["SHOWN", "ENDED", "SHOWN"]
    with pytest.raises(NotHeld):
        reinstated()


def test_what_was_withheld_for_a_claim_stays_withheld_when_a_repair_is_revoked() -> None:
    said = where() | {"mark": Mark.NAME_WITHHELD, "catalogue": adopted_catalogue().catalogue}
    mask(moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))
    marked(display.mark, Mark.OBJECTED)
    (before,) = forms()
    assert "示例违法事实" not in str(before)
    repaired()
    reinstated()
    (after,) = forms(LATER)
    assert "示例违法事实" not in str(after)
    assert (after["mark"]["code"], "other_marks" in after) == ("NAME_WITHHELD", False)


def test_what_its_subject_declines_is_not_called_repaired_and_never_comes_back() -> None:
    display.end_publication(ground=Change.DECLINED, words="放弃", moment=noon(TODAY), **where())
    number_filings(moment=noon(TODAY))
    assert forms() == []
    assert list(why_ended([(record().subject_id, record().record_ref)], on_date=TODAY).values()) == ["DECLINED"]
    with pytest.raises(NotHeld):
        reinstated()


def test_past_its_term_a_revoked_repair_shows_nothing() -> None:
    until = record().public_until
    repaired()
    assert until is not None
    with pytest.raises(NotHeld, match="Its term is over"):
        reinstated(until)


def test_only_a_repair_can_be_revoked() -> None:
    with pytest.raises(NotHeld):
        reinstated()


def test_what_is_hidden_is_shown_to_nobody_until_every_cause_is_gone() -> None:
    for cause in Hidden:
        display.hide(cause=cause, moment=noon(TODAY), **where())
    number_filings(moment=noon(TODAY))
    assert forms() == []
    assert shown_record(subject=body(SUBJECT), record_ref=record().record_ref, on_date=TODAY) is None
    period = record().public_until
    display.unhide(cause=Hidden.NOT_US, moment=noon(TODAY), **where())
    number_filings(moment=noon(TODAY))
    assert forms() == []
    display.unhide(cause=Hidden.SHIELDED, moment=noon(TODAY), **where())
    display.unhide(cause=Hidden.SHIELDED, moment=noon(TODAY), **where())
    number_filings(moment=noon(TODAY))
    assert len(forms()) == 1
    assert record().public_until == period
    assert events() == ["SHOWN", "ENDED", "SHOWN"]


def test_a_hidden_record_ends_for_good_when_it_is_repaired() -> None:
    display.hide(cause=Hidden.SHIELDED, moment=noon(TODAY), **where())
    repaired()
    assert record().hidden_for is None
    with pytest.raises(NotHeld):
        display.unhide(cause=Hidden.SHIELDED, moment=noon(TODAY), **where())


def test_a_mark_stands_with_all_that_the_record_says_and_leaves_no_trace() -> None:
    (plain,) = forms()
    marked(display.mark, Mark.OBJECTED)
    marked(display.mark, Mark.UNDER_REVIEW)
    (form,) = forms()
    assert (form["mark"]["code"], [other["code"] for other in form["other_marks"]]) == ("OBJECTED", ["UNDER_REVIEW"])
    assert {name: form[name] for name in plain} == plain
    marked(display.unmark, Mark.OBJECTED)
    assert forms()[0]["mark"]["code"] == "UNDER_REVIEW"
    marked(display.unmark, Mark.UNDER_REVIEW)
    assert forms() == [plain]
    assert events() == ["SHOWN", *["CHANGED"] * 4]


def test_a_mark_that_withholds_is_not_a_proceeding_s_to_give() -> None:
    with pytest.raises(ValueError, match="a claim's to do"):
        marked(display.mark, Mark.BODY_DOUBTED)


def test_a_statement_stands_with_the_record_through_a_correction_and_goes_with_it() -> None:
    def state(words: str) -> None:
        said = {name: value for name, value in where().items() if name != "organ"}
        display.state(words=words, catalogue=adopted_catalogue().catalogue, moment=noon(TODAY), **said)
        number_filings(moment=noon(TODAY))

    state("已于次日整改。")
    assert forms()[0]["statement"] == "已于次日整改。"
    accepted(document(fields={"CF_SY": "更正后的事实"}))
    assert (forms()[0]["statement"], forms()[0]["fields"]["CF_SY"]) == ("已于次日整改。", "更正后的事实")
    state("")
    assert "statement" not in forms()[0]
    state("已于次日整改。")
    repaired()
    assert record().statement is None
    with pytest.raises(NotShown):
        state("再说")


def test_every_act_is_a_line_of_the_journal_by_whoever_did_it() -> None:
    marked(display.mark, Mark.OBJECTED)
    display.hide(cause=Hidden.NOT_US, moment=noon(TODAY), **where())
    repaired()
    lines = JournalLine.objects.order_by("filing_id").values_list("change", "actor", "organ_code")
    assert list(lines)[1:] == [(change, "officer", MARKET.code) for change in ("MARKED", "HIDDEN", "REPAIRED")]


def ledger() -> list[Ending]:
    return [ending for _, endings in endings_since(1) for ending in endings]


def test_a_restore_repairs_again_and_a_revoked_repair_waits_for_its_organ() -> None:
    repaired()
    after_repair = ledger()
    reinstated()
    after_all = ledger()
    for told, ended, number in (
        (after_repair, "REPAIRED", "示市监罚〔2026〕0042号"),
        (after_all, None, "示市监罚〔2026〕0043号"),
    ):
        accepted(document(document_number=number))
        other = Record.objects.get(document_number=number)
        moved = [ending._replace(record_ref=str(other.record_ref)) for ending in told]
        end_again(endings=moved, actor="restore", moment=noon(LATER))
        other = Record.objects.get(document_number=number)
        assert (other.ended, other.public_from) == (ended, None)
