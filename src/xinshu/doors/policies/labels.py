"""What a report calls a division, a section of industry, and a type and size of body."""

from dataclasses import dataclass
from typing import Final

from xinshu.bulk.assessment import UNKNOWN
from xinshu.doors.portal.wording import Words
from xinshu.law.catalogue import Catalogue

UNKNOWN_WORDS: Final[Words] = ("未知", "unknown")
BANDS: Final[dict[str, Words]] = {
    "BELOW_1M": ("注册资本不足100万元", "capital below 1 million yuan"),
    "FROM_1M": ("注册资本100万元以上", "capital from 1 million yuan"),
    "FROM_10M": ("注册资本1000万元以上", "capital from 10 million yuan"),
    "FROM_100M": ("注册资本1亿元以上", "capital from 100 million yuan"),
    UNKNOWN: ("注册资本未知", "capital unknown"),
}


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of the proposed edition, so that a report can be read by itself."""

    catalogue: Catalogue

    def division(self, value: str) -> Words:
        """A province."""
        found = self.catalogue.divisions.get(value[:2])
        return self._or_unknown(value) if found is None else (found.name_zh, found.name_en)

    def industry(self, value: str) -> Words:
        """A section of GB/T 4754."""
        vocabulary = self.catalogue.vocabularies.get("INDUSTRY")
        found = None if vocabulary is None else vocabulary.choices.get(value)
        return self._or_unknown(value) if found is None else (f"{value} {found.name_zh}", found.name_en)

    def size(self, value: str) -> Words:
        """A type of body and its registered capital."""
        kind, _, band = value.partition("/")
        names = self.catalogue.vocabularies["SUBJECT_KIND"].choices[kind]
        zh, en = BANDS[band]
        return f"{names.name_zh} · {zh}", f"{names.name_en}, {en}"

    def _or_unknown(self, value: str) -> Words:
        return UNKNOWN_WORDS if value == UNKNOWN else (value, "")
