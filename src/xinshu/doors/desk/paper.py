"""A paper of the house as PDF/A-2a and PDF/UA-1: a template, what it says, the fonts of the house, and no network."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

import orjson
import pylopdf_fonts_zh_cn
import typst

FONTS: Final = typst.Fonts(
    include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(files(pylopdf_fonts_zh_cn))]
)
STANDARDS: Final[list[Any]] = ["a-2a", "ua-1"]


def paper(template: str, said: Mapping[str, Any], *, stamp: int = 0) -> bytes:
    """The file. Nothing in it comes from the clock: the same words and `stamp` (Unix seconds) give the same bytes."""
    made: bytes = typst.compile(
        files("xinshu.doors.desk").joinpath(template).read_bytes(),
        font_paths=FONTS,
        format="pdf",
        sys_inputs={"told": orjson.dumps(said).decode()},
        pdf_standards=STANDARDS,
        timestamp=stamp,
    )
    return made
