"""The shape of an answer about an identifier: its scheme, faults and warnings, and the sentences that explain them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Scheme(StrEnum):
    """Whose rules a code follows. An identity number is a person's: recognised only to be refused."""

    USCC = "USCC"
    ORGANISATION_CODE = "ORGANISATION_CODE"
    REGISTRATION_NUMBER = "REGISTRATION_NUMBER"
    LEI = "LEI"
    IDENTITY_NUMBER = "IDENTITY_NUMBER"


class CodeFault(StrEnum):
    """Why a code is not valid. Answers list them in this order."""

    MISSING = "MISSING"
    LENGTH = "LENGTH"
    IDENTITY_NUMBER = "IDENTITY_NUMBER"
    ALPHABET = "ALPHABET"
    DEPARTMENT = "DEPARTMENT"
    DIVISION_DIGITS = "DIVISION_DIGITS"
    CHECK_DIGIT = "CHECK_DIGIT"


class CodeWarning(StrEnum):
    """What deserves a second look without making a code invalid. Answers list them in this order."""

    UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
    INNER_CHECK = "INNER_CHECK"
    AMBIGUOUS_IDENTITY_NUMBER = "AMBIGUOUS_IDENTITY_NUMBER"


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The answer for one code: normalised text, or asterisks where it would show a person's identity number."""

    code: str
    valid: bool
    scheme: Scheme | None
    reasons: tuple[CodeFault, ...]
    warnings: tuple[CodeWarning, ...]


# What each fault and warning means and what to do about it, in Chinese and English.
SENTENCES: Final[Mapping[CodeFault | CodeWarning, tuple[str, str]]] = {
    CodeFault.MISSING: (
        "未填写代码。请填写18位统一社会信用代码。",
        "No code was given. Enter the 18-character unified social credit code.",
    ),
    CodeFault.LENGTH: (
        "代码位数不对：统一社会信用代码18位，组织机构代码9位，工商注册号15位，LEI 20位。请核对是否漏填或多填。",
        "The length fits no scheme: a unified social credit code has 18 characters, an organisation code 9, "
        "a registration number 15, an LEI 20. Look for a character left out or added.",
    ),
    CodeFault.IDENTITY_NUMBER: (
        "这是（或形似）公民身份号码，此处不受理也不保存，且不予显示。请改填该主体的统一社会信用代码。",
        "This is, or looks like, a citizen's identity number. It is neither accepted, kept nor shown here. "
        "Give the organisation's unified social credit code instead.",
    ),
    CodeFault.ALPHABET: (
        "含有该类代码不使用的字符：统一社会信用代码不使用字母I、O、Z、S、V，工商注册号只用数字，"
        "组织机构代码末位为数字或X，LEI末两位为数字。请核对是否把0写成O、1写成I、2写成Z。",
        "A character stands where this kind of code cannot have it: a unified social credit code never uses the "
        "letters I, O, Z, S, V; a registration number is digits only; an organisation code ends in a digit or X; "
        "an LEI ends in two digits. Look for O typed for 0, I for 1 or Z for 2.",
    ),
    CodeFault.DEPARTMENT: (
        "第1位不是登记管理部门代码（1至9、A、N、Y）。请对照登记证照核对。",
        "The first character names no registering department (1 to 9, A, N, Y). Compare it with the certificate.",
    ),
    CodeFault.DIVISION_DIGITS: (
        "第3至8位为登记管理机关行政区划码，应全为数字。请对照登记证照核对。",
        "Characters 3 to 8 are the division code of the registering authority and must be digits. "
        "Compare them with the certificate.",
    ),
    CodeFault.CHECK_DIGIT: (
        "校验码不符：至少有一位填错，或相邻两位颠倒。请对照登记证照逐位核对。",
        "The check character does not agree with the rest: a character is wrong, or two are swapped. "
        "Compare the code with the certificate, character by character.",
    ),
    CodeWarning.UNKNOWN_CATEGORY: (
        "第2位不是该登记管理部门已知的机构类别。代码可用，但请核实机构类别。",
        "The second character is no known category of that department. The code is usable; confirm what kind of body "
        "this is.",
    ),
    CodeWarning.INNER_CHECK: (
        "第9至17位（主体标识码）自身的校验码不符。个别已发代码即如此，代码可用，但请对照登记证照核对。",
        "Characters 9 to 17 fail their own check as an organisation code. Some issued codes do; "
        "compare this one with the certificate.",
    ),
    CodeWarning.AMBIGUOUS_IDENTITY_NUMBER: (
        "该代码有效，但同时符合公民身份号码的规则。请确认其属于组织，而非个人。",
        "The code is valid, but also fits the rules of a citizen's identity number. "
        "Confirm that it belongs to an organisation and not to a person.",
    ),
}
