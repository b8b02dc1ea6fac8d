"""The letter with a one-time code to an organisation's registered place, as PDF/A-2a and PDF/UA-1."""

from datetime import date, timedelta
from importlib.resources import files
from typing import Final

import orjson
import typst

from xinshu.doors.desk.receipt_pdf import FONTS, STANDARDS
from xinshu.parties.mandates.queries import LetterRow

TEMPLATE: Final = files("xinshu.doors.desk").joinpath("letter.typ").read_bytes()


def letter_pdf(letter: LetterRow, drawn: str, *, name: str, day: date, address: str) -> bytes:
    """The paper; `drawn` is its code, `name` the body's (empty: not known here), `address` where it is said."""
    said = {
        "name": name,
        "code": letter.code,
        "username": letter.username,
        "drawn": "-".join(drawn[at : at + 4] for at in range(0, len(drawn), 4)),
        "last_day": "" if letter.expires_on is None else (letter.expires_on - timedelta(days=1)).isoformat(),
        "address": address,
        "on": day.isoformat(),
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }
    paper: bytes = typst.compile(
        TEMPLATE,
        font_paths=FONTS,
        format="pdf",
        sys_inputs={"told": orjson.dumps(said).decode()},
        pdf_standards=STANDARDS,
        timestamp=0,
    )
    return paper
