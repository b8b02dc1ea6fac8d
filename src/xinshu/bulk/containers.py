"""Opens what files come packed in, gzip and zip, onto disk without a name; what would fill the disk is refused."""

import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from xinshu.bulk.raw import UnreadableFile
from xinshu.kit.durable import room

BLOCK: Final = 1 << 20
MOST_MEMBERS: Final = 100
MOST_TIMES: Final = 300
"""A file that unpacks to so many times its size is no honest table."""

MOST_UNPACKED: Final = 32 << 30
ALWAYS_ALLOWED: Final = 64 << 20
BESIDE: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
ENCRYPTED: Final = 0x1
UNREADABLE: Final = (
    *(zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, lzma.LZMAError, RuntimeError, ValueError),
    OSError,  # a directory that points outside the file
)
PACKED_TOO: Final = (b"PK\x03\x04", b"\x1f\x8b")


@contextmanager
def gunzipped(path: Path) -> Iterator[Path]:
    """The content of a gzip file. Raises UnreadableFile when it is cut off or too large."""
    try:
        with gzip.open(path) as packed, _plain(packed, path.stat().st_size) as plain:
            yield plain
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise _damaged() from None


def is_workbook(path: Path) -> bool:
    """Whether a zip file is an XLSX workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist() or "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return True


def members(path: Path) -> Iterator[tuple[str, Path]]:
    """Name and content of every table file in a zip archive, one at a time. Raises UnreadableFile."""
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = [info for info in archive.infolist() if not _is_beside(info)]
            _check(wanted)
            for info in wanted:
                with archive.open(info) as packed, _plain(packed, info.compress_size) as plain:
                    refuse_packed(plain)
                    yield info.filename, plain
    except UNREADABLE:
        raise _damaged() from None


def _is_beside(info: zipfile.ZipInfo) -> bool:
    """Folders, and what operating systems put beside the files."""
    last = re.split(r"[/\\]", info.filename)[-1].lower()
    if not last:
        return bool(info.filename)  # a member without any name is still a file
    return "__MACOSX" in info.filename or last.startswith("._") or last in BESIDE


def _check(wanted: list[zipfile.ZipInfo]) -> None:
    if not wanted:
        raise UnreadableFile(
            "压缩包中没有文件。请放入表格后重新报送。", "The archive holds no file. Put the tables in."
        )
    if len(wanted) > MOST_MEMBERS:
        raise UnreadableFile(
            f"压缩包中有{len(wanted)}个文件，最多{MOST_MEMBERS}个。请分批报送。",
            f"The archive holds {len(wanted)} files; at most {MOST_MEMBERS} are read. Please send it in several.",
        )
    if any(info.flag_bits & ENCRYPTED for info in wanted):
        raise UnreadableFile(
            "压缩包有密码，无法读取。请去掉密码后重新报送；报送通道本身是加密的。",
            "The archive has a password and cannot be read. Remove it; what you send is encrypted on its way and here.",
        )


def refuse_packed(plain: Path, *, zip_allowed: bool = False) -> None:
    """Refuse what is packed again: an archive in an archive may go on without end (a workbook is none)."""
    with plain.open("rb") as file:
        head = file.read(4)
    is_zip = head.startswith(PACKED_TOO[0])
    if head.startswith(PACKED_TOO) and not (is_zip and (zip_allowed or is_workbook(plain))):
        raise UnreadableFile(
            "压缩包中还是压缩包。请解压后重新报送。",
            "What is packed is packed again. Please unpack it and send it again.",
        )


@contextmanager
def _plain(packed: IO[bytes] | gzip.GzipFile, size: int) -> Iterator[Path]:
    """What is unpacked, as a file without a name."""
    with room(), TemporaryFile() as file:
        length = 0
        while block := packed.read(BLOCK):
            length += len(block)
            if length > ALWAYS_ALLOWED and (length > size * MOST_TIMES or length > MOST_UNPACKED):
                raise UnreadableFile(
                    "文件解压后过大，未读取。请拆分后重新报送。",
                    "The file is too large when unpacked and was not read. Please split it and send it again.",
                )
            file.write(block)
        file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}")


def _damaged() -> UnreadableFile:
    return UnreadableFile(
        "压缩文件不完整或已损坏。请重新压缩后报送。",
        "The packed file is cut off or damaged. Please pack it again and send it.",
    )
