"""The fields of the forms of a shield: what is kept of each, and what is wrong with it, with the way out."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from xinshu.proceedings.shield.states import LONGEST_COURT, LONGEST_NUMBER, AskedBy, Plan

BANKRUPTCY_LAW: Final = date(2007, 6, 1)
"""From this day on a court approves plans and settlements by the Enterprise Bankruptcy Law (art. 136)."""

ORDER: Final[Mapping[str, int]] = {
    "court": LONGEST_COURT,
    "number": LONGEST_NUMBER,
    "ordered_on": 10,
    "plan": 16,
    "asked_by": 16,
}
"""The fields of an application, and how many characters are kept of each; `words` are kept beside them."""


def order_faults(form: Mapping[str, Any], today: date) -> dict[str, str]:
    """What is wrong with the fields of an application, each with the way out; empty where nothing is."""
    faults: dict[str, str] = {}
    if "法院" not in str(form.get("court", "")):
        faults["court"] = (
            "请填写作出裁定的法院全称，如“某市中级人民法院”。Give the court's full name, which has 法院 in it."
        )
    if not form.get("number"):
        faults["number"] = "请填写裁定书案号，如“（2026）某01破1号”。Give the number of the order, as it stands on it."
    if fault := day_fault(str(form.get("ordered_on", "")), today, since=BANKRUPTCY_LAW):
        faults["ordered_on"] = fault
    if form.get("plan") not in set(Plan):
        faults["plan"] = "请选择法院批准的是重整计划还是和解协议。Choose what the court approved."
    if form.get("asked_by") not in set(AskedBy):
        faults["asked_by"] = "请选择由谁申请。Choose who asks."
    return faults


def day_fault(text: str, today: date, *, since: date) -> str:
    """What is wrong with a day that was filled in: none, none that exists, still to come, too early; "" if nothing."""
    if not text:
        return "请填写日期。Give the day."
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return "没有这一天；请写成 2026-05-01 的样子。There is no such day; write it like 2026-05-01."
    if day > today:
        return "日期晚于今日；请核对文书上的日期。This day is still to come; see the day on the document."
    if day < since:
        return f"日期早于 {since}，不会是这样的文书；请核对。The day is before {since}, which cannot be; please check."
    return ""


def completion_faults(order: Mapping[str, Any], form: Mapping[str, str], signed: str, today: date) -> dict[str, str]:
    """What is wrong with what says that the plan was performed; `signed` is the name under the commitment."""
    faults: dict[str, str] = {}
    since = date.fromisoformat(order["ordered_on"])
    if fault := day_fault(form.get("performed_on", ""), today, since=since):
        faults["performed_on"] = fault
    if not form.get("commitment"):
        faults["commitment"] = "请作出信用承诺（第36号令第13条）。Make the commitment (Order 36, article 13)."
    if not signed:
        faults["signed_by"] = "请填写签署人姓名全称。Give the full name of who signs."
    return faults


def one_line(text: str, longest: int) -> str:
    """A field on one line, nothing invisible in it, at most so many characters."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:longest]
