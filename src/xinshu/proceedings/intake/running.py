"""Runs a batch through its parts: as a dry run that is undone, or for good, each part in one transaction."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.db import transaction

from xinshu.bulk.checks import Checked
from xinshu.bulk.files import PART_ROWS, UnreadableFile
from xinshu.bulk.given_names import is_plain_header
from xinshu.bulk.headers import HeadersRefused
from xinshu.bulk.spool import Spool
from xinshu.bulk.survey import Survey, survey
from xinshu.kit.moment import Moment
from xinshu.proceedings import vault
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.intake.models import Batch, ConnectorCursor
from xinshu.proceedings.intake.settling import PREVIEWED, Ready, Settled, Work, made_ready, settle
from xinshu.proceedings.intake.states import Progress, State, Step
from xinshu.register.access.actions import note
from xinshu.register.records.first_load import FirstLoad, first_load

LONGEST_HEADER: Final = 100
ROWS_PREVIEWED: Final = 1_000
CHECKABLE: Final = frozenset({State.UPLOADING, State.CHECKED, State.REFUSED})
NO_STEP: Final = {"step_zh": "", "step_en": ""}
MOST_ASKED: Final = 100
"""Questions that are kept with a batch; their number is counted in full."""


def dry_run(work: Work, path: Path, progress: Progress) -> None:
    """Settle every part and undo it again; what would have become of each row is kept for its organ to look at.

    Small parts, such as the sheets of a workbook, are undone together, so that each is tried beside what the others
    bring. Parts of a large file are tried one by one, since nobody else can file that kind meanwhile.
    """
    progress = _kept(work, progress)
    with Spool(vault.folder()) as spool:
        found = _surveyed(work, path, spool, progress)
        if found is None:
            return
        tally = Tally()
        rows: list[pl.DataFrame] = []
        with made_ready(work, found, 0) as parts:
            for together in _together(parts, found):
                with transaction.atomic():
                    # While this holds the batch nobody files it, and what is being filed is not overwritten.
                    if _locked(work.id).state not in CHECKABLE:
                        return
                    for ready in together:
                        settled = settle(work, found, ready)
                        _put_returned(work, ready.number, settled)
                        tally.add(found.parts[ready.number].checked, settled)
                        rows.append(settled.rows.head(ROWS_PREVIEWED - sum(map(len, rows))))
                    transaction.set_rollback(True)
                progress(Step("试算", "dry run", tally.counts["received"], found.received))
        _note_check(work, found, tally, _as_bytes(pl.concat([pl.DataFrame(schema=PREVIEWED), *rows])))


def _together(parts: Iterator[Ready], found: Survey) -> Iterator[list[Ready]]:
    """The parts in their order, as many at once as have no more rows than one large part."""
    group: list[Ready] = []
    rows = 0
    for ready in parts:
        size = found.parts[ready.number].checked.received
        if group and rows + size > PART_ROWS:
            yield group
            group, rows = [], 0
        group.append(ready)
        rows += size
    if group:
        yield group


def run(work: Work, path: Path, digest: bytes, progress: Progress, *, first_time: bool = False) -> bool:
    """Store a batch from its first part that is not stored; False when it is not to be filed, or cannot be read.

    `first_time`: a first load, whose parts are one transaction.
    """
    progress = _kept(work, progress)
    with Spool(vault.folder()) as spool:
        found = _surveyed(work, path, spool, progress)
        stored = None if found is None else _begin(work, found, path, digest)
        if found is None or stored is None:
            return False
        # An earlier attempt may have been cut off between its last commit and the number.
        number_and_note(moment=work.moment)
        if first_time:
            named_again = pl.Series(found.named_again, dtype=pl.UInt64)
            with first_load(kind=work.kind, named_again=named_again) as loading:
                _store_each(work, found, stored, progress, loading)
                progress(Step("建索引", "build indexes", found.received, found.received))
            number_and_note(moment=work.moment)
        else:
            _store_each(work, found, stored, progress)
    return True


def _store_each(work: Work, found: Survey, stored: int, progress: Progress, loading: FirstLoad | None = None) -> None:
    with made_ready(work, found, stored) as parts:
        for ready in parts:
            _store(work, found, ready, loading)
            if loading is None:
                number_and_note(moment=work.moment)
            done = sum(part.checked.received for part in found.parts[: ready.number + 1])
            progress(Step("入库", "store", done, found.received))


def _store(work: Work, found: Survey, ready: Ready, loading: FirstLoad | None) -> None:
    """One part: its records, its returned rows and its counts, all or nothing; done once however often it is tried."""
    number = ready.number
    with transaction.atomic():
        batch = _locked(work.id)
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
        if not filing.update(state=State.FILED, filed_at=work.moment.instant, **NO_STEP):
            return
        if cursor is not None:
            name, place = cursor
            moved = {"cursor": place, "batch": work.id, "moved_at": work.moment.instant}
            ConnectorCursor.objects.update_or_create(connector=name, defaults=moved)
        matter = f"{work.kind} {work.id}"
        note(actor=work.actor, act="INTAKE", matter=matter, purpose="归集", organ=work.organ.code, moment=work.moment)


def erase_old(moment: Moment, *, before: datetime) -> int:
    """Erase what is kept of batches received before then, and whatever no batch has any more; the counts stay."""
    old = Batch.objects.filter(received_at__lt=before, erased_at=None).exclude(state=State.FILING)
    swept = old.filter(state=State.UPLOADING).update(erased_at=moment.instant, state=State.DISCARDED)
    swept += old.update(erased_at=moment.instant)
    # Marked first: from then on nobody reads it, and what a crash leaves is erased by the next sweep.
    kept = vault.batches_kept()
    for batch in set(kept) - set(Batch.objects.filter(id__in=kept, erased_at=None).values_list("id", flat=True)):
        vault.erase(batch)
    vault.tidy()
    return swept


def _kept(work: Work, progress: Progress) -> Progress:
    """Each step is also kept in the batch's row, for the page that shows it; never inside a part's transaction."""

    def told(step: Step) -> None:
        kept = {"step_zh": step.name_zh, "step_en": step.name_en, "done": step.done, "total": step.total}
        Batch.objects.filter(id=work.id).update(**kept)
        progress(step)

    return told


def _surveyed(work: Work, path: Path, spool: Spool, progress: Progress) -> Survey | None:
    """The survey, or None when the file as a whole is refused; why is kept with the batch."""
    progress(Step("读取", "read"))
    try:
        return survey(work.rulebook, path, spool, progress)
    except UnreadableFile as refusal:
        unknown = refusal.match.unknown if isinstance(refusal, HeadersRefused) and refusal.match.fields else ()
        Batch.objects.filter(id=work.id, state__in=CHECKABLE).update(
            state=State.REFUSED,
            refusal_zh=refusal.zh,
            refusal_en=refusal.en,
            **NO_STEP,
            # Where the header row is missing, data stand in it: what may be a person's is not kept.
            unknown_headers=[name for name in unknown if is_plain_header(name) and len(name) <= LONGEST_HEADER],
        )
        return None


def _begin(work: Work, found: Survey, path: Path, digest: bytes) -> int | None:
    """From here on the batch is being filed: attested, its dry-run counts cleared, to be counted part by part.

    Returns how many of its parts are stored already; None when it was filed or undone meanwhile, or another file's
    first parts are stored under its name.
    """
    with transaction.atomic():
        batch = _locked(work.id)
        if batch.state == State.FILING:
            same = batch.file_digest is not None and bytes(batch.file_digest) == digest
            if not same:
                return None
            # The survey has told its own steps meanwhile; what is stored is what counts.
            batch.done, batch.total = batch.received, found.received
            batch.save(update_fields=["done", "total"])
            return batch.parts
        if batch.state not in {State.UPLOADING, State.CHECKED}:
            return None
        vault.erase_results(work.id)
        batch.state, batch.attested_by, batch.file_digest = State.FILING, work.actor, digest
        batch.file_size = path.stat().st_size
        batch.parts = batch.done = 0
        batch.total = found.received
        Tally().onto(batch, afresh=True)
        batch.notices = [asdict(notice) for notice in found.notices]
        batch.save()
        return 0


def _note_check(work: Work, found: Survey, tally: "Tally", preview: bytes) -> None:
    with transaction.atomic():
        batch = _locked(work.id)
        if batch.state not in CHECKABLE:
            return
        vault.put_preview(work.id, preview)
        batch.state = State.CHECKED
        batch.refusal_zh = batch.refusal_en = batch.step_zh = batch.step_en = ""
        batch.unknown_headers = []
        batch.done, batch.total = found.received, found.received
        tally.onto(batch, afresh=True)
        batch.notices = [asdict(notice) for notice in found.notices]
        batch.save()


def _locked(batch: UUID) -> Batch:
    """The batch as it stands now; until the transaction ends nobody else changes it."""
    return Batch.objects.select_for_update().get(id=batch)


def _put_returned(work: Work, number: int, settled: Settled) -> None:
    back = settled.returned_part
    vault.put_returned(work.id, number, None if back is None else back.to_bytes())


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
