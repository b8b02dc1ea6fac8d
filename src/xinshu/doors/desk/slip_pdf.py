"""The clean-up slip as PDF/A-2a and PDF/UA-1, with a QR code of its page; made as the receipt is, without a network."""

from datetime import date
from typing import Any, Final

from xinshu.doors.desk.paper import paper
from xinshu.kit.qr import modules

QUIET: Final = 4
"""Light modules that the standard asks for around a code."""


def slip_pdf(told: dict[str, Any], *, site: str) -> bytes:
    """The paper of a slip's file; `site` is the address of the public site. The same slip gives the same bytes."""
    address = f"{site}/slips/{told['number']}/"
    day = date.fromisoformat(told["issued_on"])
    names = ("number", "issued_on", "salt", "mark", "entry", "leaf", "signature")
    said = {
        **{name: told[name] for name in names},
        "address": address,
        "qr": svg(address),
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }
    return paper("slip.typ", said)


def svg(text: str) -> str:
    """A QR code as a drawing: one square for each dark module."""
    grid = modules(text.encode())
    size = len(grid) + 2 * QUIET
    squares = "".join(
        f"M{column + QUIET} {row + QUIET}h1v1h-1z"
        for row, line in enumerate(grid)
        for column, dark in enumerate(line)
        if dark
    )
    ground = f'<rect width="{size}" height="{size}" fill="#fff"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
    return f'{head}{ground}<path d="{squares}"/></svg>'
