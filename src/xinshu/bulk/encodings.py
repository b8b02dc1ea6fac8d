"""Which encoding a text is written in, by evidence; and the text as UTF-8, in blocks, whatever it was written in.

Bytes that mean nothing in the encoding become U+FFFD: the records that hold one are named and go back. Only a file
of which hardly anything can be read is refused.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from xinshu.bulk.raw import UnreadableFile

UTF_8: Final = "utf-8"
UTF_8_BOM: Final = "utf-8-sig"
UTF_16: Final = "utf-16"
GB18030: Final = "gb18030"
BIG5: Final = "cp950"  # as Windows writes Big5

UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BLOCK: Final = 1 << 22
SAMPLE: Final = 1 << 20
LOST: Final = "\ufffd"
MOST_LOST: Final = 0.02
"""A share of lost characters, above which a file is taken for no text of that encoding."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file, and whether some of its bytes mean nothing in it."""

    name: str
    is_damaged: bool


def encoding_of(path: Path) -> Encoding:
    """The encoding in which a file can be read with the least loss. Raises UnreadableFile when there is none.

    A file that is UTF-8 but for some broken bytes stays UTF-8: GB18030 would accept them, and read other characters.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(UTF_16_MARKS):
        _refuse_nul(utf8_blocks(path, UTF_16))
        return _judged(UTF_16, _loss(path, UTF_16))
    _refuse_nul(_blocks(path))
    name = UTF_8_BOM if head.startswith(codecs.BOM_UTF8) else UTF_8
    loss = _loss(path, name)
    if not loss.lost or name == UTF_8_BOM or loss.whole > loss.lost:
        return _judged(name, loss)
    likelier, other = _legacy(path)
    loss = _loss(path, likelier)
    if loss.lost > MOST_LOST * loss.size:
        likelier, loss = min((likelier, loss), (other, _loss(path, other)), key=lambda one: one[1].lost)
    return _judged(likelier, loss)


@dataclass(frozen=True, slots=True)
class _Loss:
    """What reading a file in some encoding loses: characters lost, other characters beyond ASCII, and all of them."""

    lost: int
    whole: int
    size: int


def _judged(name: str, loss: _Loss) -> Encoding:
    if loss.lost > max(MOST_LOST * loss.size, 10):
        raise UnreadableFile(
            "文件的大部分内容无法按UTF-8、GB18030或Big5识别，整个文件未受理。请从业务系统重新导出，并以UTF-8编码保存。",
            "Most of the file can be read neither as UTF-8 nor as GB18030 or Big5, so nothing of it was taken in. "
            "Please export it again and save it as UTF-8.",
        )
    return Encoding(name, is_damaged=loss.lost > 0)


def utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The text as UTF-8 without a mark, in blocks that hold whole characters."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield decoder.decode(block).encode(UTF_8)
    yield decoder.decode(b"", final=True).encode(UTF_8)


def _loss(path: Path, encoding: str) -> _Loss:
    lost = whole = size = already = 0
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as file:
        for block in chain(iter(lambda: file.read(BLOCK), b""), [b""]):
            text = decoder.decode(block, final=not block)
            lost += text.count(LOST)
            whole += len(text) - len(text.encode("ascii", errors="ignore"))
            size += len(text)
            already += block.count(LOST.encode(UTF_8)) if encoding in {UTF_8, UTF_8_BOM} else 0
    lost = max(lost - already, 0)  # a mark that the sender's own system left is not our loss
    return _Loss(lost, whole - lost, size)


def _legacy(path: Path) -> tuple[str, ...]:
    """GB18030 and Big5, the likelier first: nearly every pair of bytes is a character of both, common in one only."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    simplified = _common(sample, GB18030, "gb2312", range(0xB0, 0xD8))
    traditional = _common(sample, BIG5, BIG5, range(0xA4, 0xC7))
    return (GB18030, BIG5) if simplified >= traditional else (BIG5, GB18030)


def _common(sample: bytes, encoding: str, charset: str, level_one: range) -> float:
    """The share of characters that belong to the common ones (level one) of a character set."""
    text = [one for one in sample.decode(encoding, errors="replace") if one > "\x7f"]
    encoded = (one.encode(charset, errors="ignore") for one in text)
    return sum(1 for octets in encoded if octets and octets[0] in level_one) / max(len(text), 1)


def text_begins(head: bytes) -> str:
    """What a text begins with, as far as its first bytes tell: marks of encodings and blanks left out."""
    is_utf_16 = head.startswith(UTF_16_MARKS)
    seen = head[: len(head) // 2 * 2].decode(UTF_16 if is_utf_16 else UTF_8, errors="replace")
    return seen.lstrip("\ufeff \t\r\n")[:1]


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _refuse_nul(blocks: Iterator[bytes]) -> None:
    """No table holds the character NUL; UTF-16 without its mark, UTF-32 and what is no text at all are full of it."""
    lines = 0
    for block in blocks:
        nul = block.find(b"\0")
        if nul >= 0:
            line = lines + block.count(b"\n", 0, nul) + 1
            raise UnreadableFile(
                f"第{line}行含有空字节（NUL），文件不是文本或已损坏。请从业务系统重新导出。",
                f"Line {line} holds a NUL byte: the file is no text, or it is damaged. Please export it again.",
            )
        lines += block.count(b"\n")
