"""The one way from a source into intake: open a batch, add content, file it under the organ's attestation."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Protocol
from uuid import UUID

from procrastinate.contrib.django import app

from xinshu.doors.connectors.entries import Connector
from xinshu.kit.clock import now
from xinshu.proceedings.intake import actions, queries
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.proceedings.intake.states import Door, Receipt, State, Step
from xinshu.register.access.actions import note

UNFINISHED = (State.UPLOADING, State.CHECKED)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one file or pull: its batch and the receipt, which says so when it was refused as a whole."""

    batch: UUID
    file_name: str
    receipt: Receipt

    @property
    def is_filed(self) -> bool:
        """Whether its rows are accounted for one by one; else it was refused, or its organ has undone it."""
        return self.receipt.state == State.FILED


class Pull(Protocol):
    """Rows on their way from a source: a stream of lines (NDJSON), and, at its end, how far it has come."""

    def lines(self) -> Iterator[bytes]:
        """The rows, in chunks of whole lines; raises SourceFault or Unavailable."""

    def reached(self) -> dict[str, Any]:
        """Where the next pull begins; asked after the last line only."""


def deliver_file(
    connector: Connector, *, file_name: str, key: str, chunks: Iterable[bytes], cursor: str | None = None
) -> Delivered:
    """A file from a folder or bucket. The same key again is the same batch: what a crash left is gone on with."""
    batch = _open(connector, file_name, key)
    if batch.state == State.UPLOADING and not batch.file_size:
        actions.add_content(batch=batch.id, offset=0, chunks=chunks)
    return _filed(connector, batch, cursor)


def deliver_pull(connector: Connector, pull: Pull, *, seen: str | None) -> Delivered | None:
    """The rows of a pull as one batch; None when there is no row, or nothing but what the last pull brought.

    `seen` is the digest of the last pull, and stands in the cursor. A pull that breaks off leaves nothing behind.
    """
    lines = pull.lines()
    first = next(lines, None)
    if first is None:
        return None
    digest = hashlib.sha256()
    batch = _open(connector, f"{connector.name}.ndjson", None)
    try:
        actions.add_content(batch=batch.id, offset=0, chunks=_read_along(chain([first], lines), digest))
    except Exception:
        actions.discard(batch=batch.id, actor=connector.actor, moment=now())
        raise
    if digest.hexdigest() == seen:
        actions.discard(batch=batch.id, actor=connector.actor, moment=now())
        return None
    cursor = json.dumps(pull.reached() | {"seen": digest.hexdigest()}, ensure_ascii=False)
    return _filed(connector, replace(batch, file_size=1), cursor)


def position(connector: Connector) -> dict[str, Any]:
    """How far the connector has come, as it was stored with its last filing; empty before the first."""
    stored = queries.cursor(connector.name)
    known: dict[str, Any] = json.loads(stored) if stored else {}
    return known


def finish(connector: Connector) -> None:
    """What is left of earlier pulls: attested ones are filed to their end, unfinished and refused ones are discarded.

    Their cursor had not moved, so the next pull brings their rows again: nothing is lost, and what is known already
    changes nothing.
    """
    for batch in queries.batches_of({connector.organ}, most=200):
        if batch.door != Door.CONNECTOR or batch.actor != connector.actor:
            continue
        if batch.state in (*UNFINISHED, State.REFUSED):
            actions.discard(batch=batch.id, actor=connector.actor, moment=now())
        elif batch.state == State.FILING:
            _filed(connector, batch, None)


def _open(connector: Connector, file_name: str, key: str | None) -> BatchRow:
    moment = now()
    batch = actions.open_batch(
        organ_code=connector.organ,
        kind=connector.kind,
        file_name=file_name,
        door=Door.CONNECTOR,
        actor=connector.actor,
        moment=moment,
        key=key,
    )
    if batch.state == State.UPLOADING:
        attested = f"{batch.id} {connector.attested_by.who}：{connector.attested_by.document}"
        note(
            actor=connector.actor,
            act="STANDING_ATTESTATION",
            matter=attested,
            purpose="归集",
            organ=connector.organ,
            moment=moment,
        )
    return batch


def _filed(connector: Connector, batch: BatchRow, cursor: str | None) -> Delivered:
    """File the batch, unless that is done. Its receipt is on its way before it is filed, so that no crash loses it."""
    if batch.state in (*UNFINISHED, State.FILING):
        if connector.receipts:
            _send_receipt_later(connector, batch.id)
        moved = None if cursor is None else (connector.name, cursor)
        actions.file(batch=batch.id, actor=connector.actor, moment=now(), attested=True, progress=_quiet, cursor=moved)
    return Delivered(batch.id, batch.file_name, queries.receipt(batch.id))


def _send_receipt_later(connector: Connector, batch: UUID) -> None:
    job = app.configure_task("connectors.send_receipt", allow_unknown=True, queue="receipts", lock=f"receipt {batch}")
    job.defer(name=connector.name, batch=str(batch))


def _read_along(chunks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _quiet(step: Step) -> None:
    """The batch keeps its own progress; a connector has nobody else to tell."""
