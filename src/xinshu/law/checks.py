"""Is the catalogue sound? Bases, ranks, periods, references and the limits of a local supplement, all in one run."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import combinations
from typing import Any

from xinshu.kit.period import Period
from xinshu.law.catalogue import NATIONAL, Catalogue, Entries, Entry, assemble, covers, read
from xinshu.law.entries import (
    ClassTable,
    Dated,
    FieldType,
    Instrument,
    Kind,
    Regime,
    Role,
    Scheme,
    Sourced,
)
from xinshu.law.reading import Fault, Page, Path, Rule
from xinshu.law.terms import (
    Area,
    Audience,
    Certainty,
    Effect,
    Penalty,
    Procedure,
    Rank,
    Severity,
    SubjectKind,
    TermKind,
)
from xinshu.law.verdict import ReasonCode

SCOPE_RANKS = frozenset({Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.LOCAL_REGULATION, Rank.CENTRAL_DOCUMENT})
"""Opinions art. 6: only these may say what public credit information is."""

LOCAL_CHAPTERS = frozenset({"bases", "kinds", "publicity"})

WANTED_ROLES = frozenset(
    {Role.SUBJECT_CODE, Role.SUBJECT_NAME, Role.DOCUMENT_NUMBER, Role.DECIDED_ON, Role.ORGAN_CODE, Role.ORGAN_NAME}
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
    checks = (_bases, _scope_ranks, _kinds, _schemes, _class_tables, _vocabularies, _sentences, _layers)
    return [fault for check in checks for fault in check(entries)]


# --- bases ----------------------------------------------------------------------------------------


def _bases(entries: Entries) -> Iterator[Fault]:
    """Every value rests on a known instrument that is in force as long as the value is."""
    for chapter in entries.values():
        for entry in chapter.values():
            for path, value, period in _sourced(entry.value, (), None):
                yield from _basis(entries, entry, path, value, period)


def _sourced(value: Any, path: Path, period: Period | None) -> Iterator[tuple[Path, Sourced, Period | None]]:
    """Every sourced value at or below, with the period during which it must be covered by its basis."""
    if isinstance(value, Dated):
        period = value.period
    if isinstance(value, Sourced):
        yield path, value, period
    for key, child in _children(value):
        yield from _sourced(child, (*path, key), period)


def _children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if dataclasses.is_dataclass(value):
        for item in dataclasses.fields(value):
            yield item.metadata.get("key", item.name), getattr(value, item.name)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from enumerate(value)


def _basis(entries: Entries, entry: Entry, path: Path, value: Sourced, period: Period | None) -> Iterator[Fault]:
    found = entries["bases"].get(value.basis)
    if found is None:
        message = f"“{value.basis}” is in no bases/*.yaml; add the instrument, or rest the value on another"
        yield entry.fault((*path, "basis"), Rule.MISSING_BASIS, message)
        return
    instrument: Instrument = found.value
    if period is not None and not period.within(instrument.period):
        until = instrument.until or "open"
        message = (
            f"“{value.basis}” is in force from {instrument.start} until {until}; "
            f"the value is to hold from {period.start} until {period.until or 'open'}"
        )
        yield entry.fault((*path, "basis"), Rule.BASIS_NOT_IN_FORCE, message)


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
    numbers = {entry.value.number for entry in entries["categories"].values()}
    for entry in entries["kinds"].values():
        kind: Kind = entry.value
        if kind.category not in numbers:
            yield entry.fault(("category",), Rule.MISSING_REFERENCE, f"no category has the number {kind.category}")
        yield from _publication(entries, entry, kind)
        yield from _fields(entries, entry, kind)


def _publication(entries: Entries, entry: Entry, kind: Kind) -> Iterator[Fault]:
    if kind.audience is Audience.PUBLIC and (kind.publication is None or kind.publicity is None):
        message = "a public kind states its `publication` basis and the `publicity` scheme of its terms"
        yield entry.fault(("audience",), Rule.INCOMPLETE, message)
    if kind.publicity is not None and kind.publicity not in entries["publicity"]:
        message = f"“{kind.publicity}” is in no publicity/*.yaml"
        yield entry.fault(("publicity",), Rule.MISSING_REFERENCE, message)


def _fields(entries: Entries, entry: Entry, kind: Kind) -> Iterator[Fault]:
    seen: dict[Role, str] = {}
    for name, rule in kind.fields.items():
        path = ("fields", name)
        if rule.type in (FieldType.CHOICE, FieldType.CHOICES) and rule.vocabulary not in entries["vocabularies"]:
            message = f"“{rule.vocabulary}” is in no vocabularies/*.yaml"
            yield entry.fault((*path, "vocabulary"), Rule.MISSING_REFERENCE, message)
        if rule.type is FieldType.PERSONAL and rule.public:
            yield entry.fault((*path, "public"), Rule.INCOMPLETE, "a PERSONAL field is never public (G18)")
        if rule.role is not None and rule.role is not Role.SUBJECT_OTHER_CODE and rule.role in seen:
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
        yield from _apart(entry, {("regimes", name): regime.period for name, regime in scheme.regimes.items()})
        for name, regime in scheme.regimes.items():
            yield from _rows(entry, name, regime)


def _rows(entry: Entry, name: str, regime: Regime) -> Iterator[Fault]:
    yield from _distinct_rows(entry, ("regimes", name, "rows"), regime.rows)
    for index, row in enumerate(regime.rows):
        path = ("regimes", name, "rows", index)
        if row.term in (TermKind.FIXED, TermKind.DEPARTMENT_RULE) and row.max_months is None:
            yield entry.fault((*path, "max_months"), Rule.INCOMPLETE, f"a {row.term} term states its max_months")
        if (row.min_months or 0) > (row.max_months or row.min_months or 0):
            message = f"min_months {row.min_months} is more than max_months {row.max_months}"
            yield entry.fault((*path, "min_months"), Rule.OUT_OF_RANGE, message)
        if any(months is not None and not 0 <= months <= 600 for months in (row.min_months, row.max_months)):
            yield entry.fault(path, Rule.OUT_OF_RANGE, "months lie between 0 and 600")


def _class_tables(entries: Entries) -> Iterator[Fault]:
    by_department: dict[str | None, list[Entry]] = {}
    for entry in entries["severity"].values():
        table: ClassTable = entry.value
        by_department.setdefault(table.department, []).append(entry)
        yield from _distinct_rows(entry, ("rows",), table.rows)
    for tables in by_department.values():
        for one, other in combinations(tables, 2):
            if one.value.period.overlaps(other.value.period):
                message = f"{one.name} and {other.name} are tables of one department for the same days"
                yield other.fault(("from",), Rule.OVERLAPPING_PERIODS, message)


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
    missing = sorted(set(ReasonCode) - set(entries["reasons"]))
    if missing:
        entry = next(iter(entries["reasons"].values()))
        yield entry.fault((), Rule.INCOMPLETE, f"these reasons have no sentence: {', '.join(missing)}")


# --- layers ---------------------------------------------------------------------------------------


def _layers(entries: Entries) -> Iterator[Fault]:
    """What a local supplement may do: add kinds that rest on its own local regulation; nothing national changes."""
    for chapter, found in entries.items():
        for entry in found.values():
            if entry.page.layer == NATIONAL:
                continue
            if chapter not in LOCAL_CHAPTERS:
                message = f"a local supplement has {', '.join(sorted(LOCAL_CHAPTERS))} only"
                yield entry.fault((), Rule.OVERRIDES_NATIONAL, message)
            if chapter == "kinds":
                yield from _local_kind(entries, entry)


def _local_kind(entries: Entries, entry: Entry) -> Iterator[Fault]:
    kind: Kind = entry.value
    basis = entries["bases"].get(kind.basis)
    if basis is not None and basis.value.rank is not Rank.LOCAL_REGULATION:
        message = f"a local kind rests on a local regulation; “{kind.basis}” is a {basis.value.rank}"
        yield entry.fault(("basis",), Rule.RANK_TOO_LOW, message)
    elif basis is not None and not covers(basis.value.division or "", entry.page.layer):
        message = f"“{kind.basis}” is a regulation of {basis.value.division}, not of {entry.page.layer}"
        yield entry.fault(("basis",), Rule.OUTSIDE_DIVISION, message)
    for other in entries["kinds"].values():
        same_name = other is not entry and other.value.name_zh == kind.name_zh
        if same_name and (other.page.layer == NATIONAL or covers(other.page.layer, entry.page.layer)):
            message = f"“{kind.name_zh}” is already {other.name}; what stands above is not repeated"
            yield entry.fault(("name_zh",), Rule.OVERRIDES_NATIONAL, message)
    scheme = entries["publicity"].get(kind.publicity or "")
    if scheme is not None and scheme.page.layer != NATIONAL and not covers(scheme.page.layer, entry.page.layer):
        message = f"“{kind.publicity}” belongs to {scheme.page.layer}"
        yield entry.fault(("publicity",), Rule.OUTSIDE_DIVISION, message)
