"""May this list be? A field by an instrument of rank, conduct by a rule, steps above the floor, an end and ways off."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from xinshu.law.catalogue import NATIONAL, Entries, Entry, covers
from xinshu.law.doubts import SCOPE_RANKS, doubts, standing_faults
from xinshu.law.entries import FieldType, Kind, Sourced
from xinshu.law.layer_checks import usable
from xinshu.law.list_rules import ConductRule, ListRule
from xinshu.law.listing import FLOORS
from xinshu.law.reading import Fault, Path, Rule
from xinshu.law.terms import Effect, ListExit, ListingStep, Rank, Relation, Signer, Standing, TermKind

CONDUCT_RANKS: Final = SCOPE_RANKS | {Rank.DEPARTMENT_RULE}
"""Opinions art. 12: a department rule, or what stands above it, says how a list is entered and left."""

FLOOR: Final = frozenset({ListingStep.DECISION, ListingStep.SERVICE})
"""No list is without them."""

HEARING: Final = frozenset({ListingStep.NOTICE, ListingStep.DEFENCE})
"""Together or not at all; an organ's list always has both, the courts' has neither."""

TIMED: Final = frozenset({ListingStep.DEFENCE, ListingStep.WAIT})

ALWAYS: Final = frozenset({ListExit.BASIS_REVOKED, ListExit.WRONGLY_LISTED})
"""Nobody stays on a list on which he never should have been."""

BY_TERM: Final = {TermKind.FIXED: ListExit.TERM_OVER, TermKind.UNTIL_EVENT: ListExit.PERFORMED}
"""The way off that belongs to each way in which an entry ends."""

LONGEST: Final = 60
"""Months of an entry; the longest that any rule known here has is five years."""

LONGEST_WAIT: Final = 60
"""Working days of a defence, or of a wait before effect."""


def list_faults(entries: Entries) -> Iterator[Fault]:
    """Faults of lists, and between lists."""
    for entry in entries["lists"].values():
        rule: ListRule = entry.value
        yield from _bases(entries, entry, rule)
        yield from standing_faults(entry, doubts(entries, _known_by(rule)))
        yield from _entries_of(entries, entry, rule)
        yield from _grounds(entry, rule)
        yield from _names(entries, entry, rule)
        yield from _steps(entry, rule)
        yield from _due_process(entry, rule)
        yield from _term(entry, rule)
        yield from _exits(entry, rule)
        yield from _words(entry, rule)
    for one, other in combinations(entries["lists"].values(), 2):
        yield from _conflict(one, other)


def _known_by(rule: ListRule) -> Iterable[Sourced]:
    """What must be sure before use: that there is such a list, by which rule it is kept, and how long it binds."""
    return (rule, rule.term) if rule.conduct is None else (rule, rule.conduct, rule.term)


def _rank(entries: Entries, basis: str) -> Rank | None:
    found = entries["bases"].get(basis)
    return None if found is None else found.value.rank


def _bases(entries: Entries, entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """A list in use: its field by an instrument of rank (G3), its conduct by a rule; the courts' by interpretation."""
    if rule.standing is not Standing.ACTIVE:
        return
    rank = _rank(entries, rule.basis)
    if rank is not None and rank not in SCOPE_RANKS:
        message = f"“{rule.basis}” is a {rank}; a field has a list by one of: {', '.join(sorted(SCOPE_RANKS))}"
        yield entry.fault(("basis",), Rule.RANK_TOO_LOW, message)
    if rule.conduct is None:
        message = "a list in use names the department rule by which it is entered and left"
        yield entry.fault(("conduct",), Rule.MISSING_BASIS, message)
        return
    court = {Rank.JUDICIAL_INTERPRETATION} if rule.signed_by is Signer.COURT else set()
    for path, value in _conduct(rule, rule.conduct):
        rank = _rank(entries, value.basis)
        if rank is not None and rank not in CONDUCT_RANKS | court:
            message = f"“{value.basis}” is a {rank}; how a list is entered and left is said by a department rule"
            yield entry.fault((*path, "basis"), Rule.RANK_TOO_LOW, message)


def _conduct(rule: ListRule, conduct: ConductRule) -> Iterator[tuple[Path, Sourced]]:
    """Everything that says how a list is entered and left: its rule, acts, steps, term and ways off."""
    yield ("conduct",), conduct
    for index, ground in enumerate(rule.grounds):
        yield ("grounds", index), ground
    for index, step in enumerate(rule.steps):
        yield ("steps", index), step
    yield ("term",), rule.term
    for index, way in enumerate(rule.exits):
        yield ("exits", index), way


def _entries_of(entries: Entries, entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """How its entries stand in the register: a kind that is adverse, in force, of these subjects, with that choice."""
    if not rule.subjects:
        yield entry.fault(("subjects",), Rule.INCOMPLETE, "a list states its `subjects`")
    if not entries["kinds"].knows(rule.kind):
        yield entry.fault(("kind",), Rule.MISSING_REFERENCE, f"“{rule.kind}” is in no kinds/*.yaml")
    found = entries["kinds"].get(rule.kind)
    if found is not None:
        yield from _fits(entry, rule, found)
        yield from _choice(entries, entry, rule, found.value)
    words = entries["vocabularies"].get("DEPARTMENT")
    if rule.department is not None and words is not None and rule.department not in words.value.choices:
        message = f"“{rule.department}” is no department of vocabularies/*.yaml"
        yield entry.fault(("department",), Rule.MISSING_REFERENCE, message)
    if rule.department is None and rule.signed_by is Signer.HEAD_OF_ORGAN:
        yield entry.fault(("department",), Rule.INCOMPLETE, "a list of organs states whose it is")


def _fits(entry: Entry, rule: ListRule, found: Entry) -> Iterator[Fault]:
    kind: Kind = found.value
    if not usable(found, entry):
        message = f"“{rule.kind}” belongs to {found.page.layer} and is not for {entry.page.layer}"
        yield entry.fault(("kind",), Rule.OUTSIDE_DIVISION, message)
    if not rule.period.within(kind.period):
        message = f"“{rule.kind}” holds from {kind.start} until {kind.until or 'open'}"
        yield entry.fault(("kind",), Rule.BASIS_NOT_IN_FORCE, message)
    if kind.effect is not Effect.ADVERSE:
        yield entry.fault(
            ("kind",), Rule.WRONG_EFFECT, f"entries of a list are adverse; “{rule.kind}” is {kind.effect}"
        )
    elif usable(found, entry) and rule.kind not in FLOORS:
        message = f"records of “{rule.kind}” are no entries of a list; known are: {', '.join(sorted(FLOORS))} (G6)"
        yield entry.fault(("kind",), Rule.STEP_MISSING, message)
    if over := rule.subjects - kind.subjects:
        message = f"“{rule.kind}” is not of {', '.join(sorted(over))}"
        yield entry.fault(("subjects",), Rule.WIDER_THAN_BASIS, message)


def _choice(entries: Entries, entry: Entry, rule: ListRule, kind: Kind) -> Iterator[Fault]:
    if (rule.in_field is None) is not (rule.choice is None):
        yield entry.fault(("field",), Rule.INCOMPLETE, "`field` and `choice` are stated together or not at all")
        return
    if rule.in_field is None:
        return
    field = kind.fields.get(rule.in_field)
    if field is None or field.type is not FieldType.CHOICE:
        message = f"“{rule.in_field}” is no field of “{rule.kind}” with a choice"
        yield entry.fault(("field",), Rule.MISSING_REFERENCE, message)
        return
    words = entries["vocabularies"].get(field.vocabulary or "")
    if words is not None and rule.choice not in words.value.choices:
        yield entry.fault(("choice",), Rule.MISSING_REFERENCE, f"“{rule.choice}” is no choice of {field.vocabulary}")


def _grounds(entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """Acts, each once, and never a count of lighter ones (G5); a list in use has at least one."""
    if rule.standing is Standing.ACTIVE and not rule.grounds:
        yield entry.fault(("grounds",), Rule.INCOMPLETE, "a list in use states for which acts somebody is listed")
    seen: set[str] = set()
    for index, ground in enumerate(rule.grounds):
        if ground.row in seen:
            yield entry.fault(("grounds", index, "row"), Rule.DUPLICATE_KEY, f"row “{ground.row}” stands twice")
        seen.add(ground.row)
        if ground.at_least is not None:
            message = "no count of lighter matters lists anybody; name the act (G5)"
            yield entry.fault(("grounds", index, "at_least"), Rule.BY_COUNT, message)


def _names(entries: Entries, entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """Who is named beside the body, by a rule that names the relation (G26)."""
    seen: set[Relation] = set()
    for index, named in enumerate(rule.names):
        path: Path = ("names", index)
        if named.relation is Relation.ITSELF:
            yield entry.fault((*path, "relation"), Rule.OUT_OF_RANGE, "the body itself is named by being listed")
        if named.relation in seen:
            yield entry.fault((*path, "relation"), Rule.DUPLICATE_KEY, f"{named.relation} stands twice")
        seen.add(named.relation)
        rank = _rank(entries, named.basis)
        if rank is not None and rank not in CONDUCT_RANKS:
            message = f"“{named.basis}” is a {rank}; a relation is named by a department rule or above (G26)"
            yield entry.fault((*path, "basis"), Rule.LIABILITY_SPREADS, message)


def _steps(entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """In their order, each once; days where days are counted."""
    order = list(ListingStep)
    last = -1
    for index, step in enumerate(rule.steps):
        path: Path = ("steps", index)
        place = order.index(step.step)
        if place == last:
            yield entry.fault((*path, "step"), Rule.DUPLICATE_KEY, f"{step.step} stands twice")
        elif place < last:
            yield entry.fault((*path, "step"), Rule.OUT_OF_RANGE, f"the order is {', '.join(order)}")
        last = place
        if step.step in TIMED and step.working_days is None:
            yield entry.fault((*path, "working_days"), Rule.INCOMPLETE, f"{step.step} states its working days")
        elif step.working_days is not None and step.step not in TIMED:
            yield entry.fault((*path, "working_days"), Rule.OUT_OF_RANGE, f"no days are counted for {step.step}")
        elif step.working_days is not None and not 1 <= step.working_days <= LONGEST_WAIT:
            yield entry.fault((*path, "working_days"), Rule.OUT_OF_RANGE, f"from 1 to {LONGEST_WAIT} working days")


def _due_process(entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """Decision and service always; notice and defence together, and always where an organ decides (G6)."""
    steps = {step.step for step in rule.steps}
    wanted = set(FLOOR)
    if steps & HEARING or (rule.standing is Standing.ACTIVE and rule.signed_by is Signer.HEAD_OF_ORGAN):
        wanted |= HEARING
    if rule.standing is Standing.ACTIVE:
        wanted |= FLOORS.get(rule.kind, FLOOR)
    if rule.approval_zh is not None or rule.approval_en is not None:
        wanted.add(ListingStep.APPROVAL)
    if missing := wanted - steps:
        yield entry.fault(("steps",), Rule.STEP_MISSING, f"not demanded: {', '.join(sorted(missing))}")


def _term(entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """An entry ends: after stated months, or when the duty is performed; nothing else while the list is in use."""
    term = rule.term
    if term.term is TermKind.NOT_SHOWN or (rule.standing is Standing.ACTIVE and term.term not in BY_TERM):
        yield entry.fault(("term", "term"), Rule.EXIT_MISSING, "an entry of a list in use is FIXED or UNTIL_EVENT")
    organ = rule.standing is Standing.ACTIVE and rule.signed_by is Signer.HEAD_OF_ORGAN
    if organ and term.term is TermKind.UNTIL_EVENT and term.months is None:
        message = "an organ's list lasts until an event for so many months at most; state `months`"
        yield entry.fault(("term", "months"), Rule.EXIT_MISSING, message)
    if term.term is TermKind.FIXED and term.months is None:
        yield entry.fault(("term", "months"), Rule.INCOMPLETE, "a FIXED term states its months")
    if term.months is not None and not 1 <= term.months <= LONGEST:
        yield entry.fault(("term", "months"), Rule.OUT_OF_RANGE, f"from 1 to {LONGEST} months")


def _exits(entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """Off the list whenever it should not have been, and as its term says; repair before the term is over."""
    exits = {way.exit for way in rule.exits}
    by_term = BY_TERM.get(rule.term.term)
    wanted = ALWAYS if by_term is None else ALWAYS | {by_term}
    if missing := wanted - exits:
        yield entry.fault(("exits",), Rule.EXIT_MISSING, f"no way off by {', '.join(sorted(missing))}")
    seen: set[ListExit] = set()
    for index, way in enumerate(rule.exits):
        path: Path = ("exits", index)
        if way.exit in seen:
            yield entry.fault((*path, "exit"), Rule.DUPLICATE_KEY, f"{way.exit} stands twice")
        seen.add(way.exit)
        if way.after_months is None:
            continue
        if way.exit is not ListExit.REPAIRED:
            yield entry.fault((*path, "after_months"), Rule.OUT_OF_RANGE, "months are counted for REPAIRED only")
        elif not 0 <= way.after_months < (rule.term.months or LONGEST):
            message = "repair comes before the term is over"
            yield entry.fault((*path, "after_months"), Rule.OUT_OF_RANGE, message)


def _words(entry: Entry, rule: ListRule) -> Iterator[Fault]:
    """Words stand in both languages, and who approves is said where somebody approves."""
    approved = any(step.step is ListingStep.APPROVAL for step in rule.steps)
    for name, wanted in (("approval", approved), ("exempt", False)):
        zh, en = getattr(rule, f"{name}_zh"), getattr(rule, f"{name}_en")
        if (zh is None) is not (en is None) or (wanted and zh is None):
            key = f"{name}_zh" if zh is None else f"{name}_en"
            yield entry.fault((key,), Rule.INCOMPLETE, f"`{name}` is told in Chinese and in English")


def _conflict(one: Entry, other: Entry) -> Iterator[Fault]:
    """One set of records is one list: the same kind, field and choice for the same days is a conflict."""
    first: ListRule = one.value
    second: ListRule = other.value
    same = first.kind == second.kind and _overlap(first, second) and first.period.overlaps(second.period)
    near = NATIONAL in (one.page.layer, other.page.layer) or (
        covers(one.page.layer, other.page.layer) or covers(other.page.layer, one.page.layer)
    )
    if same and near:
        message = f"{one.name} is already the list of these records"
        yield other.fault(("kind",), Rule.CONFLICTING_ROWS, message)


def _overlap(first: ListRule, second: ListRule) -> bool:
    """Whether a record could stand on both: the same choice, or all of a kind; a list not yet in use may name none."""
    if any(rule.standing is Standing.INACTIVE and rule.choice is None for rule in (first, second)):
        return False
    if first.choice is None or second.choice is None:
        return True
    return (first.in_field, first.choice) == (second.in_field, second.choice)
