"""The shipped measures and lists: every row that is known stands there, used or not, and nothing used is in doubt."""

from itertools import chain

import pytest

from tests.law.test_cases import catalogue_with
from xinshu.law.catalogue import NATIONAL, Catalogue
from xinshu.law.doubts import RIGHTS, SCOPE_RANKS
from xinshu.law.list_rules import ListRule
from xinshu.law.measure_rules import SURE, Measure, class_of
from xinshu.law.public_form import law_phrase
from xinshu.law.reading import Rule
from xinshu.law.refusal_checks import LEGAL
from xinshu.law.terms import (
    ListExit,
    ListingStep,
    MeasureClass,
    Nature,
    Rank,
    Relation,
    Signer,
    Standing,
    TermKind,
    UseContext,
)

CATALOGUE: Catalogue = catalogue_with("{}")
NATIONAL_MEASURES = {name: found for name, found in CATALOGUE.measures.items() if CATALOGUE.layers[name] == NATIONAL}

FIRST, SECOND, THIRD = MeasureClass.CLASS_I, MeasureClass.CLASS_II, MeasureClass.CLASS_III
USED, NOT_USED = Standing.ACTIVE, Standing.INACTIVE

MEASURES = {
    "NO_FOOD_LICENCE": (FIRST, USED),
    "PROJECTS_NOT_APPROVED": (FIRST, USED),
    "WAGE_ARREARS_MARKET_ACCESS": (FIRST, NOT_USED),
    "LIMIT_SECURITIES_ISSUE": (FIRST, NOT_USED),
    "LIMIT_OFFICE": (FIRST, NOT_USED),
    "NO_PUBLIC_RECRUITMENT": (FIRST, NOT_USED),
    "FAST_TRACK_SERVICE": (None, USED),
    "PAPERS_TO_FOLLOW": (None, USED),
    "FEWER_INSPECTIONS": (None, USED),
    "EASIER_FINANCE": (None, USED),
    "LIMIT_GOVERNMENT_FUNDS": (SECOND, USED),
    "LIMIT_TAX_PREFERENCE": (SECOND, USED),
    "LIMIT_AWARDS": (SECOND, USED),
    "UNDER_KEY_SUPERVISION": (SECOND, USED),
    "NO_PAPERS_TO_FOLLOW": (SECOND, USED),
    "IN_CREDIT_REPORTS": (THIRD, USED),
    "PRUDENT_LENDING": (THIRD, USED),
    "WAGE_ARREARS_IN_TENDERS": (FIRST, USED),
    "MARKET_LISTS_IN_TENDERS": (FIRST, USED),
    "GRAVE_RECORD_IN_PROCUREMENT": (FIRST, USED),
    "TAX_RECORD_IN_PROCUREMENT": (FIRST, NOT_USED),
    "REPUTATION_IN_PROCUREMENT": (FIRST, NOT_USED),
    "PROCUREMENT_BAN": (FIRST, NOT_USED),
}

# Months of the term, the earliest repair in months, and whether it is used. None: until an event, or not known.
LISTS = {
    "COURT_DEFAULTERS": (None, None, USED),
    "MARKET_REGULATION_LIST": (36, 12, USED),
    "WAGE_ARREARS_LIST": (36, 6, USED),
    "TAX_LIST": (36, 6, USED),
    "WORK_SAFETY_LIST": (36, 12, USED),
    "CULTURE_TOURISM_LIST": (36, 12, NOT_USED),
    "GOVERNMENT_PROCUREMENT_LIST": (36, None, NOT_USED),
    "STATISTICS_LIST": (12, 6, NOT_USED),
    "CUSTOMS_LIST": (None, None, NOT_USED),
    "SOCIAL_ORGANISATION_LIST": (24, None, NOT_USED),
    "TELECOM_FRAUD_LIST": (36, None, NOT_USED),
    "REAL_ESTATE_LIST": (None, None, NOT_USED),
    "INTERNET_LIST": (None, None, NOT_USED),
    "LABOUR_MARKET_LIST": (None, None, NOT_USED),
    "ENERGY_CONTRACTS_LIST": (None, None, NOT_USED),
}


def repair_after(rule: ListRule) -> int | None:
    return next((way.after_months for way in rule.exits if way.exit is ListExit.REPAIRED), None)


# --- the national list ----------------------------------------------------------------------------


def test_of_the_fourteen_measures_the_eleven_that_are_known_stand_there() -> None:
    """Five of class I, four of II, two of III; the other three were not seen and are not invented."""
    classes = [item.measure_class for item in CATALOGUE.national_list.values()]
    assert [classes.count(one) for one in (FIRST, SECOND, THIRD)] == [5, 4, 2]
    assert all(item.certainty in SURE for item in CATALOGUE.national_list.values())


# --- measures -------------------------------------------------------------------------------------


def test_every_measure_has_its_class_and_stands_as_expected() -> None:
    found = {
        name: (class_of(measure, CATALOGUE.national_list), measure.standing)
        for name, measure in NATIONAL_MEASURES.items()
    }
    assert found == MEASURES


def test_every_matter_is_asked_in_by_some_measure() -> None:
    assert set(chain.from_iterable(found.contexts for found in CATALOGUE.measures.values())) == set(UseContext)


def test_of_the_matters_of_the_opinions_each_has_its_measure() -> None:
    """Item 12: funds, tax, trading, securities, awards, recruitment; the last two of these wait, and say why."""
    restrained = {
        context
        for found in NATIONAL_MEASURES.values()
        if found.nature is Nature.PENALTY and found.standing is USED
        for context in found.contexts
    }
    waiting = {UseContext.SECURITIES_ISSUE, UseContext.RECRUITMENT, UseContext.FAST_TRACK}
    assert restrained == set(UseContext) - waiting


@pytest.mark.parametrize("name", NATIONAL_MEASURES)
def test_it_rests_on_what_its_class_asks_for(name: str) -> None:
    measure = NATIONAL_MEASURES[name]
    powers = [CATALOGUE.powers[ground.power] for ground in measure.grounds]
    ranks = {CATALOGUE.instruments[basis].rank for basis in (measure.basis, *(power.basis for power in powers))}
    assert ranks <= (RIGHTS if MEASURES[name][0] is FIRST else SCOPE_RANKS)
    assert all(power.article is not None for power in powers)
    assert measure.article is not None


@pytest.mark.parametrize("name", [name for name, (_, standing) in MEASURES.items() if standing is USED])
def test_nothing_of_a_measure_in_use_is_in_doubt(name: str) -> None:
    measure: Measure = CATALOGUE.measures[name]
    powers = [CATALOGUE.powers[ground.power] for ground in measure.grounds]
    lists = [CATALOGUE.lists[ground.listed] for ground in measure.grounds if ground.listed is not None]
    assert all(value.certainty in SURE for value in (measure, *powers, *lists))
    assert all(CATALOGUE.instruments[value.basis].certainty in SURE for value in (measure, *powers, *lists))
    assert all(found.standing is USED for found in lists)


def test_no_measure_in_use_falls_on_a_natural_person() -> None:
    """Natural persons are outside this system until its regime for people."""
    used = [found for found in CATALOGUE.measures.values() if found.standing is USED]
    assert {ground.relations for found in used for ground in found.grounds} == {frozenset({Relation.ITSELF})}


def test_what_is_not_used_says_why_in_both_languages() -> None:
    unused = [
        found
        for found in (*CATALOGUE.measures.values(), *CATALOGUE.lists.values())
        if found.standing is Standing.INACTIVE
    ]
    assert len(unused) == 7 + 10
    assert all(found.why_zh and found.why_zh.endswith("。") for found in unused)
    assert all(found.why_en and found.why_en.endswith(".") for found in unused)


def test_no_incentive_gives_money_and_nothing_is_sold() -> None:
    """Regulations on Fair Competition Review, article 10."""
    for found in CATALOGUE.measures.values():
        assert not found.sold
        assert not found.local_only
        if found.nature is Nature.INCENTIVE:
            assert not found.contexts & {UseContext.TAX_PREFERENCE, UseContext.GOVERNMENT_FUNDS}


def test_the_food_ban_is_of_five_years_and_the_procurement_record_of_three() -> None:
    """Food Safety Law art. 135; Government Procurement Law art. 22."""
    assert CATALOGUE.measures["NO_FOOD_LICENCE"].ending.months == 60
    assert CATALOGUE.measures["GRAVE_RECORD_IN_PROCUREMENT"].ending.months == 36


def test_the_made_up_province_has_one_incentive_and_one_measure_of_class_ii() -> None:
    local = {name: found for name, found in CATALOGUE.measures.items() if CATALOGUE.layers[name] == "990000"}
    assert {name: class_of(found, CATALOGUE.national_list) for name, found in local.items()} == {
        "DEMO_CONTRACT_FAST_TRACK": None,
        "DEMO_KEY_SUPERVISION": SECOND,
    }
    assert all(found.adopted is not None and "虚构" in found.adopted.by for found in local.values())
    assert all("演示" in found.name_zh for found in local.values())


def test_an_item_of_an_article_is_cited_as_one() -> None:
    zh, en = law_phrase("PRC-GPL", "22(5)", CATALOGUE)
    assert zh == "《中华人民共和国政府采购法》第22条第5项"
    assert en.startswith("article 22(5) of the")


# --- lists ----------------------------------------------------------------------------------------


def test_every_list_that_is_known_stands_there_with_its_term() -> None:
    found = {name: (rule.term.months, repair_after(rule), rule.standing) for name, rule in CATALOGUE.lists.items()}
    assert found == LISTS


def test_every_choice_of_the_register_has_its_list() -> None:
    """An entry that can be recorded belongs to a list that says by which rule it was made."""
    choices = set(CATALOGUE.vocabularies["SERIOUS_LIST"].choices)
    assert {rule.choice for rule in CATALOGUE.lists.values()} - {None} == choices


@pytest.mark.parametrize("name", [name for name, (_, _, standing) in LISTS.items() if standing is USED])
def test_a_list_in_use_rests_on_what_it_must(name: str) -> None:
    rule = CATALOGUE.lists[name]
    assert CATALOGUE.instruments[rule.basis].rank in SCOPE_RANKS
    assert rule.conduct is not None
    court = name == "COURT_DEFAULTERS"
    expected = Rank.JUDICIAL_INTERPRETATION if court else Rank.DEPARTMENT_RULE
    assert CATALOGUE.instruments[rule.conduct.basis].rank is expected
    assert all(value.certainty in SURE for value in (rule, rule.conduct, rule.term))
    assert rule.signed_by is (Signer.COURT if court else Signer.HEAD_OF_ORGAN)
    assert rule.term.term is (TermKind.UNTIL_EVENT if court else TermKind.FIXED)


def test_the_courts_list_without_notice_and_everybody_else_hears_first() -> None:
    for name, rule in CATALOGUE.lists.items():
        steps = [step.step for step in rule.steps]
        heard = [ListingStep.NOTICE, ListingStep.DEFENCE]
        if name == "COURT_DEFAULTERS":
            assert steps == [ListingStep.DECISION, ListingStep.SERVICE]
        elif rule.standing is USED:
            assert steps[:2] == heard
            defence = rule.step(ListingStep.DEFENCE)
            assert defence is not None
            assert defence.working_days == 5
        assert rule.step(ListingStep.DECISION)
        assert rule.step(ListingStep.SERVICE)


def test_persons_are_named_on_a_list_by_a_law_or_a_regulation_alone() -> None:
    named = {name: rule.names for name, rule in CATALOGUE.lists.items() if rule.names}
    assert set(named) == {"WAGE_ARREARS_LIST", "WORK_SAFETY_LIST"}
    for names in named.values():
        assert [one.relation for one in names] == [Relation.RESPONSIBLE_PERSON]
        assert CATALOGUE.instruments[names[0].basis].rank in RIGHTS


def test_the_four_fields_of_the_opinions_wait_for_their_department_rule() -> None:
    coming = {name: rule for name, rule in CATALOGUE.lists.items() if rule.basis == "OPINIONS-2025"}
    assert set(coming) == {"REAL_ESTATE_LIST", "INTERNET_LIST", "LABOUR_MARKET_LIST", "ENERGY_CONTRACTS_LIST"}
    for rule in coming.values():
        assert (rule.standing, rule.article, rule.conduct, rule.choice) == (NOT_USED, "12", None, None)


# --- refusals -------------------------------------------------------------------------------------


def test_every_legal_rule_is_told_with_an_article_in_force() -> None:
    assert {Rule(name) for name in CATALOGUE.refusals} == LEGAL
    for refusal in CATALOGUE.refusals.values():
        assert refusal.article
        assert refusal.zh.endswith("。")
        assert refusal.en.endswith(".")
