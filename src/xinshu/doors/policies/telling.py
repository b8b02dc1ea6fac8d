"""A report in words, Chinese and English, for the terminal, the pages and the paper."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xinshu.bulk.assessment import Impact
from xinshu.bulk.small_cells import SMALLEST
from xinshu.doors.portal.charts import Bars, row_chart
from xinshu.doors.portal.wording import Words
from xinshu.law.assessment import ChangeSort, FindingCode

EFFECTS: Final[Mapping[str, Words]] = {
    Impact.GAINS: ("新受此措施影响的主体", "Bodies that would come under it"),
    Impact.LOSES: ("不再受此措施影响的主体", "Bodies that would no longer be under it"),
    Impact.TWICE: ("同一事实在同一事项中被两项措施影响的主体", "Bodies hit twice for one fact in one matter"),
    Impact.MINOR: ("仅因轻微失信信息而受影响的主体", "Bodies that it would touch for a minor matter"),
    Impact.LONGER: (
        "同类信息今后公示期更长的主体（在库信息不延长）",
        "Bodies of which a record of the kind would be shown longer (what stands is not lengthened)",
    ),
    Impact.SHORTER: ("公示期缩短的主体", "Bodies of which a record would be shown for a shorter time"),
    Impact.GONE: (
        "自施行之日起不再公示的主体",
        "Bodies of which a record would no longer be shown from the first day on",
    ),
    Impact.UNSURE: (
        "期限变化无法由公示内容算出的主体",
        "Bodies of which the change of term cannot be told from what is shown",
    ),
}
CHAPTERS: Final[Mapping[str, Words]] = {
    "bases": ("法律依据", "legal basis"),
    "kinds": ("信息类别", "kind of record"),
    "publicity": ("公示期限", "terms of publicity"),
    "severity": ("分类标准", "class table"),
    "national_list": ("措施基础清单", "national basic list"),
    "powers": ("权限", "power"),
    "measures": ("措施", "measure"),
    "lists": ("名单", "list"),
    "deadlines": ("办理期限", "deadline"),
    "repair": ("修复规则", "rules of repair"),
}
SORTS: Final[Mapping[str, Words]] = {
    ChangeSort.ADDED: ("新增", "added"),
    ChangeSort.CHANGED: ("修改", "changed"),
    ChangeSort.REMOVED: ("删去", "removed"),
}
CLASSES: Final[Mapping[str, Words]] = {
    "CLASS_I": ("第一类：减损权益或者增加义务", "class I: it lessens rights or adds duties"),
    "CLASS_II": ("第二类：行政管理", "class II: administrative management"),
    "CLASS_III": ("第三类：其他组织自主决定", "class III: what others do of their own accord"),
}
FINDINGS: Final[Mapping[str, Words]] = {
    FindingCode.OVERLAPS: (
        "“{entry}”与现行的“{other}”在措施基础清单中是同一项，事项也相同：先说明为什么还需要一项。",
        "“{entry}” is the same item of the national basic list, in the same matter, as “{other}” in force: say why"
        " another one is needed.",
    ),
    FindingCode.HITS_TWICE: (
        "“{entry}”与“{other}”可以由同一条信息触发，在同一事项中：一个事实会被限制两次。",
        "“{entry}” and “{other}” can rest on the same record in the same matter: one fact would be held against a body"
        " twice.",
    ),
    FindingCode.RESTS_ON_MINOR: (
        "“{entry}”没有排除轻微失信信息：过罚是否相当，须单独说明。",
        "“{entry}” does not leave out minor matters: whether it is in proportion has to be shown by itself.",
    ),
    FindingCode.TERM_SHIFTED: (
        "“{entry}”的公示期限或者公示字段有变化，影响见下。",
        "Display of “{entry}” begins, ends or says otherwise; whom it touches is told below.",
    ),
    FindingCode.NOT_IN_USE: (
        "“{entry}”在草案中只列明、不启用，不影响任何主体。",
        "“{entry}” is listed by the draft and not in use: it touches nobody.",
    ),
    FindingCode.OWN_BASIS: (
        "“{entry}”所依据的“{other}”也是本草案写入或者改动的：须由起草单位以外的法律工作者对照原文核对。",
        "“{entry}” rests on “{other}”, which this draft itself writes or changes: a jurist who is not its author"
        " compares it with the official text.",
    ),
    FindingCode.ADOPTED_IN_DOUBT: (
        "“{entry}”的依据把握不足，由草案中写明的单位采纳并负责：须核对是谁、依据哪一条。",
        "The basis of “{entry}” is in doubt, and an office named in the draft answers for it: see who, and by which"
        " article.",
    ),
    FindingCode.SPEAKS_OF_COUNT: (
        "“{entry}”的文字提到“{other}”：次数和分数不能单独导致限制或者列入名单，请核对依据原文。",
        "The Chinese words of “{entry}” speak of a count or a score: neither may lead to a restraint or a"
        " listing by itself; compare the text of the basis.",
    ),
    FindingCode.SPEAKS_OF_RELATION: (
        "“{entry}”的文字提到“{other}”：惩戒不得株连，只有依据写明的关系人才能涉及，请核对依据原文。",
        "The Chinese words of “{entry}” speak of somebody else: liability does not spread beyond whom the"
        " basis names; compare its text.",
    ),
    FindingCode.SPEAKS_OF_PLACE: (
        "“{entry}”的文字提到“{other}”：不得以注册地、本地荣誉等排斥外地经营者（《公平竞争审查条例》第九条），请核对。",
        "The Chinese words of “{entry}” speak of a place: nobody from elsewhere may be shut out (Regulations"
        " on Fair Competition Review, article 9).",
    ),
    FindingCode.SPEAKS_OF_PRICE: (
        "“{entry}”的文字提到“{other}”：信用激励和措施不得收费、不得出售（《优化营商环境条例》第二十五条），请核对。",
        "The Chinese words of “{entry}” speak of money: no incentive and no measure is sold (Regulations on"
        " Optimising the Business Environment, article 25).",
    ),
}
NOT_TOLD: Final[Words] = (f"不足{SMALLEST}个或不公布", f"fewer than {SMALLEST}, or not told")
TABLES: Final[Mapping[str, Words]] = {
    "divisions": ("按区划", "By division"),
    "industries": ("按行业门类", "By section of industry"),
    "sizes": ("按主体类型和注册资本", "By type of body and registered capital"),
}


@dataclass(frozen=True, slots=True)
class TableTold:
    """One table of an outcome with its chart. `name` is unique in the report."""

    name: str
    heading: Words
    rows: tuple[tuple[Words, int], ...]
    chart: Bars


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """One outcome: of what, how many bodies (None: not told), and its tables."""

    what: Words
    effect: Words
    bodies: int | None
    tables: tuple[TableTold, ...]


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """One entry that the draft changes; `measure_class`: of a measure that restrains."""

    name: str
    words: Words
    chapter: Words
    sort: Words
    layer: str
    measure_class: Words | None


def outcomes(report: Mapping[str, Any]) -> tuple[OutcomeTold, ...]:
    """What the draft would do to bodies."""
    return tuple(_outcome(report, index, one) for index, one in enumerate(report["outcomes"]))


def changes(report: Mapping[str, Any]) -> tuple[ChangeTold, ...]:
    """What the draft changes, entry by entry."""
    return tuple(
        ChangeTold(
            name,
            _name(report, name),
            CHAPTERS.get(chapter, (chapter, "")),
            SORTS[sort],
            layer,
            CLASSES.get(report["classes"].get(name) or ""),
        )
        for chapter, layer, name, sort in report["changes"]
    )


def findings(report: Mapping[str, Any]) -> tuple[Words, ...]:
    """What is told of the draft though it is lawful."""
    told = []
    for code, entry, other in report["findings"]:
        zh, en = FINDINGS[code]
        mine, theirs = _name(report, entry), _name(report, other)
        told.append((zh.format(entry=mine[0], other=theirs[0]), en.format(entry=mine[1], other=theirs[1])))
    return tuple(told)


def summary(report: Mapping[str, Any]) -> Iterator[str]:
    """A few lines for the terminal."""
    draft, read = report["draft"], report["read"]
    yield f"草案 draft: {draft['title_zh']} {draft['title_en']}"
    yield f"读取 read: 信息 records {read['records']}+，主体 bodies {read['bodies']}+，日志 log {report['log_number']}"
    for change in changes(report):
        yield f"  {' '.join(change.sort)} {' '.join(change.chapter)}: {' '.join(change.words)}"
    for zh, en in findings(report):
        yield f"  ! {zh} {en}"
    for one in outcomes(report):
        number = " ".join(NOT_TOLD) if one.bodies is None else f"{one.bodies}+"
        yield f"  {' '.join(one.what)} — {' '.join(one.effect)}: {number}"


def _outcome(report: Mapping[str, Any], index: int, one: Mapping[str, Any]) -> OutcomeTold:
    tables = tuple(_table(f"o{index}-{name}", heading, one[name]) for name, heading in TABLES.items() if one[name])
    parts = [_name(report, name) for name in one["what"].split("+")]
    what = (" + ".join(zh for zh, _ in parts), " + ".join(en for _, en in parts))
    return OutcomeTold(what, EFFECTS[one["effect"]], one["bodies"], tables)


def _table(name: str, heading: Words, rows: list[list[Any]]) -> TableTold:
    told = tuple(((zh, en), number) for _, zh, en, number in rows)
    ordered = tuple(sorted(told, key=lambda row: -row[1]))
    return TableTold(name, heading, ordered, row_chart([(words[0], number) for words, number in ordered]))


def _name(report: Mapping[str, Any], name: str) -> Words:
    zh, en = report["names"].get(name, (name, ""))
    return zh, en
