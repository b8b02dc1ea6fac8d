"""The shapes in which every API answers: JSON, and the one shape of an error."""

from typing import Any, Final

import orjson
from django.http import HttpResponse
from ninja import Schema

UNAVAILABLE: Final = (
    "数据库暂不可用或存储空间不足；未保存任何不完整的内容，请稍后原样重试。",
    "The database is away or out of room; nothing half is kept. Please try the very same again later.",
)
"""What is said when the database fails under a request, in every door."""

MAY_SAY: Final = "x-errors"
"""Under this name an operation of the API says which errors it may answer, beside those that any may."""


class Bilingual(Schema):
    """One sentence or name in Chinese and English."""

    zh: str
    en: str


class ErrorForm(Schema):
    """Every error of the API has this shape. `reasons`: codes of the single faults, where there are several."""

    error: str
    message: Bilingual
    reasons: list[str]


def answer(content: object, status: int = 200) -> HttpResponse:
    """Plain data as JSON; dates as ISO text."""
    return as_json(orjson.dumps(content), status=status)


def as_json(content: bytes, status: int = 200) -> HttpResponse:
    """What is JSON already."""
    return HttpResponse(content, content_type="application/json; charset=utf-8", status=status)


def error(status: int, name: str, zh: str, en: str, reasons: list[str] | None = None) -> HttpResponse:
    """The one shape of an error."""
    return answer({"error": name, "message": {"zh": zh, "en": en}, "reasons": reasons or []}, status=status)


def may_say(*names: str) -> dict[str, Any]:
    """What an operation adds to its `openapi_extra`: the errors it may answer, by name (doors/api/faults.py)."""
    return {MAY_SAY: list(names)}
