"""Does every rule by which a draft is refused name its article, in both languages? That is what its author is told."""

from collections.abc import Iterator
from typing import Final

from xinshu.law.catalogue import Entries
from xinshu.law.entries import ReturnRule
from xinshu.law.reading import Fault, Rule

LEGAL: Final = frozenset(
    {
        Rule.MISSING_BASIS,
        Rule.BASIS_NOT_IN_FORCE,
        Rule.RANK_TOO_LOW,
        Rule.OVERRIDES_NATIONAL,
        Rule.OUTSIDE_DIVISION,
        Rule.WIDER_THAN_BASIS,
        Rule.LIABILITY_SPREADS,
        Rule.WRONG_EFFECT,
        Rule.BY_COUNT,
        Rule.STEP_MISSING,
        Rule.EXIT_MISSING,
        Rule.NOT_ADOPTED,
        Rule.SOLD,
        Rule.LOCAL_ONLY,
        Rule.CONFLICTING_ROWS,
    }
)
"""The rules that are law; the others ask that a page can be read."""


def refusal_faults(entries: Entries) -> Iterator[Fault]:
    """Legal rules without their article, articles of no rule, and sentences in one language only."""
    refusals = entries["refusals"]
    for entry in refusals.values():
        refusal: ReturnRule = entry.value
        if entry.name not in LEGAL:
            message = f"“{entry.name}” is no legal rule; known are: {', '.join(sorted(LEGAL))}"
            yield entry.fault((), Rule.UNKNOWN_VALUE, message)
        if refusal.article is None:
            yield entry.fault(("article",), Rule.INCOMPLETE, "a refusal names the article that it rests on")
        for key, text in (("zh", refusal.zh), ("en", refusal.en)):
            if not text:
                yield entry.fault((key,), Rule.INCOMPLETE, "a refusal is told in Chinese and in English")
    missing = sorted(rule for rule in LEGAL if not refusals.knows(rule))
    if refusals and missing:
        first = next(iter(refusals.values()))
        yield first.fault((), Rule.INCOMPLETE, f"no article is stated for: {', '.join(missing)}")
