"""The bodies of the country: of every kind a code can tell, most of them enterprises."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from xinshu.doors.cli.country.codes import registration_number, social_credit_code
from xinshu.doors.cli.country.names import CITY_DIVISION, DISTRICTS, body_name, person
from xinshu.law.subject_kinds import subject_kind_of
from xinshu.law.terms import SubjectKind

SHARES: Final = {
    "91": 62,
    "92": 16,
    "93": 6,
    "51": 2,
    "52": 4,
    "53": 1,
    "12": 3,
    "11": 2,
    "N2": 2,
    "N3": 1,
    "Y1": 1,
}
"""First two characters of the code (GB 32100-2015), and how many of a hundred bodies have them."""

UNSOUND_INSIDE: Final = 0.01
WITHOUT_NEW_CODE: Final = 0.08
"""Of individual businesses: still known by their old registration number only."""


@dataclass(frozen=True, slots=True)
class Body:
    """A made-up body. `code` is empty where only the old registration number is known."""

    code: str
    registration_number: str
    name: str
    brand: str
    kind: SubjectKind
    representative: str

    @property
    def known_by(self) -> str:
        """The code that a record names it by."""
        return self.code or self.registration_number


def bodies(rng: Random, count: int) -> list[Body]:
    """That many bodies with codes and names of their own; each kind occurs as soon as there are eleven."""
    codes: set[str] = set()
    names: set[str] = set()
    made: list[Body] = []
    for prefix in _prefixes(rng, count):
        body = next(one for one in _drawn(rng, prefix) if one.known_by not in codes and one.name not in names)
        codes.add(body.known_by)
        names.add(body.name)
        made.append(body)
    return made


def _prefixes(rng: Random, count: int) -> list[str]:
    every = list(SHARES)
    rest = rng.choices(every, weights=list(SHARES.values()), k=max(0, count - len(every)))
    prefixes = [*every, *rest][:count]
    rng.shuffle(prefixes)
    return prefixes


def _drawn(rng: Random, prefix: str) -> Iterator[Body]:
    while True:
        division = rng.choice((CITY_DIVISION, *DISTRICTS))
        name, brand = body_name(rng, prefix, division)
        code = social_credit_code(rng, prefix, division, inner_sound=rng.random() >= UNSOUND_INSIDE)
        old = prefix == "92" and rng.random() < WITHOUT_NEW_CODE
        number = registration_number(rng, division) if old else ""
        yield Body("" if old else code, number, name, brand, subject_kind_of(code), person(rng))
