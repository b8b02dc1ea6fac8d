"""What an organ itself reads of its batches, row by row: the dry run, what went back, its headers; out of the vault."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from itertools import count, islice
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import polars as pl

from xinshu.bulk.files import ReturnedPart, returned_bytes
from xinshu.kit.workdays import NotYetComputable, working_days_between
from xinshu.proceedings import vault
from xinshu.proceedings.intake.models import Batch, HeaderMapping
from xinshu.proceedings.intake.states import State
from xinshu.register.catalogues.queries import catalogue_on

Edits = Mapping[str, Mapping[str, str]]
"""What a clerk changed: key of a returned row -> header -> text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedRow:
    """A row that went back: `index` counts within the batch; reasons are (field, header, code, zh, en).

    `due_on`: the last of its working days, where its day of decision can be read.
    """

    index: int
    row: int
    sheet: str | None
    due_on: date | None
    days_left: int | None
    cells: dict[str, str]
    reasons: tuple[tuple[str, str, str, str, str], ...]

    @property
    def key(self) -> str:
        """Which row of the file it is, whatever else goes back."""
        return f"{self.sheet or ''}:{self.row}"


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


class MappingRow(NamedTuple):
    """What an organ said of one header of its files of a kind: a field, or "" for a column to leave out."""

    organ_code: str
    kind: str
    header: str
    field: str
    actor: str
    recorded_at: datetime


def returned(
    batch_id: UUID, *, on_date: date | None = None, most: int | None = None, skip: int = 0
) -> ReturnedRows | None:
    """The rows of a batch that went back, with the reasons; None when there are none, or they are erased.

    If wanted a page of them; `on_date`: from which the days left are counted.
    """
    parts = _returned_parts(batch_id)
    if not parts:
        return None
    headers = dict.fromkeys(header for part in parts for header in part.frame.columns)
    rows = islice(_returned_rows(parts, on_date), skip, None if most is None else skip + most)
    return ReturnedRows(headers=tuple(headers), rows=tuple(rows))


def _returned_rows(parts: Iterable[ReturnedPart], on_date: date | None) -> Iterator[ReturnedRow]:
    index = count()
    for part in parts:
        for cells, kept in zip(part.frame.iter_rows(named=True), part.reasons, strict=True):
            entry = orjson.loads(kept)
            due_on = date.fromisoformat(entry["due_on"]) if entry.get("due_on") else None
            yield ReturnedRow(
                index=next(index),
                row=entry["row"],
                sheet=part.sheet,
                due_on=due_on,
                days_left=None if on_date is None else _days_left(due_on, on_date),
                cells={header: text or "" for header, text in cells.items()},
                reasons=tuple(tuple(reason) for reason in entry["reasons"]),
            )


def kept_edits(batch_id: UUID) -> dict[str, dict[str, str]]:
    """What a clerk changed so far in the returned rows of a batch."""
    kept = vault.edits(batch_id)
    changed: dict[str, dict[str, str]] = {} if kept is None else orjson.loads(kept)
    return changed


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
) -> tuple[tuple[PreviewRow, ...], dict[str, int]]:
    """A page of what the dry run said of the first rows, if wanted of one fate; and how many rows of each are kept."""
    kept = vault.preview(batch_id)
    if kept is None:
        return (), {}
    rows = pl.read_ipc(BytesIO(kept))
    counts = dict(rows.group_by("fate").len().iter_rows())
    rows = rows if fate is None else rows.filter(pl.col("fate") == fate)
    return tuple(_preview(row, on_date) for row in rows.slice(skip, most).iter_rows(named=True)), counts


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


def header_mappings(organs: Set[str] | None) -> tuple[MappingRow, ...]:
    """What these organs (None: all) said of their headers, and who said it when."""
    said = HeaderMapping.objects.all() if organs is None else HeaderMapping.objects.filter(organ_code__in=organs)
    rows = said.order_by("organ_code", "kind", "header")
    return tuple(MappingRow(*row) for row in rows.values_list(*MappingRow._fields))
