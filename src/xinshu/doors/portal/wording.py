"""Words for the pages: official names and plain sentences from the catalogue, ready for a template."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from xinshu.law.articles import anchor
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldRule, FieldType, Kind, TermRow, When
from xinshu.law.public_form import law_phrase
from xinshu.law.terms import Remedy

Words = tuple[str, str]
"""Chinese, English."""

BOTH: Final = re.compile(r"(.*?。)\s*([A-Z“].*)", re.DOTALL)
"""A sentence in Chinese and the same in English, as errors say it (kit.errors)."""

TOLD_APART = frozenset(
    {
        FieldRole.SUBJECT_NAME,
        FieldRole.DOCUMENT_NUMBER,
        FieldRole.DECIDED_ON,
        FieldRole.ORGAN_NAME,
        FieldRole.ORGAN_CODE,
    }
)
"""Fields that a record's page tells in its head, not in its table of fields."""


def parted(text: str) -> Words:
    """What an error says, its Chinese and its English apart; all of it is Chinese where no English follows."""
    found = BOTH.fullmatch(text)
    return (text, "") if found is None else (found[1], found[2])


@dataclass(frozen=True, slots=True)
class FieldWords:
    """One line of a record's table: its label, and its text or the official names of what was chosen."""

    label: Words
    value: str
    choices: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordWords:
    """A public form with everything a template shows of it in words. `place`: its article on the page of its basis."""

    form: Mapping[str, Any]
    kind: Kind
    severity: Words | None
    law: Words
    basis_page: bool
    place: str
    fields: tuple[FieldWords, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The catalogue of the day, asked for words."""

    catalogue: Catalogue

    def kind(self, name: str) -> Kind:
        """The kind of that name."""
        return self.catalogue.kinds[name]

    def counts(self, counts: Mapping[str, int]) -> list[tuple[str, Kind, int]]:
        """Counts by kind, with the kind itself, in the official order of the catalogue."""
        return [(name, kind, counts[name]) for name, kind in self.catalogue.kinds.items() if name in counts]

    def choice(self, vocabulary: str, value: str) -> Words:
        """The official names of one value of a vocabulary."""
        choice = self.catalogue.vocabularies[vocabulary].choices[value]
        return choice.name_zh, choice.name_en

    def chosen(self, vocabulary: str, values: Collection[str]) -> list[Words]:
        """The official names of several values, in the order of the vocabulary."""
        return [
            self.choice(vocabulary, value)
            for value in self.catalogue.vocabularies[vocabulary].choices
            if value in values
        ]

    def remedies(self) -> list[Words]:
        """Where one can go with a decision itself, and until when, as the catalogue of the day says."""
        found = (self.catalogue.sentences.get(name) for name in Remedy)
        return [(said.zh, said.en) for said in found if said is not None]

    def condition(self, when: When) -> list[tuple[str, list[Words]]]:
        """The stated parts of a term's condition: the attribute, and the official names of its values."""
        vocabularies = {
            "severity": "SEVERITY",
            "procedure": "PROCEDURE",
            "area": "AREA",
            "any_penalty": "PENALTY",
            "only_penalties": "PENALTY",
        }
        parts = [(part, self.chosen(vocabulary, getattr(when, part))) for part, vocabulary in vocabularies.items()]
        return [(part, names) for part, names in parts if names]

    def departments(self, row: TermRow) -> list[tuple[Words, int]]:
        """The months of each department's own rule, where a row leaves them to departments."""
        return [(self.choice("DEPARTMENT", name), months) for name, months in row.department_months.items()]

    def record(self, form: Mapping[str, Any]) -> RecordWords:
        """A public form in words."""
        kind = self.kind(form["kind"])
        severity = form["severity"] and self.choice("SEVERITY", form["severity"])
        basis, article = form["basis"]["id"], form["basis"]["article"]
        law = law_phrase(basis, article, self.catalogue)
        fields = tuple(self._fields(kind, form["fields"]))
        known = basis in self.catalogue.instruments
        return RecordWords(form, kind, severity, law, known, self.place(basis, article), fields)

    def place(self, basis: str | None, article: str | None) -> str:
        """Where an article stands on the page of its instrument (`#article-6`); empty where its text is not held."""
        instrument = self.catalogue.instruments.get(basis or "")
        number = anchor(article or "")
        return f"#article-{number}" if instrument is not None and number in instrument.articles else ""

    def _fields(self, kind: Kind, values: Mapping[str, Any]) -> list[FieldWords]:
        """In the order of the kind; what is empty, and what the page's head tells, is left out."""
        return [
            self._field(rule, values[name])
            for name, rule in kind.fields.items()
            if values.get(name) and rule.role not in TOLD_APART
        ]

    def _chosen(self, vocabulary: str, value: str) -> Words:
        """What was chosen when the record was filed may have left the vocabulary since; then it stands as filed."""
        known = value in self.catalogue.vocabularies[vocabulary].choices
        return self.choice(vocabulary, value) if known else (value, "")

    def _field(self, rule: FieldRule, value: str | list[str]) -> FieldWords:
        label = (rule.name_zh, rule.name_en)
        if rule.vocabulary is not None:
            values = value if isinstance(value, list) else [value]
            return FieldWords(label, "", tuple(self._chosen(rule.vocabulary, item) for item in values))
        return FieldWords(label, money(str(value)) if rule.type is FieldType.DECIMAL else str(value))


def money(text: str) -> str:
    """An amount in 万元 (10,000 yuan) as filed, and in yuan, so that nobody misreads it: 0.2 万元（2,000 元）."""
    yuan = f"{Decimal(text) * 10_000:,.2f}".removesuffix(".00")
    return f"{text} 万元（{yuan} 元）"
