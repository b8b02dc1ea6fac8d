"""The fields of a kind as they stand in one file: which column holds what, and how its choices are spelt."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import Choice, FieldRole, FieldRule, FieldType, Kind

OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A kind, and under which header of the file each of its fields stands (`headers`: field identifier -> header)."""

    kind_name: str
    kind: Kind
    catalogue: Catalogue
    headers: Mapping[str, str]

    def header(self, name: str) -> str:
        """What the clerk calls a field: the file's own header, or the official name when it has no column."""
        return self.headers.get(name, self.kind.fields[name].name_zh)

    def field(self, role: FieldRole) -> str | None:
        """The field that has a role in this kind."""
        return next((name for name, rule in self.kind.fields.items() if rule.role is role), None)

    def present(self, *types: FieldType) -> dict[str, FieldRule]:
        """The fields of these types that have a column in the file."""
        return {name: rule for name, rule in self.kind.fields.items() if rule.type in types and name in self.headers}

    def other_codes(self) -> tuple[str, ...]:
        """The fields for codes other than the unified social credit code that have a column."""
        found = self.present(FieldType.TEXT, FieldType.CODE)
        return tuple(name for name, rule in found.items() if rule.role is FieldRole.SUBJECT_OTHER_CODE)

    def choices(self, name: str) -> Mapping[str, Choice]:
        """The choices of a field, by identifier."""
        return self.catalogue.vocabularies[self.kind.fields[name].vocabulary or ""].choices


def text(name: str) -> pl.Expr:
    """What the file says in a field: String."""
    return pl.col(f"{name}:text")


def value(name: str) -> pl.Expr:
    """What a field's text means: String, Date, Decimal(20, 6) or List(String); null when it is empty or unreadable."""
    return pl.col(name)


def note(name: str, what: str) -> pl.Expr:
    """What was found out about a field: `valid`, `scheme`, `reasons` of a code; `control` of a text."""
    return pl.col(f"{name}:{what}")
