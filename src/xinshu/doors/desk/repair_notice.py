"""信用修复告知书: the paper that is served with a decision, about one very record, for its organ and for its subject.

It holds for the day on which it is made, and says so. No name of a person stands on it, and nothing of the content.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings

from xinshu.doors.desk.paper import paper
from xinshu.doors.portal.wording import Wording, Words
from xinshu.doors.repair_words import findings, ways
from xinshu.doors.space.record_words import in_brief, stands
from xinshu.law.public_form import law_phrase
from xinshu.law.repair import RepairEligibility
from xinshu.law.terms import Certainty, Condition, Effect, SubjectKind
from xinshu.proceedings.repair.queries import eligibility
from xinshu.proceedings.repair.states import Window
from xinshu.register.records.own import AboutRow, PastLine
from xinshu.register.subjects.queries import SubjectRow, described

TEMPLATE: Final = "repair_notice.typ"
DAY: Final = timedelta(days=1)
WHOLE: Final = {"commitment": True, "duties_done": True}

DEADLINES: Final[dict[str, Words]] = {
    "REPAIR_ACCEPT": (
        "是否受理修复申请，自推送认定单位之日起",
        "is the application accepted, from its push to the unit",
    ),
    "REPAIR_RESULT": (
        "修复结果，自申请之日起，受理时间计算在内",
        "the result of repair, from the application, acceptance included",
    ),
    "OBJECTION_ANSWER": ("异议的答复，自提出之日起", "the answer to an objection, from the day it is made"),
    "CHANGED_DECISION": (
        "决定被变更、撤销、确认违法或者无效的，撤回或者更正，自该决定之日起",
        "withdrawn or corrected once the decision is changed, annulled or void, from that day",
    ),
}
"""What has a last day, by its name in the catalogue; the day of the event itself is not counted."""


def is_adverse(record: AboutRow, wording: Wording) -> bool:
    """Whether there is anything to repair: the paper is for records that speak against their subject."""
    kind = wording.catalogue.kinds.get(record.kind)
    return kind is not None and kind.effect is Effect.ADVERSE


def notice_pdf(record: AboutRow, wording: Wording, *, lines: Sequence[PastLine], day: date, site: str) -> bytes:
    """The paper as PDF/A-2a and PDF/UA-1; `lines`: the record's journal; `site`: where the own space stands."""
    return paper(TEMPLATE, notice_said(record, wording, lines=lines, day=day, site=site))


def notice_said(
    record: AboutRow, wording: Wording, *, lines: Sequence[PastLine], day: date, site: str
) -> dict[str, Any]:
    """Everything that the paper says: pairs of Chinese and English, and rows of a label and a value."""
    verdict = eligibility(record, wording.catalogue, form=WHOLE, on_date=day)
    # What nobody has said yet is not told as met.
    now = eligibility(record, wording.catalogue, form={}, on_date=day)
    (body,) = described([record.subject])
    instead, also = ways(record, wording, day)
    brief = in_brief(record, wording, day)
    return {
        "name": _name(body),
        "code": body.code,
        "kind": brief["kind"],
        "number": record.document_number,
        "organ": [brief["organ"], record.organ_code],
        "decided_on": _iso(record.decided_on),
        "severity": brief["severity"],
        "shown": _term(record),
        "state": brief["state"],
        "why": stands(record, wording, day, lines)["reasons"],
        "marks": brief["marks"],
        "repair": _first_day(record, verdict, instead),
        # Who repairs it elsewhere has conditions and days of its own.
        "conditions": _conditions(now, wording) if instead is None else [],
        "instead": None if instead is None else _way(instead),
        "also": [_way(one) for one in also],
        "unit": brief["organ"],
        "relayed": settings.REPAIR_WINDOW == Window.RELAY,
        "repair_at": f"{site}/own/repairs/record/{record.record_ref}/",
        "object_at": f"{site}/own/records/{record.record_ref}/speak/",
        "deadlines": _deadlines(wording, day, here=instead is None),
        "remedies": wording.remedies(),
        "reference": str(record.record_ref),
        "on": day.isoformat(),
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def _name(body: SubjectRow) -> str:
    """The body's name; that of an individual business may be somebody's own, and its code says enough."""
    return "" if body.kind is SubjectKind.INDIVIDUAL_BUSINESS else body.name


def _term(record: AboutRow) -> Words:
    """From which day until which last day it is shown, as the law's clock derived it."""
    if record.public_from is None:
        return "不公示", "not shown"
    begins = record.public_from.isoformat()
    if record.public_until is None:
        return f"自{begins}起，没有固定的终止日", f"from {begins}, without a set last day"
    last = (record.public_until - DAY).isoformat()
    return f"自{begins}起至{last}止（含当日）", f"from {begins} to {last}, that day included"


def _first_day(record: AboutRow, verdict: RepairEligibility, instead: dict[str, Any] | None) -> Words:
    """From which day repair may be asked for; or why there is no such day."""
    if record.ended is not None:
        return "这条信息已经停止公示，不需要修复。", "The record is no longer shown; there is nothing to repair."
    if instead is not None:
        return "这条信息在其他渠道办理，见下。", "It is handled elsewhere, see below."
    if verdict.may_be_lodged:
        return "现在就可以申请。", "You may apply now."
    if verdict.opens_on is not None:
        first = verdict.opens_on.isoformat()
        return (
            f"自{first}起可以申请；现在就可以预约，到日自动提交。",
            f"From {first} on; hand it in now, and it files itself on that day.",
        )
    finding = verdict.finding(Condition.REPAIRABLE)
    if finding is not None and finding.met is False:
        return (
            "依法不能修复；公示期满，自动停止公示。",
            "By law it cannot be repaired; display ends by itself with its term.",
        )
    return (
        "没有可以申请的日期，理由见下；公示期满，自动停止公示。",
        "There is no such day, for the reasons below; display ends by itself with its term.",
    )


def _conditions(verdict: RepairEligibility, wording: Wording) -> list[dict[str, Any]]:
    """Each condition with its article: met on this day, not met, or for the unit to find out."""
    marks: dict[bool | None, Words] = {
        True: ("已符合", "met"),
        False: ("尚不符合", "not met"),
        None: ("由单位核实", "the unit finds out"),
    }
    return [
        {"mark": marks[one["met"]], "said": [(said["zh"], said["en"]) for said in one["said"]]}
        for one in findings(verdict, wording)
    ]


def _deadlines(wording: Wording, day: date, *, here: bool) -> list[list[Any]]:
    """What, in how many working days, by which law. A number that was made up to illustrate is on no paper."""
    told = []
    for name, words in DEADLINES.items():
        if name.startswith("REPAIR") and not here:
            continue
        rule = wording.catalogue.deadline_on(name, day)
        if rule is not None and rule.certainty is not Certainty.ILLUSTRATIVE:
            law = law_phrase(rule.basis, rule.article, wording.catalogue)
            told.append([words, rule.working_days, law])
    return told


def _way(way: dict[str, Any]) -> dict[str, Any]:
    return {**way, "link": way["link"] or ""}


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
