"""这不是我们单位: hidden while its unit looks; the answer holds against later filings, and can be undone (G24)."""

from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.law.terms import Mark
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.actions import advance, open_case
from xinshu.proceedings.cases.queries import CaseRow, of_record
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.proceedings.objections.actions import end_record, keep_whose, mark_record
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
from xinshu.proceedings.objections.states import NOT_US, OBJECTION, NotPossible, NotTheirOffice, heard
from xinshu.register.records import display
from xinshu.register.records.display import Hidden
from xinshu.register.records.own import about_record
from xinshu.register.subjects.decisions import decision_on, undo_body_decision


@transaction.atomic
def not_us(*, subject: int, record_ref: UUID, words: str, side: Side, actor: str, moment: Moment) -> UUID:
    """The body says that a record is another's: it is hidden at once while its unit looks; the number of the case.

    While one is open, its number is given again. Where it was answered that the document is the body's own, nothing is
    hidden again until that answer is undone. Raises NotTheRecord, NotPossible, SaidWrongly.
    """
    said = {"words": heard(words)}
    with holding_the_cases_of(record_ref):
        about = held_about(subject, record_ref, moment)
        if waiting := of_record(record_ref, courses=[NOT_US.name], open_only=True):
            return waiting[0].id
        held = decision_on(subject=subject, organ=about.organ_code, document_number=about.document_number)
        if held is not None and held.same:
            raise NotPossible(
                "该机关已核对并确认这份文书属于本单位；如仍认为不属于，请就“主体匹配”提出异议，可以申请复核。"
                " The unit has looked and found the document to be your body's. If you still think otherwise, object to"
                " the matching: that can be appealed."
            )
        made = open_case(
            course=NOT_US,
            event="ASK",
            side=side,
            subject=subject,
            record_ref=record_ref,
            organ=unit_of(about),
            actor=actor,
            form={**said, "version": about.version},
            said=said,
            moment=moment,
        )
        display.hide(subject=subject, record_ref=record_ref, cause=Hidden.NOT_US, organ="", actor=actor, moment=moment)
        number_and_note(moment=moment)
    return made


@transaction.atomic
def take_back_not_us(*, case: UUID, subject: int, side: Side, actor: str, moment: Moment) -> None:
    """The body takes it back; the record is shown again for what is left of its term. Raises NoSuchCase, NotNow."""
    own_case(case, subject)
    done = advance(case=case, course=NOT_US, event="TAKE_BACK", side=side, actor=actor, moment=moment)
    _shown_again(done, actor, moment)


@transaction.atomic
def answer_whose(*, case: UUID, same: bool, words: str, actor: str, moment: Moment) -> None:
    """A reviewer of the unit answers. The same: shown again. Not the same: the record ends here for good, and the
    document is not taken in for this body again, whoever files it; the unit files it under the right code.

    Raises NoSuchCase, NotNow, NotTheirOffice, SaidWrongly.
    """
    found = known_case(case)
    if not reviews_for(actor, found.organ, on_date=moment.day):
        raise NotTheirOffice("只有该机关的复核人可以答复。Only a reviewer of that unit answers this.")
    said = {"answer": "SAME" if same else "NOT_SAME", "words": heard(words)}
    done = advance(
        case=case,
        course=NOT_US,
        event="SAY_SAME" if same else "SAY_NOT_SAME",
        side=Side.ORGAN,
        actor=actor,
        organ=found.organ,
        said=said,
        moment=moment,
    )
    keep_whose(found, same=same, decided_for=found.organ, actor=actor, moment=moment)
    if same:
        _shown_again(done, actor, moment)
    else:
        end_record(found, WithdrawalReason.ENTERED_WRONGLY, words=said["words"], actor=actor, moment=moment)
    _told(done, moment)


@transaction.atomic
def undo_whose(*, case: UUID, words: str, actor: str, moment: Moment) -> None:
    """A reviewer of the unit, or an operator, undoes an answer; both authors stay on file.

    What was not the body's may be filed for it again, under its own number; the record that ended stays ended. What was
    its own may be questioned again. Raises NoSuchCase, NotNow, NotTheirOffice, SaidWrongly.
    """
    found = known_case(case)
    for_unit = reviews_for(actor, found.organ, on_date=moment.day)
    if not for_unit and not operates(actor, on_date=moment.day):
        raise NotTheirOffice("只有该机关的复核人或者运行管理人员可以撤销。Only its reviewers or an operator undo this.")
    done = advance(
        case=case,
        course=NOT_US,
        event="UNDO",
        side=Side.ORGAN if for_unit else Side.OPERATOR,
        actor=actor,
        organ=found.organ if for_unit else "",
        said={"words": heard(words)},
        moment=moment,
    )
    about = None if found.record_ref is None else about_record([found.subject], found.record_ref, on_date=moment.day)
    if about is not None:
        undo_body_decision(
            subject=found.subject,
            organ=about.organ_code,
            document_number=about.document_number,
            actor=actor,
            moment=moment,
        )
    _told(done, moment)


@transaction.atomic
def follow_not_us(*, moment: Moment) -> int:
    """Close those whose record has ended by another way; how many it was."""
    ended = ended_meanwhile(NOT_US, ["ASKED"], moment)
    for found in ended:
        done = advance(case=found, course=NOT_US, event="FOLLOW", side=Side.HOUSE, actor="objections", moment=moment)
        _told(done, moment)
    return len(ended)


def _shown_again(done: CaseRow, actor: str, moment: Moment) -> None:
    if done.record_ref is None:
        return
    display.unhide(
        subject=done.subject,
        record_ref=done.record_ref,
        cause=Hidden.NOT_US,
        organ="",
        actor=actor,
        moment=moment,
    )
    number_and_note(moment=moment)
    if of_record(done.record_ref, courses=[OBJECTION.name], open_only=True):
        mark_record(done.subject, done.record_ref, Mark.OBJECTED, actor=actor, moment=moment)


def _told(done: CaseRow, moment: Moment) -> None:
    notify(
        subject=done.subject,
        kind=NoticeKind.NOT_US_ANSWERED,
        record_ref=done.record_ref,
        case=done.id,
        said={"state": done.state},
        moment=moment,
    )
