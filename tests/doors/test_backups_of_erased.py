"""A restore of an older backup erases again what was erased since, before anybody could see it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection

from tests import factories
from tests.doors.test_backups import KEY, saved
from tests.factories import MARKET, SUBJECT, TODAY, accepted, document, noon
from tests.retention import GONE, adopted_with_months
from xinshu.doors.backups.reading import Restored, restore
from xinshu.doors.cli.main import cli
from xinshu.kit.period import ONE_DAY
from xinshu.proceedings.endings import Gap, catch_up
from xinshu.proceedings.intake.actions import withdraw
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.proceedings.retention.actions import erase_past_term
from xinshu.register.erasures.queries import KEY as SECRET
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.models import Entry
from xinshu.register.publog.queries import erased_through
from xinshu.register.records.actions import Held, number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import JournalLine, Record, RecordVersion
from xinshu.register.records.queries import shown_stream

NUMBERS = [f"示市监罚〔2026〕{number:04}号" for number in range(1, 4)]
GRAVE = {"penalties": ["LICENCE_REVOCATION"], "severity": "SERIOUS"}
TAKEN_BACK, ERASED = TODAY + 40 * ONE_DAY, TODAY + 420 * ONE_DAY


@pytest.fixture(autouse=True)
def house(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    """Three grave penalties that are shown for three years, and one that is over before long."""
    settings.DATA_FOLDER = tmp_path / "data"
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    settings.SECRETS_FOLDER = settings.DATA_FOLDER / "secrets"
    settings.SECRETS_FOLDER.mkdir(parents=True)
    adopted_with_months(tmp_path)
    factories.registered_organ()
    accepted(*(document(document_number=number, **GRAVE) for number in NUMBERS))
    accepted(document(document_number="示市监罚〔2026〕0099号"))
    integrate(moment=noon(TODAY))


def put_back(target: Path, *, ledger_lost: bool = False) -> Restored:
    return restore(
        target,
        identity=KEY,
        passphrase="",
        replace=True,
        ledger_lost=ledger_lost,
        moment=noon(ERASED),
        told=lambda more: None,
    )


def erased_since() -> None:
    """One is taken back, and erased twelve months later, while by its dates it would still be shown."""
    record = Record.objects.get(document_number=NUMBERS[0])
    withdraw(
        organ_code=MARKET.code,
        subject_code=SUBJECT,
        record_ref=record.record_ref,
        reason=WithdrawalReason.ENTERED_WRONGLY,
        words="",
        actor="test",
        moment=noon(TAKEN_BACK),
    )
    turn_the_day(moment=noon(ERASED))
    number_filings(moment=noon(ERASED))
    integrate(moment=noon(ERASED))
    catch_up()
    assert erase_past_term(moment=noon(ERASED)).records == 1


def numbers() -> list[str]:
    return sorted(Record.objects.values_list("document_number", flat=True))


def shown() -> int:
    return sum(len(batch) for batch in shown_stream(on_date=ERASED))


def test_what_was_erased_since_is_erased_again(tmp_path: Path) -> None:
    target = saved(tmp_path)
    erased_since()
    before, through = numbers(), erased_through()
    assert (shown(), len(before)) == (2, 3)
    done = put_back(target)
    assert done.again.withdrawn == 1
    assert (numbers(), shown()) == (before, 2)
    assert erased_through() >= through
    left = set(Record.objects.values_list("record_ref", flat=True))
    for table in (RecordVersion, JournalLine):
        assert set(table.objects.values_list("record_ref", flat=True)) == left
    assert set(Entry.objects.exclude(record_ref=None).values_list("record_ref", flat=True)) <= left
    again = accepted(document(document_number=NUMBERS[0], **GRAVE), on_day=ERASED)
    assert set(again.held.values()) == {Held.HAS_ENDED}
    integrate(moment=noon(ERASED))


def test_without_the_key_it_is_refused(tmp_path: Path, settings: Any) -> None:
    target = saved(tmp_path)
    erased_since()
    (settings.SECRETS_FOLDER / SECRET).unlink()
    with pytest.raises(Gap):
        put_back(target)
    assert NUMBERS[0] not in numbers()
    done = put_back(target, ledger_lost=True)
    assert shown() == 0
    assert done.again.held == 3


def test_a_new_machine_has_the_key_from_the_backup(tmp_path: Path, settings: Any) -> None:
    erased_since()
    target = saved(tmp_path)
    shutil.rmtree(settings.SECRETS_FOLDER)
    put_back(target)
    assert NUMBERS[0] not in numbers()
    assert set(accepted(document(document_number=NUMBERS[0], **GRAVE), on_day=ERASED).held.values()) == {Held.HAS_ENDED}


def test_by_the_command_line(settings: Any) -> None:
    """Counts first, then erases; said in both languages, about nobody."""
    settings.EMBEDDED_DATABASE = False
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_record SET public_until = '2020-01-02', public_from = '2020-01-01',"
            " entry_lot = NULL WHERE document_number = %s",
            [NUMBERS[0]],
        )
    told = CliRunner().invoke(cli, ["erase", "--dry-run"])
    assert told.exit_code == 0, told.output
    assert "ADMIN_PENALTY  1" in told.output
    assert Record.objects.count() == 4
    told = CliRunner().invoke(cli, ["erase"])
    assert told.exit_code == 0, told.output
    assert "records 1" in told.output
    assert NUMBERS[0] not in numbers()
    assert CliRunner().invoke(cli, ["erase"]).output.count("records 0") == 1
    assert GONE > ERASED
