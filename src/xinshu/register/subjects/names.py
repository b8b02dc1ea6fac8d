"""How names are compared and indexed for search: folded text, and overlapping pairs of characters."""

import unicodedata
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

PLAIN: Final = r"^[\x{4e00}-\x{9fff}0-9a-z]*$"
"""A name of such characters only is its own folded form."""


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
    pairs = {(ord(one) & 0xFFFF) << 16 | (ord(two) & 0xFFFF) for one, two in pairwise(folded)}
    return sorted(pair - (1 << 32) if pair >= 1 << 31 else pair for pair in pairs)


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


def bigrams_of(texts: pl.Series) -> pl.Series:
    """`bigrams` of each folded name, by columns (List(Int32)); none may be null."""
    lengths = texts.str.len_chars().to_numpy()
    points = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32) & 0xFFFF
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    pairs = (points[:-1] << 16 | points[1:]).view(np.int32)[rows[:-1] == rows[1:]]
    distinct = np.unique((rows[:-1][rows[:-1] == rows[1:]] << 32) + pairs.astype(np.int64) + (1 << 31))
    counts = np.bincount(distinct >> 32, minlength=len(texts))
    values = ((distinct & 0xFFFFFFFF) - (1 << 31)).astype(np.int32)
    lists = pa.LargeListArray.from_arrays(np.concatenate(([0], np.cumsum(counts))), values)
    return pl.Series("bigrams", lists, pl.List(pl.Int32))
