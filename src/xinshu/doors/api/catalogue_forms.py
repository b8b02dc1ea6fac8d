"""The shapes in which the catalogue is told to machines: kinds, bases, class tables, code lists; days as ISO text."""

from datetime import date
from typing import Any

from ninja import Field, Schema

from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import (
    ClassTable,
    Dated,
    FieldRole,
    FieldRule,
    FieldType,
    Instrument,
    Kind,
    Mask,
    Need,
    Regime,
    Scheme,
    Sourced,
    TermRow,
    Vocabulary,
)
from xinshu.law.terms import (
    Area,
    Audience,
    Certainty,
    ClockStart,
    Effect,
    Penalty,
    Procedure,
    Rank,
    Severity,
    SubjectKind,
    TermKind,
    Transition,
)
from xinshu.register.access.answers import Bilingual


class SourceForm(Schema):
    """On what a value rests: instrument, article, when a person last compared it with the text, how sure we are."""

    basis: str
    article: str | None
    looked_at: date
    certainty: Certainty
    note: str | None


class SpanForm(Schema):
    """The days on which a rule is in force: from the first (included) until a day (excluded; null: open)."""

    start: date = Field(alias="from")
    until: date | None
    in_force: bool


class InstrumentItem(Schema):
    """A legal instrument. `link` leads to its official text."""

    id: str
    title: Bilingual
    number: str | None
    issuer: str
    rank: Rank
    division: str | None
    in_force: SpanForm
    link: str | None
    looked_at: date
    certainty: Certainty
    note: str | None


class KindItem(Schema):
    """A kind of record, in short. `layer`: "national", or the division whose supplement it belongs to."""

    id: str
    name: Bilingual
    category: int
    effect: Effect
    audience: Audience
    layer: str
    in_force: SpanForm


class FieldItem(Schema):
    """A field of a kind. `public`: it may be shown; `mask`: for whom it is withheld all the same."""

    id: str
    name: Bilingual
    type: FieldType
    role: FieldRole | None
    length: int | None
    decimals: int | None
    vocabulary: str | None
    need: Need
    public: bool
    mask: Mask
    note: str | None


class TermItem(Schema):
    """One row of a regime's table of terms; the first whose condition holds is taken. Empty lists: any. In months."""

    row: str
    severity: list[Severity]
    procedure: list[Procedure]
    area: list[Area]
    any_penalty: list[Penalty]
    only_penalties: list[Penalty]
    term: TermKind
    min_months: int | None
    max_months: int | None
    only_with_reason: bool
    repairable: bool
    article: str | None
    looked_at: date
    certainty: Certainty
    note: str | None


class RegimeItem(Schema):
    """The rules of publicity of one time. `to_older`: what it does to records of an older regime."""

    id: str
    name: Bilingual
    in_force: SpanForm
    clock: ClockStart
    to_older: Transition
    source: SourceForm
    rows: list[TermItem]


class RetentionItem(Schema):
    """How many months a record is kept after it has ended; null: as long as the register lasts."""

    months: int | None
    source: SourceForm


class KindForm(KindItem):
    """A kind of record, whole: who sees it and by which article, its fields, its terms under every regime."""

    plain: Bilingual
    subjects: list[SubjectKind]
    source: SourceForm
    publication: SourceForm | None
    retention: RetentionItem
    classed: bool
    template: str | None
    fields: list[FieldItem]
    regimes: list[RegimeItem]


class InstrumentForm(InstrumentItem):
    """A legal instrument, with what rests on it: kinds, regimes, class tables."""

    kinds: list[str]
    regimes: list[str]
    tables: list[str]


class TableItem(Schema):
    """A class table, in short: by it a department classes what it decides; null: the national rule's own words."""

    id: str
    name: Bilingual
    department: str | None
    in_force: SpanForm
    source: SourceForm


class TableRow(Schema):
    """A row of a class table. Fines in 10,000 yuan as decimal text: `fine_from` included, `fine_below` excluded."""

    row: str
    matter: Bilingual
    severity: Severity
    procedure: list[Procedure]
    any_penalty: list[Penalty]
    fine_from: str | None
    fine_below: str | None


class TableForm(TableItem):
    """A class table with its rows."""

    rows: list[TableRow]


class EditionForm(Schema):
    """Which edition of the catalogue speaks: its hash, the first day it is in force, and the day asked about."""

    edition: str
    in_force_from: date
    day: date


class KindsAnswer(EditionForm):
    """Every kind of the edition, in the official order."""

    kinds: list[KindItem]


class BasesAnswer(EditionForm):
    """Every legal instrument of the edition."""

    bases: list[InstrumentItem]


class TablesAnswer(EditionForm):
    """Every class table of the edition."""

    tables: list[TableItem]


class ChoiceItem(Schema):
    """One value of a code list. `ends`: it says that a record no longer holds. `status`: of an error."""

    code: str
    name: Bilingual
    ends: bool = False
    status: int | None = None


class CodesItem(Schema):
    """A code list, in short. `source`: "catalogue", or "api" for the interface's own."""

    id: str
    name: Bilingual
    source: str
    size: int


class CodesForm(CodesItem):
    """A code list, complete."""

    choices: list[ChoiceItem]


class CodesAnswer(EditionForm):
    """Every code list."""

    vocabularies: list[CodesItem]


def kind_item(name: str, kind: Kind, catalogue: Catalogue, day: date) -> dict[str, Any]:
    """KindItem of a kind."""
    return {
        "id": name,
        "name": _named(kind),
        "category": kind.category,
        "effect": kind.effect,
        "audience": kind.audience,
        "layer": catalogue.layers[name],
        "in_force": _span(kind, day),
    }


def kind_form(name: str, kind: Kind, catalogue: Catalogue, day: date) -> dict[str, Any]:
    """KindForm of a kind, with its regimes of publicity, newest first."""
    scheme = catalogue.schemes.get(kind.publicity or "")
    retention = {"months": kind.retention.months, "source": _source(kind.retention)}
    return kind_item(name, kind, catalogue, day) | {
        "plain": {"zh": kind.plain_zh, "en": kind.plain_en},
        "subjects": sorted(kind.subjects),
        "source": _source(kind),
        "publication": None if kind.publication is None else _source(kind.publication),
        "retention": retention,
        "classed": kind.classed,
        "template": kind.template,
        "fields": [_field(field, rule) for field, rule in kind.fields.items()],
        "regimes": [] if scheme is None else _regimes(scheme, day),
    }


def basis_item(name: str, basis: Instrument, day: date) -> dict[str, Any]:
    """InstrumentItem of an instrument."""
    plain = ("number", "issuer", "rank", "division", "link", "looked_at", "certainty", "note")
    head = {"id": name, "title": {"zh": basis.title, "en": basis.title_en}, "in_force": _span(basis, day)}
    return head | {key: getattr(basis, key) for key in plain}


def basis_form(name: str, basis: Instrument, catalogue: Catalogue, day: date) -> dict[str, Any]:
    """InstrumentForm of an instrument."""
    regimes = [item for scheme in catalogue.schemes.values() for item in scheme.regimes.items()]
    return basis_item(name, basis, day) | {
        "kinds": [key for key, kind in catalogue.kinds.items() if name in _bases(kind)],
        "regimes": [key for key, regime in regimes if regime.basis == name],
        "tables": [key for key, table in catalogue.class_tables.items() if table.basis == name],
    }


def table_item(name: str, table: ClassTable, day: date) -> dict[str, Any]:
    """TableItem of a class table."""
    head = {"id": name, "name": _named(table), "department": table.department}
    return head | {"in_force": _span(table, day), "source": _source(table)}


def table_form(name: str, table: ClassTable, day: date) -> dict[str, Any]:
    """TableForm of a class table."""
    rows = [
        {
            "row": row.row,
            "matter": {"zh": row.matter_zh, "en": row.matter_en},
            "severity": row.severity,
            "procedure": sorted(row.procedure),
            "any_penalty": sorted(row.any_penalty),
            "fine_from": None if row.fine_from is None else str(row.fine_from),
            "fine_below": None if row.fine_below is None else str(row.fine_below),
        }
        for row in table.rows
    ]
    return table_item(name, table, day) | {"rows": rows}


def codes_form(name: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """CodesForm of a vocabulary of the catalogue."""
    choices = [
        {"code": code, "name": _named(choice), "ends": choice.ends, "status": None}
        for code, choice in vocabulary.choices.items()
    ]
    head = {"id": name, "name": _named(vocabulary), "source": "catalogue", "size": len(choices)}
    return head | {"choices": choices}


def _bases(kind: Kind) -> set[str]:
    publication = {kind.publication.basis} if kind.publication else set()
    return {kind.basis, kind.retention.basis, *publication}


def _regimes(scheme: Scheme, day: date) -> list[dict[str, Any]]:
    newest_first = sorted(scheme.regimes.items(), key=lambda item: item[1].start, reverse=True)
    return [_regime(name, regime, day) for name, regime in newest_first]


def _regime(name: str, regime: Regime, day: date) -> dict[str, Any]:
    return {
        "id": name,
        "name": _named(regime),
        "in_force": _span(regime, day),
        "clock": regime.clock,
        "to_older": regime.to_older,
        "source": _source(regime),
        "rows": [_term(row) for row in regime.rows],
    }


def _term(row: TermRow) -> dict[str, Any]:
    asked = ("severity", "procedure", "area", "any_penalty", "only_penalties")
    plain = (
        *("row", "term", "min_months", "max_months", "only_with_reason", "repairable"),
        *("article", "looked_at", "certainty", "note"),
    )
    return {key: sorted(getattr(row.when, key)) for key in asked} | {key: getattr(row, key) for key in plain}


def _field(name: str, rule: FieldRule) -> dict[str, Any]:
    plain = ("type", "role", "length", "decimals", "vocabulary", "need", "public", "mask", "note")
    return {"id": name, "name": _named(rule)} | {key: getattr(rule, key) for key in plain}


def _named(entry: Any) -> dict[str, str]:
    return {"zh": entry.name_zh, "en": entry.name_en}


def _span(entry: Dated | Instrument, day: date) -> dict[str, Any]:
    return {"from": entry.start, "until": entry.until, "in_force": day in entry.period}


def _source(entry: Sourced) -> dict[str, Any]:
    return {key: getattr(entry, key) for key in ("basis", "article", "looked_at", "certainty", "note")}
