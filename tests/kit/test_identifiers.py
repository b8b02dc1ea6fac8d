"""Identifiers: published vectors, python-stdnum as oracle where it is right, and properties of the check characters."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import lei
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10, mod_97_10

from xinshu.kit.identifier_schemes import CATEGORIES, DIGITS, LETTERS_AND_DIGITS, USCC_ALPHABET, USCC_WEIGHTS
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

# Real public bodies (to test arithmetic only), then made-up codes.
VALID = [
    "91350100M000100Y43",
    "9144030071526726XG",
    "914403001922038216",
    "91330100799655058B",
    "91110000802100433B",
    "11230500001755309F",
    "91230500MA1B3N1N2M",
    "91320105780688132K",
    "9111000071093123XX",
    "919999990000002110",
    "91999999000010030B",
    "9199999900001009XB",
    "51999999TE5T00008K",
    "N2999999TE5T00008Y",
    "Y1999999TE5T00008R",
]
IDENTITY_NUMBER = "11010519491231002X"  # the example of GB 11643-1999

FULL_WIDTH = {ord(character): ord(character) + 0xFEE0 for character in LETTERS_AND_DIGITS}


def text_of(alphabet: str, size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=size, max_size=size)


@st.composite
def first_17(draw: st.DrawFn) -> str:
    department = draw(st.sampled_from(sorted(CATEGORIES)))
    category = draw(st.sampled_from(CATEGORIES[department]))
    organisation = draw(text_of(USCC_ALPHABET, 8))
    check = organisation_check_character(organisation)
    return department + category + draw(text_of(DIGITS, 6)) + organisation + check


valid_codes = first_17().map(lambda first17: first17 + uscc_check_character(first17))


@st.composite
def identity_stems(draw: st.DrawFn) -> str:
    """Division and birth date: what a person's number starts with."""
    day = draw(st.dates(min_value=date(1870, 1, 1), max_value=date(2099, 12, 31)))
    return str(draw(st.integers(110000, 829999))) + f"{day:%Y%m%d}"


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    first17 = draw(identity_stems()) + draw(text_of(DIGITS, 3))
    return first17 + identity_check_character(first17)


@st.composite
def ambiguous_numbers(draw: st.DrawFn) -> str:
    """A person's number that is a valid code of an organisation too: one sequence in 31 or so."""
    stem = draw(identity_stems())
    both = [
        first17 + identity_check_character(first17)
        for first17 in (f"{stem}{sequence:03}" for sequence in range(1000))
        if identity_check_character(first17) == uscc_check_character(first17)
    ]
    return draw(st.sampled_from(both))


def with_outer_check(first17: str) -> str:
    return first17 + uscc_check_character(first17)


# The unified social credit code


@pytest.mark.parametrize("code", VALID)
def test_valid_vectors(code):
    answer = check_code(code)
    assert (answer.code, answer.valid, answer.scheme, answer.reasons) == (code, True, Scheme.USCC, ())
    assert CodeWarning.INNER_CHECK not in answer.warnings


@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("", [CodeFault.MISSING]),
        (" \t-\u3000", [CodeFault.MISSING]),
        ("91350100M000100Y4Z", [CodeFault.ALPHABET]),  # the mistake of those who skip the outer remainder
        ("91350100M000100Y44", [CodeFault.CHECK_DIGIT]),
        ("91350100M000100Y4", [CodeFault.LENGTH]),
        ("91350100M000100Y433", [CodeFault.LENGTH]),
        ("9111000060003IOZSV", [CodeFault.ALPHABET]),
        ("A1110000600037341L", [CodeFault.CHECK_DIGIT]),
        (with_outer_check("01350100M000100Y4"), [CodeFault.DEPARTMENT]),
        (with_outer_check("B1350100M000100Y4"), [CodeFault.DEPARTMENT]),
        (with_outer_check("913A0100M000100Y4"), [CodeFault.DIVISION_DIGITS]),
        (with_outer_check("9135010AM000100Y4"), [CodeFault.DIVISION_DIGITS]),
        ("😀1350100M000100Y43", [CodeFault.ALPHABET, CodeFault.DEPARTMENT]),
        ("Z13O01００M000100Y43", [CodeFault.ALPHABET, CodeFault.DEPARTMENT, CodeFault.DIVISION_DIGITS]),
        ("٩1350100M000100Y43", [CodeFault.ALPHABET, CodeFault.DEPARTMENT]),  # another script's digits are not folded
    ],
)
def test_invalid_vectors_say_why(code, reasons):
    answer = check_code(code)
    assert not answer.valid
    assert list(answer.reasons) == reasons


@pytest.mark.parametrize("department", sorted(CATEGORIES))
def test_every_department_is_accepted_and_an_unknown_category_only_warned_of(department):
    for category in USCC_ALPHABET:
        answer = check_code(with_outer_check(f"{department}{category}110000600037341"))
        assert answer.valid
        known = category in CATEGORIES[department]
        assert answer.warnings == (() if known else (CodeWarning.UNKNOWN_CATEGORY,))


def test_departments_and_categories_are_those_of_the_standard():
    known = """11 12 13 19 21 29 31 32 33 34 35 39 41 49 51 52 53 54 59 61 62 69
        71 72 79 81 89 91 92 93 A1 A9 N1 N2 N3 N9 Y1"""
    assert [department + category for department in CATEGORIES for category in CATEGORIES[department]] == known.split()


def test_a_failing_inner_check_is_only_a_warning():
    answer = check_code(with_outer_check("91350100M000100Y5"))
    assert answer.valid
    assert answer.warnings == (CodeWarning.INNER_CHECK,)


def test_both_checks_failing_point_at_the_organisation_code():
    answer = check_code("91350100M000101Y43")
    assert answer.reasons == (CodeFault.CHECK_DIGIT,)
    assert answer.warnings == (CodeWarning.INNER_CHECK,)


@given(first_17().map(lambda text: text[:16]))
def test_a_sum_of_zero_gives_the_check_character_0(first16):
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first16, USCC_WEIGHTS, strict=False))
    seventeenth = next(c for i, c in enumerate(USCC_ALPHABET) if (total + i * USCC_WEIGHTS[16]) % 31 == 0)
    assert uscc_check_character(first16 + seventeenth) == "0"
    assert check_code(first16 + seventeenth + "0").valid


@given(valid_codes, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_every_single_substitution_is_caught(code, place, other):
    assume(code[place] != other)
    damaged = code[:place] + other + code[place + 1 :]
    answer = check_uscc(damaged)
    assert not answer.valid
    assert answer.scheme is Scheme.IDENTITY_NUMBER or CodeFault.CHECK_DIGIT in answer.reasons


@given(valid_codes, st.integers(0, 15))
def test_every_swap_of_neighbours_before_the_check_is_caught(code, place):
    assume(code[place] != code[place + 1])
    assert not check_uscc(code[:place] + code[place + 1] + code[place] + code[place + 2 :]).valid


@given(valid_codes, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_stdnum_agrees_where_the_first_eight_are_digits(code, place, other):
    for text in (code, code[:place] + other + code[place + 1 :]):
        if text[:8].isdigit():
            assert check_uscc(text).valid == (uscc.is_valid(text) and text[0] != "0")
            assert uscc.calc_check_digit(text) == uscc_check_character(text[:17])


def test_bare_arithmetic_refuses_what_it_cannot_value():
    for bad in ("", "91350100M000100Y", "91350100M000100Y43", "91350100M000100YZ", "91350100m000100Y4"):
        with pytest.raises(ValueError):  # noqa: PT011
            uscc_check_character(bad)
    for function, bad in (
        (organisation_check_character, "1234567"),
        (registration_check_digit, "1" * 13),
        (registration_check_digit, "1" * 15),
        (lei_check_digits, "A" * 17),
        (lei_check_digits, "A" * 19),
        (identity_check_character, "1" * 18),
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            function(bad)


# Writing


@pytest.mark.parametrize(
    "raw",
    [
        "91350100m000100y43",
        " 91350100M000100Y43\r\n",
        "9135 0100 M000 100Y 43",
        "91350100-M000100Y4-3",
        "\ufeff91350100M000100Y43\u00a0",
        "91350100\u2014M000100Y4\u22123\u200b",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "９１３５０１００ｍ０００１００ｙ４３\u3000",
    ],
)
def test_the_same_code_written_otherwise(raw):
    assert check_code(raw) == check_code("91350100M000100Y43")


@given(valid_codes, st.sampled_from(["", " ", "-", "\u3000", "－", "\t", "\u200b"]), st.booleans(), st.booleans())
def test_writing_does_not_change_the_answer(code, between, wide, lower):
    raw = between.join(code.translate(FULL_WIDTH) if wide else code)
    assert check_code(raw.lower() if lower else raw) == check_code(code)


@given(st.text())
def test_any_text_has_an_answer_in_order(raw):
    answer = check_code(raw)
    assert answer.valid == (not answer.reasons)
    assert list(answer.reasons) == [fault for fault in CodeFault if fault in answer.reasons]
    assert answer.code in {normalise(raw), "*" * len(normalise(raw))}


# Other schemes


@pytest.mark.parametrize("code", ["600037341", "60003734-1", "71093123X", "M000100Y4", "00001003０"])
def test_organisation_codes(code):
    answer = check_code(code)
    assert answer.valid
    assert answer.scheme is Scheme.ORGANISATION_CODE


@given(text_of(LETTERS_AND_DIGITS, 8), st.sampled_from(LETTERS_AND_DIGITS))
def test_one_check_character_is_right_for_an_organisation_code(first8, ninth):
    right = organisation_check_character(first8)
    answer = check_organisation_code(first8 + ninth)
    assert answer.valid == (ninth == right)
    expected = CodeFault.CHECK_DIGIT if ninth in "0123456789X" else CodeFault.ALPHABET
    assert answer.reasons == (() if ninth == right else (expected,))


@given(text_of(DIGITS, 14), st.sampled_from(DIGITS))
def test_registration_numbers_follow_iso_7064_mod_11_10(first14, last):
    assert registration_check_digit(first14) == mod_11_10.calc_check_digit(first14)
    answer = check_registration_number(first14 + last)
    assert answer.valid == mod_11_10.is_valid(first14 + last)
    assert answer.scheme in {Scheme.REGISTRATION_NUMBER, Scheme.IDENTITY_NUMBER}


def test_a_registration_number_holds_digits_only():
    assert check_code("11000000001234A").reasons == (CodeFault.ALPHABET,)


@given(text_of(LETTERS_AND_DIGITS, 18), text_of(DIGITS, 2))
def test_lei_follows_iso_7064_mod_97_10(first18, last):
    right = lei_check_digits(first18)
    assert right == mod_97_10.calc_check_digits(first18)
    assert check_lei(first18 + right).valid
    assume(last not in {"00", "01", "99"})  # stdnum takes these for 97, 98 and 02; the standard ends at 98
    assert check_lei(first18 + last).valid == lei.is_valid(first18 + last)


@pytest.mark.parametrize(
    ("check", "scheme"),
    [
        (check_uscc, Scheme.USCC),
        (check_organisation_code, Scheme.ORGANISATION_CODE),
        (check_registration_number, Scheme.REGISTRATION_NUMBER),
        (check_lei, Scheme.LEI),
    ],
)
def test_asked_for_one_scheme_the_answer_stays_in_it(check, scheme):
    assert (check("").scheme, check("").reasons) == (scheme, (CodeFault.MISSING,))
    assert (check("1234").scheme, check("1234").reasons) == (scheme, (CodeFault.LENGTH,))


# Identity numbers of persons


def test_the_standard_identity_number_is_recognised_and_refused():
    assert is_identity_number(IDENTITY_NUMBER)
    answer = check_code(IDENTITY_NUMBER)
    assert not answer.valid
    assert (answer.code, answer.scheme) == ("*" * 18, Scheme.IDENTITY_NUMBER)
    assert (answer.reasons, answer.warnings) == ((CodeFault.IDENTITY_NUMBER,), ())


@given(identity_numbers())
def test_identity_check_agrees_with_stdnum(number):
    assert is_identity_number(number)
    assert ric.calc_check_digit(number) == number[17]


@pytest.mark.parametrize("day", ["19490230", "20010229", "19490431", "19491301", "19490100", "00011231", "21000101"])
def test_no_identity_number_without_a_possible_birth_date(day):
    first17 = "110105" + day + "002"
    assert not is_identity_number(first17 + identity_check_character(first17))


@given(identity_numbers(), st.sampled_from(DIGITS + "X"))
def test_no_identity_number_with_a_wrong_check(number, last):
    assert is_identity_number(number[:17] + last) == (last == number[17])


@given(
    identity_numbers(), st.sampled_from(["{}", " {} ", "身份证:{}", "{}（法定代表人）", "A{}", "{}1"]), st.booleans()
)
def test_an_invalid_code_never_shows_an_identity_number(number, frame, wide):
    raw = frame.format(number.translate(FULL_WIDTH) if wide else number.lower())
    for check in (check_code, check_uscc, check_organisation_code, check_registration_number, check_lei):
        answer = check(raw)
        if not answer.valid:
            assert set(answer.code) == {"*"}
            assert answer.scheme is Scheme.IDENTITY_NUMBER
            assert number not in repr(answer)


@given(ambiguous_numbers())
def test_a_code_that_is_an_identity_number_too_is_an_organisations_only_with_its_inner_check(number):
    """Both checks right by chance is one number of a person in 341; with one alone it is taken as the person's."""
    assert is_identity_number(number)
    answer = check_code(number)
    if organisation_check_character(number[8:16]) == number[16]:
        assert (answer.code, answer.valid, answer.scheme) == (number, True, Scheme.USCC)
        assert answer.warnings[-1] is CodeWarning.AMBIGUOUS_IDENTITY_NUMBER
    else:
        assert (answer.code, answer.reasons) == ("*" * 18, (CodeFault.IDENTITY_NUMBER,))
        assert number not in repr(answer)


def test_both_answers_to_an_ambiguous_number_occur():
    def answered(inner):
        for stem in (f"11010519{year}{day}" for year in range(50, 90) for day in ("0101", "1231")):
            for sequence in range(1000):
                first17 = f"{stem}{sequence:03}"
                same = identity_check_character(first17) == uscc_check_character(first17)
                if same and (organisation_check_character(first17[8:16]) == first17[16]) is inner:
                    return check_code(first17 + uscc_check_character(first17))
        raise AssertionError("none found")

    assert answered(True).valid
    assert not answered(False).valid


def test_the_old_identity_number_is_recognised_by_its_date():
    assert is_old_identity_number("110105491231002")
    assert is_old_identity_number("１１０１０５ 491231 002")
    assert not is_old_identity_number("110105490231002")
    assert not is_old_identity_number("010105491231002")
    stem = "11010549123100"
    for last in DIGITS:
        answer = check_code(stem + last)
        if last == registration_check_digit(stem):
            assert answer.valid
            assert answer.warnings == (CodeWarning.AMBIGUOUS_IDENTITY_NUMBER,)
        else:
            assert (answer.code, answer.reasons) == ("*" * 15, (CodeFault.IDENTITY_NUMBER,))


# Sentences and real codes


@pytest.mark.parametrize("note", [*CodeFault, *CodeWarning])
def test_every_note_has_a_sentence_in_both_languages(note):
    chinese, english = SENTENCES[note]
    assert chinese.endswith("。")
    assert english.endswith(".")
    assert english.isascii()
    assert len(SENTENCES) == len(CodeFault) + len(CodeWarning)


def rows_of(name: str) -> list[dict[str, str]]:
    path = CODES / name
    if not path.exists():
        pytest.skip(f"no {name} beside the repository: real codes are not tested")
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_real_codes():
    rows = rows_of("uscc_real_vectors.csv")
    assert len(rows) > 200
    for row in rows:
        answer = check_code(row["uscc"])
        assert answer.valid == (row["check_digit"] == "valid"), row
        if answer.valid:
            assert (CodeWarning.INNER_CHECK in answer.warnings) == (row["orgcode_check_ok"] == "no"), row


def test_real_lei():
    rows = [row for row in rows_of("other_id_vectors.csv") if row["scheme"] == "LEI"]
    assert len(rows) >= 100
    for row in rows:
        assert check_code(row["value"]).valid, row
        assert check_code(row["value"]).scheme is Scheme.LEI
