"""Planted secrets: valid by form, made up anew for each run, so that whatever is found was written by this run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from stdnum import luhn

from tests.hostile.making import identity_number
from xinshu.kit.identifiers import check_uscc

WIDE: Final = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is looked for afterwards; `planted` counts where each was put."""

    identity: str
    minor: str
    phone: str
    card: str
    home: str
    passport: str
    planted: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for name in ("identity", "minor", "phone", "card", "home", "passport"):
            yield name, getattr(self, name)


def made_up(random: Random) -> Secrets:
    """Six secrets that nobody has."""

    def digits(count: int) -> str:
        return "".join(random.choice("123456789") for _ in range(count))

    def identity() -> str:
        # One in 341 is also a sound code of an organisation in both its checks, and stands as one (docs/adr/0006).
        while True:
            day = f"19{random.randint(60, 89)}{random.randint(10, 12)}{random.randint(10, 28)}"
            found = identity_number(day, digits(3))
            if not check_uscc(found).valid:
                return found

    stem = "62220212" + digits(10)
    return Secrets(
        identity=identity(),
        minor=identity_number(f"201{random.randint(2, 6)}{random.randint(10, 12)}{random.randint(10, 28)}", digits(3)),
        phone="138" + digits(8),
        card=stem + luhn.calc_check_digit(stem),
        home=f"示例市示例区示例路{digits(5)}号{digits(3)}栋{digits(4)}室",
        passport="E" + digits(8),
    )


def spelt(secret: str) -> Mapping[str, str]:
    """The ways in which one secret may be written."""
    found = {"plain": secret}
    if re.fullmatch(r"[0-9X]{11,19}", secret):
        found["wide"] = secret.translate(WIDE)
        found["parted"] = " ".join(re.findall(r".{1,4}", secret))
        found["dashed"] = f"{secret[:3]}-{secret[3:7]}-{secret[7:]}"
    return found


def needles(secrets: Secrets) -> Mapping[bytes, str]:
    """Every spelling of every secret in every encoding, and in hexadecimal as PostgreSQL writes bytes."""
    found: dict[bytes, str] = {}
    for name, secret in secrets:
        for way, text in spelt(secret).items():
            for encoding in ENCODINGS:
                octets = text.encode(encoding)
                found[octets] = f"{name}, {way}, {encoding}"
                found[octets.hex().encode()] = f"{name}, {way}, {encoding}, hex"
    return found
