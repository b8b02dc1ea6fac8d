"""What is told of agencies: to everyone the late list; to staff and to one agency what to mend; to a slip its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Q

from xinshu.kit.moment import Moment, legal_day
from xinshu.law.agencies import Term
from xinshu.law.deadlines import due_on, overdue
from xinshu.regimes.agencies.models import Agency, Audit, Finding, Matter, MatterStep, Slip
from xinshu.regimes.agencies.states import Cause, Event, Found, MatterState, Source, Who
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.queries import first_ending
from xinshu.register.records.queries import shown_record

FEW: Final = 200
MOST_FINDINGS: Final = 10_000


class AgencyRow(NamedTuple):
    """An agency that is registered: `box` is the secret address of its notices."""

    id: int
    name: str
    code: str
    contact: str
    feed: str
    site: str
    recipient: str
    box: UUID
    valid_from: date


class AuditRow(NamedTuple):
    """An audit in numbers; `faults` are rows that could not be read: number, field, rule."""

    source: Source
    on_day: date
    at: datetime
    rows: int
    same: int
    late: int
    altered: int
    not_shown: int
    faulty: int
    faults: tuple[tuple[int, str, str], ...]
    failure: str

    @property
    def clean(self) -> bool:
        """Whether everything could be read, and nothing differs."""
        return not (self.failure or self.faulty or self.late or self.altered or self.not_shown)


class FindingRow(NamedTuple):
    """A copy that differs, without any value."""

    record_ref: UUID
    found: Found
    fields: tuple[str, ...]


class StepRow(NamedTuple):
    """What happened in a matter."""

    event: Event
    who: Who
    actor: str
    on_day: date
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRow:
    """A matter for staff and its agency. `late`: its term is over. `salt`, `mark`: of the slip that reported it."""

    id: UUID
    agency: str
    cause: Cause
    state: MatterState
    opened_on: date
    due_on: date | None
    listed_on: date | None
    closed_on: date | None
    count: int
    through: int | None
    address: str
    salt: str
    mark: str
    late: bool
    steps: tuple[StepRow, ...]


class LateRow(NamedTuple):
    """A line of the public late list: an agency, for what, how many, since when. Never a subject."""

    agency: str
    cause: Cause
    copies: int
    since: date


@dataclass(frozen=True, slots=True)
class Box:
    """What an agency is told at the address of its notices."""

    agency: AgencyRow
    audit: AuditRow | None
    findings: tuple[FindingRow, ...]
    matters: tuple[MatterRow, ...]


class ReportedRow(NamedTuple):
    """A reported copy as whoever holds the slip sees it: the host, never the whole address."""

    site: str
    known: bool
    state: MatterState
    reported_on: date
    due_on: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A slip that was issued, and what became of the copies that were reported with it.

    `shown_again`: the record is shown today, so that the slip asks for nothing any more.
    """

    number: UUID
    issued_on: date
    shown_again: bool
    reported: tuple[ReportedRow, ...]


class Acknowledged(NamedTuple):
    """Of a subscriber: its name among recipients, the number before which each ending is applied, since when."""

    name: str
    through: int
    at: datetime | None


class OverdueRow(NamedTuple):
    """The oldest ending that a subscriber has not confirmed: its number, when it was numbered, its last day."""

    name: str
    number: int
    numbered_at: datetime
    due_on: date | None
    overdue: bool


def agencies() -> tuple[AgencyRow, ...]:
    """Every agency that is registered now, by name."""
    return tuple(_agency(found) for found in Agency.objects.filter(ended_on__isnull=True).order_by("name"))


def agency(name: str) -> AgencyRow | None:
    """The registered agency of that name."""
    found = Agency.objects.filter(ended_on__isnull=True, name=name).first()
    return None if found is None else _agency(found)


def last_audit(agency_id: int) -> AuditRow | None:
    """The last audit of an agency."""
    found = Audit.objects.filter(agency_id=agency_id).order_by("-id").first()
    if found is None:
        return None
    counts = (found.rows, found.same, found.late, found.altered, found.not_shown, found.faulty)
    faults = tuple((row, field, rule) for row, field, rule in found.faults)
    return AuditRow(Source(found.source), found.on_day, found.at, *counts, faults, found.failure)


def findings(agency_id: int) -> tuple[FindingRow, ...]:
    """What the last audit found of an agency; at most MOST_FINDINGS."""
    found = Finding.objects.filter(agency_id=agency_id).order_by("id")[:MOST_FINDINGS]
    return tuple(FindingRow(row.record_ref, Found(row.found), tuple(row.fields)) for row in found)


def late_list() -> tuple[LateRow, ...]:
    """The public late list: by name, only what a person has decided to name and is not mended yet."""
    listed = Matter.objects.filter(state=MatterState.LISTED, agency__ended_on__isnull=True).select_related("agency")
    rows = listed.order_by("agency__name", "cause").values_list("agency__name", "cause", "count", "listed_on")
    return tuple(LateRow(name, Cause(cause), count, since) for name, cause, count, since in rows if since is not None)


def matters(*, on_date: date, agency_id: int | None = None, closed: bool = False) -> tuple[MatterRow, ...]:
    """Open matters (or closed ones), the nearest due day first; of one agency, or of all. At most FEW."""
    wanted = Q(state=MatterState.CLOSED) if closed else ~Q(state=MatterState.CLOSED)
    if agency_id is not None:
        wanted &= Q(agency_id=agency_id)
    found = Matter.objects.filter(wanted).select_related("agency", "slip")
    order = ("-closed_on", "id") if closed else ("due_on", "opened_on", "id")
    return tuple(_matter(row, on_date) for row in found.order_by(*order)[:FEW])


def matter(matter_id: UUID, *, on_date: date) -> MatterRow | None:
    """One matter with its history."""
    found = Matter.objects.filter(id=matter_id).select_related("agency", "slip").first()
    return None if found is None else _matter(found, on_date)


def box(address: UUID, *, on_date: date) -> Box | None:
    """What stands at the secret address of an agency."""
    found = Agency.objects.filter(box=address, ended_on__isnull=True).first()
    if found is None:
        return None
    return Box(_agency(found), last_audit(found.id), findings(found.id), matters(on_date=on_date, agency_id=found.id))


def _shown_again(found: Slip, day: date) -> bool:
    """Whether what ended is shown again; what is erased never is."""
    if found.subject_id is None or found.record_ref is None:
        return False
    return shown_record(subject=found.subject_id, record_ref=found.record_ref, on_date=day) is not None


def slip(number: UUID, *, on_date: date) -> SlipRow | None:
    """An issued slip by its number."""
    found = Slip.objects.filter(id=number).first()
    if found is None:
        return None
    reported = Matter.objects.filter(slip_id=number).select_related("agency").order_by("opened_on", "id")
    return SlipRow(
        found.id,
        found.issued_on,
        _shown_again(found, on_date),
        tuple(
            ReportedRow(
                host_of(row.address),
                row.agency_id is not None,
                MatterState(row.state),
                row.opened_on,
                row.due_on,
                row.closed_on,
            )
            for row in reported
        ),
    )


def overdue_endings(states: Iterable[Acknowledged], *, moment: Moment) -> tuple[OverdueRow, ...]:
    """Of each subscriber the oldest ending that it has not confirmed, if there is one, and whether it is late."""
    catalogue = catalogue_on(moment.day).catalogue
    rule = catalogue.deadline_on(Term.ACKNOWLEDGEMENT, moment.day)
    rows = []
    for state in states:
        ending = first_ending(state.through)
        if ending is not None:
            last = due_on(legal_day(ending.numbered_at), rule, catalogue.calendar)
            late = overdue(last, moment.day)
            rows.append(OverdueRow(state.name, ending.number, ending.numbered_at, last, late))
    return tuple(rows)


def host_of(address: str) -> str:
    """The host of an address, in small letters, without a leading www; "" where there is none."""
    try:
        named = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return named.rstrip(".").removeprefix("www.")


def _agency(found: Agency) -> AgencyRow:
    return AgencyRow(
        found.id,
        found.name,
        found.code,
        found.contact,
        found.feed,
        found.site,
        found.recipient,
        found.box,
        found.valid_from,
    )


def _matter(found: Matter, on_date: date) -> MatterRow:
    steps = MatterStep.objects.filter(matter_id=found.id).order_by("place")
    return MatterRow(
        id=found.id,
        agency="" if found.agency is None else found.agency.name,
        cause=Cause(found.cause),
        state=MatterState(found.state),
        opened_on=found.opened_on,
        due_on=found.due_on,
        listed_on=found.listed_on,
        closed_on=found.closed_on,
        count=found.count,
        through=found.through,
        address=found.address,
        salt="" if found.slip is None or found.slip.salt is None else bytes(found.slip.salt).hex(),
        mark="" if found.slip is None else bytes(found.slip.mark).hex(),
        late=found.state != MatterState.CLOSED and overdue(found.due_on, on_date),
        steps=tuple(StepRow(Event(step.event), Who(step.who), step.actor, step.on_day, step.words) for step in steps),
    )
