"""Derives class, period and public form of a batch: the law is asked once per distinct input and joined back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import orjson
import polars as pl

from xinshu.bulk.canonical import canonical
from xinshu.law.catalogue import Catalogue
from xinshu.law.deadlines import day_after_wait
from xinshu.law.entries import FieldRole
from xinshu.law.public_form import HEADLINE_ROLES, Content, masked, public_form
from xinshu.law.publicity import publicity_through
from xinshu.law.severity import severity
from xinshu.law.terms import Area, Decision, Effect, Mark, Penalty, Procedure, Record, Severity, SubjectKind
from xinshu.law.verdict import Publicity, Reason, SeverityVerdict

CLASS_INPUTS = ["department", "penalties", "procedure", "fine", "severity", "severity_row"]
TERM_INPUTS = [
    "recorded_on",
    "subject_kind",
    "decided_on",
    "served_on",
    "event_on",
    "department",
    "penalties",
    "procedure",
    "area",
    "settled",
    "publicity_reason",
    "duty_unmet",
    "already_ended",
    "shown_not_before",
]
FORM_INPUTS = ["answer", "record_ref", "document_number", "organ_code", "organ_name", "source_code", "source_name"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Derived:
    """A batch with its derivations.

    `documents` gains `settled` and `question` (the class), `answer` and `verdict` (indices into the two lists; null
    verdict: the kind has no classes), `public_from`, `public_until`, `repair_from`, `regime`, and `reasons` (JSON).
    `catalogue`: that of the day, which also names the instruments of editions to come.
    """

    documents: pl.DataFrame
    answers: list[Publicity]
    verdicts: list[SeverityVerdict]
    catalogue: Catalogue


def derive(
    documents: pl.DataFrame,
    *,
    kind: str,
    catalogue: Catalogue,
    on_date: date,
    later: Sequence[tuple[date, Catalogue]] = (),
) -> Derived:
    """Ask the law about every document of one kind; its class is checked by the tables of that day.

    `later`: the editions that are adopted already and begin after that day, each with its first day, in their order.

    `is_told` (where there is such a column): somebody can answer for its body, so that a new adverse record waits.
    """
    documents = _waiting(documents, kind, catalogue)
    documents, verdicts = _classed(documents, kind=kind, catalogue=catalogue, on_date=on_date)
    inputs = documents.select(TERM_INPUTS).unique(maintain_order=True)
    answers = [publicity_through(as_record(kind, row), catalogue, later) for row in inputs.iter_rows(named=True)]
    keyed = inputs.with_columns(pl.int_range(len(inputs), dtype=pl.UInt32).alias("answer"), *_terms(answers))
    documents = documents.join(keyed, on=TERM_INPUTS, how="left", nulls_equal=True, maintain_order="left")
    named = {name: one for _, rules in later for name, one in rules.instruments.items()}
    worded = replace(catalogue, instruments=MappingProxyType({**named, **catalogue.instruments}))
    return Derived(_with_reasons(documents, answers, verdicts), answers, verdicts, worded)


def _waiting(documents: pl.DataFrame, kind: str, catalogue: Catalogue) -> pl.DataFrame:
    """`shown_not_before`: the wait of a new record; of a known one the wait that it had, which no correction undoes.

    An entry of a list is not shown before it takes effect (`effective_from`).
    """
    wait = pl.col("effective_from") if "effective_from" in documents.columns else pl.lit(None, pl.Date)
    nothing = documents.with_columns(wait.alias("shown_not_before"))
    if "is_told" not in documents.columns or catalogue.kinds[kind].effect is not Effect.ADVERSE:
        return nothing
    waits = {
        day: day_after_wait(day, catalogue.deadline_on("FIRST_NOTICE", day), catalogue.calendar)
        for day in documents["recorded_on"].unique()
    }
    first = pl.col("recorded_on").replace_strict(waits, return_dtype=pl.Date)
    waited = (pl.col("known_version") == 0) & pl.col("is_told") | (pl.col("known_from") == first)
    told = pl.when(waited).then(first)
    return nothing.with_columns(pl.max_horizontal(told, "shown_not_before").alias("shown_not_before"))


def _classed(
    documents: pl.DataFrame, *, kind: str, catalogue: Catalogue, on_date: date
) -> tuple[pl.DataFrame, list[SeverityVerdict]]:
    """Settle the class of each document, if the kind has classes at all."""
    if not catalogue.kinds[kind].classed:
        nothing = pl.lit(None, pl.String)
        columns = (nothing.alias("settled"), pl.lit(False).alias("question"), pl.lit(None, pl.UInt32).alias("verdict"))
        return documents.with_columns(*columns), []
    inputs = documents.select(CLASS_INPUTS).unique(maintain_order=True)
    verdicts = [severity(_decision(row), catalogue, on_date=on_date) for row in inputs.iter_rows(named=True)]
    keyed = inputs.with_columns(
        pl.Series("settled", [str(verdict.severity) for verdict in verdicts], pl.String),
        pl.Series("question", [verdict.question for verdict in verdicts], pl.Boolean),
        pl.int_range(len(inputs), dtype=pl.UInt32).alias("verdict"),
    )
    return documents.join(keyed, on=CLASS_INPUTS, how="left", nulls_equal=True, maintain_order="left"), verdicts


def _terms(answers: list[Publicity]) -> tuple[pl.Series, ...]:
    """What each answer says in days, as columns."""
    periods = [answer.period for answer in answers]
    return (
        pl.Series("public_from", [period and period.start for period in periods], pl.Date),
        pl.Series("public_until", [period and period.until for period in periods], pl.Date),
        pl.Series("repair_from", [answer.repair_from if answer.period else None for answer in answers], pl.Date),
        pl.Series("regime", [answer.regime for answer in answers], pl.String),
    )


def _with_reasons(documents: pl.DataFrame, answers: list[Publicity], verdicts: list[SeverityVerdict]) -> pl.DataFrame:
    """The reasons of both verdicts, written once for each pair that occurs."""
    pairs = documents.select("answer", "verdict").unique(maintain_order=True)
    said = [
        _both_reasons(answers[answer], None if verdict is None else verdicts[verdict])
        for answer, verdict in pairs.iter_rows()
    ]
    keyed = pairs.with_columns(pl.Series("reasons", said, pl.String))
    return documents.join(keyed, on=["answer", "verdict"], how="left", nulls_equal=True, maintain_order="left")


def _decision(row: Row) -> Decision:
    return Decision(
        department=row["department"] or "",
        penalties=_penalties(row),
        procedure=row["procedure"] and Procedure(row["procedure"]),
        fine=row["fine"],
        declared=row["severity"] and Severity(row["severity"]),
        cited_row=row["severity_row"],
    )


def as_record(kind: str, row: Row) -> Record:
    """What the law is asked about: a row with TERM_INPUTS."""
    return Record(
        kind=kind,
        subject_kind=SubjectKind(row["subject_kind"]),
        recorded_on=row["recorded_on"],
        decided_on=row["decided_on"],
        served_on=row["served_on"],
        event_on=row["event_on"],
        department=row["department"],
        penalties=_penalties(row),
        procedure=row["procedure"] and Procedure(row["procedure"]),
        area=row["area"] and Area(row["area"]),
        severity=row["settled"] and Severity(row["settled"]),
        publicity_reason=row["publicity_reason"],
        duty_unmet=bool(row["duty_unmet"]),
        already_ended=bool(row["already_ended"]),
        shown_not_before=row["shown_not_before"],
    )


def _penalties(row: Row) -> frozenset[Penalty]:
    return frozenset(Penalty(value) for value in row["penalties"] or ())


def _both_reasons(answer: Publicity, verdict: SeverityVerdict | None) -> str:
    return reasons_text((*answer.reasons, *(verdict.reasons if verdict else ())))


def reasons_text(reasons: Sequence[Reason]) -> str:
    """Reasons as JSON: a list of [code, basis, article]."""
    return orjson.dumps([[reason.code, reason.basis, reason.article] for reason in reasons]).decode()


class Forms:
    """Renders `law.public_form` for a batch, by columns: the law renders each answer once, with marks in it.

    What differs between documents of one answer is only what the marks stand for, and the fields. These are taken out
    of the canonical JSON of the content by name: only what may be shown is ever looked for.
    """

    def __init__(self, derived: Derived, *, kind: str) -> None:
        catalogue = derived.catalogue
        rules = catalogue.kinds[kind].fields
        headline = {name for name, rule in rules.items() if rule.role in HEADLINE_ROLES}
        by_role = {rule.role: name for name, rule in rules.items() if rule.role is not None}
        self._senders = {
            by_role[role]: column
            for role, column in ((FieldRole.SOURCE_CODE, "source_code"), (FieldRole.SOURCE_NAME, "source_name"))
            if role in by_role
        }
        settled = dict(derived.documents.select("answer", "settled").unique("answer").iter_rows())
        days = dict(derived.documents.select("answer", "decided_on").unique("answer").iter_rows())
        self._templates: dict[int, tuple[str, ...]] = {}
        self._alike: dict[frozenset[str], list[int]] = {}
        for index, answer in enumerate(derived.answers):
            if answer.period is not None:
                template = _template(answer, kind, settled.get(index), days.get(index), catalogue)
                self._templates[index] = template
                self._alike.setdefault(frozenset(rules) - answer.withheld - headline, []).append(index)

    def rendered(self, documents: pl.DataFrame) -> pl.Series:
        """The public form of each document as JSON text; null when it is never public."""
        inputs = documents.select(*FORM_INPUTS, "content").with_row_index("at")
        pieces = pl.DataFrame(
            [(index, *template) for index, template in self._templates.items()], schema=TEMPLATES, orient="row"
        )
        found = [
            self._filled(inputs.filter(pl.col("answer").is_in(answers)).join(pieces, on="answer"), shown)
            for shown, answers in self._alike.items()
        ]
        forms = pl.concat([pl.DataFrame(schema={"at": pl.UInt32, "public_form": pl.String}), *found])
        return inputs.select("at").join(forms, on="at", how="left", maintain_order="left")["public_form"]

    def _filled(self, documents: pl.DataFrame, shown: frozenset[str]) -> pl.DataFrame:
        said = {name: column for name, column in self._senders.items() if name in shown}
        wanted = "|".join(sorted(re.escape(name) for name in shown - said.keys()))
        fields = pl.col("content").str.extract_all(ENTRY.format(wanted)) if wanted else pl.lit([], pl.List(pl.String))
        senders = [pl.lit(f'"{name}":') + _as_json(column, documents) for name, column in said.items()]
        # The content is canonical, and the form is too: by the names, which hold no sign before a quotation mark.
        every = pl.concat_list(fields, *senders).list.drop_nulls()
        every = (every.list.sort() if said else every).list.join(",")
        return documents.select(
            "at",
            pl.concat_str(
                *("before", _as_json("document_number", documents).fill_null("null")),
                *("to_fields", pl.lit("{"), every, pl.lit("}"), "to_code"),
                *(_as_json("organ_code", documents).fill_null("null"), "to_name"),
                *(_as_json("organ_name", documents).fill_null("null"), "to_reference", "record_ref", "after"),
            ).alias("public_form"),
        )


TEMPLATES = {
    "answer": pl.UInt32,
    **dict.fromkeys(("before", "to_fields", "to_code", "to_name", "to_reference", "after"), pl.String),
}

ENTRY = r'"(?:{})":(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])'
"""A name of an entry of canonical JSON, and what it says: a text or a list of identifiers.

Within a text every quotation mark stands behind a backslash, so that no text can hold what looks like an entry.
"""


def _as_json(column: str, documents: pl.DataFrame) -> pl.Expr:
    """A column of texts as JSON says them; null stays null. No cell that is taken in holds a control character."""
    texts = pl.col(column)
    if documents[column].str.contains(r'[\\"\x00-\x1f]').any():
        return texts.map_elements(_said, return_dtype=pl.String)
    return pl.concat_str(pl.lit('"'), texts, pl.lit('"'))


def _said(value: Any) -> str:
    return orjson.dumps(value).decode()


# Of the private use area: no sentence of the catalogue holds them.
_MARKS = ("\ue000ref\ue000", "\ue000number\ue000", "\ue000code\ue000", "\ue000name\ue000")


def _template(
    answer: Publicity, kind: str, settled: str | None, decided_on: date | None, catalogue: Catalogue
) -> tuple[str, ...]:
    """The form of an answer as canonical JSON, cut at what differs: what stands before, between and after."""
    reference, number, code, name = _MARKS
    content = Content(
        record_ref=reference,
        kind=kind,
        severity=settled,
        document_number=number,
        decided_on=decided_on,
        organ_code=code,
        organ_name=name,
        fields={},
    )
    rest = canonical(public_form(content, answer, catalogue)).decode()
    pieces = []
    for mark in (_said(number), "{}", _said(code), _said(name), reference):
        piece, _, rest = rest.partition(mark)
        pieces.append(piece)
    return (*pieces, rest)


def masked_text(form: str, marks: str, catalogue: Catalogue, statement: str | None = None) -> str:
    """A stored public form as it is shown under these marks (their names, with commas between them)."""
    return canonical(
        masked(orjson.loads(form), [Mark(name) for name in marks.split(",")], catalogue, statement)
    ).decode()
