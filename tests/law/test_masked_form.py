"""What a mark withholds: never more than the public form is left, what may name someone is gone, the reader is told."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.catalogue import shipped
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRule, FieldType
from xinshu.law.public_form import MARKED, MARKS, TELLING, masked, may_name_someone
from xinshu.law.terms import ClaimCause, Mark

CATALOGUE = shipped()
NEW = frozenset({"mark"})
OTHERS = frozenset({"other_marks"})
STAYS = frozenset({"ref", "kind", "organ", "decided_on", "shown_from", "shown_until", "repair_from", "regime", "basis"})
SECRET = "示例甲某在其店内"


def catalogue() -> Catalogue:
    return CATALOGUE


def form(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "ref": "a-reference",
        "kind": kind,
        "severity": "ORDINARY",
        "document_number": "示市监罚〔2026〕0001号",
        "organ": {"code": "11999999TE5T001041", "name": "示范市市场监督管理局"},
        "decided_on": date(2026, 9, 30).isoformat(),
        "shown_from": "2026-11-23",
        "shown_until": "2027-09-30",
        "repair_from": "2026-12-31",
        "regime": "ORDER_36",
        "basis": {"id": "NDRC-36", "article": "9"},
        "why": {"zh": "依据", "en": "By"},
        "fields": fields,
    }


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Any]:
    """A form of any kind of the shipped catalogue, with any of its fields, and one that it does not know."""
    kind = draw(st.sampled_from(sorted(catalogue().kinds)))
    names = draw(st.lists(st.sampled_from([*catalogue().kinds[kind].fields, "LEFT_THE_CATALOGUE"]), unique=True))
    values = st.sampled_from(["", SECRET, "0.35", "2026-09-30"]) | st.lists(st.sampled_from(["A", "B"]), max_size=2)
    return form(kind, {name: draw(values) for name in names})


def is_part(less: Any, more: Any) -> bool:
    """Whether everything that is said stands in the other, too; what is withheld is empty."""
    if less in (None, "", [], {}):
        return True
    if isinstance(less, dict):
        return isinstance(more, dict) and all(
            name in more and is_part(value, more[name]) for name, value in less.items()
        )
    return bool(less == more)


CLAIMS = sorted(set(Mark) - TELLING)
some = st.sets(st.sampled_from(Mark))
marks = st.builds(lambda claim, others: {claim} | others, st.sampled_from(CLAIMS), some)
"""At least one that withholds something."""


@given(forms(), marks)
def test_a_masked_form_says_nothing_that_the_public_form_does_not(whole: dict[str, Any], under: set[Mark]) -> None:
    less = masked(whole, under, catalogue(), "说明")
    assert is_part({name: value for name, value in less.items() if name not in NEW | OTHERS}, whole)
    assert less.keys() - OTHERS == whole.keys() | NEW
    assert {name: less[name] for name in STAYS} == {name: whole[name] for name in STAYS}


@given(forms(), marks)
def test_what_may_name_someone_is_gone_under_every_mark(whole: dict[str, Any], under: set[Mark]) -> None:
    rules = catalogue().kinds[whole["kind"]].fields
    left = masked(whole, under, catalogue())["fields"]
    assert [name for name in left if name not in rules or may_name_someone(rules[name])] == []


@given(forms(), marks)
def test_a_record_of_another_body_tells_nothing_of_its_matter(whole: dict[str, Any], under: set[Mark]) -> None:
    less = masked(whole, under | {Mark.BODY_CLAIMED}, catalogue())
    assert (less["fields"], less["document_number"], less["severity"]) == ({}, "", None)


@given(forms(), st.sets(st.sampled_from(sorted(TELLING))))
def test_marks_that_only_tell_withhold_nothing(whole: dict[str, Any], telling: set[Mark]) -> None:
    told = masked(whole, telling, catalogue(), "说明")
    assert {name: told[name] for name in whole} == whole
    assert told["statement"] == "说明"
    codes = [told["mark"]["code"], *(other["code"] for other in told.get("other_marks", []))] if "mark" in told else []
    assert codes == [mark for mark in reversed(Mark) if mark in telling - {Mark.STATED}]


@given(forms(), marks)
def test_more_marks_never_show_more(whole: dict[str, Any], under: set[Mark]) -> None:
    least = masked(whole, under, catalogue())
    for mark in under:
        assert is_part(least["fields"], masked(whole, {mark}, catalogue())["fields"])


@pytest.mark.parametrize("cause", ClaimCause)
@pytest.mark.parametrize("upheld", [False, True])
def test_the_gravest_mark_speaks_in_both_languages(cause: ClaimCause, upheld: bool) -> None:
    mark = MARKS[cause][upheld]
    said = masked(form("ADMIN_PENALTY", {}), {mark}, catalogue())["mark"]
    assert (said["code"], said["zh"], said["en"]) == (
        mark,
        catalogue().sentences[mark].zh,
        catalogue().sentences[mark].en,
    )
    both = masked(form("ADMIN_PENALTY", {}), {mark, Mark.BODY_CLAIMED, Mark.NAME_WITHHELD}, catalogue())["mark"]["code"]
    assert both == (mark if cause is ClaimCause.BODY else Mark.BODY_CLAIMED)


def test_an_edition_without_the_sentence_says_it_in_general_words() -> None:
    older = replace(catalogue(), sentences={})
    said = masked(form("ADMIN_PENALTY", {}), {Mark.NAME_CLAIMED}, older)["mark"]
    assert (said["zh"], said["en"]) == (MARKED.zh, MARKED.en)


def test_of_a_penalty_the_facts_go_and_the_official_words_stay() -> None:
    """Names of bodies and organs, numbers, days, choices and amounts stay; prose goes."""
    fields = {
        "CF_WFSS": SECRET,
        "CF_NR": SECRET,
        "CF_YJ": SECRET,
        "CF_XDR_MC": "云汀示例商贸有限公司",
        "CF_CFLB": ["FINE"],
    }
    left = masked(form("ADMIN_PENALTY", fields), {Mark.NAME_CLAIMED}, catalogue())
    assert SECRET not in str(left)
    assert left["fields"] == {"CF_XDR_MC": "云汀示例商贸有限公司", "CF_CFLB": ["FINE"]}
    assert left["document_number"] == "示市监罚〔2026〕0001号"


@pytest.mark.parametrize("kind", [kind for kind in FieldType if kind is not FieldType.TEXT])
def test_a_choice_number_day_or_code_names_nobody_unless_it_is_prose(kind: FieldType) -> None:
    rule = {"name_zh": "一", "name_en": "one", "type": kind}
    assert not may_name_someone(FieldRule(**rule))
    assert may_name_someone(FieldRule(**rule, free_text=True))
