"""What each notice is called and says, in Chinese and English: the one place for the words of notices."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from xinshu.parties.notices.states import NoticeKind


class Told(NamedTuple):
    """A notice in words: its title, and what it says with the way on."""

    title_zh: str
    title_en: str
    zh: str
    en: str


K = NoticeKind

NOTICES: Final[Mapping[NoticeKind, Told]] = {
    K.RECORD_FIRST_SHOWN: Told(
        "一条信息即将公示",
        "A record is about to be shown",
        "行政机关报送了一条关于贵单位的信息，自下列日期起公示。如果不是贵单位的，请点“不是我们的”；内容有误可提异议，到期可申请修复，均不收费。",
        "An organ filed a record about your organisation; it is shown from the day below. If it is not yours, say"
        " “not us”; if it is wrong, object; from its day on, ask for repair. All of it is free.",
    ),
    K.CLASS_RAISED: Told(
        "失信程度或公示期被更正加重",
        "A class was raised, or a display lengthened",
        "行政机关依据所引文书更正了一条信息，其失信程度提高或公示期延长。贵单位可以提出异议，不收费。",
        "An organ corrected a record by a document that it cites; its class is higher, or it is shown longer. You may"
        " object, free of charge.",
    ),
    K.RECORD_CHANGED: Told(
        "一条信息已更改",
        "A record was changed",
        "关于贵单位的一条信息已更正、终止公示，或者标注有变化。",
        "A record about your organisation was corrected or ended, or its marks have changed.",
    ),
    K.LISTING_NOTICED: Told(
        "拟列入严重失信主体名单",
        "A listing is planned",
        "行政机关拟将贵单位列入名单，告知书见办件页面。贵单位有权陈述、申辩，不会因此加重处理，不收费。",
        "An organ plans to put your organisation on a list; its notice stands on the page of the case. You have the"
        " right to be heard, nobody is treated worse for it, and it is free.",
    ),
    K.LISTING_HEARING: Told(
        "陈述、申辩期限已经开始",
        "Your time to be heard has begun",
        "告知书已经送达，陈述、申辩的最后一日见办件页面；在此之前不作决定。",
        "The notice is served. The page of the case has the last day for your defence; nothing is decided before.",
    ),
    K.LISTING_ANSWERED: Told(
        "陈述、申辩已答复",
        "Your defence is answered",
        "行政机关核实了贵单位的陈述、申辩，答复见办件页面。",
        "The organ has looked into your defence; its answer stands on the page of the case.",
    ),
    K.LISTING_DROPPED: Told(
        "不予列入名单",
        "You are not listed",
        "行政机关决定不列入，理由见办件页面。",
        "The organ does not put your organisation on the list; the page of the case says why.",
    ),
    K.LISTING_DECIDED: Told(
        "已作出列入名单的决定",
        "A listing is decided",
        "决定书、移出途径和救济途径（行政复议、行政诉讼）见办件页面。送达之前不公示。",
        "The page of the case has the decision, the ways off the list, and your rights to reconsideration and lawsuit."
        " Nothing is shown before its service.",
    ),
    K.LISTING_ENTERED: Told(
        "已列入名单",
        "You are on a list",
        "决定送达后，列入信息开始公示。期满自动移出；符合条件的可以申请提前移出，不收费。",
        "After the service of the decision its entry is shown. The list is left by itself at the end of its term; where"
        " the conditions are met you may ask to leave it sooner, free of charge.",
    ),
    K.LISTING_EXPOSED: Told(
        "决定在名单以外公布",
        "Publicity beyond the list is decided",
        "范围、期限、必要性说明和救济途径见办件页面。",
        "The page of the case says where, until when and why, and your rights.",
    ),
    K.LISTING_LEFT: Told(
        "已移出名单",
        "You are off the list",
        "列入信息已经停止公示、共享和使用，依据它的措施随之解除。",
        "The entry is no longer shown, shared or used, and the measures that rest on it are lifted.",
    ),
    K.MANDATE_GIVEN: Told(
        "新增授权人员",
        "A mandate was given",
        "有人获得授权，可代表贵单位办理。如非贵单位所为，请立即在“授权人员”中撤销。",
        "Somebody may now act for your organisation. If that was not your doing, revoke it at once under “Mandates”.",
    ),
    K.MANDATE_REVOKED: Told(
        "授权已撤销",
        "A mandate was revoked",
        "一项代表贵单位的授权已撤销，即时生效。",
        "A mandate for your organisation was revoked, with effect at once.",
    ),
    K.ADDRESS_GIVEN: Told(
        "新登记了通知地址",
        "An address for notices was given",
        "有人为贵单位登记了下列通知地址，确认后才向它发送。如非贵单位所为，请立即撤销该地址，并在“授权人员”中核对。",
        "Somebody gave the address below for notices to your organisation; nothing is sent there before it is"
        " confirmed. If that was not your doing, revoke it at once, and look at “Mandates”.",
    ),
    K.ADDRESS_REVOKED: Told(
        "通知地址已撤销",
        "An address for notices was revoked",
        "下列通知地址已撤销，今后不再向它发送。如非贵单位所为，请立即登录核对授权人员；不能登录的，请到窗口。均不收费。",
        "The address below was revoked, and nothing is sent there any more. If that was not your doing, sign in at once"
        " and look at “Mandates”; if you cannot, come to a counter. All of it is free.",
    ),
    K.REPAIR_LODGED: Told(
        "修复申请已提交",
        "A repair was applied for",
        "申请已提交，期限见办件页面。修复不收任何费用。",
        "The application is lodged; its deadlines stand on the page of the case. Repair costs nothing.",
    ),
    K.REPAIR_ACCEPTED: Told(
        "修复申请已受理",
        "A repair was taken up",
        "认定单位已受理。",
        "The unit that determined the fact has taken it up.",
    ),
    K.REPAIR_RETURNED: Told(
        "修复申请需补正",
        "A repair needs completing",
        "认定单位请贵单位补正，所缺内容见办件页面。",
        "The unit asks you to complete it; the page of the case says what is missing.",
    ),
    K.REPAIR_EXTENDED: Told(
        "修复办理延期",
        "A repair takes longer",
        "办理期限依规延长，理由和新期限见办件页面。",
        "The deadline is extended by the rules; the page of the case says why and until when.",
    ),
    K.REPAIR_GRANTED: Told(
        "准予修复",
        "A repair was granted",
        "该信息已终止公示、共享和使用，订阅方会收到终止通知。",
        "The record is no longer shown, shared or used; subscribers are told that it ended.",
    ),
    K.REPAIR_REFUSED: Told(
        "不予修复",
        "A repair was refused",
        "理由、依据和救济途径（行政复议、行政诉讼）见办件页面。",
        "The page of the case has the reasons, the articles and your rights to reconsideration and lawsuit.",
    ),
    K.REPAIR_FILED_ITSELF: Told(
        "预约的修复已自动提交",
        "A pre-lodged repair was filed",
        "最短公示期已满，预约的申请已自动提交。",
        "The shortest term is over, and the application that you lodged beforehand was filed by itself.",
    ),
    K.REPAIR_LAPSED: Told(
        "修复申请已自行终止",
        "An application for repair is over by itself",
        "该信息已停止公示或者已在别处修复，提交或者预约的申请随之终止，无需再办；有误可提异议，不收费。",
        "The record is no longer shown, or was repaired elsewhere, so the application that was lodged or handed in"
        " ahead is over; nothing is left to do. If that is wrong, object, free of charge.",
    ),
    K.REPAIR_STANDS: Told(
        "修复有效，不予撤销",
        "A repair stands",
        "认定单位听取意见后决定不撤销修复，该信息仍不公示。",
        "After hearing you the unit does not revoke the repair; the record stays away.",
    ),
    K.REPAIR_RELAYED: Told(
        "修复申请已转办",
        "A repair was relayed",
        "申请已转交办理窗口，编号见办件页面。",
        "The application was handed to the window in charge; its number stands on the page of the case.",
    ),
    K.REPAIR_REVOCATION_PLANNED: Told(
        "拟撤销修复",
        "A repair may be revoked",
        "认定单位拟撤销修复。贵单位可在期限内陈述、申辩。",
        "The unit means to revoke a repair. You may state your case until the day that the page says.",
    ),
    K.REPAIR_REVOKED: Told(
        "修复已撤销",
        "A repair was revoked",
        "修复已撤销，只恢复剩余的法定公示期。理由和救济途径见办件页面。",
        "A repair was revoked, and only what is left of the lawful term is shown again. The page says why, and what you"
        " may do.",
    ),
    K.OBJECTION_RECEIVED: Told(
        "异议已收到",
        "An objection was received",
        "异议已收到，该信息已标注“异议处理中”。",
        "Your objection was received, and the record is marked at once.",
    ),
    K.OBJECTION_ANSWERED: Told(
        "异议已答复",
        "An objection was answered",
        "答复、理由和复核途径见办件页面。",
        "The page of the case has the answer, its reasons, and how to appeal.",
    ),
    K.APPEAL_ANSWERED: Told(
        "复核已答复",
        "An appeal was answered",
        "答复和理由见办件页面。",
        "The page of the case has the answer and its reasons.",
    ),
    K.NOT_US_ANSWERED: Told(
        "“不是我们的”已答复",
        "“Not us” was answered",
        "核对结果见办件页面。",
        "The page of the case says what was found.",
    ),
    K.SHIELD_LODGED: Told(
        "临时屏蔽申请已提交",
        "A shield was asked for",
        "申请已提交，期限见办件页面。不收任何费用。",
        "The application is lodged; its deadline stands on the page of the case. It costs nothing.",
    ),
    K.SHIELD_RETURNED: Told(
        "临时屏蔽申请需补正",
        "The application for a shield needs completing",
        "所缺内容见办件页面；补正期间计时暂停。",
        "The page of the case says what is missing; the clock stands still until it comes.",
    ),
    K.SHIELD_GRANTED: Told(
        "已临时屏蔽",
        "The records are shielded",
        "裁定以前作出的失信信息在计划执行期间停止公示、共享和使用。执行完毕后，请在办件页面申请最终修复。",
        "Adverse records from before the order are not shown, shared or used while the plan is performed. Once it is,"
        " ask for their final repair on the page of the case.",
    ),
    K.SHIELD_REFUSED: Told(
        "不予临时屏蔽",
        "A shield was refused",
        "理由、依据和救济途径（行政复议、行政诉讼）见办件页面。",
        "The page of the case has the reasons, the articles and your rights to reconsideration and lawsuit.",
    ),
    K.SHIELD_GOES_ON: Told(
        "临时屏蔽继续有效",
        "The shield stands",
        "信息继续屏蔽。理由和下一步见办件页面。",
        "The records stay shielded. The page of the case says why, and what comes next.",
    ),
    K.SHIELD_COMPLETED: Told(
        "计划执行完毕，已最终修复",
        "The plan was performed, and the records are repaired for good",
        "屏蔽的信息已经终止公示、共享和使用，不会恢复。",
        "What was shielded is no longer shown, shared or used, and does not come back.",
    ),
    K.SHIELD_PARTLY_COMPLETED: Told(
        "计划执行完毕，部分信息最终修复",
        "The plan was performed, and some of the records are repaired for good",
        "其余信息依法不能由此修复，但不因此恢复公示；理由见办件页面，仍可逐条申请修复。",
        "The law lets nobody repair the others by it; nothing shows them again for that. The page of the case says why,"
        " and repair of each may still be asked for.",
    ),
    K.SHIELD_FAILURE_PLANNED: Told(
        "拟终止临时屏蔽",
        "The shield may end",
        "法院裁定终止计划的执行。贵单位可在期限内陈述、申辩；在此之前不恢复公示。",
        "A court ruled that the plan is performed no longer. You may state your case until the day that the page says;"
        " nothing is shown again before.",
    ),
    K.SHIELD_FAILED: Told(
        "临时屏蔽已终止",
        "The shield has ended",
        "尚在公示期内的信息恢复公示至原定之日，不延长。理由和救济途径见办件页面。",
        "Records whose term still runs are shown until their former end, and no longer. The page of the case says why,"
        " and what you may do.",
    ),
    K.TENDER_CHECKED: Told(
        "采购人核查了贵单位",
        "A buyer checked your organisation",
        "贵单位参加的项目已依法核查。谁、依据什么、查到什么，见“招标核查”；有据以排除的措施的（联合体的，含其他成员的），可在下列日期前答复，在此之前不得排除。",
        "A buyer checked the bidders of a tender. Who, by which article and what came back stands under “Tenders”;"
        " where something stands against you or another member of your consortium, you may answer until the day below,"
        " and cannot be excluded before.",
    ),
    K.TENDER_CHANGED: Told(
        "招标核查的结果有变化",
        "What stands in a tender has changed",
        "定标之前，贵单位或者同一联合体其他成员的核查结果有变化，采购人同时收到通知。见“招标核查”；有新的措施的，答复期重新计算。",
        "Before the award, what stands about your organisation, or another member of your consortium, has changed; the"
        " buyer is told too. See “Tenders”; where something is new, your window to answer begins anew.",
    ),
    K.TENDER_EXCLUDED: Told(
        "采购人作出排除决定",
        "A buyer excluded your organisation",
        "采购人决定排除贵单位的投标，措施和理由见“招标核查”。可依法提出异议、质疑和投诉；据以排除的信息有误的，可提异议，到期可申请修复。",
        "A buyer excluded your bid; the measure and its reason stand under “Tenders”. You may object and"
        " complain as the law on tenders says; if the record is wrong, object to it, and from its day on ask for"
        " repair.",
    ),
    K.REMINDER: Told(
        "期限提醒",
        "A reminder",
        "有一个日期临近，见下。提前办理可免受影响。",
        "A day is near, see below: what is done in time harms nobody.",
    ),
}

LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "number": ("文书号", "Document number"),
    "from": ("自", "From"),
    "until": ("至", "Until"),
    "day": ("日期", "Day"),
    "due_on": ("截止", "Due on"),
    "what": ("事项", "Matter"),
    "what_en": ("英文", "In English"),
    "words": ("说明", "Words"),
    "article": ("依据", "Article"),
    "organ": ("机关", "Organ"),
    "case": ("办件号", "Case"),
    "proof": ("核验方式", "How proved"),
    "decider": ("作出修复决定的单位", "Unit that granted the repair"),
    "case_number": ("修复案号", "Number of its case"),
    "national": ("全国窗口办件编号", "Number of the national case"),
    "place": ("地址", "Address"),
    "reference": ("项目编号", "Reference of the tender"),
    "answer_by": ("答复至", "Answer until"),
}
ANY_LABEL: Final = ("内容", "Detail")


def told(kind: str) -> Told:
    """The words of a kind of notice."""
    return NOTICES[NoticeKind(kind)]


def details(said: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """What a notice says of its matter: label in Chinese and English, and the value."""
    return tuple((*LABELS.get(name, ANY_LABEL), value) for name, value in said.items() if value)


def matters(kinds: Iterable[str]) -> tuple[str, str]:
    """The kinds of matter that a message names, once each, in Chinese and English: all that leaves the space (G18)."""
    found = [told(kind) for kind in dict.fromkeys(kinds)]
    return "、".join(one.title_zh for one in found), "; ".join(one.title_en for one in found)
