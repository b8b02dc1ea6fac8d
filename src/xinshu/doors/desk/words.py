"""Words of the desk for what has no official name: states, fates, ways in, grounds, and why nothing is published."""

from collections.abc import Mapping
from typing import Final

from xinshu.doors.portal.wording import Words
from xinshu.proceedings.intake.states import Door, Fate, State, WithdrawalReason
from xinshu.register.publog.queries import Cause

STATES: Final[Mapping[State, Words]] = {
    State.UPLOADING: ("等待检查", "waiting to be checked"),
    State.CHECKED: ("已试算，尚未入库", "dry run done, nothing stored"),
    State.FILING: ("正在入库", "being stored"),
    State.FILED: ("已报送并入库", "filed"),
    State.REFUSED: ("整个文件未受理", "refused as a whole"),
    State.DISCARDED: ("已撤销，未入库", "undone, nothing stored"),
}
AT_WORK: Final[Mapping[State, Words]] = {
    State.UPLOADING: ("正在检查", "being checked"),
    State.CHECKED: ("等待入库", "waiting to be stored"),
    State.REFUSED: ("正在检查", "being checked"),
}
"""Said instead while a job is at it."""

FATES: Final[Mapping[Fate, Words]] = {
    Fate.ACCEPTED: ("收录", "accepted"),
    Fate.CORRECTED: ("更正", "corrected"),
    Fate.UNCHANGED: ("未变", "unchanged"),
    Fate.RETURNED: ("退回", "returned"),
}
"""Rows of natural persons (OUTSIDE) are not kept, so none is ever shown."""

DOORS: Final[Mapping[Door, Words]] = {
    Door.CLI: ("命令行", "command line"),
    Door.DESK: ("工作台", "desk"),
    Door.API: ("接口", "API"),
    Door.CONNECTOR: ("连接器", "connector"),
}
GROUNDS: Final[Mapping[WithdrawalReason, Words]] = {
    WithdrawalReason.ENTERED_WRONGLY: ("录入错误", "entered wrongly"),
    WithdrawalReason.DECISION_CHANGED: ("决定被变更", "the decision was changed"),
    WithdrawalReason.DECISION_REVOKED: ("决定被撤销", "the decision was revoked"),
    WithdrawalReason.DECISION_VOID: ("决定被确认违法或无效", "the decision was found unlawful or void"),
}
CAUSES: Final[Mapping[Cause, Words]] = {
    Cause.KEY: (
        "日志的私钥读不到，或不是原来的那一个；请运行人员找回密钥文件。",
        "The log's private key cannot be read, or is another one than before: the operator must put it back.",
    ),
    Cause.FORKED: (
        "已发布的日志文件与数据库不一致；请运行人员核查，见 docs/trust.md。",
        "The published files of the log are not what the database says: the operator must look, docs/trust.md.",
    ),
    Cause.FULL: ("磁盘已满；请运行人员腾出空间。", "The disk is full: the operator must make room."),
    Cause.FILES: (
        "日志文件不能读写；请运行人员检查目录和权限。",
        "The files of the log cannot be read or written: the operator must see to the folder and its rights.",
    ),
    Cause.IDLE: (
        "没有后台作业在签署；请运行人员检查后台作业进程。",
        "No worker signs: the operator must see to it.",
    ),
}
"""Why no checkpoint of the public log can be signed."""

REVIEWS: Final[Mapping[str, Words]] = {
    "secrecy": (
        "已作保密审查，不含国家秘密（政府信息公开条例第14条）。",
        "Reviewed: no state secrets (Regulation on Open Government Information, art. 14).",
    ),
    "trade": (
        "已审查，不公开商业秘密（同条例第15条）。",
        "Reviewed: no trade secrets are made public (art. 15).",
    ),
    "privacy": (
        "已审查，不公开个人隐私和个人信息（同条例第15条）。",
        "Reviewed: no personal privacy or personal information is made public (art. 15).",
    ),
}
"""What an organ attests before it files, each by itself."""

CHANGES: Final[dict[str, Words]] = {
    "ACCEPTED": ("收录", "accepted"),
    "CORRECTED": ("更正", "corrected"),
    "WITHDRAWN": ("撤回", "withdrawn"),
    "REPAIRED": ("信用修复", "repaired"),
    "DECLINED": ("主体放弃记录", "declined by its subject"),
    "REINSTATED": ("修复撤销，恢复剩余公示期", "repair revoked, shown for the rest of its term"),
    "HIDDEN": ("暂停公示", "hidden for now"),
    "UNHIDDEN": ("恢复公示", "shown again"),
    "MARKED": ("加标注", "marked"),
    "UNMARKED": ("撤标注", "mark taken off"),
    "STATED": ("主体说明", "the body's statement"),
    "CARRIED_OVER": (
        "新版目录已采纳，公示期或者修复日期相应提前",
        "a new edition of the catalogue is adopted: its display ends, or its repair opens, earlier",
    ),
    "HELD_BACK": ("恢复备份后暂停公示，等待核对", "held back after a restore, to be compared"),
    "MASKED": ("遮盖待核", "masked pending review"),
    "UNMASKED": ("解除遮盖", "mask lifted"),
}
"""What a line of the journal says happened to a record."""
