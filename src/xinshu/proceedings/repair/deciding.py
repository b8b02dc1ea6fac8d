"""The unit's steps: accept, return, extend with notice, propose, confirm, grant, refuse; a listing unit's answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.law.terms import Penalty
from xinshu.law.verdict import Reason
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.actions import NoSuchCase, advance, open_case
from xinshu.proceedings.cases.queries import CaseRow, history
from xinshu.proceedings.cases.queries import case as case_row
from xinshu.proceedings.cases.turns import NotNow, Side, turn
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.lists.revoking import MENDED, propose_removal
from xinshu.proceedings.lists.states import ListingState, NotListable
from xinshu.proceedings.repair.actions import THE_HOUSE, NotRepairable, NotTheirs, notify_of, plain
from xinshu.proceedings.repair.queries import (
    OFFICERS,
    eligibility,
    held_by,
    is_serious,
    list_asked,
    listings_that_cite,
    penalties_of,
    result_by,
    unit_of,
)
from xinshu.proceedings.repair.states import DELISTING, REPAIR
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.display import end_publication
from xinshu.register.records.own import AboutRow

REVIEWERS: Final = frozenset({Role.REVIEWER})
GRANT: Final = "GRANT"
REFUSE: Final = "REFUSE"
BANS: Final = frozenset({Penalty.BUSINESS_RESTRICTION, Penalty.OCCUPATION_BAN})
"""Penalties that are a ban themselves: it runs on after the repair, and is explained."""


class SecondPerson(NotRepairable):
    """A second person has to decide this, and it must be another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why not: the unit's words, and the articles that it rests on (instrument, article)."""

    words: str
    articles: tuple[tuple[str, str], ...]


@transaction.atomic
def accept(*, case: UUID, actor: str, moment: Moment) -> CaseRow:
    """The unit accepts; the result stays due within its days of the application. Raises NotTheirs, NotNow."""
    found = unit_case(case, actor, OFFICERS, moment)
    done = _advanced(found, "accept", actor, moment, due=True)
    notify_of(done, NoticeKind.REPAIR_ACCEPTED, moment)
    return done


@transaction.atomic
def give_back(*, case: UUID, missing: str, actor: str, moment: Moment) -> CaseRow:
    """Say, once and all of it, what is missing. The clock stands still until it comes, and does not begin again.

    Raises NotTheirs, NotNow, NotRepairable for no words, or for a second time.
    """
    found = unit_case(case, actor, OFFICERS, moment)
    if any(line.event == "return" for line in history(case)):
        raise NotRepairable("补正只能一次性告知；请受理后决定。What is missing is said once; accept it and decide.")
    said = {"missing": _said(missing)}
    done = _advanced(found, "return", actor, moment, said=said)
    notify_of(done, NoticeKind.REPAIR_RETURNED, moment)
    return done


@transaction.atomic
def extend(*, case: UUID, reason: str, actor: str, moment: Moment) -> CaseRow:
    """More time for a complex case, once, told before the result is due. Raises NotTheirs, NotNow, NotRepairable."""
    found = unit_case(case, actor, OFFICERS, moment)
    lines = history(case)
    if any(line.event == "extend" for line in lines):
        raise NotRepairable("只能延长一次。It may be extended once only.")
    last = result_by(lines, catalogue_on(moment.day).catalogue)
    if last is not None and moment.day > last:
        raise NotRepairable("期限已过，不能再延长；延长须事先告知。The term is over: an extension is told beforehand.")
    done = _advanced(found, "extend", actor, moment, said={"words": _said(reason)}, due=True)
    notify_of(done, NoticeKind.REPAIR_EXTENDED, moment)
    return done


@transaction.atomic
def propose(*, case: UUID, refusal: Refusal | None, actor: str, moment: Moment) -> CaseRow:
    """Propose a grant (no refusal) or a refusal on a serious record, for another reviewer to confirm."""
    found = unit_case(case, actor, OFFICERS, moment)
    if refusal is None:
        _must_be_grantable(found, moment)
    said = {"proposed": GRANT} if refusal is None else {"proposed": REFUSE, **_refused(refusal)}
    return _advanced(found, "propose", actor, moment, said=said)


@transaction.atomic
def send_back(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """Another reviewer does not confirm what was proposed, and says why."""
    found = unit_case(case, actor, REVIEWERS, moment)
    _must_be_another(_proposal(case).actor, actor)
    return _advanced(found, "send_back", actor, moment, said={"words": _said(words)})


@transaction.atomic
def confirm(*, case: UUID, actor: str, moment: Moment) -> CaseRow:
    """Another reviewer of the unit confirms what was proposed, which is then done. Raises SecondPerson, NotNow."""
    found = unit_case(case, actor, REVIEWERS, moment)
    proposal = _proposal(case)
    _must_be_another(proposal.actor, actor)
    if proposal.said["proposed"] == GRANT:
        return _granted(found, "confirm_grant", actor, moment)
    said = {name: proposal.said[name] for name in ("words", "articles")}
    return _refusal_done(found, "confirm_refusal", said, actor, moment)


@transaction.atomic
def grant(*, case: UUID, actor: str, moment: Moment) -> CaseRow:
    """Grant, in one transaction: display, sharing and use end, the ending is numbered, notices are due.

    Raises SecondPerson on a serious record, NotTheirs, NotNow, NotRepairable with the verdict.
    """
    found = unit_case(case, actor, REVIEWERS, moment)
    _must_not_be_serious(found, moment)
    return _granted(found, "grant", actor, moment)


@transaction.atomic
def refuse(*, case: UUID, refusal: Refusal, actor: str, moment: Moment) -> CaseRow:
    """Refuse, with reasons, articles and the rights. Raises SecondPerson, NotTheirs, NotNow, NotRepairable."""
    found = unit_case(case, actor, REVIEWERS, moment)
    _must_not_be_serious(found, moment)
    return _refusal_done(found, "refuse", _refused(refusal), actor, moment)


@transaction.atomic
def answer_for_list(
    *, case: UUID, leaves: bool, words: str, way: str = "", number: str = "", actor: str, moment: Moment
) -> CaseRow:
    """The listing unit says whether the list is left; only its own decision ends its entry.

    Where the entry was made by a case here, that it is left proposes the removal in that case, in that way and under
    that number, and the head of the organ signs it. Raises NotTheirs, NotNow, NotRepairable, NotListable.
    """
    found = case_row(case)
    if (
        found is None
        or found.course != DELISTING.name
        or not unit_of(actor, found.organ, REVIEWERS, on_date=moment.day)
    ):
        raise NotTheirs("这项询问由列入单位的复核人员答复。A reviewer of the listing unit answers this.")
    why, organ = _said(words), found.organ
    said = {"leaves": leaves, "words": why}
    done = advance(
        case=case, course=DELISTING, event="answer", side=Side.ORGAN, actor=actor, organ=organ, said=said, moment=moment
    )
    made = list_asked(found, catalogue_on(moment.day).catalogue).listing if leaves else None
    if made is not None and made.row.state == ListingState.LISTED:
        if way not in MENDED:
            fault = "请选择移出的方式。Choose how the list is left."
            raise NotListable(fault, {"way": fault})
        propose_removal(case=made.row.id, number=number, way=way, words=why, actor=actor, moment=moment)
    return done


def unit_case(case: UUID, actor: str, roles: Collection[Role], moment: Moment) -> CaseRow:
    """The case, if the actor holds such a post in the unit that decides it. Raises NoSuchCase, NotTheirs."""
    found = case_row(case)
    if found is None or found.course != REPAIR.name:
        raise NoSuchCase("没有这个办件。There is no such case.")
    if not unit_of(actor, found.organ, roles, on_date=moment.day):
        raise NotTheirs(
            "这个办件由认定单位办理，您没有相应的任职。The unit that determined the fact decides; you may not."
        )
    return found


def must_be_record(found: CaseRow, moment: Moment) -> AboutRow:
    """The record of the case. Raises NotRepairable once it is erased."""
    record = held_by(found, on_date=moment.day)
    if record is None:
        raise NotRepairable("这条信息已经不在。The record is gone.")
    return record


def remedies(reasons: Sequence[Reason] = ()) -> dict[str, Any]:
    """The rights that every refusal and revocation tells, by name: the page has their words."""
    return {"rights": ["RECONSIDERATION", "LAWSUIT"], "law": [[one.basis, one.article] for one in reasons]}


def _granted(found: CaseRow, event: str, actor: str, moment: Moment) -> CaseRow:
    turn(REPAIR, found.state, event, Side.ORGAN)
    record = _must_be_grantable(found, moment)
    runs_on = sorted(BANS & penalties_of(record, catalogue_on(moment.day).catalogue))
    done = _advanced(found, event, actor, moment, said={"runs_on": runs_on} if runs_on else {})
    end_publication(
        subject=found.subject,
        record_ref=record.record_ref,
        organ=found.organ,
        words="",
        actor=actor,
        moment=moment,
    )
    notify_of(done, NoticeKind.REPAIR_GRANTED, moment)
    for entry in listings_that_cite(record, on_date=moment.day):
        open_case(
            course=DELISTING,
            event="ask",
            side=Side.HOUSE,
            subject=found.subject,
            record_ref=entry.record_ref,
            organ=entry.organ_code,
            actor=THE_HOUSE,
            form={"repaired": str(record.record_ref), "number": record.document_number},
            moment=moment,
        )
    # In the same transaction: from the commit on no reader gets the record, and its ending has its number.
    number_and_note(moment=moment)
    return done


def _refusal_done(found: CaseRow, event: str, said: dict[str, Any], actor: str, moment: Moment) -> CaseRow:
    done = _advanced(found, event, actor, moment, said=said | remedies())
    notify_of(done, NoticeKind.REPAIR_REFUSED, moment)
    return done


def _refused(refusal: Refusal) -> dict[str, Any]:
    if not refusal.articles:
        raise NotRepairable("不予修复须引用条文。A refusal names its articles.")
    return {"words": _said(refusal.words), "articles": [list(article) for article in refusal.articles]}


def _must_be_grantable(found: CaseRow, moment: Moment) -> AboutRow:
    """Every condition is met: what only the unit can find, it finds by granting; days and bans it cannot waive."""
    record = must_be_record(found, moment)
    catalogue = catalogue_on(moment.day).catalogue
    verdict = eligibility(record, catalogue, form=found.form, found=True, on_date=moment.day)
    if not verdict.grantable:
        raise NotRepairable("还不能准予；理由见下。It cannot be granted; the reasons stand below.", verdict)
    return record


def _must_not_be_serious(found: CaseRow, moment: Moment) -> None:
    if is_serious(must_be_record(found, moment)):
        raise SecondPerson(
            "严重失信信息的修复决定须两人办理：请先提出，由另一位复核人员确认。"
            " Two persons decide on a serious record: propose it, and another reviewer confirms."
        )


def _must_be_another(first: str, second: str) -> None:
    if first == second:
        raise SecondPerson("须由另一位复核人员办理。Another reviewer has to do this, not the same person.")


def _proposal(case: UUID) -> Any:
    lines = [line for line in history(case) if line.event == "propose"]
    if not lines:
        raise NotNow("没有待确认的建议。Nothing waits to be confirmed.")
    return lines[-1]


def _said(words: str) -> str:
    said = plain(words)
    if not said:
        raise NotRepairable("请写明理由或者需要补正的内容。Say why, or what is missing.")
    return said


def _advanced(
    found: CaseRow, event: str, actor: str, moment: Moment, *, said: dict[str, Any] | None = None, due: bool = False
) -> CaseRow:
    """A step of the unit. `due`: the clock of the result goes on, or is longer from now on."""
    lines = history(found.id)
    catalogue = catalogue_on(moment.day).catalogue
    last = result_by(lines, catalogue, extended=event == "extend") if due else None
    return advance(
        case=found.id,
        course=REPAIR,
        event=event,
        side=Side.ORGAN,
        actor=actor,
        organ=found.organ,
        said=said or {},
        due=last,
        moment=moment,
    )
