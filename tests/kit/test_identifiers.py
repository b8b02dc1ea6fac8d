"""Identifiers: published vectors, python-stdnum as oracle where it is right, and properties of the check characters."""

import csv
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import lei
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10, mod_97_10

from xinshu.kit.identifier_schemes import CATEGORIES, LETTERS_AND_DIGITS, USCC_ALPHABET, USCC_WEIGHTS
from xinshu.kit.identifiers import (
    SENTENCES,
    CodeFault,
    CodeWarning,
    Scheme,
    check_code,
    check_lei,
    check_organisation_code,
    check_registration_number,
    check_uscc,
    identity_check_character,
    is_identity_number,
    is_old_identity_number,
    lei_check_digits,
    normalise,
    organisation_check_character,
    registration_check_digit,
    uscc_check_character,
)

CODES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "codes"

# Real public bodies (they test arithmetic only) and made-up ones: GB 32100-2015 as computed by hand.
VALID = """91350100M000100Y43 9144030071526726XG 914403001922038216 91330100799655058B 91110000802100433B
11230500001755309F 91230500MA1B3N1N2M 91320105780688132K 9111000071093123XX 919999990000002110 91999999000010030B
9199999900001009XB 51999999TE5T00008K N2999999TE5T00008Y Y1999999TE5T00008R""".split()
IDENTITY_NUMBER = "11010519491231002X"  # GB 11643-1999's own example

digits = st.text("0123456789", min_size=1)


def text_of(alphabet: str, size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=size, max_size=size)


@st.composite
def valid_codes(draw: st.DrawFn) -> str:
    department = draw(st.sampled_from(sorted(CATEGORIES)))
    category = draw(st.sampled_from(CATEGORIES[department]))
    organisation = draw(text_of(USCC_ALPHABET, 8))
    first17 = (
        department
        + category
        + draw(text_of("0123456789", 6))
        + organisation
        + organisation_check_character(organisation)
    )
    return first17 + uscc_check_character(first17)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    day = draw(st.dates(min_value=st_date(1870), max_value=st_date(2099))).strftime("%Y%m%d")
    division = str(draw(st.integers(110000, 829999)))
    first17 = division + day + draw(text_of("0123456789", 3))
    return first17 + identity_check_character(first17)


def st_date(year: int):
    from datetime import date

    return date(year, 1, 1)
