"""Can matter that may not be recorded be told? By a column's name, or by a pattern that every engine reads alike."""

import re
from collections.abc import Iterator

from xinshu.law.catalogue import Entries
from xinshu.law.entries import Protected
from xinshu.law.reading import Fault, Rule


def protected_faults(entries: Entries) -> Iterator[Fault]:
    """What may not be recorded can be told, by a column's name or by a pattern that can be read."""
    for entry in entries["protected"].values():
        matter: Protected = entry.value
        if not matter.headers and not matter.patterns:
            yield entry.fault((), Rule.INCOMPLETE, "protected matter is told by `headers` or by `patterns`")
        for index, pattern in enumerate(matter.patterns):
            path = ("patterns", index)
            if re.search(r"\(\?(?:[=!>]|<[=!])|\\[1-9]", pattern):
                yield entry.fault(path, Rule.OUT_OF_RANGE, "a pattern has no look-around and no back-reference")
            try:
                re.compile(pattern)
            except re.error as error:
                yield entry.fault(path, Rule.OUT_OF_RANGE, f"this is no regular expression: {error}")
