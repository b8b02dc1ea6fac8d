"""Words of repair for both sides: states, steps, rights, and the law's findings as sentences with their article."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from xinshu.doors.portal.wording import Wording, Words
from xinshu.law.deadlines import overdue
from xinshu.law.public_form import law_phrase, sentence
from xinshu.law.repair import Finding, RepairEligibility, channels_for
from xinshu.law.repair_rules import ChannelRule
from xinshu.proceedings.repair.queries import RepairCase
from xinshu.proceedings.repair.states import RepairState
from xinshu.register.access.queries import departments_of
from xinshu.register.records.own import AboutRow

STATES: Final[Mapping[str, Words]] = {
    RepairState.DRAFT: ("草稿，尚未提交", "draft, not lodged"),
    RepairState.PRELODGED: ("已预约，到首个合法日自动提交", "handed in ahead; files itself on the first lawful day"),
    RepairState.LODGED: ("已提交，等待单位决定是否受理", "lodged, the unit says whether it accepts"),
    RepairState.RETURNED: ("需要补正，计时暂停", "to be completed; the clock stands still"),
    RepairState.ACCEPTED: ("已受理，等待结果", "accepted, the result is awaited"),
    RepairState.PROPOSED: ("已提出决定，等待第二人确认", "a decision is proposed and waits for a second person"),
    RepairState.GRANTED: ("准予修复", "granted"),
    RepairState.REFUSED: ("不予修复", "refused"),
    RepairState.WITHDRAWN: ("申请人已撤回", "withdrawn by the applicant"),
    RepairState.LAPSED: ("信息已自行停止公示，不再需要修复", "over by itself: the record is no longer shown"),
    RepairState.RELAYED: ("已转全国窗口办理", "handed to the national window"),
    RepairState.REVOCATION_NOTICED: ("拟撤销修复，正在听取意见", "revocation planned; the subject is heard"),
    RepairState.REVOKED: ("修复已撤销", "repair revoked"),
}
EVENTS: Final[Mapping[str, Words]] = {
    "begin": ("开始填写", "draft begun"),
    "prelodge": ("预约提交", "handed in ahead"),
    "take_back": ("取回修改", "taken back to the draft"),
    "lodge": ("提交申请", "lodged"),
    "file": ("自动提交", "filed itself"),
    "relay": ("转全国窗口", "handed to the national window"),
    "relayed": ("登记全国办件编号", "number of the national case noted"),
    "return": ("告知补正", "returned, to be completed"),
    "complete": ("已补正", "completed"),
    "accept": ("受理", "accepted"),
    "extend": ("告知延长期限", "extended, told beforehand"),
    "propose": ("提出决定", "decision proposed"),
    "send_back": ("不同意，退回", "not confirmed, sent back"),
    "grant": ("准予修复", "granted"),
    "confirm_grant": ("第二人确认，准予修复", "confirmed by a second person: granted"),
    "refuse": ("不予修复", "refused"),
    "confirm_refusal": ("第二人确认，不予修复", "confirmed by a second person: refused"),
    "granted_elsewhere": ("其他窗口准予修复", "granted by another window"),
    "refused_elsewhere": ("其他窗口不予修复", "refused by another window"),
    "withdraw": ("申请人撤回", "withdrawn"),
    "lapse": ("自行终止", "over by itself"),
    "notice_revocation": ("告知拟撤销修复", "told that revocation is planned"),
    "reply": ("主体陈述意见", "the subject replied"),
    "drop_revocation": ("不撤销，修复有效", "not revoked: the repair stands"),
    "revoke": ("撤销修复", "repair revoked"),
}
SIDES: Final[Mapping[str, Words]] = {
    "SUBJECT": ("申请人", "applicant"),
    "COUNTER": ("窗口代填", "at the counter, by a clerk"),
    "ORGAN": ("认定单位", "unit"),
    "OPERATOR": ("平台运行管理", "operator"),
    "HOUSE": ("系统自动", "by itself"),
}


def findings(verdict: RepairEligibility | None, wording: Wording) -> list[dict[str, Any]]:
    """Each condition for a template: met, not met, or not known yet; a sentence with its article; from which day."""
    if verdict is None:
        return []
    return [
        {"met": one.met, "from_day": one.from_day, "said": [_said(one, reason, wording) for reason in one.reasons]}
        for one in verdict.findings
    ]


def channel(record: AboutRow, wording: Wording, day: date) -> dict[str, Any] | None:
    """Where to go instead of here; None where it is asked for here."""
    return ways(record, wording, day)[0]


def ways(record: AboutRow, wording: Wording, day: date) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Where to go instead of here, if anywhere; and which other systems keep the matter besides."""
    department = departments_of({record.organ_code}).get(record.organ_code)
    instead, also = channels_for(record.kind, department, wording.catalogue, on_date=day)
    return None if instead is None else _way(instead), [_way(rule) for rule in also]


def _way(rule: ChannelRule) -> dict[str, Any]:
    return {"name": (rule.name_zh, rule.name_en), "where": (rule.zh, rule.en), "link": rule.link}


def told(case: RepairCase, wording: Wording, day: date) -> dict[str, Any]:
    """A case for a template, the same for both sides."""
    row, kind = case.row, None if case.about is None else wording.catalogue.kinds.get(case.about.kind)
    return {
        "id": row.id,
        "state": row.state,
        "state_words": STATES[row.state],
        "kind_words": ("已删除的信息", "an erased record") if kind is None else (kind.name_zh, kind.name_en),
        "number": "" if case.about is None else case.about.document_number,
        "record_ref": row.record_ref,
        "organ": row.organ,
        "form": row.form,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "clocks": case.clocks,
        "reply_by": row.due_on if row.state == RepairState.REVOCATION_NOTICED else None,
        "late": case.late_on(day),
        "late_acceptance": overdue(case.clocks.accept_by, day),
        "serious": case.serious,
        "history": [_line(line, wording) for line in case.history],
    }


def _line(line: Any, wording: Wording) -> dict[str, Any]:
    said = line.said
    articles = [law_phrase(basis, article, wording.catalogue) for basis, article in said.get("articles", ())]
    runs_on = wording.chosen("PENALTY", said["runs_on"]) if said.get("runs_on") else []
    return {
        "on_day": line.on_day,
        "words": EVENTS[line.event],
        "side": SIDES[line.side],
        "proposed": said.get("proposed"),
        "said": said.get("words") or said.get("missing") or said.get("national_case") or "",
        "articles": articles,
        "rights": wording.remedies() if said.get("rights") else [],
        "runs_on": runs_on,
        "banned_until": said.get("banned_until"),
    }


def _said(finding: Finding, reason: Any, wording: Wording) -> dict[str, str]:
    return sentence(reason, wording.catalogue, start=finding.from_day, last_day=None)
