"""Takes in what an organ sends: opens a batch, dry-runs it, files it once attested, discards, mends and withdraws.

Nothing of a batch is in the register before its organ has attested it; a dry run is the same work, undone.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from xinshu.bulk.given_names import is_plain_header, shown_name
from xinshu.bulk.personal import mask
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.entries import Kind
from xinshu.proceedings import vault
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.intake.models import Batch, HeaderMapping, Withdrawal
from xinshu.proceedings.intake.queries import BatchRow, batch_row, receipt, remembered_headers
from xinshu.proceedings.intake.running import LONGEST_HEADER, dry_run, end_filing, erase_old, run
from xinshu.proceedings.intake.settling import Work
from xinshu.proceedings.intake.states import Door, Progress, Receipt, State, WithdrawalReason
from xinshu.register.access.actions import UnknownOrgan, note
from xinshu.register.access.queries import OrganRow, organ
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.actions import withdraw as withdraw_record
from xinshu.register.subjects.queries import named_by

LONGEST_FILE_NAME: Final = 255
LONGEST_WORDS: Final = 500
DAYS_KEPT: Final = 30
"""Uploads and returned rows are erased after so many days."""


class UnknownKind(XinshuError):
    """The catalogue of the day has no such kind of record (G1)."""


class UnknownBatch(XinshuError):
    """There is no such batch."""


class KeyReused(XinshuError):
    """The sender's key names another batch already."""


class NotNow(XinshuError):
    """A batch in this state cannot do that."""


class NotAttested(XinshuError):
    """The organ has not attested its review of secrets and privacy."""


class CitationRefused(XinshuError):
    """A citation is missing, too long, or attested by the person who gave it."""


class HeaderRefused(XinshuError):
    """A header cannot be understood as said."""


def open_batch(
    *, organ_code: str, kind: str, file_name: str, door: Door, actor: str, moment: Moment, key: str | None = None
) -> BatchRow:
    """Open a batch that waits for its content; the same key again gives the same batch back.

    Raises UnknownOrgan, UnknownKind, or KeyReused when the key stands for another kind or file.
    """
    _known_organ(organ_code)
    _known_kind(kind, moment)
    opened = Batch(
        id=uuid4(),
        organ_code=organ_code,
        kind=kind,
        file_name=shown_name(Path(file_name).name, most=LONGEST_FILE_NAME),
        door=door,
        key=key,
        actor=actor,
        state=State.UPLOADING,
        on_day=moment.day,
        received_at=moment.instant,
    )
    try:
        with transaction.atomic():
            opened.save(force_insert=True)
    except IntegrityError:
        first = Batch.objects.get(organ_code=organ_code, key=key)
        if (first.kind, first.file_name) != (kind, opened.file_name):
            raise KeyReused(
                "该幂等键已用于另一批次；请换一个键。This idempotency key stands for another batch; choose a new one."
            ) from None
        return batch_row(first)
    return batch_row(opened)


def add_content(*, batch: UUID, offset: int, chunks: Iterable[bytes]) -> int:
    """Add content at the end, while the batch is UPLOADING; the new size. Raises vault.WrongOffset, NotNow."""
    found = _batch(batch)
    _must_be(found, State.UPLOADING)
    size = vault.append(batch, offset, chunks)
    Batch.objects.filter(id=batch).update(file_size=size)
    return size


def check(*, batch: UUID, actor: str, moment: Moment, progress: Progress) -> Receipt:
    """The dry run: what would be accepted, corrected and returned, by the very work of filing, rolled back.

    The batch is CHECKED then, or REFUSED when its file as a whole cannot be used.
    """
    found = _batch(batch)
    _must_be(found, State.UPLOADING, State.CHECKED, State.REFUSED)
    work = _work(found, actor, moment)
    note(actor=actor, act="CHECK_BATCH", matter=str(batch), purpose="归集", organ=work.organ.code, moment=moment)
    with vault.opened(batch) as path:
        Batch.objects.filter(id=batch).update(file_digest=_digest(path))
        dry_run(work, path, progress)
    return receipt(batch)


def file(
    *,
    batch: UUID,
    actor: str,
    moment: Moment,
    attested: bool,
    progress: Progress,
    cursor: tuple[str, str] | None = None,
) -> Receipt:
    """Store an attested batch, part by part, and have it published; called again, it goes on where it stopped.

    Raises NotAttested unless the organ says that it has reviewed secrecy, trade secrets and privacy.
    """
    found = _batch(batch)
    if found.state == State.FILED:
        return receipt(batch)
    with vault.opened(batch) as path:
        return _file(found, path, actor=actor, moment=moment, attested=attested, progress=progress, cursor=cursor)


def receive(
    *,
    path: Path,
    organ_code: str,
    kind: str,
    door: Door,
    actor: str,
    moment: Moment,
    progress: Progress,
    attested: bool = True,
    key: str | None = None,
    cursor: tuple[str, str] | None = None,
    first_time: bool = False,
) -> Receipt:
    """Take in a file that lies at hand in one call; without attestation it is a dry run.

    The same file of an organ (by key, else by name) whose batch was cut off goes on with that batch. `cursor`:
    (connector, how far it has read), kept in the transaction that ends the filing. `first_time`: a first load, all of
    it in one transaction; raises NotFirst when the register holds any record.
    """
    digest = _digest(path)
    named = {"file_name": path.name[:255]} if key is None else {"key": key}
    same = {"organ_code": organ_code, "kind": kind, "file_digest": digest, **named}
    going_on = [State.UPLOADING, State.FILING] if attested else []
    cut_off = Batch.objects.filter(**same, state__in=going_on).first()
    if cut_off is None:
        with transaction.atomic():
            opened = open_batch(
                organ_code=organ_code, kind=kind, file_name=path.name, door=door, actor=actor, moment=moment, key=key
            )
            said = {"file_size": path.stat().st_size, "file_digest": digest}
            Batch.objects.filter(id=opened.id, file_digest=None).update(**said)
        cut_off = _batch(opened.id)
    if bytes(cut_off.file_digest or b"") != digest:
        raise KeyReused("该幂等键已用于另一文件；请换一个键。This key stands for another file; choose a new one.")
    if cut_off.state in {State.FILED, State.DISCARDED}:
        return receipt(cut_off.id)
    if attested:
        return _file(
            cut_off,
            path,
            actor=actor,
            moment=moment,
            attested=True,
            progress=progress,
            cursor=cursor,
            first_time=first_time,
        )
    dry_run(_work(cut_off, actor, moment), path, progress)
    return receipt(cut_off.id)


def discard(*, batch: UUID, actor: str, moment: Moment) -> None:
    """Undo a batch that is not filed: nothing of it was in the register, and its upload is erased."""
    found = _batch(batch)
    if found.state == State.DISCARDED:
        vault.erase(batch)
        return
    _must_be(found, State.UPLOADING, State.CHECKED, State.REFUSED)
    with transaction.atomic():
        changed = Batch.objects.filter(id=batch, state=found.state).update(
            state=State.DISCARDED, erased_at=moment.instant
        )
        if not changed:
            raise NotNow("该批次刚刚已在报送。This batch has just been filed.")
        note(actor=actor, act="DISCARD_BATCH", matter=str(batch), purpose="归集", organ=found.organ_code, moment=moment)
    vault.erase(batch)


def withdraw(
    *,
    organ_code: str,
    subject_code: str,
    record_ref: UUID,
    reason: WithdrawalReason,
    words: str,
    actor: str,
    moment: Moment,
) -> None:
    """Take one wrong record back, at once and everywhere (G25). Raises NotHeld when it is not the organ's."""
    bodies = [body.subject for body in named_by(subject_code)]
    number_and_note(moment=moment)  # an earlier call may have been cut off just before
    with transaction.atomic():
        kind = withdraw_record(
            subjects=bodies,
            record_ref=record_ref,
            organ=organ_code,
            ground=reason,
            words=mask(words)[0][:LONGEST_WORDS],
            actor=actor,
            moment=moment,
        )
        Withdrawal.objects.create(
            organ_code=organ_code,
            kind=kind,
            record_ref=record_ref,
            reason=reason,
            actor=actor,
            on_day=moment.day,
            at=moment.instant,
        )
        note(actor=actor, act="WITHDRAW", matter=kind, purpose=reason, organ=organ_code, moment=moment)
    number_and_note(moment=moment)


@transaction.atomic
def remember_headers(
    *, organ_code: str, kind: str, mapping: Mapping[str, str | None], actor: str, moment: Moment
) -> None:
    """Remember what headers of an organ's files stand for: a field of the kind, or "" for a column to leave out.

    None forgets a header.

    Raises HeaderRefused when a field is unknown, or a header is longer than 100 characters.
    """
    fields = _known_kind(kind, moment).fields
    for header, field in mapping.items():
        if (field and field not in fields) or not header or len(header) > LONGEST_HEADER or not is_plain_header(header):
            raise HeaderRefused(
                "所指的字段不属于该类目，或表头过长、含有个人信息。"
                "No field of this kind, or the header is too long or holds personal data."
            )
        known = HeaderMapping.objects.filter(organ_code=organ_code, kind=kind, header=header)
        if field is None:
            known.delete()
            continue
        HeaderMapping.objects.update_or_create(
            organ_code=organ_code,
            kind=kind,
            header=header,
            defaults={"field": field, "actor": actor, "recorded_at": moment.instant},
        )
    note(actor=actor, act="REMEMBER_HEADERS", matter=kind, purpose="归集", organ=organ_code, moment=moment)


def sweep(*, moment: Moment) -> int:
    """Erase uploads and returned rows older than 30 days, and what crashes left; how many batches it was."""
    return erase_old(moment, before=moment.instant - timedelta(days=DAYS_KEPT))


def forget_withdrawals(references: Collection[str]) -> None:
    """Erase that these records were taken back: the month's count is kept elsewhere."""
    Withdrawal.objects.filter(record_ref__in=references).delete()


def forget_files(kinds: Collection[str], *, moment: Moment) -> int:
    """Erase of old batches of these kinds what lets guess a row: the file's name and digest, the sender's key, numbers
    that were asked about. The counts stay. How many batches it was.

    A file of one row is guessed by its digest; so it goes as the upload itself did, for kinds that are ever erased.
    """
    old = Batch.objects.filter(kind__in=kinds, received_at__lt=moment.instant - timedelta(days=DAYS_KEPT + 1))
    known = old.exclude(state=State.FILING).exclude(file_digest=None, file_name="", key=None, asked=[])
    return known.update(file_digest=None, file_name="", key=None, asked=[])


def _known_organ(code: str) -> OrganRow:
    known = organ(code)
    if known is None:
        raise UnknownOrgan(
            f"没有登记代码为“{code}”的机关；请先用 xinshu organ add 登记。"
            "No organ with this code is registered; register it with `xinshu organ add` first."
        )
    return known


def _known_kind(name: str, moment: Moment) -> Kind:
    kinds = catalogue_on(moment.day).catalogue.kinds
    if name not in kinds:
        raise UnknownKind(f"目录中没有类目“{name}”。The catalogue has no such kind; it has: {', '.join(kinds)}")
    return kinds[name]


def _batch(batch: UUID) -> Batch:
    found = Batch.objects.filter(id=batch).first()
    if found is None:
        raise UnknownBatch("没有这个批次。There is no such batch.")
    return found


def _must_be(found: Batch, *states: State) -> None:
    if found.state not in states:
        raise NotNow(f"批次现为 {found.state}，不能这样做。The batch is {found.state}; that cannot be done now.")


def _work(found: Batch, actor: str, moment: Moment) -> Work:
    edition = catalogue_on(moment.day)
    return Work(
        id=found.id,
        organ=_known_organ(found.organ_code),
        kind=found.kind,
        actor=actor,
        moment=moment,
        catalogue=edition.catalogue,
        edition=bytes.fromhex(edition.hash),
        mapping=remembered_headers(found.organ_code, found.kind),
        citation=found.citation,
    )


def _digest(path: Path) -> bytes:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()


def _file(
    found: Batch,
    path: Path,
    *,
    actor: str,
    moment: Moment,
    attested: bool,
    progress: Progress,
    cursor: tuple[str, str] | None,
    first_time: bool = False,
) -> Receipt:
    """File from the first part that is not stored; what ends the filing, the cursor too, is one transaction."""
    if not attested:
        raise NotAttested(
            "报送前须确认已完成保密、商业秘密和个人信息审查。"
            " Attest first that secrecy, trade secrets and privacy have been reviewed."
        )
    if found.citation and actor == found.actor:
        raise CitationRefused(
            "附依据的更正须由提出人以外的第二人复核报送。A correction with a citation is filed by a second person."
        )
    _must_be(found, State.UPLOADING, State.CHECKED, State.FILING)
    work = _work(found, actor, moment)
    if run(work, path, _digest(path), progress, first_time=first_time):
        end_filing(work, cursor)
    return receipt(found.id)
