"""Search: bodies of which something is shown today, by a part of a code, by name, former name, or the name's sound.

Whatever is known and not shown changes nothing in an answer: neither the hits, nor their number, nor whether there are
more. So the first thing done with what the index finds is to ask the gate.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from xinshu.kit.identifiers import normalise
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SubjectKind
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.queries import shown_counts, shown_since
from xinshu.register.subjects.names import fold
from xinshu.register.subjects.queries import (
    SHORTEST_CODE,
    SHORTEST_SEARCH,
    Named,
    SubjectRow,
    described,
    found_by_code,
    found_by_name,
    found_by_sound,
)
from xinshu.register.subjects.sounds import typed_letters
from xinshu.uses.disclosure.general import GeneralWords
from xinshu.uses.disclosure.queries import NOBODY, PAGE_SIZE

MOST_HITS = 500
"""No more bodies are listed than this; beyond it the reader is asked for a longer name."""
MOST_CANDIDATES = 2000
"""No more names are looked at in each of the ways to find one, whether anything of them is shown or not."""
MOST_SUGGESTIONS = 8

SAME, BEGUN, HELD, SOUND = range(4)
"""How near a hit is; a code that begins so is as near as a name."""
ESTABLISHED: Final = "ESTABLISHED_ON"
DIVISION: Final = slice(2, 8)
"""The signs of a unified social credit code that say the division of the registering authority."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A body that was found: present code and name, how many records of each kind are shown, and what tells it apart.

    `former`: the former name by which it was found; None when its present name or its code was meant. `division`: six
    digits, empty where the code has none. `established_on` as a shown registration says it; `decided_on` is the day of
    the oldest decision that is shown. `has_namesakes`: another body that was found has the same name.
    """

    code: str
    name: str
    kind: SubjectKind
    counts: dict[str, int]
    former: str | None
    division: str
    established_on: date | None
    decided_on: date | None
    has_namesakes: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of hits, how many there are in all, and whether there were more than are listed."""

    hits: tuple[Hit, ...]
    total: int
    more: bool


def search(text: str, *, on_date: date, page: int = 1) -> Hits:
    """Bodies of which something is shown: the very name first, then what begins with, holds or sounds like it."""
    catalogue = catalogue_on(on_date).catalogue
    nearest = _nearest(text, catalogue, most=MOST_CANDIDATES)
    counts = _shown(nearest, on_date)
    listed = _in_order(counts, nearest, most=MOST_HITS)
    wanted = listed[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    hits = _hits(wanted, listed, counts, nearest, catalogue, on_date)
    return Hits(hits, len(listed), len(counts) > MOST_HITS)


def suggestions(text: str, *, on_date: date) -> tuple[Hit, ...]:
    """The first hits of the search, as they are offered while one types; at most MOST_SUGGESTIONS."""
    catalogue = catalogue_on(on_date).catalogue
    nearest = _nearest(text, catalogue, most=MOST_CANDIDATES // 4)
    counts = _shown(nearest, on_date)
    listed = _in_order(counts, nearest, most=MOST_HITS)
    return _hits(listed[:MOST_SUGGESTIONS], listed, counts, nearest, catalogue, on_date)


def long_enough(text: str) -> bool:
    """Whether a name search can be made with this text."""
    return len(fold(text)) >= SHORTEST_SEARCH


def too_general(text: str, *, on_date: date) -> bool:
    """Whether general words alone are in the text (a legal form, a trade, a place): only that very name is found."""
    return _general(catalogue_on(on_date).catalogue).cover(fold(text), typed_letters(text))


def looks_like_code(text: str) -> bool:
    """Letters and digits only, a digit among them, and long enough for a search: meant as a code rather than a name."""
    plain = normalise(text)
    return len(plain) >= SHORTEST_CODE and plain.isascii() and plain.isalnum() and any(map(str.isdigit, plain))


def _nearest(text: str, catalogue: Catalogue, *, most: int) -> dict[int, tuple[int, Named | None]]:
    """For each body that the index finds: how near it is, and the name by which it was found (None: by its code)."""
    folded = fold(text)
    nearest: dict[int, tuple[int, Named | None]] = {}
    if looks_like_code(text):
        nearest = dict.fromkeys(found_by_code(normalise(text), most=most), (SAME, None))
    found = [(_nearness(named, folded), named) for named in found_by_name(text, most=most)]
    if _general(catalogue).cover(folded, typed_letters(text)):
        found = [one for one in found if one[0] == SAME]
    else:
        found += [(SOUND, named) for named in found_by_sound(text, most=most)]
    for near, named in sorted(found, key=lambda one: (one[0], not one[1].is_present, one[1].name)):
        nearest.setdefault(named.subject, (near, named))
    return nearest


def _nearness(named: Named, folded: str) -> int:
    if named.place:
        return HELD
    return SAME if named.folded == folded else BEGUN


def _shown(found: Iterable[int], on_date: date) -> dict[int, dict[str, int]]:
    """What is shown of each. Nobody is asked for too, so that a name unheard of costs what any other costs."""
    return shown_counts(subjects=(NOBODY.subject, *found), on_date=on_date)


def _in_order(
    shown: Iterable[int], nearest: Mapping[int, tuple[int, Named | None]], *, most: int
) -> tuple[SubjectRow, ...]:
    """Nearest first, then by code; never by what is recorded."""
    first = sorted(shown, key=lambda subject: (nearest[subject][0], subject))[:most]
    rows = described(first) if first else ()
    return tuple(sorted(rows, key=lambda row: (nearest[row.subject][0], row.code, row.subject)))


def _hits(
    wanted: tuple[SubjectRow, ...],
    listed: tuple[SubjectRow, ...],
    counts: Mapping[int, dict[str, int]],
    nearest: Mapping[int, tuple[int, Named | None]],
    catalogue: Catalogue,
    on_date: date,
) -> tuple[Hit, ...]:
    if not wanted:
        return ()
    registrations = [name for name, kind in catalogue.kinds.items() if ESTABLISHED in kind.fields]
    since = shown_since(subjects=[row.subject for row in wanted], registrations=registrations, on_date=on_date)
    namesakes = Counter(fold(row.name) for row in listed)
    hits = []
    for row in wanted:
        named = nearest[row.subject][1]
        decided_on, established_on = since.get(row.subject, (None, None))
        hits.append(
            Hit(
                code=row.code,
                name=row.name,
                kind=row.kind,
                counts=counts[row.subject],
                former=named.name if named is not None and not named.is_present else None,
                division=row.code[DIVISION] if len(row.code) == 18 else "",
                established_on=established_on,
                decided_on=decided_on,
                has_namesakes=namesakes[fold(row.name)] > 1,
            )
        )
    return tuple(hits)


def _general(catalogue: Catalogue) -> GeneralWords:
    return _general_words(frozenset(word for entry in catalogue.general.values() for word in entry.words))


@lru_cache(maxsize=4)
def _general_words(words: frozenset[str]) -> GeneralWords:
    return GeneralWords(words)
