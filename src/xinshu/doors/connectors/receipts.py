"""Receipts on their way out: counts and reasons of a batch as JSON, into a folder or bucket, or signed by HTTP."""

import hashlib
import hmac
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

import orjson

from xinshu.doors.connectors import buckets
from xinshu.doors.connectors.configuration import secret
from xinshu.doors.connectors.entries import BucketReceipts, Connector, FolderReceipts, PostedReceipts, Receipts
from xinshu.doors.connectors.faults import Unavailable
from xinshu.doors.connectors.web import asked, opened
from xinshu.kit.clock import now
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.intake import own, queries
from xinshu.proceedings.intake.states import Receipt, State

MOST_ROWS = 10_000
"""Returned rows that a receipt lists; the rest is counted and can be had through the desk or the API."""

COUNTS = ("received", "accepted", "unchanged", "corrected", "returned", "outside")
ENDED = frozenset({State.FILED, State.REFUSED, State.DISCARDED})
FURTHER = ("dropped_personal", "masked", "late")


class NotYet(XinshuError):
    """The batch has not ended, so there is no receipt to send."""


def receipt_of(connector: Connector, batch: UUID) -> bytes:
    """The receipt of an ended batch: counts, questions, and the reasons of each returned row. It holds no cell."""
    row = queries.batch(batch)
    if row is None or row.state not in ENDED:
        raise NotYet("批次尚未办结 the batch has not ended")
    told: dict[str, Any] = {
        "connector": connector.name,
        "organ": connector.organ,
        "kind": connector.kind,
        "batch": str(batch),
        "file_name": row.file_name,
        "received_on": row.on_day,
        "state": str(row.state),
    }
    if row.state != State.FILED:
        told["refusal"] = {"zh": row.refusal_zh, "en": row.refusal_en}
    else:
        told |= _counted(queries.receipt(batch)) | _returned(batch)
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def send(connector: Connector, batch: UUID) -> None:
    """Bring the receipt to every place of the connector; NotYet or Unavailable when it is to be tried again.

    It may arrive twice, always under the batch's own name, never not at all. A batch that was undone has none.
    """
    row = queries.batch(batch)
    if row is None or row.state == State.DISCARDED:
        return
    content = receipt_of(connector, batch)
    for place in connector.receipts:
        _bring(connector, place, batch, content)


def write_receipt(path: Path, content: bytes) -> None:
    """A receipt as a file, whole or not at all, whoever looks."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".tmp", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).rename(path)
    except OSError as error:
        raise Unavailable(f"回执目录不能写入 receipts cannot be written to their folder: {error.strerror}") from None


def signature(key: str, stamp: str, content: bytes) -> str:
    """HMAC-SHA256 (hex) over `<stamp>.<body>`; the stamp (seconds since 1970) bars replays."""
    return hmac.new(key.encode(), stamp.encode() + b"." + content, hashlib.sha256).hexdigest()


def _bring(connector: Connector, place: Receipts, batch: UUID, content: bytes) -> None:
    match place:
        case FolderReceipts(path=path):
            write_receipt(path / f"{batch}.receipt.json", content)
        case BucketReceipts():
            buckets.put(place, f"{batch}.receipt.json", content, connector.back_off)
        case PostedReceipts():
            _post(connector, place, batch, content)


def _post(connector: Connector, place: PostedReceipts, batch: UUID, content: bytes) -> None:
    stamp = str(int(now().instant.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(batch),
        "Xinshu-Timestamp": stamp,
        "Xinshu-Signature": f"sha256={signature(secret(place.key_secret), stamp, content)}",
    }
    with opened(place.timeout, place.ca_file) as client:
        asked(client, "POST", place.url, connector.back_off, content=content, headers=headers)


def _counted(receipt: Receipt) -> dict[str, Any]:
    named = {name: getattr(receipt, name) for name in (*COUNTS, *FURTHER)}
    questions = [
        {"row": asked.row, "declared": asked.declared, "settled": asked.settled, "zh": asked.zh, "en": asked.en}
        for asked in receipt.questions[:MOST_ROWS]
    ]
    notices = [{"zh": notice.zh, "en": notice.en} for notice in receipt.notices]
    return named | {"questions": questions, "notices": notices, "mend_until": receipt.returned_due_on}


def _returned(batch: UUID) -> dict[str, Any]:
    """Row, sheet, field and reason of each returned row; headers and codes only, no cell."""
    found = own.returned(batch)
    rows = () if found is None else found.rows
    listed = [
        {
            "row": row.row,
            "sheet": row.sheet,
            "reasons": [
                {"field": field, "header": header, "code": code, "zh": zh, "en": en}
                for field, header, code, zh, en in row.reasons
            ],
        }
        for row in rows[:MOST_ROWS]
    ]
    return {"returned_rows": listed, "returned_rows_left_out": max(0, len(rows) - MOST_ROWS)}
