"""What is told of listings: one with its history and steps, those of a body, those before a unit; who may do what."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinshu.law.catalogue import Catalogue
from xinshu.law.list_rules import ListRule
from xinshu.law.listing import Missing, defence_until, missing_before, missing_steps
from xinshu.law.terms import ListingStep, Standing
from xinshu.proceedings.cases import queries as cases
from xinshu.proceedings.cases.queries import MOST, CaseRow, EventRow
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.lists.states import LISTING, OPEN, ListingState
from xinshu.register.access.queries import OrganRow, posts_of
from xinshu.register.access.roles import Role

LATELY: Final = 50
PROPOSERS: Final = frozenset({Role.CLERK, Role.REVIEWER})
REVIEWERS: Final = frozenset({Role.REVIEWER})
APPROVERS: Final = frozenset({Role.REVIEWER, Role.HEAD})
SIGNERS: Final = frozenset({Role.HEAD})
ANYBODY: Final = frozenset({Role.CLERK, Role.REVIEWER, Role.HEAD})

PROPOSED_BY: Final = ("propose", "revise")
"""Whoever took one of these proposed what the notice then tells."""

STEP_OF: Final[Mapping[str, ListingStep]] = {
    "review": ListingStep.LEGAL_REVIEW,
    "approve": ListingStep.APPROVAL,
    "decide": ListingStep.DECISION,
}
"""Events that are a step of the law on the day on which they happen."""

BEFORE: Final[Mapping[str, ListingStep]] = {**STEP_OF, "enter": ListingStep.WAIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCase:
    """A listing with its history, its rule (None: the catalogue of the day has it no more), and its steps so far."""

    row: CaseRow
    history: tuple[EventRow, ...]
    rule: ListRule | None
    done: Mapping[ListingStep, date]

    @property
    def list(self) -> str:
        """The list's name in the catalogue."""
        return str(self.row.form["list"])

    def happened(self, *events: str) -> EventRow | None:
        """The last time that one of these happened."""
        return next((line for line in reversed(self.history) if line.event in events), None)

    def actors(self, *events: str) -> frozenset[str]:
        """Who took these steps."""
        return frozenset(line.actor for line in self.history if line.event in events)

    @property
    def revised(self) -> bool:
        """Whether the proposal was changed after the last notice, and the body was not told of it."""
        changed, noticed = self.happened("revise"), self.happened("notice")
        return changed is not None and noticed is not None and noticed.place < changed.place

    @property
    def unanswered(self) -> bool:
        """Whether the body said something to which nobody has answered yet."""
        said, answered = self.happened("defend"), self.happened("answer")
        return said is not None and (answered is None or answered.place < said.place)

    def missing(self, catalogue: Catalogue, *, on_date: date) -> tuple[Missing, ...]:
        """What its list demands and is not done, as of that day; nothing where its list is gone."""
        return () if self.rule is None else missing_steps(self.rule, self.done, catalogue, on_date=on_date)

    def missing_before(self, event: str, catalogue: Catalogue, *, on_date: date) -> tuple[Missing, ...]:
        """What has to be done before that event may happen on that day."""
        if self.rule is None or event not in BEFORE:
            return ()
        if event == "enter":
            return self.missing(catalogue, on_date=on_date)
        return missing_before(self.rule, BEFORE[event], self.done, catalogue, on_date=on_date)


def listing_case(case: UUID, catalogue: Catalogue) -> ListingCase | None:
    """The listing of that number, or None; the caller sees to it that it is shown to its sides alone."""
    found = cases.case(case)
    return None if found is None or found.course != LISTING.name else _told(found, catalogue)


def listing_of_record(record_ref: UUID, catalogue: Catalogue) -> ListingCase | None:
    """The case by which that entry of a list was made here; None: it came in from elsewhere, with its attestation."""
    found = cases.of_record(record_ref, courses=[LISTING.name])
    return _told(found[0], catalogue) if found else None


def listings_of(subjects: Collection[int], catalogue: Catalogue) -> tuple[ListingCase, ...]:
    """Every listing of these bodies, newest first; at most 100."""
    return tuple(_told(row, catalogue) for row in cases.cases_of(subjects, courses=[LISTING.name])[0])


def told_to(subjects: Collection[int], catalogue: Catalogue) -> tuple[ListingCase, ...]:
    """Those of which these bodies were told: a proposal that was never noticed is the unit's own paper."""
    return tuple(one for one in listings_of(subjects, catalogue) if one.happened("notice") is not None)


def listings_open(units: Collection[str] | None, catalogue: Catalogue) -> tuple[ListingCase, ...]:
    """Those before these units (None: all) that are not over, the nearest last day first; at most 100."""
    states = [*OPEN, ListingState.REMOVAL_PROPOSED]
    found, _ = cases.cases_before(units, courses=[LISTING.name], states=states, most=MOST)
    return tuple(_told(row, catalogue) for row in found)


def listings_over(units: Collection[str] | None, catalogue: Catalogue) -> tuple[ListingCase, ...]:
    """Those of these units (None: all) that were entered, dropped or left, the newest first; at most 50."""
    states = sorted(LISTING.closed)
    found, _ = cases.cases_before(units, courses=[LISTING.name], states=states, open_only=False, most=MOST)
    newest = sorted(found, key=lambda row: row.opened_at, reverse=True)[:LATELY]
    return tuple(_told(row, catalogue) for row in newest)


def lists_for(organ: OrganRow, catalogue: Catalogue, *, on_date: date) -> dict[str, ListRule]:
    """The lists that an organ keeps by cases here: its department's, in use and in force, where it is."""
    return {
        name: rule
        for name, rule in catalogue.lists.items()
        if rule.department == organ.department
        and rule.standing is Standing.ACTIVE
        and on_date in rule.period
        and not rule.external
        and catalogue.applies_in(name, organ.division)
    }


def open_listing_of(subject: int, name: str) -> CaseRow | None:
    """The listing of that body on that list which is not over yet, or None."""
    found, _ = cases.cases_of([subject], courses=[LISTING.name])
    return next((row for row in found if row.state in OPEN and row.form["list"] == name), None)


def holds(username: str, organ: str, roles: Collection[Role], *, on_date: date) -> bool:
    """Whether a member of staff holds one of these posts at that organ on that day."""
    held = posts_of(username, on_date=on_date)
    return any(post.role in roles and post.organ is not None and post.organ.code == organ for post in held)


def days_done(history: Collection[EventRow]) -> dict[ListingStep, date]:
    """The day of each step, counted from the last notice on; of the defence its last day."""
    done: dict[ListingStep, date] = {}
    for line in history:
        match line.event:
            case "notice":
                done = {}
            case "serve_notice":
                done[ListingStep.NOTICE] = date.fromisoformat(line.said["served_on"])
                if line.said.get("until"):
                    done[ListingStep.DEFENCE] = date.fromisoformat(line.said["until"])
            case "defend":
                done = {step: day for step, day in done.items() if step in {ListingStep.NOTICE, ListingStep.DEFENCE}}
            case "serve_decision":
                done[ListingStep.SERVICE] = date.fromisoformat(line.said["served_on"])
            case event if event in STEP_OF:
                done[STEP_OF[event]] = line.on_day
    return done


def helped(username: str, history: Collection[EventRow]) -> bool:
    """Whether a member of staff wrote down what the body said in this case."""
    return any(line.side == Side.COUNTER and line.actor == username for line in history)


def _told(row: CaseRow, catalogue: Catalogue) -> ListingCase:
    lines, rule = cases.history(row.id), catalogue.lists.get(row.form["list"])
    done = days_done(lines)
    if rule is not None and ListingStep.NOTICE in done and ListingStep.DEFENCE not in done:
        last = defence_until(rule, done[ListingStep.NOTICE], catalogue)
        if isinstance(last, date):
            done[ListingStep.DEFENCE] = last
    return ListingCase(row=row, history=lines, rule=rule, done=done)
