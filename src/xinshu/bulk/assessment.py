"""A draft of rules beside those in force, over the whole register: who gains or loses which measure, and more.

The law is asked once per distinct input (`law.measures.consequences`, `law.publicity`) and joined back; what stays in
memory is one part of the register and the counts. Rows come by subject, all of a subject's one after the other.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Any, Final

import polars as pl

from xinshu.bulk.small_cells import Cell
from xinshu.law.assessment import shifted_kinds
from xinshu.law.catalogue import NATIONAL, Catalogue, covers
from xinshu.law.measure_rules import Ending
from xinshu.law.measures import Consequence, Trait, consequences, kinds_looked_at, last_day_of
from xinshu.law.publicity import publicity
from xinshu.law.terms import (
    Area,
    Mark,
    MeasureEnd,
    Nature,
    Penalty,
    Procedure,
    Record,
    Severity,
    Standing,
    SubjectKind,
    UseContext,
)
from xinshu.law.verdict import ReasonCode

Outcome = tuple[str, int | None, date | None]
"""A measure, or two; for how many months it runs, where it says so; and since when a record is reached by it."""

UNKNOWN: Final = "UNKNOWN"
BETWEEN: Final = "\x1f"
"""Between the values of a column that holds several: no cell that is taken in holds a control character."""

ROWS: Final = {
    "subject": pl.Int64,
    "subject_kind": pl.String,
    "division": pl.String,
    "industry": pl.String,
    "size": pl.String,
    "kind": pl.String,
    "severity": pl.String,
    "procedure": pl.String,
    "area": pl.String,
    "penalties": pl.String,
    "marks": pl.String,
    "says": pl.String,
    "department": pl.String,
    "decided_on": pl.Date,
    "served_on": pl.Date,
    "event_on": pl.Date,
    "publicity_reason": pl.String,
    "duty_unmet": pl.Boolean,
    "public_from": pl.Date,
    "public_until": pl.Date,
}
"""The columns of a part: a record that is shown, and what is known of its body. `says`: FIELD=CHOICE, several.
`division`: six digits, or UNKNOWN, by which local measures reach it."""

TRAIT: Final = ("kind", "severity", "procedure", "area", "penalties", "marks", "says", "subject_kind", "reach")
KNOWN: Final = ("division", "industry", "size")
ABOUT: Final = ("province", "industry", "size")
PROVINCE: Final = 2
"""Digits of a division that stand for its province (GB/T 2260)."""
TERM: Final = (
    *("kind", "subject_kind", "decided_on", "served_on", "event_on", "department", "penalties", "procedure", "area"),
    *("severity", "publicity_reason", "duty_unmet", "public_from", "public_until"),
)
ANSWERS: Final = {"trait": pl.UInt32, "side": pl.String, "what": pl.String, "months": pl.Int32, "since": pl.Date}
TERMS: Final = {"stands": pl.Boolean, "shift": pl.String}
COUNTED: Final = {"effect": pl.String, "what": pl.String, **dict.fromkeys(ABOUT, pl.String), "bodies": pl.UInt32}


class Impact(StrEnum):
    """What the draft does to a body. GAINS, LOSES: a measure. TWICE: one record, two measures in one context.
    MINOR: a penalty for a minor matter, that the draft brings. LONGER, SHORTER, GONE: how long a record is shown.
    UNSURE: that is not to be told."""

    GAINS = "GAINS"
    LOSES = "LOSES"
    TWICE = "TWICE"
    MINOR = "MINOR"
    LONGER = "LONGER"
    SHORTER = "SHORTER"
    GONE = "GONE"
    UNSURE = "UNSURE"


class Side(StrEnum):
    """By which rules an answer was given, and of what."""

    OLD = "OLD"
    NEW = "NEW"
    TWICE = "TWICE"
    MINOR = "MINOR"


class Assessing:
    """Takes the register part by part, and counts."""

    def __init__(self, old: Catalogue, new: Catalogue, *, on_date: date) -> None:
        self._rules = {Side.OLD: old, Side.NEW: new}
        self._day = on_date
        self._shifted = shifted_kinds(old, new)
        self._looked = sorted(_looked_at(old, new, self._shifted))
        self._reaches: dict[str, str] = {}
        self._traits: dict[str, int] = {}
        self._answers: list[tuple[int, str, str, int | None, date | None]] = []
        self._differing: set[str] = set()
        self._ends: dict[tuple[date, int], date | None] = {}
        self._counts = pl.DataFrame(schema=COUNTED)
        self.records = 0
        self.bodies = 0
        self.provinces: set[str] = set()
        self.industries: set[str] = set()

    def take(self, rows: pl.DataFrame) -> None:
        """One part, with all records of each of its subjects, one after the other."""
        about = rows.filter(pl.col("subject").ne_missing(pl.col("subject").shift())).select("subject", *KNOWN)
        self.records += rows.height
        self.bodies += about.height
        self.provinces |= {_province(division) for division in about["division"].unique()}
        self.industries |= set(about["industry"].unique())
        rows = rows.filter(pl.col("kind").is_in(self._looked))
        if rows.is_empty():
            return
        rows = self._with_terms(self._with_reach(rows))
        found = pl.concat([self._measures(rows), _terms_shifted(rows)])
        told = found.join(about, on="subject")
        provinces = {division: _province(division) for division in told["division"].unique()}
        told = told.with_columns(pl.col("division").replace_strict(provinces, return_dtype=pl.String).alias("province"))
        counted = told.group_by("effect", "what", *ABOUT).agg(pl.len().alias("bodies"))
        both = pl.concat([self._counts, counted.select(list(COUNTED)).cast(COUNTED)])  # type: ignore[arg-type]
        self._counts = both.group_by("effect", "what", *ABOUT).agg(pl.col("bodies").sum())

    def cells(self) -> dict[Cell, int]:
        """How many bodies each outcome has, as `small_cells` counts: `month` is type and size of the body."""
        return {
            Cell(f"{effect} {what}", province, size, industry): bodies
            for effect, what, province, industry, size, bodies in self._counts.iter_rows()
        }

    def _with_reach(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`reach`: a division that stands for all in which the same local measures are in use."""
        rules = self._rules.values()
        layers = sorted({found.layers[name] for found in rules for name in found.measures} - {NATIONAL})
        divisions = rows["division"].unique()
        by_division = {division: self._reach(division, layers) for division in divisions}
        return rows.with_columns(
            pl.col("division").replace_strict(by_division, return_dtype=pl.String).alias("reach"),
        )

    def _reach(self, division: str, layers: list[str]) -> str:
        covering = BETWEEN.join(layer for layer in layers if covers(layer, division))
        return self._reaches.setdefault(covering, division)

    # --- measures ---------------------------------------------------------------------------------

    def _measures(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Subject, effect and what, once each."""
        keyed = rows.with_columns(
            pl.concat_str([pl.col(name).fill_null("") for name in TRAIT], separator="\x1e").alias("key")
        )
        self._ask(keyed)
        answers = self._wanted(rows)
        traits = pl.DataFrame(
            {"key": list(self._traits), "trait": list(self._traits.values())},
            schema={"key": pl.String, "trait": pl.UInt32},
        ).join(answers, on="trait", how="semi")
        said = keyed.select("subject", "key", "decided_on", "stands").join(traits, on="key").join(answers, on="trait")
        said = said.filter((pl.col("side") == Side.OLD) | pl.col("stands"))
        said = said.filter(self._runs(said)).select("subject", "side", "what").unique()
        sides = {side: said.filter(pl.col("side") == side).select("subject", "what") for side in Side}
        outcomes = {
            Impact.GAINS: sides[Side.NEW].join(sides[Side.OLD], on=["subject", "what"], how="anti"),
            Impact.LOSES: sides[Side.OLD].join(sides[Side.NEW], on=["subject", "what"], how="anti"),
            Impact.TWICE: sides[Side.TWICE],
            Impact.MINOR: sides[Side.MINOR],
        }
        return pl.concat(
            [frame.with_columns(pl.lit(str(effect)).alias("effect")) for effect, frame in outcomes.items()]
        )

    def _wanted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The answers that can tell the two editions apart: where they say the same of every trait, nobody gains."""
        answers = pl.DataFrame(self._answers, schema=ANSWERS, orient="row")
        if rows["shift"].is_not_null().any():
            return answers
        both = pl.col("side").is_in([str(Side.OLD), str(Side.NEW)])
        return answers.filter(~both | pl.col("what").is_in(sorted(self._differing)))

    def _runs(self, said: pl.DataFrame) -> pl.Series:
        """Whether the measure reaches the record, and still runs on the day; only one of months ends before it."""
        pairs = said.filter(pl.col("months").is_not_null() & pl.col("decided_on").is_not_null())
        for decided, months in pairs.select("decided_on", "months").unique().iter_rows():
            if (decided, months) not in self._ends:
                ending = Ending(end=MeasureEnd.AFTER_MONTHS, months=months)
                self._ends[decided, months] = last_day_of(ending, decided, None)
        over = pl.DataFrame(
            [key for key, last in self._ends.items() if last is not None and last < self._day],
            schema={"decided_on": pl.Date, "months": pl.Int32},
            orient="row",
        ).with_columns(pl.lit(value=True).alias("over"))
        ended = said.join(over, on=["decided_on", "months"], how="left", maintain_order="left")["over"]
        reached = said.select(pl.col("since").is_null() | (pl.col("decided_on") >= pl.col("since"))).to_series()
        return ended.is_null() & reached.fill_null(value=False)

    def _ask(self, keyed: pl.DataFrame) -> None:
        """Ask the law about every trait that was not met before."""
        for row in keyed.unique("key", maintain_order=True).iter_rows(named=True):
            if row["key"] in self._traits:
                continue
            number = self._traits[row["key"]] = len(self._traits)
            old = self._found(Side.OLD, row)
            new = self._found(Side.NEW, row)
            before, after = _by_measure(old), _by_measure(new)
            self._differing |= {name for name, *_ in before ^ after}
            self._answers += [(number, Side.OLD, *one) for one in before]
            self._answers += [(number, Side.NEW, *one) for one in after]
            harms, harmed = (_penalties(found, self._rules[side]) for side, found in ((Side.NEW, new), (Side.OLD, old)))
            self._answers += [(number, Side.TWICE, *one) for one in _twice(harms) - _twice(harmed)]
            if row["severity"] == Severity.MINOR:
                minor = _by_measure(harms) - _by_measure(harmed)
                self._answers += [(number, Side.MINOR, *one) for one in minor]

    def _found(self, side: Side, row: dict[str, Any]) -> dict[UseContext, list[Consequence]]:
        """What follows from the trait in each context, by the rules of that side."""
        trait, subject = _trait(row), SubjectKind(row["subject_kind"])
        found = {
            context: [
                one
                for one in consequences(
                    trait, subject, context, self._rules[side], on_date=self._day, division=row["reach"]
                )
                if one.reason.code is not ReasonCode.MEASURE_HELD
            ]
            for context in UseContext
        }
        return {context: several for context, several in found.items() if several}

    # --- terms ------------------------------------------------------------------------------------

    def _with_terms(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`stands`: whether the record is shown today by the draft; `shift`: what became of its term, if anything."""
        touched = pl.col("kind").is_in(sorted(self._shifted))
        inputs = rows.filter(touched).select(TERM).unique(maintain_order=True)
        if inputs.is_empty():
            return rows.with_columns(pl.lit(value=True).alias("stands"), pl.lit(None, pl.String).alias("shift"))
        answers = [self._term(row) for row in inputs.iter_rows(named=True)]
        keyed = inputs.hstack(pl.DataFrame(answers, schema=TERMS, orient="row"))
        joined = rows.join(keyed, on=list(TERM), how="left", nulls_equal=True, maintain_order="left")
        return joined.with_columns(pl.col("stands").fill_null(value=True))

    def _term(self, row: dict[str, Any]) -> tuple[bool, str | None]:
        """By the draft: does it stand today, and what became of its term."""
        record = _record(row)
        old, new = (publicity(record, rules) for rules in (self._rules[Side.OLD], self._rules[Side.NEW]))
        kept = row["public_until"]
        if old.period is None or old.period.until != kept:
            return True, None if old.period == new.period else str(Impact.UNSURE)
        if new.period is None or not new.shown_on(self._day):
            return False, str(Impact.GONE)
        until = new.period.until
        if until == kept:
            return True, None
        longer = until is None or (kept is not None and until > kept)
        return True, str(Impact.LONGER if longer else Impact.SHORTER)


def whole_subjects(parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Parts of which none ends within a subject: what is not known to be whole waits for the next."""
    waiting: pl.DataFrame | None = None
    for part in parts:
        if part.is_empty():
            continue
        rows = part if waiting is None else pl.concat([waiting, part])
        last = rows["subject"][-1]
        waiting, whole = rows.filter(pl.col("subject") == last), rows.filter(pl.col("subject") != last)
        if not whole.is_empty():
            yield whole
    if waiting is not None:
        yield waiting


def _province(division: str) -> str:
    return UNKNOWN if division == UNKNOWN else division[:PROVINCE] + "0000"


def _looked_at(old: Catalogue, new: Catalogue, shifted: frozenset[str]) -> frozenset[str]:
    """The kinds on which anything can rest that the draft changes.

    A measure that both editions have alike touches the same bodies, as long as the same records are shown: where terms
    are shifted, every measure is looked at.
    """
    both = (old, new)
    changed = {name for rules in both for name in rules.measures if shifted or not _alike(name, old, new)}
    return shifted.union(
        *(
            kinds_looked_at(rules.measures[name].grounds, rules)
            for rules in both
            for name in changed & rules.measures.keys()
            if rules.measures[name].standing is Standing.ACTIVE
        )
    )


def _alike(name: str, old: Catalogue, new: Catalogue) -> bool:
    """Whether both editions have that measure, of the same layer and content, on the same lists."""
    if name not in old.measures or name not in new.measures:
        return False
    same = (old.measures[name], old.layers[name]) == (new.measures[name], new.layers[name])
    listed = {ground.listed for ground in old.measures[name].grounds} - {None}
    return same and all(old.lists.get(str(one)) == new.lists.get(str(one)) for one in listed)


def _terms_shifted(rows: pl.DataFrame) -> pl.DataFrame:
    shifted = rows.filter(pl.col("shift").is_not_null())
    return shifted.select("subject", pl.col("kind").alias("what"), pl.col("shift").alias("effect")).unique()


def _by_measure(found: dict[UseContext, list[Consequence]]) -> set[Outcome]:
    return {(one.measure, _months(one), one.since) for several in found.values() for one in several}


def _months(found: Consequence) -> int | None:
    return found.ending.months if found.ending.end is MeasureEnd.AFTER_MONTHS else None


def _penalties(found: dict[UseContext, list[Consequence]], rules: Catalogue) -> dict[UseContext, list[Consequence]]:
    return {
        context: [one for one in several if rules.measures[one.measure].nature is Nature.PENALTY]
        for context, several in found.items()
    }


def _twice(harms: dict[UseContext, list[Consequence]]) -> set[Outcome]:
    """Two penalties that one record has in one context, for how many months both run, and since when both reach it."""
    pairs = set()
    for several in harms.values():
        by_name = {one.measure: one for one in several}
        for pair in combinations(sorted(by_name), 2):
            both = [by_name[name] for name in pair]
            months = [found for one in both if (found := _months(one)) is not None]
            since = [one.since for one in both if one.since is not None]
            pairs.add(("+".join(pair), min(months, default=None), max(since, default=None)))
    return pairs


def _several(text: str | None) -> list[str]:
    return text.split(BETWEEN) if text else []


def _trait(row: dict[str, Any]) -> Trait:
    says: dict[str, set[str]] = {}
    for one in _several(row["says"]):
        name, _, choice = one.partition("=")
        says.setdefault(name, set()).add(choice)
    return Trait(
        kind=row["kind"],
        severity=row["severity"] and Severity(row["severity"]),
        procedure=row["procedure"] and Procedure(row["procedure"]),
        area=row["area"] and Area(row["area"]),
        penalties=frozenset(map(Penalty, _several(row["penalties"]))),
        marks=frozenset(map(Mark, _several(row["marks"]))),
        says={name: frozenset(choices) for name, choices in says.items()},
    )


def _record(row: dict[str, Any]) -> Record:
    """What publicity asks. The day on which it is first shown stands for that on which it reached us."""
    return Record(
        kind=row["kind"],
        subject_kind=SubjectKind(row["subject_kind"]),
        recorded_on=row["public_from"],
        decided_on=row["decided_on"],
        served_on=row["served_on"],
        event_on=row["event_on"],
        department=row["department"],
        penalties=frozenset(map(Penalty, _several(row["penalties"]))),
        procedure=row["procedure"] and Procedure(row["procedure"]),
        area=row["area"] and Area(row["area"]),
        severity=row["severity"] and Severity(row["severity"]),
        publicity_reason=row["publicity_reason"],
        duty_unmet=bool(row["duty_unmet"]),
    )
