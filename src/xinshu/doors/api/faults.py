"""Every error that the API may answer, by name: its status and what it means. A name never changes its meaning.

The sentence of an answer may say more than the one here: which document, which header, which way out.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Fault(NamedTuple):
    """An error of the API: the status it comes with, and what it means."""

    status: int
    zh: str
    en: str


FAULTS: Final[Mapping[str, Fault]] = {
    # 任何请求 any request
    "NOT_TEXT": Fault(400, "地址中有不可用的字符。", "The address holds a character that no text may hold."),
    "METHOD_NOT_ALLOWED": Fault(405, "此地址不接受这种请求方法。", "This address does not take that method."),
    "INVALID_PARAMETER": Fault(422, "请求参数有误，见reasons。", "A parameter cannot be read; see `reasons`."),
    "TOO_MANY_REQUESTS": Fault(429, "请求过于频繁，见Retry-After。", "Too many requests; see the header Retry-After."),
    "OUR_FAULT": Fault(500, "系统出错，请稍后再试。", "Something went wrong on our side; try again later."),
    "UNAVAILABLE": Fault(503, "数据库暂不可用，请稍后原样重试。", "The database is away; try again later."),
    # 请求内容 what is sent along
    "NOT_JSON": Fault(400, "请求内容不是JSON。", "The body is not JSON."),
    "TOO_LARGE": Fault(413, "请求内容过大。", "The body is too large; send it as a file, or in parts."),
    "UNSUPPORTED_MEDIA_TYPE": Fault(415, "请求内容须为JSON。", "The body must be JSON (application/json)."),
    # 公示 disclosure
    "NOT_A_CODE": Fault(400, "不是有效的代码。", "Not a valid code; `reasons` says which rules it breaks."),
    "NOT_FOUND": Fault(404, "这里没有公示的内容。", "Nothing is shown at this address."),
    "BAD_CURSOR": Fault(400, "游标无效。", "Not a cursor of this list."),
    "NAME_TOO_SHORT": Fault(400, "名称过短。", "The name is too short to search for."),
    # 目录 catalogue
    "NOT_A_DAY": Fault(422, "日期应写作YYYY-MM-DD，且不晚于今日。", "A day, today at the latest."),
    "NO_CATALOGUE": Fault(404, "该日没有生效的目录。", "No catalogue was in force on that day."),
    # 统计和批量数据 statistics and bulk
    "UNKNOWN_KIND": Fault(422, "没有这个公示的类目。", "There is no such public kind."),
    "UNKNOWN_DIVISION": Fault(422, "没有这个区划的机关。", "No organ is of that division."),
    "BEING_MADE": Fault(503, "文件正在生成，见Retry-After。", "The file is being made; see the header Retry-After."),
    "NO_ROOM": Fault(507, "存储空间不足，未生成文件。", "Out of room; no file was made."),
    # 变更流 feed
    "FEED_TOO_OLD": Fault(410, "变更流已不含该位置，请以快照重新开始。", "Before the feed; start from a snapshot."),
    "FEED_AHEAD": Fault(409, "游标超出日志。", "The cursor is beyond the log; keep your copy as evidence."),
    "NOT_TOLD": Fault(409, "确认超过了已送达的位置。", "What was not told cannot be acknowledged."),
    # 透明日志 the public log
    "NOT_SIGNED_YET": Fault(503, "尚未写入已签名的日志，见Retry-After。", "Not in the signed log yet; Retry-After."),
    "NOTHING_FOLLOWS": Fault(422, "空日志之后无可证明。", "Nothing is proven of an empty log."),
    "LOG_IS_SHORTER": Fault(409, "日志没有过这么多条目。", "The log never had so many entries; keep what you hold."),
    # 归集质效 quality of intake
    "NOT_A_MONTH": Fault(422, "月份应写作YYYY-MM。", "Write the month as YYYY-MM."),
    "UNKNOWN_FORM": Fault(422, "form只能是json或csv。", "`form` is json or csv."),
    # 核查 check
    "CHECKREFUSED": Fault(422, "核查请求有误。", "The check cannot be made as asked; the sentence says why."),
    "WATCHREFUSED": Fault(422, "不能这样关注。", "The watch cannot be begun as asked; the sentence says why."),
    "EFFECTREFUSED": Fault(422, "反馈有误。", "The report is not accepted; the sentence says why."),
    # 信用服务机构 agencies
    "NOTASLIP": Fault(422, "不是本平台的清除凭条。", "Not a clean-up slip of this platform, or an altered one."),
    "NOTREPORTED": Fault(422, "副本报告有误。", "The copy cannot be reported as said; the sentence says why."),
    # 机关 organs
    "NO_TOKEN": Fault(401, "须带有效的机关令牌。", "A valid token of an organ is needed."),
    "NO_KEY": Fault(400, "须带Idempotency-Key请求头。", "The header Idempotency-Key (8 to 100 characters) is needed."),
    "NO_OFFSET": Fault(400, "须带Upload-Offset请求头。", "The header Upload-Offset is needed."),
    "UNKNOWNKIND": Fault(422, "没有这个类目。", "There is no such kind for this organ on this day."),
    "UNKNOWNORGAN": Fault(422, "没有登记这个机关。", "No organ with this code is registered."),
    "UNKNOWNBATCH": Fault(404, "没有这个批次。", "There is no such batch."),
    "KEYREUSED": Fault(409, "幂等键已用于另一份内容。", "The key stands for other content; choose a new one."),
    "NOTNOW": Fault(409, "批次现在的状态不允许。", "The batch is not in a state for this."),
    "NOTATTESTED": Fault(422, "须确认已完成审查。", "The review must be attested."),
    "CITATIONREFUSED": Fault(422, "所引文书不被接受。", "The cited document is not accepted."),
    "HEADERREFUSED": Fault(422, "表头对应有误。", "What a header is said to stand for is not accepted."),
    "WRONGOFFSET": Fault(409, "上传位置不符，见Upload-Offset。", "Not where the upload stands; see Upload-Offset."),
    "ERASED": Fault(410, "上传内容已删除。", "The upload has been erased."),
    "NOROOM": Fault(507, "存储空间不足，未保存不完整的内容。", "Out of room; nothing half is kept."),
    "NOTHELD": Fault(404, "没有这条信息。", "There is no such record of this organ."),
    "NONE_RETURNED": Fault(404, "没有退回的行，或已过保存期。", "No row was returned, or they are erased."),
    "NO_ALARM": Fault(404, "该批次没有待处理的提醒。", "No alarm of that batch waits."),
    "LEDGERREFUSED": Fault(422, "台账无法比对。", "The ledger cannot be compared; the sentence says why."),
    "RECONCILIATIONREFUSED": Fault(422, "对账请求有误。", "The reconciliation cannot be made; the sentence says why."),
    "HEADERSREFUSED": Fault(422, "表头不能全部识别。", "The headers are not all understood."),
    "UNREADABLEFILE": Fault(422, "文件无法读取。", "The file cannot be read; the sentence says why."),
}

ANY: Final = ("METHOD_NOT_ALLOWED", "OUR_FAULT", "UNAVAILABLE")
ANY_PUBLIC: Final = ("TOO_MANY_REQUESTS",)
ANY_ORGAN: Final = ("NO_TOKEN",)
WITH_PARAMETERS: Final = ("NOT_TEXT", "INVALID_PARAMETER")
WITH_JSON: Final = ("NOT_JSON", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "INVALID_PARAMETER")
