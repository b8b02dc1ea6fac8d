"""What became of the batches of an organ."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinshu.proceedings.intake.models import Batch

COLUMNS = (
    "id",
    "organ_code",
    "kind",
    "file_name",
    "received_at",
    "received",
    "accepted",
    "unchanged",
    "corrected",
    "returned",
    "outside",
)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch and its counts; `received` is the sum of the five others."""

    id: UUID
    organ_code: str
    kind: str
    file_name: str
    received_at: datetime
    received: int
    accepted: int
    unchanged: int
    corrected: int
    returned: int
    outside: int


def batches_of(organs: Set[str] | None, *, most: int = 20) -> tuple[BatchRow, ...]:
    """The newest batches of these organs (None: of every organ)."""
    found = Batch.objects.order_by("-received_at")
    if organs is not None:
        found = found.filter(organ_code__in=organs)
    return tuple(BatchRow(*row) for row in found.values_list(*COLUMNS)[:most])
