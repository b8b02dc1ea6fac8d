"""Names by their sound: pinyin whole and begun, parted in several ways, initials, places read in their own way."""

from importlib import import_module
from itertools import product

import polars as pl
import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import OTHER_SUBJECT, SUBJECT, body
from xinshu.law.terms import SubjectKind
from xinshu.register.subjects.models import SubjectName
from xinshu.register.subjects.names import (
    bigrams,
    first_key,
    fold,
    initial_keys,
    keys_of,
    last_key,
    sound_keys,
)
from xinshu.register.subjects.queries import found_by_code, found_by_name, found_by_sound
from xinshu.register.subjects.sounds import READINGS, Way, has_initials, initials_of, sounds_at, ways

HAN = st.sampled_from("云汀示例重庆长沙厦门单县乐东商贸有限公司") | st.characters(
    min_codepoint=0x4E00, max_codepoint=0x9FFF
)
NAMES = st.lists(st.text(HAN | st.sampled_from("ab39（）𠮷Éé "), max_size=14), max_size=8)


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("yuntingshifan", {("yun", "ting", "shi", "fan")}),
        ("Yun Ting Shi-Fan", {("yun", "ting", "shi", "fan")}),
        ("yúntīng", {("yun", "ting")}),
        ("fangan", {("fang", "an"), ("fan", "gan")}),
        ("fan'gan", {("fan", "gan")}),
        ("xian", {("xi", "an")}),
        ("lüyou", {("lv", "you")}),
        ("ＹＵＮＴＩＮＧ", {("yun", "ting")}),
        ("yun", set()),
        ("云ting", set()),
        ("yun ting 3", set()),
        ("zzzz", set()),
        ("", set()),
    ],
)
def test_typed_letters_are_parted_into_syllables(text: str, parted: set[tuple[str, ...]]) -> None:
    assert {way.syllables for way in ways(text)} == parted
    assert all(not way.begun for way in ways(text))


def test_the_last_syllable_may_be_only_begun() -> None:
    assert ways("yuntingsh") == (Way(("yun", "ting"), "sh"),)
    assert sounds_at("甲云汀示范", Way(("yun", "ting"), "sh")) == 1
    assert sounds_at("云汀", Way(("yun", "ting"), "sh")) is None
    assert sounds_at("云汀例", Way(("yun", "ting"), "sh")) is None


@given(st.text("abcdefghinoxuv' ", max_size=100))
def test_no_typed_letters_take_long_or_make_many_ways(text: str) -> None:
    found = ways(text)
    assert len(found) <= 4
    plain = "".join(text.replace("'", " ").split())
    assert all("".join(way.syllables) + way.begun == plain for way in found)


@given(NAMES)
def test_every_way_to_ask_for_a_name_is_among_its_keys(names: list[str]) -> None:
    """By columns, as it is indexed; and one by one, as it is asked."""
    texts = [fold(name) for name in names]
    for text, keys in zip(texts, keys_of(pl.Series(texts, dtype=pl.String)).to_list(), strict=True):
        assert keys == sorted(set(keys))
        held = set(keys)
        assert set(bigrams(text)) <= held
        if len(text) >= 2:
            assert {first_key(text), last_key(text)} <= held
        for start in range(len(text) - 2):
            for said in product(*(READINGS.get(sign, ()) for sign in text[start : start + 3])):
                assert set(sound_keys(said)) <= held
        for letters in product(*(sorted(initials_of(sign)) for sign in text[:8])):
            if len(letters) >= 4:
                assert set(initial_keys("".join(letters))) <= held


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("重庆示例有限公司", "chongqing shili"),
        ("长沙示例有限公司", "changshashili"),
        ("厦门示例有限公司", "xiamenshili"),
        ("六安示例有限公司", "lu'an shili"),
        ("台州示例有限公司", "taizhou shili"),
        ("单县示例有限公司", "shanxianshili"),
        ("乐清示例有限公司", "yueqingshili"),
        ("番禺示例有限公司", "panyushili"),
        ("西藏示例有限公司", "xizangshili"),
        ("成都示例有限公司", "chengdushili"),
        ("蚌埠示例有限公司", "bengbushili"),
        ("绿地示例有限公司", "lvdishili"),
        ("云汀西安饭店", "xian"),
        ("云汀示例商贸有限公司", "shili shangmao"),
        ("云汀示例商贸有限公司", "ytsl"),
        ("云汀示例商贸有限公司", "YTSLSMYXGS"),
        ("长沙示例ABC有限公司", "csslabcyx"),
        ("长沙示例ABC有限公司", "zsslab"),
    ],
)
@pytest.mark.django_db
def test_a_name_is_found_by_its_sound(name: str, typed: str) -> None:
    reference = body(SUBJECT, name=name)
    assert [named.subject for named in found_by_sound(typed, most=10)] == [reference]


@pytest.mark.parametrize("typed", ["yun", "yts", "tsls", "shiliyun", "ytslsmyxgsx", "yuntingshan", "y", "''", "云汀"])
@pytest.mark.django_db
def test_what_is_said_otherwise_or_too_little_is_not_found(typed: str) -> None:
    body(SUBJECT, name="云汀示例商贸有限公司")
    assert found_by_sound(typed, most=10) == ()


@pytest.mark.django_db
def test_the_very_name_is_found_among_any_number_that_hold_it() -> None:
    """The limit is of each way to find one, so that what is nearest is never cut off."""
    for number in range(5):
        body(f"TEST{number}", name=f"甲{number}云汀示例贸易行")
    begun = body("TEST8", name="云汀示例贸易行分号")
    same = body("TEST9", name="云汀示例贸易行")
    found = [named.subject for named in found_by_name("云汀示例贸易行", most=1)]
    assert found[0] == same
    assert set(found[:2]) <= {same, begun}


@pytest.mark.django_db
def test_an_individual_business_is_not_found_by_sound_or_by_half_a_code() -> None:
    body(OTHER_SUBJECT, name="云汀示例甲面馆", kind=SubjectKind.INDIVIDUAL_BUSINESS)
    assert found_by_sound("yuntingshili", most=10) == found_by_sound("ytsl", most=10) == ()
    assert found_by_code(OTHER_SUBJECT[:12], most=10) == ()


@pytest.mark.parametrize(("begun", "found"), [(8, True), (12, True), (18, True), (7, False)])
@pytest.mark.django_db
def test_half_a_code_finds_the_body(begun: int, found: bool) -> None:
    reference = body(SUBJECT)
    assert found_by_code(SUBJECT[:begun], most=10) == ((reference,) if found else ())
    assert found_by_code(SUBJECT[:9] + "Z", most=10) == ()


def test_initials_are_of_the_beginning_alone() -> None:
    assert has_initials("长沙示例", "zssl")
    assert has_initials("长沙示例", "cssl")
    assert not has_initials("长沙示例", "sslc")


@pytest.mark.django_db
def test_the_migration_makes_the_keys_of_names_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """In more than one part; what is not searchable stays without."""
    migration = import_module("xinshu.register.subjects.migrations.0002_sounds")
    for number in range(5):
        body(f"TEST{number}", name=f"云汀示例{number}有限公司")
    withheld = body(OTHER_SUBJECT, name="云汀示例甲面馆", kind=SubjectKind.INDIVIDUAL_BUSINESS)
    made = dict(SubjectName.objects.values_list("name", "bigrams"))
    SubjectName.objects.update(bigrams=[])
    monkeypatch.setattr(migration, "PART", 2)
    with connection.schema_editor() as editor:
        migration.make_anew(apps, editor)
    assert dict(SubjectName.objects.values_list("name", "bigrams")) == made
    assert SubjectName.objects.get(subject_id=withheld).bigrams == []
    assert len(found_by_sound("yuntingshili", most=10)) == 5
