"""QR codes (ISO/IEC 18004): bytes at error correction M, in the versions 1 to 10, as rows of dark and light modules."""

from collections.abc import Iterator
from typing import Final

BLOCKS: Final = {
    1: (10, (16,)),
    2: (16, (28,)),
    3: (26, (44,)),
    4: (18, (32,) * 2),
    5: (24, (43,) * 2),
    6: (16, (27,) * 4),
    7: (18, (31,) * 4),
    8: (22, (38, 38, 39, 39)),
    9: (22, (36, 36, 36, 37, 37)),
    10: (26, (43, 43, 43, 43, 44)),
}
"""Of each version: words of correction in a block, and words of data in each block."""

CENTRES: Final = {
    **{1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34)},
    **{7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46), 10: (6, 28, 50)},
}
"""Where the centres of alignment stand, down and across."""

FIRST_LONG_COUNT: Final = 10
FIRST_WITH_VERSION: Final = 7
BYTES: Final = 0b0100
PADS: Final = (0xEC, 0x11)


class TooLong(ValueError):
    """More than a code of these versions holds."""


def modules(content: bytes) -> list[list[bool]]:
    """The smallest code that holds the content, without its quiet zone; True is dark. Raises TooLong."""
    version = _version(len(content))
    size = 17 + 4 * version
    fixed = _fixed(version, size)
    words = _interleaved(_data(content, version), version)
    bits = [word >> shift & 1 for word in words for shift in range(7, -1, -1)]
    grid = [[fixed.get((row, column), False) for column in range(size)] for row in range(size)]
    places = (place for place in _path(size) if place not in fixed)
    for number, (row, column) in enumerate(places):
        # Mask 0, under which the format words below are written: every other module, as on a chessboard.
        bit = bits[number] if number < len(bits) else 0
        grid[row][column] = bool(bit) != ((row + column) % 2 == 0)
    return grid


def _version(length: int) -> int:
    for version, (_, blocks) in BLOCKS.items():
        if length + (3 if version >= FIRST_LONG_COUNT else 2) <= sum(blocks):
            return version
    raise TooLong(f"{length} bytes are too many for such a QR code")


def _data(content: bytes, version: int) -> list[int]:
    """Mode, count, content, end, and padding up to what the version holds."""
    room = sum(BLOCKS[version][1])
    count = 16 if version >= FIRST_LONG_COUNT else 8
    bits = f"{BYTES:04b}{len(content):0{count}b}" + "".join(f"{octet:08b}" for octet in content) + "0000"
    bits = bits[: room * 8].ljust(-(-min(len(bits), room * 8) // 8) * 8, "0")
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    return words + [PADS[number % 2] for number in range(room - len(words))]


def _interleaved(words: list[int], version: int) -> list[int]:
    """The blocks' words in turn, and after them their words of correction."""
    correcting, sizes = BLOCKS[version]
    blocks, at = [], 0
    for size in sizes:
        blocks.append(words[at : at + size])
        at += size
    corrections = [correction(block, correcting) for block in blocks]
    longest = max(sizes)
    data = [block[place] for place in range(longest) for block in blocks if place < len(block)]
    return data + [block[place] for place in range(correcting) for block in corrections]


def correction(block: list[int], count: int) -> list[int]:
    """The words of correction of a block: Reed-Solomon over the field of 256 (0x11D)."""
    divisor = [1]
    root = 1
    for _ in range(count):
        longer = [*divisor, 0]
        for place, factor in enumerate(divisor):
            longer[place + 1] ^= _times(factor, root)
        divisor, root = longer, _times(root, 2)
    rest = [0] * count
    for word in block:
        factor = word ^ rest[0]
        rest = [*rest[1:], 0]
        rest = [old ^ _times(part, factor) for old, part in zip(rest, divisor[1:], strict=True)]
    return rest


def _times(one: int, other: int) -> int:
    product = 0
    for shift in range(7, -1, -1):
        product = product << 1 ^ (product >> 7) * 0x11D
        product ^= (other >> shift & 1) * one
    return product


def _fixed(version: int, size: int) -> dict[tuple[int, int], bool]:
    """Finders, timing, alignment, format and version: modules that hold no data."""
    fixed = {(6, at): at % 2 == 0 for at in range(size)} | {(at, 6): at % 2 == 0 for at in range(size)}
    for row, column in ((3, 3), (3, size - 4), (size - 4, 3)):
        fixed |= {
            (row + down, column + across): max(abs(down), abs(across)) not in (2, 4)
            for down in range(-4, 5)
            for across in range(-4, 5)
            if 0 <= row + down < size and 0 <= column + across < size
        }
    centres = CENTRES[version]
    for row in centres:
        for column in centres:
            if (row, column) in {(6, 6), (6, centres[-1]), (centres[-1], 6)}:
                continue
            fixed |= {
                (row + down, column + across): max(abs(down), abs(across)) != 1
                for down in range(-2, 3)
                for across in range(-2, 3)
            }
    return fixed | _format(size) | (_told_version(version, size) if version >= FIRST_WITH_VERSION else {})


def _format(size: int) -> dict[tuple[int, int], bool]:
    """Correction M and mask 0, twice."""
    word = 0
    bits = (word << 10 | _rest(word, 10, 0x537)) ^ 0x5412
    first = [*((at, 8) for at in range(6)), (7, 8), (8, 8), (8, 7), *((8, 14 - at) for at in range(9, 15))]
    second = [*((8, size - 1 - at) for at in range(8)), *((size - 15 + at, 8) for at in range(8, 15))]
    told = {place: bool(bits >> number & 1) for places in (first, second) for number, place in enumerate(places)}
    return told | {(size - 8, 8): True}


def _told_version(version: int, size: int) -> dict[tuple[int, int], bool]:
    bits = version << 12 | _rest(version, 12, 0x1F25)
    told = {}
    for number in range(18):
        near, far = number // 3, size - 11 + number % 3
        told[(near, far)] = told[(far, near)] = bool(bits >> number & 1)
    return told


def _rest(word: int, length: int, divisor: int) -> int:
    rest = word
    for _ in range(length):
        rest = rest << 1 ^ (rest >> (length - 1)) * divisor
    return rest


def _path(size: int) -> Iterator[tuple[int, int]]:
    """The way of the data: in pairs of columns from the right, up and down in turn, past the timing column."""
    upwards = True
    for right in range(size - 1, 0, -2):
        column = right if right > 6 else right - 1
        for step in range(size):
            row = size - 1 - step if upwards else step
            yield row, column
            yield row, column - 1
        upwards = not upwards
