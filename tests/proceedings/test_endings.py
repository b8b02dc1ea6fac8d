"""The ledger of endings: it follows its own database, a fresh one each time here, and refuses to follow another."""

import logging

import pytest
from django.conf import settings

from tests.factories import TODAY, accepted, adopted_catalogue, body, document, noon, registered_organ, taken_back
from xinshu.proceedings.endings import (
    BEGINNING,
    NAME,
    Diverged,
    alone,
    behind,
    catch_up,
    endings_after,
    note_restored,
    number_and_note,
)
from xinshu.register.records.models import Record
from xinshu.register.records.withholding import Point

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ready(transactional_db: None) -> None:
    adopted_catalogue()
    registered_organ()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_it_begins_with_its_database_and_follows_it(turn: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever was numbered in the database of another test."""
    assert behind(0) is None, "there is none yet"
    accepted(document())
    reached = catch_up()
    assert behind(reached.number) == 0
    record = Record.objects.get()
    taken_back(body(document()["code"]), record.record_ref)
    assert number_and_note(moment=noon(TODAY)) == 1
    assert behind(reached.number + 1) == 0, "after the commit, without being asked"
    assert [ending.record_ref for ending in endings_after(BEGINNING)][-1] == str(record.record_ref)
    assert [line.getMessage() for line in caplog.records if "on_commit" in line.getMessage()] == []


def test_it_does_not_follow_another_history(caplog: pytest.LogCaptureFixture) -> None:
    """A database that was put back by other means: told each time, and the numbering goes on without it."""
    accepted(document())
    here = catch_up()
    with alone() as file:
        note_restored(file, Point(here.number, "0" * len(here[1])))
    before = (settings.ENDINGS_FOLDER / NAME).read_bytes()
    with pytest.raises(Diverged, match="different histories"):
        catch_up()
    accepted(document(document_number="示市监罚〔2026〕0002号"))
    taken_back(body(document()["code"]), Record.objects.earliest("document_number").record_ref)
    with caplog.at_level(logging.ERROR):
        assert number_and_note(moment=noon(TODAY)) == 1
    assert [line for line in caplog.records if "different histories" in line.getMessage()] != []
    assert (settings.ENDINGS_FOLDER / NAME).read_bytes() == before
