"""Words of shields for both sides: states, steps, fates, and what the law says of each record, with its article."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

from xinshu.doors.portal.wording import Wording, Words
from xinshu.doors.repair_words import SIDES
from xinshu.law.public_form import law_phrase, sentence
from xinshu.law.verdict import Reason, ReasonCode
from xinshu.proceedings.cases.queries import EventRow
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.shield.queries import Covered, ShieldCase, bodies_under, coverage, every_record
from xinshu.proceedings.shield.states import WAITING, AskedBy, Fate, Plan, ShieldState
from xinshu.register.access.queries import organ
from xinshu.register.records.own import AboutRow

STATES: Final[Mapping[str, Words]] = {
    ShieldState.DRAFT: ("草稿，尚未提交", "draft, not lodged"),
    ShieldState.LODGED: ("已提交，正在核对法院裁定", "lodged, the court's order is being checked"),
    ShieldState.RETURNED: ("需要补正，计时暂停", "to be completed; the clock stands still"),
    ShieldState.PROPOSED: ("已提出决定，等待第二人确认", "a decision is proposed and waits for a second officer"),
    ShieldState.GRANTED: ("计划执行期间，信息已屏蔽", "the plan is being performed, and the records are shielded"),
    ShieldState.REFUSED: ("不予屏蔽", "refused"),
    ShieldState.WITHDRAWN: ("申请人已撤回", "withdrawn by the applicant"),
    ShieldState.COMPLETION_LODGED: (
        "已申请最终修复，正在核对",
        "final repair is asked for; the proof is being checked",
    ),
    ShieldState.COMPLETION_PROPOSED: ("最终修复等待第二人确认", "the final repair waits for a second officer"),
    ShieldState.COMPLETED: ("计划执行完毕，已最终修复", "the plan was performed, final repair is done"),
    ShieldState.FAILURE_NOTICED: ("拟终止屏蔽，正在听取意见", "the shield may end; the body is heard"),
    ShieldState.FAILED: ("计划未能执行，屏蔽已终止", "the plan failed, the shield has ended"),
}
EVENTS: Final[Mapping[str, Words]] = {
    "begin": ("开始填写", "draft begun"),
    "lodge": ("提交申请", "lodged"),
    "return": ("告知补正", "returned, to be completed"),
    "complete": ("已补正", "completed"),
    "propose": ("提出决定", "decision proposed"),
    "send_back": ("不同意，退回", "not confirmed, sent back"),
    "confirm_grant": ("第二人确认，予以屏蔽", "confirmed by a second officer: shielded"),
    "confirm_refusal": ("第二人确认，不予屏蔽", "confirmed by a second officer: refused"),
    "withdraw": ("申请人撤回", "withdrawn"),
    "ask_completion": ("计划执行完毕，申请最终修复", "the plan was performed; final repair asked for"),
    "take_back_completion": ("撤回最终修复申请，继续屏蔽", "taken back; the shield stands"),
    "propose_completion": ("就最终修复提出决定", "decision on final repair proposed"),
    "send_back_completion": ("不同意，退回", "not confirmed, sent back"),
    "confirm_completion": ("第二人确认，最终修复", "confirmed by a second officer: repaired for good"),
    "decline_completion": ("尚不能最终修复，继续屏蔽", "not due yet; the shield stands"),
    "notice_failure": ("告知拟终止屏蔽", "told that the shield may end"),
    "reply": ("主体陈述意见", "the body replied"),
    "drop_failure": ("不终止，屏蔽有效", "not ended: the shield stands"),
    "confirm_failure": ("第二人确认，终止屏蔽", "confirmed by a second officer: the shield has ended"),
}
PLANS: Final[Mapping[Plan, Words]] = {
    Plan.REORGANISATION: ("重整计划（批准）", "a plan of reorganisation"),
    Plan.SETTLEMENT: ("和解协议（认可）", "a settlement"),
}
ASKED_BY: Final[Mapping[AskedBy, Words]] = {
    AskedBy.BODY: ("债务人（本单位）", "the body itself"),
    AskedBy.ADMINISTRATOR: ("破产管理人", "its administrator in bankruptcy"),
}
FATES: Final[Mapping[Fate, Words]] = {
    Fate.WITHHELD: ("屏蔽中", "shielded"),
    Fate.REPAIRED: ("已最终修复", "repaired for good"),
    Fate.KEPT_BACK: ("依法不能由此修复，仍不公示", "not repaired by it, and still not shown"),
    Fate.SHOWN_AGAIN: ("恢复公示至原定之日", "shown again until its former end"),
    Fate.ENDED_MEANWHILE: ("期间已另行终止或者期满", "ended meanwhile, or its term did"),
}


def told(case: ShieldCase, wording: Wording, day: date) -> dict[str, Any]:
    """A shield for a template, the same for its sides."""
    row, form = case.row, case.row.form
    lodged = case.happened("lodge")
    return {
        "id": row.id,
        "state": row.state,
        "state_words": STATES[row.state],
        "court": form.get("court", ""),
        "number": form.get("number", ""),
        "ordered_on": form.get("ordered_on", ""),
        "plan_words": PLANS.get(form.get("plan", "")),
        "asked_by_words": ASKED_BY.get(form.get("asked_by", "")),
        "words": form.get("words", ""),
        "completion": form.get("completion", {}) if row.state not in {ShieldState.GRANTED} else {},
        "lodged_on": None if lodged is None else lodged.on_day,
        "opened_on": row.opened_on,
        "due_on": row.due_on,
        "runs": bool(row.due_what),
        "late": row.overdue_on(day) and row.state in WAITING,
        "replies": row.state == ShieldState.FAILURE_NOTICED,
        "history": [_line(line, wording) for line in case.history],
        "many": len(case.records),
    }


def records_told(
    case: ShieldCase, wording: Wording, day: date, *, units: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """The records under a shield, in words, and what became of each; `units`: of theirs alone.

    One that was erased meanwhile is left out.
    """
    wanted = [one for one in case.records if units is None or one.organ in units]
    held = {row.record_ref: row for row in every_record(bodies_under(case.row.subject), on_date=day)} if wanted else {}
    return [
        _record(held[one.record_ref], wording)
        | {"fate": FATES[one.fate], "withheld": one.fate is Fate.WITHHELD, "on_day": one.over_on or one.hidden_on}
        for one in wanted
        if one.record_ref in held
    ]


def preview(case: ShieldCase, wording: Wording, day: date) -> list[dict[str, Any]]:
    """What the order would shield, and what not, each with its reason; nothing while its day is no day."""
    try:
        ordered_on = date.fromisoformat(case.row.form.get("ordered_on", ""))
    except ValueError:
        return []
    seen = coverage(bodies_under(case.row.subject), ordered_on, wording.catalogue, on_date=day)
    return [_covered(one, wording) for one in seen]


def reasons_told(reasons: Iterable[Reason], wording: Wording) -> list[Words]:
    """Reasons of the law as sentences with their article."""
    told = (sentence(one, wording.catalogue, start=None, last_day=None) for one in reasons)
    return [(one["zh"], one["en"]) for one in told]


def citable(wording: Wording, day: date) -> list[tuple[str, Words]]:
    """What a refusal may rest on: the rules of plans and the conditions of repair in force on that day."""
    rules = wording.catalogue.repair_on(day)
    if rules is None:
        return []
    sources = [*rules[1].court_plans.values(), *rules[1].conditions.values()]
    found = dict.fromkeys((one.basis, one.article) for one in sources)
    return [(f"{basis}:{article or ''}", law_phrase(basis, article, wording.catalogue)) for basis, article in found]


def _covered(one: Covered, wording: Wording) -> dict[str, Any]:
    (reason,) = reasons_told([one.reason], wording)
    return _record(one.record, wording) | {"shielded": one.shielded, "reason": reason}


def _record(row: AboutRow, wording: Wording) -> dict[str, Any]:
    kind, held = wording.catalogue.kinds.get(row.kind), organ(row.organ_code)
    return {
        "record_ref": row.record_ref,
        "kind_words": (row.kind, "") if kind is None else (kind.name_zh, kind.name_en),
        "number": row.document_number,
        "decided_on": row.decided_on,
        "organ": row.organ_code if held is None else held.name,
    }


def _line(line: EventRow, wording: Wording) -> dict[str, Any]:
    said = line.said
    document = " ".join(
        str(said[name]) for name in ("court", "number", "ordered_on", "ruled_on", "performed_on") if said.get(name)
    )
    articles = [law_phrase(basis, article, wording.catalogue) for basis, article in said.get("articles", ())]
    kept_back = [Reason(ReasonCode(code), basis, article) for code, basis, article in said.get("kept_back", ())]
    return {
        "on_day": line.on_day,
        "words": EVENTS[line.event],
        "side": SIDES[line.side],
        "by_applicant": line.side in {Side.SUBJECT, Side.COUNTER},
        "proposed": said.get("proposed"),
        "said": "；".join(part for part in (document, said.get("words", "")) if part),
        "articles": articles + reasons_told(kept_back, wording),
        "rights": wording.remedies() if said.get("rights") else [],
    }
