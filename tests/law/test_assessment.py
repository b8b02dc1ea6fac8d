"""A draft in the law: what it changes, whose fault is whose, and what is told of it though it is lawful."""

import copy

import pytest
import yaml

from tests.drafts import LAWFUL
from tests.measure_rows import DAY, shipped
from xinshu.law.assessment import (
    Change,
    ChangeSort,
    Draft,
    Finding,
    FindingCode,
    applied,
    changes,
    findings,
    lint,
    touches,
)
from xinshu.law.catalogue import Catalogue
from xinshu.law.checks import build
from xinshu.law.reading import Page, Rule
from xinshu.register.catalogues.files import canonical, read_draft

MONTHS = {"end": "AFTER_MONTHS", "months": 12}


def draft(text: str = LAWFUL) -> Draft:
    found, faults = read_draft(text.encode(), "draft.yaml")
    assert found is not None, faults
    return found


@pytest.fixture(scope="module")
def in_force() -> Catalogue:
    catalogue, faults = build(shipped())
    assert catalogue is not None, faults
    return catalogue


def test_what_is_new_stands_in_a_page_of_its_own_and_nothing_else_moves() -> None:
    pages = applied(shipped(), draft())
    assert [page.file for page in pages[:-1]] == [page.file for page in shipped()]
    assert pages[-1].file == "national/measures/procurement-of-the-serious.yaml"
    assert canonical(pages[:-1]) == canonical(shipped())
    found = changes(shipped(), pages)
    assert found == (Change("measures", "national", "TEST-TRADING", ChangeSort.ADDED),)
    assert touches(found)


def test_what_has_the_name_of_one_that_stands_takes_its_place() -> None:
    text = LAWFUL.replace("TEST-TRADING:", "GRAVE_RECORD_IN_PROCUREMENT:")
    pages = applied(shipped(), draft(text))
    assert [page.file for page in pages] == [page.file for page in shipped()]
    before, after = (
        next(list(page.data) for page in found if page.file.endswith("public-trading.yaml"))
        for found in (shipped(), pages)
    )
    assert before == after
    assert changes(shipped(), pages) == (
        Change("measures", "national", "GRAVE_RECORD_IN_PROCUREMENT", ChangeSort.CHANGED),
    )
    assert changes(pages, shipped()[1:])[0].sort is ChangeSort.REMOVED


def test_a_local_entry_never_takes_the_place_of_a_national_one(in_force: Catalogue) -> None:
    lines = LAWFUL.split("national:\n", maxsplit=1)
    inner = "".join(f"  {line}\n" for line in lines[1].replace("TEST-TRADING", "PROCUREMENT_BAN").splitlines())
    found = lint(shipped(), draft(f'{lines[0]}local:\n  "990100":\n{inner}'), in_force)
    assert found.catalogue is None
    assert Rule.OVERRIDES_NATIONAL in {one.fault.rule for one in found.refusals}


def test_a_fault_of_the_edition_in_force_is_none_of_the_draft(in_force: Catalogue) -> None:
    """Rules of soundness came later; the edition stays as it is, and the draft is judged for itself."""
    spoilt = [
        Page(page.file, page.layer, page.chapter, {**page.data, "OF_OLD": {"zh": "旧", "en": 1}})
        if page.chapter == "reasons"
        else page
        for page in shipped()
    ]
    assert build(spoilt)[0] is None
    found = lint(spoilt, draft(), in_force)
    assert found.refusals == ()
    assert found.catalogue is not None
    assert "TEST-TRADING" in found.catalogue.measures


def test_a_change_that_the_draft_brings_elsewhere_is_its_fault(in_force: Catalogue) -> None:
    """The edition's own measures rest on a power that the draft narrows: they would reach further than it."""
    power = next(page.data["GPL_22_TAX"] for page in shipped() if "GPL_22_TAX" in page.data)
    narrow = {
        "draft": yaml.safe_load(LAWFUL)["draft"],
        "national": {"powers": {"GPL_22_TAX": power | {"subjects": ["ENTERPRISE"]}}},
    }
    found = lint(shipped(), draft(yaml.safe_dump(narrow, allow_unicode=True)), in_force)
    assert {(one.fault.rule, one.fault.key) for one in found.refusals} == {
        (Rule.WIDER_THAN_BASIS, "TAX_RECORD_IN_PROCUREMENT.grounds.0.subjects")
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LAWFUL, {Finding(FindingCode.HITS_TWICE, "TEST-TRADING", "GRAVE_RECORD_IN_PROCUREMENT")}),
        (
            LAWFUL.replace("when: {severity: [ORDINARY, SERIOUS]}, ", ""),
            {
                Finding(FindingCode.HITS_TWICE, "TEST-TRADING", "GRAVE_RECORD_IN_PROCUREMENT"),
                Finding(FindingCode.RESTS_ON_MINOR, "TEST-TRADING"),
            },
        ),
        (
            LAWFUL.replace(
                "standing: ACTIVE", "standing: INACTIVE\n      why_zh: 尚未核实。\n      why_en: Not verified."
            ),
            {Finding(FindingCode.NOT_IN_USE, "TEST-TRADING")},
        ),
    ],
    ids=["one fact twice", "minor matters too", "not in use"],
)
def test_what_is_lawful_is_told_all_the_same(text: str, expected: set[Finding], in_force: Catalogue) -> None:
    found = lint(shipped(), draft(text), in_force)
    assert found.catalogue is not None, found.refusals
    assert set(findings(changes(shipped(), found.pages), in_force, found.catalogue)) == expected


@pytest.mark.parametrize(
    ("words", "code", "word"),
    [
        ("累计三次轻微失信的，不得投标", FindingCode.SPEAKS_OF_COUNT, "累计"),
        ("两年内３ 次以上受罚的", FindingCode.SPEAKS_OF_COUNT, "3次"),
        ("扣满12分的", FindingCode.SPEAKS_OF_COUNT, "12分"),
        ("信用分低于六十的", FindingCode.SPEAKS_OF_COUNT, "信用分"),
        ("失信企业的股 东和分公司", FindingCode.SPEAKS_OF_RELATION, "股东"),
        ("本市重点企业优先", FindingCode.SPEAKS_OF_PLACE, "本市"),
        ("获市长质量奖的加分", FindingCode.SPEAKS_OF_PLACE, "市长"),
        ("缴纳会员费的优先", FindingCode.SPEAKS_OF_PRICE, "会员费"),
    ],
)
def test_words_that_no_rule_can_weigh_are_told(words: str, code: FindingCode, word: str, in_force: Catalogue) -> None:
    text = LAWFUL.replace("限制参加公共资源交易（示例）", words)
    found = lint(shipped(), draft(text), in_force)
    assert found.catalogue is not None, found.refusals
    told = findings(changes(shipped(), found.pages), in_force, found.catalogue)
    assert [one for one in told if one.code.name.startswith("SPEAKS_OF")] == [Finding(code, "TEST-TRADING", word)]


@pytest.mark.parametrize("words", ["后果十分严重的", "县级以上人民政府部门处罚的", "一次性告知的", "百分之十以上的"])
def test_words_of_every_day_are_none_of_them(words: str, in_force: Catalogue) -> None:
    found = lint(shipped(), draft(LAWFUL.replace("限制参加公共资源交易（示例）", words)), in_force)
    assert found.catalogue is not None, found.refusals
    told = findings(changes(shipped(), found.pages), in_force, found.catalogue)
    assert not [one for one in told if one.code.name.startswith("SPEAKS_OF")]


def test_what_a_draft_lets_itself_do_is_told(in_force: Catalogue) -> None:
    """An article that it writes, and one that it changes for a measure that stands."""
    power = next(page.data["GPL_22_GRAVE"] for page in shipped() if "GPL_22_GRAVE" in page.data)
    told = yaml.safe_load(LAWFUL.replace("power: GPL_22_GRAVE", "power: OWN"))
    told["national"]["powers"] = {"OWN": copy.deepcopy(power), "GPL_22_GRAVE": power | {"note": "Read otherwise."}}
    found = lint(shipped(), draft(yaml.safe_dump(told, allow_unicode=True)), in_force)
    assert found.catalogue is not None, found.refusals
    mine = findings(changes(shipped(), found.pages), in_force, found.catalogue)
    assert {one for one in mine if one.code is FindingCode.OWN_BASIS} == {
        Finding(FindingCode.OWN_BASIS, "TEST-TRADING", "OWN"),
        Finding(FindingCode.OWN_BASIS, "GRAVE_RECORD_IN_PROCUREMENT", "GPL_22_GRAVE"),
    }


@pytest.mark.parametrize(("level", "refused"), [("NATIONAL", False), ("PROVINCIAL", True), ("COUNTY", True)])
def test_in_a_bid_an_honour_counts_where_its_level_is_national(level: str, refused: bool, in_force: Catalogue) -> None:
    told = yaml.safe_load(LAWFUL.replace("nature: PENALTY", "nature: INCENTIVE"))
    own = {"row": "A", "power": "OWN", "kind": "HONOUR", "says": {"HONOUR_LEVEL": [level]}, "subjects": ["ENTERPRISE"]}
    told["national"]["measures"]["TEST-TRADING"]["grounds"] = [own]
    power = next(page.data["OPINIONS_11"] for page in shipped() if "OPINIONS_11" in page.data)
    told["national"]["powers"] = {"OWN": power | {"contexts": ["PUBLIC_TRADING"]}}
    found = lint(shipped(), draft(yaml.safe_dump(told, allow_unicode=True)), in_force)
    assert [one.fault.rule for one in found.refusals] == ([Rule.LOCAL_ONLY] if refused else [])


def test_a_doubt_that_the_draft_adopts_is_told(in_force: Catalogue) -> None:
    adopted = 'adopted: {by: 某局, basis: PRC-GPL, article: "22", looked_at: 2026-11-27, certainty: HIGH}'
    found = lint(shipped(), draft(LAWFUL.replace("standing: ACTIVE", f"standing: ACTIVE\n      {adopted}")), in_force)
    assert found.catalogue is not None, found.refusals
    told = findings(changes(shipped(), found.pages), in_force, found.catalogue)
    assert Finding(FindingCode.ADOPTED_IN_DOUBT, "TEST-TRADING") in told


def test_a_conflict_is_told_of_the_draft_and_not_of_what_stands(in_force: Catalogue) -> None:
    """Its author has the draft's file alone."""
    same = next(page.data["LIMIT_AWARDS"] for page in shipped() if "LIMIT_AWARDS" in page.data)
    told = {"draft": yaml.safe_load(LAWFUL)["draft"], "national": {"measures": {"ABC": same | {"ending": MONTHS}}}}
    found = lint(shipped(), draft(yaml.safe_dump(told, allow_unicode=True)), in_force)
    assert {(one.fault.file, one.fault.rule) for one in found.refusals} == {("draft.yaml", Rule.CONFLICTING_ROWS)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("months: 12", "months: 014", "014"),
        ("months: 12", "months: 1:30", "1:30"),
        ("TEST-TRADING", "TEST-ТRADING", "identifier"),
        ("招标人", "招标\u200b人", "U+200B"),
        ("招标人", "招标\u202e人", "U+202E"),
    ],
    ids=["octal", "sexagesimal", "a Cyrillic letter", "zero width", "right to left"],
)
def test_what_reads_otherwise_than_it_looks_is_refused(old: str, new: str, said: str, in_force: Catalogue) -> None:
    read, faults = read_draft(LAWFUL.replace(old, new).encode(), "draft.yaml")
    told = faults if read is None else [one.fault for one in lint(shipped(), read, in_force).refusals]
    assert any(said in fault.message for fault in told), told


def test_a_file_in_another_encoding_says_which_one_is_wanted() -> None:
    read, faults = read_draft(LAWFUL.encode("gbk"), "draft.yaml")
    assert read is None
    assert "UTF-8" in faults[0].message


def test_the_same_item_in_the_same_matter_overlaps(in_force: Catalogue) -> None:
    name = "UNDER_KEY_SUPERVISION"
    same = next(page.data[name] for page in shipped() if name in page.data)
    told = {"draft": yaml.safe_load(LAWFUL)["draft"], "national": {"measures": {"ANOTHER": same}}}
    found = lint(shipped(), draft(yaml.safe_dump(told, allow_unicode=True)), in_force)
    assert found.catalogue is not None, found.refusals
    told_of = findings(changes(shipped(), found.pages), in_force, found.catalogue)
    assert Finding(FindingCode.OVERLAPS, "ANOTHER", name) in told_of
    assert DAY in found.catalogue.measures["ANOTHER"].period
