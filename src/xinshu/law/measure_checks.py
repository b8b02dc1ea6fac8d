"""May this measure be? Of the rank that its class asks for, no further than its power, on an act, with an end."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from xinshu.kit.period import Period
from xinshu.law.catalogue import NATIONAL, Entries, Entry, covers
from xinshu.law.doubts import RIGHTS, SCOPE_RANKS, doubts, standing_faults
from xinshu.law.entries import FieldRole, FieldType, Kind
from xinshu.law.layer_checks import usable
from xinshu.law.list_rules import ListRule
from xinshu.law.measure_rules import Ground, Measure, NationalItem, Power, class_of
from xinshu.law.reading import Fault, Path, Rule
from xinshu.law.terms import Effect, MeasureClass, MeasureEnd, Nature, Rank, Standing, UseContext

MONEY: Final = frozenset({UseContext.TAX_PREFERENCE, UseContext.GOVERNMENT_FUNDS})
"""Advantages in money: by law or the State Council alone (公平竞争审查条例 art. 10)."""

MONEY_RANKS: Final = frozenset({Rank.LAW, Rank.ADMINISTRATIVE_REGULATION, Rank.CENTRAL_DOCUMENT})

LONGEST: Final = 600
"""Months, as for every other term of the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a ground rests on: records of a kind, or entries of a list."""

    key: str
    found: Entry
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measure among all entries, with the ranks that its own class asks for; none where its class is not known."""

    entries: Entries
    entry: Entry
    measure: Measure
    ranks: frozenset[Rank] | None


def measure_faults(entries: Entries) -> Iterator[Fault]:
    """Faults of the national list, of what articles allow, of measures, and between measures."""
    for entry in entries["national_list"].values():
        if not entry.value.contexts and entry.value.measure_class is not MeasureClass.CLASS_I:
            message = "an item milder than class I states the matters in which it can be met"
            yield entry.fault(("contexts",), Rule.INCOMPLETE, message)
    for entry in entries["powers"].values():
        yield from _power(entries, entry)
    for entry in entries["measures"].values():
        row = Row(entries=entries, entry=entry, measure=entry.value, ranks=_ranks(entries, entry.value))
        yield from _shape(row)
        yield from _rank(row, ("basis",), row.measure.basis)
        yield from _item(row)
        yield from _ending(row)
        yield from standing_faults(entry, doubts(entries, (row.measure, *_powers(row))))
        for index, ground in enumerate(row.measure.grounds):
            yield from _ground(row, ("grounds", index), ground)
    for one, other in combinations(entries["measures"].values(), 2):
        yield from _conflict(one, other)


# --- powers ---------------------------------------------------------------------------------------


def _power(entries: Entries, entry: Entry) -> Iterator[Fault]:
    """A power says what it allows, in which matters, to whom, and on account of which kinds or lists there are."""
    power: Power = entry.value
    for key in ("natures", "contexts", "subjects", "relations"):
        if not getattr(power, key):
            yield entry.fault(
                (key,), Rule.INCOMPLETE, f"a power states its `{key}`; what it does not name, it does not allow"
            )
    if power.months is not None and not 1 <= power.months <= LONGEST:
        yield entry.fault(("months",), Rule.OUT_OF_RANGE, f"from 1 to {LONGEST} months")
    if not power.kinds and not power.lists:
        yield entry.fault((), Rule.INCOMPLETE, "a power says on account of which `kinds` or `lists`")
    for chapter, names in (("kinds", power.kinds), ("lists", power.lists)):
        for name in sorted(names):
            yield from _reference(entries, entry, (chapter,), chapter, name)


def _reference(entries: Entries, entry: Entry, path: Path, chapter: str, name: str) -> Iterator[Fault]:
    """What is named stands in that chapter, and may be used in this place."""
    if not entries[chapter].knows(name):
        yield entry.fault(path, Rule.MISSING_REFERENCE, f"“{name}” is in no {chapter}/*.yaml")
    elif name in entries[chapter] and not usable(entries[chapter][name], entry):
        message = f"“{name}” belongs to {entries[chapter][name].page.layer} and is not for {entry.page.layer}"
        yield entry.fault(path, Rule.OUTSIDE_DIVISION, message)


# --- one measure ----------------------------------------------------------------------------------


def _ranks(entries: Entries, measure: Measure) -> frozenset[Rank] | None:
    """Which ranks may carry it (Opinions art. 12): rights are lessened by law and regulations alone."""
    if measure.item is not None and measure.item not in entries["national_list"]:
        return None
    if measure.nature is Nature.INCENTIVE:
        return MONEY_RANKS if measure.contexts & MONEY else frozenset(Rank)
    national_list = {name: found.value for name, found in entries["national_list"].items()}
    return RIGHTS if class_of(measure, national_list) is MeasureClass.CLASS_I else SCOPE_RANKS


def _rank(row: Row, path: Path, basis: str) -> Iterator[Fault]:
    found = row.entries["bases"].get(basis)
    if found is not None and row.ranks is not None and found.value.rank not in row.ranks:
        message = f"“{basis}” is a {found.value.rank}; this measure needs one of: {', '.join(sorted(row.ranks))}"
        yield row.entry.fault(path, Rule.RANK_TOO_LOW, message)


def _shape(row: Row) -> Iterator[Fault]:
    """It is asked for somewhere, for some reason; it costs nothing, and does not ask where somebody is at home."""
    entry, measure = row.entry, row.measure
    for key in ("contexts", "grounds"):
        if not getattr(measure, key):
            yield entry.fault((key,), Rule.INCOMPLETE, f"a measure has at least one of its `{key}`")
    seen: set[str] = set()
    for index, ground in enumerate(measure.grounds):
        if ground.row in seen:
            yield entry.fault(("grounds", index, "row"), Rule.DUPLICATE_KEY, f"row “{ground.row}” stands twice")
        seen.add(ground.row)
    if measure.sold:
        yield entry.fault(("sold",), Rule.SOLD, "no measure is sold, nor an advantage; leave the price out")
    if measure.local_only:
        message = "a measure may not ask for the place of registration, or for what one place alone gives"
        yield entry.fault(("local_only",), Rule.LOCAL_ONLY, message)
    if measure.unprompted and measure.nature is Nature.PENALTY:
        yield entry.fault(("unprompted",), Rule.WRONG_EFFECT, "only an incentive is given without being applied for")


def _item(row: Row) -> Iterator[Fault]:
    """Its place in the closed national list; none for an incentive, and one that may come to be for no other."""
    entry, measure = row.entry, row.measure
    if measure.item is None:
        return
    found = row.entries["national_list"].get(measure.item)
    if measure.nature is Nature.INCENTIVE:
        message = "the national list is of penalty measures; an incentive names no item of it"
        yield entry.fault(("item",), Rule.WRONG_EFFECT, message)
    elif found is not None:
        yield from _in_force(entry, ("item",), found)
        yield from _matters(entry, measure, found.value)
        if doubts(row.entries, (found.value,), instruments=False):
            yield entry.fault(
                ("item",), Rule.NOT_ADOPTED, f"whether “{measure.item}” is an item of the list is in doubt"
            )
    elif not row.entries["national_list"].knows(measure.item):
        message = (
            f"“{measure.item}” is no item of the closed national list; leave it out, and the measure is of class I"
        )
        yield entry.fault(("item",), Rule.MISSING_REFERENCE, message)


def _matters(entry: Entry, measure: Measure, item: NationalItem) -> Iterator[Fault]:
    """A class milder than class I is had in the matters of the item alone: naming an item declares no class."""
    over = measure.contexts - item.contexts
    if over and item.measure_class is not MeasureClass.CLASS_I:
        message = (
            f"“{measure.item}” is of {', '.join(sorted(item.contexts)) or 'no matter'}, not of "
            f"{', '.join(sorted(over))}; leave the item out, and the measure is of class I"
        )
        yield entry.fault(("item",), Rule.WIDER_THAN_BASIS, message)


def _in_force(entry: Entry, path: Path, found: Entry) -> Iterator[Fault]:
    mine: Period = entry.value.period
    its: Period = found.value.period
    if not mine.within(its):
        message = (
            f"“{found.name}” holds from {its.start} until {its.until or 'open'}; "
            f"the measure from {mine.start} until {mine.until or 'open'}"
        )
        yield entry.fault(path, Rule.BASIS_NOT_IN_FORCE, message)


def _ending(row: Row) -> Iterator[Fault]:
    """Every measure ends: with its ground, after months, at an event; for life only by an article of a law."""
    ending = row.measure.ending
    wanted = {
        "months": (MeasureEnd.AFTER_MONTHS, ending.months),
        "zh": (MeasureEnd.AT_EVENT, ending.zh),
        "en": (MeasureEnd.AT_EVENT, ending.en),
        "article": (MeasureEnd.FOR_LIFE, ending.article),
    }
    for key, (end, value) in wanted.items():
        if ending.end is end and value is None:
            yield row.entry.fault(("ending", key), Rule.INCOMPLETE, f"an end {end} states `{key}`")
        if ending.end is not end and value is not None:
            yield row.entry.fault(("ending", key), Rule.OUT_OF_RANGE, f"`{key}` is for an end {end} only")
    if ending.months is not None and not 1 <= ending.months <= LONGEST:
        yield row.entry.fault(("ending", "months"), Rule.OUT_OF_RANGE, f"from 1 to {LONGEST} months")
    if ending.end is MeasureEnd.FOR_LIFE:
        low = [power.basis for power in _powers(row) if _rank_of(row.entries, power.basis) is not Rank.LAW]
        if low:
            message = f"for life by a law alone; below it: {', '.join(sorted(set(low)))}"
            yield row.entry.fault(("ending", "end"), Rule.RANK_TOO_LOW, message)
    yield from _as_long_as_allowed(row)


def _as_long_as_allowed(row: Row) -> Iterator[Fault]:
    """No longer than the article says: for life where it says so, and no more months than it has."""
    ending, powers = row.measure.ending, _powers(row)
    if ending.end is MeasureEnd.FOR_LIFE and not all(power.for_life for power in powers):
        message = "no article that it rests on says “for life”; say when the measure ends"
        yield row.entry.fault(("ending", "end"), Rule.WIDER_THAN_BASIS, message)
    longest = min((power.months for power in powers if power.months is not None), default=None)
    if longest is not None and ending.end is MeasureEnd.AT_EVENT:
        message = f"the article allows {longest} months, whatever happens; state `months`"
        yield row.entry.fault(("ending", "end"), Rule.WIDER_THAN_BASIS, message)
    if longest is not None and ending.months is not None and longest < ending.months <= LONGEST:
        message = f"the article allows {longest} months and no more"
        yield row.entry.fault(("ending", "months"), Rule.WIDER_THAN_BASIS, message)


def _rank_of(entries: Entries, basis: str) -> Rank | None:
    found = entries["bases"].get(basis)
    return None if found is None else found.value.rank


def _powers(row: Row) -> tuple[Power, ...]:
    """The powers that its grounds name, each once."""
    names = dict.fromkeys(ground.power for ground in row.measure.grounds)
    return tuple(row.entries["powers"][name].value for name in names if name in row.entries["powers"])


# --- one ground -----------------------------------------------------------------------------------


def _ground(row: Row, path: Path, ground: Ground) -> Iterator[Fault]:
    entry = row.entry
    for key in ("subjects", "relations"):
        if not getattr(ground, key):
            yield entry.fault((*path, key), Rule.INCOMPLETE, f"a ground states its `{key}`")
    if ground.at_least is not None:
        message = "no count of lighter matters leads to a measure; name the act (G5)"
        yield entry.fault((*path, "at_least"), Rule.BY_COUNT, message)
    if (ground.kind is None) is (ground.listed is None):
        yield entry.fault(path, Rule.INCOMPLETE, "a ground names a `kind` or a `list`, and not both")
        return
    target = _target(row, ground)
    if target is None:
        chapter, name = ("kinds", ground.kind) if ground.kind else ("lists", ground.listed)
        yield from _reference(row.entries, entry, (*path, chapter.removesuffix("s")), chapter, name or "")
    else:
        yield from _on_account_of(row, path, ground, target)
    yield from _by_power(row, path, ground)


def _target(row: Row, ground: Ground) -> Target | None:
    kind = row.entries["kinds"].get(ground.kind or "")
    if kind is not None:
        return Target(key="kind", found=kind, effect=kind.value.effect)
    rule = row.entries["lists"].get(ground.listed or "")
    return None if rule is None else Target(key="list", found=rule, effect=Effect.ADVERSE)


def _on_account_of(row: Row, path: Path, ground: Ground, target: Target) -> Iterator[Fault]:
    """The kind or list is in force and in use, of the right effect, and reaches the subjects that are named.

    That it may be used in this place is asked of the power, which must name it.
    """
    entry, key, value = row.entry, target.key, target.found.value
    yield from _in_force(entry, (*path, key), target.found)
    unfit = Effect.FAVOURABLE if row.measure.nature is Nature.PENALTY else Effect.ADVERSE
    if target.effect is unfit:
        message = f"a measure that is a {row.measure.nature} does not follow from what is {unfit}"
        yield entry.fault((*path, key), Rule.WRONG_EFFECT, message)
    if over := ground.subjects - value.subjects:
        message = f"“{target.found.name}” is not of {', '.join(sorted(over))}"
        yield entry.fault((*path, "subjects"), Rule.WIDER_THAN_BASIS, message)
    if isinstance(value, ListRule):
        yield from _on_a_list(row, path, ground, value)
    else:
        yield from _on_a_kind(row, path, ground, target.found)


def _on_a_list(row: Row, path: Path, ground: Ground, rule: ListRule) -> Iterator[Fault]:
    if row.measure.standing is Standing.ACTIVE and rule.standing is Standing.INACTIVE:
        message = f"“{ground.listed}” is not in use; a measure that rests on it is not either"
        yield row.entry.fault((*path, "list"), Rule.NOT_ADOPTED, message)
    if ground.says:
        message = "a list says itself which field has which choice; leave `says` out"
        yield row.entry.fault((*path, "says"), Rule.OUT_OF_RANGE, message)


def _on_a_kind(row: Row, path: Path, ground: Ground, found: Entry) -> Iterator[Fault]:
    kind: Kind = found.value
    harms = row.measure.nature is Nature.PENALTY and not _settled(row.measure)
    if harms and doubts(row.entries, (kind,), instruments=False):
        message = f"“{found.name}” stands in the catalogue in doubt; adopt the measure, or rest it on another"
        yield row.entry.fault((*path, "kind"), Rule.NOT_ADOPTED, message)
    yield from _says(row, path, ground, kind)
    yield from _when(row, path, ground, kind)


def _settled(measure: Measure) -> bool:
    return measure.standing is Standing.INACTIVE or measure.adopted is not None


def _says(row: Row, path: Path, ground: Ground, kind: Kind) -> Iterator[Fault]:
    """Each field that a ground asks is a choice of that kind, and each answer is one that it can have."""
    for name, choices in ground.says.items():
        rule = kind.fields.get(name)
        if rule is None or rule.type not in (FieldType.CHOICE, FieldType.CHOICES):
            message = f"“{name}” is no field of “{ground.kind}” with choices"
            yield row.entry.fault((*path, "says", name), Rule.MISSING_REFERENCE, message)
            continue
        words = row.entries["vocabularies"].get(rule.vocabulary or "")
        unknown = sorted(choices - set(words.value.choices)) if words is not None else []
        if unknown or not choices:
            message = f"no choice of {rule.vocabulary}: {', '.join(unknown) or 'none is named'}"
            yield row.entry.fault((*path, "says", name), Rule.MISSING_REFERENCE, message)


def _when(row: Row, path: Path, ground: Ground, kind: Kind) -> Iterator[Fault]:
    """A condition asks what records of that kind can answer; else it would never hold."""
    roles = {rule.role for rule in kind.fields.values()}
    when = ground.when
    asked = {
        "severity": (bool(when.severity), kind.classed),
        "procedure": (bool(when.procedure), FieldRole.PROCEDURE in roles),
        "area": (bool(when.area), FieldRole.AREA in roles),
        "any_penalty": (bool(when.any_penalty), FieldRole.PENALTIES in roles),
        "only_penalties": (bool(when.only_penalties), FieldRole.PENALTIES in roles),
    }
    for key, (stated, answered) in asked.items():
        if stated and not answered:
            message = f"records of “{ground.kind}” do not tell their {key}"
            yield row.entry.fault((*path, "when", key), Rule.MISSING_REFERENCE, message)


def _by_power(row: Row, path: Path, ground: Ground) -> Iterator[Fault]:
    """No further than the article that allows it: what it does not name, it does not allow (G4, G26)."""
    entry, measure = row.entry, row.measure
    yield from _reference(row.entries, entry, (*path, "power"), "powers", ground.power)
    found = row.entries["powers"].get(ground.power)
    if found is None:
        return
    power: Power = found.value
    yield from _in_force(entry, (*path, "power"), found)
    yield from _rank(row, (*path, "power"), power.basis)
    named = {
        "power": (frozenset({measure.nature}), power.natures),
        "contexts": (measure.contexts, power.contexts),
        "subjects": (ground.subjects, power.subjects),
        "kind": (frozenset({ground.kind} & row.entries["kinds"].keys()), power.kinds),
        "list": (frozenset({ground.listed} & row.entries["lists"].keys()), power.lists),
    }
    for key, (reach, allowed) in named.items():
        if over := frozenset[str | None](reach) - frozenset[str | None](allowed):
            message = f"“{ground.power}” does not name {', '.join(sorted(map(str, over)))}"
            yield entry.fault(("contexts",) if key == "contexts" else (*path, key), Rule.WIDER_THAN_BASIS, message)
    if over := ground.relations - power.relations:
        message = f"“{ground.power}” names no {', '.join(sorted(over))}; liability does not spread (G26)"
        yield entry.fault((*path, "relations"), Rule.LIABILITY_SPREADS, message)


# --- two measures ---------------------------------------------------------------------------------


def _conflict(one: Entry, other: Entry) -> Iterator[Fault]:
    """The same item for the same reason in the same matter ends on one day, not on two."""
    first: Measure = one.value
    second: Measure = other.value
    same = first.item is not None and first.item == second.item and bool(first.contexts & second.contexts)
    used = Standing.INACTIVE not in (first.standing, second.standing)
    if not (same and used and first.ending != second.ending and first.period.overlaps(second.period)):
        return
    if not _same_place(one, other):
        return
    for index, ground in enumerate(second.grounds):
        if any(_same_reason(ground, earlier) for earlier in first.grounds):
            message = f"{one.name} has the same item for the same reason, and ends otherwise"
            yield other.fault(("grounds", index), Rule.CONFLICTING_ROWS, message)


def _same_place(one: Entry, other: Entry) -> bool:
    first, second = one.page.layer, other.page.layer
    return NATIONAL in (first, second) or covers(first, second) or covers(second, first)


def _same_reason(one: Ground, other: Ground) -> bool:
    same = (one.kind, one.listed, one.when, one.says) == (other.kind, other.listed, other.when, other.says)
    return same and bool(one.subjects & other.subjects) and bool(one.relations & other.relations)
