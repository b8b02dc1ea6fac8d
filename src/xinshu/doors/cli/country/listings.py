"""Abnormal operation listings and honours: entries of lists become rows; the fields are the catalogue's own."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from xinshu.doors.cli.country.bodies import Body
from xinshu.doors.cli.country.names import CITY
from xinshu.doors.cli.country.organs import Organ
from xinshu.doors.cli.country.rows import REMARK, Row, decided_by, said, subject_type
from xinshu.doors.cli.country.schedule import Filing
from xinshu.kit.legal_dates import Rounding, add_months
from xinshu.law.catalogue import Catalogue

LISTING: Final = "ABNORMAL_OPERATION"
HONOUR: Final = "HONOUR"
ORGAN_FIELDS: Final = ("ORGAN_NAME", "ORGAN_CODE", "SOURCE_NAME", "SOURCE_CODE")

RENUMBERED_ON: Final = date(2024, 5, 1)
"""From this day the abnormal list is article 18 of the Regulations on Enterprise Information Publicity, before 17."""

WAYS_OUT: Final = {
    "NO_ANNUAL_REPORT": "已补报未报年份的年度报告并公示",
    "ORDERED_INFORMATION_NOT_PUBLISHED": "已履行公示义务",
    "FALSE_INFORMATION": "已更正公示的信息",
    "OUT_OF_REACH": "已依法办理住所变更登记",
}
GROUND_WEIGHTS: Final = {"NO_ANNUAL_REPORT": 60, "OUT_OF_REACH": 30}
HONOURS: Final = ("诚信经营示范单位", "放心消费示范单位", "守信践诺先进单位", "质量诚信承诺优秀单位")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A body put on a list or in the roll of honours."""

    body: Body
    organ: Organ
    decided_on: date
    filing: Filing


def listing_row(entry: Entry, catalogue: Catalogue, rng: Random) -> Row:
    """The entry as a row of the abnormal operation list, without its document number, still on the list."""
    grounds = list(catalogue.vocabularies["ABNORMAL_GROUND"].choices)
    ground = rng.choices(grounds, weights=[GROUND_WEIGHTS.get(ground, 5) for ground in grounds])[0]
    article = "十八" if entry.decided_on >= RENUMBERED_ON else "十七"
    return decided_by(entry.organ, entry.filing.sender, ORGAN_FIELDS) | {
        "SUBJECT_NAME": entry.body.name,
        "SUBJECT_CODE": entry.body.code,
        "REGISTRATION_NUMBER": entry.body.registration_number,
        "GROUND": said(catalogue, "ABNORMAL_GROUND", ground),
        "LEGAL_BASIS": f"《企业信息公示暂行条例》第{article}条",
        "LISTED_ON": entry.decided_on,
        "REMARK": REMARK,
    }


def removed(row: Row, *, on: date, catalogue: Catalogue) -> Row:
    """The row again, once the body has left the list: the organ sends it as a correction."""
    choices = catalogue.vocabularies["ABNORMAL_GROUND"].choices
    ground = next(name for name, choice in choices.items() if choice.name_zh == row["GROUND"])
    return row | {"REMOVED_ON": on, "REMOVAL_REASON": WAYS_OUT.get(ground, "已改正")}


def honour_row(entry: Entry, catalogue: Catalogue, rng: Random) -> Row:
    """The entry as a row of the roll of honours, without its document number."""
    years = rng.choice((1, 2, 3, None))
    last_day = None
    if years is not None:
        last_day = add_months(entry.decided_on, years * 12, rounding=Rounding.DOWN) - timedelta(days=1)
    row = decided_by(entry.organ, entry.filing.sender, ORGAN_FIELDS)
    return row | {
        "SUBJECT_NAME": entry.body.name,
        "SUBJECT_TYPE": subject_type(entry.body, catalogue),
        "SUBJECT_CODE": entry.body.code,
        "HONOUR_NAME": CITY + rng.choice(HONOURS),
        "HONOUR_LEVEL": said(catalogue, "HONOUR_LEVEL", "CITY"),
        "AWARDED_ON": entry.decided_on,
        "VALID_FROM": entry.decided_on,
        "VALID_UNTIL": last_day,
        "REMARK": REMARK,
    }
