"""Made-up penalties, licences and honours as departments would send them; no code or name belongs to anyone."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tests.catalogue import shipped
from xinshu.bulk.checks import Checked, check_table
from xinshu.bulk.files import Table, read_table
from xinshu.kit.identifiers import organisation_check_character, uscc_check_character
from xinshu.law.catalogue import Catalogue

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).resolve().parents[2]


def catalogue() -> Catalogue:
    """The catalogue of this repository."""
    return shipped()


def code(number: int, prefix: str = "91") -> str:
    """A made-up unified social credit code that is valid by arithmetic (division 999999 exists nowhere)."""
    organisation = f"{number:08d}"
    stem = prefix + "999999" + organisation + organisation_check_character(organisation)
    return stem + uscc_check_character(stem)


ORGAN = code(70, "11")

PENALTY: Mapping[str, str] = {
    "CF_XDR_MC": "甲示例有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": code(1),
    "CF_FRDB": "某某",
    "CF_WSH": "示罚〔2026〕1号",
    "CF_WFXW": "未按规定公示价格",
    "CF_SY": "当事人未在经营场所公示价格。",
    "CF_YJ": "《中华人民共和国价格法》第四十二条",
    "CF_CFLB": "罚款",
    "CF_NR": "罚款2000元",
    "CF_NR_FK": "0.2",
    "CF_JDRQ": "2026-05-06",
    "CF_CFJG": "示例市市场监督管理局",
    "CF_CFJGDM": ORGAN,
    "CF_SJLY": "示例市市场监督管理局",
    "CF_SJLYDM": ORGAN,
}
INDIVIDUAL: Mapping[str, str] = {
    **PENALTY,
    "CF_XDR_MC": "示例小吃店",
    "CF_XDR_LB": "个体工商户",
    "CF_XDR_SHXYM": code(2, "92"),
}

LICENCE: Mapping[str, str] = {
    "XK_XDR_MC": "甲示例有限公司",
    "XK_XDR_LB": "法人及非法人组织",
    "XK_XDR_SHXYM": code(1),
    "XK_FRDB": "某某",
    "XK_XKWS": "食品经营许可证",
    "XK_WSH": "示许〔2026〕1号",
    "XK_XKLB": "普通",
    "XK_NR": "食品经营",
    "XK_JDRQ": "2026-05-06",
    "XK_YXQZ": "2026-05-06",
    "XK_YXQZI": "2099-12-31",
    "XK_XKJG": "示例市市场监督管理局",
    "XK_XKJGDM": ORGAN,
    "XK_ZT": "有效",
    "XK_LYDW": "示例市市场监督管理局",
    "XK_LYDWDM": ORGAN,
}


def csv_bytes(rows: Sequence[Mapping[str, str]], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A CSV file whose headers are the keys of the rows, in the order in which they first occur."""
    headers = list(dict.fromkeys(key for row in rows for key in row))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(headers)
    writer.writerows([row.get(header, "") for header in headers] for row in rows)
    return buffer.getvalue().encode(encoding)


def with_official_headers(rows: Iterable[Mapping[str, str]], kind: str = "ADMIN_PENALTY") -> list[dict[str, str]]:
    """The same rows under the Chinese names of the template."""
    fields = catalogue().kinds[kind].fields
    return [{fields[name].name_zh: cell for name, cell in row.items()} for row in rows]


def table_of(folder: Path, rows: Sequence[Mapping[str, str]]) -> Table:
    """The rows, written to a file and read back."""
    path = folder / "sample.csv"
    path.write_bytes(csv_bytes(rows))
    return read_table(path)


def check(folder: Path, rows: Sequence[Mapping[str, str]], **changes: Any) -> Checked:
    """The rows written to a file, read and checked as penalties sent on 2026-11-23."""
    return check_rows(table_of(folder, rows), **changes)


def check_rows(
    table: Table,
    *,
    kind: str = "ADMIN_PENALTY",
    division: str = "110000",
    on_date: date = TODAY,
    mapping: Mapping[str, str] | None = None,
) -> Checked:
    """A table checked as records of one kind."""
    return check_table(
        table,
        kind_name=kind,
        kind=catalogue().kinds[kind],
        catalogue=catalogue(),
        division=division,
        on_date=on_date,
        mapping=mapping or {},
    )


def faults(checked: Checked) -> list[list[tuple[str, str]]]:
    """The field and fault of every reason, row by row."""
    return [[(reason.field, reason.code.value) for reason in row.reasons] for row in checked.returned]
