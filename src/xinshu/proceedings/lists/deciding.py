"""From the defence to the entry: it is answered, reviewed, approved, decided, served, entered; and 曝光 decided apart.

Each step asks the law first whether what its list demands before it is done (guard-rail G6).
"""

from typing import Any
from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.list_rules import ListRule
from xinshu.law.listing import Planned, against_listing, graver_than_notified
from xinshu.law.public_form import law_phrase
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.actions import about
from xinshu.proceedings.cases.queries import CaseRow
from xinshu.proceedings.cases.turns import NotNow, Side, turn
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.lists.entering import file_entry, must_be_ruled
from xinshu.proceedings.lists.fields import months_fault, number_fault, plain
from xinshu.proceedings.lists.queries import ANYBODY, APPROVERS, PROPOSED_BY, PROPOSERS, REVIEWERS, SIGNERS, ListingCase
from xinshu.proceedings.lists.states import (
    LISTING,
    LONGEST_NUMBER,
    SHORTEST_NOTE,
    ListingState,
    NotListable,
)
from xinshu.proceedings.lists.steps import must_be_another, must_say, service_of, step, tell, unit_case
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import about_record
from xinshu.register.subjects.queries import described


@transaction.atomic
def answer(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """Say what was found of the defence: each one is heard, checked and answered. Raises NotNow, NotListable."""
    found = unit_case(case, actor, PROPOSERS, moment)
    if not found.unanswered:
        raise NotNow("没有待答复的陈述、申辩。No defence waits for an answer.")
    done = step(found, "answer", actor, moment, said={"words": must_say(words)})
    tell(done, NoticeKind.LISTING_ANSWERED, moment)
    return done


@transaction.atomic
def review(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """Legal review, by somebody who did not propose it. Raises AnotherPerson, NotTheirListing, NotNow, NotListable."""
    found = unit_case(case, actor, REVIEWERS, moment)
    must_be_another(found, actor, *PROPOSED_BY, "answer")
    _must_be_due(found, "review", moment)
    return step(found, "review", actor, moment, said={"words": must_say(words)})


@transaction.atomic
def approve(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """Note the approval that the list demands: by whom, under which number.

    Raises AnotherPerson, NotTheirListing, NotNow, NotListable.
    """
    found = unit_case(case, actor, APPROVERS, moment)
    must_be_another(found, actor, *PROPOSED_BY, "answer", "review")
    _must_be_due(found, "approve", moment)
    return step(found, "approve", actor, moment, said={"words": must_say(words)})


@transaction.atomic
def decide(*, case: UUID, number: str, months: str, actor: str, moment: Moment) -> CaseRow:
    """The head of the organ signs the decision; it says what was noticed, or less, and never more.

    Raises AnotherPerson for whoever had a part in it before, NotTheirListing, NotNow, and NotListable with what is
    missing by which article.
    """
    found = unit_case(case, actor, SIGNERS, moment)
    must_be_another(found, actor, *PROPOSED_BY, "notice", "defend", "answer", "review", "approve")
    turn(LISTING, found.row.state, "decide", Side.ORGAN)
    rule, catalogue, told = must_be_ruled(found), catalogue_on(moment.day).catalogue, _noticed(found)
    _must_be_due(found, "decide", moment)
    faults = number_fault(number) | months_fault(months)
    if faults:
        raise NotListable("请按提示改正。Correct what is marked.", faults)
    term = int(months) if months.strip() else told.months
    graver = graver_than_notified(rule, told, Planned(ground=told.ground, months=term))
    if graver:
        raise NotListable(
            "决定不得重于告知；理由见下。A decision is never graver than its notice.",
            {"months": "不得长于告知的期限。It may not be longer than the notice said."},
            reasons=graver,
        )
    said = _decided(found, rule, term, catalogue) | {"number": plain(number, LONGEST_NUMBER)}
    done = step(found, "decide", actor, moment, said=said)
    tell(done, NoticeKind.LISTING_DECIDED, moment)
    return done


@transaction.atomic
def serve_decision(*, case: UUID, how: str, served_on: str, actor: str, moment: Moment) -> CaseRow:
    """Note by what and when the decision was served, with the proof attached. Raises NotNow, NotListable."""
    found = unit_case(case, actor, ANYBODY, moment)
    return step(found, "serve_decision", actor, moment, said=service_of(found, "decide", how, served_on, moment))


@transaction.atomic
def enter_listing(*, case: UUID, actor: str, moment: Moment) -> CaseRow:
    """Enter a served listing: one record, in the transaction of its case, numbered at its commit.

    A person does it, and only once every step that the list demands is done. Raises NotTheirListing, NotNow,
    NotListable with what is missing by which article.
    """
    found = unit_case(case, actor, ANYBODY, moment)
    if found.row.state == ListingState.LISTED:
        return found.row
    turn(LISTING, found.row.state, "enter", Side.ORGAN)
    _must_be_due(found, "enter", moment)
    (body,) = described([found.row.subject])
    against = against_listing(must_be_ruled(found), body.kind, on_date=moment.day)
    if against:
        raise NotListable("依法不能列入；理由见下。By law it cannot be listed, for the reason below.", reasons=against)
    record_ref = file_entry(found, actor=actor, moment=moment)
    about(case=case, course=LISTING, record_ref=record_ref)
    done = step(found, "enter", actor, moment, said={})
    tell(done, NoticeKind.LISTING_ENTERED, moment)
    number_and_note(moment=moment)
    return done


@transaction.atomic
def propose_exposure(*, case: UUID, number: str, where: str, words: str, actor: str, moment: Moment) -> CaseRow:
    """Propose 曝光, publicity beyond the list, with a note on why it is in proportion. Raises NotNow, NotListable."""
    found = unit_case(case, actor, PROPOSERS, moment)
    _must_be_shown(found, moment)
    faults = number_fault(number) | _note_faults(words)
    if not where.strip():
        faults["where"] = "请写明在哪里曝光、到哪一天为止。Say where, and until which day."
    if faults:
        raise NotListable("请按提示改正。Correct what is marked.", faults)
    said = {"number": plain(number, LONGEST_NUMBER), "where": plain(where), "words": plain(words)}
    return step(found, "propose_exposure", actor, moment, said=said)


@transaction.atomic
def confirm_exposure(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """The head decides on it, with a note of their own; it yields a document, and shows nothing that the list does not.

    Raises AnotherPerson, NotTheirListing, NotNow, NotListable.
    """
    found = unit_case(case, actor, SIGNERS, moment)
    proposed = found.happened("propose_exposure", "confirm_exposure")
    if proposed is None or proposed.event != "propose_exposure":
        raise NotNow("没有待决定的曝光。No publicity waits to be decided.")
    must_be_another(found, actor, "propose_exposure")
    _must_be_shown(found, moment)
    faults = _note_faults(words)
    if faults:
        raise NotListable("请按提示改正。Correct what is marked.", faults)
    said = {name: proposed.said[name] for name in ("number", "where")}
    said |= {"proposed": proposed.said["words"], "words": plain(words)}
    done = step(found, "confirm_exposure", actor, moment, said=said)
    tell(done, NoticeKind.LISTING_EXPOSED, moment)
    return done


def _must_be_due(found: ListingCase, event: str, moment: Moment) -> None:
    """Nothing that comes before is missing, and every defence is answered."""
    if found.unanswered:
        raise NotListable(
            "主体的陈述、申辩还没有答复；先核实并答复。"
            " The body's defence is not answered yet; look into it and answer first."
        )
    missing = found.missing_before(event, catalogue_on(moment.day).catalogue, on_date=moment.day)
    if missing:
        words = "还不能办理这一步；缺少的步骤见下。This step is too early; what is missing stands below."
        raise NotListable(words, missing=missing)


def _must_be_shown(found: ListingCase, moment: Moment) -> None:
    """The entry is on display: nothing that ended, or whose term is over, is made known elsewhere."""
    ref = found.row.record_ref
    record = None if ref is None else about_record([found.row.subject], ref, on_date=moment.day)
    if record is None or not record.shown:
        raise NotListable(
            "这条列入信息现在不公示，不得曝光。The entry is not on display now; nothing of it is made known elsewhere."
        )


def _noticed(found: ListingCase) -> Planned:
    told = found.happened("notice")
    if told is None:
        raise NotNow("须先告知。The body is told first.")
    return Planned(ground=told.said["ground"], months=told.said["months"])


def _decided(found: ListingCase, rule: ListRule, months: int | None, catalogue: Catalogue) -> dict[str, Any]:
    """What the decision says: the ground, facts and reasons of its notice, its term, and how the list is left."""
    told = found.happened("notice")
    said = {} if told is None else {name: told.said[name] for name in ("ground", "facts", "penalty", "reasons")}
    return {**said, "months": months, "leaving": leaving(rule, catalogue)}


def leaving(rule: ListRule, catalogue: Catalogue) -> str:
    """How the list is left, in a sentence, each way with its article."""
    ways, named = [], catalogue.vocabularies["LIST_EXIT"].choices
    for one in rule.exits:
        after = f"（决定之日起满{one.after_months}个月后）" if one.after_months else ""
        ways.append(f"{named[one.exit].name_zh}{after}，依据{law_phrase(one.basis, one.article, catalogue)[0]}")
    return "；".join(ways) + "。"


def _note_faults(words: str) -> dict[str, str]:
    if len(words.strip()) >= SHORTEST_NOTE:
        return {}
    return {
        "words": f"请写明必要性和适度性（至少{SHORTEST_NOTE}字）：为什么公示名单还不够。"
        f" Say why it is needed and in proportion, in {SHORTEST_NOTE} characters or more: why the list is not enough."
    }
