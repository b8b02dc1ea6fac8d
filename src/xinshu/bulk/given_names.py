"""Names that a sender gave, of files, sheets and headers, as they may be repeated and kept: with nothing personal."""

import re
from typing import Final

import polars as pl

from xinshu.bulk.personal import IN_PROSE, mask

LONGEST_NAMED: Final = 40
# Digits of any width or script, however they are parted: six together may be a birthday, fifteen a person's number.
_GAP: Final = r"[\s\u00ad\u200b-\u2015\u2060\ufeff_.·-]{0,3}"
_SHORT: Final = re.compile(rf"\d(?:{_GAP}\d){{5,}}(?:{_GAP}[XxＸｘ])?")
_LONG: Final = re.compile(rf"\d(?:{_GAP}\d){{14,}}(?:{_GAP}[XxＸｘ])?")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def shown_name(name: str, *, most: int = LONGEST_NAMED) -> str:
    """The name of a file or sheet; it may hold a day, but no long number, telephone, home or named person."""
    return _without(name, _LONG)[:most]


def shown_cells(cells: pl.Series) -> pl.Series:
    """Numbers and names of rows that go back, as a page beside the returned file may show them."""
    where = cells.str.contains(IN_PROSE).fill_null(value=False).arg_true()
    return cells.scatter(where, [shown_name(cell, most=len(cell)) for cell in cells.gather(where)])


def shown_header(header: str) -> str:
    """A header; where the header row is missing, data stands in it, so that even a birthday is left out."""
    return _without(header, _SHORT)[:LONGEST_NAMED]


def is_plain_header(header: str) -> bool:
    """Whether a header may be kept as it is: nothing of it would be left out."""
    return _without(header, _SHORT) == header


def _without(name: str, digits: re.Pattern[str]) -> str:
    return digits.sub("…", mask(_UNSEEN.sub(" ", name))[0])
