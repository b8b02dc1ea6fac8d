"""The shape of a row before it is written to a file, and the parts that rows of several kinds share."""

from datetime import date
from decimal import Decimal
from random import Random
from typing import Final

from xinshu.doors.cli.country.bodies import Body
from xinshu.doors.cli.country.codes import identity_number
from xinshu.doors.cli.country.names import person
from xinshu.doors.cli.country.organs import Organ
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SubjectKind

Value = str | date | Decimal | None
Row = dict[str, Value]
"""A row by the catalogue's field identifiers; what is left out is an empty cell."""

OPEN_END: Final = date(2099, 12, 31)
"""What departments write for "without an end" (double publicity template)."""

REMARK: Final = "示范数据，纯属虚构"
IDENTITY_CARD: Final = "身份证"
WITH_REPRESENTATIVES_NUMBER: Final = 0.05


def said(catalogue: Catalogue, vocabulary: str, choice: str) -> str:
    """The official Chinese word for a choice."""
    return catalogue.vocabularies[vocabulary].choices[choice].name_zh


def subject_type(body: Body, catalogue: Catalogue) -> str:
    """行政相对人类别 of a body."""
    individual = body.kind is SubjectKind.INDIVIDUAL_BUSINESS
    return said(catalogue, "SUBJECT_TYPE", "INDIVIDUAL_BUSINESS" if individual else "ORGANISATION")


def party(prefix: str, body: Body, catalogue: Catalogue, rng: Random) -> Row:
    """The party of a double publicity template, whose fields begin with `prefix`.

    A few rows give the representative's identity number, as real files do: intake drops and counts it.
    """
    row: Row = {
        f"{prefix}_XDR_MC": body.name,
        f"{prefix}_XDR_LB": subject_type(body, catalogue),
        f"{prefix}_XDR_SHXYM": body.code,
        f"{prefix}_XDR_GSZC": body.registration_number,
        f"{prefix}_FRDB": body.representative,
        "BZ": REMARK,
    }
    if rng.random() < WITH_REPRESENTATIVES_NUMBER:
        row |= {f"{prefix}_FR_ZJLX": IDENTITY_CARD, f"{prefix}_FR_ZJHM": identity_number(rng)}
    return row


def natural_person(prefix: str, catalogue: Catalogue, rng: Random) -> Row:
    """A natural person as the party: outside the system, set aside and counted."""
    return {
        f"{prefix}_XDR_MC": person(rng),
        f"{prefix}_XDR_LB": said(catalogue, "SUBJECT_TYPE", "NATURAL_PERSON"),
        f"{prefix}_XDR_SHXYM": None,
        f"{prefix}_XDR_GSZC": None,
        f"{prefix}_FRDB": None,
        f"{prefix}_XDR_ZJLX": IDENTITY_CARD,
        f"{prefix}_XDR_ZJHM": identity_number(rng),
    }


def decided_by(organ: Organ, sender: Organ, names: tuple[str, str, str, str]) -> Row:
    """The deciding organ and the source, under the fields `names`: organ, its code, source, its code."""
    return dict(zip(names, (organ.name, organ.code, sender.name, sender.code), strict=True))


def spoken(day: date) -> str:
    """The day as prose writes it: 2026年9月3日."""
    return f"{day.year}年{day.month}月{day.day}日"
