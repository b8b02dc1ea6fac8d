"""The shapes in which every API answers: JSON, and the one shape of an error."""

from typing import Final

import orjson
from django.http import HttpResponse

UNAVAILABLE: Final = (
    "数据库暂不可用或存储空间不足；未保存任何不完整的内容，请稍后原样重试。",
    "The database is away or out of room; nothing half is kept. Please try the very same again later.",
)
"""What is said when the database fails under a request, in every door."""


def answer(content: object, status: int = 200) -> HttpResponse:
    """Plain data as JSON; dates as ISO text."""
    return as_json(orjson.dumps(content), status=status)


def as_json(content: bytes, status: int = 200) -> HttpResponse:
    """What is JSON already."""
    return HttpResponse(content, content_type="application/json; charset=utf-8", status=status)


def error(status: int, name: str, zh: str, en: str, reasons: list[str] | None = None) -> HttpResponse:
    """The one shape of an error."""
    return answer({"error": name, "message": {"zh": zh, "en": en}, "reasons": reasons or []}, status=status)
