"""The applicant's steps: a draft, the order lodged, what was missing, withdrawing, performance, a reply; erasing."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases import actions as cases
from xinshu.proceedings.cases.actions import NoSuchCase, advance, open_case
from xinshu.proceedings.cases.documents import documents_of
from xinshu.proceedings.cases.queries import CaseRow, history
from xinshu.proceedings.cases.queries import case as case_row
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.objections.queries import operates
from xinshu.proceedings.repair.actions import plain
from xinshu.proceedings.shield.covering import alone
from xinshu.proceedings.shield.fields import ORDER, completion_faults, one_line, order_faults
from xinshu.proceedings.shield.models import Shielded
from xinshu.proceedings.shield.queries import (
    ShieldCase,
    bodies_under,
    coverage,
    due_again,
    helped,
    may_help,
    open_shield_of,
    shield_case,
)
from xinshu.proceedings.shield.states import (
    FILLED,
    LONGEST_NAME,
    SHIELD,
    NotShieldable,
    NotTheirShield,
    ShieldState,
)
from xinshu.register.catalogues.queries import catalogue_on


@transaction.atomic
def begin(*, subjects: Collection[int], side: Side, actor: str, moment: Moment) -> UUID:
    """Begin a draft for the first of these bodies, which one code names; where a shield is open, it is that one.

    Raises NotShieldable where nothing is held about them, NotTheirShield for whoever may not help at a counter.
    """
    _must_be_let(side, actor, moment)
    if not subjects:
        raise NotShieldable(
            "本平台没有关于这家单位的信息，不需要屏蔽。"
            " Nothing is held about this organisation; there is nothing to shield."
        )
    subject = min(subjects)
    with alone(subject):
        waiting = open_shield_of(subjects)
        if waiting is not None:
            return waiting.id
        return open_case(
            course=SHIELD,
            event="begin",
            side=side,
            subject=subject,
            record_ref=None,
            organ="",
            actor=actor,
            moment=moment,
        )


@transaction.atomic
def save(
    *, case: UUID, subjects: Collection[int] | None, form: Mapping[str, str], side: Side, actor: str, moment: Moment
) -> None:
    """Keep what was filled in, as it was, right or wrong; it is looked at when it is lodged.

    `subjects`: those for whom the actor acts; None at a counter. Raises NoSuchCase, NotNow, NotRepairable for words
    that are too long.
    """
    own_shield(case, subjects, side, actor, moment)
    kept = {name: one_line(form.get(name, ""), longest) for name, longest in ORDER.items()}
    cases.keep_form(case=case, course=SHIELD, states=FILLED, form=kept | {"words": plain(form.get("words", ""))})


@transaction.atomic
def lodge(*, case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """Lodge the application, or what was missing in it; a second time it is the same case, as it stands.

    Raises NoSuchCase, NotNow, and NotShieldable with the fault of each field.
    """
    found = own_shield(case, subjects, side, actor, moment)
    if found.state == ShieldState.LODGED:
        return found
    faults = order_faults(found.form, moment.day)
    if not documents_of(case):
        faults["document"] = "请附上法院的裁定书。Attach the court's order."
    if faults:
        raise NotShieldable(
            "还不能提交；请按提示改正后再次提交。It cannot be lodged yet; correct what is marked.", faults
        )
    _must_cover_something(found, moment)
    event, due = "lodge", None
    told = shield_case(case)
    if found.state == ShieldState.RETURNED and told is not None:
        event, due = "complete", due_again(told.history, catalogue_on(moment.day).catalogue, on_date=moment.day)
    said = {"court": found.form["court"], "number": found.form["number"], "ordered_on": found.form["ordered_on"]}
    done = advance(case=case, course=SHIELD, event=event, side=side, actor=actor, said=said, due=due, moment=moment)
    tell(done, NoticeKind.SHIELD_LODGED, moment)
    return done


@transaction.atomic
def withdraw(*, case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """The applicant takes it back before it is decided; another may follow. Raises NoSuchCase, NotNow."""
    found = own_shield(case, subjects, side, actor, moment)
    if found.state == ShieldState.WITHDRAWN:
        return found
    return advance(case=case, course=SHIELD, event="withdraw", side=side, actor=actor, moment=moment)


@transaction.atomic
def ask_completion(
    *, case: UUID, subjects: Collection[int] | None, form: Mapping[str, str], side: Side, actor: str, moment: Moment
) -> CaseRow:
    """The plan was performed: ask for the final repair of what is withheld, with a proof and the commitment.

    Raises NoSuchCase, NotNow, and NotShieldable with the fault of each field.
    """
    found = own_shield(case, subjects, side, actor, moment)
    if found.state == ShieldState.COMPLETION_LODGED:
        return found
    told = shield_case(case)
    signed, words = one_line(form.get("signed_by", ""), LONGEST_NAME), plain(form.get("performance", ""))
    faults = completion_faults(found.form, form, signed, moment.day)
    if told is not None and not _has_proof(told):
        faults["document"] = "请附上计划执行完毕的证明。Attach the proof that the plan was performed."
    if faults:
        raise NotShieldable(
            "还不能提交；请按提示改正后再次提交。It cannot be lodged yet; correct what is marked.", faults
        )
    completion = {
        "performed_on": form["performed_on"],
        "words": words,
        "commitment": True,
        "signed_by": signed,
        "signed_on": moment.day.isoformat(),
    }
    states = (ShieldState.GRANTED,)
    cases.keep_form(case=case, course=SHIELD, states=states, form={**found.form, "completion": completion})
    said = {"performed_on": form["performed_on"], "words": words}
    return advance(case=case, course=SHIELD, event="ask_completion", side=side, actor=actor, said=said, moment=moment)


@transaction.atomic
def take_back_completion(
    *, case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment
) -> CaseRow:
    """The plan is not performed yet, after all: the shield stands as before. Raises NoSuchCase, NotNow."""
    own_shield(case, subjects, side, actor, moment)
    return advance(case=case, course=SHIELD, event="take_back_completion", side=side, actor=actor, moment=moment)


@transaction.atomic
def reply(
    *, case: UUID, subjects: Collection[int] | None, words: str, side: Side, actor: str, moment: Moment
) -> CaseRow:
    """The body is heard before anything is shown again. Raises NoSuchCase, NotNow, NotShieldable for no words."""
    own_shield(case, subjects, side, actor, moment)
    said = {"words": plain(words)}
    if not said["words"]:
        raise NotShieldable("请写下您的意见。Write your reply.", {"reply": "请写下您的意见。Write your reply."})
    return advance(case=case, course=SHIELD, event="reply", side=side, actor=actor, said=said, moment=moment)


def forget(references: Collection[str]) -> None:
    """Erase that these records were under a shield, in the transaction that erases them."""
    Shielded.objects.filter(record_ref__in=references).delete()


def own_shield(case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """The case, if the actor may act in it for its body. Raises NoSuchCase for another's as for none."""
    found = case_row(case)
    if found is None or found.course != SHIELD.name:
        raise NoSuchCase("没有这个办件。There is no such case.")
    if side is Side.COUNTER:
        _must_be_let(side, actor, moment)
        if not helped(actor, history(case)) and not operates(actor, on_date=moment.day):
            raise NotTheirShield("这一件不是您在窗口代填的。It was not you who helped with this one at the counter.")
    elif subjects is None or found.subject not in subjects:
        raise NoSuchCase("没有这个办件。There is no such case.")
    return found


def tell(case: CaseRow, kind: NoticeKind, moment: Moment) -> None:
    """The body is told of what happened in its case."""
    notify(subject=case.subject, kind=kind, case=case.id, moment=moment)


def _must_cover_something(found: CaseRow, moment: Moment) -> None:
    """An order covers what was determined up to its day; where that is nothing, nothing is asked for in vain."""
    day = date.fromisoformat(found.form["ordered_on"])
    catalogue = catalogue_on(moment.day).catalogue
    seen = coverage(bodies_under(found.subject), day, catalogue, on_date=moment.day)
    if not seen:
        raise NotShieldable(
            "这家单位没有正在或者将要公示的失信信息，不需要屏蔽；今后有属于裁定以前的，可以再申请。"
            " No adverse record of this body is shown or about to be, so there is nothing to shield; ask again if one"
            " from before the order appears."
        )
    if not any(one.shielded for one in seen):
        text = (
            "没有一条信息在这份裁定的屏蔽范围内，理由见下；请核对裁定日期，或者逐条申请修复。"
            " The order shields none of the records, for the reasons below; check its day, or ask for repair of each."
        )
        reasons = tuple(dict.fromkeys(one.reason for one in seen))
        raise NotShieldable(text, {"ordered_on": text}, reasons)


def _has_proof(found: ShieldCase) -> bool:
    """Whether a document was attached since the shield was granted, which said how many there were."""
    granted = found.happened("confirm_grant")
    return granted is not None and len(documents_of(found.row.id)) > granted.said["documents"]


def _must_be_let(side: Side, actor: str, moment: Moment) -> None:
    if side is Side.COUNTER and not may_help(actor, on_date=moment.day):
        raise NotTheirShield("窗口代填由经办人员和运行管理人员办理。Clerks and operators help at the counter.")
