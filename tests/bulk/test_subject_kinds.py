"""The kind of a subject, by its code."""

import polars as pl
import pytest

from tests.bulk.samples import code
from xinshu.kit.identifier_schemes import CATEGORIES
from xinshu.law.subject_kinds import KINDS_BY_PREFIX, subject_kind_of
from xinshu.law.terms import SubjectKind

# domain.md §1.1: registering department and category.
WANTED = {
    "11": "GOVERNMENT_BODY",
    "12": "PUBLIC_INSTITUTION",
    "13": "SOCIAL_ORGANISATION",
    "19": "OTHER_ORGANISATION",
    "21": "OTHER_ORGANISATION",
    "31": "OTHER_ORGANISATION",
    "51": "SOCIAL_ORGANISATION",
    "52": "SOCIAL_ORGANISATION",
    "53": "SOCIAL_ORGANISATION",
    "54": "OTHER_ORGANISATION",
    "71": "OTHER_ORGANISATION",
    "81": "OTHER_ORGANISATION",
    "91": "ENTERPRISE",
    "92": "INDIVIDUAL_BUSINESS",
    "93": "FARMERS_COOPERATIVE",
    "A1": "OTHER_ORGANISATION",
    "N1": "COLLECTIVE",
    "N2": "COLLECTIVE",
    "N3": "COLLECTIVE",
    "N9": "OTHER_ORGANISATION",
    "Y1": "OTHER_ORGANISATION",
}


@pytest.mark.parametrize(("prefix", "kind"), WANTED.items())
def test_the_first_two_characters_tell(prefix: str, kind: str):
    assert subject_kind_of(code(1, prefix)) is SubjectKind(kind)


def test_every_category_has_a_kind_and_no_code_is_a_courts():
    for department, categories in CATEGORIES.items():
        for category in categories:
            assert subject_kind_of(f"{department}{category}{'9' * 16}") is not SubjectKind.JUDICIAL_BODY
    assert {prefix[1] in CATEGORIES[prefix[0]] for prefix in KINDS_BY_PREFIX} == {True}


def test_columns_and_the_function_agree():
    prefixes = [department + category for department, found in CATEGORIES.items() for category in found]
    codes = [code(n, prefix) for n, prefix in enumerate(prefixes)]
    found = pl.Series(codes).str.slice(0, 2).replace_strict(KINDS_BY_PREFIX, default="OTHER_ORGANISATION")
    assert found.to_list() == [subject_kind_of(one).value for one in codes]
