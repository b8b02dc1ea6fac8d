"""Carries records that stand into an edition that follows: the law is asked once for each distinct input (adr/0042).

What a record says is read from its own content, by the fields that it had in the edition in force.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import orjson
import polars as pl

from xinshu.bulk.canonical import canonical
from xinshu.bulk.derivation import TERM_INPUTS, as_record, reasons_text
from xinshu.bulk.documents import BY_ROLE, YES
from xinshu.kit.period import Period
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType, Kind
from xinshu.law.public_form import retold
from xinshu.law.publicity import carried_over, publicity, withheld
from xinshu.law.terms import SubjectKind
from xinshu.law.verdict import Publicity, Reason, ReasonCode

DAYS: Final = ("public_from", "public_until", "repair_from")
STANDING: Final = {
    **{"subject": pl.Int64, "record_ref": pl.String, "content": pl.String, "public_form": pl.String},
    **{"settled": pl.String, "department": pl.String, "decided_on": pl.Date, "recorded_on": pl.Date},
    **dict.fromkeys(DAYS, pl.Date),
    **dict.fromkeys(("regime", "reasons", "subject_kind"), pl.String),
}
"""A record that stands: what it says, as it is shown, its class, and what was derived of it last (`reasons`: JSON)."""

CLASSED: Final = frozenset(
    {
        ReasonCode.CLASS_BY_TABLE,
        ReasonCode.CLASS_UNDECLARED,
        ReasonCode.CLASS_TABLE_MISSING,
        ReasonCode.CLASS_ROW_UNKNOWN,
        ReasonCode.CLASS_DISAGREES,
    }
)
"""Why a record has its class, which no later edition changes."""

READ: Final = ("served_on", "event_on", "penalties", "procedure", "area", "publicity_reason")
ASKED: Final = (*TERM_INPUTS, "public_until", "repair_from", "regime", "reasons")


def carried(
    standing: pl.DataFrame, *, kind: str, old: Catalogue, new: Catalogue, begins: date, forms: bool
) -> pl.DataFrame:
    """Of these records of one kind (STANDING) those of which the display changes, with what is derived of them now.

    `begins`: the first day of the new edition. `forms`: render the public form too; else it is left as it was.
    """
    read = _read(standing, old.kinds[kind], old)
    inputs = read.select(ASKED).unique(maintain_order=True)
    answers = [_answer(kind, row, old, new, begins) for row in inputs.iter_rows(named=True)]
    placed = [index for index, (before, after) in enumerate(answers) if before != after]
    rows = [(index, *_derived(*answers[index])) for index in placed]
    schema = {"answer": pl.UInt32, **dict.fromkeys(DAYS, pl.Date), "regime": pl.String, "reasons": pl.String}
    now = pl.DataFrame(rows, schema=schema, orient="row")
    keyed = inputs.with_row_index("answer").join(now, on="answer", how="inner", suffix="_now")
    found = read.join(keyed, on=list(ASKED), how="inner", nulls_equal=True, maintain_order="left")
    if forms:
        told = [
            _retold(form, answers[answer][1], new) for form, answer in found.select("public_form", "answer").iter_rows()
        ]
        found = found.with_columns(pl.Series("public_form", told, pl.String))
    renamed = [pl.col(f"{name}_now" if f"{name}_now" in found.columns else name).alias(name) for name in STANDING]
    return found.select(renamed)


def _answer(
    kind: str, row: dict[str, Any], old: Catalogue, new: Catalogue, begins: date
) -> tuple[Publicity, Publicity]:
    """What stands, and what the new edition makes of it."""
    said = [Reason(ReasonCode(code), basis, article) for code, basis, article in orjson.loads(row["reasons"])]
    standing = Publicity(
        period=Period(row["shown_not_before"], row["public_until"]),
        withheld=withheld(old.kinds[kind], SubjectKind(row["subject_kind"])),
        repair_from=row["repair_from"],
        regime=row["regime"],
        reasons=tuple(said),
    )
    return standing, carried_over(standing, publicity(as_record(kind, row), new), begins=begins)


def _derived(standing: Publicity, answer: Publicity) -> tuple[date | None, date | None, date | None, str | None, str]:
    start, until = (None, None) if answer.period is None else (answer.period.start, answer.period.until)
    classed = [reason for reason in standing.reasons if reason.code in CLASSED and reason not in answer.reasons]
    return start, until, answer.repair_from, answer.regime, reasons_text((*answer.reasons, *classed))


def _retold(form: str, answer: Publicity, catalogue: Catalogue) -> str | None:
    told = retold(orjson.loads(form), answer, catalogue)
    return None if told is None else canonical(told).decode()


def _read(standing: pl.DataFrame, kind: Kind, rules: Catalogue) -> pl.DataFrame:
    """With TERM_INPUTS; what was shown from a day on is not shown before it (`shown_not_before`)."""
    roles = {rule.role: name for name, rule in kind.fields.items() if rule.role is not None}
    shape = {name: pl.List(pl.String) if _is_several(kind, name) else pl.String for name in roles.values()}
    said = standing["content"].str.json_decode(pl.Struct({"": pl.String, **shape})).struct.unnest()

    def of(role: FieldRole, dtype: Any = pl.String) -> pl.Expr:
        name = roles.get(role)
        if name is None:
            return pl.lit(None, dtype)
        return pl.col(name).str.to_date() if dtype == pl.Date else pl.col(name)

    columns = said.select(
        *(of(*BY_ROLE[name]).alias(name) for name in READ),
        (of(FieldRole.DUTY_UNMET) == YES).alias("duty_unmet"),
        of(FieldRole.STATUS).is_in(_ending(roles, kind, rules)).fill_null(value=False).alias("already_ended"),
    )
    return standing.with_columns(columns.get_columns()).with_columns(shown_not_before="public_from")


def _is_several(kind: Kind, name: str) -> bool:
    return kind.fields[name].type is FieldType.CHOICES


def _ending(roles: Mapping[FieldRole, str], kind: Kind, rules: Catalogue) -> list[str]:
    """The states in which the organ itself says that it no longer holds."""
    name = roles.get(FieldRole.STATUS)
    if name is None:
        return []
    choices = rules.vocabularies[kind.fields[name].vocabulary or ""].choices
    return [state for state, choice in choices.items() if choice.ends]
