"""The shapes in which every API answers: JSON, and the one shape of an error."""

import orjson
from django.http import HttpResponse


def answer(content: object, status: int = 200) -> HttpResponse:
    """Plain data as JSON; dates as ISO text."""
    return as_json(orjson.dumps(content), status=status)


def as_json(content: bytes, status: int = 200) -> HttpResponse:
    """What is JSON already."""
    return HttpResponse(content, content_type="application/json; charset=utf-8", status=status)


def error(status: int, name: str, zh: str, en: str, reasons: list[str] | None = None) -> HttpResponse:
    """The one shape of an error."""
    return answer({"error": name, "message": {"zh": zh, "en": en}, "reasons": reasons or []}, status=status)
