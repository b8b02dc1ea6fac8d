"""What is told of repairs: whether a record may be repaired, one case with both its clocks, and what is overdue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from xinshu.kit.period import Period
from xinshu.kit.workdays import NotYetComputable, add_working_days, working_days_between
from xinshu.law.catalogue import Catalogue
from xinshu.law.deadlines import due_on, overdue
from xinshu.law.entries import FieldRole
from xinshu.law.repair import Asked, RepairEligibility, repair_eligibility
from xinshu.law.terms import Area, CourtPlan, Penalty, Procedure, Severity
from xinshu.proceedings.cases import queries as cases
from xinshu.proceedings.cases.queries import MOST, CaseRow, EventRow
from xinshu.proceedings.lists.queries import ListingCase, listing_of_record
from xinshu.proceedings.repair.models import RepairBan
from xinshu.proceedings.repair.states import APPLIED, COURSES, DELISTING, LISTING, REPAIR, RepairState
from xinshu.register.access.queries import PostRow, departments_of, posts_of
from xinshu.register.access.roles import Role
from xinshu.register.records.own import AboutRow, about, about_record

SERIOUS: Final = frozenset({Severity.SERIOUS, Severity.GRAVE})
SHIELDED: Final = "SHIELDED"
"""As records name why they hide one whose subject performs a plan that a court approved."""

OFFICERS: Final = frozenset({Role.CLERK, Role.REVIEWER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Both deadlines of an application. None: not running, or its year is not announced yet (then `applied_on` is set).

    `applied_on`: the day that the result counts from. `accept_by`: by when the unit says whether it accepts.
    `result_by`: by when the result is due; while the application lies with the subject it stands still (`still`).
    """

    applied_on: date | None
    accept_by: date | None
    result_by: date | None
    still: bool
    extended: bool

    def late_on(self, day: date) -> bool:
        """Whether the unit is late with anything on that day."""
        return not self.still and (overdue(self.accept_by, day) or overdue(self.result_by, day))


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairCase:
    """An application with its history and clocks; `about` is the record as it stands, None once it is erased."""

    row: CaseRow
    history: tuple[EventRow, ...]
    clocks: Clocks
    about: AboutRow | None
    serious: bool

    def late_on(self, day: date) -> bool:
        """Whether it should have gone on by that day."""
        return self.row.closed_on is None and (self.clocks.late_on(day) or self.row.overdue_on(day))

    @property
    def last(self) -> EventRow:
        """What happened last."""
        return self.history[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAsked:
    """A question to the unit of a list whether it is left, and its answer; `listing`: the case that made the entry.

    No such case: the entry came in from elsewhere, and its unit files what it decides.
    """

    question: CaseRow
    answer: EventRow | None
    listing: ListingCase | None

    @property
    def leaves(self) -> bool:
        """Whether the unit answered that the list is left."""
        return self.answer is not None and bool(self.answer.said["leaves"])


def banned_until(subjects: Collection[int], *, on_date: date) -> date | None:
    """The first day on which these may ask again after a false commitment; None where no ban holds."""
    held = RepairBan.objects.filter(subject_id__in=subjects, until__gt=on_date).order_by("-until").first()
    return None if held is None else held.until


def eligibility(
    record: AboutRow,
    catalogue: Catalogue,
    *,
    form: Mapping[str, Any],
    found: bool | None = None,
    plan: CourtPlan | None = None,
    on_date: date,
) -> RepairEligibility:
    """What the law says of repairing that record on that day, by what the form states.

    `found`: what the unit found of duties and other conditions, in place of what the applicant says. `plan`: how a plan
    that a court approved stands, where that is being decided; else a record under a shield has one that is performed.
    """
    said = True if form.get("duties_done") else None
    facts = _facts(record, catalogue)
    asked = Asked(
        kind=record.kind,
        severity=None if record.severity is None else Severity(record.severity),
        department=departments_of({record.organ_code}).get(record.organ_code),
        decided_on=record.decided_on,
        period=None if record.public_from is None else Period(record.public_from, record.public_until),
        repair_from=record.repair_from,
        regime=record.regime,
        duties_done=said if found is None else found,
        commitment_given=bool(form.get("commitment")),
        others_met=found,
        banned_until=banned_until([record.subject], on_date=on_date),
        court_plan=plan or (CourtPlan.APPROVED if SHIELDED in (record.hidden_for or "").split(",") else None),
        penalties=penalties_of(record, catalogue),
        procedure=Procedure(facts[FieldRole.PROCEDURE]) if FieldRole.PROCEDURE in facts else None,
        area=Area(facts[FieldRole.AREA]) if FieldRole.AREA in facts else None,
    )
    return repair_eligibility(asked, catalogue, on_date=on_date)


def penalties_of(record: AboutRow, catalogue: Catalogue) -> frozenset[Penalty]:
    """The kinds of penalty that a record states."""
    return frozenset(map(Penalty, _facts(record, catalogue).get(FieldRole.PENALTIES, ())))


def _facts(record: AboutRow, catalogue: Catalogue) -> dict[FieldRole, Any]:
    """What the content of a record says by the role of its fields, where it says anything."""
    kind, content = catalogue.kinds.get(record.kind), orjson.loads(record.content)
    fields = {} if kind is None else kind.fields
    return {rule.role: content[name] for name, rule in fields.items() if rule.role is not None and content.get(name)}


def is_serious(record: AboutRow) -> bool:
    """Whether a second person is needed: a serious class, or an entry of a list of the seriously dishonest."""
    return record.severity in SERIOUS or record.kind == LISTING


def repair_case(case: UUID, catalogue: Catalogue, *, on_date: date) -> RepairCase | None:
    """The application of that number, or None; the caller sees to it that it is shown to its two sides alone."""
    found = cases.case(case)
    if found is None or found.course != REPAIR.name:
        return None
    return _told(found, catalogue, on_date)


def repairs_of(subjects: Collection[int], catalogue: Catalogue, *, on_date: date) -> tuple[RepairCase, ...]:
    """Every application of these subjects, newest first; at most 100."""
    found, _ = cases.cases_of(subjects, courses=[REPAIR.name])
    return tuple(_told(row, catalogue, on_date) for row in found)


def repairs_before(
    units: Collection[str] | None, catalogue: Catalogue, *, open_only: bool, skip: int = 0, on_date: date
) -> tuple[tuple[RepairCase, ...], int]:
    """The applications before these units (None: every one), the nearest last day first, and how many in all.

    Drafts and what is pre-lodged are the subject's own, and are not among them.
    """
    states = [state for state in RepairState if state not in {RepairState.DRAFT, RepairState.PRELODGED}]
    found, many = cases.cases_before(units, courses=[REPAIR.name], states=states, open_only=open_only, skip=skip)
    told = [_told(row, catalogue, on_date) for row in found]
    return tuple(sorted(told, key=lambda case: not case.late_on(on_date))), many


def asked_of_lists(units: Collection[str] | None, *, open_only: bool = True) -> tuple[CaseRow, ...]:
    """The questions to these units whether a listing is left, now that the record it rests on is repaired."""
    return cases.cases_before(units, courses=[COURSES[1]], open_only=open_only)[0]


def lists_asked(case: CaseRow, catalogue: Catalogue) -> tuple[ListAsked, ...]:
    """What was asked of lists once the record of a repair was repaired, and where it goes on, the oldest first."""
    asked, _ = cases.cases_of([case.subject], courses=[DELISTING.name])
    found = (row for row in reversed(asked) if row.form["repaired"] == str(case.record_ref))
    return tuple(list_asked(row, catalogue) for row in found)


def list_asked(question: CaseRow, catalogue: Catalogue) -> ListAsked:
    """A question to the unit of a list, with its answer and the case that made the entry."""
    answer = next((line for line in cases.history(question.id) if line.event == "answer"), None)
    made = None if question.record_ref is None else listing_of_record(question.record_ref, catalogue)
    return ListAsked(question=question, answer=answer, listing=made)


def asked_by(question: UUID) -> UUID | None:
    """The repair because of which that question was asked of a list."""
    found = cases.case(question)
    if found is None or found.course != DELISTING.name:
        return None
    return next((row.id for row in cases.of_record(UUID(found.form["repaired"]), courses=[REPAIR.name])), None)


def open_case_of(record_ref: UUID) -> CaseRow | None:
    """The application about that record that is not over, or None."""
    return next(iter(cases.of_record(record_ref, courses=[REPAIR.name], open_only=True)), None)


def listings_that_cite(record: AboutRow, *, on_date: date) -> tuple[AboutRow, ...]:
    """Entries of lists, whoever made them, that name the number of this record's document and have not ended."""
    number = record.document_number
    entries, _ = about([record.subject], on_date=on_date, kind=LISTING, most=MOST)
    return tuple(
        entry
        for entry in entries
        if entry.ended is None
        and entry.record_ref != record.record_ref
        and number
        and any(number in str(value) for value in orjson.loads(entry.content).values())
    )


def held_by(case: CaseRow, *, on_date: date) -> AboutRow | None:
    """The record that a case is about."""
    return None if case.record_ref is None else about_record([case.subject], case.record_ref, on_date=on_date)


def unit_of(username: str, unit: str, roles: Collection[Role] = OFFICERS, *, on_date: date) -> bool:
    """Whether a member of staff holds one of these posts in that unit."""
    return any(_in_unit(post, unit) and post.role in roles for post in posts_of(username, on_date=on_date))


def may_help(username: str, unit: str, *, on_date: date) -> bool:
    """Whether a member of staff may fill the form for a subject: a clerk of the unit, or an operator."""
    posts = posts_of(username, on_date=on_date)
    return any(post.role is Role.OPERATOR or (_in_unit(post, unit) and post.role is Role.CLERK) for post in posts)


def clocks(case: CaseRow, history: Sequence[EventRow], catalogue: Catalogue) -> Clocks:
    """Both deadlines of an application, from its history: counted anew, so that a year announced later is counted.

    The result is due within its working days of the application, in total. While the application was returned it lay
    with the subject: those working days are left out, the clock stands still and never begins again.
    """
    applied = next((line for line in history if line.event in APPLIED), None)
    if applied is None or case.closed_on is not None:
        said = None if applied is None else _applied_on(applied)
        return Clocks(applied_on=said, accept_by=None, result_by=None, still=False, extended=False)
    since = _applied_on(applied)
    still = case.state == RepairState.RETURNED
    extended = any(line.event == "extend" for line in history)
    result = result_by(history, catalogue)
    pushed = [line for line in history if line.event in {"lodge", "file", "complete"}]
    accept = None
    if case.state == RepairState.LODGED and pushed:
        accept = due_on(pushed[-1].on_day, catalogue.deadline_on("REPAIR_ACCEPT", since), catalogue.calendar)
        accept = min((day for day in (accept, result) if day is not None), default=None) if result else accept
    return Clocks(applied_on=since, accept_by=accept, result_by=result, still=still, extended=extended)


def result_by(history: Sequence[EventRow], catalogue: Catalogue, *, extended: bool = False) -> date | None:
    """The last day for the result; None where none runs, or it cannot be computed yet. `extended`: as from now on."""
    applied = next((line for line in history if line.event in APPLIED), None)
    if applied is None:
        return None
    since = _applied_on(applied)
    rule = catalogue.deadline_on("REPAIR_RESULT", since)
    if rule is None:
        return None
    days = rule.working_days
    if extended or any(line.event == "extend" for line in history):
        more = catalogue.deadline_on("REPAIR_EXTENSION", since)
        days += 0 if more is None else more.working_days
    for returned, completed in _with_the_subject(history):
        pause = working_days_between(returned, completed, catalogue.calendar)
        if isinstance(pause, NotYetComputable):
            return None
        days += pause
    last = add_working_days(since, days, catalogue.calendar)
    return None if isinstance(last, NotYetComputable) else last


def may_be_heard_until(case: CaseRow, history: Sequence[EventRow]) -> tuple[date | None, bool]:
    """The last day for a reply to the notice of revocation, and whether one was given since that notice."""
    noticed = max(line.place for line in history if line.event == "notice_revocation")
    return case.due_on, any(line.event == "reply" and line.place > noticed for line in history)


def _with_the_subject(history: Sequence[EventRow]) -> list[tuple[date, date]]:
    returned = [line.on_day for line in history if line.event == "return"]
    completed = [line.on_day for line in history if line.event == "complete"]
    return list(zip(returned, completed, strict=False))


def _applied_on(line: EventRow) -> date:
    return date.fromisoformat(line.said["applied_on"])


def _in_unit(post: PostRow, unit: str) -> bool:
    return post.organ is not None and post.organ.code == unit


def _told(row: CaseRow, catalogue: Catalogue, day: date) -> RepairCase:
    history, record = cases.history(row.id), held_by(row, on_date=day)
    return RepairCase(
        row=row,
        history=history,
        clocks=clocks(row, history, catalogue),
        about=record,
        serious=record is not None and is_serious(record),
    )
