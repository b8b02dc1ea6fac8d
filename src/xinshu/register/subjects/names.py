"""How names are compared and indexed for search: folded text, and overlapping pairs of characters."""

import unicodedata
from itertools import pairwise


def fold(name: str) -> str:
    """The name as compared in search: NFKC, case folded, without blanks. Folding a folded name changes nothing.

    One step may call for another (a blank that goes may let an accent join its letter), so it is done until it rests.
    """
    plain = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return plain if plain == name else fold(plain)


def bigrams(folded: str) -> list[int]:
    """Of a folded name: each pair of neighbouring characters as one signed 32-bit number; exact for the basic plane.

    Characters beyond it share their low 16 bits with others: a hit is always verified against the text.
    """
    pairs = {(ord(one) & 0xFFFF) << 16 | (ord(two) & 0xFFFF) for one, two in pairwise(folded)}
    return sorted(pair - (1 << 32) if pair >= 1 << 31 else pair for pair in pairs)
