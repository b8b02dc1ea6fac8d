"""QR codes: the standard's own example of correction, and a reader of another build that finds the content again."""

import pytest

from xinshu.kit.qr import BLOCKS, CENTRES, TooLong, correction, modules

FORMAT_M_0 = "101010000010010"


def test_the_words_of_correction_are_those_of_the_known_example() -> None:
    data = [32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17]
    assert correction(data, 10) == [196, 35, 39, 119, 235, 215, 231, 226, 93, 23]


@pytest.mark.parametrize("length", [0, 1, 14, 15, 26, 42, 43, 62, 84, 106, 122, 152, 180, 213])
def test_what_is_written_is_read_again(length: int) -> None:
    content = bytes((7 * at + length) % 256 for at in range(length))
    assert read(modules(content)) == content


def test_more_than_it_holds_is_refused() -> None:
    with pytest.raises(TooLong):
        modules(bytes(214))


def read(grid: list[list[bool]]) -> bytes:
    """Reads a code as the standard says, by its format, mask and blocks; nothing of it is the writer's."""
    size = len(grid)
    version = (size - 17) // 4
    format_bits = "".join("01"[grid[8][column]] for column in (0, 1, 2, 3, 4, 5, 7, 8))
    format_bits += "".join("01"[grid[row][8]] for row in (7, 5, 4, 3, 2, 1, 0))
    assert format_bits == FORMAT_M_0
    twin = "".join("01"[grid[row][8]] for row in range(size - 1, size - 8, -1))
    assert twin + "".join("01"[grid[8][column]] for column in range(size - 8, size)) == FORMAT_M_0
    assert grid[size - 8][8]
    for row, column in ((0, 0), (0, size - 7), (size - 7, 0)):
        assert ["".join(" #"[module] for module in line[column : column + 7]) for line in grid[row : row + 7]] == [
            "#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######",
        ]  # fmt: skip
    taken = {(row, column) for row in range(size) for column in range(size) if reserved(row, column, size, version)}
    bits, column, up = "", size - 1, True
    while column > 0:
        if column == 6:
            column -= 1
        for row in range(size - 1, -1, -1) if up else range(size):
            for place in (column, column - 1):
                if (row, place) not in taken:
                    bits += "01"[grid[row][place] ^ ((row + place) % 2 == 0)]
        column, up = column - 2, not up
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)]
    return unwrapped(words, version)


def reserved(row: int, column: int, size: int, version: int) -> bool:
    finder = (row < 9 and (column < 9 or column >= size - 8)) or (row >= size - 8 and column < 9)
    if finder or 6 in (row, column):
        return True
    if version >= 7 and ((row < 6 and column >= size - 11) or (column < 6 and row >= size - 11)):
        return True
    centres = CENTRES[version]
    corners = {(6, 6), (6, centres[-1]), (centres[-1], 6)} if centres else set()
    return any(
        abs(row - down) <= 2 and abs(column - across) <= 2
        for down in centres
        for across in centres
        if (down, across) not in corners
    )


def unwrapped(words: list[int], version: int) -> bytes:
    count, sizes = BLOCKS[version]
    blocks: list[list[int]] = [[] for _ in sizes]
    source = iter(words)
    for place in range(max(sizes)):
        for block, length in zip(blocks, sizes, strict=True):
            if place < length:
                block.append(next(source))
    corrections = [[next(source) for _ in sizes] for _ in range(count)]
    for number, block in enumerate(blocks):
        assert [row[number] for row in corrections] == correction(block, count)
    bits = "".join(f"{word:08b}" for block in blocks for word in block)
    assert bits[:4] == "0100"
    width = 16 if version >= 10 else 8
    length = int(bits[4 : 4 + width], 2)
    start = 4 + width
    return bytes(int(bits[start + 8 * at : start + 8 * at + 8], 2) for at in range(length))
