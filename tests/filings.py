"""Made-up files as departments send them: the 2018 template's own headers, CSV in any encoding, or XLSX."""

import csv
from collections.abc import Iterable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook

MARKET = "11999999TE5T001041"
SUBJECT = "91999999TE5T00075D"
OTHER_SUBJECT = "91999999TE5T00016A"
INDIVIDUAL = "92999999TE5T00059L"
UNKNOWN = "9199999900001009XB"

PENALTY_HEADERS = {
    "name": "行政相对人名称",
    "type": "行政相对人类别",
    "code": "行政相对人代码_1(统一社会信用代码)",
    "representative": "法定代表人",
    "representative_document": "法定代表人证件类型",
    "representative_number": "法定代表人证件号码",
    "person_document": "证件类型",
    "person_number": "证件号码",
    "number": "行政处罚决定书文号",
    "act": "违法行为类型",
    "facts": "违法事实",
    "grounds": "处罚依据",
    "penalties": "处罚类别",
    "content": "处罚内容",
    "fine": "罚款金额(万元)",
    "confiscated": "没收违法所得、没收非法财物的金额(万元)",
    "licence": "暂扣或吊销证照名称及编号",
    "decided_on": "处罚决定日期",
    "claimed_end": "公示截止期",
    "organ": "处罚机关",
    "organ_code": "处罚机关统一社会信用代码",
    "source": "数据来源单位",
    "source_code": "数据来源单位统一社会信用代码",
    "remark": "备注",
    "severity": "失信严重程度",
    "severity_row": "分类标准条目",
    "procedure": "处罚程序",
    "served_on": "送达日期",
    "reason": "公示理由",
}


def penalty(**changes: Any) -> dict[str, str]:
    """One row of the penalty template, sound unless changed."""
    row = {
        "name": "云汀示例商贸有限公司",
        "type": "法人及非法人组织",
        "code": SUBJECT,
        "representative": "示例甲",
        "representative_document": "身份证",
        "representative_number": "11010519491231002X",
        "number": "示市监罚〔2026〕0001号",
        "act": "商品标识不符合规定",
        "facts": "经查，当事人销售的商品未按规定标注产地。",
        "grounds": "《示例条例》第十条",
        "penalties": "没收违法所得",
        "content": "没收违法所得0.35万元",
        "confiscated": "0.35",
        "decided_on": "2026-09-30",
        "organ": "示范市市场监督管理局",
        "organ_code": MARKET,
        "source": "示范市市场监督管理局",
        "source_code": MARKET,
        "severity": "一般",
        "procedure": "普通程序",
    }
    return row | {key: (value.isoformat() if isinstance(value, date) else value) for key, value in changes.items()}


def write_csv(path: Path, rows: Iterable[dict[str, str]], *, encoding: str = "gb18030") -> Path:
    """The rows as CSV under the template's Chinese headers."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(PENALTY_HEADERS.values())
    for row in rows:
        writer.writerow([row.get(key, "") for key in PENALTY_HEADERS])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """The rows as a workbook; days as real date cells."""
    book = Workbook()
    sheet = book.active
    sheet.append(list(PENALTY_HEADERS.values()))
    for row in rows:
        sheet.append([_cell(key, row.get(key)) for key in PENALTY_HEADERS])
    book.save(path)
    return path


def _cell(key: str, value: Any) -> Any:
    if value and key.endswith("_on"):
        return date.fromisoformat(value)
    return float(value) if value and key in ("fine", "confiscated") else value
