"""The public form of a record: the only shape in which the public ever sees one. Page, API and file all show this."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from xinshu.kit.period import Period
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldRule, FieldType, Sentence
from xinshu.law.terms import ClaimCause, Mark
from xinshu.law.verdict import Publicity, Reason

HEADLINE_ROLES = frozenset({FieldRole.SUBJECT_CODE, FieldRole.SUBJECT_OTHER_CODE, FieldRole.SUBJECT_TYPE})
"""Said by the subject itself; not repeated among a record's fields."""


BY_LAW = Sentence(zh="依据{law}。", en="By {law}.")
"""Said for a reason that an older edition has no sentence for."""

MARKS: Final[Mapping[ClaimCause, tuple[Mark, Mark]]] = {
    ClaimCause.NAME: (Mark.NAME_CLAIMED, Mark.NAME_WITHHELD),
    ClaimCause.BODY: (Mark.BODY_CLAIMED, Mark.BODY_DOUBTED),
}
"""The mark of each cause: while it is claimed, and once a review has upheld it."""

TELLING: Final = frozenset({Mark.STATED, Mark.UNDER_REVIEW, Mark.STAYED, Mark.OBJECTED})
"""Marks that withhold nothing: the subject's statement, a review or lawsuit, a stayed decision, an objection."""

MARKED = Sentence(
    zh="有人提出异议，本信息的部分内容暂不显示。", en="A part of this record is withheld, since it is disputed."
)
"""Said for a mark that an older edition has no sentence for."""

OFFICIAL_TEXTS = frozenset(
    {
        *(FieldRole.SUBJECT_NAME, FieldRole.DOCUMENT_NUMBER, FieldRole.ORGAN_NAME, FieldRole.ORGAN_CODE),
        *(FieldRole.SOURCE_NAME, FieldRole.SOURCE_CODE, FieldRole.SEVERITY_ROW),
    }
)
"""Texts that name a body, an organ, a document or a row of a table, and nobody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a record says: its reference, kind, class, and its fields by id as text (or lists of choices)."""

    record_ref: str
    kind: str
    severity: str | None
    document_number: str
    decided_on: date | None
    organ_code: str
    organ_name: str
    fields: Mapping[str, Any]


def public_form(content: Content, publicity: Publicity, catalogue: Catalogue) -> dict[str, Any] | None:
    """The record as everyone may see it while it is shown, or None when it is never public.

    Days are ISO text; `shown_until` is the last shown day (None = open); `repair_from` the first day on which
    repair may be asked; `why` one plain sentence, Chinese and English, that names the article.
    """
    if publicity.period is None:
        return None
    kind = catalogue.kinds[content.kind]
    headline = {name for name, rule in kind.fields.items() if rule.role in HEADLINE_ROLES}
    hidden = publicity.withheld | headline
    return {
        "ref": content.record_ref,
        "kind": content.kind,
        "severity": content.severity,
        "document_number": content.document_number,
        "organ": {"code": content.organ_code, "name": content.organ_name},
        "decided_on": _iso(content.decided_on),
        **_display(publicity.period, publicity, catalogue),
        "fields": {name: value for name, value in content.fields.items() if name in kind.fields and name not in hidden},
    }


def retold(form: Mapping[str, Any], publicity: Publicity, catalogue: Catalogue) -> dict[str, Any] | None:
    """A public form as another answer about its record has it: its days, its reason, less what is withheld besides."""
    if publicity.period is None:
        return None
    fields = {name: value for name, value in form["fields"].items() if name not in publicity.withheld}
    return {**form, **_display(publicity.period, publicity, catalogue), "fields": fields}


def _display(shown: Period, publicity: Publicity, catalogue: Catalogue) -> dict[str, Any]:
    basis = publicity.reasons[0]
    return {
        "shown_from": _iso(shown.start),
        "shown_until": _iso(shown.last_day),
        "repair_from": _iso(publicity.repair_from),
        "regime": publicity.regime,
        "basis": {"id": basis.basis, "article": basis.article},
        "why": sentence(basis, catalogue, start=shown.start, last_day=shown.last_day),
    }


def masked(
    form: Mapping[str, Any], marks: Collection[Mark], catalogue: Catalogue, statement: str | None = None
) -> dict[str, Any]:
    """A public form with what may be wrong withheld, and `mark` (code, zh, en) that says so (PIPL articles 44, 46).

    Marks that withhold nothing (TELLING) stand beside all that the record says; `other_marks` are those beside the
    gravest. The subject's `statement` stands with it, unless a claim is on the record: a name may stand there too.

    NAME: every text in which a person's name may stand is withheld. BODY: whatever tells of the matter is, with number
    and class; kind, organ, days and basis stay, so that nobody makes a record vanish. `marks` holds at least one; the
    gravest speaks. What the catalogue of the day does not know is withheld: nobody can tell what stands in it.
    """
    gravest_first = sorted(set(marks) - {Mark.STATED}, key=tuple(Mark).index, reverse=True)
    said = [{"code": str(mark), **_said_of(mark, catalogue)} for mark in gravest_first]
    told: dict[str, Any] = {"mark": said[0]} if said else {}
    if said[1:]:
        told["other_marks"] = said[1:]
    mark = next(iter(gravest_first), Mark.STATED)
    if mark in TELLING:
        return {**form, **told, **({"statement": statement} if statement else {})}
    withheld: dict[str, Any] = {"fields": {}, **told}
    if mark in MARKS[ClaimCause.BODY]:
        return {**form, "document_number": "", "severity": None, **withheld}
    kind = catalogue.kinds.get(form["kind"])
    rules = {} if kind is None else kind.fields
    withheld["fields"] = {
        name: value for name, value in form["fields"].items() if name in rules and not may_name_someone(rules[name])
    }
    return {**form, **withheld}


def may_name_someone(rule: FieldRule) -> bool:
    """Whether a person's name may stand in a field: a text that is no choice, number, date, code or official name."""
    return rule.free_text or (rule.type is FieldType.TEXT and rule.role not in OFFICIAL_TEXTS)


def _said_of(mark: Mark, catalogue: Catalogue) -> dict[str, str]:
    said = catalogue.sentences.get(mark, MARKED)
    return {"zh": said.zh, "en": said.en}


def sentence(reason: Reason, catalogue: Catalogue, *, start: date | None, last_day: date | None) -> dict[str, str]:
    """What a reason says, in Chinese and English, with its article and days filled in."""
    law_zh, law_en = law_phrase(reason.basis, reason.article, catalogue)
    said = catalogue.sentences.get(reason.code, BY_LAW)
    return {
        "zh": said.zh.format(law=law_zh, **{"from": _iso(start) or "", "until": _iso(last_day) or "长期"}),
        "en": said.en.format(law=law_en, **{"from": _iso(start) or "", "until": _iso(last_day) or "no set day"}),
    }


def law_phrase(basis: str | None, article: str | None, catalogue: Catalogue) -> tuple[str, str]:
    """An article as one would cite it: 《…》第9条 / article 9 of …, 第22条第5项 / article 22(5); without a number, the
    instrument's provisions."""
    if basis is None or basis not in catalogue.instruments:
        return "有关规定", "the applicable provisions"
    instrument = catalogue.instruments[basis]
    if article is None:
        return f"《{instrument.title}》有关规定", f"the {instrument.title_en}"
    number, _, item = article.removesuffix(")").partition("(")
    zh = f"第{number}条第{item}项" if item else f"第{article}条"
    return f"《{instrument.title}》{zh}", f"article {article} of the {instrument.title_en}"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
