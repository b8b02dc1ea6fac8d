"""Licences: a permit given to a body becomes a row of the template."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from xinshu.doors.cli.country.bodies import Body
from xinshu.doors.cli.country.organs import Organ
from xinshu.doors.cli.country.permits import Permit
from xinshu.doors.cli.country.rows import OPEN_END, Row, decided_by, natural_person, party, said
from xinshu.doors.cli.country.schedule import Filing
from xinshu.kit.legal_dates import Rounding, add_months
from xinshu.law.catalogue import Catalogue

KIND: Final = "ADMIN_LICENCE"
ORGAN_FIELDS: Final = ("XK_XKJG", "XK_XKJGDM", "XK_LYDW", "XK_LYDWDM")

WITHDRAWN: Final = 0.03
"""Of the licences that have not run out: no longer valid all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A permit given to a body; `ends_on` where its last day is wanted on a certain day."""

    body: Body
    permit: Permit
    organ: Organ
    decided_on: date
    filing: Filing
    ends_on: date | None = None


def licence_row(grant: Grant, catalogue: Catalogue, rng: Random) -> Row:
    """The grant as a row of the licence template, without its document number."""
    permit, last_day = grant.permit, grant.ends_on or _last_day(grant)
    ended = last_day < grant.filing.arrives_on or (grant.ends_on is None and rng.random() < WITHDRAWN)
    row = party("XK", grant.body, catalogue, rng) | decided_by(grant.organ, grant.filing.sender, ORGAN_FIELDS)
    return row | {
        "XK_XKWS": permit.title,
        "XK_XKLB": said(catalogue, "LICENCE_CATEGORY", permit.category),
        "XK_XKZS": permit.certificate,
        "XK_XKBH": f"{permit.mark}{grant.organ.division}{rng.randint(1, 999_999):06}",
        "XK_NR": f"{permit.content}。",
        "XK_JDRQ": grant.decided_on,
        "XK_YXQZ": grant.decided_on,
        "XK_YXQZI": last_day,
        "XK_ZT": said(catalogue, "LICENCE_STATUS", "INVALID" if ended else "VALID"),
    }


def person_row(grant: Grant, catalogue: Catalogue, rng: Random) -> Row:
    """The same permit given to a natural person."""
    return licence_row(grant, catalogue, rng) | natural_person("XK", catalogue, rng)


def _last_day(grant: Grant) -> date:
    if grant.permit.years is None:
        return OPEN_END
    return add_months(grant.decided_on, grant.permit.years * 12, rounding=Rounding.DOWN) - timedelta(days=1)
