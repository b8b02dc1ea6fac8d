"""What even a small country must have: terms that end now, every outcome, and days on which dates go wrong."""

from calendar import isleap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from xinshu.doors.cli.country import licences, penalties
from xinshu.doors.cli.country.drafts import Draft, licence_of, penalty_case, penalty_of
from xinshu.doors.cli.country.drawing import Draw
from xinshu.doors.cli.country.matters import MATTERS
from xinshu.doors.cli.country.organs import MARKET
from xinshu.doors.cli.country.outcomes import OUTCOMES
from xinshu.doors.cli.country.penalties import Case
from xinshu.doors.cli.country.permits import PERMITS
from xinshu.doors.cli.country.trades import Addressed
from xinshu.kit.legal_dates import Rounding, last_day_of_term
from xinshu.kit.period import ONE_DAY
from xinshu.law.entries import Regime

ENDINGS: Final = {"warned": 3, "gains taken": 12, "stopped": 36}
"""For a minor, an ordinary and a serious matter the months of its longest term (Order 36, article 12)."""

AROUND: Final = (-ONE_DAY, 0 * ONE_DAY, ONE_DAY)
"""Last shown yesterday, today, tomorrow."""

ANY_BUSINESS: Final = Addressed(department=MARKET.department)
RECENTLY: Final = timedelta(days=200)
SETTLED_IN: Final = timedelta(days=100)
MONTH_ENDS: Final = ((1, 31), (2, 28), (4, 30), (8, 31), (11, 30), (12, 31))


def planted(draw: Draw) -> Iterator[Draft]:
    """The planted rows, as far as the country has files and bodies for them."""
    kinds = {filing.kind for filing in draw.filings}
    if penalties.KIND in kinds:
        yield from _ending_now(draw)
        yield from _every_outcome(draw)
        yield from _grave_in_each_regime(draw)
        yield from _on_hard_days(draw)
    if licences.KIND in kinds:
        yield from _licences_ending_now(draw)


def _ending_now(draw: Draw) -> Iterator[Draft]:
    """Penalties whose longest term ends yesterday, today and tomorrow, for each class."""
    for outcome, months in ENDINGS.items():
        for offset in AROUND:
            decided_on = decided_for(draw.day + offset, months)
            if decided_on is not None and decided_on >= draw.first:
                yield from _case(draw, outcome, decided_on=decided_on, department=MARKET.department)


def _every_outcome(draw: Draw) -> Iterator[Draft]:
    """Each outcome once, decided not long ago."""
    for outcome in OUTCOMES:
        yield from _case(draw, outcome, decided_on=draw.day - timedelta(days=draw.rng.randint(9, 60)))


def _grave_in_each_regime(draw: Draw) -> Iterator[Draft]:
    """A licence revoked under each regime, in a file of its time: the regime of 2019 has a class for it."""
    for regime in _regimes(draw):
        decided_on = max(regime.start, draw.first) + SETTLED_IN
        if decided_on in regime.period and decided_on < draw.day:
            yield from _case(draw, "revoked", decided_on=decided_on, recently=False)


def _on_hard_days(draw: Draw) -> Iterator[Draft]:
    """Decisions of 29 February, of month ends, and of the first and the last day of each regime."""
    for day in hard_days(draw):
        body = draw.body_for(ANY_BUSINESS)
        if body is not None:
            case = penalty_case(draw, body)
            filing = draw.filing_after(penalties.KIND, case.organ, day)
            yield penalty_of(draw, replace(case, decided_on=day, filing=filing))


def hard_days(draw: Draw) -> list[date]:
    """Those days that lie between the first and the present day."""
    years = range(draw.first.year, draw.day.year + 1)
    days = {date(year, 2, 29) for year in years if isleap(year)}
    days |= {date(draw.day.year - back, *end) for back in (0, 1) for end in MONTH_ENDS}
    days |= {day for regime in _regimes(draw) for day in (regime.start - ONE_DAY, regime.start)}
    return sorted(day for day in days if draw.first <= day < draw.day - ONE_DAY)


def _regimes(draw: Draw) -> Iterable[Regime]:
    return draw.catalogue.schemes[draw.catalogue.kinds[penalties.KIND].publicity or ""].regimes.values()


def decided_for(last_day: date, months: int) -> date | None:
    """The day of a decision whose term of so many months has that last day; None when no day has."""
    about = last_day - timedelta(days=int(months * 30.4375))
    near = (about + timedelta(days=step) for step in range(-4, 5))
    return next((day for day in near if last_day_of_term(day, months=months, rounding=Rounding.DOWN) == last_day), None)


def _case(
    draw: Draw, outcome: str, *, decided_on: date, department: str | None = None, recently: bool = True
) -> Iterator[Draft]:
    """An exact case with that outcome, in a recent file even if it was decided long ago, or in one of its time."""
    fitting = [one for one in MATTERS if outcome in one.outcomes and department in (None, one.department)]
    matter = draw.rng.choice(fitting)
    body = draw.body_for(matter)
    if body is None:
        return
    organ = draw.organ(matter.department)
    sent_after = max(decided_on, draw.day - RECENTLY) if recently else decided_on
    filing = draw.filing_after(penalties.KIND, organ, sent_after)
    if filing.arrives_on > decided_on:
        yield penalty_of(
            draw,
            Case(
                body=body,
                matter=matter,
                outcome=outcome,
                organ=organ,
                decided_on=decided_on,
                filing=filing,
                exact=True,
            ),
        )


def _licences_ending_now(draw: Draw) -> Iterator[Draft]:
    for offset in AROUND:
        permit = draw.rng.choice([one for one in PERMITS if one.years])
        body = draw.body_for(permit)
        organ = draw.organ(permit.department)
        filing = draw.filing(licences.KIND, organ)
        if body is not None:
            yield licence_of(
                draw,
                licences.Grant(
                    body=body,
                    permit=permit,
                    organ=organ,
                    decided_on=draw.decided_on(filing),
                    filing=filing,
                    ends_on=draw.day + offset,
                ),
            )
