"""Publicity: may a record be shown, from when until when, which fields are withheld, when may repair be asked.

Articles: NDRC Order 36 (2026), NDRC Order 58 (2023) and the 2019 regime as the catalogue holds them; Civil Code
201-203 for the days; Decisions 1 and 2 of the architecture for transitions, late arrival and ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from xinshu.kit.legal_dates import Rounding, end_of_term
from xinshu.kit.period import ONE_DAY, Period, earlier_end, intersection, make_period
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRule, Kind, Mask, Regime, Scheme, TermRow
from xinshu.law.terms import Audience, ClockStart, Record, SubjectKind, TermKind, Transition
from xinshu.law.verdict import Publicity, Reason, ReasonCode
from xinshu.law.when import holds

_SHOWN = frozenset(
    {
        ReasonCode.TERM_FIXED,
        ReasonCode.TERM_UNTIL_EVENT,
        ReasonCode.TERM_OPEN,
        ReasonCode.TERM_BY_DEPARTMENT_RULE,
        ReasonCode.MINOR_SHOWN_FOR_REASON,
    }
)


@dataclass(frozen=True, slots=True)
class _Term:
    """What one regime gives a record."""

    period: Period | None
    repair_from: date | None
    regime: str
    reasons: tuple[Reason, ...]


def publicity(record: Record, catalogue: Catalogue) -> Publicity:
    """By the rules of this catalogue: may the record be shown, when, which fields, by which articles.

    The period holds for every day: a regime that commences later changes it from its own first day on, so that
    nothing has to be derived again on that day. A record never reappears after it has ended.
    """
    kind = catalogue.kinds.get(record.kind)
    if kind is None:
        return _never(frozenset(), Reason(ReasonCode.KIND_UNKNOWN))
    hidden = withheld(kind, record.subject_kind)
    refusal = _refusal(record, kind)
    if refusal is not None:
        return _never(hidden, refusal)
    term = _term_over_time(record, catalogue.schemes[kind.publicity or ""])
    return _on_arrival(record, _while_in_force(term, kind), hidden)


def publicity_through(record: Record, catalogue: Catalogue, later: Sequence[tuple[date, Catalogue]]) -> Publicity:
    """By this edition, and by those that are adopted to follow it, each from its first day on (in their order)."""
    answer = publicity(record, catalogue)
    for begins, rules in later:
        answer = carried_over(answer, publicity(record, rules), begins=begins)
    return answer


def carried_over(standing: Publicity, later: Publicity, *, begins: date) -> Publicity:
    """What an edition that is adopted later makes, from its own first day on, of a record that stands already.

    `later`: what that edition alone says of the record. It shortens a display and opens repair earlier, and never the
    other way: no rule reaches back to the subject's harm (Legislation Law art. 104, Decision 2). Until that day nothing
    changes but what is told of the end; a field that the later edition withholds is withheld at once.
    """
    old, hidden = standing.period, standing.withheld | later.withheld
    if old is None or (old.until is not None and old.until <= begins):
        return standing
    until = begins if later.period is None else _not_before(begins, later.period.until)
    start = old.start
    if later.period is not None and old.start >= begins:
        start = max(old.start, later.period.start)
    period = make_period(start, earlier_end(old.until, until))
    repair_from = _within(_earlier_repair_day(standing.repair_from, later.repair_from, begins), period)
    if period == old:
        return replace(standing, withheld=hidden, repair_from=repair_from)
    told = standing if until == begins and period is not None else later
    last = later.reasons[0]
    return Publicity(
        period=period,
        withheld=hidden,
        repair_from=repair_from,
        regime=told.regime,
        reasons=(*told.reasons, Reason(ReasonCode.SHORTENED_BY_TRANSITION, last.basis, last.article)),
    )


def withheld(kind: Kind, subject_kind: SubjectKind) -> frozenset[str]:
    """The fields of that kind which are never shown about that kind of subject."""
    return frozenset(name for name, rule in kind.fields.items() if not _may_show(rule, subject_kind))


def _may_show(rule: FieldRule, subject_kind: SubjectKind) -> bool:
    individual = subject_kind is SubjectKind.INDIVIDUAL_BUSINESS
    return rule.public and not (rule.mask is Mask.INDIVIDUALS and individual)


def _refusal(record: Record, kind: Kind) -> Reason | None:
    """Why the record cannot be public at all, whatever its dates are."""
    if kind.audience is not Audience.PUBLIC or kind.publication is None:
        return Reason(ReasonCode.NOT_PUBLIC_KIND, kind.basis, kind.article)
    law = (kind.publication.basis, kind.publication.article)
    if record.subject_kind not in kind.subjects:
        return Reason(ReasonCode.SUBJECT_KIND_NOT_COVERED, kind.basis, kind.article)
    if record.decided_on is None:
        return Reason(ReasonCode.DATE_MISSING, *law)
    if record.decided_on > record.recorded_on:
        return Reason(ReasonCode.DATE_IN_FUTURE, *law)
    if record.already_ended:
        return Reason(ReasonCode.ALREADY_ENDED, *law)
    return None


def _while_in_force(term: _Term, kind: Kind) -> _Term:
    """What has lost its basis is not shown: the kind ends with it, and display ends with the kind (G7)."""
    return term if kind.until is None else replace(term, period=intersection(term.period, Period(date.min, kind.until)))


def _term_over_time(record: Record, scheme: Scheme) -> _Term:
    """The term under the regime of the document's day, then through each later regime's transition."""
    decided_on = record.decided_on or record.recorded_on
    ordered = sorted(scheme.regimes.items(), key=lambda item: item[1].start)
    first = ordered[0][1]
    term: _Term | None = None
    for name, regime in ordered:
        if term is not None:
            term = _transition(term, _term(record, name, regime), regime)
        elif decided_on in regime.period or (regime is first and decided_on < first.start):
            term = _term(record, name, regime)
    return term or _Term(None, None, ordered[-1][0], (Reason(ReasonCode.NO_REGIME),))


def _term(record: Record, name: str, regime: Regime) -> _Term:
    """What one regime alone gives: its first row whose condition holds."""
    row = next((row for row in regime.rows if holds(row.when, record)), None)
    if row is None:
        return _Term(None, None, name, (Reason(ReasonCode.CLASS_MISSING, regime.basis, regime.article),))
    article = (regime.basis, row.article)
    if row.term is TermKind.NOT_SHOWN:
        return _Term(None, None, name, (Reason(ReasonCode.NOT_SHOWN_BY_RULE, *article),))
    if row.only_with_reason and not (record.publicity_reason or "").strip():
        return _Term(None, None, name, (Reason(ReasonCode.MINOR_NOT_SHOWN, *article),))
    clock = _clock_start(record, regime)
    code, until = _end(record, row, clock)
    period = make_period(_first_day(record, regime), until)
    reasons = [Reason(code, *article)]
    if record.served_on is not None and period is not None and period.start == record.served_on:
        reasons.append(Reason(ReasonCode.FROM_SERVICE, *article))
    return _Term(period, _repair_day(row, clock, period), name, tuple(reasons))


def _first_day(record: Record, regime: Regime) -> date:
    """Not before the document, its service where it is known, or the regime itself."""
    days = (record.decided_on, record.served_on, regime.start)
    return max(day for day in days if day is not None)


def _clock_start(record: Record, regime: Regime) -> date:
    """The day from which months are counted; by publication it is the first day on which it could be shown here."""
    if regime.clock is ClockStart.PUBLICATION_DATE:
        return max(_first_day(record, regime), record.recorded_on)
    return record.decided_on or record.recorded_on


def _end(record: Record, row: TermRow, clock: date) -> tuple[ReasonCode, date | None]:
    """Why and when (exclusive) display ends under this row; None is open. Ends are not moved by holidays."""
    if row.term is TermKind.UNTIL_EVENT:
        return _end_at_event(record.event_on, row, clock)
    code, months = ReasonCode.TERM_FIXED, row.max_months or 0
    if row.only_with_reason:
        code = ReasonCode.MINOR_SHOWN_FOR_REASON
    own_rule = row.department_months.get(record.department or "")
    if row.term is TermKind.DEPARTMENT_RULE and record.duty_unmet and own_rule is not None:
        code, months = ReasonCode.TERM_BY_DEPARTMENT_RULE, own_rule
    return code, end_of_term(clock, months=months, rounding=Rounding.DOWN)


def _end_at_event(event_on: date | None, row: TermRow, clock: date) -> tuple[ReasonCode, date | None]:
    """The day after the event; where the row states a longest term too, whichever comes first (G7)."""
    event_end = None if event_on in (None, date.max) else event_on + ONE_DAY
    longest = None
    if row.max_months is not None:
        longest = end_of_term(clock, months=row.max_months, rounding=Rounding.DOWN)
    until = earlier_end(event_end, longest)
    if until is None:
        return ReasonCode.TERM_OPEN, None
    return (ReasonCode.TERM_UNTIL_EVENT if until == event_end else ReasonCode.TERM_FIXED), until


def _repair_day(row: TermRow, clock: date, period: Period | None) -> date | None:
    """The day after the minimum's corresponding day, and never before it is shown (Decision 1, G10)."""
    if period is None or not row.repairable:
        return None
    if not row.min_months:
        return period.start
    return max(period.start, end_of_term(clock, months=row.min_months, rounding=Rounding.DOWN))


def _transition(old: _Term, new: _Term, regime: Regime) -> _Term:
    """What the newer regime makes of the older term from its own first day on (Decision 2)."""
    commencement = regime.start
    if old.period is None or (old.period.until is not None and old.period.until <= commencement):
        return old
    if regime.to_older is Transition.KEEP:
        reason = Reason(ReasonCode.KEPT_BY_TRANSITION, regime.basis, regime.article)
        return replace(old, reasons=(*old.reasons, reason))
    if regime.to_older is Transition.NEW:
        return _replaced(old, new, regime)
    until = commencement if new.period is None else _not_before(commencement, new.period.until)
    period = make_period(old.period.start, earlier_end(old.period.until, until))
    repair_from = _earlier_repair_day(old.repair_from, new.repair_from, commencement)
    if period == old.period:
        return replace(old, repair_from=repair_from)
    reason = Reason(ReasonCode.SHORTENED_BY_TRANSITION, regime.basis, regime.article)
    told = old if until == commencement else new
    return _Term(period, repair_from, told.regime, (*told.reasons, reason))


def _replaced(old: _Term, new: _Term, regime: Regime) -> _Term:
    """The new regime takes the record over, from its commencement on; repair that is open by then stays open."""
    until = regime.start if new.period is None else _not_before(regime.start, new.period.until)
    repair_from = None if new.repair_from is None else max(regime.start, new.repair_from)
    if old.repair_from is not None and old.repair_from < regime.start:
        repair_from = old.repair_from
    reason = Reason(ReasonCode.REPLACED_BY_TRANSITION, regime.basis, regime.article)
    start = None if old.period is None else old.period.start
    return _Term(make_period(start or regime.start, until), repair_from, new.regime, (*new.reasons, reason))


def _not_before(commencement: date, until: date | None) -> date | None:
    return None if until is None else max(commencement, until)


def _earlier_repair_day(old: date | None, new: date | None, commencement: date) -> date | None:
    """The earlier of the two repair days; the newer one counts from its rules' commencement only."""
    return earlier_end(old, None if new is None else max(commencement, new))


def _within(repair_from: date | None, period: Period | None) -> date | None:
    """The first day of repair within a period: its first day at the earliest, and none that comes after its end."""
    if repair_from is None or period is None:
        return None
    opens = max(repair_from, period.start)
    return opens if opens in period else None


def _on_arrival(record: Record, term: _Term, hidden: frozenset[str]) -> Publicity:
    """Late arrival never restarts a clock; past its term a record is never shown (Decision 2).

    The wait after a notice moves the first shown day only: neither the end, nor the day of repair.
    """
    arrived = intersection(term.period, Period(record.recorded_on))
    period = intersection(arrived, Period(record.shown_not_before or record.recorded_on))
    if arrived is None or period is None:
        reasons = term.reasons
        if term.period is None and reasons[0].code in _SHOWN:
            reasons = (replace(reasons[0], code=ReasonCode.TERM_ENDED), *reasons)
        elif term.period is not None:
            reasons = (replace(reasons[0], code=ReasonCode.ARRIVED_AFTER_TERM), *reasons)
        return Publicity(period=None, withheld=hidden, repair_from=None, regime=term.regime, reasons=reasons)
    repair_from = _within(term.repair_from, arrived)
    return Publicity(period=period, withheld=hidden, repair_from=repair_from, regime=term.regime, reasons=term.reasons)


def _never(hidden: frozenset[str], reason: Reason) -> Publicity:
    return Publicity(period=None, withheld=hidden, repair_from=None, regime=None, reasons=(reason,))
