"""What has no lawful basis is refused by the rule that it breaks, where it breaks it, and by no other."""

from collections import Counter

import pytest

from tests.law.hostile import Row, faults_of, hostile_rows, sound_entries
from xinshu.law import checks
from xinshu.law.reading import Rule
from xinshu.law.refusal_checks import LEGAL

ROWS = hostile_rows()
REQUIRED = {"name", "article", "file", "rule", "keys"}
KNOWN = REQUIRED | {"set", "drop", "also", "like"}
OF_FILES = {Rule.NOT_YAML, Rule.UNKNOWN_CHAPTER}


def test_the_catalogue_that_they_spoil_is_sound() -> None:
    assert checks._check(sound_entries()) == []


def test_there_are_enough_of_them_and_each_has_its_own_name() -> None:
    assert len(ROWS) >= 200
    assert [name for name, count in Counter(row["name"] for row in ROWS).items() if count > 1] == []
    for row in ROWS:
        assert REQUIRED <= row.keys() <= KNOWN, row["name"]
        assert row["keys"], row["name"]


def test_every_legal_rule_refuses_one() -> None:
    assert {row["rule"] for row in ROWS} >= set(LEGAL)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_it_is_refused_by_that_rule_alone(row: Row) -> None:
    found = faults_of(row)
    assert {fault.rule for fault in found} == {Rule(row["rule"])}
    assert sorted({fault.key for fault in found}) == row["keys"]
    assert all(fault.message and not fault.message.endswith(".") for fault in found)
