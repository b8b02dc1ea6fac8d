"""Are the general words of names sound? Each of two characters or more, without blanks, and written once."""

from collections.abc import Iterator

from xinshu.law.catalogue import Entries
from xinshu.law.reading import Fault, Rule


def general_faults(entries: Entries) -> Iterator[Fault]:
    """Words too short to be searched by, words with blanks, and words that stand twice."""
    seen: dict[str, str] = {}
    for entry in entries["general"].values():
        if not entry.value.words:
            yield entry.fault(("words",), Rule.INCOMPLETE, "general terms have at least one word")
        for index, word in enumerate(entry.value.words):
            path = ("words", index)
            if len(word) < 2 or "".join(word.split()) != word:
                message = f"“{word}” is no word of a name: two characters or more, without blanks"
                yield entry.fault(path, Rule.OUT_OF_RANGE, message)
            first = seen.setdefault(word, entry.name)
            if first != entry.name or entry.value.words.index(word) != index:
                yield entry.fault(path, Rule.DUPLICATE_KEY, f"“{word}” stands already in {first}")
