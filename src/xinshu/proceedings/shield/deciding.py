"""The platform's steps: what is missing, a proposal, and another officer's confirmation; and what follows by itself.

That a court approved a plan, and that it was performed, is the court's fact and no unit's: an officer of the platform
checks the order, and a second one confirms (docs/adr/0034).
"""

from typing import Any, Final
from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.actions import NoSuchCase, advance
from xinshu.proceedings.cases.documents import documents_of
from xinshu.proceedings.cases.queries import CaseRow, EventRow
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.objections.queries import operates
from xinshu.proceedings.repair.actions import plain
from xinshu.proceedings.repair.deciding import Refusal, SecondPerson, remedies
from xinshu.proceedings.shield.actions import tell
from xinshu.proceedings.shield.covering import OF_ITSELF, alone, end_for_good, ordered_on, withhold
from xinshu.proceedings.shield.queries import (
    ShieldCase,
    against_final_repair,
    bodies_under,
    coverage,
    helped,
    open_shield_of,
    shield_case,
    withheld_now,
    withholding,
)
from xinshu.proceedings.shield.states import SHIELD, WITHHOLDING, Fate, NotShieldable, NotTheirShield, ShieldState
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import about_record

GRANT: Final = "GRANT"
REFUSE: Final = "REFUSE"


@transaction.atomic
def give_back(*, case: UUID, missing: str, actor: str, moment: Moment) -> CaseRow:
    """Say, once and all of it, what is missing; the clock stands still until it comes.

    Raises NoSuchCase, NotTheirShield, NotNow, and NotShieldable for no words, or for a second time.
    """
    found = officers_case(case, actor, moment)
    if found.happened("return") is not None:
        raise NotShieldable("补正只能一次性告知；请作出决定。What is missing is said once; decide.")
    done = step(found, "return", actor, moment, said={"words": must_say(missing)})
    tell(done, NoticeKind.SHIELD_RETURNED, moment)
    return done


@transaction.atomic
def propose(*, case: UUID, refusal: Refusal | None, actor: str, moment: Moment) -> CaseRow:
    """Propose what another officer then confirms: the shield or its refusal, the final repair or that it is not due.

    `refusal`: why not, with its articles; None for a grant. Raises SecondPerson for whoever filled the form at the
    counter, NoSuchCase, NotTheirShield, NotNow, NotShieldable.
    """
    found = officers_case(case, actor, moment)
    must_not_have_helped(found, actor)
    said: dict[str, Any] = {"proposed": GRANT} if refusal is None else {"proposed": REFUSE, **_refused(refusal)}
    of_completion = found.row.state == ShieldState.COMPLETION_LODGED
    if refusal is None and not of_completion:
        _must_cover(found.row, moment)
    return step(found, "propose_completion" if of_completion else "propose", actor, moment, said=said)


@transaction.atomic
def send_back(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """Another officer does not confirm what was proposed, and says why."""
    found = officers_case(case, actor, moment)
    _must_be_another(found, actor)
    of_completion = found.row.state == ShieldState.COMPLETION_PROPOSED
    event = "send_back_completion" if of_completion else "send_back"
    return step(found, event, actor, moment, said={"words": must_say(words)})


@transaction.atomic
def confirm(*, case: UUID, actor: str, moment: Moment) -> CaseRow:
    """Another officer confirms what was proposed; it is done in this transaction, and the endings have their numbers.

    Raises SecondPerson, NoSuchCase, NotTheirShield, NotNow.
    """
    with alone(officers_case(case, actor, moment).row.subject):
        found = officers_case(case, actor, moment)
        proposal = _must_be_another(found, actor)
        granted = proposal.said["proposed"] == GRANT
        if found.row.state == ShieldState.COMPLETION_PROPOSED:
            return _completed(found, actor, moment) if granted else _declined(found, proposal, actor, moment)
        return _granted(found, actor, moment) if granted else _refusal_done(found, proposal, actor, moment)


def follow(*, moment: Moment) -> int:
    """Withhold what came in, or was shown again, since a shield was granted, and belongs under it; how many records.

    Each shield by itself. A record that is filed late was determined before the order all the same.
    """
    return sum(_followed(case, moment) for case in withholding())


@transaction.atomic
def follow_body(*, subject: int, moment: Moment) -> int:
    """The same for one body, in the transaction of what would show a record of it again; how many records."""
    found = open_shield_of(bodies_under(subject))
    return 0 if found is None else _followed(found.id, moment)


@transaction.atomic
def _followed(case: UUID, moment: Moment) -> int:
    found = shield_case(case)
    if found is None:
        return 0
    with alone(found.row.subject):
        again = shield_case(case)
        if again is None or again.row.state not in WITHHOLDING:
            return 0
        return withhold(again.row, actor=OF_ITSELF, moment=moment)


def officers_case(case: UUID, actor: str, moment: Moment) -> ShieldCase:
    """The shield, for an officer of the platform. Raises NoSuchCase, NotTheirShield."""
    found = shield_case(case)
    if found is None:
        raise NoSuchCase("没有这个办件。There is no such case.")
    if not operates(actor, on_date=moment.day):
        raise NotTheirShield(
            "临时屏蔽由平台运行管理人员办理，您没有相应的任职。Officers of the platform decide on shields; you may not."
        )
    return found


def must_not_have_helped(found: ShieldCase, actor: str) -> None:
    """Whoever filled the form at a counter decides nothing in it. Raises SecondPerson."""
    if helped(actor, found.history):
        raise SecondPerson("窗口代填的人不能办理同一件。Whoever helped at the counter does not decide the same case.")


def must_say(words: str) -> str:
    """What is said to both sides. Raises NotShieldable for nothing."""
    said = plain(words)
    if not said:
        raise NotShieldable("请写明理由或者需要补正的内容。Say why, or what is missing.")
    return said


def step(found: ShieldCase, event: str, actor: str, moment: Moment, *, said: dict[str, Any] | None = None) -> CaseRow:
    """A step of the platform."""
    return advance(
        case=found.row.id,
        course=SHIELD,
        event=event,
        side=Side.OPERATOR,
        actor=actor,
        said=said or {},
        moment=moment,
    )


def _granted(found: ShieldCase, actor: str, moment: Moment) -> CaseRow:
    _must_cover(found.row, moment)
    done = step(found, "confirm_grant", actor, moment, said={"documents": len(documents_of(found.row.id))})
    withhold(done, actor=actor, moment=moment)
    tell(done, NoticeKind.SHIELD_GRANTED, moment)
    return done


def _refusal_done(found: ShieldCase, proposal: EventRow, actor: str, moment: Moment) -> CaseRow:
    done = step(found, "confirm_refusal", actor, moment, said=_reasons_of(proposal) | remedies())
    tell(done, NoticeKind.SHIELD_REFUSED, moment)
    return done


def _completed(found: ShieldCase, actor: str, moment: Moment) -> CaseRow:
    form = found.row.form
    fates = end_for_good(
        step(found, "confirm_completion", actor, moment, said={"kept_back": _kept_back(found, moment)}),
        words=f"{form['court']} {form['number']}",
        actor=actor,
        moment=moment,
    )
    done = officers_case(found.row.id, actor, moment).row
    told = NoticeKind.SHIELD_PARTLY_COMPLETED if fates.get(Fate.KEPT_BACK) else NoticeKind.SHIELD_COMPLETED
    tell(done, told, moment)
    return done


def _kept_back(found: ShieldCase, moment: Moment) -> list[list[str | None]]:
    """Why some of the records cannot end by it: each reason once, code, basis and article, and no word of a record."""
    catalogue, form = catalogue_on(moment.day).catalogue, found.row.form.get("completion", {})
    reasons: dict[tuple[str, str | None, str | None], None] = {}
    for subject, record_ref in withheld_now(found.row.id):
        record = about_record([subject], record_ref, on_date=moment.day)
        against = () if record is None else against_final_repair(record, catalogue, form, on_date=moment.day)
        for reason in (reason for finding in against for reason in finding.reasons):
            reasons[str(reason.code), reason.basis, reason.article] = None
    return [list(reason) for reason in reasons]


def _declined(found: ShieldCase, proposal: EventRow, actor: str, moment: Moment) -> CaseRow:
    done = step(found, "decline_completion", actor, moment, said=_reasons_of(proposal) | remedies())
    tell(done, NoticeKind.SHIELD_GOES_ON, moment)
    return done


def _reasons_of(proposal: EventRow) -> dict[str, Any]:
    return {name: proposal.said[name] for name in ("words", "articles")}


def _refused(refusal: Refusal) -> dict[str, Any]:
    if not refusal.articles:
        raise NotShieldable("不予办理须引用条文。A refusal names its articles.")
    return {"words": must_say(refusal.words), "articles": [list(article) for article in refusal.articles]}


def _must_cover(found: CaseRow, moment: Moment) -> None:
    """At least one record would be withheld; else there is nothing to grant, and the reasons say why."""
    catalogue = catalogue_on(moment.day).catalogue
    seen = coverage(bodies_under(found.subject), ordered_on(found.form), catalogue, on_date=moment.day)
    if not any(one.shielded for one in seen):
        reasons = tuple(dict.fromkeys(one.reason for one in seen))
        raise NotShieldable(
            "没有可以屏蔽的信息；理由见下。There is nothing to shield, for the reasons below.", {}, reasons
        )


def _must_be_another(found: ShieldCase, actor: str) -> EventRow:
    """The proposal, which another officer made. Raises SecondPerson, NotNow."""
    proposal = found.happened("propose", "propose_completion")
    if proposal is None or found.row.state not in {ShieldState.PROPOSED, ShieldState.COMPLETION_PROPOSED}:
        raise NotNow("没有待确认的建议。Nothing waits to be confirmed.")
    if proposal.actor == actor:
        raise SecondPerson("须由另一位运行管理人员确认。Another officer has to confirm this, not the same person.")
    must_not_have_helped(found, actor)
    return proposal
