"""The shapes of intake for machines: what an organ's system sends, and how batches and receipts are told to it."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from ninja import Schema

from xinshu.proceedings.intake.states import Door, State, WithdrawalReason
from xinshu.register.access.answers import Bilingual


class Attestation(Schema):
    """The organ's word that secrecy, trade secrets and privacy have been reviewed."""

    attested: bool


class WithdrawalForm(Schema):
    """Why a record is taken back."""

    subject_code: str
    reason: WithdrawalReason
    words: str = ""


class MappingForm(Schema):
    """What headers stand for: header -> field identifier, or "" for a column to leave out."""

    mapping: dict[str, str]


class QuestionForm(Schema):
    """A question back to the organ about a class: the one declared, the one that counts meanwhile, and why."""

    row: int
    document_number: str
    declared: str | None
    settled: str
    zh: str
    en: str


class BatchForm(Schema):
    """A batch and its receipt: received = accepted + unchanged + corrected + returned + outside, always."""

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
    done: int
    total: int | None
    received: int
    accepted: int
    unchanged: int
    corrected: int
    returned: int
    outside: int
    dropped_personal: int
    masked: int
    late: int
    returned_due_on: date | None
    erased_at: datetime | None
    digest: str | None
    step: Bilingual
    refusal: Bilingual | None
    questions: list[QuestionForm]
    notices: list[Bilingual]
    published: bool


class BatchesAnswer(Schema):
    """One page of the organ's batches, newest first, and how many there are."""

    batches: list[BatchForm]
    total: int


class ReturnedRowForm(Schema):
    """A row that went back. `cells`: header -> text, as sent. `reasons`: each is field, header, code, zh, en."""

    index: int
    row: int
    sheet: str | None
    due_on: date | None
    days_left: int | None
    cells: dict[str, str]
    reasons: list[list[str]]


class HeaderQuestionsForm(Schema):
    """Headers that are not understood, and the fields they may stand for: identifier -> Chinese and English name."""

    unknown: list[str]
    candidates: dict[str, list[str]]


KEY: Final[dict[str, Any]] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "同一批次重发时用同一个键。The same key for the same batch, however often it is sent.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 100, "pattern": "^[!-~]{8,100}$"},
    "example": "case-system-2026-11-23-0001",
}
OFFSET: Final[dict[str, Any]] = {
    "in": "header",
    "name": "Upload-Offset",
    "required": True,
    "description": "本段在文件中的起始字节。The byte of the file at which this piece begins.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 1 << 53},
    "example": 0,
}
FILE: Final[dict[str, Any]] = {
    "required": False,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
"""A file as it is: CSV, XLSX, NDJSON and what else docs/intake.md names."""
