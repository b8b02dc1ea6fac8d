"""Objections of a body itself: marked at once and until closed, answered in time, appealed once; whose record it is."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests import factories
from tests.factories import MARKET, SUBJECT, TODAY, accepted, appointed, body, document, noon, registered_organ
from xinshu.parties.notices.models import Notice
from xinshu.proceedings.cases.actions import NoSuchCase as NoCase
from xinshu.proceedings.cases.queries import CaseRow, case, history, of_record
from xinshu.proceedings.cases.turns import NotNow, Side, unreachable
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.proceedings.objections import contests
from xinshu.proceedings.objections.contests import AnsweredAlready, answer, answer_appeal, appeal, object_to, take_back
from xinshu.proceedings.objections.queries import NotTheRecord
from xinshu.proceedings.objections.states import (
    COURSES,
    Answer,
    AppealAbout,
    AppealAnswer,
    Ground,
    NoSuchCase,
    NotPossible,
    NotTheirOffice,
    SaidWrongly,
)
from xinshu.register.access.roles import Role
from xinshu.register.publog.models import Entry
from xinshu.register.records.models import Record
from xinshu.register.records.queries import shown_json, shown_many, shown_page, shown_record, shown_stream

pytestmark = pytest.mark.django_db
WHY = "罚款数额与决定书不符"


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    factories.adopted_catalogue()
    registered_organ()
    accepted(document())


@pytest.fixture
def reviewer() -> str:
    return appointed(Role.REVIEWER, organ=MARKET.code)


@pytest.fixture
def operator() -> str:
    return appointed(Role.OPERATOR)


def record() -> Record:
    return Record.objects.get(document_number=document()["document_number"])


def objected(ground: Ground = Ground.CONTENT, *, day: date = TODAY, **said: Any) -> UUID:
    about = {"subject": body(SUBJECT), "record_ref": record().record_ref, "words": WHY} | said
    return object_to(ground=ground, side=Side.SUBJECT, actor="company", moment=noon(day), **about)


def answered(made: UUID, how: Answer, actor: str, *, day: date = TODAY, **said: Any) -> None:
    words = {"words": "经核对决定书，数额无误", "articles": "行政处罚法第48条"} | said
    answer(case=made, answer=how, actor=actor, moment=noon(day), **words)


def standing(made: UUID) -> CaseRow:
    found = case(made)
    assert found is not None
    return found


def forms(day: date = TODAY) -> list[str]:
    """The record in every form of the gate, as text."""
    subject, reference = body(SUBJECT), record().record_ref
    (page, _), streamed = shown_page(subject=subject, on_date=day), list(shown_stream(on_date=day))
    return [
        shown_json(subject=subject, on_date=day),
        str(page),
        str(shown_record(subject=subject, record_ref=reference, on_date=day)),
        *(found.form for found in shown_many(references=[(subject, reference)], on_date=day).values()),
        *(form for batch in streamed for form in batch["public_form"].to_pylist()),
    ]


def in_all(word: str, day: date = TODAY) -> bool:
    found = {word in form for form in forms(day)}
    assert len(found) == 1, "all forms say the same"
    return found.pop()


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize("course", COURSES.values(), ids=list(COURSES))
def test_every_state_is_reached_and_every_closed_one_exists(course: Any) -> None:
    assert unreachable(course) == frozenset()
    assert course.closed <= course.states


def test_it_is_marked_at_once_wherever_it_is_shown_until_it_is_closed(reviewer: str) -> None:
    whole = forms()
    changes = Entry.objects.count()
    made = objected()
    assert in_all("OBJECTED")
    assert in_all("示例违法事实"), "an objection marks, and withholds nothing"
    assert Entry.objects.count() > changes, "followers hear of it by the log"
    answered(made, Answer.CONFIRMED, reviewer)
    assert forms() == whole
    assert standing(made).closed_on == TODAY


def test_both_sides_see_its_last_day_and_it_is_overdue_the_day_after() -> None:
    made = standing(objected())
    assert (made.due_what, made.due_on, made.organ) == ("OBJECTION_ANSWER", date(2026, 12, 2), MARKET.code)
    assert not made.overdue_on(date(2026, 12, 2))
    assert made.overdue_on(date(2026, 12, 3))


def test_a_form_sent_twice_is_one_case_and_one_notice() -> None:
    assert objected() == objected()
    assert len(of_record(record().record_ref)) == 1
    assert Notice.objects.filter(kind="OBJECTION_RECEIVED").count() == 1


def test_another_ground_is_another_case_and_the_mark_stays_until_both_are_closed(reviewer: str) -> None:
    first, second = objected(), objected(Ground.TERM)
    answered(first, Answer.CONFIRMED, reviewer)
    assert in_all("OBJECTED")
    take_back(case=second, subject=body(SUBJECT), side=Side.SUBJECT, actor="company", moment=noon(TODAY))
    assert not in_all("OBJECTED")


def test_answered_for_good_the_same_is_refused_with_that_answer(reviewer: str) -> None:
    made = objected()
    answered(made, Answer.CONFIRMED, reviewer)
    with pytest.raises(AnsweredAlready) as refused:
        objected(words="再说一遍")
    assert refused.value.case == made
    assert not in_all("OBJECTED")
    accepted(document(fields={"CF_WFXW": "更正后的事实"}))
    assert objected() != made, "another content may be objected to"


def test_what_it_cannot_be_made_of() -> None:
    with pytest.raises(SaidWrongly):
        objected(words="  ")
    with pytest.raises(SaidWrongly, match="500"):
        objected(words="字" * 501)
    with pytest.raises(NotTheRecord):
        objected(record_ref=uuid4())
    with pytest.raises(NotTheRecord):
        objected(subject=body(factories.OTHER_SUBJECT, name="云汀示例贸易有限公司"))
    assert not in_all("OBJECTED")


def test_persons_are_masked_in_what_is_said() -> None:
    made = standing(objected(words="身份证11010519491231002X，电话13800138000"))
    kept = str((made.form, history(made.id)))
    assert "11010519491231002X" not in kept
    assert "13800138000" not in kept


# --- the unit's answer ----------------------------------------------------------------------------


def test_only_a_reviewer_of_that_unit_answers(operator: str) -> None:
    made = objected()
    clerk = appointed(Role.CLERK, organ=MARKET.code)
    for other in (operator, clerk, "company"):
        with pytest.raises(NotTheirOffice):
            answered(made, Answer.CONFIRMED, other)
    assert standing(made).state == "LODGED"


def test_confirmed_needs_reasons_and_articles(reviewer: str) -> None:
    made = objected()
    with pytest.raises(NotPossible, match="条文"):
        answered(made, Answer.CONFIRMED, reviewer, articles="")
    with pytest.raises(SaidWrongly):
        answered(made, Answer.CONFIRMED, reviewer, words="")
    answered(made, Answer.CONFIRMED, reviewer)
    with pytest.raises(NotNow):
        answered(made, Answer.CONFIRMED, reviewer)


def test_corrected_is_said_only_of_what_a_filing_has_corrected(reviewer: str) -> None:
    made = objected()
    with pytest.raises(NotPossible, match="报送"):
        answered(made, Answer.CORRECTED, reviewer)
    accepted(document(fields={"CF_WFXW": "更正后的事实"}))
    assert in_all("OBJECTED"), "a correction keeps the mark until the unit has answered"
    answered(made, Answer.CORRECTED, reviewer)
    assert in_all("更正后的事实")
    assert not in_all("OBJECTED")


def test_ended_withdraws_the_record_in_the_same_transaction(reviewer: str) -> None:
    made = objected()
    with pytest.raises(NotPossible, match="理由"):
        answered(made, Answer.ENDED, reviewer)
    assert standing(made).state == "LODGED"
    answered(made, Answer.ENDED, reviewer, reason=WithdrawalReason.ENTERED_WRONGLY)
    assert (standing(made).state, record().ended) == ("ENDED", "WITHDRAWN")
    assert shown_record(subject=body(SUBJECT), record_ref=record().record_ref, on_date=TODAY) is None
    assert accepted(document(fields={"CF_WFXW": "另一事实"})).held, "nothing brings it back"


def test_an_answer_that_fails_leaves_nothing(reviewer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = objected()

    def broken(**_: Any) -> None:
        raise RuntimeError("cut off")

    monkeypatch.setattr(contests, "notify", broken)
    with pytest.raises(RuntimeError):
        answered(made, Answer.ENDED, reviewer, reason=WithdrawalReason.ENTERED_WRONGLY)
    assert (standing(made).state, record().ended) == ("LODGED", None)
    assert in_all("OBJECTED")


def test_a_changed_decision_is_due_within_three_working_days_of_the_change(reviewer: str) -> None:
    with pytest.raises(NotPossible):
        objected(Ground.CHANGED_DECISION)
    told = {"proof": "示范市人民政府 示政复〔2026〕7号", "changed_on": date(2026, 11, 20)}
    with pytest.raises(NotPossible):
        objected(Ground.CHANGED_DECISION, **told | {"changed_on": date(2026, 11, 24)})
    made = objected(Ground.CHANGED_DECISION, **told)
    assert (standing(made).due_what, standing(made).due_on) == ("CHANGED_DECISION", date(2026, 11, 25))
    assert standing(made).overdue_on(date(2026, 11, 26))
    answered(made, Answer.ENDED, reviewer, reason=WithdrawalReason.DECISION_REVOKED)
    assert record().ended == "WITHDRAWN"


def test_a_record_that_ends_by_another_way_takes_its_objection_with_it() -> None:
    made = objected()
    factories.taken_back(body(SUBJECT), record().record_ref)
    assert contests.follow(moment=noon(TODAY)) == 1
    assert standing(made).state == "FOLLOWED"
    assert contests.follow(moment=noon(TODAY)) == 0


# --- the appeal -----------------------------------------------------------------------------------


def appealed(made: UUID, about: AppealAbout = AppealAbout.PROCEDURE, *, day: date = TODAY) -> None:
    said = {"subject": body(SUBJECT), "words": "没有说明理由", "side": Side.SUBJECT, "actor": "company"}
    appeal(case=made, about=about, moment=noon(day), **said)


def decided(made: UUID, how: AppealAnswer, actor: str) -> None:
    answer_appeal(case=made, answer=how, words="程序已核查", actor=actor, moment=noon(TODAY))


def test_an_appeal_marks_again_and_comes_once(reviewer: str, operator: str) -> None:
    made = objected()
    with pytest.raises(NotNow):
        appealed(made)
    answered(made, Answer.CONFIRMED, reviewer)
    assert (standing(made).due_what, standing(made).due_on) == ("OBJECTION_APPEAL", date(2026, 12, 7))
    appealed(made)
    assert in_all("OBJECTED")
    assert standing(made).due_what == "OBJECTION_APPEAL_ANSWER"
    with pytest.raises(NotTheirOffice):
        decided(made, AppealAnswer.DISMISSED, reviewer)
    decided(made, AppealAnswer.SENT_BACK, operator)
    assert in_all("OBJECTED")
    assert (standing(made).state, standing(made).due_on) == ("SENT_BACK", date(2026, 12, 2))
    answered(made, Answer.CONFIRMED, reviewer)
    assert not in_all("OBJECTED")
    with pytest.raises(NotNow):
        appealed(made)


def test_too_late_is_told_and_dismissed_is_final(reviewer: str, operator: str) -> None:
    made = objected()
    answered(made, Answer.CONFIRMED, reviewer)
    with pytest.raises(NotNow, match="诉讼不受影响"):
        appealed(made, day=date(2026, 12, 8))
    appealed(made, day=date(2026, 12, 7))
    decided(made, AppealAnswer.DISMISSED, operator)
    assert not in_all("OBJECTED")
    with pytest.raises(AnsweredAlready):
        objected()


def test_the_operator_never_rules_on_facts_and_may_undo_a_match(reviewer: str, operator: str) -> None:
    made = objected()
    answered(made, Answer.CONFIRMED, reviewer)
    appealed(made)
    with pytest.raises(NotPossible, match="事实"):
        decided(made, AppealAnswer.NOT_MATCHED, operator)
    decided(made, AppealAnswer.DISMISSED, operator)
    other = objected(Ground.MATCH)
    answered(other, Answer.CONFIRMED, reviewer)
    appealed(other, AppealAbout.MATCH)
    decided(other, AppealAnswer.NOT_MATCHED, operator)
    assert (standing(other).state, record().ended) == ("ENDED", "WITHDRAWN")


def test_the_number_of_another_s_case_is_no_case() -> None:
    made = objected()
    stranger = body(factories.OTHER_SUBJECT, name="云汀示例贸易有限公司")
    for number, subject in ((made, stranger), (uuid4(), body(SUBJECT))):
        with pytest.raises((NoSuchCase, NoCase)):
            take_back(case=number, subject=subject, side=Side.SUBJECT, actor="thief", moment=noon(TODAY))
    assert standing(made).state == "LODGED"
