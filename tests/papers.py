"""Reads the text of our own papers back, as a reader's copy does: by the maps from glyphs to signs that PDF/A asks for."""

import re
import zlib
from collections.abc import Iterator

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
FONTS = re.compile(rb"/Font<<(.*?)>>", re.DOTALL)
NAMED = re.compile(rb"/(\w+) (\d+) 0 R")
MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
FONT = re.compile(rb"/(\w+) [\d.]+ Tf")
HEX = re.compile(rb"<([0-9A-Fa-f]+)>")
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(paper: bytes) -> str:
    """All that stands on the paper, page by page, without any blank: lines break where the layout wants."""
    objects = {int(number): body for number, body in OBJECT.findall(paper)}
    pages = [body for body in objects.values() if body.startswith(b"<</Type/Page/")]
    assert pages, "no page was found"
    return "".join("".join(_page(page, objects)) for page in pages)


def _page(page: bytes, objects: dict[int, bytes]) -> Iterator[str]:
    resources, content = (
        objects[int(found[1])] for key in (rb"/Resources (\d+)", rb"/Contents (\d+)") if (found := re.search(key, page))
    )
    fonts = FONTS.search(resources)
    assert fonts is not None
    maps = {name: _map(objects[int(number)], objects) for name, number in NAMED.findall(fonts[1])}
    signs: dict[int, str] = {}
    for font, glyphs in _pieces(_stream(content)):
        signs = maps[font] if font else signs
        numbers = (int.from_bytes(glyphs[at : at + 2], "big") for at in range(0, len(glyphs), 2))
        yield "".join("".join(signs[number] for number in numbers).split())


def _pieces(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The fonts that are chosen and the texts that are set, in their order: one of the two each time."""
    at, setting = 0, False
    while at < len(content):
        # Outside of a text object a literal names a language, not a text.
        setting = (setting or content.startswith(b"BT", at)) and not content.startswith(b"\nET", at)
        chosen = FONT.match(content, at)
        if chosen is not None:
            yield chosen[1], b""
            at = chosen.end()
        elif content[at : at + 1] == b"(":
            end = _end_of_literal(content, at)
            if setting:
                yield b"", ESCAPED.sub(_escaped, content[at + 1 : end])
            at = end + 1
        elif setting and (digits := HEX.match(content, at)):
            yield b"", bytes.fromhex(digits[1].decode())
            at = digits.end()
        else:
            at += 1


def _end_of_literal(content: bytes, start: int) -> int:
    """Where the bracket that opens at `start` closes; brackets in pairs are part of a text (ISO 32000, 7.3.4.2)."""
    depth, at = 0, start
    while True:
        sign = content[at : at + 1]
        depth += (sign == b"(") - (sign == b")")
        if not depth:
            return at
        at += 2 if sign == b"\\" else 1


def _map(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    found = re.search(rb"/ToUnicode (\d+)", font)
    assert found is not None
    pairs = MAPPED.findall(_stream(objects[int(found[1])]))
    return {int(glyph, 16): bytes.fromhex(sign.decode()).decode("utf-16-be") for glyph, sign in pairs}


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream\n")
    content = rest.rpartition(b"\nendstream")[0]
    return zlib.decompress(content) if b"FlateDecode" in head else content


def _escaped(found: re.Match[bytes]) -> bytes:
    sign = found[1]
    return bytes([int(sign, 8)]) if sign.isdigit() else SHORT.get(sign, sign)
