"""What became of the batches of an organ: states, counts and figures, from the tables."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, QuerySet

from xinshu.proceedings import vault
from xinshu.proceedings.intake.models import Batch, ConnectorCursor, HeaderMapping
from xinshu.proceedings.intake.states import Door, Notice, Question, Receipt, State
from xinshu.register.records.own import Filed, filed_by

SHARED: Final = (
    *("id", "organ_code", "kind", "file_name", "file_size", "actor", "on_day", "received_at", "filed_at"),
    *("attested_by", "parent", "citation", "step_zh", "step_en", "done", "total", "refusal_zh", "refusal_en"),
    *("received", "accepted", "unchanged", "corrected", "returned", "outside", "dropped_personal", "masked", "late"),
    *("questions", "returned_due_on", "erased_at"),
)
"""What a batch's row says as its table has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A batch as it stands, with its counts; `received` is the sum of the five that follow it.

    `digest`: SHA-256 of its file, once that is whole.
    """

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
    digest: str | None

    @property
    def working(self) -> bool:
        """Whether a job is at it, or waits for its turn."""
        return bool(self.step_zh)


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
    kind: str
    file_name: str
    returned: int
    on_day: date
    returned_due_on: date | None


def batch(batch_id: UUID) -> BatchRow | None:
    """The batch of that id."""
    found = Batch.objects.filter(id=batch_id).first()
    return None if found is None else batch_row(found)


def batches_of(
    organs: Set[str] | None, *, most: int = 50, skip: int = 0, state: State | None = None, kind: str | None = None
) -> tuple[BatchRow, ...]:
    """Batches of these organs (None: of all), newest first, if wanted of one state or kind."""
    return tuple(map(batch_row, _of(organs, state, kind).order_by("-received_at", "id")[skip : skip + most]))


def cited_batches(organs: Set[str] | None, *, most: int) -> tuple[BatchRow, ...]:
    """Batches of these organs (None: of all) with a citation that wait for a second person, the oldest first."""
    waiting = _of(organs, State.CHECKED, None).exclude(citation="").order_by("received_at")
    return tuple(batch_row(found) for found in waiting[:most])


def mended_from(batch_id: UUID) -> tuple[BatchRow, ...]:
    """The batches that hold the returned rows of that one, mended; newest first."""
    return tuple(map(batch_row, Batch.objects.filter(parent=batch_id).order_by("-received_at", "id")))


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
    digest = None if found.file_digest is None else bytes(found.file_digest).hex()
    return BatchRow(door=Door(found.door), state=State(found.state), digest=digest, **shared)


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


def remembered_headers(organ_code: str, kind: str) -> dict[str, str]:
    """Header -> field, or "" for a column to leave out, as this organ said it."""
    said = HeaderMapping.objects.filter(organ_code=organ_code, kind=kind)
    return dict(said.values_list("header", "field"))


def cursor(connector: str) -> str | None:
    """How far a connector has read its source."""
    return ConnectorCursor.objects.filter(connector=connector).values_list("cursor", flat=True).first()


# The sums are cast back: a sum of bigint is numeric, and would come as Decimal where whole numbers are promised.
TALLIES = """
SELECT organ_code, kind, month, sum(batches)::bigint, sum(received)::bigint, sum(accepted)::bigint,
       sum(unchanged)::bigint, sum(corrected)::bigint, sum(returned)::bigint, sum(outside)::bigint, sum(late)::bigint,
       sum(withdrawn)::bigint, sum(filled)::bigint, sum(fillable)::bigint
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


def documents_of(organ_code: str, kind: str, month: date) -> Iterator[Filed]:
    """Documents decided in a month that came in from an organ, whenever they came; withdrawn ones left out."""
    until = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return filed_by(organ=organ_code, kind=kind, first=month.replace(day=1), until=until)


def outstanding(organs: Set[str] | None) -> tuple[Outstanding, ...]:
    """Filed batches with returned rows that no mended batch followed, the nearest deadline first, none at the end."""
    followed = Batch.objects.filter(parent=OuterRef("id"), state=State.FILED)
    left = _of(organs, State.FILED, None).filter(~Exists(followed), returned__gt=0, erased_at__isnull=True)
    fields = ("id", "organ_code", "kind", "file_name", "returned", "on_day", "returned_due_on")
    rows = left.order_by(F("returned_due_on").asc(nulls_last=True), "received_at").values_list(*fields)
    return tuple(Outstanding(**dict(zip(("batch", *fields[1:]), row, strict=True))) for row in rows)


def unfinished() -> list[tuple[UUID, str]]:
    """Batches that are being filed and whose upload is kept, so that anyone may go on with them; who attested each."""
    filing = Batch.objects.filter(state=State.FILING).values_list("id", "attested_by")
    return [(found, str(actor)) for found, actor in filing if vault.size(found)]


def content_size(batch_id: UUID) -> int:
    """How many bytes of a batch's upload are kept."""
    return vault.size(batch_id)


def batches_in_states() -> dict[str, int]:
    """How many batches are in each state, for the operator."""
    return dict(Batch.objects.values_list("state").annotate(Count("id")).order_by("state"))


def being_filed() -> set[UUID]:
    """Batches of which a part may not be stored yet."""
    return set(Batch.objects.filter(state=State.FILING).values_list("id", flat=True))
