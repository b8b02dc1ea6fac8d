"""Words of objections for both sides: grounds, states, events, sides; and a case with its clock and history."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from xinshu.proceedings.cases.queries import CaseRow, history
from xinshu.proceedings.objections.states import Answer, AppealAbout, AppealAnswer, Ground, ReviewOutcome
from xinshu.register.access.queries import organ

Words = tuple[str, str]

COURSE_WORDS: Final[Mapping[str, Words]] = {
    "OBJECTION": ("异议", "Objection"),
    "NOT_US": ("非本单位信息", "Not us"),
    "REVIEW": ("复议或者诉讼", "Reconsideration or lawsuit"),
    "DECLINE": ("放弃荣誉记录", "Honour declined"),
}
GROUNDS: Final[Mapping[Ground, Words]] = {
    Ground.CONTENT: ("内容有误", "the content is wrong"),
    Ground.TERM: ("公示期限有误", "the term of display is wrong"),
    Ground.MATCH: ("主体匹配有误", "it is hung on the wrong body"),
    Ground.REPAIR_RESULT: ("对修复结果有异议", "the result of a repair"),
    Ground.CHANGED_DECISION: ("原决定已被变更或者撤销", "the decision was changed or revoked"),
}
ANSWERS: Final[Mapping[Answer, Words]] = {
    Answer.CONFIRMED: ("维持，并说明理由和依据", "confirmed, with reasons and articles"),
    Answer.CORRECTED: ("已重新报送更正", "corrected by a filing"),
    Answer.ENDED: ("撤回这条信息", "the record is withdrawn"),
}
APPEALS: Final[Mapping[AppealAbout, Words]] = {
    AppealAbout.PROCEDURE: ("办理程序", "the procedure"),
    AppealAbout.MATCH: ("主体匹配", "the matching"),
}
APPEAL_ANSWERS: Final[Mapping[AppealAnswer, Words]] = {
    AppealAnswer.DISMISSED: ("程序合规，维持", "the procedure was kept"),
    AppealAnswer.SENT_BACK: ("程序不合规，退回机关重新办理", "sent back to the unit: the procedure was not kept"),
    AppealAnswer.NOT_MATCHED: ("主体匹配错误，终止这条信息", "hung on the wrong body: the record ends here"),
}
OUTCOMES: Final[Mapping[ReviewOutcome, Words]] = {
    ReviewOutcome.KEPT: ("维持原决定", "the decision was kept"),
    ReviewOutcome.CHANGED: ("变更原决定", "the decision was changed"),
    ReviewOutcome.REVOKED: ("撤销原决定", "the decision was revoked"),
}
STATES: Final[Mapping[str, Words]] = {
    "LODGED": ("等待机关答复", "waits for the unit"),
    "CONFIRMED": ("机关维持，可以申请复核一次", "confirmed; one appeal is open"),
    "CONFIRMED_AGAIN": ("重新办理后维持", "confirmed again"),
    "CORRECTED": ("已更正", "corrected"),
    "ENDED": ("信息已终止", "the record has ended"),
    "APPEALED": ("等待复核", "waits for the operator"),
    "APPEAL_DISMISSED": ("复核维持", "appeal dismissed"),
    "SENT_BACK": ("已退回机关重新办理", "sent back to the unit"),
    "TAKEN_BACK": ("已撤回", "taken back"),
    "FOLLOWED": ("信息已因其他原因终止", "the record ended by another way"),
    "ASKED": ("核对期间不显示", "not shown while it is looked into"),
    "SAME": ("经核对属于本单位，已恢复显示", "it is the body's; shown again"),
    "NOT_SAME": ("经核对不属于本单位，已终止", "not the body's; ended here"),
    "UNDONE": ("核对结果已撤销", "the answer was undone"),
    "UNDER_REVIEW": ("正在复议或者诉讼", "under review"),
    "STAYED": ("已停止执行", "execution is stayed"),
    "OVER": ("已结束", "over"),
    "DECLINED": ("已停止显示", "no longer shown"),
}
EVENTS: Final[Mapping[str, Words]] = {
    "LODGE": ("提出异议", "objection lodged"),
    "TELL_CHANGE": ("告知原决定变更或者撤销", "told of a changed decision"),
    "TAKE_BACK": ("撤回", "taken back"),
    "CONFIRM": ("答复：维持", "answered: confirmed"),
    "CORRECT": ("答复：已更正", "answered: corrected"),
    "END": ("答复：撤回信息", "answered: withdrawn"),
    "APPEAL": ("申请复核", "appealed"),
    "DISMISS": ("复核：维持", "appeal dismissed"),
    "SEND_BACK": ("复核：退回", "sent back"),
    "UNMATCH": ("复核：匹配错误", "found to be hung on the wrong body"),
    "FOLLOW": ("信息已终止，随之办结", "closed with its record"),
    "ASK": ("申明不是本单位", "said not to be the body's"),
    "SAY_SAME": ("核对：属于该单位", "answered: it is the body's"),
    "SAY_NOT_SAME": ("核对：不属于该单位", "answered: it is not"),
    "UNDO": ("撤销核对结果", "answer undone"),
    "TELL": ("告知复议或者诉讼", "told of a review"),
    "STAY": ("告知停止执行", "told of a stay"),
    "STAY_OVER": ("停止执行已结束", "the stay is over"),
    "OVER": ("复议或者诉讼已结束", "the review is over"),
    "DECLINE": ("主体放弃记录", "declined by the body"),
}
SIDES: Final[Mapping[str, Words]] = {
    "SUBJECT": ("单位", "the body"),
    "COUNTER": ("窗口代办", "a clerk at a counter, for the body"),
    "ORGAN": ("机关", "the unit"),
    "OPERATOR": ("运营机构", "the operator"),
    "HOUSE": ("平台自动", "the platform itself"),
}


def case_told(found: CaseRow, *, day: date) -> dict[str, Any]:
    """A case for a template: its words, last day and unit."""
    held = organ(found.organ)
    ground = found.form.get("ground")
    return {
        "id": found.id,
        "course": found.course,
        "course_words": COURSE_WORDS[found.course],
        "ground": GROUNDS[Ground(ground)] if ground else None,
        "form": found.form,
        "state": found.state,
        "state_words": STATES[found.state],
        "organ_name": found.organ if held is None else held.name,
        "opened_on": found.opened_on,
        "due_what": found.due_what,
        "due_on": found.due_on,
        "late": found.overdue_on(day),
        "closed_on": found.closed_on,
        "record_ref": found.record_ref,
    }


def history_told(found: CaseRow) -> list[dict[str, Any]]:
    """What happened in it, as both sides read it; the names of those who acted stay inside."""
    return [
        {
            "event": EVENTS[line.event],
            "side": SIDES[line.side],
            "on_day": line.on_day,
            "until": line.until,
            "words": line.said.get("words", ""),
            "articles": line.said.get("articles", ""),
            "proof": line.said.get("proof", "") or " ".join(line.said.get(part, "") for part in ("body", "number")),
        }
        for line in history(found.id)
    ]
