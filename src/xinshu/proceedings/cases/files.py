"""What a document of a case may be: a PDF or a picture by its own bytes, that does nothing when it is opened.

No decoder runs here. A PDF is read for the names of what acts by itself, also where they are packed (bounded), and a
picture for its frame and its size; whatever cannot be looked into is refused, and every refusal says the way out.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from unicodedata import category, normalize

import filetype  # type: ignore[import-untyped]

from xinshu.kit.errors import XinshuError

LARGEST: Final = 10 << 20
"""Bytes of one document."""

UNPACKED: Final = 40 << 20
"""Bytes that the packed objects of a PDF may hold together."""

SIDE: Final = 20_000
PIXELS: Final = 100_000_000
NAME: Final = 100
"""Characters of a name."""

NAMELESS: Final = "document"
TAIL: Final = (1 << 16) + 22
"""So near to its end an archive says that it is one."""

ACTING: Final = frozenset(
    {
        b"JavaScript",
        b"JS",
        b"Launch",
        b"OpenAction",
        b"EmbeddedFile",
        b"EmbeddedFiles",
        b"AA",
        b"RichMedia",
        b"SubmitForm",
        b"ImportData",
        b"XFA",
    }
)
LONG: Final = 6
"""A name of so many letters does not stand among random bytes by chance."""

PDF_NAME: Final = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]{1,200})")
CODED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
STREAM_HEAD: Final = 4096
"""Before its packed bytes a stream says in so many bytes what it is."""

PNG: Final = b"\x89PNG\r\n\x1a\n"
FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The markers of JPEG that tell width and height."""


class DocumentRefused(XinshuError):
    """A document is not one that is taken; it says what it is and the way out. Nothing of it was kept."""


class Kind(NamedTuple):
    """What a document is; `content_type` as it is served, `ending` as its name ends."""

    content_type: str
    ending: str


KINDS: Final = {
    "pdf": Kind("application/pdf", "pdf"),
    "png": Kind("image/png", "png"),
    "jpg": Kind("image/jpeg", "jpg"),
}


def kind_of(content: bytes) -> str:
    """`pdf`, `png` or `jpg`. Raises DocumentRefused for anything else, and for what acts when it is opened."""
    if not content:
        raise DocumentRefused("文件为空；请重新选择文件。The file is empty; choose it again.")
    found = filetype.guess(content)
    extension = "" if found is None else str(found.extension)
    if extension not in CHECKS:
        raise DocumentRefused(
            "只接受 PDF、PNG 或 JPEG（以文件内容判断，不看文件名）；请将材料另存为 PDF 或拍照后再附上。"
            " Only PDF, PNG or JPEG are taken, judged by the content and not by the name; save it as PDF, or take a"
            " picture of it."
        )
    CHECKS[extension](content)
    return extension


def clean_name(name: str, kind: str) -> str:
    """The name as it is shown: no path, nothing invisible, at most 100 characters, with the ending of what it is.

    It is told and never used as a place on the disk.
    """
    last = re.split(r"[/\\]", normalize("NFC", name.encode("utf-8", "ignore").decode()))[-1]
    visible = "".join(letter if category(letter)[0] not in "CZ" else " " for letter in last)
    stem, ending = " ".join(visible.split()), KINDS[kind].ending
    while (stem := stem.rstrip(". ")).lower().endswith((f".{ending}", ".jpeg")):
        stem = stem.rpartition(".")[0]
    stem = stem.strip(". ")
    return f"{stem[: NAME - len(ending) - 1].strip('. ') or NAMELESS}.{ending}"


def _no_archive(content: bytes, kind: str) -> None:
    if b"PK\x05\x06" in content[-TAIL:]:
        raise DocumentRefused(
            f"该 {kind} 同时是压缩包，不予接收；请重新导出后再附上。"
            f" This {kind} is an archive as well; export it anew and attach that."
        )


def _broken(kind: str) -> DocumentRefused:
    return DocumentRefused(
        f"该 {kind} 不完整或已损坏；请重新导出或重新拍照后再附上。"
        f" This {kind} is cut off or damaged; export it or take the picture again."
    )


def _check_pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-") or not content.rstrip(b"\x00\t\n\f\r ").endswith(b"%%EOF"):
        raise _broken("PDF")
    _no_archive(content, "PDF")
    outside = STREAM.sub(b" ", content)
    acting = set(_names(outside)) & ACTING
    acting |= {name for name in set(_names(content)) & ACTING if len(name) >= LONG}
    for packed in _packed(content):
        acting |= set(_names(packed)) & ACTING
    if acting:
        told = ", ".join(sorted(name.decode() for name in acting))
        raise DocumentRefused(
            f"该 PDF 含有打开即执行的内容或内嵌文件（{told}），不予接收；请用“打印为 PDF”重新生成后再附上。"
            f" This PDF holds what acts by itself, or other files ({told}); make it anew with “print to PDF”."
        )


def _names(text: bytes) -> Iterator[bytes]:
    """The names in a text of PDF, as its readers read them: `#4A` is a J."""
    for found in PDF_NAME.finditer(text):
        name = found[1]
        yield CODED.sub(lambda code: bytes([int(code[1], 16)]), name) if b"#" in name else name


def _packed(content: bytes) -> Iterator[bytes]:
    """The packed objects of a PDF. Raises DocumentRefused where nobody can look, or where they swell beyond all use."""
    if b"Encrypt" in set(_names(STREAM.sub(b" ", content))):
        raise DocumentRefused(
            "该 PDF 已加密，无法查看；请去除密码后再附上。This PDF is encrypted; attach it without its password."
        )
    left = UNPACKED
    for found in STREAM.finditer(content):
        head = content[max(0, found.start() - STREAM_HEAD) : found.start()]
        says = set(_names(head[head.rfind(b" obj") + 1 :]))
        if b"ObjStm" not in says:
            continue
        text = _inflated(found[1], left) if b"FlateDecode" in says or b"Fl" in says else found[1]
        left -= len(text)
        yield text


def _inflated(packed: bytes, most: int) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, most + 1)
    except zlib.error:
        raise _broken("PDF") from None
    if len(text) > most:
        raise DocumentRefused(
            "该 PDF 解压后过大，不予接收；请用“打印为 PDF”重新生成后再附上。"
            " This PDF swells beyond all use when it is unpacked; make it anew with “print to PDF”."
        )
    return text


def _check_png(content: bytes) -> None:
    if not content.startswith(PNG):
        raise _broken("PNG")
    _no_archive(content, "PNG")
    place, names = len(PNG), []
    while place < len(content):
        length, name = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(content) or zlib.crc32(content[place + 4 : end - 4]) != int.from_bytes(content[end - 4 : end]):
            raise _broken("PNG")
        names.append(name)
        place = end
        if name == b"IEND":
            break
    if place != len(content) or not names or (names[0], names[-1]) != (b"IHDR", b"IEND") or b"IDAT" not in names:
        raise _broken("PNG")
    _within(int.from_bytes(content[16:20]), int.from_bytes(content[20:24]), "PNG")


def _check_jpeg(content: bytes) -> None:
    if not content.startswith(b"\xff\xd8\xff") or not content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise _broken("JPEG")
    _no_archive(content, "JPEG")
    place, framed = 2, False
    while True:
        while content[place : place + 2] == b"\xff\xff":  # fill bytes
            place += 1
        marker, length = content[place : place + 2], int.from_bytes(content[place + 2 : place + 4])
        if len(marker) < 2 or marker[0] != 0xFF or length < 2 or place + 2 + length > len(content):
            raise _broken("JPEG")
        if marker[1] in FRAMES:
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            _within(int.from_bytes(width), int.from_bytes(height), "JPEG")
            framed = True
        if marker[1] == 0xDA:
            break
        place += 2 + length
    if not framed:
        raise _broken("JPEG")


def _within(width: int, height: int, kind: str) -> None:
    if not (0 < width <= SIDE and 0 < height <= SIDE and width * height <= PIXELS):
        raise DocumentRefused(
            f"该 {kind} 的尺寸（{width}×{height}）不在可接受范围内；请缩小后再附上。"
            f" The size of this {kind} ({width}×{height}) is not one that is taken; make it smaller."
        )


CHECKS: Final[dict[str, Callable[[bytes], None]]] = {"pdf": _check_pdf, "png": _check_png, "jpg": _check_jpeg}
