"""The arithmetic of each identifier scheme: alphabets, weights and check characters, over text already normalised."""

import re
from datetime import date
from typing import Final

DIGITS: Final = "0123456789"
LETTERS_AND_DIGITS: Final = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# GB 32100-2015. The two alphabets differ: 31 characters for the code, all 36 for the organisation code inside it.
USCC_LENGTH: Final = 18
USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
# Registering department (position 1) -> its known categories (position 2). Departments add categories by notice,
# so a category that is not here is worth a warning and never a refusal.
CATEGORIES: Final = {
    "1": "1239",  # staffing office
    "2": "19",  # foreign affairs
    "3": "123459",  # justice
    "4": "19",  # culture
    "5": "12349",  # civil affairs
    "6": "129",  # tourism
    "7": "129",  # religion
    "8": "19",  # trade unions
    "9": "123",  # market regulation
    "A": "19",  # the armed forces
    "N": "1239",  # agriculture
    "Y": "1",  # any other
}

ORGANISATION_CODE_LENGTH: Final = 9
ORGANISATION_CODE_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECKS: Final = DIGITS + "X"

REGISTRATION_NUMBER_LENGTH: Final = 15
LEI_LENGTH: Final = 20

IDENTITY_NUMBER_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_NUMBER_CHECKS: Final = "10X98765432"
# The first cards (1984) have no bearer born before 1870. No clock is asked, so the end is a far one.
BIRTH_YEARS: Final = range(1870, 2100)
_IDENTITY_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_IDENTITY_NUMBER_ANYWHERE = re.compile(r"(?=([1-9][0-9]{16}[0-9X]))")
_OLD_IDENTITY_NUMBER = re.compile(r"[1-9][0-9]{14}")


def _weighted_sum(text: str, alphabet: str, weights: tuple[int, ...]) -> int:
    return sum(alphabet.index(character) * weight for character, weight in zip(text, weights, strict=True))


def uscc_check_character(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015).

    Raises ValueError unless given 17 characters of `USCC_ALPHABET`.
    """
    # The outer remainder matters: a sum of 0 gives the character 0, there is no 32nd character.
    return USCC_ALPHABET[-_weighted_sum(first17, USCC_ALPHABET, USCC_WEIGHTS) % 31]


def organisation_check_character(first8: str) -> str:
    """The 9th character of an organisation code (GB 11714-1997): a digit or X.

    Raises ValueError unless given 8 of the digits and capital letters.
    """
    return ORGANISATION_CHECKS[-_weighted_sum(first8, LETTERS_AND_DIGITS, ORGANISATION_CODE_WEIGHTS) % 11]


def registration_check_digit(first14: str) -> str:
    """The 15th digit of a legacy registration number (GB/T 17710, ISO 7064 MOD 11,10).

    Raises ValueError unless given 14 digits.
    """
    remainder = 10
    for digit, _ in zip(first14, range(REGISTRATION_NUMBER_LENGTH - 1), strict=True):
        remainder = ((remainder + DIGITS.index(digit)) % 10 or 10) * 2 % 11
    return DIGITS[(1 - remainder) % 10]


def lei_check_digits(first18: str) -> str:
    """The last two digits of a legal entity identifier (ISO 17442, ISO 7064 MOD 97-10): 02 to 98.

    Raises ValueError unless given 18 of the digits and capital letters.
    """
    values = (str(LETTERS_AND_DIGITS.index(character)) for character, _ in zip(first18, range(18), strict=True))
    return f"{98 - int(''.join(values) + '00') % 97:02}"


def identity_check_character(first17: str) -> str:
    """The 18th character of a citizen identity number (GB 11643-1999): a digit or X.

    Raises ValueError unless given 17 digits.
    """
    return IDENTITY_NUMBER_CHECKS[_weighted_sum(first17, DIGITS, IDENTITY_NUMBER_WEIGHTS) % 11]


def has_identity_form(code: str) -> bool:
    """Whether an upper-case code is an 18-character citizen identity number: digits, birth date and check agree."""
    return (
        _IDENTITY_NUMBER.fullmatch(code) is not None
        and int(code[6:10]) in BIRTH_YEARS
        and _is_day(code[6:14])
        and identity_check_character(code[:17]) == code[17]
    )


def has_old_identity_form(code: str) -> bool:
    """Whether a code is shaped like the 15-digit identity number abolished in 2013, which has no check digit."""
    return _OLD_IDENTITY_NUMBER.fullmatch(code) is not None and _is_day("19" + code[6:12])


def holds_identity_form(code: str) -> bool:
    """Whether an 18-character citizen identity number stands anywhere in the text."""
    return any(has_identity_form(found[1]) for found in _IDENTITY_NUMBER_ANYWHERE.finditer(code))


def _is_day(eight_digits: str) -> bool:
    try:
        date(int(eight_digits[:4]), int(eight_digits[4:6]), int(eight_digits[6:]))
    except ValueError:
        return False
    return True
