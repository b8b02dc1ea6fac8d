"""Not us, statement, review and stay, declined honours: what the body says, and what then holds against later filings."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests import factories, filings
from tests.factories import MARKET, SUBJECT, TODAY, accepted, appointed, body, document, noon, registered_organ
from tests.kinds import sample_row
from tests.proceedings.test_objection_cases import forms, in_all, record, standing
from xinshu.law.terms import ClaimCause
from xinshu.proceedings.cases.queries import cases_before, history
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.states import Door
from xinshu.proceedings.objections import actions, bodies, remarks
from xinshu.proceedings.objections.states import NotPossible, NotTheirOffice, ReviewOutcome, SaidWrongly
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.models import Record
from xinshu.register.records.queries import shown_json, shown_record
from xinshu.register.records.withholding import NotShown
from xinshu.register.subjects.decisions import decision_on, declined_by
from xinshu.register.subjects.models import BodyDecision

pytestmark = pytest.mark.django_db
NUMBER = "示市监罚〔2026〕0001号"


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    factories.adopted_catalogue()
    registered_organ()
    accepted(document())


@pytest.fixture
def reviewer() -> str:
    return appointed(Role.REVIEWER, organ=MARKET.code)


def shown(day: date = TODAY) -> bool:
    return shown_record(subject=body(SUBJECT), record_ref=record().record_ref, on_date=day) is not None


def doubted() -> UUID:
    said = {"subject": body(SUBJECT), "record_ref": record().record_ref, "words": "我们从未在该市经营"}
    return bodies.not_us(side=Side.SUBJECT, actor="company", moment=noon(TODAY), **said)


def whose(case: UUID, actor: str, *, same: bool) -> None:
    bodies.answer_whose(case=case, same=same, words="已核对营业执照", actor=actor, moment=noon(TODAY))


def filed(tmp_path: Path, **changes: Any) -> Any:
    """The organ's own upload, through the whole of intake."""
    return sent(filings.write_csv(tmp_path / "again.csv", [filings.penalty(**changes)]), "ADMIN_PENALTY")


def sent(path: Path, kind: str) -> Any:
    return receive(
        path=path,
        organ_code=MARKET.code,
        kind=kind,
        door=Door.CLI,
        actor="test",
        moment=noon(TODAY),
        progress=lambda _: None,
        attested=True,
    )


# --- not us ---------------------------------------------------------------------------------------


def test_it_is_hidden_at_once_and_both_sides_see_the_day() -> None:
    made = doubted()
    assert not shown()
    assert {NUMBER in form for form in forms()} == {False}
    assert (standing(made).state, standing(made).due_on) == ("ASKED", date(2026, 12, 2))
    assert doubted() == made, "sent twice it is one case"


def test_the_same_shows_it_again_and_sticks_until_undone(reviewer: str) -> None:
    before = forms()
    made = doubted()
    with pytest.raises(NotTheirOffice):
        whose(made, "company", same=True)
    whose(made, reviewer, same=True)
    assert forms() == before
    with pytest.raises(NotPossible, match="主体匹配"):
        doubted()
    assert shown()
    bodies.undo_whose(case=made, words="核对的是另一份执照", actor=reviewer, moment=noon(TODAY))
    (kept,) = BodyDecision.objects.all()
    assert (kept.actor, kept.undone_by, kept.same) == (reviewer, reviewer, True)
    assert history(made)[-1].actor == reviewer
    assert doubted() != made


def test_taken_back_it_is_shown_again(reviewer: str) -> None:
    made = doubted()
    bodies.take_back_not_us(case=made, subject=body(SUBJECT), side=Side.SUBJECT, actor="company", moment=noon(TODAY))
    assert shown()
    with pytest.raises(NotNow):
        whose(made, reviewer, same=False)


def test_not_the_same_ends_it_here_and_no_later_upload_hangs_it_on_that_body_again(
    reviewer: str, tmp_path: Path
) -> None:
    whose(doubted(), reviewer, same=False)
    assert record().ended == "WITHDRAWN"
    held = decision_on(subject=body(SUBJECT), organ=MARKET.code, document_number="示市监罚[2026] 0001号")
    assert held is not None
    assert (held.same, held.actor, held.organ) == (False, reviewer, MARKET.code)
    code = {"code": SUBJECT, "name": factories.SUBJECT_NAME}
    again = filed(tmp_path, number=NUMBER, **code)
    assert (again.accepted, again.returned) == (0, 1)
    other = filed(tmp_path, number="示市监罚〔2026〕0009号", **code)
    assert other.accepted == 1, "another document of that organ is taken in"
    right = filed(tmp_path, number=NUMBER, code=filings.OTHER_SUBJECT, name="云汀另一商贸有限公司")
    assert right.accepted == 1, "under the right code it is taken in"
    assert NUMBER not in shown_json(subject=body(SUBJECT), on_date=TODAY)


def test_undone_the_document_may_come_again_and_what_ended_stays_ended(reviewer: str, tmp_path: Path) -> None:
    made = doubted()
    whose(made, reviewer, same=False)
    bodies.undo_whose(case=made, words="弄错了", actor=appointed(Role.OPERATOR), moment=noon(TODAY))
    (kept,) = BodyDecision.objects.all()
    assert (kept.actor, kept.undone_by) == (reviewer, "test-operator")
    ended = record()
    again = filed(tmp_path, number=NUMBER, code=SUBJECT, name=factories.SUBJECT_NAME)
    assert again.accepted == 1, "the made-up record had another identity: only the decision refused it"
    assert Record.objects.get(record_ref=ended.record_ref).ended == "WITHDRAWN"


def test_decisions_go_with_the_record_that_is_erased(reviewer: str) -> None:
    whose(doubted(), reviewer, same=False)
    actions.forget([str(record().record_ref)])
    assert not BodyDecision.objects.exists()


def test_it_follows_a_record_that_ends_by_another_way() -> None:
    made = doubted()
    factories.taken_back(body(SUBJECT), record().record_ref)
    assert bodies.follow_not_us(moment=noon(TODAY)) == 1
    assert standing(made).state == "FOLLOWED"


# --- the statement (G27) --------------------------------------------------------------------------


def say(words: str) -> None:
    said = {"subject": body(SUBJECT), "record_ref": record().record_ref}
    remarks.say(words=words, actor="company", moment=noon(TODAY), **said)


def test_a_statement_is_shown_everywhere_with_the_record_and_gone_with_it() -> None:
    whole = forms()
    say("  已于当日改正，\n电话13800138000  ")
    assert in_all("已于当日改正")
    assert not in_all("13800138000")
    say("")
    assert forms() == whole
    say("已改正")
    factories.taken_back(body(SUBJECT), record().record_ref)
    assert {"已改正" in form for form in forms()} == {False}


def test_a_statement_is_short_and_needs_a_record_that_is_shown() -> None:
    with pytest.raises(SaidWrongly, match="500"):
        say("字" * 501)
    say("字" * 500)
    factories.taken_back(body(SUBJECT), record().record_ref)
    with pytest.raises(NotShown):
        say("已改正")


def test_a_claim_of_a_name_withholds_the_statement_too() -> None:
    say("已改正")
    actions.lodge(
        subject=body(SUBJECT), record_ref=record().record_ref, cause=ClaimCause.NAME, words="", moment=noon(TODAY)
    )
    assert not in_all("已改正")


# --- review and stay ------------------------------------------------------------------------------


def told(*, stayed: bool = False, side: Side = Side.SUBJECT, number: str = "示政复受〔2026〕12号") -> UUID:
    said = {"subject": body(SUBJECT), "record_ref": record().record_ref, "body": "示范市人民政府", "number": number}
    return remarks.tell_review(stayed=stayed, side=side, actor="company", moment=noon(TODAY), **said)


def test_a_review_is_shown_and_suspends_nothing_and_a_stay_is_shown_as_such() -> None:
    whole = forms()
    made = told()
    assert in_all("UNDER_REVIEW")
    assert in_all("示例违法事实")
    assert told(stayed=True) == made
    assert (in_all("STAYED"), in_all("UNDER_REVIEW")) == (True, False)
    told()
    assert (in_all("STAYED"), in_all("UNDER_REVIEW")) == (False, True)
    ended = {"case": made, "outcome": ReviewOutcome.KEPT, "words": "", "side": Side.ORGAN, "actor": "officer"}
    remarks.review_over(moment=noon(TODAY), **ended)
    assert forms() == whole


def test_a_review_names_the_other_body_s_number() -> None:
    with pytest.raises(SaidWrongly):
        told(number=" ")


# --- declined honours -----------------------------------------------------------------------------


def honour() -> dict[str, Any]:
    said = {"kind": "HONOUR", "document_number": "示荣〔2026〕1号", "valid_from": None, "event_on": None}
    return document(**said)


def honoured_again(tmp_path: Path, number: str) -> Any:
    """The organ's upload of another honour of the body."""
    codes = {"SUBJECT_CODE": SUBJECT, "SUBJECT_NAME": factories.SUBJECT_NAME, "ORGAN_CODE": MARKET.code}
    row = sample_row("HONOUR", catalogue_on(TODAY).catalogue, DOCUMENT_NUMBER=number, ORGAN_NAME=MARKET.name, **codes)
    path = tmp_path / f"{number}.csv"
    path.write_text("\n".join((",".join(row), ",".join(row.values()))), encoding="utf-8")
    return sent(path, "HONOUR")


def test_declined_honours_end_at_once_and_later_ones_are_not_kept(tmp_path: Path) -> None:
    accepted(honour())
    held = {"subject": body(SUBJECT), "kind": "HONOUR", "actor": "company", "moment": noon(TODAY)}
    assert "示荣" in shown_json(subject=body(SUBJECT), on_date=TODAY)
    assert remarks.decline_kind(side=Side.SUBJECT, **held) == 1
    assert "示荣" not in shown_json(subject=body(SUBJECT), on_date=TODAY)
    assert declined_by(body(SUBJECT)) == {"HONOUR"}
    (case,), _ = cases_before([MARKET.code], courses=["DECLINE"], open_only=False)
    assert case.record_ref == Record.objects.get(kind="HONOUR").record_ref, "its unit is told"
    later = honoured_again(tmp_path, "示荣2号")
    assert (later.accepted, later.returned) == (0, 1)
    assert Record.objects.filter(kind="HONOUR").count() == 1, "nothing of it is kept"
    remarks.accept_kind_again(**held)
    assert declined_by(body(SUBJECT)) == frozenset()
    assert "示荣" not in shown_json(subject=body(SUBJECT), on_date=TODAY)
    assert honoured_again(tmp_path, "示荣3号").accepted == 1, "asked for again, the next one is kept"


def test_what_does_not_speak_for_it_cannot_be_declined() -> None:
    held = {"subject": body(SUBJECT), "actor": "company", "moment": noon(TODAY)}
    with pytest.raises(NotPossible):
        remarks.decline_kind(kind="ADMIN_PENALTY", side=Side.SUBJECT, **held)
    assert shown()
