"""Which edition of the catalogue is in force on a day, what it says; and the assessments of those that may follow."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import Count

from xinshu.kit.errors import XinshuError
from xinshu.law.catalogue import Catalogue, assemble, read
from xinshu.law.reading import Page
from xinshu.register.catalogues.files import from_canonical
from xinshu.register.catalogues.models import Assessment, Comment, Consultation, Edition
from xinshu.register.catalogues.states import CommentState

HEX: Final = 64


class NoCatalogue(XinshuError):
    """No edition of the catalogue is in force on the day."""


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition: its hash (hex), the first day it is in force, and the catalogue it holds."""

    hash: str
    in_force_from: date
    catalogue: Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRow:
    """An assessment without its report. Hashes are hex. `opened_on` None: it was not laid open for comments.

    `last_on`: the last day for comments, that day included. `in_force_from`: None while it is not adopted.
    """

    hash: str
    name: str
    edition: str
    against: str
    touches: bool
    on_day: date
    at: datetime
    actor: str
    opened_on: date | None
    last_on: date | None
    waiting: int
    shown: int
    not_shown: int
    in_force_from: date | None

    @property
    def is_public(self) -> bool:
        """Whether everyone may read the report: it was laid open for comments, or adopted."""
        return self.opened_on is not None or self.in_force_from is not None

    def open_on(self, day: date) -> bool:
        """Whether comments are taken on that day."""
        return self.opened_on is not None and day >= self.opened_on and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment on a draft."""

    id: UUID
    speaker: str
    words: str
    said_on: date
    state: str
    ground: str


def catalogue_on(day: date) -> EditionRow:
    """The edition in force on that day: the newest adopted for that day or an earlier one. Raises NoCatalogue."""
    found = (
        Edition.objects.filter(in_force_from__lte=day)
        .order_by("-in_force_from")
        .values_list("hash", "in_force_from")
        .first()
    )
    if found is None:
        raise NoCatalogue(f"{day} 没有生效的目录。No catalogue is in force on that day; adopt one first.")
    return _edition(bytes(found[0]).hex(), found[1])


def editions_after(day: date) -> tuple[tuple[date, Catalogue], ...]:
    """The editions that are adopted and begin after that day, each with its first day, in their order."""
    found = Edition.objects.filter(in_force_from__gt=day).order_by("in_force_from").values_list("hash", "in_force_from")
    return tuple((begins, _edition(bytes(name).hex(), begins).catalogue) for name, begins in found)


def newest_edition() -> EditionRow:
    """The edition that a draft is compared with: the newest adopted, in force already or to come."""
    return catalogue_on(date.max)


def pages_of(edition: str) -> list[Page]:
    """The pages of an adopted edition, by its hash."""
    return from_canonical(Edition.objects.values_list("content", flat=True).get(hash=bytes.fromhex(edition)))


def assessments(*, public_only: bool) -> tuple[AssessmentRow, ...]:
    """Every assessment, the newest first; `public_only`: those that everyone may read."""
    found = _rows(Assessment.objects.all())
    return tuple(row for row in found if row.is_public or not public_only)


def assessment(report_hash: str) -> AssessmentRow | None:
    """The assessment of that hash."""
    if len(report_hash) != HEX or not set(report_hash) <= set("0123456789abcdef"):
        return None
    return next(iter(_rows(Assessment.objects.filter(hash=bytes.fromhex(report_hash)))), None)


def report_of(report_hash: str) -> dict[str, Any]:
    """The report of an assessment, which must be there."""
    text = Assessment.objects.values_list("report", flat=True).get(hash=bytes.fromhex(report_hash))
    found: dict[str, Any] = orjson.loads(text)
    return found


def comments(report_hash: str, *, states: frozenset[CommentState]) -> tuple[CommentRow, ...]:
    """The comments on a draft in these states, the oldest first."""
    rows = Comment.objects.filter(consultation_id=bytes.fromhex(report_hash), state__in=states).order_by("at", "id")
    return tuple(CommentRow(row.id, row.speaker, row.words, row.said_on, row.state, row.ground) for row in rows)


def _rows(chosen: Any) -> list[AssessmentRow]:
    """Three queries, however many assessments."""
    rows = list(chosen.order_by("-at").defer("content", "report"))
    hashes = [row.hash for row in rows]
    opened = {bytes(one.assessment_id): one for one in Consultation.objects.filter(assessment_id__in=hashes)}
    said: dict[bytes, dict[str, int]] = {}
    several = Comment.objects.filter(consultation_id__in=hashes).values_list("consultation_id", "state")
    for place, state, number in several.annotate(number=Count("id")):
        said.setdefault(bytes(place), {})[state] = number
    adopted = dict(Edition.objects.filter(assessment__in=hashes).values_list("assessment", "in_force_from"))
    days = {bytes(key): day for key, day in adopted.items() if key is not None}
    return [_row(row, opened.get(bytes(row.hash)), said.get(bytes(row.hash), {}), days) for row in rows]


def _row(
    row: Assessment, opened: Consultation | None, said: dict[str, int], adopted: dict[bytes, date]
) -> AssessmentRow:
    return AssessmentRow(
        hash=bytes(row.hash).hex(),
        name=row.name,
        edition=bytes(row.edition).hex(),
        against=bytes(row.against).hex(),
        touches=row.touches,
        on_day=row.on_day,
        at=row.at,
        actor=row.actor,
        opened_on=None if opened is None else opened.opened_on,
        last_on=None if opened is None else opened.last_on,
        waiting=said.get(CommentState.WAITING, 0),
        shown=said.get(CommentState.SHOWN, 0),
        not_shown=said.get(CommentState.NOT_SHOWN, 0),
        in_force_from=adopted.get(bytes(row.hash)),
    )


def catalogue_of(content: str) -> Catalogue:
    """The catalogue that an edition holds. Raises NoCatalogue.

    It was sound when it was adopted or assessed, and stays as it is: rules of soundness that came later do not undo it.
    """
    entries, faults = read(from_canonical(content))
    if faults:
        raise NoCatalogue("; ".join(map(str, faults)))
    return assemble(entries)


@lru_cache(maxsize=8)
def _edition(content_hash: str, in_force_from: date) -> EditionRow:
    """An edition never changes, so what was built from it may be kept."""
    content = Edition.objects.values_list("content", flat=True).get(hash=bytes.fromhex(content_hash))
    return EditionRow(content_hash, in_force_from, catalogue_of(content))
