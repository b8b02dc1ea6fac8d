"""What is known of the quality of intake: an organ's measures by month, its reconciliations, and its open deadlines."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Max

from xinshu.kit.period import ONE_DAY
from xinshu.kit.workdays import NotYetComputable, WorkCalendar, working_days_between
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import QualityRule
from xinshu.proceedings.intake.queries import Outstanding, outstanding
from xinshu.register.access.queries import OrganRow, organ, organs
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.monitoring.measures import Counts, MeasureName, QualityMeasure, is_named, measures, total
from xinshu.uses.monitoring.models import Alarm, MonthTally, Reconciliation
from xinshu.uses.monitoring.states import LEADS, AlarmRow, Due, Ending, ReconciliationRow

TREND_MONTHS: Final = 12
COUNTED: Final = tuple(field.name for field in fields(Counts) if field.name not in {"ledgered", "held"})
ROW: Final = (
    *("id", "organ_code", "kind", "month", "their_count", "our_count", "listed", "held", "missing_here"),
    *("missing_there", "different", "withdrawn", "actor", "at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The measures of one organ, kind or month, with the counts that they are taken of, and those a month before."""

    counts: Counts
    measures: tuple[QualityMeasure, ...]
    before: tuple[QualityMeasure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganScore:
    """An organ that filed in the month, and its measures. `named`: so late that the bulletin names it."""

    organ: OrganRow
    scored: Scored
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReport:
    """A month of all organs. `complete` is False for the present month; `counted_at` None when nothing was counted."""

    month: date
    complete: bool
    counted_at: datetime | None
    whole: Scored
    organs: tuple[OrganScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganReport:
    """A month of one organ: its measures, those of each kind, and twelve months until then, the oldest first."""

    organ: OrganRow
    month: date
    complete: bool
    counted_at: datetime | None
    scored: Scored
    named: bool
    kinds: tuple[tuple[str, Scored], ...]
    trend: tuple[tuple[date, Scored], ...]


def months() -> tuple[date, ...]:
    """The months of which anything is counted, the newest first."""
    return tuple(MonthTally.objects.order_by("-month").values_list("month", flat=True).distinct())


def month_report(month: date, *, on_date: date) -> MonthReport:
    """Every organ that filed in the month or the one before, by division and name; four queries, however many."""
    found = _Found(first=before(month), last=month, rules=catalogue_on(on_date).catalogue.quality_on(on_date))
    scores = []
    for row in organs():
        if found.any_of(row.code, month):
            scored = found.scored(month, organ=row.code)
            scores.append(OrganScore(organ=row, scored=scored, named=found.names(scored)))
    return MonthReport(
        month=month,
        complete=_complete(month, on_date),
        counted_at=found.counted_at,
        whole=found.scored(month),
        organs=tuple(scores),
    )


def late_named(month: date, *, on_date: date) -> tuple[OrganScore, ...]:
    """The organs that the month's bulletin names for lateness, by the bound that the catalogue publishes."""
    return tuple(score for score in month_report(month, on_date=on_date).organs if score.named)


def organ_report(code: str, month: date, *, on_date: date) -> OrganReport | None:
    """One organ's month, or None when there is no such organ; four queries."""
    own = organ(code)
    if own is None:
        return None
    line = _months_until(month)
    rules = catalogue_on(on_date).catalogue.quality_on(on_date)
    found = _Found(first=before(line[0]), last=month, rules=rules, organ=code)
    scored = found.scored(month, organ=code)
    kinds = sorted({kind for _, kind, at in found.counts if at == month})
    return OrganReport(
        organ=own,
        month=month,
        complete=_complete(month, on_date),
        counted_at=found.counted_at,
        scored=scored,
        named=found.names(scored),
        kinds=tuple((kind, found.scored(month, organ=code, kind=kind)) for kind in kinds),
        trend=tuple((at, found.scored(at, organ=code)) for at in line),
    )


def before(month: date) -> date:
    """The month before, by its first day."""
    return (month.replace(day=1) - ONE_DAY).replace(day=1)


def reconciliations_of(organ_code: str, *, most: int = 50) -> tuple[ReconciliationRow, ...]:
    """An organ's own reconciliations, the newest first."""
    found = Reconciliation.objects.filter(organ_code=organ_code).order_by("-id")[:most]
    return tuple(reconciliation_row(row) for row in found)


def reconciliation_row(found: Reconciliation) -> ReconciliationRow:
    """A reconciliation of the table as others may see it; digests in hexadecimal."""
    values: dict[str, Any] = {name: getattr(found, name) for name in ROW}
    values |= {name: bytes(getattr(found, name)).hex() for name in ("their_digest", "our_digest")}
    return ReconciliationRow(**values)


def alarms_of(organ_codes: Set[str] | None, *, on_date: date) -> tuple[AlarmRow, ...]:
    """Returned rows of these organs (None: of all) that nobody filed again or answered for, the nearest first."""
    left = outstanding(organ_codes)
    if not left:
        return ()
    batches = [row.batch for row in left]
    raised = dict(Alarm.objects.filter(batch__in=batches).values_list("batch").annotate(Max("raised_on")))
    answered = set(Alarm.objects.filter(batch__in=batches, ending=Ending.ANSWERED).values_list("batch", flat=True))
    catalogue = catalogue_on(on_date).catalogue
    return tuple(
        _alarm_row(row, raised.get(row.batch), catalogue, on_date) for row in left if row.batch not in answered
    )


def days_left(due_on: date, on_date: date, calendar: WorkCalendar) -> int | NotYetComputable:
    """Working days from a day until a deadline that is not past; 0 on the day itself."""
    return working_days_between(on_date, due_on, calendar)


def _alarm_row(row: Outstanding, raised_on: date | None, catalogue: Catalogue, on_date: date) -> AlarmRow:
    kind = catalogue.kinds.get(row.kind)
    termed = kind is not None and kind.filing_term is not None
    due, left = _due(row.returned_due_on, catalogue.calendar, on_date, termed=termed)
    return AlarmRow(
        batch=row.batch,
        organ_code=row.organ_code,
        kind=row.kind,
        file_name=row.file_name,
        rows=row.returned,
        due=due,
        due_on=row.returned_due_on,
        days_left=left,
        raised_on=raised_on,
    )


def _due(due_on: date | None, calendar: WorkCalendar, on_date: date, *, termed: bool) -> tuple[Due, int | None]:
    if due_on is None:
        return (Due.NOT_COMPUTABLE if termed else Due.NO_TERM), None
    if due_on < on_date:
        return Due.OVERDUE, None
    left = days_left(due_on, on_date, calendar)
    if isinstance(left, NotYetComputable):
        return Due.NOT_COMPUTABLE, None
    return (Due.SOON if left <= max(LEADS) else Due.LATER), left


class _Found:
    """The counts of some months by (organ, kind, month), read in two queries, and what is computed from them."""

    def __init__(self, *, first: date, last: date, rules: Mapping[str, QualityRule], organ: str | None = None) -> None:
        own = {} if organ is None else {"organ_code": organ}
        rows = MonthTally.objects.filter(month__range=(first, last), **own)
        self.rules = rules
        self.counts: dict[tuple[str, str, date], Counts] = {}
        self.counted_at: datetime | None = None
        for row in rows:
            counts = Counts(**{name: getattr(row, name) for name in COUNTED})
            self.counts[row.organ_code, row.kind, row.month] = counts
            self.counted_at = max(self.counted_at or row.counted_at, row.counted_at)
        for key, ledgered in _reconciled(first, last, own).items():
            self.counts[key] = self.counts.get(key, Counts()) + ledgered

    def any_of(self, organ: str, month: date) -> bool:
        return any(key[0] == organ and key[2] in (month, before(month)) for key in self.counts)

    def scored(self, month: date, *, organ: str | None = None, kind: str | None = None) -> Scored:
        now = total(self._of(month, organ, kind))
        earlier = total(self._of(before(month), organ, kind))
        return Scored(counts=now, measures=measures(now, self.rules), before=measures(earlier, self.rules))

    def names(self, scored: Scored) -> bool:
        lateness = next(taken for taken in scored.measures if taken.definition.name is MeasureName.LATENESS)
        return is_named(lateness.value, self.rules.get(MeasureName.LATENESS))

    def _of(self, month: date, organ: str | None, kind: str | None) -> Iterable[Counts]:
        return (
            counts
            for (of_organ, of_kind, at), counts in self.counts.items()
            if at == month and organ in (None, of_organ) and kind in (None, of_kind)
        )


def _reconciled(first: date, last: date, own: Mapping[str, str]) -> dict[tuple[str, str, date], Counts]:
    """The last reconciliation of each organ, kind and month, where documents were compared."""
    found = Reconciliation.objects.filter(month__range=(first, last), **own)
    latest = found.order_by("organ_code", "kind", "month", "-id").distinct("organ_code", "kind", "month")
    rows = latest.values_list("organ_code", "kind", "month", "their_count", "held")
    return {
        (code, kind, month): Counts(ledgered=count, held=held)
        for code, kind, month, count, held in rows
        if held is not None
    }


def _months_until(month: date) -> list[date]:
    line = [month]
    while len(line) < TREND_MONTHS:
        line.append(before(line[-1]))
    return line[::-1]


def _complete(month: date, on_date: date) -> bool:
    return month < on_date.replace(day=1)
