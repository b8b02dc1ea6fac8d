"""JSON in the one form of RFC 8785, so that equal contents are equal bytes."""

from typing import Any

import orjson


def canonical(content: Any) -> bytes:
    """RFC 8785 JSON of texts, whole numbers, truth values, lists, and objects whose names are ASCII."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def in_order(text: str) -> str:
    """A JSON text as canonical JSON."""
    return canonical(orjson.loads(text)).decode()
