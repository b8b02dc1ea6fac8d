"""The tables behind bulk.codes: what each pair of bytes of a code adds to the answer, packed into one integer."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xinshu.kit import identifier_schemes as schemes

Array = npt.NDArray[Any]
Field = tuple[int, int]  # first bit and number of bits within the packed integer

# Each field is wide enough for its highest sum over 18 characters, so none ever spills into the next.
OUTER: Final[Field] = (0, 10)  # sum of the code's own check, at most 18 x 30
INNER: Final[Field] = (10, 7)  # sum of the organisation code's check, at most 9 x 10
NO_INNER: Final[Field] = (17, 1)  # an organisation code's check that is neither digit nor X
FOREIGN: Final[Field] = (18, 5)  # characters outside the alphabet
NO_DIVISION: Final[Field] = (23, 3)  # characters 3 to 8 that are no digits
NO_DEPARTMENT: Final[Field] = (26, 1)
NO_CATEGORY: Final[Field] = (27, 1)
LOWER: Final[Field] = (28, 5)  # letters to be made upper case
NO_BIRTH: Final[Field] = (33, 2)  # pairs that stand where a birth date would, and cannot be of one
ODD: Final[Field] = (35, 5)  # bytes that are neither letter nor digit: only kit can judge

OUTER_WEIGHTS: Final = (*schemes.USCC_WEIGHTS, 1)  # with its check character weighing 1, a right code sums to 0 mod 31
INNER_WEIGHTS: Final = dict(enumerate((*schemes.ORGANISATION_CODE_WEIGHTS, 1), start=8))  # the same, to 0 mod 11
PAIRS_IN_CODE: Final = schemes.USCC_LENGTH // 2
PLAIN: Final = schemes.LETTERS_AND_DIGITS + schemes.LETTERS_AND_DIGITS[10:].lower()

CENTURIES: Final = frozenset(f"{year // 100:02}" for year in schemes.BIRTH_YEARS)
MONTHS: Final = frozenset(f"{month:02}" for month in range(1, 13))
DAYS: Final = frozenset(f"{day:02}" for day in range(1, 32))

# A bare sum holds one such step for each character outside the alphabet, above the sum of the outer check.
BARE_STEP: Final = 1 << OUTER[1]
GOOD_BARE_SUMS: Final[Array] = np.arange(BARE_STEP * 19) % BARE_STEP % 31 == 0
GOOD_BARE_SUMS[BARE_STEP:] = False


@cache
def bare_tables() -> Array:
    """Nine tables of 65,536 uint16: the sum of the outer check alone, of text as it is written."""
    return _pair_tables(_bare_cell, np.uint16)


@cache
def full_tables() -> Array:
    """Nine tables of 65,536 uint64 with all the fields above, of letters in either case."""
    tables = _pair_tables(_full_cell, np.uint64)
    _add(tables[0], NO_CATEGORY, lambda pair: pair[1] not in schemes.CATEGORIES.get(pair[0], PLAIN))
    _add(tables[3], NO_BIRTH, lambda pair: pair not in CENTURIES)
    _add(tables[5], NO_BIRTH, lambda pair: pair not in MONTHS)
    _add(tables[6], NO_BIRTH, lambda pair: pair not in DAYS)
    return tables


def sums_of(pairs: Array, tables: Array) -> Array:
    """For each row of nine pairs (uint16, low byte first), the sum of the nine cells that they name."""
    columns = np.ascontiguousarray(pairs.T).astype(np.intp)
    total = np.zeros(len(pairs), tables.dtype)
    for table, column in zip(tables, columns, strict=True):
        total += table.take(column, mode="clip")  # a pair is never out of range: clip only spares the test
    return total


def field(sums: Array, which: Field) -> Array:
    """The number that a field holds in each sum."""
    first, bits = which
    return (sums >> first & ((1 << bits) - 1)).astype(np.uint16)


def has(sums: Array, which: Field) -> Array:
    """Whether a field holds anything but 0 in each sum."""
    first, bits = which
    found: Array = (sums & ((1 << bits) - 1 << first)) != 0
    return found


def _pair_tables(cell: Callable[[int, int], int], dtype: type[np.unsignedinteger[Any]]) -> Array:
    cells = np.array([[cell(place, byte) for byte in range(256)] for place in range(18)], dtype)
    return np.stack([(low + high[:, None]).ravel() for low, high in zip(cells[::2], cells[1::2], strict=True)])


def _add(table: Array, which: Field, wanted: Callable[[str], bool]) -> None:
    for low in PLAIN:
        for high in PLAIN:
            if wanted((low + high).upper()):
                table[ord(low) + 256 * ord(high)] += _one(which)


def _bare_cell(place: int, byte: int) -> int:
    value = schemes.USCC_ALPHABET.find(chr(byte))
    return BARE_STEP if value < 0 else value * OUTER_WEIGHTS[place] % 31


def _full_cell(place: int, byte: int) -> int:
    if chr(byte) not in PLAIN:
        return _one(ODD)
    character = chr(byte).upper()
    cell = _one(LOWER) * (character != chr(byte))
    if character in schemes.USCC_ALPHABET:
        cell += schemes.USCC_ALPHABET.index(character) * OUTER_WEIGHTS[place] % 31 * _one(OUTER)
    else:
        cell += _one(FOREIGN)
    if place == 0:
        cell += _one(NO_DEPARTMENT) * (character not in schemes.CATEGORIES)
    if 2 <= place < 8:
        cell += _one(NO_DIVISION) * (character not in schemes.DIGITS)
    if place in INNER_WEIGHTS:
        cell += _inner_cell(place, character)
    return cell


def _inner_cell(place: int, character: str) -> int:
    values = schemes.ORGANISATION_CHECKS if place == max(INNER_WEIGHTS) else schemes.LETTERS_AND_DIGITS
    if character not in values:
        return _one(NO_INNER)
    return values.index(character) * INNER_WEIGHTS[place] % 11 * _one(INNER)


def _one(which: Field) -> int:
    return 1 << which[0]
