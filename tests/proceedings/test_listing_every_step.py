"""A list that demands every step there is, review and waiting days among them, by every path (guard-rail G6).

No list in use demands all of them today; an edition may tomorrow, and the paths are ready for it.
"""

import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings as house_settings

from tests.editions import no_editions
from tests.factories import adopted_once
from tests.proceedings import test_listing_attacks as attacks
from tests.proceedings import test_listing_matrix as matrix
from tests.proceedings.test_listing_matrix import TODAY, Desk, shown
from xinshu.law.listing import demanded
from xinshu.law.terms import ListingStep
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.models import Record

NAME: Final = "MARKET_REGULATION_LIST"
LAW: Final = "basis: SAMR-44, looked_at: 2026-11-27, certainty: ILLUSTRATIVE"
APPROVAL: Final = "    - {step: APPROVAL, basis: SAMR-44, looked_at: 2026-11-27, certainty: SOURCE}\n"
SERVED: Final = '    - {step: SERVICE, basis: SC-2020-49, article: "8", looked_at: 2026-11-27, certainty: HIGH}\n'
STEPS: Final = list(ListingStep)
EDITION: Final[dict[str, Any]] = {}
"""The row of that edition, once it was made."""

DATED: Final = [step for step in STEPS if step is not ListingStep.WAIT]


@pytest.fixture(autouse=True)
def house(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped catalogue, in which that list demands a legal review and ten waiting days too."""
    settings.DATA_FOLDER = tmp_path / "data"
    no_editions()
    adopted_once(EDITION, lambda: _changed(tmp_path / "catalogue"))
    monkeypatch.setitem(matrix.LISTS, NAME, catalogue_on(TODAY).catalogue.lists[NAME])


def _changed(folder: Path) -> Path:
    shutil.copytree(house_settings.CATALOGUE_FOLDER, folder)
    page = folder / "national" / "lists" / "departments.yaml"
    text = page.read_text(encoding="utf-8")
    text = text.replace(APPROVAL, f"    - {{step: LEGAL_REVIEW, {LAW}}}\n{APPROVAL}", 1)
    text = text.replace(SERVED, f"{SERVED}    - {{step: WAIT, working_days: 10, {LAW}}}\n", 1)
    page.write_text(text, encoding="utf-8")
    return folder


def test_it_demands_every_step() -> None:
    assert list(demanded(matrix.LISTS[NAME])) == STEPS


def test_with_every_step_it_is_published_by_every_path(tmp_path: Path) -> None:
    matrix.test_a_row_with_every_step_is_published(NAME, tmp_path)
    matrix.stored(NAME, matrix.days_without(matrix.LISTS[NAME], None))
    assert Record.objects.count() == 2


def test_a_case_with_every_step_is_published() -> None:
    Desk(NAME, None).goes()
    (record,) = Record.objects.all()
    assert (len(shown()), record.listed_in) == (1, NAME)
    assert record.effective_from is not None
    assert record.served_on is not None
    assert record.effective_from > record.served_on


@pytest.mark.parametrize("step", STEPS)
def test_no_batch_publishes_it_without_a_step(step: ListingStep, tmp_path: Path) -> None:
    matrix.test_a_row_without_a_step_goes_back_with_the_reason(NAME, step, tmp_path)


@pytest.mark.parametrize("step", STEPS)
def test_no_machine_publishes_it_without_a_step(step: ListingStep) -> None:
    matrix.test_the_interface_files_no_row_without_a_step(NAME, step)


@pytest.mark.parametrize("step", STEPS)
def test_no_code_publishes_it_without_a_step(step: ListingStep) -> None:
    matrix.test_the_register_itself_holds_what_lacks_a_step(NAME, step)


@pytest.mark.parametrize("step", STEPS)
def test_no_case_publishes_it_without_a_step(step: ListingStep) -> None:
    matrix.test_a_case_without_a_step_is_published_by_nobody(NAME, step)


@pytest.mark.parametrize("step", STEPS)
def test_no_sql_publishes_it_without_a_step(step: ListingStep) -> None:
    matrix.test_sql_stores_nothing_that_is_shown_without_a_step(NAME, step)


@pytest.mark.parametrize("step", STEPS)
def test_no_sql_publishes_it_in_two_steps_without_one(step: ListingStep) -> None:
    attacks.test_nothing_is_stored_unseen_and_shown_afterwards_without_a_step(NAME, step)


@pytest.mark.parametrize("step", DATED)
def test_no_sql_takes_a_step_away(step: ListingStep) -> None:
    matrix.test_sql_takes_no_step_away_from_what_is_shown(NAME, step)


@pytest.mark.parametrize("step", DATED)
def test_no_correction_takes_a_step_away(step: ListingStep, tmp_path: Path) -> None:
    attacks.test_a_correction_takes_no_step_away(NAME, step, tmp_path)


def test_no_sql_shows_it_before_its_waiting_days_are_over() -> None:
    entry = attacks.entry(NAME)
    attacks.refused(lambda: attacks.written(entry | {"effective_from": entry["served_on"]}))
    attacks.refused(lambda: attacks.written(entry | {"public_from": entry["served_on"]}))
