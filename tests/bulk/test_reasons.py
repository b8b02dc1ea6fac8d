"""What a reason says: the field, the form of the cell without its value, the article, and the way out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bulk.samples import PENALTY, catalogue, check
from xinshu.bulk.reasons import SENTENCES, RowFault, by_article, shape
from xinshu.proceedings.intake.settling import NOT_OURS
from xinshu.register.records.actions import Held
from xinshu.register.subjects.actions import Unmatched
from xinshu.register.subjects.decisions import Refusal


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        ("2026-02-30", "9999-99-99"),
        ("91999999TE5T00075D", "9×8AA9A9×5A"),
        ("11010519491231002X", "9×17A"),
        ("示罚 1号", "文文␣9文"),
        ("１３８", "999"),
        ("a\tb\u200b", "A␣A␣"),
        ("", ""),
    ],
)
def test_the_form_of_a_cell(cell: str, form: str):
    assert shape(cell) == form


@given(st.text(max_size=60))
def test_a_form_tells_no_character_of_a_word_or_number(cell: str):
    signs = re.sub(r"×[0-9]+", "×", shape(cell))  # how often a sign stands there is no character of the cell
    assert not set(signs) & {mark for mark in cell if mark.isalnum()} - set("9A文×")
    assert len(shape(cell)) < 120


@pytest.mark.parametrize("code", [*RowFault, *Held, *Unmatched, NOT_OURS], ids=str)
def test_every_fault_has_its_article(code: str):
    """Protected matter has its own, which its sentence names."""
    zh, en = by_article(str(code), catalogue())
    if code == RowFault.PROTECTED_MATTER:
        assert (zh, en) == ("", "")
        assert "{law_zh}" in SENTENCES[RowFault.PROTECTED_MATTER][0]
    else:
        assert "《" in zh
        assert en.startswith(" By ")


@pytest.mark.parametrize("code", [*Held, *Unmatched, NOT_OURS], ids=str)
def test_what_the_register_says_stands_in_the_catalogue(code: str):
    rule = catalogue().returns[str(code)]
    assert rule.zh.endswith("。")
    assert rule.en.endswith(".")


def test_no_article_is_stated_for_a_fault_that_nobody_knows():
    known = {str(code) for code in (*RowFault, *Held, *Unmatched, *Refusal, NOT_OURS)}
    assert set(catalogue().returns) <= known


def test_a_returned_row_says_all_of_it(tmp_path):
    checked = check(tmp_path, [{**PENALTY, "CF_JDRQ": "2026-02-30"}])
    ((reason,),) = [row.reasons for row in checked.returned]
    assert reason.zh.startswith("“CF_JDRQ”不是存在的日期")
    assert "所填形式：9999-99-99" in reason.zh
    assert reason.zh.endswith("依据：《公共信用信息数据元（GB/T 39445-2020）》有关规定。")
    assert "2026-02-30" not in str(reason)
