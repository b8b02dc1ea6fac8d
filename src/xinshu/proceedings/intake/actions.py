"""Takes in an organ's file: reads it, checks it in columns, stores the good rows, returns the rest with reasons."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import polars as pl
from django.db import transaction

from xinshu.bulk.checks import Checked, check_table
from xinshu.bulk.files import Table, read_table, write_returned
from xinshu.bulk.headers import match_headers
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldType, Kind
from xinshu.law.public_form import sentence
from xinshu.proceedings.intake.matching import held_sentences, match_bodies
from xinshu.proceedings.intake.models import Batch
from xinshu.register.access.actions import UnknownOrgan, note
from xinshu.register.access.queries import OrganRow, departments_of, organ
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.actions import Filing, Outcome, accept_batch

Progress = Callable[[str], None]
"""Told the name of each step as it begins."""


class UnknownKind(XinshuError):
    """The catalogue of the day has no such kind of record (G1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question back to the organ: which row, the class it declared, the one that counts meanwhile, and why."""

    row: int
    document_number: str
    declared: str | None
    settled: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a batch: received = accepted + unchanged + corrected + returned + outside.

    `outside`: rows of natural persons, set aside and not kept. `returned_file`: the rows that came back, in their own
    format with a column of reasons. `questions`: stored rows whose class the organ is asked about.
    """

    batch: UUID
    received: int
    accepted: int
    unchanged: int
    corrected: int
    returned: int
    outside: int
    returned_file: Path | None
    dropped_personal: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What every step of one batch needs."""

    id: UUID
    path: Path
    organ: OrganRow
    kind: str
    actor: str
    moment: Moment
    catalogue: Catalogue
    edition: bytes

    @property
    def rules(self) -> Kind:
        return self.catalogue.kinds[self.kind]


def receive(
    *, path: Path, organ_code: str, kind: str, actor: str, moment: Moment, returned: Path, progress: Progress
) -> Receipt:
    """Take in a file of one kind from one organ; good rows are stored in one transaction, all or none of them.

    Rows that are not taken in are written to `returned` before the commit, so that a crash loses none of them.
    Raises UnknownOrgan, UnknownKind, or UnreadableFile when the file as a whole cannot be used.
    """
    batch = _open(path=path, organ_code=organ_code, kind=kind, actor=actor, moment=moment)
    progress("读取 read")
    table = read_table(path)
    progress("检查 check")
    checked = check_table(
        table,
        kind_name=kind,
        kind=batch.rules,
        catalogue=batch.catalogue,
        division=batch.organ.division,
        on_date=moment.day,
    )
    progress("入库 store")
    try:
        return _settle(batch, table, checked, returned)
    except BaseException:
        returned.unlink(missing_ok=True)
        raise


def _open(*, path: Path, organ_code: str, kind: str, actor: str, moment: Moment) -> _Batch:
    known = organ(organ_code)
    if known is None:
        raise UnknownOrgan(
            f"没有登记代码为“{organ_code}”的机关；请先用 xinshu organ add 登记。"
            "No organ with this code is registered; register it with `xinshu organ add` first."
        )
    edition = catalogue_on(moment.day)
    if kind not in edition.catalogue.kinds:
        kinds = ", ".join(edition.catalogue.kinds)
        raise UnknownKind(f"目录中没有类目“{kind}”。The catalogue has no such kind; it has: {kinds}")
    return _Batch(
        id=uuid4(),
        path=path,
        organ=known,
        kind=kind,
        actor=actor,
        moment=moment,
        catalogue=edition.catalogue,
        edition=bytes.fromhex(edition.hash),
    )


@transaction.atomic
def _settle(batch: _Batch, table: Table, checked: Checked, returned: Path) -> Receipt:
    """Match, store, count and return, in one transaction."""
    reasons = {row.index: [str(reason) for reason in row.reasons] for row in checked.returned}
    documents, unmatched = match_bodies(checked.good, sender=batch.organ.code, moment=batch.moment)
    reasons.update(unmatched)
    outcome = _accept(batch, documents)
    reasons.update(held_sentences(outcome.held))
    returned_file = _write(batch, table, reasons, returned)
    receipt = Receipt(
        batch=batch.id,
        received=checked.received,
        accepted=outcome.accepted,
        unchanged=outcome.unchanged + checked.repeated,
        corrected=outcome.corrected,
        returned=len(reasons),
        outside=checked.outside,
        returned_file=returned_file,
        dropped_personal=checked.dropped_personal,
        questions=_questions(batch, checked.good, outcome),
    )
    _keep(batch, receipt)
    return receipt


def _accept(batch: _Batch, documents: pl.DataFrame) -> Outcome:
    departments = departments_of(set(documents["organ_code"]))
    department = pl.col("organ_code").replace_strict(departments, default=None, return_dtype=pl.String)
    filing = Filing(
        batch=batch.id,
        kind=batch.kind,
        organ=batch.organ.code,
        actor=batch.actor,
        moment=batch.moment,
        edition=batch.edition,
        catalogue=batch.catalogue,
    )
    return accept_batch(filing=filing, documents=documents.with_columns(department.alias("department")))


def _questions(batch: _Batch, good: pl.DataFrame, outcome: Outcome) -> tuple[Question, ...]:
    """The rows whose class is in doubt; until the organ answers, the lower class counts (Decision 7)."""
    asked = good.filter(pl.col("index").is_in(list(outcome.questions)))
    return tuple(
        Question(
            row=row["row"],
            document_number=row["document_number"],
            declared=row["severity"],
            settled=verdict.severity,
            **sentence(verdict.reasons[0], batch.catalogue, start=None, last_day=None),
        )
        for row in asked.iter_rows(named=True)
        for verdict in [outcome.questions[row["index"]]]
    )


def _write(batch: _Batch, table: Table, reasons: dict[int, list[str]], returned: Path) -> Path | None:
    if not reasons:
        return None
    headers = match_headers(table.frame.columns, batch.rules).fields
    personal = [
        headers[name]
        for name, rule in batch.rules.fields.items()
        if rule.type is FieldType.PERSONAL and name in headers
    ]
    indices = sorted(reasons)
    texts = ["\n".join(reasons[index]) for index in indices]
    write_returned(table, indices, texts, returned, blank_columns=personal)
    return returned


def _keep(batch: _Batch, receipt: Receipt) -> None:
    """One line for the batch, one in the trail; the file itself is not kept."""
    Batch.objects.create(
        id=batch.id,
        organ_code=batch.organ.code,
        kind=batch.kind,
        file_name=batch.path.name[:255],
        file_digest=hashlib.sha256(batch.path.read_bytes()).digest(),
        actor=batch.actor,
        on_day=batch.moment.day,
        received_at=batch.moment.instant,
        received=receipt.received,
        accepted=receipt.accepted,
        unchanged=receipt.unchanged,
        corrected=receipt.corrected,
        returned=receipt.returned,
        outside=receipt.outside,
        dropped_personal=receipt.dropped_personal,
        questions=len(receipt.questions),
    )
    matter = f"{batch.kind} {batch.id}"
    note(actor=batch.actor, act="INTAKE", matter=matter, purpose="归集", organ=batch.organ.code, moment=batch.moment)
