"""The evidence of a tender as PDF/A-2a and PDF/UA-1: what was answered at bid opening, by line, with its digest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xinshu.doors.desk.paper import paper
from xinshu.doors.tender_words import OUTCOMES
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.register.access.queries import OrganRow


def evidence_pdf(
    room: Mapping[str, Any],
    unit: OrganRow,
    told: Mapping[str, Any],
    *,
    parties: Mapping[str, str],
    digest: str,
    at: datetime,
) -> bytes:
    """The paper; `parties`: the consortium of each code. Nothing in it comes from the clock: the same answer gives the
    same bytes."""
    head, here = told["head"], at.astimezone(LEGAL_ZONE)
    said = {
        "reference": room["reference"],
        "title": room["title"],
        "unit": unit.name,
        "unit_code": unit.code,
        "law": room["law"],
        "opens_on": room["opens_on"],
        "at": here.strftime("%Y-%m-%d %H:%M:%S"),
        "check": head["check"],
        "edition": head["edition"],
        "journal": head["journal"],
        "digest": digest,
        "none": head["none"],
        "looked_at": [_looked(one) for one in head["looked_at"]],
        "not_covered": head["not_covered"],
        "lines": [_line(one, head["measures"], parties) for one in told["lines"]],
        "year": here.year,
        "month": here.month,
        "day": here.day,
    }
    return paper("evidence.typ", said, stamp=int(at.timestamp()))


def _looked(one: Mapping[str, Any]) -> dict[str, Any]:
    last = max((source["last"] for source in one["sources"]), default="")
    return {"zh": one["name"]["zh"], "en": one["name"]["en"], "sources": len(one["sources"]), "last": last}


def _line(one: Mapping[str, Any], measures: Mapping[str, Any], parties: Mapping[str, str]) -> dict[str, Any]:
    found = [
        {
            "zh": measures[each["measure"]]["name"]["zh"],
            "en": measures[each["measure"]]["name"]["en"],
            "law": measures[each["measure"]]["grounds"][each["ground"]]["why"]["law"],
            "number": each["record"]["document_number"],
            "organ": each["record"]["organ"]["name"],
            "decided_on": each["record"]["decided_on"] or "",
            "until": each["until"] or "",
        }
        for body in one.get("bodies", ())
        for each in body["measures"]
    ]
    return {
        "code": one["code"],
        "party": parties.get(one["code"], ""),
        "outcome": OUTCOMES[one["outcome"]],
        "found": found,
    }
