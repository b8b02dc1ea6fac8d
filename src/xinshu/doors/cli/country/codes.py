"""Codes of authorities that do not exist: right by arithmetic, and no body's or person's."""

from random import Random
from typing import Final

from xinshu.kit.identifier_schemes import DIGITS, USCC_ALPHABET
from xinshu.kit.identifiers import (
    identity_check_character,
    organisation_check_character,
    registration_check_digit,
    uscc_check_character,
)

MADE_UP: Final = "99"
"""No province has this number (GB/T 2260): with it begin every division and authority made here."""

NOWHERE: Final = "999999"
LETTER_PAIRS: Final = {"1": "MB", "5": "MJ", "9": "MA", "N": "MF", "Y": "MC"}


def social_credit_code(rng: Random, prefix: str, division: str, *, inner_sound: bool = True) -> str:
    """A valid unified social credit code (GB 32100-2015); without `inner_sound` it earns the inner-check warning.

    The letters in its middle keep it from ever being a citizen's identity number.
    """
    if not division.startswith(MADE_UP):
        raise ValueError(f"{division} may be a real division")
    main = LETTER_PAIRS[prefix[0]] + "".join(rng.choices(USCC_ALPHABET, k=6))
    inner = organisation_check_character(main)
    if not inner_sound:
        inner = DIGITS[(DIGITS + "X").index(inner) - 1]
    first17 = prefix + division + main + inner
    return first17 + uscc_check_character(first17)


def registration_number(rng: Random, division: str) -> str:
    """A valid legacy registration number that cannot be taken for an old identity number (its month is above 12)."""
    first14 = division + "".join(rng.choices(DIGITS, k=2)) + rng.choice("23456789") + "".join(rng.choices(DIGITS, k=5))
    return first14 + registration_check_digit(first14)


def identity_number(rng: Random) -> str:
    """What passes for an identity number and is nobody's, since its division does not exist: for intake to drop."""
    born = f"{rng.randint(1955, 2001)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    first17 = f"{NOWHERE}{born}{rng.randint(1, 999):03}"
    return first17 + identity_check_character(first17)
