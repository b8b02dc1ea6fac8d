"""What is told of shields: one with its history and records, those of a body, those that wait, those over a unit's."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from xinshu.kit.workdays import NotYetComputable, add_working_days, working_days_between
from xinshu.law.catalogue import Catalogue
from xinshu.law.repair import Finding
from xinshu.law.shielding import Sheltered, shielding
from xinshu.law.terms import Condition, CourtPlan, Effect
from xinshu.law.verdict import Reason
from xinshu.parties.mandates.queries import bodies_of
from xinshu.proceedings.cases import queries as cases
from xinshu.proceedings.cases.queries import CaseRow, EventRow
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.repair.queries import eligibility
from xinshu.proceedings.shield.models import Shielded
from xinshu.proceedings.shield.states import SHIELD, WAITING, WITHHOLDING, Fate, ShieldState
from xinshu.register.access.queries import posts_of
from xinshu.register.access.roles import Role
from xinshu.register.records.own import AboutRow, about
from xinshu.register.subjects.queries import described

PAGE: Final = 500
LATELY: Final = 50
HELPERS: Final = frozenset({Role.CLERK, Role.OPERATOR})


class Covered(NamedTuple):
    """An adverse record that is or would still be shown, and whether an order shields it, by which article."""

    record: AboutRow
    shielded: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class ShieldedRow:
    """A record under a shield: whose it is, since when, what became of it and when."""

    record_ref: UUID
    organ: str
    fate: Fate
    hidden_on: date
    over_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShieldCase:
    """A shield with its history, and the records under it."""

    row: CaseRow
    history: tuple[EventRow, ...]
    records: tuple[ShieldedRow, ...]

    def happened(self, *events: str) -> EventRow | None:
        """The last time that one of these happened."""
        return next((line for line in reversed(self.history) if line.event in events), None)


def shield_case(case: UUID) -> ShieldCase | None:
    """The shield of that number, or None; the caller sees to it that it is shown to its sides alone."""
    found = cases.case(case)
    return None if found is None or found.course != SHIELD.name else _told(found)


def shields_of(subjects: Collection[int]) -> tuple[ShieldCase, ...]:
    """Every shield of these bodies, newest first; at most 100."""
    return tuple(map(_told, cases.cases_of(subjects, courses=[SHIELD.name])[0]))


def shields_waiting() -> tuple[ShieldCase, ...]:
    """Those in which an officer of the platform has to do something, the nearest last day first; at most 100."""
    return tuple(map(_told, cases.cases_before(None, courses=[SHIELD.name], states=WAITING)[0]))


def shields_performed() -> tuple[ShieldCase, ...]:
    """Those of plans that are being performed; at most 100."""
    return tuple(map(_told, cases.cases_before(None, courses=[SHIELD.name], states=[ShieldState.GRANTED])[0]))


def shields_over() -> tuple[ShieldCase, ...]:
    """Those that were decided and are over, the newest first; at most 50."""
    states = [ShieldState.REFUSED, ShieldState.COMPLETED, ShieldState.FAILED]
    found, _ = cases.cases_before(None, courses=[SHIELD.name], states=states, open_only=False)
    return tuple(map(_told, sorted(found, key=lambda row: row.opened_at, reverse=True)[:LATELY]))


def shields_over_records_of(units: Collection[str]) -> tuple[ShieldCase, ...]:
    """For units: the shields under which records of theirs stand or stood, the newest first; at most 50."""
    numbers = Shielded.objects.filter(organ_code__in=units).order_by("-hidden_on").values_list("case_id", flat=True)
    found = (shield_case(number) for number in list(dict.fromkeys(numbers))[:LATELY])
    return tuple(one for one in found if one is not None)


def open_shield_of(subjects: Collection[int]) -> CaseRow | None:
    """The shield of these bodies that is not over, or None."""
    found, _ = cases.cases_of(subjects, courses=[SHIELD.name])
    return next((row for row in found if row.closed_on is None), None)


def bodies_under(subject: int) -> tuple[int, ...]:
    """The body and every other that the same present code names: one order is about all of them."""
    found = described([subject])
    same = (body.subject for body in bodies_of(found[0].code)) if found and found[0].code else ()
    return tuple(dict.fromkeys((subject, *same)))


def adverse(subjects: Iterable[int], catalogue: Catalogue, *, on_date: date) -> tuple[AboutRow, ...]:
    """The adverse records of these bodies that have not ended and are shown, or will or would be, from that day on."""
    found = every_record(subjects, on_date=on_date)
    kinds = {name for name, kind in catalogue.kinds.items() if kind.effect is Effect.ADVERSE}
    return tuple(row for row in found if row.kind in kinds and not is_over(row, on_date))


def every_record(subjects: Iterable[int], *, on_date: date) -> list[AboutRow]:
    """Every record about these bodies, the newest first; the caller leaves a line in the trail."""
    found: list[AboutRow] = []
    subjects, count = list(subjects), 1
    while len(found) < count:
        rows, count = about(subjects, on_date=on_date, most=PAGE, skip=len(found))
        if not rows:
            break
        found += rows
    return found


def is_over(record: AboutRow, day: date) -> bool:
    """Whether nothing of a record would be shown from that day on, with or without a shield."""
    if record.ended is not None or record.public_from is None:
        return True
    return record.public_until is not None and record.public_until <= day


def coverage(subjects: Iterable[int], ordered_on: date, catalogue: Catalogue, *, on_date: date) -> tuple[Covered, ...]:
    """What an order of that day shields of these bodies' adverse records, and what not, each with its reason.

    A record without a day of decision was determined before we had it.
    """
    told = []
    for record in adverse(subjects, catalogue, on_date=on_date):
        day = record.decided_on or record.recorded_on
        asked = Sheltered(kind=record.kind, determined_on=day, ordered_on=ordered_on)
        told.append(Covered(record, *shielding(asked, catalogue, on_date=on_date)))
    return tuple(told)


def against_final_repair(
    record: AboutRow, catalogue: Catalogue, form: Mapping[str, Any], *, on_date: date
) -> tuple[Finding, ...]:
    """The conditions that stand against final repair of a record after the plan was performed; none: it ends.

    Whether it is on display today is no condition: the shield itself took it off.
    """
    performed = {"duties_done": True, "commitment": bool(form.get("commitment"))}
    answer = eligibility(record, catalogue, form=performed, found=True, plan=CourtPlan.COMPLETED, on_date=on_date)
    return tuple(one for one in answer.findings if one.met is False and one.condition is not Condition.ON_DISPLAY)


def due_again(history: Sequence[EventRow], catalogue: Catalogue, *, on_date: date) -> date | None:
    """The last day for the result once what was missing has come that day: the days with the applicant are left out."""
    lodged = next(line.on_day for line in history if line.event == "lodge")
    returned = [line.on_day for line in history if line.event == "return"]
    rule = catalogue.deadline_on("SHIELD_RESULT", lodged)
    pause = working_days_between(returned[-1], on_date, catalogue.calendar) if returned else 0
    if rule is None or isinstance(pause, NotYetComputable):
        return None
    last = add_working_days(lodged, rule.working_days + pause, catalogue.calendar)
    return None if isinstance(last, NotYetComputable) else last


def helped(username: str, history: Sequence[EventRow]) -> bool:
    """Whether a member of staff filled the form of this case at a counter."""
    return any(line.side == Side.COUNTER and line.actor == username for line in history)


def may_help(username: str, *, on_date: date) -> bool:
    """Whether a member of staff may fill the form for a body at a counter."""
    return any(post.role in HELPERS for post in posts_of(username, on_date=on_date))


def withheld_now(case: UUID) -> tuple[tuple[int, UUID], ...]:
    """The records (subject, reference) that a shield withholds."""
    found = Shielded.objects.filter(case_id=case, fate=Fate.WITHHELD).order_by("hidden_on", "record_ref")
    return tuple(found.values_list("subject_id", "record_ref"))


def withholding() -> tuple[UUID, ...]:
    """The numbers of the shields that withhold records now."""
    return tuple(case for state in WITHHOLDING for case in cases.in_state(SHIELD.name, state))


def _told(row: CaseRow) -> ShieldCase:
    lines = Shielded.objects.filter(case_id=row.id).order_by("hidden_on", "record_ref")
    records = tuple(
        ShieldedRow(line.record_ref, line.organ_code, Fate(line.fate), line.hidden_on, line.over_on) for line in lines
    )
    return ShieldCase(row=row, history=cases.history(row.id), records=records)
