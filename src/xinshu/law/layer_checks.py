"""Does a local supplement keep to its limits? It adds, on its own regulation; nothing above it changes."""

from collections.abc import Iterator
from typing import Final

from xinshu.law.catalogue import LAYERED, NATIONAL, Entries, Entry, covers
from xinshu.law.entries import FieldRole, Kind
from xinshu.law.reading import Fault, Rule
from xinshu.law.terms import Rank

LOCAL_CHAPTERS: Final = frozenset({"bases", "kinds", "publicity", "powers", "measures", "lists"})

ADDED: Final = ("kinds", "powers", "measures", "lists")
"""What rests on a local regulation, and bears a name of its own."""


def layer_faults(entries: Entries) -> Iterator[Fault]:
    """What a supplement may not bring, what rests too low there, and names that stand already."""
    for chapter, found in entries.items():
        for entry in found.values():
            if entry.page.layer != NATIONAL and chapter not in LOCAL_CHAPTERS:
                message = f"a local supplement has {', '.join(sorted(LOCAL_CHAPTERS))} only"
                yield entry.fault((), Rule.OVERRIDES_NATIONAL, message)
    for chapter in ADDED:
        for entry in entries[chapter].values():
            if entry.page.layer != NATIONAL:
                yield from _local_basis(entries, entry, chapter)
                yield from _new_name(entries, entry, chapter)
    for entry in entries["kinds"].values():
        yield from _local_terms(entries, entry)
        yield from _no_penalties(entry)
    yield from _names_of_layers(entries)


def usable(found: Entry, entry: Entry) -> bool:
    """Whether an entry may rest on the other: on a national one, or one of its own place or of a place around it."""
    return found.page.layer == NATIONAL or (entry.page.layer != NATIONAL and covers(found.page.layer, entry.page.layer))


def _local_basis(entries: Entries, entry: Entry, chapter: str) -> Iterator[Fault]:
    basis = entries["bases"].get(entry.value.basis)
    if basis is not None and basis.value.rank is not Rank.LOCAL_REGULATION:
        message = (
            f"a local entry of {chapter} rests on a local regulation; “{entry.value.basis}” is a {basis.value.rank}"
        )
        yield entry.fault(("basis",), Rule.RANK_TOO_LOW, message)


def _new_name(entries: Entries, entry: Entry, chapter: str) -> Iterator[Fault]:
    for other in entries[chapter].values():
        same_name = other is not entry and other.value.name_zh == entry.value.name_zh
        if same_name and usable(other, entry):
            message = f"“{entry.value.name_zh}” is already {other.name}; what stands above is not repeated"
            yield entry.fault(("name_zh",), Rule.OVERRIDES_NATIONAL, message)


def _local_terms(entries: Entries, entry: Entry) -> Iterator[Fault]:
    """A local kind takes its terms of display from its own place, or from above."""
    scheme = entries["publicity"].get(entry.value.publicity or "")
    if entry.page.layer != NATIONAL and scheme is not None and not usable(scheme, entry):
        message = f"“{entry.value.publicity}” belongs to {scheme.page.layer}"
        yield entry.fault(("publicity",), Rule.OUTSIDE_DIVISION, message)


def _no_penalties(entry: Entry) -> Iterator[Fault]:
    """Penalties and their classes are the nation's: a local kind that holds them would give them other terms."""
    kind: Kind = entry.value
    penalties = any(rule.role is FieldRole.PENALTIES for rule in kind.fields.values())
    if entry.page.layer != NATIONAL and (kind.classed or penalties):
        message = "penalties and classes of severity are in the national catalogue; a supplement does not repeat them"
        yield entry.fault(("classed",) if kind.classed else ("fields",), Rule.OVERRIDES_NATIONAL, message)


def _names_of_layers(entries: Entries) -> Iterator[Fault]:
    """A kind, a measure and a list never bear the same identifier: what applies where is asked by that alone."""
    seen: dict[str, Entry] = {}
    for chapter in LAYERED:
        for entry in entries[chapter].values():
            first = seen.setdefault(entry.name, entry)
            if first is not entry:
                message = f"“{entry.name}” is in {first.page.file} too; a kind, a measure and a list differ in name"
                yield entry.fault((), Rule.DUPLICATE_KEY, message)
