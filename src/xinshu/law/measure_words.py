"""An answer about measures in words: what was looked at and what was not, each measure, its reasons, its record."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from xinshu.law.catalogue import NATIONAL, Catalogue
from xinshu.law.public_form import law_phrase, sentence
from xinshu.law.terms import Audience, Nature, Standing, SubjectKind, UseContext
from xinshu.law.verdict import Reason

Words = dict[str, str]

FOREIGN: Final[Words] = {
    "zh": "这是全球法人识别编码（LEI）。我国公共信用信息以统一社会信用代码登记，LEI之下不可能有记录；"
    "这不表示信用良好，也不表示有问题。",
    "en": "This is a legal entity identifier (LEI). Public credit information is kept under unified social credit"
    " codes; no public record can exist under an LEI here. That says nothing good or bad of the bidder.",
}
NONE: Final[Words] = {
    "zh": "在本次查询的类目中，今日没有可据以采取措施的公示信息。这不是信用良好的证明。",
    "en": "Of the kinds looked at, nothing is shown today on which a measure rests. This is no proof of good standing.",
}
INFORMS: Final[Words] = {
    "zh": "本事项只提供信息，不表示对该主体适用任何措施；是否参考由查询方自行决定。",
    "en": "In this context the answer is information only: no measure applies by it, and the asker decides freely.",
}
PUBLIC_ONLY: Final[Words] = {
    "zh": "只查询今日向社会公示的信息；只供国家机关履行职责或者经授权方可查询的信息未查。",
    "en": "Only what is shown to everyone today was looked at, and nothing for public bodies or by authorisation.",
}
NO_PERSONS: Final[Words] = {
    "zh": "不含自然人（包括法定代表人、负责人）的信息。",
    "en": "No natural person is covered, so no representative or responsible person either.",
}
NOT_IN_USE: Final[Words] = {
    "zh": "本事项中依据尚待核实、未启用的措施：{names}。",
    "en": "Measures of this context that are not in use until a jurist adopts them: {names}.",
}
ELSEWHERE: Final[Words] = {
    "zh": "其他地方的地方性措施不在查询之列：地方性措施只向本行政区域内的机关告知。",
    "en": "Measures of other places were not looked at: a local one is told to organs of its own division only.",
}
KINDS_LEFT: Final[Words] = {
    "zh": "以下类目不向社会公示，未查：{names}。",
    "en": "Kinds that are not shown to everyone, and were not looked at: {names}.",
}

WAYS: Final[dict[str, Words]] = {
    "REPAIR": {
        "zh": "自repair_from所列之日起可以申请信用修复（为空的，不能提前修复，期满自动停止公示）；"
        "修复后，措施随之终止。办理免费。",
        "en": "From the day in `repair_from` on, repair may be asked for (null: none before it ends by itself); with"
        " the record the measure ends too. Free of charge.",
    },
    "OBJECTION": {
        "zh": "认为信息有误或者不属于本单位的，可以随时提出异议，提出后即时标注。办理免费。",
        "en": "If the record is wrong or not yours, object at any time; it is marked at once. Free of charge.",
    },
    "WHERE": {
        "zh": "在该信息的页面（address）或者“我的单位”办理，也可以到线下窗口办理。",
        "en": "On the page of the record (`address`), in the own space, or at a counter.",
    },
}


def covered(
    kinds: Sequence[str],
    deliveries: Iterable[tuple[str, str, date]],
    context: UseContext,
    asked_of: Iterable[str],
    catalogue: Catalogue,
    *,
    on_date: date,
) -> dict[str, Any]:
    """What was looked at, with the last delivery of each source, and what is not covered.

    `asked_of`: all kinds on which a measure of the context rests, shown to everyone or not.
    """
    sources: dict[str, list[dict[str, Any]]] = {}
    for kind, organ, last in deliveries:
        sources.setdefault(kind, []).append({"organ": organ, "last": last})
    looked = [{"kind": kind, **_names(catalogue.kinds[kind]), "sources": sources.get(kind, [])} for kind in kinds]
    unused = [one for one in catalogue.measures.values() if _unused(one, context, on_date)]
    closed = [catalogue.kinds[one] for one in asked_of if catalogue.kinds[one].audience is not Audience.PUBLIC]
    not_covered = [PUBLIC_ONLY, NO_PERSONS]
    not_covered += [_listed(KINDS_LEFT, closed)] if closed else []
    not_covered += [_listed(NOT_IN_USE, unused)] if unused else []
    local = any(
        context in one.contexts and catalogue.layers[name] != NATIONAL for name, one in catalogue.measures.items()
    )
    not_covered += [ELSEWHERE] if local else []
    return {"looked_at": looked, "not_covered": not_covered}


def measure_words(name: str, grounds: Iterable[tuple[str, Reason, Reason]], catalogue: Catalogue) -> dict[str, Any]:
    """A measure in words: what it is, who applies it, and of each ground why and how it ends, by which article."""
    measure = catalogue.measures[name]
    ending = measure.ending
    return {
        **_names(measure),
        "plain": {"zh": measure.plain_zh, "en": measure.plain_en},
        "nature": measure.nature,
        "unprompted": measure.nature is Nature.INCENTIVE and measure.unprompted,
        "applied_by": {"zh": measure.applied_by_zh, "en": measure.applied_by_en},
        "ends_at": None if ending.zh is None else {"zh": ending.zh, "en": ending.en},
        "grounds": {
            row: {"why": reason_words(why, catalogue), "ends": reason_words(ends, catalogue)}
            for row, why, ends in grounds
        },
    }


def reason_words(reason: Reason, catalogue: Catalogue, last_day: date | None = None) -> dict[str, Any]:
    """A reason: its code, its article, and its sentence."""
    zh, en = law_phrase(reason.basis, reason.article, catalogue)
    return {
        "code": reason.code,
        "basis": reason.basis,
        "article": reason.article,
        "law": {"zh": zh, "en": en},
        "words": sentence(reason, catalogue, start=None, last_day=last_day),
    }


def body(row: Any) -> dict[str, Any]:
    """A body as everyone may see it: an individual business is told by its code only (Decision 5)."""
    name = None if row.kind is SubjectKind.INDIVIDUAL_BUSINESS else row.name
    return {"code": row.code, "name": name, "kind": row.kind}


def record(said: Mapping[str, Any], code: str, catalogue: Catalogue, site: str) -> dict[str, Any]:
    """The record on which a measure rests: what tells it, from which day it may be repaired, and where it stands."""
    return {
        "ref": said["record_ref"],
        "kind": said["kind"],
        "kind_name": _names(catalogue.kinds[said["kind"]])["name"],
        "document_number": said["document_number"],
        "organ": {"code": said["organ_code"], "name": said["organ_name"]},
        "decided_on": said["decided_on"],
        "repair_from": said["repair_from"],
        "address": f"{site}/subjects/{code}/records/{said['record_ref']}/",
    }


def _names(row: Any) -> dict[str, Words]:
    return {"name": {"zh": row.name_zh, "en": row.name_en}}


def _unused(measure: Any, context: UseContext, day: date) -> bool:
    return context in measure.contexts and (measure.standing is not Standing.ACTIVE or day not in measure.period)


def _listed(words: Words, rows: Sequence[Any]) -> Words:
    zh, en = "、".join(one.name_zh for one in rows), ", ".join(one.name_en for one in rows)
    return {"zh": words["zh"].format(names=zh), "en": words["en"].format(names=en)}
