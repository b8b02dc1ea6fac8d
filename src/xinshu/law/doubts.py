"""May a row be used? Only one that we are sure of, or that a jurist adopted; adoption cures doubt, never rank."""

from collections.abc import Iterable, Iterator
from typing import Final

from xinshu.law.catalogue import Entries, Entry
from xinshu.law.entries import Sourced
from xinshu.law.measure_rules import SURE
from xinshu.law.reading import Fault, Rule
from xinshu.law.terms import Rank, Standing

RIGHTS: Final = frozenset({Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.LOCAL_REGULATION})
"""Opinions art. 12: only these lessen rights or add duties."""

SCOPE_RANKS: Final = RIGHTS | {Rank.CENTRAL_DOCUMENT}
"""Opinions arts. 6, 12: only these say what public credit information is, set measures, and give a field its list."""


def doubts(entries: Entries, values: Iterable[Sourced], *, instruments: bool = True) -> list[str]:
    """The bases of those values of which we are not sure, or whose instrument we are not sure of."""
    found: list[str] = []
    for value in values:
        instrument = entries["bases"].get(value.basis) if instruments else None
        unsure = instrument is not None and instrument.value.certainty not in SURE
        if value.certainty not in SURE or unsure:
            found.append(value.basis)
    return found


def standing_faults(entry: Entry, unsure: list[str]) -> Iterator[Fault]:
    """A row in use is sure or adopted; one that is not in use says why, in both languages."""
    row = entry.value
    if row.standing is Standing.ACTIVE and unsure and row.adopted is None:
        message = f"not sure of: {', '.join(sorted(set(unsure)))}; a jurist adopts it (`adopted`), or it is INACTIVE"
        yield entry.fault(("standing",), Rule.NOT_ADOPTED, message)
    if row.standing is Standing.INACTIVE:
        if row.adopted is not None:
            yield entry.fault(("adopted",), Rule.OUT_OF_RANGE, "what a jurist adopted is ACTIVE")
        for key in ("why_zh", "why_en"):
            if getattr(row, key) is None:
                yield entry.fault((key,), Rule.INCOMPLETE, "a row that is not in use says why, in both languages")
