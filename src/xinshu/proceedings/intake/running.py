"""Runs a batch through its parts: as a dry run that is undone, or for good, each part in one transaction."""

import re
from collections import Counter
from dataclasses import asdict
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.db import transaction

from xinshu.bulk.checks import Checked
from xinshu.bulk.files import UnreadableFile
from xinshu.bulk.headers import HeadersRefused
from xinshu.bulk.spool import Spool
from xinshu.bulk.survey import Survey, survey
from xinshu.proceedings.intake import vault
from xinshu.proceedings.intake.models import Batch, ConnectorCursor
from xinshu.proceedings.intake.settling import PREVIEWED, Ready, Settled, Work, made_ready, settle
from xinshu.proceedings.intake.states import Progress, State, Step
from xinshu.register.access.actions import note
from xinshu.register.records.actions import number_filings
from xinshu.register.records.first_load import FirstLoad, first_load

DIGITS: Final = re.compile(r"\d{6}")
LONGEST_HEADER: Final = 100
ROWS_PREVIEWED: Final = 1_000
MOST_ASKED: Final = 100
"""Questions that are kept with a batch; their number is counted in full."""


def dry_run(work: Work, path: Path, progress: Progress) -> None:
    """Settle every part and undo it again; what would have become of each row is kept for its organ to look at."""
    with Spool(vault.folder()) as spool:
        found = _surveyed(work, path, spool, progress)
        if found is None:
            return
        tally = Tally()
        rows: list[pl.DataFrame] = []
        with made_ready(work, found, 0) as parts:
            for ready in parts:
                with transaction.atomic():
                    settled = settle(work, found, ready)
                    transaction.set_rollback(True)
                tally.add(found.parts[ready.number].checked, settled)
                _put_returned(work, ready.number, settled)
                rows.append(settled.rows.head(ROWS_PREVIEWED - sum(map(len, rows))))
                progress(Step("试算", "dry run", tally.counts["received"], found.received))
    vault.put_preview(work.id, _as_bytes(pl.concat([pl.DataFrame(schema=PREVIEWED), *rows])))
    _note_check(work, found, tally)


def run(work: Work, path: Path, digest: bytes, progress: Progress, *, first_time: bool = False) -> bool:
    """Store a batch from its first part that is not stored; False when the file cannot be read as a whole.

    `first_time`: a first load, whose parts are one transaction.
    """
    with Spool(vault.folder()) as spool:
        found = _surveyed(work, path, spool, progress)
        if found is None:
            return False
        stored = _begin(work, found, digest)
        if first_time:
            named_again = pl.Series(found.named_again, dtype=pl.UInt64)
            with first_load(kind=work.kind, named_again=named_again) as loading:
                _store_each(work, found, stored, progress, loading)
                progress(Step("建索引", "build indexes", found.received, found.received))
            number_filings(moment=work.moment)
        else:
            _store_each(work, found, stored, progress)
    return True


def _store_each(work: Work, found: Survey, stored: int, progress: Progress, loading: FirstLoad | None = None) -> None:
    with made_ready(work, found, stored) as parts:
        for ready in parts:
            _store(work, found, ready, loading)
            if loading is None:
                number_filings(moment=work.moment)
            done = sum(part.checked.received for part in found.parts[: ready.number + 1])
            progress(Step("入库", "store", done, found.received))


def _store(work: Work, found: Survey, ready: Ready, loading: FirstLoad | None) -> None:
    """One part: its records, its returned rows and its counts, all or nothing; done once however often it is tried."""
    number = ready.number
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(id=work.id)
        if batch.parts != number:
            return
        settled = settle(work, found, ready, loading)
        # Written before the commit: a crash between the two leaves a file that the next attempt writes again.
        _put_returned(work, number, settled)
        tally = Tally()
        tally.add(found.parts[number].checked, settled)
        tally.onto(batch)
        batch.parts = number + 1
        batch.done, batch.total = batch.received, found.received
        batch.save()


def end_filing(work: Work, cursor: tuple[str, str] | None) -> None:
    """Close a batch whose every part is stored; a connector's cursor moves with it, and the trail has its line."""
    with transaction.atomic():
        filing = Batch.objects.filter(id=work.id, state=State.FILING)
        if not filing.update(state=State.FILED, filed_at=work.moment.instant):
            return
        if cursor is not None:
            name, place = cursor
            moved = {"cursor": place, "batch": work.id, "moved_at": work.moment.instant}
            ConnectorCursor.objects.update_or_create(connector=name, defaults=moved)
        matter = f"{work.kind} {work.id}"
        note(actor=work.actor, act="INTAKE", matter=matter, purpose="归集", organ=work.organ.code, moment=work.moment)


def _surveyed(work: Work, path: Path, spool: Spool, progress: Progress) -> Survey | None:
    """The survey, or None when the file as a whole is refused; why is kept with the batch."""
    progress(Step("读取", "read"))
    try:
        return survey(work.rulebook, path, spool, progress)
    except UnreadableFile as refusal:
        unknown = refusal.match.unknown if isinstance(refusal, HeadersRefused) else ()
        Batch.objects.filter(id=work.id, state__in=[State.UPLOADING, State.CHECKED, State.REFUSED]).update(
            state=State.REFUSED,
            refusal_zh=refusal.zh,
            refusal_en=refusal.en,
            # Where the header row is missing, data stand in it: what may be a number of a person is not kept.
            unknown_headers=[
                header for header in unknown if not DIGITS.search(header) and len(header) <= LONGEST_HEADER
            ],
        )
        return None


def _begin(work: Work, found: Survey, digest: bytes) -> int:
    """From here on the batch is being filed: attested, its dry-run counts cleared, to be counted part by part.

    Returns how many of its parts are stored already.
    """
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(id=work.id)
        if batch.state == State.FILING:
            return batch.parts
        vault.erase_results(work.id)
        batch.state, batch.attested_by, batch.file_digest = State.FILING, work.actor, digest
        batch.parts = batch.done = 0
        batch.total = found.received
        Tally().onto(batch, afresh=True)
        batch.notices = [asdict(notice) for notice in found.notices]
        batch.save()
        return 0


def _note_check(work: Work, found: Survey, tally: "Tally") -> None:
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(id=work.id)
        if batch.state not in {State.UPLOADING, State.CHECKED, State.REFUSED}:
            return
        batch.state = State.CHECKED
        batch.refusal_zh = batch.refusal_en = ""
        batch.unknown_headers = []
        batch.done, batch.total = found.received, found.received
        tally.onto(batch, afresh=True)
        batch.notices = [asdict(notice) for notice in found.notices]
        batch.save()


def _put_returned(work: Work, number: int, settled: Settled) -> None:
    if settled.returned_part is not None:
        vault.put_returned(work.id, number, settled.returned_part.to_bytes())


def _as_bytes(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_ipc(buffer, compression="lz4")
    return buffer.getvalue()


COUNTS: Final = (
    *("received", "accepted", "unchanged", "corrected", "returned", "outside"),
    *("dropped_personal", "masked", "late", "filled", "fillable", "questions"),
)


class Tally:
    """The counts of one part or several; added onto a batch, every row of it is counted once."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.asked: list[dict[str, Any]] = []
        self.due_on: date | None = None

    def add(self, checked: Checked, settled: Settled) -> None:
        """Count one part."""
        for name in ("received", "outside", "dropped_personal", "masked", "filled", "fillable"):
            self.counts[name] += getattr(checked, name)
        for name in ("accepted", "unchanged", "corrected", "returned", "late"):
            self.counts[name] += getattr(settled, name)
        self.counts["questions"] += len(settled.questions)
        self.asked += [asdict(question) for question in settled.questions[: MOST_ASKED - len(self.asked)]]
        self.due_on = min(filter(None, (self.due_on, settled.returned_due_on)), default=None)

    def onto(self, batch: Batch, *, afresh: bool = False) -> None:
        """Put the counts into a batch: beside what it has, or instead of it."""
        for name in COUNTS:
            setattr(batch, name, self.counts[name] + (0 if afresh else getattr(batch, name)))
        batch.asked = ([] if afresh else batch.asked) + self.asked
        batch.returned_due_on = min(
            filter(None, (self.due_on, None if afresh else batch.returned_due_on)), default=None
        )
