"""Codes in columns and codes one by one: bulk and kit give equal answers for every input."""

import random

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xinshu.bulk.codes import ROWS_AT_ONCE, check_codes, check_digits_ok
from xinshu.kit.identifier_schemes import CATEGORIES, DIGITS, LETTERS_AND_DIGITS, USCC_ALPHABET
from xinshu.kit.identifiers import (
    DROPPED,
    check_code,
    identity_check_character,
    lei_check_digits,
    organisation_check_character,
    registration_check_digit,
    uscc_check_character,
)

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
VALID = ["91350100M000100Y43", "Y1999999TE5T00008R"]
ASCII = "".join(map(chr, range(0x80)))


def text_of(alphabet: str, size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=size, max_size=size)


@st.composite
def valid_codes(draw: st.DrawFn) -> str:
    department = draw(st.sampled_from(sorted(CATEGORIES)))
    organisation = draw(text_of(USCC_ALPHABET, 8))
    inner = draw(st.sampled_from([organisation_check_character(organisation), "7", "A"]))
    category = draw(st.sampled_from([*CATEGORIES[department], *USCC_ALPHABET]))
    first17 = department + category + draw(text_of(DIGITS, 6)) + organisation + inner
    return first17 + uscc_check_character(first17)


@st.composite
def dated_numbers(draw: st.DrawFn) -> str:
    """Digits with a day where a person's number has it; the last agrees with the person's check, the code's or none."""
    day = f"{draw(st.dates()):%Y%m%d}".rjust(8, "0")
    century = draw(st.sampled_from([day[:2], "18", "19", "20"]))
    first17 = draw(text_of(DIGITS, 6)) + century + day[2:] + draw(text_of(DIGITS, 3))
    return first17 + draw(
        st.sampled_from([identity_check_character(first17), uscc_check_character(first17), "0", "x", "I"])
    )


def both_numbers() -> list[str]:
    """Numbers that are a person's by every rule and an organisation's by every rule."""
    stems = (f"11010519491231{sequence:03}" for sequence in range(1000))
    return [s + identity_check_character(s) for s in stems if identity_check_character(s) == uscc_check_character(s)]


other_schemes = st.one_of(
    text_of(LETTERS_AND_DIGITS, 8).map(lambda text: text + organisation_check_character(text)),
    text_of(DIGITS, 14).map(lambda text: text + registration_check_digit(text)),
    text_of(LETTERS_AND_DIGITS, 18).map(lambda text: text + lei_check_digits(text)),
    text_of(DIGITS, 15),
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    code = draw(valid_codes() | dated_numbers())
    place = draw(st.integers(0, 17))
    return code[:place] + draw(st.sampled_from(ASCII) | st.characters(codec="utf-8")) + code[place + 1 :]


@st.composite
def rewritten(draw: st.DrawFn) -> str:
    code = draw(valid_codes() | dated_numbers() | other_schemes)
    if draw(st.booleans()):
        code = code.lower()
    if draw(st.booleans()):
        code = code.translate(FULL_WIDTH)
    place = draw(st.integers(0, len(code)))
    return code[:place] + draw(st.sampled_from([*DROPPED, ""])) + code[place:]


# Strings that happen to be 18 bytes long without being 18 characters, or without being a code at all.
eighteen_bytes = st.sampled_from(["中国信用信枢", "😀😀😀😀ab", "９１３５０１", "\0" * 18, " " * 18, "é" * 9, "-" * 18])
raw_codes = st.one_of(
    st.none(),
    valid_codes(),
    valid_codes().map(str.lower),
    damaged(),
    rewritten(),
    dated_numbers(),
    st.sampled_from(both_numbers()),
    other_schemes,
    eighteen_bytes,
    text_of(ASCII, 18),
    text_of(USCC_ALPHABET.lower() + USCC_ALPHABET, 18),
    st.text(),
)


def by_kit(raw: str | None) -> dict[str, object]:
    answer = check_code(raw or "")
    return {
        "code": answer.code,
        "valid": answer.valid,
        "scheme": answer.scheme,
        "reasons": list(answer.reasons),
        "warnings": list(answer.warnings),
    }


def digit_ok(raw: str | None) -> bool:
    return (
        raw is not None
        and len(raw) == 18
        and set(raw) <= set(USCC_ALPHABET)
        and raw[17] == uscc_check_character(raw[:17])
    )


@given(st.lists(raw_codes, max_size=30))
@example([])
@example([None])
@example(both_numbers())
@settings(max_examples=300)
def test_bulk_answers_as_kit_does(codes):
    column = pl.Series("codes", codes, dtype=pl.String)
    assert check_codes(column).to_dicts() == [by_kit(raw) for raw in codes]
    assert check_digits_ok(column).to_list() == [digit_ok(raw) for raw in codes]


def test_every_byte_at_every_place():
    """All that the tables say of one character, with plain neighbours, in both cases of every letter."""
    for code in ("91350100M000100Y43", "n2999999te5t00008y", "Y1999999TE5T00008R", "11010519491231002X"):
        codes = [code[:place] + chr(byte) + code[place + 1 :] for place in range(18) for byte in range(0x80)]
        column = pl.Series(codes)
        assert check_codes(column).to_dicts() == [by_kit(raw) for raw in codes]
        assert check_digits_ok(column).to_list() == [digit_ok(raw) for raw in codes]


def test_every_pair_of_the_first_two():
    characters = LETTERS_AND_DIGITS + "any"
    stems = [first + second + "110000600037341" for first in characters for second in characters]
    codes = [stem + check for stem in stems for check in "L0"]
    codes += [stem + uscc_check_character(stem) for stem in stems if set(stem) <= set(USCC_ALPHABET)]
    assert check_codes(pl.Series(codes)).to_dicts() == [by_kit(raw) for raw in codes]


def mixed_codes(rows: int) -> list[str | None]:
    choose = random.Random(7)
    codes: list[str | None] = []
    for _ in range(rows):
        code = "91" + "".join(choose.choices(DIGITS, k=6)) + "".join(choose.choices(USCC_ALPHABET, k=9))
        code += uscc_check_character(code)
        codes.append(choose.choices([code, code.lower(), code[:-1] + "0", f" {code}", None], [90, 4, 3, 2, 1])[0])
    return codes


def test_more_rows_than_one_block_in_slices_and_chunks():
    codes = mixed_codes(ROWS_AT_ONCE * 2 + 77)
    expected = [by_kit(raw) for raw in codes]
    whole = pl.Series("codes", codes)
    before = whole.clone()
    assert check_codes(whole).to_dicts() == expected
    assert whole.equals(before, null_equal=True), "the given column is not changed"
    assert check_codes(whole.slice(5, ROWS_AT_ONCE + 1)).to_dicts() == expected[5 : 5 + ROWS_AT_ONCE + 1]
    chunked = pl.concat([whole.head(100), whole.slice(100)], rechunk=False)
    assert chunked.n_chunks() == 2
    assert check_codes(chunked).to_dicts() == expected
    assert check_digits_ok(chunked).to_list() == [digit_ok(raw) for raw in codes]


@pytest.mark.parametrize("rows", [0, 3])
def test_a_column_of_nulls_without_a_type(rows):
    column = pl.Series("codes", [None] * rows)
    assert check_codes(column).to_dicts() == [by_kit(None)] * rows
    assert check_digits_ok(column).to_list() == [False] * rows


def test_the_shape_of_the_answer_does_not_depend_on_the_rows():
    shapes = {tuple(check_codes(pl.Series(rows, dtype=pl.String)).schema.items()) for rows in ([], ["x"], VALID)}
    assert len(shapes) == 1
    assert check_digits_ok(pl.Series("codes", VALID)).name == "codes"
