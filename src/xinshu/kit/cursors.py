"""Cursors: where a reader of a long list stopped, sealed so that nobody makes one up, kept by the reader alone."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from xinshu.kit.errors import XinshuError

SEAL: Final = 16
LONGEST: Final = 500


class BadCursor(XinshuError):
    """The text is no cursor of this list: not one of ours, changed on the way, or of another list."""

    def __init__(self) -> None:
        super().__init__(
            "游标无效：请原样使用上一页给出的游标，或不带游标从头开始。"
            "Not a cursor of this list: send the one of the last page as it is, or begin again without one."
        )


def write_cursor(place: Sequence[str | None], *, of: str, key: str) -> str:
    """The place in a list as one opaque text of letters, digits, - and _. `of` names the list, unseen."""
    said = json.dumps(list(place), ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(_seal(said, of, key) + said).decode().rstrip("=")


def read_cursor(text: str, *, of: str, key: str) -> list[str | None]:
    """The place that a cursor of this list holds. Raises BadCursor for everything else."""
    if len(text) > LONGEST or not text.isascii():
        raise BadCursor
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise BadCursor from None
    seal, said = whole[:SEAL], whole[SEAL:]
    if not hmac.compare_digest(seal, _seal(said, of, key)) or urlsafe_b64encode(whole).decode().rstrip("=") != text:
        raise BadCursor
    place: list[str | None] = json.loads(said)
    return place


def _seal(said: bytes, of: str, key: str) -> bytes:
    return hmac.digest(key.encode(), of.encode() + b"\x00" + said, sha256)[:SEAL]
