"""How an answer is written: NDJSON, its first line what holds for all, then a line for each code, then the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from xinshu.kit.identifier_answers import CodeFault
from xinshu.kit.identifiers import SENTENCES
from xinshu.law.measure_words import INFORMS, NONE, WAYS, Words
from xinshu.law.measures import INFORMING
from xinshu.law.terms import UseContext


def head(
    *,
    number: UUID,
    asked: int,
    context: UseContext,
    purpose: str,
    day: date,
    edition: str,
    journal: int,
    covered: Mapping[str, Any],
    measures: Mapping[str, Any],
) -> bytes:
    """The first line."""
    informs = context in INFORMING
    said = {
        "check": str(number),
        "day": day,
        "context": context,
        "purpose": purpose,
        "edition": edition,
        "journal": journal,
        "asked": asked,
        "applies": not informs,
        "note": INFORMS if informs else None,
        "none": NONE,
        **covered,
        "ways": WAYS,
        "measures": measures,
    }
    return orjson.dumps(said)


def refusal_words(reasons: Sequence[str]) -> Words:
    """Why what was sent is no code."""
    zh, en = SENTENCES[CodeFault(reasons[0])]
    return {"zh": zh, "en": en}


def written(place: int, code: str | None, outcome: str, more: Mapping[str, Any]) -> bytes:
    """The line of one code. The code stands first, so that a body's own line is found by it."""
    return orjson.dumps({"code": code, "line": place, "outcome": outcome, **more})


def end(asked: int, found: int) -> bytes:
    """The last line, without which the answer is not whole."""
    return orjson.dumps({"end": asked, "found": found})


def joined(lines: Iterable[bytes]) -> bytes:
    """The bytes of an answer."""
    return b"".join(_ended(lines))


def _ended(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line
        yield b"\n"
