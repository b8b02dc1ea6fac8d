"""Search and suggestions: in what order, by what words, homonyms told apart, and nothing that is not shown."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import polars as pl
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import (
    OTHER_SUBJECT,
    SUBJECT,
    SUBJECT_NAME,
    TODAY,
    accepted,
    adopted_catalogue,
    body,
    document,
    noon,
)
from tests.parity.test_gate import made_up_code
from xinshu.law.terms import SubjectKind
from xinshu.register.records.queries import shown_json
from xinshu.register.subjects.models import SubjectCode, SubjectName
from xinshu.register.subjects.names import fold, keys_of
from xinshu.register.subjects.queries import named_by
from xinshu.uses.disclosure.search import Hit, looks_like_code, search, suggestions, too_general

pytestmark = pytest.mark.django_db
ENDED = date(2027, 10, 1)
NUMBERS = count(5000)


@pytest.fixture(autouse=True)
def catalogue() -> None:
    adopted_catalogue()


def shown(name: str, **changes: Any) -> str:
    """A body of that name of which something is shown today; its code."""
    number = next(NUMBERS)
    code = changes.pop("code", made_up_code(number))
    accepted(document(code=code, name=name, document_number=f"示〔2026〕{number}号", **changes))
    return code


def former_name(code: str, name: str) -> None:
    folded = fold(name)
    SubjectName.objects.create(
        subject_id=body(code),
        name=name,
        valid_until=date(2020, 1, 1),
        folded=folded,
        bigrams=keys_of(pl.Series([folded])).to_list()[0],
        recorded_at=noon(TODAY).instant,
    )


def codes(text: str, on_date: date = TODAY) -> list[str]:
    found = [hit.code for hit in search(text, on_date=on_date).hits]
    assert [hit.code for hit in suggestions(text, on_date=on_date)] == found[:8]
    return found


def the_hit(text: str) -> Hit:
    (hit,) = search(text, on_date=TODAY).hits
    return hit


def test_the_very_name_comes_first_then_what_begins_so_then_a_part_then_the_sound() -> None:
    held = shown("甲乙云汀丙有限公司")
    begun = shown("云汀丙丁有限公司")
    sound = shown("允廷丙有限公司")
    same = shown("云汀丙")
    assert codes("云汀丙") == [same, begun, held]
    assert codes("yuntingbing") == sorted([held, begun, sound, same])


def test_ties_go_by_code_and_never_by_what_is_recorded() -> None:
    found = [shown(f"云汀{sign}示例有限公司") for sign in "甲乙丙丁"]
    last = max(found)
    accepted(*(document(code=last, name="", document_number=f"示〔2026〕9{number}号") for number in range(3)))
    assert codes("云汀") == sorted(found)


def test_a_former_name_finds_the_body_and_is_told() -> None:
    code = shown("云汀新名商贸有限公司")
    former_name(code, "云汀旧号贸易行")
    hit = the_hit("旧号贸易")
    assert (hit.code, hit.name, hit.former) == (code, "云汀新名商贸有限公司", "云汀旧号贸易行")
    assert the_hit("jiuhaomaoyi").former == "云汀旧号贸易行"
    assert the_hit("云汀").former is None


def test_a_former_code_finds_the_body_by_its_beginning_under_its_present_code() -> None:
    code = shown(SUBJECT_NAME)
    old = {"scheme": "REGISTRATION_NUMBER", "code": "990100008000016", "valid_until": date(2016, 1, 1)}
    SubjectCode.objects.create(subject_id=body(code), recorded_at=noon(TODAY).instant, **old)
    assert codes("9901000080") == [code]


def test_homonyms_are_told_apart() -> None:
    """By code, place, and the day of establishment where a shown registration says it."""
    plain = shown("云汀同名有限公司")
    dated = shown("云汀同名有限公司", kind="ENTERPRISE_REGISTRATION", fields={"ESTABLISHED_ON": "2011-04-05"})
    hits = {hit.code: hit for hit in search("云汀同名", on_date=TODAY).hits}
    assert [hit.has_namesakes for hit in hits.values()] == [True, True]
    assert {hit.division for hit in hits.values()} == {"999999"}
    assert (hits[plain].established_on, hits[plain].decided_on) == (None, date(2026, 9, 30))
    assert hits[dated].established_on == date(2011, 4, 5)
    page = Client().get("/?q=云汀同名").content.decode()
    assert page.count("同名主体") == 2
    assert page.count("2011-04-05") == 1
    shown("云汀独名有限公司")
    assert the_hit("独名").has_namesakes is False


def test_a_namesake_of_which_nothing_is_shown_is_not_hinted_at() -> None:
    shown("云汀同名有限公司")
    body(made_up_code(next(NUMBERS)), name="云汀同名有限公司")
    hit = the_hit("云汀同名")
    assert hit.has_namesakes is False


def test_since_when_is_told_by_what_is_shown_alone() -> None:
    code = shown("云汀日期有限公司")
    never = {"severity": "MINOR", "penalties": ["WARNING"], "decided_on": date(2026, 5, 1)}
    accepted(document(code=code, document_number="示〔2026〕不公示号", **never))
    assert (the_hit("云汀日期").decided_on, the_hit("云汀日期").established_on) == (date(2026, 9, 30), None)


@pytest.mark.parametrize(
    "text",
    [
        *("有限公司", "有限责任公司", "限公司", "商贸", "科技有限公司", "集团", "北京", "重庆市", "北京市科技有限公司"),
        *("youxiangongsi", "keji", "chongqing", "zhongqing", "shang mao you xian gong si", "beijingk"),
    ],
)
def test_general_words_alone_find_nothing(text: str) -> None:
    shown("重庆市北京示科技商贸集团有限责任公司")
    shown("云汀示例商贸有限公司")
    assert codes(text) == []
    assert too_general(text, on_date=TODAY)


@pytest.mark.parametrize("text", ["云汀", "海科", "云汀科技", "yunting", "yuntingkeji", "北京云汀", "ab"])
def test_a_word_of_its_own_is_not_general(text: str) -> None:
    assert too_general(text, on_date=TODAY) is False


def test_the_very_name_is_found_though_it_is_general() -> None:
    code = shown("北京贸易集团公司")
    assert codes("北京贸易集团公司") == [code]
    assert codes("北京贸易集团") == []


def test_an_individual_business_and_a_representative_are_never_found() -> None:
    name = "云汀示例甲面馆"
    shown(name, code=OTHER_SUBJECT, subject_kind=SubjectKind.INDIVIDUAL_BUSINESS)
    shown(SUBJECT_NAME, code=SUBJECT)
    assert all(
        OTHER_SUBJECT not in codes(text) for text in (name, "甲面馆", "yuntingshili", "ytsl", OTHER_SUBJECT[:10])
    )
    assert codes("法定代表人") == codes("示例法定代表人") == []


@pytest.mark.parametrize(("text", "is_code"), [("91999999", True), ("9199 9999-0", True), ("9199999", False)])
def test_eight_signs_are_meant_as_a_code(text: str, is_code: bool) -> None:
    assert looks_like_code(text) is is_code
    assert not looks_like_code("云汀91999999")
    assert not looks_like_code("yuntingshifan")


def test_more_is_said_of_what_is_shown_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number of bodies that are known and not shown changes nothing."""
    shown("云汀甲示例有限公司")
    alone = search("云汀", on_date=TODAY)
    for number in range(6000, 6030):
        body(made_up_code(number), name=f"云汀{number}号有限公司")
    monkeypatch.setattr("xinshu.uses.disclosure.search.MOST_HITS", 20)
    assert search("云汀", on_date=TODAY) == alone
    assert alone.more is False


@pytest.mark.parametrize("form", ["/?q={}", "/suggest/?q={}"])
@pytest.mark.parametrize("pair", [("云汀示例", "无此名称"), ("yuntingshili", "tingyunlishi"), ("ytsl", "tlsy")])
def test_nothing_known_and_nothing_shown_are_the_same_bytes(form: str, pair: tuple[str, str]) -> None:
    hidden, unheard = pair
    body(SUBJECT, name="云汀示例商贸有限公司")
    said = [Client().get(form.format(text)) for text in pair]
    contents = [
        answer.content.replace(text.encode(), b"TEXT") for answer, text in zip(said, (hidden, unheard), strict=True)
    ]
    assert contents[0] == contents[1]
    assert {answer["Cache-Control"] for answer in said} == {"no-store"}


def test_half_a_code_that_is_hidden_is_like_one_unheard_of() -> None:
    body("91999999TE5T00075D", name=SUBJECT_NAME)
    said = [
        Client().get(f"/?q={text}").content.replace(text.encode(), b"") for text in ("91999999TE5T", "91999999TE6T")
    ]
    assert said[0] == said[1]
    assert "不是有效的代码" in said[0].decode()


HISTORIES = st.lists(
    st.fixed_dictionaries(
        {
            "decided_on": st.dates(date(2022, 1, 1), TODAY),
            "severity": st.sampled_from(["MINOR", "ORDINARY", "SERIOUS", None]),
            "subject_kind": st.sampled_from([SubjectKind.ENTERPRISE, SubjectKind.INDIVIDUAL_BUSINESS]),
        }
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=HISTORIES, later=st.integers(0, 1200))
def test_no_search_finds_a_body_of_which_nothing_is_shown(histories: list[dict[str, Any]], later: int) -> None:
    """Whatever was filed, on whatever day one asks, by every way to ask; and what is shown is found."""
    day = TODAY + timedelta(later)
    made = [(shown("云汀珺玥有限公司", **history), history["subject_kind"]) for history in histories]
    wanted = [
        code
        for code, kind in made
        if kind is not SubjectKind.INDIVIDUAL_BUSINESS
        and shown_json(subject=named_by(code)[0].subject, on_date=day) != "[]"
    ]
    for text in ("珺玥", "云汀珺玥有限公司", "junyue", "ytjy", made_up_code(1)[:8]):
        found = search(text, on_date=day)
        every = [hit.code for hit in found.hits]
        assert set(wanted) <= set(every) or found.total > len(every)
        assert {hit.code for hit in suggestions(text, on_date=day)} <= {
            hit.code for page in range(1, 4) for hit in search(text, on_date=day, page=page).hits
        }
        for code in every:
            (row,) = named_by(code)
            assert shown_json(subject=row.subject, on_date=day) != "[]"
            assert row.kind is not SubjectKind.INDIVIDUAL_BUSINESS
