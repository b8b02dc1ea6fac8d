"""Takes a claim from anyone and withholds at once what it concerns; has it decided; lets it lapse; erases its words.

And what the cases of a body itself have in common: its own case, marks that come and go, the end of a record.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction

from xinshu.bulk.personal import mask as without_persons
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.kit.workdays import NotYetComputable, add_working_days
from xinshu.law.catalogue import Catalogue
from xinshu.law.public_form import MARKS
from xinshu.law.terms import ClaimCause, Mark
from xinshu.proceedings.cases.actions import forget as forget_cases
from xinshu.proceedings.cases.queries import CaseRow
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.intake.actions import withdraw
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.proceedings.objections.models import Claim
from xinshu.proceedings.objections.queries import decides_for, without_record
from xinshu.proceedings.objections.states import DAYS_KEPT, DUE_WORKDAYS, LONGEST_WORDS, ClaimState
from xinshu.register.access.actions import note
from xinshu.register.access.queries import posts_of
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records import display
from xinshu.register.records.own import about_record
from xinshu.register.records.withholding import NotShown, ShownRecord, hold, mask, unmask
from xinshu.register.subjects.decisions import decide_body, forget_decisions
from xinshu.register.subjects.queries import described

ANYONE = "public"
"""The actor of whoever lodges a claim: nothing else is known of them."""


class ClaimRefused(XinshuError):
    """A claim cannot be taken as said."""


class NotTheirs(XinshuError):
    """Another organ reviews that claim, or there is none."""


class NotDecided(XinshuError):
    """A decision is not possible as said, or was made already."""


def lodge(*, subject: int, record_ref: UUID, cause: ClaimCause, words: str, moment: Moment) -> UUID:
    """Take a claim on a record that is shown and withhold at once what it concerns; the number of its receipt.

    While one waits for that record and cause, its receipt is given again. Where one on the same content was rejected,
    or the cause is upheld already, the claim is reviewed and withholds nothing more. Raises NotShown, ClaimRefused.
    """
    said = _plain(words)
    if len(said) > LONGEST_WORDS:
        raise ClaimRefused(
            f"说明至多{LONGEST_WORDS}字，请缩短。Your words may have {LONGEST_WORDS} characters; make them shorter."
        )
    with transaction.atomic():
        held = _held(subject, record_ref, moment)
        if held is None:
            raise NotShown("这里没有公示信息。Nothing is publicly shown at this address.")
        before = Claim.objects.filter(subject_id=subject, record_ref=record_ref, cause=cause)
        waiting = before.filter(state=ClaimState.OPEN).first()
        if waiting is not None:
            return waiting.id
        rejected = before.filter(state=ClaimState.REJECTED, version=held.version).exists()
        masks = not rejected and not held.marks.intersection(MARKS[cause])
        lodged = _lodged(held, cause, said, masks, moment)
        # In the same transaction, so that the record is at no moment hidden for want of a number.
        number_and_note(moment=moment)
        return lodged


def _lodged(held: ShownRecord, cause: ClaimCause, words: str, masks: bool, moment: Moment) -> UUID:
    catalogue = catalogue_on(moment.day).catalogue
    due_on = add_working_days(moment.day, DUE_WORKDAYS, catalogue.calendar)
    made = Claim.objects.create(
        id=uuid4(),
        subject_id=held.subject,
        record_ref=held.record_ref,
        kind=held.kind,
        version=held.version,
        organs=list(held.organs),
        cause=cause,
        masks=masks,
        words=without_persons(words)[0][:LONGEST_WORDS],
        state=ClaimState.OPEN,
        received_on=moment.day,
        received_at=moment.instant,
        due_on=None if isinstance(due_on, NotYetComputable) else due_on,
    )
    if masks:
        mask(
            subject=held.subject,
            record_ref=held.record_ref,
            mark=MARKS[cause][0],
            organ="",
            actor=ANYONE,
            catalogue=catalogue,
            moment=moment,
        )
    note(actor=ANYONE, act="LODGE_CLAIM", matter=str(made.id), purpose="异议", organ="", moment=moment)
    return made.id


def decide(*, claim: UUID, verdict: ClaimState, reason: str, actor: str, moment: Moment) -> None:
    """A reviewer of an organ of the record, or an operator, upholds or rejects a claim that waits.

    UPHELD withholds for good; of a record that is not the body's, the organ is to withdraw it. REJECTED needs a reason
    and shows again what this claim withheld. Raises NotTheirs, NotDecided.
    """
    said = without_persons(_plain(reason))[0]
    if verdict not in {ClaimState.UPHELD, ClaimState.REJECTED}:
        raise NotDecided("请选择是否成立。Choose whether the claim is upheld.")
    if len(said) > LONGEST_WORDS or (verdict is ClaimState.REJECTED and not said):
        raise NotDecided(
            f"不成立须说明理由，至多{LONGEST_WORDS}字。"
            f" A rejection needs its reason, in at most {LONGEST_WORDS} characters."
        )
    with transaction.atomic():
        found = Claim.objects.select_for_update().filter(id=claim).first()
        organ = None if found is None else decides_for(posts_of(actor, on_date=moment.day), found.organs)
        if found is None or organ is None:
            raise NotTheirs("这项异议不由您审核。This claim is not yours to review.")
        if found.state != ClaimState.OPEN:
            raise NotDecided("这项异议已经办结。This claim is decided already.")
        found.state, found.reason = verdict, said
        found.decided_on, found.decided_by = moment.day, actor
        found.save()
        _carried_out(found, organ, catalogue_on(moment.day).catalogue, moment)
        note(actor=actor, act="DECIDE_CLAIM", matter=str(claim), purpose=verdict, organ=organ, moment=moment)
        number_and_note(moment=moment)


def _carried_out(found: Claim, organ: str, catalogue: Catalogue, moment: Moment) -> None:
    """What the decision does to the record, if it is still shown."""
    if _held(found.subject_id, found.record_ref, moment) is None:
        return
    cause = ClaimCause(found.cause)
    if found.state == ClaimState.UPHELD:
        mask(
            subject=found.subject_id,
            record_ref=found.record_ref,
            mark=MARKS[cause][1],
            organ=organ,
            actor=found.decided_by,
            catalogue=catalogue,
            moment=moment,
        )
    elif found.masks:
        unmask(
            subject=found.subject_id,
            record_ref=found.record_ref,
            cause=cause,
            organ=organ,
            actor=found.decided_by,
            catalogue=catalogue,
            moment=moment,
        )


def sweep(*, moment: Moment) -> int:
    """Let claims lapse whose record has ended, and erase the words of those closed 30 days ago; how many it was."""
    number_and_note(moment=moment)  # what only waits for its number has not ended
    ended = list(without_record(on_date=moment.day))
    with transaction.atomic():
        lapsed = Claim.objects.filter(id__in=ended, state=ClaimState.OPEN).update(
            state=ClaimState.LAPSED, decided_on=moment.day
        )
        old = Claim.objects.filter(decided_on__lte=moment.day - timedelta(days=DAYS_KEPT), erased_at__isnull=True)
        return lapsed + old.update(words="", erased_at=moment.instant)


def forget(references: Collection[str]) -> None:
    """Erase the claims on records that are erased."""
    Claim.objects.filter(record_ref__in=references).delete()
    forget_cases(references)
    forget_decisions(references)


def mark_record(subject: int, record_ref: UUID, mark: Mark, *, actor: str, moment: Moment) -> None:
    """Show a mark with the record from now on, within the caller's transaction.

    What is not shown yet says nothing; `follow` marks it on its first day.
    """
    _display(subject, record_ref, mark, actor, moment, display.mark)


def unmark_record(subject: int, record_ref: UUID, mark: Mark, *, actor: str, moment: Moment) -> None:
    """Take a mark off again, if the record is still shown; the caller has seen that no case needs it."""
    _display(subject, record_ref, mark, actor, moment, display.unmark)


def _display(subject: int, record_ref: UUID, mark: Mark, actor: str, moment: Moment, verb: Callable[..., None]) -> None:
    if _held(subject, record_ref, moment) is None:
        return
    catalogue = catalogue_on(moment.day).catalogue
    where = {"subject": subject, "record_ref": record_ref, "organ": "", "actor": actor}
    verb(**where, mark=mark, catalogue=catalogue, moment=moment)
    # In the same transaction: the record is at no moment hidden for want of a number.
    number_and_note(moment=moment)


def end_record(found: CaseRow, reason: WithdrawalReason, *, words: str, actor: str, moment: Moment) -> None:
    """Withdraw the record of a case for good, in the name of its unit and in this transaction (G25)."""
    if found.record_ref is None:
        return
    about = about_record([found.subject], found.record_ref, on_date=moment.day)
    if about is None or about.ended is not None:
        return
    (body,) = described([found.subject])
    withdraw(
        organ_code=found.organ,
        subject_code=body.code,
        record_ref=found.record_ref,
        reason=reason,
        words=words,
        actor=actor,
        moment=moment,
    )


def keep_whose(found: CaseRow, *, same: bool, decided_for: str, actor: str, moment: Moment) -> None:
    """Keep for every later filing whether the document of a case is the body's own (G24)."""
    about = None if found.record_ref is None else about_record([found.subject], found.record_ref, on_date=moment.day)
    if about is None or found.record_ref is None:
        return
    decide_body(
        subject=found.subject,
        organ=about.organ_code,
        document_number=about.document_number,
        record_ref=found.record_ref,
        same=same,
        decided_for=decided_for,
        actor=actor,
        moment=moment,
    )


def _held(subject: int, record_ref: UUID, moment: Moment) -> ShownRecord | None:
    """The record, if it is shown; one that only waits for its number is not gone."""
    held = hold(subject=subject, record_ref=record_ref, on_date=moment.day)
    if held is None:
        number_and_note(moment=moment)
        held = hold(subject=subject, record_ref=record_ref, on_date=moment.day)
    return held


def _plain(words: str) -> str:
    """One line of what can be printed."""
    return "".join(sign for sign in " ".join(words.split()) if sign.isprintable())
