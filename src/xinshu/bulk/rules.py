"""The rules that a single record must keep: each an expression that is true where the rule is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import polars as pl

from xinshu.bulk.layout import Layout, note, text, value
from xinshu.bulk.reasons import RowFault, sentences
from xinshu.bulk.subjects import may_be_known_otherwise
from xinshu.bulk.texts import CONTROLS
from xinshu.bulk.values import MONEY, NUMBER_FORM
from xinshu.kit.identifiers import SENTENCES, CodeFault, Scheme
from xinshu.law.entries import Choice, FieldRole, FieldType, Need

USCC_ROLES: Final = (FieldRole.SUBJECT_CODE, FieldRole.ORGAN_CODE, FieldRole.SOURCE_CODE)
EARLIEST: Final = date(1949, 10, 1)
LARGEST: Final = Decimal(10**8)
# The first of the days that stand for “without an end” in the templates.
OPEN_END: Final = date(2099, 12, 31)

FORMULA: Final = r"^(?:=|[+@]\s*[A-Za-z])"
THOUSANDS: Final = r"^-?\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?$"
NEGATIVE: Final = r"^-\s*\d"
SCIENTIFIC: Final = r"^\d(?:\.\d+)?[Ee]\+?\d+$"
# A year in brackets and, past a mark of division, another number.
SEVERAL_DOCUMENTS: Final = (
    r"[〔\[(（【﹝［]\d{4}[〕\])）】﹞］][^;；、,，\n]*\d[^;；、,，\n]*[;；、,，\n][^;；、,，\n]*\d"
)
SEVERAL_CODES: Final = r"[0-9A-Za-z]{9,18}\s*[;；、,，/\n]\s*[0-9A-Za-z]{9,18}|[0-9A-Za-z]{18}\s+[0-9A-Za-z]{18}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """One rule for one field, and what is told where it is broken (`broken`: Boolean; null means kept)."""

    field: str
    fault: RowFault
    broken: pl.Expr
    zh: str
    en: str


def row_rules(layout: Layout, *, division: str, on_date: date) -> Iterator[RowRule]:
    """Every rule for one record of this kind in this file, field by field in the kind's own order."""
    yield from _catalogue_rules(layout, division=division, on_date=on_date)
    for name, rule in layout.kind.fields.items():
        if rule.type is FieldType.PERSONAL:
            continue
        yield from _need_rules(layout, name)
        if name in layout.headers:
            yield from _content_rules(layout, name)
    yield from _subject_rules(layout)
    yield from _date_rules(layout, on_date=on_date)


def _rule(layout: Layout, name: str, fault: RowFault, broken: pl.Expr, **details: object) -> RowRule:
    zh, en = sentences(fault, header=layout.header(name), name_en=layout.kind.fields[name].name_en, **details)
    return RowRule(field=name, fault=fault, broken=broken, zh=zh, en=en)


def _catalogue_rules(layout: Layout, *, division: str, on_date: date) -> Iterator[RowRule]:
    """The catalogue is the ceiling (guard-rail G1): outside its days and its division a kind is not collected."""
    kind, name = layout.kind, layout.field(FieldRole.DOCUMENT_NUMBER) or next(iter(layout.kind.fields))
    named = {"kind_zh": kind.name_zh, "kind_en": kind.name_en}
    if on_date not in kind.period:
        until_zh, until_en = (f"，至{kind.until}前", f", before {kind.until}") if kind.until else ("", " on")
        more = {"since": kind.start, "until_zh": until_zh, "until_en": until_en}
        yield _rule(layout, name, RowFault.KIND_NOT_IN_FORCE, pl.lit(value=True), **named, **more)
    if not layout.catalogue.applies_in(layout.kind_name, division):
        more = {"layer": layout.catalogue.layers[layout.kind_name], "division": division}
        yield _rule(layout, name, RowFault.KIND_NOT_IN_DIVISION, pl.lit(value=True), **named, **more)


def _need_rules(layout: Layout, name: str) -> Iterator[RowRule]:
    rule, empty = layout.kind.fields[name], text(name).is_null()
    if rule.role is FieldRole.SUBJECT_CODE:
        otherwise = may_be_known_otherwise(layout)
        yield _rule(layout, name, RowFault.MISSING, empty & ~otherwise)
        yield _rule(layout, name, RowFault.NO_USABLE_CODE, otherwise & pl.col("subject_code").is_null())
        return
    if rule.need is Need.MANDATORY:
        yield _rule(layout, name, RowFault.MISSING, empty)
        return
    subject_type, penalties = layout.field(FieldRole.SUBJECT_TYPE), layout.field(FieldRole.PENALTIES)
    if rule.mandatory_for and subject_type:
        asked = empty & value(subject_type).is_in(sorted(rule.mandatory_for))
        zh, en = _named(layout, subject_type, rule.mandatory_for)
        yield _rule(layout, name, RowFault.MISSING_FOR_SUBJECT_TYPE, asked, types_zh=zh, types_en=en)
    if rule.mandatory_if_penalty and penalties:
        asked = pl.any_horizontal(value(penalties).list.contains(kind.value) for kind in rule.mandatory_if_penalty)
        zh, en = _named(layout, penalties, rule.mandatory_if_penalty)
        yield _rule(layout, name, RowFault.MISSING_FOR_PENALTY, empty & asked, penalties_zh=zh, penalties_en=en)


def _named(layout: Layout, name: str, wanted: frozenset[str]) -> tuple[str, str]:
    return _listed(choice for key, choice in layout.choices(name).items() if key in wanted)


def _listed(choices: Iterator[Choice]) -> tuple[str, str]:
    named = tuple(choices)
    return "、".join(choice.name_zh for choice in named), ", ".join(choice.name_en for choice in named)


def _content_rules(layout: Layout, name: str) -> Iterator[RowRule]:
    cells = text(name)
    kind = layout.kind.fields[name].type
    control = note(name, "control") if kind is FieldType.TEXT else cells.str.contains(CONTROLS)
    yield _rule(layout, name, RowFault.CONTROL_CHARACTER, control)
    match kind:
        case FieldType.TEXT:
            yield from _text_rules(layout, name)
        case FieldType.CODE:
            yield from _code_rules(layout, name)
        case FieldType.DATE:
            yield _rule(layout, name, RowFault.NOT_A_DATE, cells.is_not_null() & value(name).is_null())
            yield _rule(layout, name, RowFault.TOO_EARLY, value(name) < EARLIEST, limit=EARLIEST)
        case FieldType.DECIMAL:
            yield from _number_rules(layout, name)
        case FieldType.CHOICE | FieldType.CHOICES:
            yield _choice_rule(layout, name)


def _text_rules(layout: Layout, name: str) -> Iterator[RowRule]:
    rule, cells = layout.kind.fields[name], text(name)
    yield _rule(layout, name, RowFault.FORMULA, cells.str.contains(FORMULA))
    if rule.role is FieldRole.DOCUMENT_NUMBER:
        yield _rule(layout, name, RowFault.SEVERAL_DOCUMENTS, cells.str.contains(SEVERAL_DOCUMENTS))
    if rule.role is FieldRole.SUBJECT_OTHER_CODE:
        yield _rule(layout, name, RowFault.CODE_AS_NUMBER, cells.str.contains(SCIENTIFIC))
        cells = cells.str.replace_all(r"[\s-]", "")
    if rule.length is not None:
        yield _rule(layout, name, RowFault.TOO_LONG, cells.str.len_chars() > rule.length, limit=rule.length)


def _code_rules(layout: Layout, name: str) -> Iterator[RowRule]:
    """Faults of a code in kit's own words; kit reports an identity number in a column of codes as such."""
    as_number, several = text(name).str.contains(SCIENTIFIC), text(name).str.contains(SEVERAL_CODES)
    given = text(name).is_not_null() & ~several
    yield _rule(layout, name, RowFault.CODE_AS_NUMBER, as_number)
    yield _rule(layout, name, RowFault.SEVERAL_CODES, several & ~note(name, "valid"))
    for fault in CodeFault:
        found = given & ~as_number & note(name, "reasons").list.contains(fault.value)
        zh, en = SENTENCES[fault]
        kind = RowFault.PERSON_IN_CODE if fault is CodeFault.IDENTITY_NUMBER else RowFault.INVALID_CODE
        yield _rule(layout, name, kind, found, code_zh=zh, code_en=en)
    if layout.kind.fields[name].role in USCC_ROLES:
        zh, en = SENTENCES[CodeFault.LENGTH]
        other = note(name, "valid") & (note(name, "scheme") != Scheme.USCC.value)
        yield _rule(layout, name, RowFault.INVALID_CODE, other, code_zh=zh, code_en=en)


def _number_rules(layout: Layout, name: str) -> Iterator[RowRule]:
    cells, decimals = text(name), min(layout.kind.fields[name].decimals or MONEY.scale, MONEY.scale)
    plain = cells.str.contains(NUMBER_FORM)
    grouped, negative = cells.str.contains(THOUSANDS), cells.str.contains(NEGATIVE)
    yield _rule(layout, name, RowFault.THOUSANDS_SEPARATOR, grouped)
    yield _rule(layout, name, RowFault.NEGATIVE, negative)
    yield _rule(layout, name, RowFault.NOT_A_NUMBER, cells.is_not_null() & ~(plain | grouped | negative))
    too_fine = plain & cells.str.contains(rf"\.\d{{{decimals}}}\d*[1-9]")
    yield _rule(layout, name, RowFault.TOO_MANY_DECIMALS, too_fine, limit=decimals)
    too_large = plain & (value(name).is_null() | (value(name) > LARGEST))
    yield _rule(layout, name, RowFault.ABSURD_AMOUNT, too_large, limit=LARGEST)


def _choice_rule(layout: Layout, name: str) -> RowRule:
    zh, en = _listed(iter(layout.choices(name).values()))
    several = layout.kind.fields[name].type is FieldType.CHOICES
    return _rule(
        layout,
        name,
        RowFault.UNKNOWN_CHOICE,
        text(name).is_not_null() & value(name).is_null(),
        choices_zh=zh,
        choices_en=en,
        several_zh="多项用分号隔开。" if several else "",
        several_en="Several stand apart by semicolons. " if several else "",
    )


def _subject_rules(layout: Layout) -> Iterator[RowRule]:
    name, covered = layout.field(FieldRole.SUBJECT_CODE), sorted(kind.value for kind in layout.kind.subjects)
    if name is not None:
        named = {"kind_zh": layout.kind.name_zh, "kind_en": layout.kind.name_en}
        foreign = ~pl.col("subject_kind").is_in(covered)
        yield _rule(layout, name, RowFault.SUBJECT_NOT_COVERED, foreign, **named)


def _date_rules(layout: Layout, *, on_date: date) -> Iterator[RowRule]:
    decided, served = layout.field(FieldRole.DECIDED_ON), layout.field(FieldRole.SERVED_ON)
    start, end = layout.field(FieldRole.VALID_FROM) or decided, layout.field(FieldRole.EVENT_ON)
    claimed = layout.field(FieldRole.CLAIMED_END)
    if decided is not None:
        yield _rule(layout, decided, RowFault.IN_THE_FUTURE, value(decided) > on_date, limit=on_date)
    if decided is not None and served is not None:
        before = value(served) < value(decided)
        yield _rule(layout, served, RowFault.SERVED_BEFORE_DECIDED, before, other=layout.header(decided))
    if start is not None and end is not None:
        before = value(end) < value(start)
        yield _rule(layout, end, RowFault.SWAPPED_DATES, before, other=layout.header(start))
    if decided is not None and claimed is not None:
        before = value(claimed) < value(decided)
        yield _rule(layout, claimed, RowFault.SWAPPED_DATES, before, other=layout.header(decided))
