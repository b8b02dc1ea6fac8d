"""Is the catalogue sound? Bases, ranks, periods, references and the limits of a local supplement, all in one run."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import combinations
from typing import Any

from xinshu.kit.period import Period
from xinshu.law.agencies import agency_faults
from xinshu.law.articles import article_faults
from xinshu.law.case_terms import case_term_faults
from xinshu.law.catalogue import NATIONAL, Catalogue, Entries, Entry, assemble, covers, read
from xinshu.law.doubts import SCOPE_RANKS
from xinshu.law.duty_checks import duty_faults
from xinshu.law.entries import (
    ClassTable,
    Dated,
    FieldRole,
    FieldType,
    HolidayNotice,
    Instrument,
    Kind,
    Regime,
    Scheme,
    Sourced,
)
from xinshu.law.fairness_checks import fairness_faults
from xinshu.law.general import general_faults
from xinshu.law.holidays import year_calendar
from xinshu.law.layer_checks import layer_faults
from xinshu.law.list_checks import list_faults
from xinshu.law.look_checks import look_faults
from xinshu.law.measure_checks import measure_faults
from xinshu.law.protected import protected_faults
from xinshu.law.quality import quality_faults
from xinshu.law.reading import Fault, Page, Path, Rule
from xinshu.law.refusal_checks import refusal_faults
from xinshu.law.repair_checks import repair_faults
from xinshu.law.terms import (
    Area,
    Audience,
    Certainty,
    Channel,
    Condition,
    CourtPlan,
    Effect,
    ListExit,
    ListingStep,
    Mark,
    MeasureClass,
    MeasureEnd,
    Nature,
    Penalty,
    Procedure,
    Rank,
    Relation,
    Remedy,
    Severity,
    Signer,
    Standing,
    SubjectKind,
    TermKind,
    UseContext,
)
from xinshu.law.verdict import ReasonCode

WANTED_ROLES = frozenset(
    {
        FieldRole.SUBJECT_CODE,
        FieldRole.SUBJECT_NAME,
        FieldRole.DOCUMENT_NUMBER,
        FieldRole.DECIDED_ON,
        FieldRole.ORGAN_CODE,
        FieldRole.ORGAN_NAME,
    }
)

VOCABULARIES: Mapping[str, type[StrEnum]] = {
    "RANK": Rank,
    "CERTAINTY": Certainty,
    "SUBJECT_KIND": SubjectKind,
    "AUDIENCE": Audience,
    "EFFECT": Effect,
    "SEVERITY": Severity,
    "PROCEDURE": Procedure,
    "PENALTY": Penalty,
    "AREA": Area,
    "REPAIR_CONDITION": Condition,
    "REPAIR_CHANNEL": Channel,
    "COURT_PLAN": CourtPlan,
    "NATURE": Nature,
    "MEASURE_CLASS": MeasureClass,
    "USE_CONTEXT": UseContext,
    "RELATION": Relation,
    "STANDING": Standing,
    "MEASURE_END": MeasureEnd,
    "LISTING_STEP": ListingStep,
    "SIGNER": Signer,
    "LIST_EXIT": ListExit,
}
"""Each enumeration of the law has its official names in the vocabulary of that name."""


def build(pages: Iterable[Page]) -> tuple[Catalogue | None, tuple[Fault, ...]]:
    """The catalogue of these pages, or every fault that stands in the way."""
    entries, faults = read(pages)
    faults += _check(entries)
    if faults:
        return None, tuple(sorted(set(faults)))
    return assemble(entries), ()


def _check(entries: Entries) -> list[Fault]:
    checks = (
        _bases,
        _instruments,
        article_faults,
        _scope_ranks,
        _kinds,
        _schemes,
        _class_tables,
        _calendar,
        protected_faults,
        quality_faults,
        agency_faults,
        case_term_faults,
        repair_faults,
        duty_faults,
        general_faults,
        measure_faults,
        fairness_faults,
        list_faults,
        _vocabularies,
        _sentences,
        refusal_faults,
        layer_faults,
        look_faults,
    )
    return [fault for check in checks for fault in check(entries)]


# --- bases ----------------------------------------------------------------------------------------


def _bases(entries: Entries) -> Iterator[Fault]:
    """Every value rests on a known instrument that is in force as long as the value is."""
    for chapter in entries.values():
        for entry in (*chapter.values(), *chapter.broken.values()):
            yield from _unknown_bases(entries, entry, entry.page.data[entry.name], ())
        for entry in chapter.values():
            for path, value, period in _sourced(entry.value, (), None):
                yield from _basis(entries, entry, path, value, period)


def _unknown_bases(entries: Entries, entry: Entry, raw: Any, path: Path) -> Iterator[Fault]:
    """Each stated `basis` that no instrument has, looked up as written, since the rest of the entry may be broken."""
    basis = raw.get("basis") if isinstance(raw, Mapping) else None
    if isinstance(basis, str) and basis.strip() and not entries["bases"].knows(basis):
        message = f"“{basis}” is in no bases/*.yaml; add the instrument, or rest the value on another"
        yield entry.fault((*path, "basis"), Rule.MISSING_BASIS, message)
    for key, child in _children(raw):
        yield from _unknown_bases(entries, entry, child, (*path, key))


def _sourced(value: Any, path: Path, period: Period | None) -> Iterator[tuple[Path, Sourced, Period | None]]:
    """Every sourced value at or below, with the period during which it must be covered by its basis."""
    if isinstance(value, Dated):
        period = value.period
    if isinstance(value, Sourced):
        yield path, value, period
    for key, child in _children(value):
        yield from _sourced(child, (*path, key), period)


def _children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, str | date | int | None):
        return
    if dataclasses.is_dataclass(value):
        for key, name in _shape(value.__class__):
            yield key, getattr(value, name)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple | list):
        yield from enumerate(value)


@cache
def _shape(of: Any) -> tuple[tuple[str, str], ...]:
    """The key of each field as it is written, and its name."""
    return tuple((item.metadata.get("key", item.name), item.name) for item in dataclasses.fields(of))


def _basis(entries: Entries, entry: Entry, path: Path, value: Sourced, period: Period | None) -> Iterator[Fault]:
    found = entries["bases"].get(value.basis)
    if found is None:
        return
    instrument: Instrument = found.value
    if period is not None and not period.within(instrument.period):
        until = instrument.until or "open"
        message = (
            f"“{value.basis}” is in force from {instrument.start} until {until}; "
            f"the value is to hold from {period.start} until {period.until or 'open'}"
        )
        yield entry.fault((*path, "basis"), Rule.BASIS_NOT_IN_FORCE, message)
    layer = entry.page.layer
    if instrument.division is not None and (layer == NATIONAL or not covers(instrument.division, layer)):
        message = f"“{value.basis}” is a regulation of {instrument.division} and holds there only, not for {layer}"
        yield entry.fault((*path, "basis"), Rule.OUTSIDE_DIVISION, message)


def _instruments(entries: Entries) -> Iterator[Fault]:
    """A local regulation says where it holds; a local supplement brings no instrument of the nation or of elsewhere."""
    for entry in entries["bases"].values():
        instrument: Instrument = entry.value
        division, local = instrument.division, entry.page.layer != NATIONAL
        if division is None and (local or instrument.rank is Rank.LOCAL_REGULATION):
            yield entry.fault(("division",), Rule.INCOMPLETE, "a local instrument states its division (GB/T 2260)")
        elif division is not None and not _is_division(division):
            yield entry.fault(("division",), Rule.UNKNOWN_VALUE, f"“{division}” is no division code of six digits")
        elif division is not None and local and not covers(division, entry.page.layer):
            message = f"an instrument of {division} does not belong to the supplement of {entry.page.layer}"
            yield entry.fault(("division",), Rule.OUTSIDE_DIVISION, message)
        if local and instrument.rank in SCOPE_RANKS - {Rank.LOCAL_REGULATION}:
            message = f"a {instrument.rank} holds for the whole country; it belongs in national/bases"
            yield entry.fault(("rank",), Rule.OVERRIDES_NATIONAL, message)


def _is_division(code: str) -> bool:
    return len(code) == 6 and code.isdecimal() and code.strip("0") != ""


def _scope_ranks(entries: Entries) -> Iterator[Fault]:
    """What may be recorded, and what may be shown, needs a basis of the right rank (Opinions arts. 6, 8)."""
    for entry in entries["kinds"].values():
        kind: Kind = entry.value
        yield from _rank(entries, entry, ("basis",), kind.basis)
        if kind.publication is not None:
            yield from _rank(entries, entry, ("publication", "basis"), kind.publication.basis)


def _rank(entries: Entries, entry: Entry, path: Path, basis: str) -> Iterator[Fault]:
    found = entries["bases"].get(basis)
    if found is not None and found.value.rank not in SCOPE_RANKS:
        message = f"“{basis}” is a {found.value.rank}; a kind needs one of: {', '.join(sorted(SCOPE_RANKS))}"
        yield entry.fault(path, Rule.RANK_TOO_LOW, message)


# --- kinds ----------------------------------------------------------------------------------------


def _kinds(entries: Entries) -> Iterator[Fault]:
    categories = entries["categories"]
    numbers = {entry.value.number for entry in categories.values()}
    for entry in entries["kinds"].values():
        kind: Kind = entry.value
        if kind.category not in numbers and not categories.broken:
            yield entry.fault(("category",), Rule.MISSING_REFERENCE, f"no category has the number {kind.category}")
        if kind.retention.months is not None and not 1 <= kind.retention.months <= 1200:
            yield entry.fault(("retention", "months"), Rule.OUT_OF_RANGE, "months lie between 1 and 1200")
        yield from _publication(entries, entry, kind)
        yield from _fields(entries, entry, kind)


def _publication(entries: Entries, entry: Entry, kind: Kind) -> Iterator[Fault]:
    if kind.audience is Audience.PUBLIC and (kind.publication is None or kind.publicity is None):
        message = "a public kind states its `publication` basis and the `publicity` scheme of its terms"
        yield entry.fault(("audience",), Rule.INCOMPLETE, message)
    if kind.publicity is not None and not entries["publicity"].knows(kind.publicity):
        message = f"“{kind.publicity}” is in no publicity/*.yaml"
        yield entry.fault(("publicity",), Rule.MISSING_REFERENCE, message)


def _fields(entries: Entries, entry: Entry, kind: Kind) -> Iterator[Fault]:
    seen: dict[FieldRole, str] = {}
    for name, rule in kind.fields.items():
        path = ("fields", name)
        choice = rule.type in (FieldType.CHOICE, FieldType.CHOICES)
        if choice and not entries["vocabularies"].knows(rule.vocabulary or ""):
            message = f"“{rule.vocabulary}” is in no vocabularies/*.yaml"
            yield entry.fault((*path, "vocabulary"), Rule.MISSING_REFERENCE, message)
        if rule.type is FieldType.PERSONAL and rule.public:
            yield entry.fault((*path, "public"), Rule.INCOMPLETE, "a PERSONAL field is never public (G18)")
        if rule.role is not None and rule.role is not FieldRole.SUBJECT_OTHER_CODE and rule.role in seen:
            message = f"the role {rule.role} is taken by {seen[rule.role]}"
            yield entry.fault((*path, "role"), Rule.DUPLICATE_KEY, message)
        elif rule.role is not None:
            seen[rule.role] = name
    missing = WANTED_ROLES - seen.keys()
    if missing:
        yield entry.fault(("fields",), Rule.INCOMPLETE, f"no field has the role {', '.join(sorted(missing))}")


# --- terms and classes ----------------------------------------------------------------------------


def _schemes(entries: Entries) -> Iterator[Fault]:
    for entry in entries["publicity"].values():
        scheme: Scheme = entry.value
        if not scheme.regimes:
            yield entry.fault(("regimes",), Rule.INCOMPLETE, "a scheme has at least one regime")
        yield from _apart(entry, {("regimes", name): regime.period for name, regime in scheme.regimes.items()})
        for name, regime in scheme.regimes.items():
            yield from _rows(entry, name, regime)


def _rows(entry: Entry, name: str, regime: Regime) -> Iterator[Fault]:
    yield from _distinct_rows(entry, ("regimes", name, "rows"), regime.rows)
    if not regime.rows:
        yield entry.fault(("regimes", name, "rows"), Rule.INCOMPLETE, "a regime has at least one row")
    for index, row in enumerate(regime.rows):
        path = ("regimes", name, "rows", index)
        if row.term in (TermKind.FIXED, TermKind.DEPARTMENT_RULE) and row.max_months is None:
            yield entry.fault((*path, "max_months"), Rule.INCOMPLETE, f"a {row.term} term states its max_months")
        if row.max_months is not None and (row.min_months or 0) > row.max_months:
            message = f"min_months {row.min_months} is more than max_months {row.max_months}"
            yield entry.fault((*path, "min_months"), Rule.OUT_OF_RANGE, message)
        if any(months is not None and not 0 <= months <= 600 for months in (row.min_months, row.max_months)):
            yield entry.fault(path, Rule.OUT_OF_RANGE, "months lie between 0 and 600")
        for department, months in row.department_months.items():
            if not (row.max_months or 0) <= months <= 600:
                message = "a department's rule begins where max_months end, and lies below 600"
                yield entry.fault((*path, "department_months", department), Rule.OUT_OF_RANGE, message)


def _class_tables(entries: Entries) -> Iterator[Fault]:
    by_department: dict[str | None, list[Entry]] = {}
    for entry in entries["severity"].values():
        table: ClassTable = entry.value
        by_department.setdefault(table.department, []).append(entry)
        yield from _distinct_rows(entry, ("rows",), table.rows)
        yield from _fines(entry, table)
    for tables in by_department.values():
        for one, other in combinations(tables, 2):
            if one.value.period.overlaps(other.value.period):
                message = f"{one.name} and {other.name} are tables of one department for the same days"
                yield other.fault(("from",), Rule.OVERLAPPING_PERIODS, message)


def _fines(entry: Entry, table: ClassTable) -> Iterator[Fault]:
    for index, row in enumerate(table.rows):
        if row.fine_from is not None and row.fine_below is not None and row.fine_below <= row.fine_from:
            message = f"fine_below {row.fine_below} must be more than fine_from {row.fine_from}"
            yield entry.fault(("rows", index, "fine_below"), Rule.OUT_OF_RANGE, message)


def _apart(entry: Entry, periods: Mapping[Path, Period]) -> Iterator[Fault]:
    for (one, first), (other, second) in combinations(periods.items(), 2):
        if first.overlaps(second):
            message = f"its days overlap those of {one[-1]}; end one where the other begins"
            yield entry.fault((*other, "from"), Rule.OVERLAPPING_PERIODS, message)


def _distinct_rows(entry: Entry, path: Path, rows: Iterable[Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row.row in seen:
            yield entry.fault((*path, index, "row"), Rule.DUPLICATE_KEY, f"row “{row.row}” stands twice")
        seen.add(row.row)


# --- calendar -------------------------------------------------------------------------------------


def _calendar(entries: Entries) -> Iterator[Fault]:
    """One notice a year, and none that calls a day both off and worked."""
    years: dict[int, str] = {}
    for entry in entries["calendar"].values():
        notice: HolidayNotice = entry.value
        first = years.setdefault(notice.year, entry.name)
        if first != entry.name:
            yield entry.fault(("year",), Rule.DUPLICATE_KEY, f"{first} is already the notice of {notice.year}")
        try:
            year_calendar(notice)
        except ValueError as error:
            yield entry.fault(("holidays",), Rule.OUT_OF_RANGE, str(error))


# --- words ----------------------------------------------------------------------------------------


def _vocabularies(entries: Entries) -> Iterator[Fault]:
    for name, values in VOCABULARIES.items():
        entry = entries["vocabularies"].get(name)
        if entry is None:
            continue
        missing = {str(value) for value in values} - set(entry.value.choices)
        unknown = set(entry.value.choices) - {str(value) for value in values}
        if missing or unknown:
            message = f"missing: {', '.join(sorted(missing)) or '-'}; not known: {', '.join(sorted(unknown)) or '-'}"
            yield entry.fault(("choices",), Rule.INCOMPLETE, message)


def _sentences(entries: Entries) -> Iterator[Fault]:
    if not entries["reasons"]:
        return
    missing = sorted(code for code in (*ReasonCode, *Mark, *Remedy) if not entries["reasons"].knows(code))
    if missing:
        entry = next(iter(entries["reasons"].values()))
        yield entry.fault((), Rule.INCOMPLETE, f"these reasons have no sentence: {', '.join(missing)}")
