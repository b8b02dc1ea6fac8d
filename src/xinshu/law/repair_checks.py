"""Are the rules of repair sound? Every condition with its article, nothing closed by a rule of too low a rank."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final
from urllib.parse import urlsplit

from xinshu.law.catalogue import Entries, Entry
from xinshu.law.reading import Fault, Path, Rule
from xinshu.law.repair_rules import ChannelRule, RepairRegime
from xinshu.law.terms import Channel, Condition, CourtPlan

ALWAYS: Final = frozenset(
    {Condition.ON_DISPLAY, Condition.REPAIRABLE, Condition.MINIMUM_REACHED, Condition.NO_BAN},
)
"""What no rules can leave unasked."""

WAIVED: Final = frozenset({Condition.MINIMUM_REACHED})
"""What a plan that was performed can take the place of."""

LONGEST_BAN: Final = 120


def repair_faults(entries: Entries) -> Iterator[Fault]:
    """Faults of the rules of repair, and of the windows of others."""
    for entry in entries["repair"].values():
        yield from _conditions(entry)
        yield from _unrepairable(entries, entry)
        yield from _ban(entry)
        yield from _court_plans(entries, entry)
    for one, other in combinations(entries["repair"].values(), 2):
        if one.value.period.overlaps(other.value.period):
            message = f"its days overlap those of {one.name}; end one where the other begins"
            yield other.fault(("from",), Rule.OVERLAPPING_PERIODS, message)
    for entry in entries["channels"].values():
        yield from _channel(entries, entry)


def _conditions(entry: Entry) -> Iterator[Fault]:
    regime: RepairRegime = entry.value
    yield from _named(entry, "conditions", set(Condition), set(regime.conditions))
    for name, rule in regime.conditions.items():
        if name in ALWAYS and not rule.wanted:
            yield entry.fault(("conditions", name, "wanted"), Rule.OUT_OF_RANGE, f"{name} is always asked for")


def _named(entry: Entry, key: str, wanted: set[str], found: set[str]) -> Iterator[Fault]:
    """A mapping has these names, all of them and no other."""
    for name in sorted(found - wanted):
        message = f"“{name}” is not known here; known are: {', '.join(sorted(wanted))}"
        yield entry.fault((key, name), Rule.UNKNOWN_VALUE, message)
    if missing := sorted(wanted - found):
        yield entry.fault((key,), Rule.INCOMPLETE, f"not stated: {', '.join(missing)}")


def _unrepairable(entries: Entries, entry: Entry) -> Iterator[Fault]:
    """Repair is closed by an instrument of a rank that may do so, and only for what there is (Order 36 art. 2)."""
    regime: RepairRegime = entry.value
    seen: set[str] = set()
    for index, row in enumerate(regime.unrepairable):
        path: Path = ("unrepairable", index)
        if row.row in seen:
            yield entry.fault((*path, "row"), Rule.DUPLICATE_KEY, f"row “{row.row}” stands twice")
        seen.add(row.row)
        found = entries["bases"].get(row.basis)
        if found is not None and found.value.rank not in regime.unrepairable_ranks:
            ranks = ", ".join(sorted(regime.unrepairable_ranks))
            message = f"“{row.basis}” is a {found.value.rank}; repair is closed by one of: {ranks}"
            yield entry.fault((*path, "basis"), Rule.RANK_TOO_LOW, message)
        yield from _known(entries, entry, path, row.kinds, row.departments)


def _known(
    entries: Entries, entry: Entry, path: Path, kinds: frozenset[str], departments: frozenset[str]
) -> Iterator[Fault]:
    for kind in sorted(kinds):
        if not entries["kinds"].knows(kind):
            yield entry.fault((*path, "kinds"), Rule.MISSING_REFERENCE, f"“{kind}” is in no kinds/*.yaml")
    named = entries["vocabularies"].get("DEPARTMENT")
    for department in sorted(departments):
        if named is None or department not in named.value.choices:
            message = f"“{department}” is no department of vocabularies/*.yaml"
            yield entry.fault((*path, "departments"), Rule.MISSING_REFERENCE, message)


def _ban(entry: Entry) -> Iterator[Fault]:
    regime: RepairRegime = entry.value
    if regime.ban is not None and not 1 <= regime.ban.months <= LONGEST_BAN:
        message = f"from 1 to {LONGEST_BAN} months, not {regime.ban.months}"
        yield entry.fault(("ban", "months"), Rule.OUT_OF_RANGE, message)


def _court_plans(entries: Entries, entry: Entry) -> Iterator[Fault]:
    regime: RepairRegime = entry.value
    if regime.court_plans:
        yield from _named(entry, "court_plans", set(CourtPlan), set(regime.court_plans))
    for name, rule in regime.court_plans.items():
        if over := sorted(rule.waives - WAIVED):
            message = f"a plan takes the place of {', '.join(WAIVED)} only, not of {', '.join(over)}"
            yield entry.fault(("court_plans", name, "waives"), Rule.OUT_OF_RANGE, message)
        yield from _known(entries, entry, ("court_plans", name), rule.kinds, frozenset())


def _channel(entries: Entries, entry: Entry) -> Iterator[Fault]:
    """A window of others is for something, is not this one, and its link leads to a public body over TLS."""
    rule: ChannelRule = entry.value
    if rule.channel is Channel.HERE:
        yield entry.fault(("channel",), Rule.OUT_OF_RANGE, "HERE needs no entry: it is what no entry fits")
    if not rule.kinds and not rule.departments:
        yield entry.fault((), Rule.INCOMPLETE, "a channel says for which `kinds` or `departments` it is")
    yield from _known(entries, entry, (), rule.kinds, rule.departments)
    if rule.link is not None and not _official(rule.link):
        message = "a link leads to a host below gov.cn and begins with https://"
        yield entry.fault(("link",), Rule.OUT_OF_RANGE, message)


def _official(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and (parts.hostname or "").endswith(".gov.cn")
    except ValueError:
        return False
