"""A listing until it is decided, by both sides: proposed, noticed, served, defended, dropped; leaving is asked for."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, transaction

from xinshu.kit.identifiers import CodeFault, check_code
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.list_rules import ListRule
from xinshu.law.listing import against_listing, defence_until
from xinshu.law.terms import Standing
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases import actions as cases
from xinshu.proceedings.cases.actions import advance, open_case
from xinshu.proceedings.cases.queries import CaseRow
from xinshu.proceedings.cases.turns import Side, turn
from xinshu.proceedings.lists.entering import must_be_ruled, must_be_unit, prose_faults
from xinshu.proceedings.lists.fields import months_of, number_fault, plain, proposal_faults
from xinshu.proceedings.lists.queries import (
    ANYBODY,
    PROPOSED_BY,
    PROPOSERS,
    REVIEWERS,
    lists_for,
    open_listing_of,
)
from xinshu.proceedings.lists.states import (
    LISTING,
    LONGEST_NUMBER,
    SPEAKS,
    ListingState,
    NotListable,
)
from xinshu.proceedings.lists.steps import (
    must_be_another,
    must_hold,
    must_say,
    service_of,
    spoken_in,
    step,
    tell,
    unit_case,
)
from xinshu.register.access.queries import OrganRow
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import about
from xinshu.register.subjects.queries import SubjectRow, described, details_of, named_by

GONE: Final = frozenset({"DEREGISTERED", "CANCELLED"})
MOST_RECORDS: Final = 200
TOLD: Final = ("ground", "facts", "penalty", "reasons", "months")
"""What a notice tells of a proposal."""

REVISED: Final = (ListingState.PROPOSED, *SPEAKS)


@transaction.atomic
def propose(*, organ: str, name: str, code: str, form: Mapping[str, str], actor: str, moment: Moment) -> UUID:
    """Propose that the body of that code be put on a list of the organ's department; where one is open, it is that one.

    Raises NotTheirListing, and NotListable with the fault of each field or what the law says against it.
    """
    must_hold(actor, organ, PROPOSERS, moment)
    catalogue, unit = catalogue_on(moment.day).catalogue, must_be_unit(organ)
    rule = _list_of(unit, name, catalogue, moment)
    body = _body_of(code, catalogue, moment)
    against = against_listing(rule, body.kind, on_date=moment.day)
    if against:
        raise NotListable("依法不能列入；理由见下。By law it cannot be listed, for the reason below.", reasons=against)
    _must_be_sound(form, rule, unit, body, catalogue, moment)
    _alone(body.subject)
    waiting = open_listing_of(body.subject, name)
    if waiting is not None:
        return waiting.id
    return open_case(
        course=LISTING,
        event="propose",
        side=Side.ORGAN,
        subject=body.subject,
        record_ref=None,
        organ=organ,
        actor=actor,
        form=_kept(name, form, rule),
        moment=moment,
    )


@transaction.atomic
def revise(*, case: UUID, form: Mapping[str, str], actor: str, moment: Moment) -> CaseRow:
    """Change a proposal, which is a proposal by whoever does it; once it was noticed, only a new notice brings it in.

    Raises NotTheirListing, NotNow, NotListable with the fault of each field.
    """
    found = unit_case(case, actor, PROPOSERS, moment)
    turn(LISTING, found.row.state, "revise", Side.ORGAN)
    catalogue, rule, unit = catalogue_on(moment.day).catalogue, must_be_ruled(found), must_be_unit(found.row.organ)
    (body,) = described([found.row.subject])
    _must_be_sound(form, rule, unit, body, catalogue, moment)
    kept = _kept(found.list, form, rule)
    cases.keep_form(case=case, course=LISTING, states=REVISED, form=kept)
    return step(found, "revise", actor, moment, said={name: kept[name] for name in TOLD})


@transaction.atomic
def notice(*, case: UUID, number: str, actor: str, moment: Moment) -> CaseRow:
    """A reviewer who did not propose it issues the prior notice; it says all that the decision may then say.

    A second notice, before a decision, begins the time for the defence anew. Raises AnotherPerson, NotTheirListing,
    NotNow, NotListable.
    """
    found = unit_case(case, actor, REVIEWERS, moment)
    must_be_another(found, actor, *PROPOSED_BY)
    faults = number_fault(number)
    if faults:
        raise NotListable("请按提示改正。Correct what is marked.", faults)
    form = found.row.form
    said = {name: form[name] for name in TOLD}
    done = step(found, "notice", actor, moment, said={"number": plain(number, LONGEST_NUMBER), **said})
    tell(done, NoticeKind.LISTING_NOTICED, moment)
    return done


@transaction.atomic
def serve_notice(*, case: UUID, how: str, served_on: str, actor: str, moment: Moment) -> CaseRow:
    """Note by what and when the notice was served, with the proof attached; from then on the body is heard.

    Raises NotTheirListing, NotNow, and NotListable with the fault of each field.
    """
    found = unit_case(case, actor, ANYBODY, moment)
    said = service_of(found, "notice", how, served_on, moment)
    day = date.fromisoformat(said["served_on"])
    last = defence_until(must_be_ruled(found), day, catalogue_on(moment.day).catalogue)
    until = last if isinstance(last, date) else None
    said |= {"until": None if until is None else until.isoformat()}
    done = step(found, "serve_notice", actor, moment, said=said, due=until)
    tell(done, NoticeKind.LISTING_HEARING, moment)
    return done


@transaction.atomic
def defend(
    *, case: UUID, subjects: Collection[int] | None, words: str, side: Side, actor: str, moment: Moment
) -> CaseRow:
    """The body states its case, itself or as a clerk of the unit writes it down; it has to be heard and answered.

    Heard as long as nothing is decided, the last day past or not. Raises NoSuchCase, NotNow, NotListable.
    """
    found = spoken_in(case, subjects, side, actor, moment)
    said = plain(words)
    if not said:
        fault = "请写下您的陈述、申辩。Write your statement and defence."
        raise NotListable(fault, {"defence": fault})
    return advance(
        case=found.id, course=LISTING, event="defend", side=side, actor=actor, said={"words": said}, moment=moment
    )


@transaction.atomic
def ask_removal(
    *, case: UUID, subjects: Collection[int] | None, words: str, side: Side, actor: str, moment: Moment
) -> CaseRow:
    """The body asks its listing unit to take it off the list. Raises NoSuchCase, NotNow, NotListable."""
    found = spoken_in(case, subjects, side, actor, moment)
    said = plain(words)
    if not said:
        fault = "请写明申请移出的理由。Say why the list should be left."
        raise NotListable(fault, {"removal": fault})
    return advance(
        case=found.id, course=LISTING, event="ask_removal", side=side, actor=actor, said={"words": said}, moment=moment
    )


@transaction.atomic
def drop(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """The unit does not list, and says why; whoever was noticed is told.

    Raises NotTheirListing, NotNow, NotListable.
    """
    found = unit_case(case, actor, ANYBODY, moment)
    done = step(found, "drop", actor, moment, said={"words": must_say(words)})
    if found.happened("notice") is not None:
        tell(done, NoticeKind.LISTING_DROPPED, moment)
    return done


def _must_be_sound(
    form: Mapping[str, str], rule: ListRule, unit: OrganRow, body: SubjectRow, catalogue: Catalogue, moment: Moment
) -> None:
    faults = {
        **prose_faults(dict(form), rule, unit, body, catalogue, on_date=moment.day),
        **proposal_faults(form, rule),
    }
    if faults:
        raise NotListable("还不能提出；请按提示改正。It cannot be proposed yet; correct what is marked.", faults)


def _kept(name: str, form: Mapping[str, str], rule: ListRule) -> dict[str, Any]:
    texts = {part: plain(form.get(part, "")) for part in ("facts", "penalty", "reasons")}
    return {"list": name, "ground": form["ground"], "months": months_of(form, rule), **texts, "not_exempt": True}


def _list_of(unit: OrganRow, name: str, catalogue: Catalogue, moment: Moment) -> ListRule:
    """The list, if the organ keeps it by cases here. Raises NotListable with what is against it."""
    rule = lists_for(unit, catalogue, on_date=moment.day).get(name)
    if rule is not None:
        return rule
    named = catalogue.lists.get(name)
    if named is not None and (named.standing is not Standing.ACTIVE or moment.day not in named.period):
        reasons = against_listing(named, next(iter(named.subjects)), on_date=moment.day)
        raise NotListable(
            "这一名单现在不能使用；理由见下。The list cannot be used, for the reason below.", reasons=reasons
        )
    fault = (
        "本机关不在本平台以办件方式列入这一名单；请选择本部门的名单，由其他系统决定的请批量报送。"
        " Your organ does not keep this list by cases here; choose one of its department, or file what another system"
        " decided as a batch."
    )
    raise NotListable(fault, {"list": fault})


def _body_of(code: str, catalogue: Catalogue, moment: Moment) -> SubjectRow:
    """The one body of a code. Raises NotListable: no code, a person's number, unknown, several, or deregistered."""
    checked = check_code(code)
    if CodeFault.IDENTITY_NUMBER in checked.reasons:
        fault = (
            "这是公民身份号码，未保存；自然人（包括未成年人）不在本平台列入。"
            " This is a person's number and was not kept; no person is listed here."
        )
        raise NotListable(fault, {"code": fault})
    if not checked.valid:
        fault = (
            "这不是有效的统一社会信用代码；请对照登记证照核对。"
            " This is no valid unified social credit code; see the licence."
        )
        raise NotListable(fault, {"code": fault})
    bodies = named_by(checked.code)
    if len(bodies) != 1:
        fault = (
            "本平台没有登记这一代码的单位，或者不能确定是哪一家；请先核对代码，或者请登记机关报送其登记信息。"
            " No one body of this code is known here; check the code, or have its registration filed first."
        )
        raise NotListable(fault, {"code": fault})
    if _is_gone(bodies[0], catalogue, moment):
        fault = "这家单位已经注销，不再列入名单。This body is deregistered; it is not listed any more."
        raise NotListable(fault, {"code": fault})
    return bodies[0]


def _is_gone(body: SubjectRow, catalogue: Catalogue, moment: Moment) -> bool:
    """Whether the register knows that the body is deregistered."""
    if details_of(body.subject).get("STATUS") in GONE:
        return True
    rows, _ = about([body.subject], on_date=moment.day, most=MOST_RECORDS)
    for row in (row for row in rows if row.ended is None and row.kind in catalogue.kinds):
        fields = catalogue.kinds[row.kind].fields
        states = [name for name, rule in fields.items() if rule.vocabulary == "REGISTRATION_STATUS"]
        if any(orjson.loads(row.content).get(name) in GONE for name in states):
            return True
    return False


def _alone(subject: int) -> None:
    """Two who propose the same at once get one case: the second waits, and then finds the first's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"listing of {subject}"])
