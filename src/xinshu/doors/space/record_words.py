"""A record in words for the organisation itself: where it stands and why, what it says, what happened to it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import orjson

from xinshu.doors.desk.words import CHANGES, GROUNDS
from xinshu.doors.portal.wording import Wording, Words, money
from xinshu.law.entries import FieldRole, FieldRule, FieldType
from xinshu.law.public_form import sentence
from xinshu.law.verdict import Reason, ReasonCode
from xinshu.register.access.queries import organ
from xinshu.register.records.own import AboutRow, PastLine

ENDED: Final[Mapping[str, Words]] = {
    "WITHDRAWN": ("报送机关已撤回", "withdrawn by the organ that filed it"),
    "REPAIRED": ("已修复，停止公示", "repaired, shown no more"),
    "DECLINED": ("贵单位放弃记录，停止公示", "you do without it, shown no more"),
    "CORRECTED": ("已更正，按更正后的内容不公示", "corrected, and not shown as it now stands"),
}
HIDDEN: Final[Mapping[str, Words]] = {
    "SHIELDED": ("法院批准的重整计划执行期间", "while a plan approved by a court is carried out"),
    "NOT_US": ("正在核实是否属于贵单位", "while it is reviewed whether it is yours at all"),
}
DERIVING: Final = frozenset({"ACCEPTED", "CORRECTED", "REINSTATED", "CARRIED_OVER"})
"""Changes that say whether, and until when, a record is shown; the others stand beside that."""

GROUND_WORDS: Final[Mapping[str, Words]] = {str(ground): said for ground, said in GROUNDS.items()}
KNOWN: Final = frozenset(str(code) for code in ReasonCode)
DAY: Final = timedelta(days=1)


def in_brief(row: AboutRow, words: Wording, day: date) -> dict[str, Any]:
    """A record as a line of the list: kind, number, who decided and who supplied it, and where it stands."""
    kind = words.catalogue.kinds.get(row.kind)
    return {
        "row": row,
        "kind": (row.kind, "") if kind is None else (kind.name_zh, kind.name_en),
        "severity": _chosen(words, "SEVERITY", row.severity) if row.severity else None,
        "organ": _organ(row.organ_code),
        "suppliers": _suppliers(row),
        "state": state(row, day),
        "last_day": None if row.public_until is None else row.public_until - DAY,
        "marks": [
            (said.zh, said.en)
            for mark in (row.marks or "").split(",")
            if row.ended is None and (said := words.catalogue.sentences.get(mark)) is not None
        ],
    }


def state(row: AboutRow, day: date) -> Words:
    """Where a record stands on a day, in a few words; `stands` gives the reasons."""
    if row.ended is not None:
        return ENDED.get(row.ended, ("已停止公示", "shown no more"))
    if row.hidden_for:
        causes = [HIDDEN.get(cause, (cause, "")) for cause in row.hidden_for.split(",")]
        zh, en = "；".join(zh for zh, _ in causes), "; ".join(en for _, en in causes)
        return f"暂停公示：{zh}", f"hidden for now: {en}"
    if row.shown:
        return "公示中", "shown"
    if row.public_from is None:
        return "不公示", "not shown"
    if row.public_until is not None and row.public_until <= day:
        return "公示期已满，停止公示", "its term is over, shown no more"
    return ("尚未公示", "not shown yet") if row.public_from > day else ("等待公示", "about to be shown")


def stands(row: AboutRow, words: Wording, day: date, lines: Sequence[PastLine]) -> dict[str, Any]:
    """Where it stands, since when, and the reasons of what was decided last, each with its article."""
    telling = next((line for line in lines if row.ended is not None or line.change in DERIVING), None)
    reasons = [] if telling is None else _reasons(telling, words)
    return {"state": state(row, day), "since": row.ended_on, "reasons": reasons}


def fields(row: AboutRow, words: Wording) -> list[dict[str, Any]]:
    """All that a record says, field by field, in the order of its kind; whether the public may see each.

    What has left the catalogue since stands last, under its identifier.
    """
    kind = words.catalogue.kinds.get(row.kind)
    rules = {} if kind is None else kind.fields
    content = {name: value for name, value in orjson.loads(row.content).items() if value not in (None, "", [])}
    known = [_field(rule, content[name], words) for name, rule in rules.items() if name in content]
    rest = [
        {"label": (name, ""), "values": [(str(value), "")], "public": False}
        for name, value in content.items()
        if name not in rules
    ]
    return known + rest


def changed(line: PastLine, words: Wording) -> dict[str, Any]:
    """A change in words: which, when, by whom, with what period, and why."""
    return {
        "line": line,
        "change": CHANGES.get(line.change, (line.change, "")),
        "organ": _organ(line.organ) if line.organ else "",
        "last_day": None if line.public_until is None else line.public_until - DAY,
        "reasons": _reasons(line, words),
    }


def _field(rule: FieldRule, value: Any, words: Wording) -> dict[str, Any]:
    values = [str(item) for item in (value if isinstance(value, list) else [value])]
    if rule.vocabulary is not None:
        told = [_chosen(words, rule.vocabulary, item) for item in values]
    else:
        amount = rule.type is FieldType.DECIMAL
        told = [(money(item) if amount else item, "") for item in values]
    named = rule.role in {FieldRole.SUBJECT_NAME, FieldRole.DOCUMENT_NUMBER, FieldRole.DECIDED_ON}
    return {"label": (rule.name_zh, rule.name_en), "values": told, "public": rule.public or named}


def _reasons(line: PastLine, words: Wording) -> list[Words]:
    """Each reason as a sentence with its article; one that no sentence of the catalogue tells is left out."""
    last_day = None if line.public_until is None else line.public_until - DAY
    told = []
    for code, basis, article in orjson.loads(line.reasons):
        if code in GROUND_WORDS:
            told.append(GROUND_WORDS[code])
        elif code in words.catalogue.sentences and code in KNOWN:
            said = sentence(
                Reason(ReasonCode(code), basis, article), words.catalogue, start=line.public_from, last_day=last_day
            )
            told.append((said["zh"], said["en"]))
    return told


def _suppliers(row: AboutRow) -> list[str]:
    """Who filed it and whoever changed it since, by name; the source that its document names comes first."""
    named = [row.source_name] if row.source_name else []
    return [*named, *(name for code in row.organs if (name := _organ(code)) not in named)]


def _organ(code: str) -> str:
    held = organ(code)
    return code if held is None else held.name


def _chosen(words: Wording, vocabulary: str, value: str) -> Words:
    known = words.catalogue.vocabularies[vocabulary].choices
    return words.choice(vocabulary, value) if value in known else (value, "")
