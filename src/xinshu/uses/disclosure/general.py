"""Words that name nobody: a text made of them alone, in characters or in pinyin, is no name to search by.

A list that matched everything whose name ends in a legal form would tell a reader nothing and cost everyone much.
"""

from collections.abc import Iterable
from itertools import product

from xinshu.register.subjects.names import fold
from xinshu.register.subjects.sounds import READINGS

SHORTEST_TO_CUT = 4
"""A part of a word of so many characters is as general as the word: 限公司 of 有限公司."""


class GeneralWords:
    """The catalogue's general words, ready to be asked."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(map(fold, words))
        self._long = tuple(word for word in self._words if len(word) >= SHORTEST_TO_CUT)
        self._spelled = frozenset(spelled for word in self._words for spelled in _spellings(word))
        self._begun = frozenset(spelled[:length] for spelled in self._spelled for length in range(1, len(spelled)))

    def cover(self, folded: str, letters: str) -> bool:
        """Whether the folded text is made of general words alone, or its letters spell nothing else in pinyin."""
        if not folded:
            return False
        if _made_of(folded, self._words) or any(folded in word for word in self._long):
            return True
        letters = letters.replace("'", "")
        return bool(letters) and _made_of(letters, self._spelled, ends=self._begun)


def _spellings(word: str) -> set[str]:
    """A word in pinyin, each reading with each; none where a character has no reading."""
    return {"".join(said) for said in product(*(READINGS.get(sign, ()) for sign in word))}


def _made_of(text: str, words: frozenset[str], *, ends: frozenset[str] = frozenset()) -> bool:
    """Whether the text is words one after the other; the last piece, not the only one, may be the beginning of one."""
    longest = max(map(len, words), default=0)
    reached = {0}
    for end in range(1, len(text) + 1):
        for start in range(max(end - longest, 0), end):
            piece = text[start:end]
            if start in reached and (piece in words or (end == len(text) and start and piece in ends)):
                reached.add(end)
                break
    return len(text) in reached
