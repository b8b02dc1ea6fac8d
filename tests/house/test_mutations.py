"""Rule: each mutation of tests/mutations still breaks something: its text stands once in its file, its test exists."""

import pytest

from tests.house.tree import ROOT
from tests.mutations.trial import Mutation, mutations


@pytest.mark.parametrize("mutation", mutations(), ids=lambda one: f"{one.guard_rail}: {one.breaks}")
def test_it_can_be_made(mutation: Mutation) -> None:
    """The text that it changes stands where it says."""
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert mutation.broken(text) != text
    assert (ROOT / mutation.test.partition("::")[0]).is_file()
