"""Retention by the law's clock: what is due, what waits, what other rooms hold, and the nightly job."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from pytest_django import Settings

from tests import factories, filings
from tests.factories import MARKET, TODAY, accepted, adopted_catalogue, document, noon
from tests.proceedings.shields import granted
from tests.retention import GONE, MONTHS, adopted_with_months
from xinshu.doors import erasing
from xinshu.law.terms import ClaimCause
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.intake.actions import forget_files, receive
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door
from xinshu.proceedings.objections.actions import lodge, sweep
from xinshu.proceedings.objections.models import Claim
from xinshu.proceedings.retention.actions import Told, count_past_term, erase_past_term, kinds_with_a_term
from xinshu.proceedings.shield.models import Shielded
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record
from xinshu.register.subjects.models import Subject

pytestmark = pytest.mark.django_db
NUMBERS = [f"示市监罚〔2026〕{number:04d}号" for number in range(1, 8)]


@pytest.fixture(autouse=True)
def house(settings: Settings, tmp_path: Path) -> None:
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    settings.ENDINGS_FOLDER = tmp_path / "endings"


@pytest.fixture
def months(tmp_path: Path) -> None:
    """Every kind has a number of months."""
    adopted_with_months(tmp_path)


def turned(day: date) -> None:
    turn_the_day(moment=noon(day))
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def test_by_the_shipped_catalogue_no_national_record_is_erased() -> None:
    """No number of months was found, and none is guessed."""
    adopted_catalogue()
    accepted(*(document(document_number=number) for number in NUMBERS))
    turned(GONE)
    assert erase_past_term(moment=noon(GONE)) == (0, 0, 0)
    assert Record.objects.count() == len(NUMBERS)
    assert set(kinds_with_a_term(GONE)) == {"DEMO_GOVERNMENT_CONTRACT", "DEMO_HONEST_SHOP"}


@pytest.mark.usefixtures("months")
def test_what_goes_on_without_an_end_is_kept() -> None:
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号", event_on=None))
    turned(GONE)
    assert kinds_with_a_term(GONE)["ADMIN_LICENCE"] == MONTHS
    assert erase_past_term(moment=noon(GONE)).records == 0
    assert Record.objects.count() == 1


@pytest.mark.usefixtures("months")
def test_a_waiting_claim_keeps_its_record() -> None:
    accepted(document(document_number=NUMBERS[0]), document(document_number=NUMBERS[1]))
    claimed = Record.objects.get(document_number=NUMBERS[0])
    lodge(
        subject=claimed.subject_id,
        record_ref=claimed.record_ref,
        cause=ClaimCause.NAME,
        words="",
        moment=noon(TODAY),
    )
    turned(GONE)
    assert count_past_term(moment=noon(GONE)) == {"ADMIN_PENALTY": 1}
    assert erase_past_term(moment=noon(GONE)).records == 1
    assert Record.objects.get().pk == claimed.pk
    sweep(moment=noon(GONE))
    assert erase_past_term(moment=noon(GONE)).records == 1
    assert not Claim.objects.exists()
    assert not Subject.objects.exists()


@pytest.mark.usefixtures("months")
def test_a_shield_is_erased_with_the_last_record_of_its_body() -> None:
    """It is about no one record, so that none takes it along; what it withheld of each goes with that record."""
    factories.registered_organ()
    accepted(document(document_number=NUMBERS[0], decided_on=date(2026, 4, 30)), on_day=date(2026, 6, 20))
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号", event_on=None))
    case = granted(date(2026, 7, 1))
    turned(GONE)
    assert erase_past_term(moment=noon(GONE)).records == 1
    assert (Shielded.objects.count(), Case.objects.filter(id=case).count()) == (0, 1)
    factories.taken_back(Record.objects.get().subject_id, Record.objects.get().record_ref)
    turned(GONE)
    later = date(2043, 2, 1)
    assert erase_past_term(moment=noon(later)).bodies == 1
    assert Case.objects.count() == 0


@pytest.mark.usefixtures("months")
def test_what_is_never_shown_goes_too() -> None:
    accepted(document(document_number=NUMBERS[0], penalties=["WARNING"], severity="MINOR"))
    last = date(TODAY.year + 1, TODAY.month, TODAY.day)
    assert erase_past_term(moment=noon(last)).records == 0
    assert erase_past_term(moment=noon(last + timedelta(days=1))).records == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("months")
def test_the_nightly_job_tells_how_far_it_is_and_does_it() -> None:
    accepted(*(document(document_number=number) for number in NUMBERS))
    turned(GONE)
    told: list[Told] = []
    assert count_past_term(moment=noon(GONE), told=told.append) == {"ADMIN_PENALTY": len(NUMBERS)}
    assert told == [(len(NUMBERS), len(NUMBERS))]
    with time_machine.travel(noon(GONE).instant, tick=False):
        erasing._erase.func(0)
    assert not Record.objects.exists()


@pytest.mark.usefixtures("months")
def test_files_of_long_ago_let_guess_no_row(tmp_path: Path) -> None:
    factories.registered_organ()
    receive(
        path=filings.write_csv(tmp_path / "云汀示例.csv", [filings.penalty()]),
        organ_code=MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.CLI,
        actor="test",
        moment=noon(TODAY),
        progress=lambda _step: None,
        key="示市监罚〔2026〕0001号",
    )
    before = Batch.objects.get()
    assert forget_files(["ADMIN_PENALTY"], moment=noon(TODAY + timedelta(days=31))) == 0
    assert forget_files(["ADMIN_LICENCE"], moment=noon(TODAY + timedelta(days=32))) == 0
    assert forget_files(["ADMIN_PENALTY"], moment=noon(TODAY + timedelta(days=32))) == 1
    after = Batch.objects.get()
    assert (after.file_digest, after.file_name, after.key, after.asked) == (None, "", None, [])
    assert (after.received, after.accepted) == (before.received, before.accepted) == (1, 1)
