"""What a body says beside its record: its statement, a review or stay of the decision, honours it declines (G27)."""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.law.terms import Effect, Mark
from xinshu.proceedings.cases.actions import advance, open_case
from xinshu.proceedings.cases.queries import CaseRow, in_state, of_record
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.objections.actions import mark_record, unmark_record
from xinshu.proceedings.objections.queries import (
    ended_meanwhile,
    held_about,
    holding_the_cases_of,
    known_case,
    unit_of,
)
from xinshu.proceedings.objections.states import DECLINED, REVIEW, NotPossible, ReviewOutcome, heard
from xinshu.register.access.actions import note
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records import display
from xinshu.register.records.actions import Change
from xinshu.register.records.own import AboutRow, about
from xinshu.register.subjects.decisions import accept_again, decline

MARKS: Final = {"UNDER_REVIEW": Mark.UNDER_REVIEW, "STAYED": Mark.STAYED}
PAGE: Final = 200


@transaction.atomic
def say(*, subject: int, record_ref: UUID, words: str, actor: str, moment: Moment) -> None:
    """Add the body's statement to its record, wherever shown; "" takes it back. Raises NotShown, SaidWrongly."""
    number_and_note(moment=moment)
    said = heard(words, needed=False)
    catalogue = catalogue_on(moment.day).catalogue
    display.state(subject=subject, record_ref=record_ref, words=said, actor=actor, catalogue=catalogue, moment=moment)
    note(actor=actor, act="STATE", matter="statement", purpose="主体声明", organ="", moment=moment)
    number_and_note(moment=moment)


@transaction.atomic
def tell_review(
    *, subject: int, record_ref: UUID, body: str, number: str, stayed: bool, side: Side, actor: str, moment: Moment
) -> UUID:
    """Have the record say that the decision is under reconsideration or in court, or that its execution is stayed.

    `body` and `number`: which body, and its own case number. A review alone suspends no display. One runs at a time;
    told again, a stay is added to it or is over. Raises NotTheRecord, SaidWrongly.
    """
    said = {"body": heard(body), "number": heard(number)}
    with holding_the_cases_of(record_ref):
        found = held_about(subject, record_ref, moment)
        open_now = of_record(record_ref, courses=[REVIEW.name], open_only=True)
        case = open_now[0].id if open_now else _opened(found, said, side, actor, moment)
        state = open_now[0].state if open_now else "UNDER_REVIEW"
        if stayed is not (state == "STAYED"):
            event = "STAY" if stayed else "STAY_OVER"
            state = advance(
                case=case, course=REVIEW, event=event, side=side, actor=actor, said=said, moment=moment
            ).state
        _marked(found.subject, record_ref, state, actor, moment)
    return case


@transaction.atomic
def review_over(*, case: UUID, outcome: ReviewOutcome, words: str, side: Side, actor: str, moment: Moment) -> CaseRow:
    """The reconsideration or lawsuit is over; the mark goes. The caller has seen that the case is this actor's.

    A decision that was changed or revoked ends or corrects nothing by this: the page then asks the body for an
    objection of that ground, by which its unit has three working days. Raises NotNow.
    """
    said = {"outcome": str(outcome), "words": heard(words, needed=False)}
    done = advance(case=case, course=REVIEW, event="OVER", side=side, actor=actor, said=said, moment=moment)
    if done.record_ref is not None:
        _marked(done.subject, done.record_ref, "", actor, moment)
    return done


@transaction.atomic
def follow_reviews(*, moment: Moment) -> int:
    """Close those whose record has ended, and mark what is shown by now; how many were closed."""
    ended = ended_meanwhile(REVIEW, MARKS, moment)
    for found in ended:
        advance(case=found, course=REVIEW, event="FOLLOW", side=Side.HOUSE, actor="objections", moment=moment)
    for waiting in (known_case(one) for state in MARKS for one in in_state(REVIEW.name, state)):
        if waiting.record_ref is not None:
            mark_record(waiting.subject, waiting.record_ref, MARKS[waiting.state], actor="objections", moment=moment)
    return len(ended)


def may_be_declined(kind: str, day: date) -> bool:
    """Whether a kind speaks for its subject only, so that it may do without (G27)."""
    found = catalogue_on(day).catalogue.kinds.get(kind)
    return found is not None and found.effect is Effect.FAVOURABLE


@transaction.atomic
def decline_kind(*, subject: int, kind: str, side: Side, actor: str, moment: Moment) -> int:
    """The body declines a kind that speaks for it: those shown end at once, later filings go back; how many ended.

    Each one's unit is told by a case of its own. Raises NotPossible.
    """
    if not may_be_declined(kind, moment.day):
        raise NotPossible(
            "只有荣誉、奖励等对主体有利的信息可以放弃。Only what speaks for the body, such as honours, may be declined."
        )
    decline(subject=subject, kind=kind, actor=actor, moment=moment)
    standing = [one for one in _all_of(subject, kind, moment) if one.ended is None]
    for one in standing:
        organ = unit_of(one)
        display.end_publication(
            subject=subject,
            record_ref=one.record_ref,
            ground=Change.DECLINED,
            organ=organ,
            words=WANTED_NOT,
            actor=actor,
            moment=moment,
        )
        open_case(
            course=DECLINED,
            event="DECLINE",
            side=side,
            subject=subject,
            record_ref=one.record_ref,
            organ=organ,
            actor=actor,
            said={"words": WANTED_NOT},
            moment=moment,
        )
    note(actor=actor, act="DECLINE", matter=kind, purpose="放弃荣誉记录", organ="", moment=moment)
    number_and_note(moment=moment)
    return len(standing)


WANTED_NOT: Final = "主体放弃记录（社会信用条例类规定）。Declined by the subject."


@transaction.atomic
def accept_kind_again(*, subject: int, kind: str, actor: str, moment: Moment) -> None:
    """The body takes it back: later filings of the kind are taken in again; what has ended stays ended."""
    if accept_again(subject=subject, kind=kind, actor=actor, moment=moment):
        note(actor=actor, act="ACCEPT_AGAIN", matter=kind, purpose="放弃荣誉记录", organ="", moment=moment)


def _opened(found: AboutRow, said: dict[str, str], side: Side, actor: str, moment: Moment) -> UUID:
    return open_case(
        course=REVIEW,
        event="TELL",
        side=side,
        subject=found.subject,
        record_ref=found.record_ref,
        organ=unit_of(found),
        actor=actor,
        form=said,
        said=said,
        moment=moment,
    )


def _marked(subject: int, record_ref: UUID, state: str, actor: str, moment: Moment) -> None:
    """One of the two marks, or none."""
    for name, mark in MARKS.items():
        if name != state:
            unmark_record(subject, record_ref, mark, actor=actor, moment=moment)
    if state in MARKS:
        mark_record(subject, record_ref, MARKS[state], actor=actor, moment=moment)


def _all_of(subject: int, kind: str, moment: Moment) -> Collection[AboutRow]:
    found: list[AboutRow] = []
    while True:
        rows, total = about([subject], on_date=moment.day, kind=kind, most=PAGE, skip=len(found))
        found += rows
        if not rows or len(found) >= total:
            return found
