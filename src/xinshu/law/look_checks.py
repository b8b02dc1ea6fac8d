"""Does an entry read as it looks? Two words that look the same must be the same."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xinshu.law.catalogue import Entries
from xinshu.law.reading import Fault, Path, Rule

NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
UNSEEN: Final = frozenset({"Cc", "Cf"})
"""Categories of characters that nobody sees: of no width, turning the direction, controlling."""


def look_faults(entries: Entries) -> Iterator[Fault]:
    """Identifiers in other letters than Latin ones, and characters in texts that cannot be seen."""
    for chapter in entries.values():
        for entry in (*chapter.values(), *chapter.broken.values()):
            if not NAME.fullmatch(entry.name):
                message = "an identifier is of Latin letters, digits, “-” and “_”; write it anew"
                yield entry.fault((), Rule.OUT_OF_RANGE, message)
            for path, unseen in _unseen(entry.page.data[entry.name], ()):
                yield entry.fault(
                    path, Rule.OUT_OF_RANGE, f"U+{unseen:04X} cannot be seen in print; write the text anew"
                )


def _unseen(raw: Any, path: Path) -> Iterator[tuple[Path, int]]:
    """Each text at or below with its first character that cannot be seen; a new line is seen."""
    if isinstance(raw, str):
        found = next((ord(one) for one in raw if one != "\n" and unicodedata.category(one) in UNSEEN), None)
        if found is not None:
            yield path, found
    for key, value in raw.items() if isinstance(raw, Mapping) else enumerate(raw) if isinstance(raw, list) else ():
        yield from _unseen(value, (*path, key))
