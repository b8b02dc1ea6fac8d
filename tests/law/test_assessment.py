"""A draft in the law: what it changes, whose fault is whose, and what is told of it though it is lawful."""

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


def test_the_same_item_in_the_same_matter_overlaps(in_force: Catalogue) -> None:
    name = "UNDER_KEY_SUPERVISION"
    same = next(page.data[name] for page in shipped() if name in page.data)
    told = {"draft": yaml.safe_load(LAWFUL)["draft"], "national": {"measures": {"ANOTHER": same}}}
    found = lint(shipped(), draft(yaml.safe_dump(told, allow_unicode=True)), in_force)
    assert found.catalogue is not None, found.refusals
    told_of = findings(changes(shipped(), found.pages), in_force, found.catalogue)
    assert Finding(FindingCode.OVERLAPS, "ANOTHER", name) in told_of
    assert DAY in found.catalogue.measures["ANOTHER"].period
