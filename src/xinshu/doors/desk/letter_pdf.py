"""The letter with a one-time code to an organisation's registered place, as PDF/A-2a and PDF/UA-1."""

from datetime import date, timedelta

from xinshu.doors.desk.paper import paper
from xinshu.parties.mandates.queries import LetterRow


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
    return paper("letter.typ", said)
