"""The fields of the forms of a listing: what is kept of each, and what is wrong with it, with the way out."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from xinshu.bulk.personal import mask as without_persons
from xinshu.law.list_checks import LONGEST
from xinshu.law.list_rules import ListRule
from xinshu.proceedings.lists.states import LONGEST_NUMBER, LONGEST_WORDS, NotListable, Service

PROPOSAL: Final = ("ground", "facts", "penalty", "reasons", "months")
"""What a proposal says, beside its list; a declaration that nobody exempt is meant stands beside them."""


def plain(text: str, longest: int = LONGEST_WORDS) -> str:
    """What is said, on one line, without numbers of persons, and no longer than allowed. Raises NotListable."""
    said = without_persons("".join(sign for sign in " ".join(text.split()) if sign.isprintable()))[0]
    if len(said) > longest:
        raise NotListable(f"文字至多{longest}字，请缩短。At most {longest} characters; make it shorter.")
    return said


def proposal_faults(form: Mapping[str, str], rule: ListRule) -> dict[str, str]:
    """What is wrong with the fields of a proposal, each with the way out; empty where nothing is."""
    faults: dict[str, str] = {}
    if form.get("ground") not in {one.row for one in rule.grounds}:
        faults["ground"] = "请选择这一名单规定的一项列入事由。Choose one ground that this list has."
    if not form.get("facts", "").strip():
        faults["facts"] = "请写明失信事实。State the facts."
    if not form.get("reasons", "").strip():
        faults["reasons"] = "请写明列入的理由。State the reasons for listing."
    faults |= _months_beyond(form.get("months", ""), rule)
    if not form.get("not_exempt"):
        faults["not_exempt"] = (
            "请核对并确认：不属于不得列入的情形，也不涉及未成年人。"
            " Check and confirm that nobody is meant who may not be listed, and no minor."
        )
    return faults


def months_of(form: Mapping[str, str], rule: ListRule) -> int | None:
    """The term in months that a form states; its list's own where it states none."""
    said = str(form.get("months", "")).strip()
    return int(said) if said else rule.term.months


def number_fault(number: str) -> dict[str, str]:
    """What is wrong with the number of a document: there is none, or it is too long."""
    if not number.strip() or len(number.strip()) > LONGEST_NUMBER:
        return {
            "number": f"请填写文书号（至多{LONGEST_NUMBER}字），如“示市监列告〔2026〕1号”。Give the document's number."
        }
    return {}


def served_faults(how: str, served_on: str, *, since: date, today: date) -> dict[str, str]:
    """What is wrong with what is said of a service: the way, or the day."""
    faults: dict[str, str] = {}
    if how not in set(Service):
        faults["how"] = "请选择送达方式。Choose how it was served."
    try:
        day = date.fromisoformat(served_on.strip())
    except ValueError:
        faults["served_on"] = "请填写送达日期，写成 2026-05-01 的样子。Give the day of service, like 2026-05-01."
        return faults
    if day > today:
        faults["served_on"] = "送达日期晚于今日；送达后再登记。This day is still to come; note it once it is served."
    elif day < since:
        faults["served_on"] = (
            f"送达日期早于文书日期 {since}；请核对送达回证。It lies before the document's day; see the proof."
        )
    return faults


def months_fault(said: str) -> dict[str, str]:
    """What is wrong with a term in months, whatever its list allows; empty: nothing is, or none was stated."""
    text = str(said).strip()
    if not text or (text.isascii() and text.isdecimal() and 1 <= int(text[: len(str(LONGEST)) + 1]) <= LONGEST):
        return {}
    return {"months": f"列入期限为1至{LONGEST}个月的整数。The term is a whole number of months, 1 to {LONGEST}."}


def _months_beyond(said: str, rule: ListRule) -> dict[str, str]:
    faults, longest = months_fault(said), rule.term.months
    if not faults and str(said).strip() and longest is not None and int(said) > longest:
        return {"months": f"列入期限为1至{longest}个月的整数。The term is a whole number of months, 1 to {longest}."}
    return faults
