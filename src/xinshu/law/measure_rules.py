"""What a record may lead to, as data: the shapes of national-list.yaml, powers/*.yaml and measures/*.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xinshu.law.entries import Dated, Sourced, When
from xinshu.law.terms import Certainty, MeasureClass, MeasureEnd, Nature, Relation, Standing, SubjectKind, UseContext

SURE = frozenset({Certainty.SOURCE, Certainty.HIGH})
"""A row of which we are less sure than this is used only after a jurist has adopted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalItem(Dated):
    """One penalty measure of the closed national basic list, with its class: national_list.yaml.

    `contexts`: the matters in which it can be met. A class milder than class I is had in these alone, so that nobody
    has it by naming an item.
    """

    name_zh: str
    name_en: str
    measure_class: MeasureClass = field(metadata={"key": "class"})
    contexts: frozenset[UseContext] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(Dated):
    """What one article allows, as a jurist reads it: powers/*.yaml. A measure reaches no further than its power.

    `natures`, `contexts`: what it allows at all. `subjects`, `relations`: whom it names. `kinds`, `lists`: on account
    of what. `months`: for how long at most, where the article says so; `for_life`: that it says so. The text of the
    article itself stands with its instrument (bases/*.yaml) where we hold it.
    """

    name_zh: str
    name_en: str
    natures: frozenset[Nature]
    contexts: frozenset[UseContext]
    subjects: frozenset[SubjectKind]
    relations: frozenset[Relation] = frozenset({Relation.ITSELF})
    kinds: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    months: int | None = None
    for_life: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason for which a measure applies: records of a `kind`, or entries of a `list` (one of them, not both).

    `when`: of which records of the kind; `says`: which choices stand in their fields, by the field's identifier. Every
    stated part must hold. `power`: the article that allows it. `at_least`: so many of them; no law counts so, and the
    key is here so that a draft that does is refused with the article (G5).
    """

    row: str
    power: str
    kind: str | None = None
    listed: str | None = field(default=None, metadata={"key": "list"})
    when: When = field(default_factory=When)
    says: Mapping[str, frozenset[str]] = field(default_factory=dict)
    subjects: frozenset[SubjectKind]
    relations: frozenset[Relation] = frozenset({Relation.ITSELF})
    at_least: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When a measure ends. `months`: AFTER_MONTHS, counted from the decision; `zh`, `en`: the event of AT_EVENT;
    `article`: which article of the power's instrument says so, wanted for FOR_LIFE."""

    end: MeasureEnd = MeasureEnd.WITH_GROUND
    months: int | None = None
    article: str | None = None
    zh: str | None = None
    en: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption(Sourced):
    """That a jurist looked at a row of which we were not sure, and answers for it; `by`: which office. It cures doubt
    about a fact, never a rank that is too low."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Dated):
    """One measure: measures/*.yaml. Its class is derived from `item`, its place in the national list, never declared.

    `local_only`: it asks where a subject is registered, or counts only what one place gives. `sold`: money is asked
    for it. Neither is lawful; both are keys so that a draft that says so is refused with the article.
    `unprompted`: an incentive that is given without being applied for, where the context allows.
    `why_zh`, `why_en`: why an INACTIVE one is not used.
    """

    name_zh: str
    name_en: str
    plain_zh: str
    plain_en: str
    nature: Nature
    item: str | None = None
    contexts: frozenset[UseContext]
    applied_by_zh: str
    applied_by_en: str
    grounds: tuple[Ground, ...]
    ending: Ending = field(default_factory=Ending)
    unprompted: bool = False
    local_only: bool = False
    sold: bool = False
    standing: Standing
    why_zh: str | None = None
    why_en: str | None = None
    adopted: Adoption | None = None


def class_of(measure: Measure, national_list: Mapping[str, NationalItem]) -> MeasureClass | None:
    """The class of a measure: that of its place in the closed national list; every other restraint is of class I.

    An incentive has none. Nothing that calls itself mild is taken at its word (Opinions art. 12).
    """
    if measure.nature is Nature.INCENTIVE:
        return None
    item = national_list.get(measure.item or "")
    return MeasureClass.CLASS_I if item is None else item.measure_class
