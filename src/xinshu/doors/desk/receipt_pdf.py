"""The receipt as PDF/A-2a and PDF/UA-1: made from a template with the fonts of the house, without a network."""

from datetime import datetime
from typing import Any, Final

from xinshu.doors.desk.paper import paper

MOST_LINES: Final = 200
"""Reasons, and questions, that a paper lists; their numbers are told in full."""


def receipt_pdf(told: dict[str, Any]) -> bytes:
    """The paper. Nothing in it comes from the clock: the same receipt gives the same bytes."""
    batch = told["batch"]
    said = {
        "batch": {name: batch[name] for name in ("organ_name", "organ_code", "file_name", "kind", "digest", "actor")},
        "id": str(batch["id"]),
        "kind_words": batch["kind_words"],
        "state_words": batch["state_words"],
        "door_words": batch["door_words"],
        "attested_by": batch["attested_by"],
        "received_at": _minute(told["received_at"]),
        "filed_at": _minute(told["filed_at"]),
        "due_on": batch["returned_due_on"],
        "year": told["received_at"].year,
        "month": told["received_at"].month,
        "day": told["received_at"].day,
        **{name: told[name] for name in ("counts", "further", "notices", "refusal", "edition", "edition_from")},
        "reasons": told["reasons"][:MOST_LINES],
        "reasons_erased": told["reasons_erased"],
        "questions": told["questions"][:MOST_LINES],
        "questions_left_out": told["questions_left_out"] + max(0, len(told["questions"]) - MOST_LINES),
    }
    stamp = int((told["filed_at"] or told["received_at"]).timestamp())
    return paper("receipt.typ", said, stamp=stamp)


def _minute(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%d %H:%M")
