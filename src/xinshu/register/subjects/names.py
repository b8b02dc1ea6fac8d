"""How names are compared and indexed for search: folded text, and keys for its characters, its sound and its edges.

A key is a signed 32-bit number. Of a pair of characters it is both of them. The others begin with a surrogate, which no
text has: a pair of syllables; four initials from the 1st or 5th sign on; the first pair; the last pair. Keys are
for finding alone: several names may share one, so that a hit is always verified against the text.
"""

import unicodedata
from itertools import pairwise, product
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from xinshu.register.subjects.sounds import (
    LETTER_NUMBERS,
    READINGS_EACH,
    SHORTEST_INITIALS,
    SYLLABLE_BITS,
    SYLLABLE_NUMBERS,
    letter_number,
    syllable_number,
)

PLAIN: Final = r"^[\x{4e00}-\x{9fff}0-9a-z]*$"
"""A name of such characters only is its own folded form."""

SOUND: Final = 0xD800 << 16
INITIALS: Final = SOUND | 1 << 26
LETTER_BITS: Final = 6
PLACES_OF_INITIALS: Final = (0, 4)
EDGE: Final = INITIALS | 3 << 24
LAST_EDGE: Final = 1 << 23
SPREAD: Final = 2_654_435_761
"""Knuth's multiplier: the upper bits of the product depend on every bit of the pair."""

Keys = tuple[np.ndarray, np.ndarray]
"""For each key the row that it is of, and the key itself, unsigned."""


def fold(name: str) -> str:
    """The name as compared in search: NFKC, case folded, without blanks. Folding a folded name changes nothing.

    One step may call for another (a blank that goes may let an accent join its letter), so it is done until it rests.
    """
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return plain if plain == name else fold(plain)


def bigrams(folded: str) -> list[int]:
    """Of a folded name: each pair of neighbouring characters as one signed 32-bit number; exact for the basic plane.

    Characters beyond it share their low 16 bits with others: a hit is always verified against the text.
    """
    return sorted({_signed(_pair(one, two)) for one, two in pairwise(folded)})


def first_key(folded: str) -> int:
    """The key of a name's first two characters; of one that begins with the text (2 characters or more)."""
    return _signed(_edge(folded[0], folded[1]))


def last_key(folded: str) -> int:
    """The key of a name's last two characters; of one that ends with the text (2 characters or more)."""
    return _signed(_edge(folded[-2], folded[-1]) | LAST_EDGE)


def sound_keys(syllables: tuple[str, ...]) -> list[int]:
    """The keys of a name in which these syllables follow one another."""
    numbers = pairwise(map(syllable_number, syllables))
    return sorted({_signed(SOUND | one << SYLLABLE_BITS | two) for one, two in numbers})


def initial_keys(letters: str) -> list[int]:
    """The keys of a name whose signs begin with these letters (4 or more)."""
    places = [place for place in PLACES_OF_INITIALS if place + SHORTEST_INITIALS <= len(letters)]
    keys = []
    for place in places:
        key = INITIALS | PLACES_OF_INITIALS.index(place) << 24
        for step, letter in enumerate(reversed(letters[place : place + SHORTEST_INITIALS])):
            key |= letter_number(letter) << LETTER_BITS * step
        keys.append(_signed(key))
    return keys


def folded(names: pl.Series) -> pl.Series:
    """`fold` of each name, by columns."""
    texts = pl.col("name")
    return (
        names.alias("name")
        .to_frame()
        .select(
            pl.when(texts.str.contains(PLAIN))
            .then(texts)
            .otherwise(pl.when(~texts.str.contains(PLAIN)).then(texts).map_elements(fold, return_dtype=pl.String))
            .alias("folded")
        )
        .to_series()
    )


def keys_of(texts: pl.Series) -> pl.Series:
    """Every key of each folded name, by columns (List(Int32)); none may be null."""
    rows, points, starts = _points(texts)
    lengths = np.diff(starts, append=len(points))
    found = [_pairs(rows, points), *_sounds(rows, points), *_edges(points, starts, lengths)]
    for place in range(len(PLACES_OF_INITIALS)):
        found += _initials(place, points, starts, lengths)
    return _lists(len(texts), found)


def _pair(one: str, two: str) -> int:
    return (ord(one) & 0xFFFF) << 16 | (ord(two) & 0xFFFF)


def _edge(one: str, two: str) -> int:
    return EDGE | (_pair(one, two) * SPREAD & 0xFFFFFFFF) >> 9


def _signed(key: int) -> int:
    return key - (1 << 32) if key >= 1 << 31 else key


def _points(texts: pl.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each character of all texts: its row, and its code point; and of each row where it starts."""
    lengths = texts.str.len_chars().to_numpy().astype(np.int64)
    points = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
    return np.repeat(np.arange(len(texts), dtype=np.int64), lengths), points, np.cumsum(lengths) - lengths


def _pairs(rows: np.ndarray, points: np.ndarray) -> Keys:
    low = points & 0xFFFF
    within = rows[:-1] == rows[1:]
    return rows[:-1][within], (low[:-1] << 16 | low[1:])[within]


def _sounds(rows: np.ndarray, points: np.ndarray) -> list[Keys]:
    """Pairs of syllables, each reading with each."""
    within = rows[:-1] == rows[1:]
    said = [np.where(points < len(table), table[points & 0xFFFF], np.uint32(0)) for table in SYLLABLE_NUMBERS]
    found = []
    for one, two in product(said, repeat=2):
        both = np.flatnonzero(within & (one[:-1] != 0) & (two[1:] != 0))
        found.append((rows[both], SOUND | one[both] << SYLLABLE_BITS | two[both + 1]))
    return found


def _initials(place: int, points: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> list[Keys]:
    """Four initials from one place on, each letter with each."""
    skipped = PLACES_OF_INITIALS[place]
    rows = np.flatnonzero(lengths >= skipped + SHORTEST_INITIALS)
    signs = points[starts[rows][:, None] + np.arange(skipped, skipped + SHORTEST_INITIALS)]
    letters = [np.where(signs < len(table), table[signs & 0xFFFF], np.uint32(0)) for table in LETTER_NUMBERS]
    several = np.flatnonzero((letters[1] != 0).any(axis=1))
    found = []
    for choice in product(range(READINGS_EACH), repeat=SHORTEST_INITIALS):
        asked = several if any(choice) else np.arange(len(rows))
        chosen = np.stack([letters[which][asked, step] for step, which in enumerate(choice)], axis=1)
        sound = (chosen != 0).all(axis=1)
        key = np.full(int(sound.sum()), INITIALS | place << 24, np.uint32)
        for step in range(SHORTEST_INITIALS):
            key |= chosen[sound, step] << LETTER_BITS * (SHORTEST_INITIALS - 1 - step)
        found.append((rows[asked[sound]], key))
    return found


def _edges(points: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> list[Keys]:
    """The first and the last pair."""
    rows = np.flatnonzero(lengths >= 2)
    low = (points & 0xFFFF).astype(np.uint64)
    found = []
    for start, mark in ((starts[rows], 0), (starts[rows] + lengths[rows] - 2, LAST_EDGE)):
        pairs = low[start] << np.uint64(16) | low[start + 1]
        spread = (pairs * np.uint64(SPREAD) & np.uint64(0xFFFFFFFF)) >> np.uint64(9)
        found.append((rows, spread.astype(np.uint32) | np.uint32(EDGE | mark)))
    return found


def _lists(count: int, found: list[Keys]) -> pl.Series:
    """Each row's keys, sorted, each once. They are sorted by hand: `np.unique` hashes, ten times as slow here."""
    rows = np.concatenate([rows for rows, _ in found])
    keys = np.concatenate([keys for _, keys in found]).astype(np.uint32).view(np.int32)
    marked = np.sort((rows << 32) + keys.astype(np.int64) + (1 << 31))
    distinct = marked[np.diff(marked, prepend=-1) != 0]
    counts = np.bincount(distinct >> 32, minlength=count)
    values = ((distinct & 0xFFFFFFFF) - (1 << 31)).astype(np.int32)
    lists = pa.LargeListArray.from_arrays(np.concatenate(([0], np.cumsum(counts))), values)
    return pl.Series("bigrams", lists, pl.List(pl.Int32))
