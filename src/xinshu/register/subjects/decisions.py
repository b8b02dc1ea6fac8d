"""What was decided of a body: which document is not its own, what it declines to have recorded (G24, G27)."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import polars as pl
from django.db import connection

from xinshu.bulk.documents import normalised_number
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.register.subjects.models import BodyDecision, Declined

SEPARATOR: Final = "\x1f"
NOT_THEIRS: Final = """
SELECT subject_id, document FROM subjects_bodydecision
 WHERE undone_at IS NULL AND NOT same AND subject_id = ANY(%s)
"""
DECLINERS: Final = """
SELECT subject_id FROM subjects_declined WHERE taken_back_at IS NULL AND kind = %s AND subject_id = ANY(%s)
"""


class Refusal(StrEnum):
    """Why a sound document is not taken in for the body that its code names."""

    NOT_THAT_BODY = "NOT_THAT_BODY"
    DECLINED = "DECLINED"


class DecidedAlready(XinshuError):
    """It was decided whose that document is, and the decision holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """Whose a document is: `same` as the body or not; who decided it when, in the name of which unit."""

    same: bool
    organ: str
    actor: str
    on_day: date
    at: datetime


def decision_on(*, subject: int, organ: str, document_number: str) -> DecisionRow | None:
    """What holds for that document and body, or None. `organ`: the code of the organ that decided the matter."""
    found = _holding(subject, organ, document_number)
    if found is None:
        return None
    return DecisionRow(same=found.same, organ=found.organ_code, actor=found.actor, on_day=found.on_day, at=found.at)


def decide_body(
    *,
    subject: int,
    organ: str,
    document_number: str,
    record_ref: UUID,
    same: bool,
    decided_for: str,
    actor: str,
    moment: Moment,
) -> None:
    """Keep that a document is the body's own, or is not, within the caller's transaction. Raises DecidedAlready.

    `decided_for`: the unit in whose name. What is not the body's is not taken in for it again, whoever files it.
    """
    held = _holding(subject, organ, document_number)
    if held is not None and held.same is same:
        return
    if held is not None:
        raise DecidedAlready(
            "这份文书是否属于该主体已有决定；如需改变，请先撤销原决定。"
            " Whose this document is was decided already; undo that decision first."
        )
    BodyDecision.objects.create(
        subject_id=subject,
        document=_digest(organ, document_number),
        record_ref=record_ref,
        same=same,
        organ_code=decided_for,
        actor=actor,
        on_day=moment.day,
        at=moment.instant,
    )


def undo_body_decision(*, subject: int, organ: str, document_number: str, actor: str, moment: Moment) -> None:
    """Let what was decided of a document hold no longer; it stays on file with both authors. What ended stays ended."""
    BodyDecision.objects.filter(
        subject_id=subject, document=_digest(organ, document_number), undone_at__isnull=True
    ).update(undone_by=actor, undone_at=moment.instant)


def forget_decisions(references: Collection[str]) -> None:
    """Erase the decisions about records that are erased; an erased document comes back for nobody anyway."""
    BodyDecision.objects.filter(record_ref__in=references).delete()


def decline(*, subject: int, kind: str, actor: str, moment: Moment) -> bool:
    """Keep no record of that kind of the body from now on; whether that is new."""
    _, made = Declined.objects.get_or_create(
        subject_id=subject, kind=kind, taken_back_at=None, defaults={"actor": actor, "at": moment.instant}
    )
    return made


def accept_again(*, subject: int, kind: str, actor: str, moment: Moment) -> bool:
    """Let such records be kept again; whether they were declined."""
    held = Declined.objects.filter(subject_id=subject, kind=kind, taken_back_at__isnull=True)
    return bool(held.update(taken_back_by=actor, taken_back_at=moment.instant))


def declined_by(subject: int) -> frozenset[str]:
    """The kinds of which a body declines to have records."""
    held = Declined.objects.filter(subject_id=subject, taken_back_at__isnull=True)
    return frozenset(held.values_list("kind", flat=True))


def without_refused(documents: pl.DataFrame, *, kind: str) -> tuple[pl.DataFrame, dict[int, Refusal]]:
    """Documents (with `index`, `subject`, `organ_code`, `document_number`) that may be taken in; why the others not."""
    documents, foreign = _without(documents, _not_theirs(documents), Refusal.NOT_THAT_BODY)
    with connection.cursor() as cursor:
        # One array, however many: a list of a query's parameters ends at 65,535, and a part of a file does not.
        cursor.execute(DECLINERS, [kind, documents["subject"].unique().to_list()])
        unwanted = documents["subject"].is_in([subject for (subject,) in cursor.fetchall()])
    documents, unasked = _without(documents, unwanted, Refusal.DECLINED)
    return documents, foreign | unasked


def _not_theirs(documents: pl.DataFrame) -> pl.Series:
    with connection.cursor() as cursor:
        cursor.execute(NOT_THEIRS, [documents["subject"].unique().to_list()])
        decided = {(subject, bytes(document)) for subject, document in cursor.fetchall()}
    concerned = {subject for subject, _ in decided}
    if not concerned:
        return pl.Series([False] * len(documents), dtype=pl.Boolean)
    numbers = documents.select("subject", "organ_code", "document_number").iter_rows()
    return pl.Series(
        [subject in concerned and (subject, _digest(organ, number)) in decided for subject, organ, number in numbers],
        dtype=pl.Boolean,
    )


def _without(documents: pl.DataFrame, which: pl.Series, why: Refusal) -> tuple[pl.DataFrame, dict[int, Refusal]]:
    return documents.filter(~which), dict.fromkeys(documents.filter(which)["index"], why)


def _holding(subject: int, organ: str, document_number: str) -> BodyDecision | None:
    return BodyDecision.objects.filter(
        subject_id=subject, document=_digest(organ, document_number), undone_at__isnull=True
    ).first()


def _digest(organ: str, document_number: str) -> bytes:
    """Which document: its organ and its number as numbers are compared (Decision 6), whatever its kind and items."""
    number = pl.select(normalised_number(pl.lit(document_number))).item()
    return hashlib.sha256(f"{organ}{SEPARATOR}{number}".encode()).digest()
