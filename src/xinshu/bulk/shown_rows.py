"""What is shown, as the columns that an assessment reads: public forms of the gate, and what they say of their bodies.

Nothing else is looked at: a body's division is that of its code, its industry and capital are what its shown
registration says.
"""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from xinshu.bulk.assessment import BETWEEN, ROWS, UNKNOWN
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType, Kind
from xinshu.law.measures import fields_looked_at

ColumnType = pl.DataType | type[pl.DataType]

CODE: Final = pl.Struct({"code": pl.String})
CAPITAL: Final = "CAPITAL"
"""The field of a registration with the registered capital, in 10,000 yuan."""

BANDS: Final[Mapping[str, tuple[int, int | None]]] = {
    "BELOW_1M": (0, 100),
    "FROM_1M": (100, 1_000),
    "FROM_10M": (1_000, 10_000),
    "FROM_100M": (10_000, None),
}
"""By registered capital in 10,000 yuan. Turnover and staff, by which statistics tell size, are not held here."""

BY_ROLE: Final[Mapping[str, FieldRole]] = {
    "procedure": FieldRole.PROCEDURE,
    "area": FieldRole.AREA,
    "penalties": FieldRole.PENALTIES,
    "served_on": FieldRole.SERVED_ON,
    "event_on": FieldRole.EVENT_ON,
    "publicity_reason": FieldRole.PUBLICITY_REASON,
    "duty_unmet": FieldRole.DUTY_UNMET,
}
DAYS: Final = frozenset({"served_on", "event_on"})
YES: Final = "YES"
LENGTH: Final = 18
DIVISION: Final = (2, 6)
"""Where the six digits of the division stand in a unified social credit code (GB 32100)."""


class ShownRows:
    """Reads parts of what is shown, by the kinds of the edition in force."""

    def __init__(self, old: Catalogue, new: Catalogue, *, departments: Mapping[str, str]) -> None:
        self._kinds = old.kinds
        self._departments = dict(departments)
        grounds = [ground for rules in (old, new) for measure in rules.measures.values() for ground in measure.grounds]
        self._asked = {name for rules in (old, new) for name in _fields(grounds, rules)}

    def read(self, part: pl.DataFrame, bodies: pl.DataFrame) -> pl.DataFrame:
        """The rows of `assessment.ROWS`, in the order of the part.

        `part` has subject, kind, public_from, public_until and public_form; `bodies` subject, subject_kind and code.
        """
        placed = part.with_row_index("at")
        found = [
            self._of_kind(frame, self._kinds[str(name)])
            for (name,), frame in placed.partition_by("kind", as_dict=True).items()
            if name in self._kinds
        ]
        if not found:
            return pl.DataFrame(schema=ROWS)
        rows = pl.concat(found).sort("at")
        about = bodies.select("subject", "subject_kind", _division().alias("division"))
        said = rows.group_by("subject").agg(
            pl.col("industry").drop_nulls().first().fill_null(UNKNOWN),
            pl.col("capital").drop_nulls().first(),
        )
        rows = rows.drop("industry", "capital").join(about, on="subject", maintain_order="left")
        rows = rows.join(said, on="subject", maintain_order="left")
        size = pl.concat_str(["subject_kind", _band()], separator="/").alias("size")
        return rows.with_columns(size).select(list(ROWS)).cast(ROWS)  # type: ignore[arg-type]

    def _of_kind(self, frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
        roles = {rule.role: name for name, rule in kind.fields.items() if rule.role is not None}
        told = frame["public_form"].str.json_decode(self._shape(kind)).struct.unnest()
        fields = told["fields"].struct.unnest()
        marks = pl.concat_list(
            pl.col("mark").struct.field("code"),
            pl.col("other_marks").list.eval(pl.element().struct.field("code")).fill_null([]),
        )
        told = told.select(
            pl.col("severity"),
            pl.col("decided_on").str.to_date(strict=False),
            marks.list.drop_nulls().list.sort().list.join(BETWEEN).alias("marks"),
            pl.col("organ").struct.field("code").replace_strict(self._departments, default=None).alias("department"),
        )
        own = fields.select(
            *(_by_role(name, roles.get(role), fields) for name, role in BY_ROLE.items()),
            self._says(fields).alias("says"),
            _column(_industry(kind), fields).alias("industry"),
            _column(CAPITAL if CAPITAL in kind.fields else None, fields)
            .cast(pl.Float64, strict=False)
            .alias("capital"),
        )
        return pl.concat(
            [frame.select("at", "subject", "kind", "public_from", "public_until"), told, own], how="horizontal"
        )

    def _shape(self, kind: Kind) -> pl.Struct:
        """What is taken out of a public form of the kind; all else is passed over."""
        roles = set(BY_ROLE.values())
        wanted: dict[str, ColumnType] = {"": pl.String}
        for name, rule in kind.fields.items():
            if rule.role in roles or name in self._asked or name in {CAPITAL, _industry(kind)}:
                wanted[name] = pl.List(pl.String) if rule.type is FieldType.CHOICES else pl.String
        return pl.Struct(
            {
                "severity": pl.String,
                "decided_on": pl.String,
                "organ": CODE,
                "mark": CODE,
                "other_marks": pl.List(CODE),
                "fields": pl.Struct(wanted),
            }
        )

    def _says(self, fields: pl.DataFrame) -> pl.Expr:
        """FIELD=CHOICE of each field that any measure asks about."""
        parts = []
        for name in sorted(self._asked & set(fields.columns)):
            several = fields.schema[name] == pl.List(pl.String)
            choices = pl.col(name) if several else pl.concat_list(name)
            said = choices.list.eval(pl.lit(f"{name}=") + pl.element()).list.drop_nulls().list.sort().list.join(BETWEEN)
            parts.append(pl.when(said != "").then(said))
        return pl.concat_str(parts, separator=BETWEEN, ignore_nulls=True) if parts else pl.lit("")


def _fields(grounds: list[Any], rules: Catalogue) -> frozenset[str]:
    """The fields that these grounds ask about, as far as that edition knows their lists."""
    return fields_looked_at([one for one in grounds if one.listed is None or one.listed in rules.lists], rules)


def _by_role(name: str, field: str | None, fields: pl.DataFrame) -> pl.Expr:
    column = _column(field, fields)
    if name in DAYS:
        column = column.str.to_date(strict=False)
    elif name == "duty_unmet":
        column = (column == YES).fill_null(value=False)
    elif field is not None and fields.schema[field] == pl.List(pl.String):
        column = pl.col(field).list.sort().list.join(BETWEEN)
    return column.alias(name)


def _column(field: str | None, fields: pl.DataFrame) -> pl.Expr:
    return pl.lit(None, pl.String) if field is None or field not in fields.columns else pl.col(field)


def _industry(kind: Kind) -> str | None:
    return next((name for name, rule in kind.fields.items() if rule.vocabulary == "INDUSTRY" and rule.public), None)


def _division() -> pl.Expr:
    """The division whose organ gave the unified social credit code."""
    digits = pl.col("code").str.slice(*DIVISION)
    held = (pl.col("code").str.len_chars() == LENGTH) & digits.str.contains("^[0-9]{6}$")
    return pl.when(held).then(digits).otherwise(pl.lit(UNKNOWN))


def _band() -> pl.Expr:
    chosen = pl.lit(UNKNOWN)
    for name, (low, _) in BANDS.items():
        chosen = pl.when(pl.col("capital") >= low).then(pl.lit(name)).otherwise(chosen)
    return chosen
