"""What became of the batches of an organ: states and counts from the tables, rows from the vault."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final
from uuid import UUID

import orjson
import polars as pl
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from xinshu.bulk.files import ReturnedPart, returned_bytes
from xinshu.kit.workdays import NotYetComputable, working_days_between
from xinshu.proceedings.intake import vault
from xinshu.proceedings.intake.models import Batch, ConnectorCursor, HeaderMapping
from xinshu.proceedings.intake.states import Door, Notice, Question, Receipt, State
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import filed_by

SHARED: Final = (
    *("id", "organ_code", "kind", "file_name", "file_size", "actor", "on_day", "received_at", "filed_at"),
    *("attested_by", "parent", "citation", "step_zh", "step_en", "done", "total", "refusal_zh", "refusal_en"),
    *("received", "accepted", "unchanged", "corrected", "returned", "outside", "dropped_personal", "masked", "late"),
    *("questions", "returned_due_on", "erased_at"),
)
"""What a batch's row says as its table has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A batch as it stands, with its counts; `received` is the sum of the five that follow it."""

    id: UUID
    organ_code: str
    kind: str
    door: Door
    state: State
    file_name: str
    file_size: int
    actor: str
    on_day: date
    received_at: datetime
    filed_at: datetime | None
    attested_by: str | None
    parent: UUID | None
    citation: str
    step_zh: str
    step_en: str
    done: int
    total: int | None
    refusal_zh: str
    refusal_en: str
    received: int
    accepted: int
    unchanged: int
    corrected: int
    returned: int
    outside: int
    dropped_personal: int
    masked: int
    late: int
    questions: int
    returned_due_on: date | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedRow:
    """A row that went back: `index` counts within the batch; reasons are (field, header, code, zh, en)."""

    index: int
    row: int
    sheet: str | None
    cells: dict[str, str]
    reasons: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedRows:
    """The rows of a batch that went back, under the headers of its file."""

    headers: tuple[str, ...]
    rows: tuple[ReturnedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """What the dry run says of one row: its fate, how it would look in public, and how many working days are left."""

    row: int
    fate: str
    document_number: str | None
    subject_name: str | None
    public: dict[str, Any] | None
    shown_from: str | None
    shown_until: str | None
    due_on: date | None
    days_left: int | None
    reasons: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderQuestions:
    """Headers that are not understood, and the fields that they may stand for: identifier -> (zh, en)."""

    unknown: tuple[str, ...]
    candidates: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What an organ filed of one kind in one month of receipt (`month`: its first day)."""

    organ_code: str
    kind: str
    month: date
    batches: int
    received: int
    accepted: int
    unchanged: int
    corrected: int
    returned: int
    outside: int
    late: int
    withdrawn: int
    filled: int
    fillable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """A batch whose returned rows nobody has sent again."""

    batch: UUID
    organ_code: str
    file_name: str
    returned: int
    returned_due_on: date | None


def batch(batch_id: UUID) -> BatchRow | None:
    """The batch of that id."""
    found = Batch.objects.filter(id=batch_id).first()
    return None if found is None else batch_row(found)


def batches_of(
    organs: Set[str] | None, *, most: int = 50, skip: int = 0, state: State | None = None, kind: str | None = None
) -> tuple[BatchRow, ...]:
    """Batches of these organs (None: of all), newest first, if wanted of one state or kind."""
    return tuple(batch_row(found) for found in _of(organs, state, kind).order_by("-received_at")[skip : skip + most])


def batch_count(organs: Set[str] | None, *, state: State | None = None, kind: str | None = None) -> int:
    """How many batches `batches_of` has in all."""
    return _of(organs, state, kind).count()


def _of(organs: Set[str] | None, state: State | None, kind: str | None) -> QuerySet[Batch]:
    found = Batch.objects.all() if organs is None else Batch.objects.filter(organ_code__in=organs)
    found = found if state is None else found.filter(state=state)
    return found if kind is None else found.filter(kind=kind)


def batch_row(found: Batch) -> BatchRow:
    """A batch of the table as others may see it."""
    shared = {name: getattr(found, name) for name in SHARED}
    return BatchRow(door=Door(found.door), state=State(found.state), **shared)


def receipt(batch_id: UUID) -> Receipt:
    """What is told of a batch; the counts of a dry run until it is filed."""
    found = Batch.objects.get(id=batch_id)
    refused = found.state == State.REFUSED
    counts = ("received", "accepted", "unchanged", "corrected", "returned", "outside")
    return Receipt(
        batch=found.id,
        state=State(found.state),
        **{name: getattr(found, name) for name in (*counts, "dropped_personal", "masked", "late", "returned_due_on")},
        questions=tuple(Question(**asked) for asked in found.asked),
        notices=tuple(Notice(**notice) for notice in found.notices),
        published=found.state == State.FILED,
        refusal=Notice(found.refusal_zh, found.refusal_en) if refused else None,
    )


def returned(batch_id: UUID) -> ReturnedRows | None:
    """The rows of a batch that went back, with the reasons; None when there are none, or they are erased."""
    parts = _returned_parts(batch_id)
    if not parts:
        return None
    rows: list[ReturnedRow] = []
    headers: dict[str, None] = {}
    for part in parts:
        headers |= dict.fromkeys(part.frame.columns)
        for cells, kept in zip(part.frame.iter_rows(named=True), part.reasons, strict=True):
            entry = orjson.loads(kept)
            said = {header: text or "" for header, text in cells.items()}
            reasons = tuple(tuple(reason) for reason in entry["reasons"])
            rows.append(ReturnedRow(index=len(rows), row=entry["row"], sheet=part.sheet, cells=said, reasons=reasons))
    return ReturnedRows(headers=tuple(headers), rows=tuple(rows))


def returned_file(batch_id: UUID) -> tuple[str, bytes] | None:
    """Name and content of the returned rows in the format that was sent, with a column of reasons."""
    parts = _returned_parts(batch_id)
    if not parts:
        return None
    name = Batch.objects.values_list("file_name", flat=True).get(id=batch_id)
    suffix, content = returned_bytes([_in_words(part) for part in parts])
    return f"{name.rsplit('.', 1)[0]}.returned{suffix}", content


def _returned_parts(batch_id: UUID) -> list[ReturnedPart]:
    """None once they are to be erased; while a batch is being filed, those of the parts that are stored."""
    found = Batch.objects.filter(id=batch_id, erased_at=None).values_list("state", "parts").first()
    if found is None:
        return []
    until = found[1] if found[0] == State.FILING else None
    return [ReturnedPart.from_bytes(kept) for kept in vault.returned_parts(batch_id, until)]


def _in_words(part: ReturnedPart) -> ReturnedPart:
    """The part with its reasons as a clerk reads them, one a line."""
    texts = ["\n".join(f"{zh} {en}" for *_, zh, en in orjson.loads(kept)["reasons"]) for kept in part.reasons]
    return ReturnedPart(
        frame=part.frame,
        reasons=texts,
        format=part.format,
        encoding=part.encoding,
        delimiter=part.delimiter,
        sheet=part.sheet,
    )


def previews(
    batch_id: UUID, *, on_date: date, fate: str | None = None, most: int = 50, skip: int = 0
) -> tuple[tuple[PreviewRow, ...], int]:
    """A page of what the dry run said of the first rows, if wanted of one fate; and how many such rows are kept."""
    kept = vault.preview(batch_id)
    if kept is None:
        return (), 0
    rows = pl.read_ipc(BytesIO(kept))
    rows = rows if fate is None else rows.filter(pl.col("fate") == fate)
    return tuple(_preview(row, on_date) for row in rows.slice(skip, most).iter_rows(named=True)), len(rows)


def _preview(row: dict[str, Any], on_date: date) -> PreviewRow:
    public = orjson.loads(row["form"]) if row["form"] else None
    return PreviewRow(
        row=row["row"],
        fate=row["fate"],
        document_number=row["document_number"],
        subject_name=row["subject_name"],
        public=public,
        shown_from=public and public["shown_from"],
        shown_until=public and public["shown_until"],
        due_on=row["due_on"],
        days_left=_days_left(row["due_on"], on_date),
        reasons=tuple(tuple(reason) for reason in orjson.loads(row["reasons"] or "[]")),
    )


def _days_left(due_on: date | None, on_date: date) -> int | None:
    """Working days until a deadline: 0 on the day itself, negative when it is past; None when it cannot be told."""
    if due_on is None:
        return None
    calendar = catalogue_on(on_date).catalogue.calendar
    days = working_days_between(min(due_on, on_date), max(due_on, on_date), calendar)
    if isinstance(days, NotYetComputable):
        return None
    return days if due_on >= on_date else -days


def header_questions(batch_id: UUID) -> HeaderQuestions | None:
    """What an organ may explain about a file that was refused for its headers."""
    found = Batch.objects.filter(id=batch_id, state=State.REFUSED).first()
    if found is None or not found.unknown_headers:
        return None
    fields = catalogue_on(found.on_day).catalogue.kinds[found.kind].fields
    candidates = {name: (rule.name_zh, rule.name_en) for name, rule in fields.items()}
    return HeaderQuestions(unknown=tuple(found.unknown_headers), candidates=candidates)


def remembered_headers(organ_code: str, kind: str) -> dict[str, str]:
    """Header -> field, or "" for a column to leave out, as this organ said it."""
    said = HeaderMapping.objects.filter(organ_code=organ_code, kind=kind)
    return dict(said.values_list("header", "field"))


def cursor(connector: str) -> str | None:
    """How far a connector has read its source."""
    return ConnectorCursor.objects.filter(connector=connector).values_list("cursor", flat=True).first()


TALLIES = """
SELECT organ_code, kind, month, sum(batches), sum(received), sum(accepted), sum(unchanged), sum(corrected),
       sum(returned), sum(outside), sum(late), sum(withdrawn), sum(filled), sum(fillable)
  FROM (SELECT organ_code, kind, date_trunc('month', on_day)::date AS month, 1 AS batches, received, accepted,
               unchanged, corrected, returned, outside, late, 0 AS withdrawn, filled, fillable
          FROM intake_batch WHERE state = 'FILED' AND on_day >= %(first)s AND on_day < %(until)s
        UNION ALL
        SELECT organ_code, kind, date_trunc('month', on_day)::date, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0
          FROM intake_withdrawal WHERE on_day >= %(first)s AND on_day < %(until)s) told
 GROUP BY organ_code, kind, month ORDER BY organ_code, kind, month
"""


def tallies(*, first: date, until: date) -> tuple[Tally, ...]:
    """Filed batches by organ, kind and month of receipt, from a day (included) until a day (excluded)."""
    names = ("organ_code", "kind", "month", *TALLIED)
    with connection.cursor() as reader:
        reader.execute(TALLIES, {"first": first, "until": until})
        return tuple(Tally(**dict(zip(names, row, strict=True))) for row in reader.fetchall())


TALLIED: Final = (
    *("batches", "received", "accepted", "unchanged", "corrected", "returned", "outside", "late", "withdrawn"),
    *("filled", "fillable"),
)


def documents_of(organ_code: str, kind: str, month: date) -> Iterator[tuple[bytes, bytes, str]]:
    """Documents that came in from an organ in a month: key digest, content digest, number; withdrawn ones left out."""
    until = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return filed_by(organ=organ_code, kind=kind, first=month.replace(day=1), until=until)


def outstanding(organs: Set[str] | None) -> tuple[Outstanding, ...]:
    """Filed batches with returned rows that no mended batch followed, the nearest deadline first."""
    followed = Batch.objects.filter(parent=OuterRef("id"), state=State.FILED)
    left = _of(organs, State.FILED, None).filter(~Exists(followed), returned__gt=0, erased_at__isnull=True)
    fields = ("id", "organ_code", "file_name", "returned", "returned_due_on")
    rows = left.order_by("returned_due_on", "received_at").values_list(*fields)
    return tuple(
        Outstanding(batch=row[0], organ_code=row[1], file_name=row[2], returned=row[3], returned_due_on=row[4])
        for row in rows
    )


def unfinished() -> list[tuple[UUID, str]]:
    """Batches that are being filed and whose upload is kept, so that anyone may go on with them; who attested each."""
    filing = Batch.objects.filter(state=State.FILING).values_list("id", "attested_by")
    return [(found, str(actor)) for found, actor in filing if vault.size(found)]


def content_size(batch_id: UUID) -> int:
    """How many bytes of a batch's upload are kept."""
    return vault.size(batch_id)
