"""Subjects: codes and names over time, one body with several codes, one code with several bodies, search by name."""

from datetime import date

import polars as pl
import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import OTHER_SUBJECT, SUBJECT, body, noon
from xinshu.law.terms import SubjectKind
from xinshu.register.subjects.models import Subject, SubjectCode, SubjectDetail, SubjectName
from xinshu.register.subjects.names import bigrams, fold, folded, keys_of
from xinshu.register.subjects.queries import described, details_of, found_by_name, known, known_bodies, named_by

AT = noon(date(2026, 11, 23)).instant


@pytest.mark.django_db
def test_an_old_code_still_names_the_body_and_the_present_one_is_told() -> None:
    reference = body(SUBJECT, name="云汀示例商贸有限公司")
    old = {"scheme": "REGISTRATION_NUMBER", "code": "110108000000016", "valid_until": date(2016, 1, 1)}
    SubjectCode.objects.create(subject_id=reference, recorded_at=AT, **old)
    (row,) = named_by("110108000000016")
    assert (row.subject, row.code) == (reference, SUBJECT)


@pytest.mark.django_db
def test_one_code_may_name_several_bodies() -> None:
    first = body(SUBJECT, name="云汀示例商贸有限公司")
    second = Subject.objects.create(kind=SubjectKind.ENTERPRISE, recorded_at=AT)
    SubjectCode.objects.create(subject=second, scheme="USCC", code=SUBJECT, recorded_at=AT)
    assert [row.subject for row in named_by(SUBJECT)] == [first, second.id]
    assert known([SUBJECT])[SUBJECT].subjects == (first, second.id)


@pytest.mark.django_db
def test_a_former_name_finds_the_body_under_its_present_one() -> None:
    reference = body(SUBJECT, name="云汀示例商贸有限公司")
    SubjectName.objects.create(
        subject_id=reference,
        name="云汀旧名贸易行",
        valid_until=date(2020, 1, 1),
        folded=fold("云汀旧名贸易行"),
        bigrams=bigrams("云汀旧名贸易行"),
        recorded_at=AT,
    )
    (found,) = found_by_name("旧名贸易", most=10)
    assert (found.subject, found.name, found.is_present, found.place) == (reference, "云汀旧名贸易行", False, 2)
    (row,) = described([reference])
    assert row.name == "云汀示例商贸有限公司"


@pytest.mark.parametrize(
    ("text", "found"),
    [("示例", True), ("例商贸有", True), ("示 例", True), ("例示", False), ("示", False), ("", False)],
)
@pytest.mark.django_db
def test_a_part_of_a_name_finds_it(text: str, found: bool) -> None:
    reference = body(SUBJECT, name="云汀示例商贸有限公司")
    assert [named.subject for named in found_by_name(text, most=10)] == ([reference] if found else [])


@pytest.mark.parametrize("text", ["示例（云汀）", "示例(云汀)", "ａｂｃ", "Abc"])
@pytest.mark.django_db
def test_forms_of_a_sign_do_not_matter(text: str) -> None:
    reference = body(SUBJECT, name="示例（云汀）ABC有限公司")
    assert [named.subject for named in found_by_name(text, most=10)] == [reference]


@given(st.text(max_size=60))
def test_folding_a_folded_name_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.django_db
def test_an_individual_business_is_not_found_by_name() -> None:
    body(OTHER_SUBJECT, name="云汀示例甲面馆", kind=SubjectKind.INDIVIDUAL_BUSINESS)
    assert found_by_name("示例甲面馆", most=10) == ()


@pytest.mark.django_db
def test_details_hold_for_their_days_and_never_overlap() -> None:
    reference = body(SUBJECT)
    dated = {"subject_id": reference, "attribute": "DIVISION", "recorded_at": AT}
    SubjectDetail.objects.create(value="990101", valid_until=date(2020, 1, 1), **dated)
    SubjectDetail.objects.create(value="990102", valid_from=date(2020, 1, 1), **dated)
    assert details_of(reference) == {"DIVISION": "990102"}
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectDetail.objects.create(value="990103", valid_from=date(2019, 12, 31), **dated)


@given(st.text(max_size=40))
def test_every_part_of_two_characters_is_in_the_index_of_the_whole(name: str) -> None:
    text = fold(name)
    whole = set(bigrams(text))
    assert all(-(2**31) <= pair < 2**31 for pair in whole)
    for start in range(len(text) - 1):
        assert set(bigrams(text[start : start + 2])) <= whole


@given(
    st.lists(
        st.text(st.sampled_from("示例商贸有限公司（）() AaＡé\u0301𠮷ﬃ") | st.characters(exclude_categories=["Cs"]))
    )
)
def test_names_are_folded_and_cut_by_columns_as_one_by_one(names: list[str]) -> None:
    found = folded(pl.Series(names, dtype=pl.String))
    assert found.to_list() == [fold(name) for name in names]
    assert all(set(bigrams(text)) <= set(keys) for text, keys in zip(found, keys_of(found).to_list(), strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ['云汀“甲”, "乙"有限公司', "云汀\n甲乙有限公司", " 前后有空 ", "\\N", "NULL", "'", "12.50", "2026-01-01", "true"],
)
def test_a_name_comes_back_by_columns_as_it_was_stored(name: str) -> None:
    reference = body(SUBJECT, name=name)
    found = known_bodies(pl.Series([SUBJECT, OTHER_SUBJECT]))
    assert found.rows() == [(SUBJECT, reference, name)]
    assert known_bodies(pl.Series([OTHER_SUBJECT])).rows() == known_bodies(pl.Series([], dtype=pl.String)).rows() == []
