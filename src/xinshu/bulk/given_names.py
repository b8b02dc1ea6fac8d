"""Names that a sender gave, of files, sheets and headers, as they may be repeated and kept: without what is personal."""

import re
from typing import Final

from xinshu.bulk.personal import mask

LONGEST_NAMED: Final = 40
# Digits of any width or script, however they are parted: six together may be a birthday, eleven a telephone.
_DIGITS: Final = re.compile(r"\d(?:[\s\u00ad\u200b-\u2015\u2060\ufeff_.·-]{0,3}\d){5,}(?:[\s-]{0,3}[XxＸｘ])?")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def shown_name(name: str, *, most: int = LONGEST_NAMED) -> str:
    """A name with every long number, home and named person left out, no control character, and no more than `most`.

    Where a header row is missing, data stands in it; files are named after the person they are about.
    """
    seen = _UNSEEN.sub(" ", name)
    return _DIGITS.sub("…", mask(seen)[0])[:most]


def is_plain_name(name: str) -> bool:
    """Whether a name may be kept as it is: nothing of it would be left out."""
    return shown_name(name, most=len(name)) == name
