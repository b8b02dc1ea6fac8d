"""Derives class, period and public form of a batch: the law is asked once per distinct input and joined back."""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import orjson
import polars as pl

from xinshu.law.catalogue import Catalogue
from xinshu.law.public_form import Content, public_form
from xinshu.law.publicity import publicity
from xinshu.law.severity import severity
from xinshu.law.terms import Area, Decision, Penalty, Procedure, Record, Severity, SubjectKind
from xinshu.law.verdict import Publicity, SeverityVerdict

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
]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Derived:
    """A batch with its derivations: `documents` has the columns `settled`, `question`, `record_ref` and `answer`
    (an index into `answers`), and `verdicts` holds the class verdicts by the column `verdict` (null: not classed)."""

    documents: pl.DataFrame
    answers: list[Publicity]
    verdicts: list[SeverityVerdict]


def derive(documents: pl.DataFrame, *, kind: str, catalogue: Catalogue, on_date: date) -> Derived:
    """Ask the law about every document of one kind; its class is checked by the tables of that day."""
    documents, verdicts = _classed(documents, kind=kind, catalogue=catalogue, on_date=on_date)
    inputs = documents.select(TERM_INPUTS).unique(maintain_order=True)
    answers = [publicity(_record(kind, row), catalogue) for row in inputs.iter_rows(named=True)]
    keyed = inputs.with_columns(pl.int_range(len(inputs), dtype=pl.UInt32).alias("answer"))
    documents = documents.join(keyed, on=TERM_INPUTS, how="left", nulls_equal=True, maintain_order="left")
    return Derived(documents, answers, verdicts)


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


def _decision(row: Row) -> Decision:
    return Decision(
        department=row["department"] or "",
        penalties=_penalties(row),
        procedure=row["procedure"] and Procedure(row["procedure"]),
        fine=row["fine"],
        declared=row["severity"] and Severity(row["severity"]),
        cited_row=row["severity_row"],
    )


def _record(kind: str, row: Row) -> Record:
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
    )


def _penalties(row: Row) -> frozenset[Penalty]:
    return frozenset(Penalty(value) for value in row["penalties"] or ())


def form_text(row: Row, answer: Publicity, *, kind: str, catalogue: Catalogue) -> str | None:
    """The public form of one document as JSON text, or None when it is never public."""
    if answer.period is None:
        return None
    content = Content(
        record_ref=str(row["record_ref"]),
        kind=kind,
        severity=row["settled"],
        document_number=row["document_number"],
        decided_on=row["decided_on"],
        organ_code=row["organ_code"],
        organ_name=row["organ_name"],
        fields=cast("dict[str, Any]", orjson.loads(row["content"])),
    )
    return orjson.dumps(public_form(content, answer, catalogue)).decode()


def reasons_text(answer: Publicity, verdict: SeverityVerdict | None) -> str:
    """The reasons of both verdicts as JSON: a list of [code, basis, article]."""
    reasons = (*answer.reasons, *(verdict.reasons if verdict else ()))
    return orjson.dumps([[reason.code, reason.basis, reason.article] for reason in reasons]).decode()
