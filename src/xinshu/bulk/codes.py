"""Unified social credit codes by the million: the same answers as `kit.identifiers.check_code`, in columns.

A code of 18 bytes is read as nine pairs of bytes. For each pair a table of 65,536 cells holds all that the pair adds to
the answer, packed into one integer: nine look-ups and eight additions later, the row's answer stands in that integer.
What is not plain (null, another length, a blank, a full-width form, a birth date where a person's number would have it)
is handed to kit, once for each distinct value.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from xinshu.bulk import code_tables as tables
from xinshu.bulk.code_tables import Array, field, has
from xinshu.kit.identifiers import CodeCheck, CodeFault, CodeWarning, Scheme, check_code

ROWS_AT_ONCE: Final = 1 << 14  # a block and its working arrays stay within the processor's cache
PAIRS: Final = pl.Array(pl.UInt16, tables.PAIRS_IN_CODE)

# A row's notes are a mask over these, in the order in which kit lists them.
NOTES: Final = (*CodeFault, *CodeWarning)
SCHEMES: Final = (*Scheme, None)


def check_digits_ok(codes: pl.Series) -> pl.Series:
    """Whether each string has, as written, 18 characters of the alphabet and the right check character.

    A Boolean series of the same name and length; null is false.
    """
    codes = codes.cast(pl.String)
    good = np.zeros(len(codes), np.bool_)
    for rows, pairs in _blocks(codes):
        sums = tables.sums_of(pairs, tables.bare_tables())
        good[rows] = tables.GOOD_BARE_SUMS[sums]
    return pl.Series(codes.name, good)


def check_codes(codes: pl.Series) -> pl.DataFrame:
    """The full answer for each string, as `kit.check_code` gives it; null is answered as an empty string.

    Columns: `code` (normalised), `valid`, `scheme` (Enum; null when the length fits none), `reasons` and `warnings`
    (lists of strings).
    """
    codes = codes.cast(pl.String)
    notes, lower, odd = (np.zeros(len(codes), kind) for kind in (np.uint16, np.bool_, np.bool_))
    for rows, pairs in _blocks(codes):
        sums = tables.sums_of(pairs, tables.full_tables())
        notes[rows] = _notes(sums)
        lower[rows] = has(sums, tables.LOWER)
        odd[rows] = has(sums, tables.ODD) | ~has(sums, tables.NO_BIRTH)
    scheme = np.full(len(codes), SCHEMES.index(Scheme.USCC), np.uint8)
    written = codes.str.to_uppercase() if lower.any() else codes
    if odd.any():
        where = np.flatnonzero(odd)
        answers = _asked_of_kit(codes.gather(where))
        notes[where] = [_mask((*answer.reasons, *answer.warnings)) for answer in answers]
        scheme[where] = [SCHEMES.index(answer.scheme) for answer in answers]
        written = written.clone().scatter(where, [answer.code for answer in answers])
    return _frame(written, scheme=scheme, notes=notes)


def _frame(codes: pl.Series, *, scheme: Array, notes: Array) -> pl.DataFrame:
    reasons, warnings = notes % (1 << len(CodeFault)), notes >> len(CodeFault)
    return pl.DataFrame(
        {
            "code": codes,
            "valid": reasons == 0,
            "scheme": pl.Series(SCHEMES, dtype=pl.Enum(Scheme)).gather(scheme),
            "reasons": _lists(CodeFault).gather(reasons),
            "warnings": _lists(CodeWarning).gather(warnings),
        }
    )


def _asked_of_kit(codes: pl.Series) -> list[CodeCheck]:
    strings = codes.fill_null("")
    answers = {raw: check_code(raw) for raw in strings.unique()}
    return [answers[raw] for raw in strings]


def _notes(sums: Array) -> Array:
    foreign = has(sums, tables.FOREIGN)
    inner_wrong = has(sums, tables.NO_INNER) | (field(sums, tables.INNER) % 11 != 0)
    found = {
        CodeFault.ALPHABET: foreign,
        CodeFault.DEPARTMENT: has(sums, tables.NO_DEPARTMENT),
        CodeFault.DIVISION_DIGITS: has(sums, tables.NO_DIVISION),
        CodeFault.CHECK_DIGIT: ~foreign & (field(sums, tables.OUTER) % 31 != 0),
        CodeWarning.UNKNOWN_CATEGORY: has(sums, tables.NO_CATEGORY),
        CodeWarning.INNER_CHECK: ~foreign & inner_wrong,
    }
    notes = np.zeros(len(sums), np.uint16)
    for note, rows in found.items():
        notes |= rows.astype(np.uint16) << NOTES.index(note)
    return notes


def _mask(notes: Sequence[CodeFault | CodeWarning]) -> int:
    return sum(1 << NOTES.index(note) for note in notes)


@cache
def _lists(notes: type[StrEnum]) -> pl.Series:
    """For every mask over the notes, the list that kit would give."""
    masks = range(1 << len(notes))
    lists = [[note.value for bit, note in enumerate(notes) if mask >> bit & 1] for mask in masks]
    return pl.Series(lists, dtype=pl.List(pl.String))


def _blocks(codes: pl.Series) -> Iterator[tuple[slice, Array]]:
    """Blocks of rows, each with its codes as pairs of bytes, low byte first; rows not of 18 bytes are all zero."""
    for start in range(0, len(codes), ROWS_AT_ONCE):
        block = codes.slice(start, ROWS_AT_ONCE)
        read = block.cast(pl.Binary).bin.reinterpret(dtype=PAIRS, endianness="little")
        pairs = read.drop_nulls().to_numpy()
        if len(pairs) < len(block):
            present, pairs_present = read.is_not_null().to_numpy(), pairs
            pairs = np.zeros((len(block), tables.PAIRS_IN_CODE), np.uint16)
            pairs[present] = pairs_present
        yield slice(start, start + len(block)), pairs
