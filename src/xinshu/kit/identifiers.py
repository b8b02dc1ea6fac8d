"""Is this a code, of which scheme, and if not, why not: the answer for one identifier of an organisation."""

import unicodedata
from collections.abc import Callable, Mapping
from string import ascii_lowercase
from typing import Final, TypeVar

from xinshu.kit import identifier_schemes as schemes
from xinshu.kit.identifier_answers import SENTENCES, CodeCheck, CodeFault, CodeWarning, Scheme
from xinshu.kit.identifier_schemes import (
    identity_check_character,
    lei_check_digits,
    organisation_check_character,
    registration_check_digit,
    uscc_check_character,
)

__all__ = [
    "DROPPED",
    "SENTENCES",
    "CodeCheck",
    "CodeFault",
    "CodeWarning",
    "Scheme",
    "check_code",
    "check_lei",
    "check_organisation_code",
    "check_registration_number",
    "check_uscc",
    "identity_check_character",
    "is_identity_number",
    "is_old_identity_number",
    "lei_check_digits",
    "normalise",
    "organisation_check_character",
    "registration_check_digit",
    "uscc_check_character",
]

Note = TypeVar("Note", CodeFault, CodeWarning)

# Blanks, hyphens and marks without width: taken out wherever they stand. The Unicode blanks all lie below U+3001.
DROPPED: Final = (
    "".join(chr(point) for point in range(0x3001) if chr(point).isspace())
    + "-\u00ad\u200b\u200c\u200d\u2010\u2011\u2012\u2013\u2014\u2015\u2060\u2212\ufeff"
)
_FOLD: Final = dict.fromkeys(map(ord, DROPPED)) | {ord(letter): letter.upper() for letter in ascii_lowercase}


def normalise(raw: str) -> str:
    """The code as it is compared and kept: full-width folded (NFKC), no blanks or hyphens, Latin letters upper."""
    if raw.isascii() and raw.isalnum():
        return raw.upper()
    return unicodedata.normalize("NFKC", raw).translate(_FOLD)


def is_identity_number(text: str) -> bool:
    """Whether the text is an 18-character citizen identity number (GB 11643-1999) with a real birth date."""
    return schemes.has_identity_form(normalise(text))


def is_old_identity_number(text: str) -> bool:
    """Whether the text may be a 15-digit identity number of before 2013; it has no check digit, so this is a guess."""
    return schemes.has_old_identity_form(normalise(text))


def check_code(raw: str) -> CodeCheck:
    """The answer for a code of any scheme, which its length tells; with no such length `scheme` is None."""
    code = normalise(raw)
    check = _CHECK_BY_LENGTH.get(len(code))
    if check is not None:
        return check(code)
    return _answer(code, None, (CodeFault.LENGTH if code else CodeFault.MISSING,))


def check_uscc(raw: str) -> CodeCheck:
    """The answer for a unified social credit code (GB 32100-2015), whatever its length."""
    return _of_length(schemes.USCC_LENGTH, Scheme.USCC, normalise(raw))


def check_organisation_code(raw: str) -> CodeCheck:
    """The answer for an organisation code (GB 11714-1997), whatever its length."""
    return _of_length(schemes.ORGANISATION_CODE_LENGTH, Scheme.ORGANISATION_CODE, normalise(raw))


def check_registration_number(raw: str) -> CodeCheck:
    """The answer for a legacy 15-digit business registration number (GB/T 17710), whatever its length."""
    return _of_length(schemes.REGISTRATION_NUMBER_LENGTH, Scheme.REGISTRATION_NUMBER, normalise(raw))


def check_lei(raw: str) -> CodeCheck:
    """The answer for a legal entity identifier (ISO 17442), whatever its length."""
    return _of_length(schemes.LEI_LENGTH, Scheme.LEI, normalise(raw))


def _of_length(length: int, scheme: Scheme, code: str) -> CodeCheck:
    if len(code) == length:
        return _CHECK_BY_LENGTH[length](code)
    return _answer(code, scheme, (CodeFault.LENGTH if code else CodeFault.MISSING,))


def _answer(
    code: str, scheme: Scheme | None, faults: tuple[CodeFault, ...], warnings: tuple[CodeWarning, ...] = ()
) -> CodeCheck:
    # Every answer passes here, so that no invalid code ever leaves with an identity number in it.
    personal = schemes.has_identity_form(code) or schemes.has_old_identity_form(code)
    # One person's number in 31 passes the outer check by chance; with the inner one wrong it is the person's.
    chance = personal and CodeWarning.INNER_CHECK in warnings
    if chance or (faults and (personal or schemes.holds_identity_form(code))):
        return CodeCheck("*" * len(code), False, Scheme.IDENTITY_NUMBER, (CodeFault.IDENTITY_NUMBER,), ())
    if personal:
        warnings += (CodeWarning.AMBIGUOUS_IDENTITY_NUMBER,)
    return CodeCheck(code, not faults, scheme, faults, warnings)


def _uscc(code: str) -> CodeCheck:
    in_alphabet = _all_in(code, schemes.USCC_ALPHABET)
    categories = schemes.CATEGORIES.get(code[0])
    faults = (
        (CodeFault.ALPHABET, not in_alphabet),
        (CodeFault.DEPARTMENT, categories is None),
        (CodeFault.DIVISION_DIGITS, not _all_in(code[2:8], schemes.DIGITS)),
        (CodeFault.CHECK_DIGIT, in_alphabet and uscc_check_character(code[:17]) != code[17]),
    )
    warnings = (
        (CodeWarning.UNKNOWN_CATEGORY, categories is not None and code[1] not in categories),
        (CodeWarning.INNER_CHECK, in_alphabet and organisation_check_character(code[8:16]) != code[16]),
    )
    return _answer(code, Scheme.USCC, _found(faults), _found(warnings))


def _organisation_code(code: str) -> CodeCheck:
    in_alphabet = _all_in(code[:8], schemes.LETTERS_AND_DIGITS) and code[8] in schemes.ORGANISATION_CHECKS
    wrong = in_alphabet and organisation_check_character(code[:8]) != code[8]
    return _plain(code, Scheme.ORGANISATION_CODE, in_alphabet=in_alphabet, wrong=wrong)


def _registration_number(code: str) -> CodeCheck:
    in_alphabet = _all_in(code, schemes.DIGITS)
    wrong = in_alphabet and registration_check_digit(code[:14]) != code[14]
    return _plain(code, Scheme.REGISTRATION_NUMBER, in_alphabet=in_alphabet, wrong=wrong)


def _lei(code: str) -> CodeCheck:
    in_alphabet = _all_in(code[:18], schemes.LETTERS_AND_DIGITS) and _all_in(code[18:], schemes.DIGITS)
    wrong = in_alphabet and lei_check_digits(code[:18]) != code[18:]
    return _plain(code, Scheme.LEI, in_alphabet=in_alphabet, wrong=wrong)


def _plain(code: str, scheme: Scheme, *, in_alphabet: bool, wrong: bool) -> CodeCheck:
    faults = ((CodeFault.ALPHABET, not in_alphabet), (CodeFault.CHECK_DIGIT, wrong))
    return _answer(code, scheme, _found(faults))


def _found(tests: tuple[tuple[Note, bool], ...]) -> tuple[Note, ...]:
    return tuple(note for note, found in tests if found)


def _all_in(text: str, alphabet: str) -> bool:
    return set(text) <= set(alphabet)


_CHECK_BY_LENGTH: Final[Mapping[int, Callable[[str], CodeCheck]]] = {
    schemes.USCC_LENGTH: _uscc,
    schemes.ORGANISATION_CODE_LENGTH: _organisation_code,
    schemes.REGISTRATION_NUMBER_LENGTH: _registration_number,
    schemes.LEI_LENGTH: _lei,
}
