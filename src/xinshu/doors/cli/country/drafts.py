"""Rows on their way into a file: one draft for each kind of record that can be made up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from xinshu.doors.cli.country import licences, listings, penalties
from xinshu.doors.cli.country.bodies import Body
from xinshu.doors.cli.country.drawing import Draw, fitting
from xinshu.doors.cli.country.matters import MATTERS
from xinshu.doors.cli.country.organs import CENTRE, MARKET, POLICE, Organ
from xinshu.doors.cli.country.outcomes import OUTCOMES
from xinshu.doors.cli.country.permits import PERMITS, Permit
from xinshu.doors.cli.country.rows import Row
from xinshu.doors.cli.country.schedule import Filing

SHARES: Final = {penalties.KIND: 58, licences.KIND: 29, listings.LISTING: 8, listings.HONOUR: 5}
"""How many of a hundred records are of each kind."""

DETAINED: Final = 0.3
"""Of the penalties against natural persons: decided by the police."""


@dataclass(slots=True)
class Draft:
    """A row without its document number. `body` is None for a natural person; `faulty`: it is to be spoilt."""

    filing: Filing
    organ: Organ
    decided_on: date
    row: Row
    body: Body | None
    faulty: bool = False


def any_draft(draw: Draw, body: Body) -> Draft:
    """A record of that body, of any kind that may be about it."""
    kinds = [kind for kind in SHARES if _may_be_about(draw, kind, body)]
    return MAKERS[draw.rng.choices(kinds, weights=[SHARES[kind] for kind in kinds])[0]](draw, body)


def _may_be_about(draw: Draw, kind: str, body: Body) -> bool:
    if all(filing.kind != kind for filing in draw.filings):
        return False
    if kind == penalties.KIND:
        return bool(fitting(MATTERS, body))
    if kind == licences.KIND:
        return bool(fitting(PERMITS, body))
    return bool(body.code) and body.kind in draw.catalogue.kinds[kind].subjects


def penalty(draw: Draw, body: Body, filing: Filing | None = None) -> Draft:
    """A penalty of that body, in that file if one is given."""
    return _penalty(draw, penalty_case(draw, body, filing), body)


def penalty_case(draw: Draw, body: Body, filing: Filing | None = None) -> penalties.Case:
    """A case against that body by any organ that may have it."""
    matter = draw.pick(fitting(MATTERS, body, filing))
    outcome = draw.rng.choices(matter.outcomes, weights=[OUTCOMES[name].weight for name in matter.outcomes])[0]
    organ = draw.organ(matter.department, within=filing)
    filing = filing or draw.filing(penalties.KIND, organ)
    decided_on = draw.decided_on(filing)
    return penalties.Case(body=body, matter=matter, outcome=outcome, organ=organ, decided_on=decided_on, filing=filing)


def penalty_of(draw: Draw, case: penalties.Case) -> Draft:
    """The draft of a case that is given whole."""
    return _penalty(draw, case, case.body)


def _penalty(draw: Draw, case: penalties.Case, body: Body | None) -> Draft:
    row = penalties.penalty_row(case, draw.catalogue, draw.rng)
    return Draft(case.filing, case.organ, case.decided_on, row, body)


def licence(draw: Draw, body: Body) -> Draft:
    """A licence of that body."""
    permit = draw.pick(fitting(PERMITS, body))
    organ = draw.organ(permit.department)
    filing = draw.filing(licences.KIND, organ)
    return licence_of(draw, _grant(draw, body, permit, organ, filing))


def licence_of(draw: Draw, grant: licences.Grant) -> Draft:
    """The draft of a licence that is given whole."""
    row = licences.licence_row(grant, draw.catalogue, draw.rng)
    return Draft(grant.filing, grant.organ, grant.decided_on, row, grant.body)


def _grant(draw: Draw, body: Body, permit: Permit, organ: Organ, filing: Filing) -> licences.Grant:
    decided_on = draw.decided_on(filing)
    return licences.Grant(body=body, permit=permit, organ=organ, decided_on=decided_on, filing=filing)


def listing(draw: Draw, body: Body) -> Draft:
    """An entry of that body on the abnormal operation list."""
    entry = _entry(draw, body, listings.LISTING, draw.organ(MARKET.department))
    row = listings.listing_row(entry, draw.catalogue, draw.rng)
    return Draft(entry.filing, entry.organ, entry.decided_on, row, body)


def honour(draw: Draw, body: Body) -> Draft:
    """An honour of that body."""
    entry = _entry(draw, body, listings.HONOUR, CENTRE)
    row = listings.honour_row(entry, draw.catalogue, draw.rng)
    return Draft(entry.filing, entry.organ, entry.decided_on, row, body)


def _entry(draw: Draw, body: Body, kind: str, organ: Organ) -> listings.Entry:
    filing = draw.filing(kind, organ)
    return listings.Entry(body=body, organ=organ, decided_on=draw.decided_on(filing), filing=filing)


def person(draw: Draw, body: Body, filing: Filing) -> Draft:
    """A row of a natural person in that file of penalties or licences; the body only lends the matter."""
    if filing.kind == licences.KIND:
        permit = draw.pick(fitting(PERMITS, body, filing))
        grant = _grant(draw, body, permit, draw.organ(permit.department, within=filing), filing)
        row = licences.person_row(grant, draw.catalogue, draw.rng)
        return Draft(filing, grant.organ, grant.decided_on, row, None)
    case = penalty_case(draw, body, filing)
    detained = filing.carries(POLICE) and draw.rng.random() < DETAINED
    row = penalties.person_row(case, draw.catalogue, draw.rng, police=POLICE if detained else None)
    return Draft(filing, POLICE if detained else case.organ, case.decided_on, row, None)


MAKERS: Final[Mapping[str, Callable[[Draw, Body], Draft]]] = {
    penalties.KIND: penalty,
    licences.KIND: licence,
    listings.LISTING: listing,
    listings.HONOUR: honour,
}
