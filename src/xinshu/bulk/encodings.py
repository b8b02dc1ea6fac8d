"""Which of UTF-8 and GB18030 a text is written in, strictly: a byte that fits neither is refused by its line."""

import codecs
from typing import Final

from xinshu.bulk.raw import UnreadableFile

UTF_8: Final = "utf-8"
UTF_8_BOM: Final = "utf-8-sig"
GB18030: Final = "gb18030"

UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
STEP: Final = 1 << 24
SAMPLE: Final = 1 << 20


def to_utf8(data: bytes) -> tuple[bytes, str]:
    """The text as UTF-8 without a mark, and the encoding it came in."""
    _refuse_what_is_no_text(data)
    if data.startswith(codecs.BOM_UTF8):
        body = data[len(codecs.BOM_UTF8) :]
        bad = _first_bad_byte(body)
        if bad is not None:
            raise _undecodable(body, bad, "UTF-8")
        return body, UTF_8_BOM
    bad = _first_bad_byte(data)
    if bad is None:
        return data, UTF_8
    if _is_damaged_utf8(data, bad):
        raise _undecodable(data, bad, "UTF-8")
    return _from_gb18030(data), GB18030


def _first_bad_byte(data: bytes) -> int | None:
    """Where UTF-8 ends, or None when all of it is. In steps, so that no second copy of the file is held."""
    decoder = codecs.getincrementaldecoder(UTF_8)()
    for start in range(0, len(data), STEP):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + STEP], start + STEP >= len(data))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return None


def _is_damaged_utf8(data: bytes, bad: int) -> bool:
    """Whether this is UTF-8 with a broken byte and not GB18030, which would accept it and read other characters.

    Around the first bad byte, Chinese in GB18030 breaks UTF-8 at nearly every character; damage breaks it rarely.
    """
    sample = data[max(0, bad - SAMPLE) : bad + SAMPLE].decode(UTF_8, errors="replace")
    broken = sample.count("\ufffd")
    whole = sum(1 for character in sample if character > "\x7f") - broken
    return whole > broken


def _from_gb18030(data: bytes) -> bytes:
    decoder = codecs.getincrementaldecoder(GB18030)()
    parts = []
    for start in range(0, len(data), STEP):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data[start : start + STEP], start + STEP >= len(data))
        except UnicodeDecodeError as error:
            raise _undecodable(data, start - pending + error.start, "GB18030") from None
        parts.append(text.encode(UTF_8))
    return b"".join(parts)


def _undecodable(data: bytes, bad: int, encoding: str) -> UnreadableFile:
    line = data.count(b"\n", 0, bad) + 1
    return UnreadableFile(
        f"第{line}行有无法识别的字节（按{encoding}读取），整个文件未受理。请改正该行的乱码，并以UTF-8或GB18030编码重新保存。",
        f"Line {line} has bytes that are no {encoding} text, so nothing of the file was taken in. "
        "Mend the broken characters on that line and save the file again as UTF-8 or GB18030.",
    )


def _refuse_what_is_no_text(data: bytes) -> None:
    if data.startswith(UTF_16_MARKS):
        raise UnreadableFile(
            "文件是UTF-16（“Unicode文本”）编码。请另存为“CSV UTF-8（逗号分隔）”后重新报送。",
            "The file is UTF-16 (“Unicode text”). Please save it as “CSV UTF-8 (comma delimited)” and send it again.",
        )
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise UnreadableFile(
            f"第{line}行含有空字节（NUL），文件不是文本或已损坏。请从业务系统重新导出。",
            f"Line {line} holds a NUL byte: the file is no text, or it is damaged. Please export it again.",
        )
