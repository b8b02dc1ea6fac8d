"""The papers of a listing: notice, decision, removal, publicity; each with its number and the code that proves it.

A paper says what its step said when it was taken, in the words of the catalogue of that day, and nothing later.
"""

from typing import Any, Final

from xinshu.doors.desk.paper import paper
from xinshu.doors.desk.slip_pdf import svg
from xinshu.doors.listing_words import PAPERS, exits_told, measures_told, paper_code
from xinshu.doors.portal.wording import Wording, Words
from xinshu.law.public_form import law_phrase
from xinshu.law.terms import ListingStep, SubjectKind
from xinshu.proceedings.cases.queries import EventRow
from xinshu.proceedings.lists.entering import ground_of
from xinshu.proceedings.lists.queries import ListingCase
from xinshu.register.access.queries import organ
from xinshu.register.subjects.queries import described

TEMPLATE: Final = "listing_paper.typ"

INTRO: Final[dict[str, Words]] = {
    "notice": (
        "本机关拟将贵单位列入下述名单。作出决定之前，现将事实、理由、依据和后果告知如下；贵单位有权陈述、申辩。",
        "This organ intends to put your organisation on the list below. Before it decides, it tells you the facts, the"
        " reasons, the law and what follows; you have the right to be heard.",
    ),
    "decide": (
        "经告知和听取陈述、申辩，本机关决定将贵单位列入下述名单。",
        "After notice, and after hearing you, this organ puts your organisation on the list below.",
    ),
    "confirm_exposure": (
        "经单独审查必要性和适度性，本机关决定在名单公示之外公布下述信息。公布的内容不超出名单已经公示的内容。",
        "After a separate look at whether it is needed and in proportion, this organ makes the matter below known"
        " beyond the list. Nothing is made known that the list does not show.",
    ),
    "confirm_removal": (
        "本机关决定将贵单位移出下述名单。自本决定作出之时起，停止公示、共享和使用，依据该名单的措施随之解除。",
        "This organ takes your organisation off the list below. From this decision on it is no longer shown, shared or"
        " used, and the measures that rest on it are lifted.",
    ),
}
Section = dict[str, Any]


def listing_pdf(case: ListingCase, line: EventRow, wording: Wording, *, site: str) -> bytes:
    """The paper of that step as PDF/A-2a and PDF/UA-1; the same step gives the same bytes."""
    return paper(TEMPLATE, paper_said(case, line, wording, site=site))


def paper_said(case: ListingCase, line: EventRow, wording: Wording, *, site: str) -> dict[str, Any]:
    """Everything that the paper says: pairs of Chinese and English, by sections."""
    (body,) = described([case.row.subject])
    unit = organ(case.row.organ)
    code = paper_code(case.row.id, line)
    address = f"{site}/papers/{case.row.id}/{code}/"
    day = line.on_day
    return {
        "title": PAPERS[line.event],
        "number": line.said["number"],
        "name": "" if body.kind is SubjectKind.INDIVIDUAL_BUSINESS else body.name,
        "code": body.code,
        "intro": _intro(case, line),
        "sections": _sections(case, line, wording, site),
        "unit": [case.row.organ if unit is None else unit.name, case.row.organ],
        "check": {"code": code, "address": address, "qr": svg(address)},
        "signed": line.event != "notice",
        "on": day.isoformat(),
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def _intro(case: ListingCase, line: EventRow) -> Words:
    """What the paper does; of a decision, from when it has effect: from service, or after the wait of its list."""
    zh, en = INTRO[line.event]
    if line.event != "decide":
        return zh, en
    wait = None if case.rule is None else case.rule.step(ListingStep.WAIT)
    if wait is None or not wait.working_days:
        return (
            f"{zh}本决定送达后生效；送达之前不对外公示。",
            f"{en} The decision takes effect with its service; nothing is published before.",
        )
    days = wait.working_days
    return (
        f"{zh}本决定送达后满{days}个工作日的次日生效；生效之前不对外公示。",
        f"{en} It takes effect on the day after {days} working days from its service; nothing is published before.",
    )


def _sections(case: ListingCase, line: EventRow, wording: Wording, site: str) -> list[Section]:
    match line.event:
        case "notice":
            return [*_matter(case, line, wording), *_consequences(case, wording), _hearing(case, wording, site)]
        case "decide":
            return [
                *_matter(case, line, wording),
                _heard(case, line),
                *_consequences(case, wording),
                _remedies(wording),
            ]
        case "confirm_removal":
            way = _way(case, line.said["way"], wording)
            return [
                _which(case),
                _of("移出的方式、依据和理由", "How, by which law, and why", [way, (line.said["words"], "")]),
            ]
        case _:
            return [
                _which(case),
                _of("公布的范围和期限", "Where, and until when", [(line.said["where"], "")]),
                _of("必要性和适度性的说明", "Why it is needed and in proportion", [(line.said["words"], "")]),
                _remedies(wording),
            ]


def _way(case: ListingCase, way: str, wording: Wording) -> Words:
    """The way off the list, with the article of its rule."""
    words = wording.choice("LIST_EXIT", way)
    rule = None if case.rule is None else next((one for one in case.rule.exits if one.exit == way), None)
    return words if rule is None else _cited(words, law_phrase(rule.basis, rule.article, wording.catalogue))


def _which(case: ListingCase) -> Section:
    words = (case.list, "") if case.rule is None else (case.rule.name_zh, case.rule.name_en)
    decided = case.happened("decide")
    number = "" if decided is None else decided.said["number"]
    return _of("名单", "The list", [words, (f"列入决定书：{number}", f"Decision of the listing: {number}")])


def _matter(case: ListingCase, line: EventRow, wording: Wording) -> list[Section]:
    """The list, the facts, the ground with its article, the reasons, and for how long."""
    said, rule = line.said, case.rule
    ground = None if rule is None else ground_of(rule, said["ground"])
    law: list[Words] = []
    if rule is not None and ground is not None:
        laws = [(rule.basis, rule.article), (ground.basis, ground.article)]
        law = [law_phrase(basis, article, wording.catalogue) for basis, article in dict.fromkeys(laws)]
    months = said["months"]
    term: Words = (
        ("至规定的情形出现为止", "until the event that the rule states")
        if months is None
        else (f"自决定之日起{months}个月", f"{months} months from the decision")
    )
    dealt = [(said["penalty"], "")] if said["penalty"] else []
    return [
        _of("名单", "The list", [(rule.name_zh, rule.name_en) if rule is not None else (case.list, "")]),
        _of("事实", "Facts", [(said["facts"], ""), *dealt]),
        _of(
            "列入的事由和依据",
            "Ground and law",
            [(said["ground"], "") if ground is None else (ground.name_zh, ground.name_en), *law],
        ),
        _of("理由", "Reasons", [(said["reasons"], "")]),
        _of("期限", "Term", [term]),
    ]


def _consequences(case: ListingCase, wording: Wording) -> list[Section]:
    """The measures that follow, and how the list is left, each with its article."""
    measures = [_cited(one["words"], one["law"]) for one in measures_told(case.list, wording)]
    exits = [] if case.rule is None else exits_told(case.rule, wording)
    ways = []
    for one in exits:
        zh, en = one["words"]
        months = one["after_months"]
        after = (f"（决定之日起满{months}个月后）", f" ({months} months after the decision)") if months else ("", "")
        ways.append(_cited((zh + after[0], en + after[1]), one["law"]))
    return [
        _of(
            "列入后适用的措施",
            "Measures that follow",
            measures or [("目录中没有依据这一名单的措施。", "The catalogue has no measure that rests on this list.")],
        ),
        _of("怎样移出", "How the list is left", ways),
    ]


def _hearing(case: ListingCase, wording: Wording, site: str) -> Section:
    """The right to be heard: how long, where, and that nobody is worse off for it."""
    step = None if case.rule is None else case.rule.step(ListingStep.DEFENCE)
    lines: list[Words] = []
    if step is not None and step.working_days:
        law = law_phrase(step.basis, step.article, wording.catalogue)
        days = step.working_days
        lines.append(
            _cited((f"自本告知书送达之日起{days}个工作日内", f"Within {days} working days of the service of this"), law)
        )
    address = f"{site}/own/lists/{case.row.id}/"
    return _of(
        "陈述、申辩的权利",
        "Your right to be heard",
        [
            *lines,
            (
                f"网上：{address}；也可以到本机关窗口口头提出，由工作人员记录。",
                f"Online: {address}; or at the counter.",
            ),
            (
                "陈述、申辩会被核实并答复；不会因此加重处理。决定所依据的事由和期限不重于本告知书。",
                "What you say is looked into and answered; nobody is treated worse for it, and the decision is no"
                " graver than this notice.",
            ),
            ("不收取任何费用。", "It costs nothing."),
        ],
    )


def _heard(case: ListingCase, line: EventRow) -> Section:
    """What became of the defence before the decision."""
    before = [one for one in case.history if one.place < line.place and one.event in {"defend", "answer"}]
    if not before:
        return _of("陈述、申辩", "The defence", [("期限内未提出陈述、申辩。", "Nothing was stated in the time given.")])
    heads = {"defend": ("主体陈述：", "Stated: "), "answer": ("核实答复：", "Answered: ")}
    return _of("陈述、申辩", "The defence", [(heads[one.event][0] + one.said["words"], "") for one in before])


def _remedies(wording: Wording) -> Section:
    return _of("不服本决定的", "If you disagree", wording.remedies())


def _cited(words: Words, law: Words) -> Words:
    return f"{words[0]}（{law[0]}）", f"{words[1]} ({law[1]})"


def _of(zh: str, en: str, lines: list[Words]) -> Section:
    return {"head": [zh, en], "lines": [list(line) for line in lines]}
