"""Days, amounts and choices: the columns read them as a person with the rule in hand would."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulk.samples import catalogue
from xinshu.bulk.values import MONEY, as_choice, as_choices, as_date, as_money

CHOICES = {name: vocabulary.choices for name, vocabulary in catalogue().vocabularies.items()}
FORMS = ["{0.year:04}-{0.month:02}-{0.day:02}", "{0.year:04}-{0.month}-{0.day}", "{0.year:04}/{0.month}/{0.day}",
         "{0.year:04}/{0.month:02}/{0.day:02}", "{0.year:04}.{0.month}.{0.day:02}", "{0.year:04}{0.month:02}{0.day:02}",
         "{0.year:04}年{0.month}月{0.day}日", "{0.year:04}年{0.month:02}月{0.day:02}日"]  # fmt: skip
MIDNIGHTS = ["", " 00:00", " 0:00", " 00:00:00", " 0:00:00", "T00:00:00", " 00:00:00.0", " 00:00:00.000000"]


def read(expression: pl.Expr, cells: list[str | None]) -> list[object]:
    return pl.DataFrame({"cell": cells}, schema={"cell": pl.String}).select(expression).to_series().to_list()


@settings(deadline=None)
@given(st.lists(st.tuples(st.dates(date(1, 1, 1)), st.sampled_from(FORMS), st.sampled_from(MIDNIGHTS)), min_size=1))
def test_every_form_of_a_day_is_read(days: list[tuple[date, str, str]]):
    cells = [form.format(day) + midnight for day, form, midnight in days]
    assert read(as_date(pl.col("cell")), cells) == [day for day, _, _ in days]


@settings(deadline=None)
@given(year=st.integers(1, 9999), month=st.integers(0, 99), day=st.integers(0, 99))
def test_a_day_that_does_not_exist_is_none(year: int, month: int, day: int):
    try:
        wanted = date(year, month, day)
    except ValueError:
        wanted = None
    forms = (f"{year:04}-{month:02}-{day:02}", f"{year:04}{month:02}{day:02}", f"{year:04}年{month}月{day}日")
    assert read(as_date(pl.col("cell")), list(forms)) == [wanted] * 3


@pytest.mark.parametrize(
    "cell",
    [None, "", "2026", "2026-05", "26-05-06", "2026-05/06", "2026/05.06", "2026-5-6 12:00", "2026-05-06T", "2026-05-06 x",
     "-2026-05-06", "2026-05-006", "2026 05 06", "06/05/2026", "２０２６-05-06", "2026年5月6", "46148", "20260506000000"],
)  # fmt: skip
def test_what_is_no_day(cell: str | None):
    assert read(as_date(pl.col("cell")), [cell]) == [None]


@settings(deadline=None)
@given(st.lists(st.decimals(0, 10**8, places=6), min_size=1))
def test_amounts_are_exact_to_the_sixth_place(amounts: list[Decimal]):
    assert read(as_money(pl.col("cell")), [f"{amount:f}" for amount in amounts]) == amounts
    frame = pl.DataFrame({"cell": ["1"]}).select(as_money(pl.col("cell")))
    assert frame.schema["cell"] == MONEY


@pytest.mark.parametrize(
    "cell", [None, "", "1,000", "-1", "+1", "1e3", ".5", "5.", "1 000", "１", "0x1", "NaN", "inf", "1_0"]
)
def test_what_is_no_plain_number(cell: str | None):
    assert read(as_money(pl.col("cell")), [cell]) == [None]


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_is_known_by_each_of_its_names(name: str):
    choices = CHOICES[name]
    said = [(spelling, key) for key, choice in choices.items()
            for spelling in (key, key.lower(), choice.name_zh, f" {choice.name_en} ", *choice.spellings)]  # fmt: skip
    cells = [spelling for spelling, _ in said]
    assert read(as_choice(pl.col("cell"), choices), cells) == [key for _, key in said]
    assert read(as_choice(pl.col("cell"), choices), ["没有这一项", None]) == [None, None]
    assert read(as_choices(pl.col("cell"), choices), cells) == [[key] for _, key in said]


@settings(deadline=None)
@given(
    keys=st.lists(st.sampled_from(sorted(CHOICES["PENALTY"])), min_size=1),
    mark=st.sampled_from([";", "；", "、", ",", "，", "\n", " ; ", ";;"]),
)
def test_several_choices_come_sorted_and_once(keys: list[str], mark: str):
    said = mark.join(CHOICES["PENALTY"][key].name_zh for key in keys)
    assert read(as_choices(pl.col("cell"), CHOICES["PENALTY"]), [said, said + mark]) == [sorted(set(keys))] * 2


def test_a_name_that_holds_a_mark_is_one_choice():
    cell = "公示信息隐瞒真实情况、弄虚作假"
    assert read(as_choices(pl.col("cell"), CHOICES["ABNORMAL_GROUND"]), [cell]) == [["FALSE_INFORMATION"]]


@pytest.mark.parametrize("cell", ["其他-备案", "其他－年检（自定义）", "其他：甲", "其他—甲-乙"])
def test_words_of_the_senders_own_after_a_dash_are_other(cell: str):
    assert read(as_choice(pl.col("cell"), CHOICES["LICENCE_CATEGORY"]), [cell]) == ["OTHER"]
    assert read(as_choice(pl.col("cell"), CHOICES["LICENCE_CATEGORY"]), [cell.replace("其他", "普通")]) == [None]
