"""What no measure may rest on, whatever its article says: where somebody is at home, what one place gives, a grade."""

from collections.abc import Iterator
from typing import Final

from xinshu.law.catalogue import NATIONAL, Entries, Entry
from xinshu.law.entries import Kind
from xinshu.law.measure_rules import Ground, Measure
from xinshu.law.reading import Fault, Path, Rule
from xinshu.law.terms import Effect, Nature, UseContext

REGISTRATION: Final = 1
EVALUATION: Final = 9
"""Categories of record that say who somebody is, and how somebody graded it; neither is good or bad faith itself."""

LEVELS: Final = "HONOUR_LEVEL"
EVERYWHERE: Final = frozenset({"NATIONAL"})
"""The vocabulary that tells how far an honour reaches, and its choice that is of no one place."""

BY_GRADE: Final = frozenset({UseContext.SUPERVISION})
"""Where a grade may lead to more attention (Opinions art. 14); everywhere else it takes an act."""


def fairness_faults(entries: Entries) -> Iterator[Fault]:
    """Conditions of place, honours of one place in public trading, and restraints by a grade."""
    for entry in entries["measures"].values():
        measure: Measure = entry.value
        for index, ground in enumerate(measure.grounds):
            found = entries["kinds"].get(ground.kind or "")
            if found is not None:
                path: Path = ("grounds", index, "kind")
                yield from _by_registration(entry, path, measure, found)
                yield from _by_grade(entry, path, measure, found)
                yield from _by_place(entry, path, ground, found)


def _by_registration(entry: Entry, path: Path, measure: Measure, found: Entry) -> Iterator[Fault]:
    """To be registered is neither good nor bad faith; a favour for it is one for those who are at home somewhere."""
    if found.value.category != REGISTRATION:
        return
    favour = measure.nature is Nature.INCENTIVE
    message = f"“{found.name}” says who somebody is and where it is registered; rest the measure on what it did"
    yield entry.fault(path, Rule.LOCAL_ONLY if favour else Rule.WRONG_EFFECT, message)


def _by_grade(entry: Entry, path: Path, measure: Measure, found: Entry) -> Iterator[Fault]:
    """No score and no grade lessens a right: it may draw attention, and an act must be named for the rest (G5, G19)."""
    over = measure.contexts - BY_GRADE
    if found.value.category == EVALUATION and measure.nature is Nature.PENALTY and over:
        message = f"“{found.name}” is a grade; in {', '.join(sorted(over))} a restraint rests on an act (G5, G19)"
        yield entry.fault(path, Rule.BY_COUNT, message)


def _by_place(entry: Entry, path: Path, ground: Ground, found: Entry) -> Iterator[Fault]:
    """In public trading nothing counts in somebody's favour that one place alone can give."""
    kind: Kind = found.value
    if UseContext.PUBLIC_TRADING not in entry.value.contexts or kind.effect is Effect.ADVERSE:
        return
    levels = [ground.says.get(name) for name, rule in kind.fields.items() if rule.vocabulary == LEVELS]
    everywhere = bool(levels) and all(said is not None and said <= EVERYWHERE for said in levels)
    if found.page.layer != NATIONAL:
        message = f"“{found.name}” is a record of {found.page.layer}; it is no condition of public trading anywhere"
        yield entry.fault(path, Rule.LOCAL_ONLY, message)
    elif kind.effect is Effect.FAVOURABLE and entry.value.nature is Nature.INCENTIVE and not everywhere:
        message = (
            f"“{found.name}” may be of one place; in public trading only what says that its level is national counts"
        )
        yield entry.fault(path, Rule.LOCAL_ONLY, message)
