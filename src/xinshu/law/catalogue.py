"""The catalogue: every rule by its identifier, built from plain pages; nothing is built while a fault stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from xinshu.kit.workdays import WorkCalendar
from xinshu.law.deadlines import Deadline
from xinshu.law.duties import YearlyDuty
from xinshu.law.entries import (
    Category,
    ClassTable,
    Division,
    GeneralTerms,
    HolidayNotice,
    Instrument,
    Kind,
    Protected,
    QualityRule,
    ReturnRule,
    Scheme,
    Sentence,
    Vocabulary,
)
from xinshu.law.holidays import work_calendar
from xinshu.law.list_rules import ListRule
from xinshu.law.measure_rules import Measure, NationalItem, Power
from xinshu.law.reading import Fault, Page, Path, Reader, Rule
from xinshu.law.repair_rules import ChannelRule, RepairRegime

NATIONAL = "national"

LAYERED = ("kinds", "measures", "lists")
"""What a local supplement may add. Each of them has a name of its own, whatever its chapter."""

CHAPTERS: Mapping[str, type[Any]] = {
    "bases": Instrument,
    "categories": Category,
    "vocabularies": Vocabulary,
    "reasons": Sentence,
    "kinds": Kind,
    "publicity": Scheme,
    "severity": ClassTable,
    "calendar": HolidayNotice,
    "protected": Protected,
    "returns": ReturnRule,
    "quality": QualityRule,
    "agencies": Deadline,
    "deadlines": Deadline,
    "repair": RepairRegime,
    "channels": ChannelRule,
    "duties": YearlyDuty,
    "general": GeneralTerms,
    "divisions": Division,
    "national_list": NationalItem,
    "powers": Power,
    "measures": Measure,
    "lists": ListRule,
    "refusals": ReturnRule,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One edition of the law as data.

    `layers`: where each kind, measure and list comes from, "national" or a division code.
    """

    instruments: Mapping[str, Instrument]
    categories: Mapping[str, Category]
    vocabularies: Mapping[str, Vocabulary]
    sentences: Mapping[str, Sentence]
    kinds: Mapping[str, Kind]
    schemes: Mapping[str, Scheme]
    class_tables: Mapping[str, ClassTable]
    calendar: WorkCalendar
    protected: Mapping[str, Protected]
    returns: Mapping[str, ReturnRule]
    quality: Mapping[str, QualityRule]
    agencies: Mapping[str, Deadline]
    deadlines: Mapping[str, Deadline]
    repair: Mapping[str, RepairRegime]
    channels: Mapping[str, ChannelRule]
    duties: Mapping[str, YearlyDuty]
    general: Mapping[str, GeneralTerms]
    divisions: Mapping[str, Division]
    national_list: Mapping[str, NationalItem]
    powers: Mapping[str, Power]
    measures: Mapping[str, Measure]
    lists: Mapping[str, ListRule]
    refusals: Mapping[str, ReturnRule]
    layers: Mapping[str, str]

    def kind_on(self, name: str, day: date) -> Kind | None:
        """The kind, if it is in force on that day."""
        kind = self.kinds.get(name)
        return kind if kind is not None and day in kind.period else None

    def class_table_on(self, department: str | None, day: date) -> tuple[str, ClassTable] | None:
        """The class table of that department (None = the national words) for a matter of that day.

        It is the one in force, or else the first to come: a class counts under the regime that has classes, and a
        period holds for every day, so what is classed before that regime commences is classed by its first table.
        """
        own = [item for item in self.class_tables.items() if item[1].department == department]
        coming = [item for item in own if item[1].until is None or day < item[1].until]
        return min(coming, key=lambda item: item[1].start, default=None)

    def quality_on(self, day: date) -> dict[str, QualityRule]:
        """The bounds of quality in force on that day, by the measure's name; an edition may have none."""
        return {name: rule for name, rule in self.quality.items() if day in rule.period}

    def deadline_on(self, name: str, day: date) -> Deadline | None:
        """The term of that name in force on that day; an edition may have none."""
        rule = self.deadlines.get(name) or self.agencies.get(name)
        return rule if rule is not None and day in rule.period else None

    def repair_on(self, day: date) -> tuple[str, RepairRegime] | None:
        """The rules of repair in force on that day; an edition may have none."""
        return next(((name, rules) for name, rules in self.repair.items() if day in rules.period), None)

    def applies_in(self, name: str, division: str) -> bool:
        """Whether a kind, measure or list may be used there: national ones everywhere, local ones in their division."""
        layer = self.layers[name]
        return layer == NATIONAL or covers(layer, division)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as read: its identifier, value, and where it stands."""

    name: str
    value: Any
    page: Page

    @property
    def path(self) -> Path:
        """Its path in its page."""
        return (self.name,)

    def fault(self, path: Path, rule: Rule, message: str) -> Fault:
        """A fault below this entry."""
        return self.page.fault((self.name, *path), rule, message)


class Chapter(dict[str, Entry]):
    """The entries of a chapter by identifier; `broken` are those that are written but could not be read."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: dict[str, Entry] = {}

    def knows(self, name: str) -> bool:
        """Whether such an entry is written; a broken one has its own fault, what rests on it needs no second."""
        return name in self or name in self.broken


Entries = Mapping[str, Chapter]


def covers(outer: str, inner: str) -> bool:
    """Whether division `outer` is `inner` or contains it (GB/T 2260: two digits a level, 0 for none)."""
    stem = outer
    while stem.endswith("00"):
        stem = stem[:-2]
    return inner.startswith(stem)


def read(pages: Iterable[Page]) -> tuple[Entries, list[Fault]]:
    """Read every page; entries of each chapter by identifier, and all faults of shape met on the way."""
    entries = {chapter: Chapter() for chapter in CHAPTERS}
    faults: list[Fault] = []
    for page in sorted(pages, key=lambda page: (page.layer != NATIONAL, page.layer, page.proposed, page.file)):
        shape = CHAPTERS.get(page.chapter)
        if shape is None:
            known = ", ".join(CHAPTERS)
            faults.append(page.fault((), Rule.UNKNOWN_CHAPTER, f"“{page.chapter}” is no chapter; known are: {known}"))
            continue
        faults += _read_page(page, shape, entries[page.chapter])
    return entries, faults


def _read_page(page: Page, shape: type[Any], chapter: Chapter) -> list[Fault]:
    reader = Reader(page)
    for name in page.data:
        value = reader.entry(shape, (name,))
        earlier = chapter.get(name) or chapter.broken.get(name)
        if earlier is not None:
            national = page.layer != NATIONAL and earlier.page.layer == NATIONAL
            rule = Rule.OVERRIDES_NATIONAL if national else Rule.DUPLICATE_KEY
            reader.refuse((name,), rule, f"“{name}” stands already in {earlier.page.file}; give this one its own name")
        else:
            (chapter.broken if value is None else chapter)[name] = Entry(name, value, page)
    return reader.faults


def assemble(entries: Entries) -> Catalogue:
    """The catalogue of entries that were found without fault."""
    values = {
        chapter: MappingProxyType({name: entry.value for name, entry in found.items()})
        for chapter, found in entries.items()
    }
    return Catalogue(
        instruments=values["bases"],
        categories=values["categories"],
        vocabularies=values["vocabularies"],
        sentences=values["reasons"],
        kinds=values["kinds"],
        schemes=values["publicity"],
        class_tables=values["severity"],
        calendar=work_calendar(values["calendar"].values()),
        protected=values["protected"],
        returns=values["returns"],
        quality=values["quality"],
        agencies=values["agencies"],
        deadlines=values["deadlines"],
        repair=values["repair"],
        channels=values["channels"],
        duties=values["duties"],
        general=values["general"],
        divisions=values["divisions"],
        national_list=values["national_list"],
        powers=values["powers"],
        measures=values["measures"],
        lists=values["lists"],
        refusals=values["refusals"],
        layers=MappingProxyType(
            {name: entry.page.layer for chapter in LAYERED for name, entry in entries[chapter].items()}
        ),
    )
