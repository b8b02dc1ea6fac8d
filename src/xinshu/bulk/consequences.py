"""What follows from many records at once: the law is asked once for each distinct trait, and joined back in columns."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import orjson
import polars as pl

from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, Kind
from xinshu.law.measure_rules import Ground
from xinshu.law.measures import ENDS, Trait, consequences, fields_looked_at, grounds_in, last_day_of
from xinshu.law.terms import Area, Mark, MeasureEnd, Penalty, Procedure, Severity, SubjectKind, UseContext
from xinshu.law.verdict import ReasonCode

TRAIT: Final = ("subject_kind", "kind", "severity", "said", "marks")
"""What of a record its consequences depend on, as columns: `said` is JSON of fields, `marks` names with commas."""

READ: Final = frozenset({FieldRole.PENALTIES, FieldRole.PROCEDURE, FieldRole.AREA})
"""Fields that a condition can ask about by what they are."""

FOLLOWS: Final[Mapping[str, Any]] = {
    "trait": pl.UInt32,
    "measure": pl.String,
    "ground": pl.String,
    "measure_class": pl.String,
    "end": pl.String,
    "months": pl.Int64,
    "why": pl.String,
    "basis": pl.String,
    "article": pl.String,
    "end_code": pl.String,
    "end_article": pl.String,
    "since": pl.Date,
}


def fields_asked(kinds: Iterable[str], grounds: Iterable[Ground], catalogue: Catalogue) -> list[str]:
    """The fields of these kinds on which what follows from a record can depend."""
    chosen = fields_looked_at(grounds, catalogue)
    return sorted(
        {
            name
            for kind in kinds
            for name, rule in catalogue.kinds[kind].fields.items()
            if name in chosen or rule.role in READ
        }
    )


def trait_of(
    kind: str, severity: str | None, said: str | None, marks: str | None, catalogue: Catalogue, chosen: Iterable[str]
) -> Trait:
    """The trait of a record as it is shown. `said`: its fields as JSON; `chosen`: those of which choices are asked."""
    fields: dict[str, Any] = orjson.loads(said) if said else {}
    by_role = _by_role(catalogue.kinds[kind], fields)
    return Trait(
        kind=kind,
        severity=Severity(severity) if severity else None,
        procedure=Procedure(by_role[FieldRole.PROCEDURE]) if FieldRole.PROCEDURE in by_role else None,
        area=Area(by_role[FieldRole.AREA]) if FieldRole.AREA in by_role else None,
        penalties=frozenset(map(Penalty, _several(by_role.get(FieldRole.PENALTIES, [])))),
        marks=frozenset(map(Mark, marks.split(","))) if marks else frozenset(),
        says={name: frozenset(_several(fields[name])) for name in chosen if fields.get(name)},
    )


def followed(
    facts: pl.DataFrame, context: UseContext, catalogue: Catalogue, *, on_date: date, division: str | None = None
) -> pl.DataFrame:
    """A row for each measure that rests on a fact on that day, or is held: the fact's columns and those of FOLLOWS.

    `facts` has the columns of TRAIT, `decided_on`, and `last_day` (null: open), which becomes the last day of the
    measure. Held measures, of which `why` says so, do not apply.
    """
    distinct = facts.select(TRAIT).unique(maintain_order=True).with_row_index("trait")
    rules = _rules(distinct, context, catalogue, on_date=on_date, division=division)
    keyed = facts.join(distinct, on=TRAIT, how="left", nulls_equal=True, maintain_order="left")
    found = keyed.join(rules, on="trait", how="inner", maintain_order="left_right")
    reached = pl.col("since").is_null() | (pl.col("decided_on") >= pl.col("since"))
    found = found.filter(reached.fill_null(value=False))
    found = found.with_columns(pl.min_horizontal("last_day", _own_end(found, catalogue)).alias("last_day"))
    held = pl.col("why") == ReasonCode.MEASURE_HELD.value
    return found.filter(held | pl.col("last_day").is_null() | (pl.col("last_day") >= on_date))


def _rules(
    distinct: pl.DataFrame, context: UseContext, catalogue: Catalogue, *, on_date: date, division: str | None
) -> pl.DataFrame:
    """What the law says of each distinct trait."""
    chosen = sorted(fields_looked_at(grounds_in(context, catalogue, on_date=on_date, division=division), catalogue))
    rows = []
    for place, subject_kind, kind, severity, said, marks in distinct.select("trait", *TRAIT).iter_rows():
        trait = trait_of(kind, severity, said, marks, catalogue, chosen)
        asked = SubjectKind(subject_kind)
        for one in consequences(trait, asked, context, catalogue, on_date=on_date, division=division):
            ending, why = one.ending, one.reason
            rows.append(
                (
                    *(place, one.measure, one.ground, one.measure_class, ending.end, ending.months),
                    *(why.code, why.basis, why.article, ENDS[ending.end], ending.article or why.article, one.since),
                )
            )
    return pl.DataFrame(rows, schema=FOLLOWS, orient="row")


def _own_end(found: pl.DataFrame, catalogue: Catalogue) -> pl.Series:
    """The last day by the months of the measure itself, asked once for each measure and day of decision."""
    asked = found.select("measure", "decided_on").filter(found["end"] == MeasureEnd.AFTER_MONTHS.value).unique()
    ends = [last_day_of(catalogue.measures[name].ending, day, None) for name, day in asked.iter_rows()]
    keyed = asked.with_columns(pl.Series("own", ends, pl.Date))
    joined = found.select("measure", "decided_on").join(
        keyed, on=["measure", "decided_on"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["own"]


def _by_role(kind: Kind, fields: Mapping[str, Any]) -> dict[FieldRole, Any]:
    return {rule.role: fields[name] for name, rule in kind.fields.items() if rule.role in READ and fields.get(name)}


def _several(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
