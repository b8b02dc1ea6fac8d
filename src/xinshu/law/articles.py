"""Are the texts of articles fit to be read and linked to? Each stands under its bare number."""

import re
from collections.abc import Iterator
from typing import Final

from xinshu.law.catalogue import Entries
from xinshu.law.entries import Instrument
from xinshu.law.reading import Fault, Rule

NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}(-[1-9][0-9]?)?")
"""`6`, or `6-1` for 第六条之一; it is the anchor of the article on its page."""


def article_faults(entries: Entries) -> Iterator[Fault]:
    """A number that is none: no citation could lead to it."""
    for entry in entries["bases"].values():
        instrument: Instrument = entry.value
        for number in instrument.articles:
            if not NUMBER.fullmatch(number):
                message = f"“{number}” is no number of an article; write it bare, as 6 or 6-1"
                yield entry.fault(("articles", number), Rule.OUT_OF_RANGE, message)


def anchor(article: str) -> str:
    """The number of the article that a citation begins with: `12` of `12(2)`, `8` of `8-10`."""
    found = re.match(r"[0-9]+", article)
    return found[0] if found else ""
