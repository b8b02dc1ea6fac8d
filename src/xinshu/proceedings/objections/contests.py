"""异议: a record is marked at once, its unit answers, one appeal goes to the operator (G13, G25)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.terms import Mark
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.actions import advance, open_case
from xinshu.proceedings.cases.queries import CaseRow, history, in_state, of_record
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.proceedings.objections.actions import end_record, keep_whose, mark_record, unmark_record
from xinshu.proceedings.objections.queries import (
    ended_meanwhile,
    held_about,
    holding_the_cases_of,
    known_case,
    operates,
    own_case,
    reviews_for,
    unit_of,
)
from xinshu.proceedings.objections.states import (
    BEFORE_UNIT,
    FINAL,
    OBJECTION,
    Answer,
    AppealAbout,
    AppealAnswer,
    Ground,
    NotPossible,
    NotTheirOffice,
    heard,
)

HOUSE: Final = "objections"
RUNNING: Final = (*BEFORE_UNIT, "APPEALED")
EVENTS: Final = {Answer.CONFIRMED: "CONFIRM", Answer.CORRECTED: "CORRECT", Answer.ENDED: "END"}
APPEAL_EVENTS: Final = {
    AppealAnswer.DISMISSED: "DISMISS",
    AppealAnswer.SENT_BACK: "SEND_BACK",
    AppealAnswer.NOT_MATCHED: "UNMATCH",
}


class AnsweredAlready(XinshuError):
    """The same objection to the same content has its answer; `case` is where it stands."""

    def __init__(self, message: str, answered: UUID) -> None:
        super().__init__(message)
        self.case = answered


def object_to(
    *,
    subject: int,
    record_ref: UUID,
    ground: Ground,
    words: str,
    proof: str = "",
    changed_on: date | None = None,
    side: Side,
    actor: str,
    moment: Moment,
) -> UUID:
    """Open an objection of the body to its record, and mark the record at once; the number of the case.

    CHANGED_DECISION needs `proof` (body and number of the other decision) and its day `changed_on`, from which the unit
    has its 3 working days. While one of that ground is open, its number is given again. Raises NotTheRecord,
    AnsweredAlready, NotPossible, SaidWrongly.
    """
    said = {"ground": str(ground), "words": heard(words), "proof": heard(proof, needed=False)}
    changed = ground is Ground.CHANGED_DECISION
    if changed and (not said["proof"] or changed_on is None or changed_on > moment.day):
        raise NotPossible(
            "请写明变更或者撤销原决定的机关、文号和日期。"
            " Say which body changed or revoked the decision, its number and its day."
        )
    with transaction.atomic(), holding_the_cases_of(record_ref):
        about = held_about(subject, record_ref, moment)
        form = {**said, "version": about.version, "changed_on": changed_on.isoformat() if changed_on else ""}
        if (waiting := _same_before(record_ref, form)) is not None:
            return waiting
        made = open_case(
            course=OBJECTION,
            event="TELL_CHANGE" if changed else "LODGE",
            side=side,
            subject=subject,
            record_ref=record_ref,
            organ=unit_of(about),
            actor=actor,
            form=form,
            said=said,
            counted_from=changed_on if changed else None,
            moment=moment,
        )
        mark_record(subject, record_ref, Mark.OBJECTED, actor=actor, moment=moment)
        notify(subject=subject, kind=NoticeKind.OBJECTION_RECEIVED, record_ref=record_ref, case=made, moment=moment)
    return made


def _same_before(record_ref: UUID, form: Mapping[str, Any]) -> UUID | None:
    """The open case of that ground, if there is one. Raises AnsweredAlready: the same was answered for good."""
    for before in of_record(record_ref, courses=[OBJECTION.name]):
        same = all(before.form[part] == form[part] for part in ("ground", "version"))
        if before.closed_on is None and before.form["ground"] == form["ground"]:
            return before.id
        if before.state in FINAL and same and (not form["proof"] or before.form["proof"] == form["proof"]):
            raise AnsweredAlready(
                "对同一内容以同一理由提出的异议已经答复，不再重复受理；答复和救济途径见原办件。"
                " The same objection to the same content has been answered and is not opened again; its case has the"
                " answer, and where you can go from there.",
                before.id,
            )
    return None


@transaction.atomic
def take_back(*, case: UUID, subject: int, side: Side, actor: str, moment: Moment) -> None:
    """The body takes its objection back; the mark goes. Raises NoSuchCase, NotNow."""
    own_case(case, subject)
    done = advance(case=case, course=OBJECTION, event="TAKE_BACK", side=side, actor=actor, moment=moment)
    _closed(done, actor, moment)


@transaction.atomic
def answer(
    *,
    case: UUID,
    answer: Answer,
    words: str,
    articles: str = "",
    reason: WithdrawalReason | None = None,
    actor: str,
    moment: Moment,
) -> None:
    """A reviewer of the unit answers: CONFIRMED with reasons and articles, CORRECTED by a filing that has been made, or
    ENDED, which withdraws the record in this transaction for `reason`. Raises NoSuchCase, NotNow, NotTheirOffice.
    """
    found = known_case(case)
    if not reviews_for(actor, found.organ, on_date=moment.day):
        raise NotTheirOffice("只有该机关的复核人可以答复。Only a reviewer of that unit answers this.")
    said = {"answer": str(answer), "words": heard(words), "articles": heard(articles, needed=False)}
    if answer is Answer.CONFIRMED and not said["articles"]:
        raise NotPossible("维持时请写明依据的条文。Name the articles by which the record stands as it is.")
    if answer is Answer.CORRECTED and _version(found, moment) <= found.form["version"]:
        raise NotPossible(
            "信息尚未更正；请先重新报送更正后的内容，再作此答复。"
            " The record has not been corrected yet; file the correction first, then answer."
        )
    if answer is Answer.ENDED and reason is None:
        raise NotPossible("请选择撤回的理由。Choose the reason of the withdrawal.")
    done = advance(
        case=case,
        course=OBJECTION,
        event=EVENTS[answer],
        side=Side.ORGAN,
        actor=actor,
        organ=found.organ,
        said=said,
        moment=moment,
    )
    if reason is not None and answer is Answer.ENDED:
        end_record(found, reason, words=said["words"], actor=actor, moment=moment)
    _told(done, NoticeKind.OBJECTION_ANSWERED, moment)
    _closed(done, actor, moment)


@transaction.atomic
def appeal(*, case: UUID, subject: int, about: AppealAbout, words: str, side: Side, actor: str, moment: Moment) -> None:
    """The body appeals once, on procedure or matching, while its days run; the record is marked again at once."""
    found = own_case(case, subject)
    if found.state == "CONFIRMED" and found.due_on is not None and moment.day > found.due_on:
        raise NotNow(
            "申请复核的期限已过；行政复议和行政诉讼不受影响。"
            " The days for an appeal are over; reconsideration and lawsuit are not affected by that."
        )
    said = {"about": str(about), "words": heard(words)}
    advance(case=case, course=OBJECTION, event="APPEAL", side=side, actor=actor, said=said, moment=moment)
    if found.record_ref is not None:
        mark_record(subject, found.record_ref, Mark.OBJECTED, actor=actor, moment=moment)


@transaction.atomic
def answer_appeal(*, case: UUID, answer: AppealAnswer, words: str, actor: str, moment: Moment) -> None:
    """The operator answers an appeal: never on facts. NOT_MATCHED ends the record for this body, and the document
    is not taken in for it again. Raises NoSuchCase, NotNow, NotTheirOffice, NotPossible.
    """
    found = known_case(case)
    if not operates(actor, on_date=moment.day):
        raise NotTheirOffice("复核由运行管理人员办理。Only an operator answers an appeal.")
    if answer is AppealAnswer.NOT_MATCHED and appealed_about(found) is not AppealAbout.MATCH:
        raise NotPossible(
            "复核只审查程序；事实由作出决定的机关和法院认定。"
            " This appeal is on procedure; the facts are for the unit and the courts."
        )
    said = {"answer": str(answer), "words": heard(words)}
    done = advance(
        case=case,
        course=OBJECTION,
        event=APPEAL_EVENTS[answer],
        side=Side.OPERATOR,
        actor=actor,
        said=said,
        moment=moment,
    )
    if answer is AppealAnswer.NOT_MATCHED:
        keep_whose(found, same=False, decided_for="", actor=actor, moment=moment)
        end_record(found, WithdrawalReason.ENTERED_WRONGLY, words=said["words"], actor=actor, moment=moment)
    _told(done, NoticeKind.APPEAL_ANSWERED, moment)
    _closed(done, actor, moment)


def appealed_about(found: CaseRow) -> AppealAbout | None:
    """On what a case was appealed; None: it was not."""
    said = [line.said["about"] for line in history(found.id) if line.event == "APPEAL"]
    return AppealAbout(said[0]) if said else None


@transaction.atomic
def follow(*, moment: Moment) -> int:
    """Close the objections whose record has ended by another way, and mark what is shown by now; how many closed."""
    ended = ended_meanwhile(OBJECTION, RUNNING, moment)
    for found in ended:
        done = advance(case=found, course=OBJECTION, event="FOLLOW", side=Side.HOUSE, actor=HOUSE, moment=moment)
        _told(done, NoticeKind.OBJECTION_ANSWERED, moment)
    for waiting in (known_case(one) for state in RUNNING for one in in_state(OBJECTION.name, state)):
        if waiting.record_ref is not None:
            mark_record(waiting.subject, waiting.record_ref, Mark.OBJECTED, actor=HOUSE, moment=moment)
    return len(ended)


def _told(done: CaseRow, kind: NoticeKind, moment: Moment) -> None:
    said = {"state": done.state}
    notify(subject=done.subject, kind=kind, record_ref=done.record_ref, case=done.id, said=said, moment=moment)


def _closed(done: CaseRow, actor: str, moment: Moment) -> None:
    """The mark goes with the last open objection to the record (G13)."""
    if (
        done.record_ref is None
        or done.closed_on is None
        or of_record(done.record_ref, courses=[OBJECTION.name], open_only=True)
    ):
        return
    unmark_record(done.subject, done.record_ref, Mark.OBJECTED, actor=actor, moment=moment)


def _version(found: CaseRow, moment: Moment) -> int:
    if found.record_ref is None:
        return 0
    return held_about(found.subject, found.record_ref, moment).version
