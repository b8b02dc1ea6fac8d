"""How an answer is written: NDJSON, its first line what holds for all, then a line for each code, then the end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from xinshu.kit.identifier_answers import CodeFault
from xinshu.kit.identifiers import SENTENCES
from xinshu.law import measure_words
from xinshu.law.measure_words import INFORMS, NONE, WAYS, Words
from xinshu.law.measures import INFORMING, grounds_in, kinds_looked_at
from xinshu.law.terms import UseContext
from xinshu.register.subjects.queries import described
from xinshu.uses.measures.queries import Answered, Asking, Found, Line, delivered, looked_at
from xinshu.uses.measures.states import Outcome


def content(number: UUID, found: Answered, asking: Asking, purpose: str) -> bytes:
    """The bytes of an answer."""
    catalogue, kinds = asking.edition.catalogue, looked_at(asking)
    grounds = grounds_in(asking.context, catalogue, on_date=asking.day, division=asking.division)
    covered = measure_words.covered(
        kinds,
        delivered(found.state.mark),
        asking.context,
        sorted(kinds_looked_at(grounds, catalogue)),
        catalogue,
        on_date=asking.day,
    )
    head = _head(
        number=number,
        asked=len(found.lines),
        context=asking.context,
        purpose=purpose,
        day=asking.day,
        edition=asking.edition.hash,
        journal=found.state.number,
        covered=covered,
        measures=_measures(found, asking),
    )
    many = sum(line.outcome is Outcome.MEASURES for line in found.lines)
    return joined([head, *_lines(found, asking), _end(len(found.lines), many)])


def _measures(found: Answered, asking: Asking) -> dict[str, Any]:
    """Every measure that occurs, in words, once."""
    grounds: dict[str, dict[str, Found]] = {}
    for line in found.lines:
        for one in line.found:
            if not one.held:
                grounds.setdefault(one.measure, {}).setdefault(one.ground, one)
    return {
        name: measure_words.measure_words(
            name, [(row, one.reason, one.ends) for row, one in rows.items()], asking.edition.catalogue
        )
        for name, rows in sorted(grounds.items())
    }


def _lines(found: Answered, asking: Asking) -> Iterator[bytes]:
    bodies = {row.subject: row for row in described({one.subject for line in found.lines for one in line.found})}
    for place, line in enumerate(found.lines, 1):
        code = None if line.outcome is Outcome.NOT_A_CODE else line.code
        yield written(place, code, line.outcome, _more(line, bodies, asking))


def _more(line: Line, bodies: Mapping[int, Any], asking: Asking) -> dict[str, Any]:
    if line.outcome is Outcome.NOT_A_CODE:
        return {"reasons": line.reasons, "words": refusal_words(line.reasons)}
    if line.outcome is Outcome.FOREIGN:
        return {"words": measure_words.FOREIGN}
    if not line.found:
        return {}
    return {"bodies": [_body(bodies[one], line.found, asking) for one in dict.fromkeys(f.subject for f in line.found)]}


def _body(row: Any, found: Iterable[Found], asking: Asking) -> dict[str, Any]:
    own = [one for one in found if one.subject == row.subject]
    return {
        **measure_words.body(row),
        "measures": [_told(one, row.code, asking) for one in own if not one.held],
        "held": [_held(one, row.code, asking) for one in own if one.held],
    }


def _told(one: Found, code: str, asking: Asking) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "ground": one.ground,
        "class": one.measure_class,
        "until": one.last_day,
        "record": measure_words.record(one.record, code, asking.edition.catalogue, settings.SITE),
    }


def _held(one: Found, code: str, asking: Asking) -> dict[str, Any]:
    why = measure_words.reason_words(one.reason, asking.edition.catalogue)
    return {"why": why, "record": measure_words.record(one.record, code, asking.edition.catalogue, settings.SITE)}


def _head(
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


def _end(asked: int, found: int) -> bytes:
    """The last line, without which the answer is not whole."""
    return orjson.dumps({"end": asked, "found": found})


def joined(lines: Iterable[bytes]) -> bytes:
    """The bytes of an answer."""
    return b"".join(_ended(lines))


def _ended(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line
        yield b"\n"
