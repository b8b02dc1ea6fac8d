"""Entries of lists in columns: the law is asked once for each distinct course of steps, and joined back (G6).

There is no twin of the law here: which step is missing, and from when a listing holds, `law.listing` alone says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from xinshu.bulk.layout import Layout, value
from xinshu.bulk.reasons import Finding, RowFault
from xinshu.bulk.rules import OPEN_END
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole
from xinshu.law.list_rules import ListRule
from xinshu.law.listing import (
    LIST_KINDS,
    STEP_FIELDS,
    Missing,
    against_end,
    against_listing,
    floor_missing,
    list_of,
    listing_period,
    missing_steps,
    rules_of_kind,
    unruled,
)
from xinshu.law.public_form import sentence
from xinshu.law.terms import ListingStep, SubjectKind
from xinshu.law.verdict import Reason

Row = Mapping[str, Any]

COLUMNS: Final = {
    "listed_in": pl.String,
    "notified_on": pl.Date,
    "defence_until": pl.Date,
    "reviewed_on": pl.Date,
    "approved_on": pl.Date,
    "effective_from": pl.Date,
}
"""What is kept of an entry of a list beside its decision and its service; null for every other record."""

STEP_COLUMNS: Final[Mapping[ListingStep, str]] = {step: name.lower() for step, name in STEP_FIELDS.items()}
UNNAMED: Final = tuple(step for step in STEP_FIELDS if STEP_COLUMNS[step] in COLUMNS)
"""The steps of which a document has no column of its own yet: their days stand in its content."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the law says of one course of steps: of which list it is, what stands against it, what it lacks.

    `latest`: the last day that its term allows, and `too_long` why none after it; None: any. `department`: whose list
    it is; None: no department's.
    """

    name: str | None
    against: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    effective_from: date | None
    too_long: tuple[Reason, ...] = ()
    latest: date | None = None
    department: str | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is missing."""
        return not self.against and not self.missing


def judged(kind: str, row: Row, catalogue: Catalogue, *, division: str | None, on_date: date) -> Judged:
    """What the law says of an entry: `row` has the fields that name its list, `subject_kind`, and its days by step.

    `division`: of the organ that sends it; None: not asked. An edition without lists of the kind asks for its floor.
    """
    if not rules_of_kind(kind, catalogue):
        return Judged(None, (), floor_missing(kind, days_of(row), catalogue), row["served_on"])
    found = list_of(kind, row, catalogue)
    if found is None or (division is not None and not catalogue.applies_in(found[0], division)):
        return Judged(None, (unruled(kind, catalogue),), (), None)
    name, rule = found
    against = against_listing(rule, SubjectKind(row["subject_kind"]), on_date=on_date)
    missing = () if against else missing_steps(rule, days_of(row), catalogue, on_date=on_date)
    told = (name, against, missing, _effect(rule, row, catalogue))
    return Judged(*told, *_latest(rule, row), rule.department) if not against else Judged(*told)


def days_of(row: Row) -> dict[ListingStep, date]:
    """The days of the steps that are told."""
    return {step: row[column] for step, column in STEP_COLUMNS.items() if row.get(column) is not None}


def with_listing(documents: pl.DataFrame, *, kind: str, catalogue: Catalogue, on_date: date) -> pl.DataFrame:
    """Documents with COLUMNS; `lacks_steps`: a step is missing or too early, or it would last too long; `not_theirs`:
    the organ that decided is known to be of another department than the list.
    """
    nothing = [pl.lit(None, dtype).alias(name) for name, dtype in COLUMNS.items()]
    if kind not in LIST_KINDS:
        return documents.with_columns(*nothing, lacks_steps=pl.lit(value=False), not_theirs=pl.lit(value=False))
    said = documents.with_columns(
        *(_said(name).alias(name) for name in _naming(kind, catalogue)),
        *(_said(STEP_FIELDS[step]).str.to_date(strict=False).alias(STEP_COLUMNS[step]) for step in UNNAMED),
    )
    asked = (*_naming(kind, catalogue), "subject_kind", *STEP_COLUMNS.values())
    inputs = said.select(asked).unique(maintain_order=True)
    answers = [judged(kind, row, catalogue, division=None, on_date=on_date) for row in inputs.iter_rows(named=True)]
    keyed = inputs.with_columns(
        pl.Series("listed_in", [answer.name or kind for answer in answers], pl.String),
        pl.Series("effective_from", [answer.effective_from for answer in answers], pl.Date),
        pl.Series("lacks_steps", [not answer.sound for answer in answers], pl.Boolean),
        pl.Series("latest", [answer.latest for answer in answers], pl.Date),
        pl.Series("whose", [answer.department for answer in answers], pl.String),
    )
    found = said.join(keyed, on=list(asked), how="left", nulls_equal=True, maintain_order="left")
    beyond = (pl.col("event_on").fill_null(OPEN_END) > pl.col("latest")).fill_null(value=False)
    not_theirs = (pl.col("department") != pl.col("whose")).fill_null(value=False).alias("not_theirs")
    return found.with_columns(pl.col("lacks_steps") | beyond, not_theirs).drop(
        *_naming(kind, catalogue), "latest", "whose"
    )


def listing_findings(frame: pl.DataFrame, layout: Layout, *, division: str, on_date: date) -> Iterator[Finding]:
    """Each step that is lacking, each list that may not be used, each end too late: at its field, with the article."""
    kind, until = layout.kind_name, layout.field(FieldRole.EVENT_ON)
    if kind not in LIST_KINDS or not rules_of_kind(kind, layout.catalogue):
        return
    naming = _naming(kind, layout.catalogue)
    fields = {column: STEP_FIELDS[step] for step, column in STEP_COLUMNS.items()}
    said = frame.select(
        "index",
        "subject_kind",
        *(value(name) for name in naming),
        *(
            (value(name) if name in layout.kind.fields else pl.lit(None, pl.Date)).alias(at)
            for at, name in fields.items()
        ),
        (pl.lit(None, pl.Date) if until is None else value(until)).alias("until"),
    )
    # A list or a subject that cannot be told has a fault of its own.
    said = said.drop_nulls([*naming, "subject_kind"])
    asked = [name for name in said.columns if name not in {"index", "until"}]
    for row in said.group_by(asked, maintain_order=True).agg("index", "until").iter_rows(named=True):
        answer = judged(kind, row, layout.catalogue, division=division, on_date=on_date)
        for index, last in zip(row["index"], row["until"], strict=True):
            yield from _told(answer, index, naming, layout)
            if until is not None and last is not None and answer.latest is not None and last > answer.latest:
                yield from _too_long(answer, index, until, layout)


def _told(answer: Judged, index: int, naming: tuple[str, ...], layout: Layout) -> Iterator[Finding]:
    number = layout.field(FieldRole.DOCUMENT_NUMBER) or next(iter(layout.kind.fields))
    for reason in answer.against:
        field = naming[0] if naming else number
        yield Finding(index=index, field=field, fault=RowFault.LIST_NOT_USABLE, details=_words(reason, None, layout))
    for one in answer.missing:
        field = STEP_FIELDS.get(one.step, STEP_FIELDS[ListingStep.SERVICE])
        field = field if field in layout.kind.fields else number
        details = _words(one.reason, one.opens_on, layout)
        yield Finding(index=index, field=field, fault=RowFault.LISTING_STEP, details=details)


def _too_long(answer: Judged, index: int, field: str, layout: Layout) -> Iterator[Finding]:
    for reason in answer.too_long:
        details = {**_words(reason, None, layout), "latest": str(answer.latest)}
        yield Finding(index=index, field=field, fault=RowFault.LISTED_TOO_LONG, details=details)


def _words(reason: Reason, opens_on: date | None, layout: Layout) -> dict[str, str]:
    said = sentence(reason, layout.catalogue, start=None, last_day=None)
    opens_zh, opens_en = ("", "") if opens_on is None else (f"最早为{opens_on}。", f" The first day is {opens_on}.")
    return {"said_zh": said["zh"], "said_en": said["en"], "opens_zh": opens_zh, "opens_en": opens_en}


def _naming(kind: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The fields that say of which list an entry of that kind is; none where the kind is one list."""
    return tuple(sorted({rule.in_field for rule in rules_of_kind(kind, catalogue).values() if rule.in_field}))


def _said(name: str) -> pl.Expr:
    return pl.col("content").str.json_path_match(f"$.{name}")


def _latest(rule: ListRule, row: Row) -> tuple[tuple[Reason, ...], date | None]:
    """Why it may not last for ever, and its latest day; nothing where no decision is told, a fault of its own."""
    return ((), None) if row["decided_on"] is None else against_end(rule, decided_on=row["decided_on"], until=None)


def _effect(rule: ListRule, row: Row, catalogue: Catalogue) -> date | None:
    if row["decided_on"] is None or row["served_on"] is None:
        return None
    asked = {"decided_on": row["decided_on"], "served_on": row["served_on"]}
    return listing_period(rule, **asked, months=None, catalogue=catalogue).effective_from
