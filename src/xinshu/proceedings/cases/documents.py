"""The documents of a case: taken with care, kept encrypted, given to its two sides alone, and gone with their case.

Order: the file lies sealed in the vault before its line is there, and its line is gone before the file. So a line
always has its file; a file without a line is what a crash left, and `sweep` erases it.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Sum

from xinshu.kit.moment import Moment
from xinshu.proceedings import vault
from xinshu.proceedings.cases.files import KINDS, LARGEST, DocumentRefused, clean_name, kind_of
from xinshu.proceedings.cases.models import Case, CaseDocument
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.register.access.actions import note

MOST: Final = 20
ALL: Final = 100 << 20
"""Bytes of all documents of a case."""

SETTLED: Final = timedelta(days=1)
"""What has no line after so long will never have one."""


class NoSuchDocument(DocumentRefused):
    """There is no such document in that case; another's and none are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document as both sides see it. `digest` is its SHA-256; `side` who attached it."""

    id: UUID
    case: UUID
    name: str
    content_type: str
    size: int
    digest: str
    side: str
    at: datetime


def attach(
    *,
    case: UUID,
    name: str,
    chunks: Iterable[bytes],
    states: Collection[str] | None = None,
    side: Side,
    actor: str,
    moment: Moment,
) -> UUID:
    """Keep a document with a case that is open; its number, which is the earlier one where it lies there already.

    `states`: in one of which the case must be (None: any in which it is open).

    No more than the limit is ever read. The caller has seen to it that the case is this actor's. Raises
    DocumentRefused, NotNow, and NoRoom; then nothing of it is kept.
    """
    content = _read(chunks)
    kind, digest = kind_of(content), hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        found = _open(case)
        if states is not None and found.state not in states:
            raise NotNow("办件已经提交，现在不能再附材料。The case has been lodged; nothing can be attached to it now.")
        held = CaseDocument.objects.filter(case_id=case)
        same = held.filter(digest=digest).first()
        if same is not None:
            return same.id
        _has_room(held.count(), held.aggregate(size=Sum("size"))["size"] or 0, len(content))
        made = CaseDocument(
            id=uuid4(),
            case_id=case,
            name=clean_name(name, kind),
            kind=kind,
            size=len(content),
            digest=digest,
            side=side,
            actor=actor,
            at=moment.instant,
        )
        vault.put_document(case, made.id, content)
        try:
            made.save(force_insert=True)
            note(actor=actor, act="DOCUMENT_ATTACH", matter=f"{case} {made.id}", purpose="", organ="", moment=moment)
        except BaseException:
            vault.erase_document(case, made.id)
            raise
    return made.id


def remove(*, case: UUID, document: UUID, states: Collection[str], side: Side, actor: str, moment: Moment) -> None:
    """Take a document back that this side attached, while the case is in one of these states (its drafts).

    Raises NoSuchDocument, NotNow.
    """
    with transaction.atomic():
        found = _open(case)
        if found.state not in states:
            raise NotNow("办件已经提交，材料不能再撤下。The case has been lodged; its documents stay with it.")
        gone, _ = CaseDocument.objects.filter(case_id=case, id=document, side=side).delete()
        if not gone:
            raise _none()
        note(actor=actor, act="DOCUMENT_REMOVE", matter=f"{case} {document}", purpose="", organ="", moment=moment)
        transaction.on_commit(lambda: vault.erase_document(case, document))


def documents_of(case: UUID) -> tuple[DocumentRow, ...]:
    """The documents of a case, in the order in which they came."""
    return tuple(map(_row, CaseDocument.objects.filter(case_id=case).order_by("at", "id")))


def numbers_of(cases: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """The numbers of the documents of these cases, each with its case."""
    return list(CaseDocument.objects.filter(case_id__in=list(cases)).values_list("case_id", "id").order_by("at", "id"))


def document_of(case: UUID, document: UUID) -> DocumentRow:
    """One document of that case. Raises NoSuchDocument, for another case's too."""
    found = CaseDocument.objects.filter(case_id=case, id=document).first()
    if found is None:
        raise _none()
    return _row(found)


def opened(document: UUID) -> bytes:
    """Its content, as it was sent. The caller has seen to it that it may be seen. Raises NoSuchDocument."""
    found = CaseDocument.objects.filter(id=document).first()
    content = None if found is None else vault.document(found.case_id, document)
    if content is None or found is None or hashlib.sha256(content).hexdigest() != found.digest:
        raise _none()
    return content


def erase_with(cases: Collection[UUID]) -> None:
    """The files of cases that are erased go when that is committed; their lines go with the cases."""
    for case in cases:
        transaction.on_commit(lambda case=case: vault.erase_documents(case))  # type: ignore[misc]


def sweep(*, moment: Moment) -> int:
    """Erase the files that a crash left without a line; how many."""
    erased = 0
    for case, files in vault.documents_kept(before=moment.instant - SETTLED):
        lines = {str(line) for line in CaseDocument.objects.filter(case_id=case).values_list("id", flat=True)}
        for path in files:
            if path.stem not in lines:
                path.unlink(missing_ok=True)
                erased += 1
        if not lines:
            vault.erase_documents_if_none(case)
    return erased


def _read(chunks: Iterable[bytes]) -> bytes:
    """All of it, or DocumentRefused as soon as it is more than is taken: what follows is not read."""
    content = bytearray()
    for chunk in chunks:
        if len(content) + len(chunk) > LARGEST:
            raise DocumentRefused(
                f"文件超过 {LARGEST >> 20} MiB 的上限，未予保存；请压缩、拆分或降低扫描分辨率后再附上。"
                f" The file is larger than {LARGEST >> 20} MiB and was not kept; split it or scan it more coarsely."
            )
        content += chunk
    return bytes(content)


def _open(case: UUID) -> Case:
    found = Case.objects.select_for_update().filter(id=case).first()
    if found is None:
        raise _none()
    if found.closed_on is not None:
        raise NotNow("办件已经办结，不能再附材料。The case is closed; nothing can be attached to it any more.")
    return found


def _has_room(count: int, size: int, more: int) -> None:
    if count >= MOST or size + more > ALL:
        raise DocumentRefused(
            f"每个办件最多附 {MOST} 份材料、合计 {ALL >> 20} MiB；请合并材料或撤下不需要的。"
            f" A case takes {MOST} documents and {ALL >> 20} MiB in all; join some, or take back what is not needed."
        )


def _none() -> NoSuchDocument:
    return NoSuchDocument("没有这份材料。There is no such document.")


def _row(found: CaseDocument) -> DocumentRow:
    return DocumentRow(
        id=found.id,
        case=found.case_id,
        name=found.name,
        content_type=KINDS[found.kind].content_type,
        size=found.size,
        digest=found.digest,
        side=found.side,
        at=found.at,
    )
