"""Words of listings for both sides: states, steps with their article and what is missing, services, papers."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from xinshu.doors.portal.wording import Wording, Words
from xinshu.doors.repair_words import SIDES
from xinshu.law.list_rules import ListRule
from xinshu.law.listing import ListingPeriod, Missing, demanded, listing_period
from xinshu.law.measure_rules import Measure
from xinshu.law.public_form import law_phrase, sentence
from xinshu.law.terms import ListingStep, Standing
from xinshu.law.verdict import Reason
from xinshu.proceedings.cases.queries import EventRow
from xinshu.proceedings.lists.entering import ground_of
from xinshu.proceedings.lists.queries import ListingCase
from xinshu.proceedings.lists.states import ListingState, Service
from xinshu.proceedings.repair.queries import ListAsked
from xinshu.register.access.queries import organ

STATES: Final[Mapping[str, Words]] = {
    ListingState.PROPOSED: ("已提出，尚未告知", "proposed, the body is not told yet"),
    ListingState.NOTICED: ("已作出告知，等待送达", "the notice is issued and waits to be served"),
    ListingState.DEFENCE: ("正在听取陈述、申辩", "the body is heard"),
    ListingState.REVIEWED: ("已经法制审核", "legally reviewed"),
    ListingState.APPROVED: ("已经批准，等待决定", "approved, the decision is awaited"),
    ListingState.DECIDED: ("已决定列入，等待送达", "decided, the decision waits to be served"),
    ListingState.SERVED: ("决定已送达，尚未列入", "the decision is served, the entry is not made yet"),
    ListingState.LISTED: ("已列入名单", "on the list"),
    ListingState.DROPPED: ("不予列入", "not listed"),
    ListingState.REMOVAL_PROPOSED: ("已提出移出，等待负责人签署", "removal is proposed and waits for the head"),
    ListingState.REMOVED: ("已移出名单", "off the list"),
}
EVENTS: Final[Mapping[str, Words]] = {
    "propose": ("提出列入", "proposed"),
    "revise": ("修改提出的内容；重新告知后才算告知", "proposal changed; it counts as told after a new notice alone"),
    "notice": ("作出事前告知", "prior notice issued"),
    "serve_notice": ("告知书已送达", "notice served"),
    "defend": ("陈述、申辩", "statement and defence"),
    "answer": ("核实并答复", "looked into and answered"),
    "review": ("法制审核", "legal review"),
    "approve": ("批准", "approved"),
    "decide": ("负责人签署列入决定", "decision signed by the head of the organ"),
    "serve_decision": ("决定书已送达", "decision served"),
    "enter": ("列入名单", "entered on the list"),
    "drop": ("不予列入", "not listed"),
    "ask_removal": ("主体申请移出", "the body asks to be taken off"),
    "propose_exposure": ("提出名单以外的公布（曝光）", "publicity beyond the list proposed"),
    "confirm_exposure": ("决定名单以外的公布（曝光）", "publicity beyond the list decided"),
    "propose_removal": ("提出移出", "removal proposed"),
    "send_back_removal": ("负责人不同意移出", "removal not signed"),
    "confirm_removal": ("负责人签署移出决定", "removal signed by the head of the organ"),
}
SERVICES: Final[Mapping[str, Words]] = {
    Service.DIRECT: ("直接送达", "in person"),
    Service.LEFT: ("留置送达", "left at the place"),
    Service.ELECTRONIC: ("电子送达", "electronically"),
    Service.ENTRUSTED: ("委托送达", "by another authority"),
    Service.MAIL: ("邮寄送达", "by post"),
    Service.PUBLIC: ("公告送达", "by public notice"),
}
PAPERS: Final[Mapping[str, Words]] = {
    "notice": ("列入严重失信主体名单告知书", "Prior notice of a listing"),
    "decide": ("列入严重失信主体名单决定书", "Decision on a listing"),
    "confirm_exposure": ("名单以外公布（曝光）决定书", "Decision on publicity beyond the list"),
    "confirm_removal": ("移出严重失信主体名单决定书", "Decision on removal from a list"),
}
"""The steps that are a paper with a number of its own."""

CODE_LENGTH: Final = 20


def told(case: ListingCase, wording: Wording, day: date) -> dict[str, Any]:
    """A listing for a template, the same for both sides: as it was noticed or decided last, and else as proposed."""
    row, rule = case.row, case.rule
    said = case.happened("notice", "decide")
    form = row.form if said is None else said.said
    ground = None if rule is None else ground_of(rule, form["ground"])
    unit = organ(row.organ)
    return {
        "id": row.id,
        "state": row.state,
        "state_words": STATES[row.state],
        "list_words": (case.list, "") if rule is None else (rule.name_zh, rule.name_en),
        "unit": row.organ if unit is None else unit.name,
        "ground_words": (form["ground"], "") if ground is None else (ground.name_zh, ground.name_en),
        "ground_law": None if ground is None else law_phrase(ground.basis, ground.article, wording.catalogue),
        "facts": form["facts"],
        "penalty": form["penalty"],
        "reasons": form["reasons"],
        "months": form["months"],
        "opened_on": row.opened_on,
        "due_on": row.due_on,
        "heard": row.state in {"DEFENCE", "REVIEWED", "APPROVED"},
        "late": False,
        "unanswered": case.unanswered,
        "period": _period(case, wording),
        "record_ref": row.record_ref,
        "history": [_line(line, wording) for line in case.history],
        "papers": papers_of(case),
        "day": day,
    }


def question_told(asked: ListAsked) -> dict[str, Any]:
    """What a list was asked after a repair, its answer, and where it goes on, the same for both sides."""
    question, made = asked.question, asked.listing
    unit = organ(question.organ)
    return {
        "id": question.id,
        "unit": question.organ if unit is None else unit.name,
        "number": question.form["number"],
        "due_on": question.due_on,
        "open": question.closed_on is None,
        "leaves": asked.leaves,
        "answer": None if asked.answer is None else asked.answer.said["words"],
        "answered_on": None if asked.answer is None else asked.answer.on_day,
        "listing": None if made is None else {"id": made.row.id, "state_words": STATES[made.row.state]},
    }


def steps_told(case: ListingCase, wording: Wording, day: date) -> list[dict[str, Any]]:
    """Each step that the list demands: its article, its day, and what is missing of it with the first day it can be."""
    if case.rule is None:
        return []
    missing = {one.step: one for one in case.missing(wording.catalogue, on_date=day)}
    return [_step(step, case, missing.get(step), wording) for step in demanded(case.rule)]


def missing_told(found: Iterable[Missing], wording: Wording) -> list[dict[str, Any]]:
    """What is missing, in words with its article and the first day."""
    return [
        {
            "step": wording.choice("LISTING_STEP", one.step),
            "why": _sentence(one.reason, wording),
            "opens_on": one.opens_on,
        }
        for one in found
    ]


def reasons_told(reasons: Iterable[Reason], wording: Wording) -> list[Words]:
    """Reasons of the law as sentences with their article."""
    return [_sentence(one, wording) for one in reasons]


def measures_told(name: str, wording: Wording) -> list[dict[str, Any]]:
    """The measures that follow from an entry of a list: what, by which article."""
    return [
        {"words": (one.name_zh, one.name_en), "law": law_phrase(one.basis, one.article, wording.catalogue)}
        for one in measures_of(name, wording)
    ]


def measures_of(name: str, wording: Wording) -> list[Measure]:
    """The measures in use that rest on that list."""
    return [
        measure
        for measure in wording.catalogue.measures.values()
        if measure.standing is Standing.ACTIVE and any(ground.listed == name for ground in measure.grounds)
    ]


def exits_told(rule: ListRule, wording: Wording) -> list[dict[str, Any]]:
    """How a list is left: each way, after how many months, by which article."""
    return [
        {
            "words": wording.choice("LIST_EXIT", one.exit),
            "after_months": one.after_months,
            "law": law_phrase(one.basis, one.article, wording.catalogue),
        }
        for one in rule.exits
    ]


def papers_of(case: ListingCase) -> list[dict[str, Any]]:
    """The papers of a case, oldest first: which, its number and day, and the code by which it is checked."""
    return [
        {
            "place": line.place,
            "words": PAPERS[line.event],
            "number": line.said["number"],
            "on_day": line.on_day,
            "code": paper_code(case.row.id, line),
        }
        for line in case.history
        if line.event in PAPERS
    ]


def paper_code(case: UUID, line: EventRow) -> str:
    """The code of a paper: of this house, this case, this step and all that it says."""
    text = f"paper of listing {case} {line.place} {line.on_day} {sorted(line.said.items())}"
    digest = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:CODE_LENGTH]
    return "-".join(digest[at : at + 4] for at in range(0, CODE_LENGTH, 4)).upper()


def period_of(case: ListingCase, wording: Wording) -> ListingPeriod | None:
    """From when until when a served decision holds; None before that."""
    decided, served = case.happened("decide"), case.done.get(ListingStep.SERVICE)
    if decided is None or served is None or case.rule is None:
        return None
    months = decided.said["months"]
    days = {"decided_on": decided.on_day, "served_on": served, "months": months}
    return listing_period(case.rule, **days, catalogue=wording.catalogue)


def _period(case: ListingCase, wording: Wording) -> dict[str, Any] | None:
    found = period_of(case, wording)
    if found is None:
        return None
    return {"from": found.effective_from, "until": found.last_day, "why": reasons_told(found.reasons, wording)}


def _step(step: ListingStep, case: ListingCase, missing: Missing | None, wording: Wording) -> dict[str, Any]:
    source = None if case.rule is None else case.rule.step(step) or case.rule
    law = None if source is None else law_phrase(source.basis, source.article, wording.catalogue)
    return {
        "words": wording.choice("LISTING_STEP", step),
        "law": law,
        "done_on": case.done.get(step),
        "is_defence": step is ListingStep.DEFENCE,
        "why": None if missing is None else _sentence(missing.reason, wording),
        "opens_on": None if missing is None else missing.opens_on,
    }


def _sentence(reason: Reason, wording: Wording) -> Words:
    said = sentence(reason, wording.catalogue, start=None, last_day=None)
    return said["zh"], said["en"]


def _line(line: EventRow, wording: Wording) -> dict[str, Any]:
    said = line.said
    parts = [str(said[name]) for name in ("number", "where", "served_on", "proof", "words") if said.get(name)]
    if said.get("how"):
        zh, en = SERVICES[said["how"]]
        parts.insert(0, f"{zh} {en}")
    if said.get("way"):
        zh, en = wording.choice("LIST_EXIT", said["way"])
        parts.insert(0, f"{zh} {en}")
    return {
        "on_day": line.on_day,
        "words": EVENTS[line.event],
        "side": SIDES[line.side],
        "said": "；".join(parts),
        "articles": [],
        "rights": wording.remedies() if line.event in {"decide", "confirm_exposure"} else [],
        "runs_on": [],
    }
