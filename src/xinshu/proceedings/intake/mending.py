"""Rows that went back: what a clerk changes in them is kept, and they alone are sent again, mended or cited."""

from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson
from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.proceedings import vault
from xinshu.proceedings.intake.actions import CitationRefused, NotNow, UnknownBatch, add_content, open_batch
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.own import Edits, ReturnedRow, kept_edits, returned
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.proceedings.intake.queries import batch as batch_of
from xinshu.proceedings.intake.settling import needs_citation
from xinshu.proceedings.intake.states import Door
from xinshu.register.access.actions import note

SHORTEST_CITATION: Final = 6
LONGEST_CITATION: Final = 500


def keep_edits(*, batch: UUID, edits: Edits) -> None:
    """Keep, encrypted, what a clerk changed in some returned rows, in place of what was kept of these rows."""
    with transaction.atomic():
        Batch.objects.select_for_update().get(id=batch)
        vault.put_edits(batch, orjson.dumps({**kept_edits(batch), **edits}))


def mended(*, batch: UUID, edits: Edits, actor: str, moment: Moment) -> BatchRow:
    """A new batch of the returned rows alone, with what the clerk changed in them."""
    found, rows = _known(batch), returned(batch)
    if rows is None:
        raise NotNow("该批次没有可更正的退回行。This batch has no returned rows to mend.")
    return _again(found, _mended_lines(rows.rows, edits), actor=actor, moment=moment)


def cited(*, batch: UUID, rows: Set[int], citation: str, actor: str, moment: Moment) -> BatchRow:
    """A new batch of those returned rows (their index) that would raise a class or lengthen a display, with a citation.

    It is filed only once a second person attests it, and each subject is owed a notice (Decision 6).
    Raises CitationRefused without a document and article, NotNow when no such row was returned.
    """
    found, back = _known(batch), returned(batch)
    wanted = [row for row in (back.rows if back else ()) if row.index in rows and needs_citation(_codes(row))]
    if not wanted:
        raise NotNow("没有须附依据的退回行。No returned row needs a citation.")
    if not SHORTEST_CITATION <= len(citation.strip()) <= LONGEST_CITATION:
        raise CitationRefused(
            f"请写明依据的文书和条款（{SHORTEST_CITATION}至{LONGEST_CITATION}个字符）。"
            f" Name the document and the article ({SHORTEST_CITATION} to {LONGEST_CITATION} characters)."
        )
    lines = _mended_lines(wanted, {})
    opened = _again(found, lines, actor=actor, moment=moment, citation=citation.strip())
    note(actor=actor, act="CITE", matter=str(opened.id), purpose="归集", organ=found.organ_code, moment=moment)
    return opened


def _again(found: BatchRow, lines: Iterable[bytes], *, actor: str, moment: Moment, citation: str = "") -> BatchRow:
    """A batch that follows another, of some of its returned rows."""
    with transaction.atomic():
        opened = open_batch(
            organ_code=found.organ_code,
            kind=found.kind,
            file_name=f"{Path(found.file_name).stem.removesuffix('.mended')}.mended.ndjson",
            door=Door.DESK,
            actor=actor,
            moment=moment,
        )
        Batch.objects.filter(id=opened.id).update(parent=found.id, citation=citation)
    add_content(batch=opened.id, offset=0, chunks=lines)
    return _known(opened.id)


def _codes(row: ReturnedRow) -> Iterator[str]:
    return (code for _, _, code, _, _ in row.reasons)


def _mended_lines(rows: Iterable[ReturnedRow], edits: Edits) -> Iterator[bytes]:
    """The returned rows as NDJSON, each with its edits; a column that an edit adds is one of every row."""
    added = dict.fromkeys((header for edit in edits.values() for header in edit), "")
    for row in rows:
        yield orjson.dumps(added | row.cells | dict(edits.get(row.key, {}))) + b"\n"


def _known(batch: UUID) -> BatchRow:
    found = batch_of(batch)
    if found is None:
        raise UnknownBatch("没有这个批次。There is no such batch.")
    return found
