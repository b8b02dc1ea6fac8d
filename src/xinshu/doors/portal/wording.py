"""Words for the pages: official names and plain sentences from the catalogue, ready for a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldType, Kind, Role
from xinshu.law.public_form import law_phrase

Words = tuple[str, str]
"""Chinese, English."""

TOLD_APART = frozenset({Role.SUBJECT_NAME, Role.DOCUMENT_NUMBER, Role.DECIDED_ON, Role.ORGAN_NAME, Role.ORGAN_CODE})
"""Fields that a record's page tells in its head, not in its table of fields."""


@dataclass(frozen=True, slots=True)
class FieldWords:
    """One line of a record's table: label and value."""

    label: Words
    value: str


@dataclass(frozen=True, slots=True)
class RecordWords:
    """A public form with everything a template shows of it in words."""

    form: Mapping[str, Any]
    kind: Kind
    severity: Words | None
    law: Words
    fields: tuple[FieldWords, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The catalogue of the day, asked for words."""

    catalogue: Catalogue

    def kind(self, name: str) -> Kind:
        """The kind of that name."""
        return self.catalogue.kinds[name]

    def in_order(self, counts: Mapping[str, int]) -> list[tuple[str, int]]:
        """Counts by kind in the official order of the catalogue."""
        return [(name, counts[name]) for name in self.catalogue.kinds if name in counts]

    def choice(self, vocabulary: str, value: str) -> Words:
        """The official names of one value of a vocabulary."""
        choice = self.catalogue.vocabularies[vocabulary].choices[value]
        return choice.name_zh, choice.name_en

    def subject_kind(self, value: str) -> Words:
        """The official names of a kind of subject."""
        return self.choice("SUBJECT_KIND", value)

    def record(self, form: Mapping[str, Any]) -> RecordWords:
        """A public form in words."""
        kind = self.kind(form["kind"])
        severity = form["severity"] and self.choice("SEVERITY", form["severity"])
        law = law_phrase(form["basis"]["id"], form["basis"]["article"], self.catalogue)
        return RecordWords(form, kind, severity, law, tuple(self._fields(kind, form["fields"])))

    def _fields(self, kind: Kind, values: Mapping[str, Any]) -> list[FieldWords]:
        """In the order of the kind; what the page's head tells is left out."""
        lines = []
        for name, rule in kind.fields.items():
            if name in values and rule.role not in TOLD_APART:
                said = self._said(rule.vocabulary, values[name])
                unit = " 万元" if rule.type is FieldType.DECIMAL else ""
                lines.append(FieldWords((rule.name_zh, rule.name_en), said + unit))
        return lines

    def _said(self, vocabulary: str | None, value: str | list[str]) -> str:
        if vocabulary is None:
            return str(value)
        values = value if isinstance(value, list) else [value]
        return "；".join("{} {}".format(*self.choice(vocabulary, item)) for item in values)
