"""The shapes of the catalogue: one frozen dataclass for each entry that a jurist writes in YAML.

An attribute's name is its YAML key; `start` stands for the key `from`. What is not declared here is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from xinshu.kit.period import Period
from xinshu.law.terms import (
    Area,
    Audience,
    Certainty,
    ClockStart,
    Effect,
    Penalty,
    Procedure,
    Rank,
    Severity,
    SubjectKind,
    TermKind,
    Transition,
)


class FieldType(StrEnum):
    """How a field's text is read. PERSONAL values are dropped at the door and counted."""

    TEXT = "TEXT"
    DATE = "DATE"
    DECIMAL = "DECIMAL"
    CODE = "CODE"
    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    PERSONAL = "PERSONAL"


class Need(StrEnum):
    """Whether a field must be filled."""

    MANDATORY = "MANDATORY"
    OPTIONAL = "OPTIONAL"


class Mask(StrEnum):
    """For whom a field that may be public is withheld all the same."""

    NONE = "NONE"
    INDIVIDUALS = "INDIVIDUALS"


class FieldRole(StrEnum):
    """What a field is to the platform, whatever its template calls it."""

    SUBJECT_NAME = "SUBJECT_NAME"
    SUBJECT_TYPE = "SUBJECT_TYPE"
    SUBJECT_CODE = "SUBJECT_CODE"
    SUBJECT_OTHER_CODE = "SUBJECT_OTHER_CODE"
    DOCUMENT_NUMBER = "DOCUMENT_NUMBER"
    ITEM = "ITEM"
    DECIDED_ON = "DECIDED_ON"
    SERVED_ON = "SERVED_ON"
    VALID_FROM = "VALID_FROM"
    EVENT_ON = "EVENT_ON"
    CLAIMED_END = "CLAIMED_END"
    ORGAN_NAME = "ORGAN_NAME"
    ORGAN_CODE = "ORGAN_CODE"
    SOURCE_NAME = "SOURCE_NAME"
    SOURCE_CODE = "SOURCE_CODE"
    LEGAL_BASIS = "LEGAL_BASIS"
    PENALTIES = "PENALTIES"
    FINE = "FINE"
    CONFISCATED = "CONFISCATED"
    PROCEDURE = "PROCEDURE"
    AREA = "AREA"
    SEVERITY = "SEVERITY"
    SEVERITY_ROW = "SEVERITY_ROW"
    PUBLICITY_REASON = "PUBLICITY_REASON"
    DUTY_UNMET = "DUTY_UNMET"
    STATUS = "STATUS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """Every value names the article it rests on, when a person last compared it with the text, and how sure we are."""

    basis: str
    article: str | None = None
    looked_at: date
    certainty: Certainty
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Sourced):
    """A sourced value in force from a day (included) until a day (excluded; none = open)."""

    start: date = field(metadata={"key": "from"})
    until: date | None = None

    @property
    def period(self) -> Period:
        """The days on which it is in force."""
        return Period(self.start, self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The official Chinese text of one article, word for word, and when a person last compared it with its source."""

    text: str
    looked_at: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A legal instrument: bases/*.yaml. `articles`: the texts that are held, by number; none where none is held."""

    title: str
    title_en: str
    number: str | None = None
    issuer: str
    rank: Rank
    division: str | None = None
    start: date = field(metadata={"key": "from"})
    until: date | None = None
    link: str | None = None
    text_hash: str | None = None
    articles: Mapping[str, Article] = field(default_factory=dict)
    looked_at: date
    certainty: Certainty
    note: str | None = None

    @property
    def period(self) -> Period:
        """The days on which it is in force."""
        return Period(self.start, self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Sourced):
    """One of the 13 categories of the national basic catalogue: categories/*.yaml."""

    number: int
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a vocabulary, with the spellings met in files. `ends`: it says that a record no longer holds."""

    name_zh: str
    name_en: str
    spellings: tuple[str, ...] = ()
    ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """A closed list of values and their official names: vocabularies/*.yaml."""

    name_zh: str
    name_en: str
    choices: Mapping[str, Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A division of the province level by its two digits (GB/T 2260): divisions.yaml."""

    name_zh: str
    name_en: str
    looked_at: date
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What a reason code says to a reader: reasons/*.yaml. `{basis}`, `{article}` and dates may stand inside."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """One field of a kind: its type, length, need, mask and whether it may be public.

    `free_text`: prose in which personal data may stand; it is masked there at the door (G17, G18), not refused.
    """

    name_zh: str
    name_en: str
    type: FieldType
    role: FieldRole | None = None
    length: int | None = None
    decimals: int | None = None
    vocabulary: str | None = None
    need: Need = Need.OPTIONAL
    mandatory_for: frozenset[str] = frozenset()
    mandatory_if_penalty: frozenset[Penalty] = frozenset()
    public: bool = False
    mask: Mask = Mask.NONE
    spellings: tuple[str, ...] = ()
    free_text: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Sourced):
    """How long a record is kept after it has ended, in months; none = as long as the register lasts."""

    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingTerm(Dated):
    """Within how many working days of its decision a record of this kind is to be filed."""

    workdays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationBasis(Sourced):
    """The article that lets records of this kind be shown to everyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Dated):
    """A kind of record: kinds/*.yaml, in the official order. `supplied_by`: which bodies would hand it in."""

    name_zh: str
    name_en: str
    plain_zh: str
    plain_en: str
    supplied_by_zh: str | None = None
    supplied_by_en: str | None = None
    category: int
    effect: Effect
    audience: Audience
    subjects: frozenset[SubjectKind]
    publication: PublicationBasis | None = None
    publicity: str | None = None
    retention: Retention
    filing_term: FilingTerm | None = None
    classed: bool = False
    template: str | None = None
    fields: Mapping[str, FieldRule]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The condition of a term row; every stated part must hold, an unstated one always does."""

    severity: frozenset[Severity] = frozenset()
    procedure: frozenset[Procedure] = frozenset()
    area: frozenset[Area] = frozenset()
    any_penalty: frozenset[Penalty] = frozenset()
    only_penalties: frozenset[Penalty] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """One row of a regime's table of terms; the first row whose condition holds is taken. Terms in months."""

    row: str
    when: When = When()
    term: TermKind
    min_months: int | None = None
    max_months: int | None = None
    only_with_reason: bool = False
    repairable: bool = True
    department_months: Mapping[str, int] = field(default_factory=dict)
    article: str | None = None
    looked_at: date
    certainty: Certainty
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime(Dated):
    """The rules of publicity of one time."""

    name_zh: str
    name_en: str
    clock: ClockStart
    to_older: Transition = Transition.SHORTER
    rows: tuple[TermRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Regimes that follow one another: publicity/*.yaml."""

    name_zh: str
    name_en: str
    regimes: Mapping[str, Regime]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One row of a class table. Fines in 10,000 yuan, `fine_from` included, `fine_below` excluded."""

    row: str
    matter_zh: str
    matter_en: str
    severity: Severity
    procedure: frozenset[Procedure] = frozenset()
    any_penalty: frozenset[Penalty] = frozenset()
    fine_from: Decimal | None = None
    fine_below: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTable(Dated):
    """A published class table: severity/*.yaml. Without a department it holds the national rule's own words."""

    name_zh: str
    name_en: str
    department: str | None = None
    rows: tuple[ClassRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected(Sourced):
    """Matter that no record may hold: protected.yaml (guard-rails G16, G17, G23).

    `headers`: names of columns for which a whole file is refused. `patterns`: regular expressions, of those that
    Python and Rust read alike, without look-around; a text in which one is found has its row returned. `zh`, `en`:
    what the sender is to do, one sentence each.
    """

    name_zh: str
    name_en: str
    zh: str
    en: str
    headers: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRule(Sourced):
    """By which article a row with a certain fault goes back: returns.yaml, by the fault's identifier.

    `zh`, `en`: what is told, where no check of a cell tells it: of a sound document that the register holds back.
    """

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralTerms:
    """Words of names that name nobody, and why: general.yaml. A search made of them alone finds only that very name."""

    name_zh: str
    name_en: str
    zh: str
    en: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule(Dated):
    """The bounds of one measure of intake's quality: quality/*.yaml. Shares from 0 to 1, included in the better band.

    `high_is_good`: GOOD from `good` on, FAIR from `fair` on; else GOOD up to `good`, FAIR up to `fair`. `named_above`:
    beyond this share the monthly bulletin names the organ.
    """

    high_is_good: bool
    good: Decimal
    fair: Decimal
    named_above: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Days off of one holiday, both ends included, as the notice says them."""

    name_zh: str
    name_en: str
    start: date = field(metadata={"key": "from"})
    to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayNotice(Sourced):
    """The State Council's arrangement of a year's holidays: calendar/*.yaml."""

    year: int
    holidays: tuple[Holiday, ...]
    working_weekends: frozenset[date] = frozenset()
