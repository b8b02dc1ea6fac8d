"""Copies as an agency would serve them, made from what the gate shows."""

from typing import Any
from uuid import UUID

import orjson

from tests.factories import SUBJECT, TODAY
from xinshu.regimes.agencies.models import Agency
from xinshu.register.records.models import Record
from xinshu.register.records.queries import shown_record

AS_OF = "2026-11-23T08:00:00+08:00"
NAME = "示例征信"


def reference(number: str = "示市监罚〔2026〕0001号") -> UUID:
    """The reference of a record by its document's number."""
    return Record.objects.get(document_number=number).record_ref


def whole(number: str = "示市监罚〔2026〕0001号", code: str = SUBJECT, as_of: str = AS_OF) -> dict[str, Any]:
    """A row that holds the whole public form of a record that is shown."""
    record = Record.objects.get(document_number=number)
    form = shown_record(subject=record.subject_id, record_ref=record.record_ref, on_date=TODAY)
    assert form is not None, number
    return {"record": form, "subject": code, "as_of": as_of}


def part(number: str = "示市监罚〔2026〕0001号", *, as_of: str = AS_OF, **changes: Any) -> dict[str, Any]:
    """A row that holds a few of its fields."""
    form = whole(number)["record"]
    said = {"ref": form["ref"], "subject": SUBJECT, "shown_until": form["shown_until"], "as_of": as_of}
    return {**said, "document_number": form["document_number"], **changes}


def lines(*rows: Any) -> bytes:
    """Rows as NDJSON."""
    return b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows) + b"\n"


def agency_of(name: str = NAME) -> Agency:
    """The registered agency."""
    return Agency.objects.get(name=name, ended_on__isnull=True)
