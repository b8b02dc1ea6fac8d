"""Backup and restore with a real database: nothing that ended since comes back, and it is all or nothing."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyrage
import pytest
import time_machine
from click.testing import CliRunner
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from tests import factories
from tests.factories import MARKET, TODAY, accepted, document, noon
from tests.spaces import USERNAME, signed_in_organisation
from xinshu.doors.backups import databases, sealing
from xinshu.doors.backups.reading import NotEmpty, Restored, restore, verify
from xinshu.doors.backups.writing import write_backup
from xinshu.doors.cli.main import cli
from xinshu.parties.mandates.queries import mandates_of_user, visits_of
from xinshu.proceedings import endings, vault
from xinshu.proceedings.endings import Gap, catch_up
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door, State
from xinshu.register.access.actions import issue_token
from xinshu.register.access.queries import tokens_of
from xinshu.register.records.actions import Change, number_filings, withdraw
from xinshu.register.records.models import JournalLine, Record
from xinshu.register.records.queries import shown_stream
from xinshu.register.records.withholding import held_back

KEY = pyrage.x25519.Identity.generate()
LATER = TODAY + timedelta(days=3)
PASSPHRASE = "made up for this test"
NUMBERS = [f"示市监罚〔2026〕{number:04}号" for number in range(1, 6)]


@pytest.fixture(autouse=True)
def house(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    """A store of its own: five penalties and a licence, all shown."""
    settings.DATA_FOLDER = tmp_path / "data"
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    settings.SECRETS_FOLDER = settings.DATA_FOLDER / "secrets"
    settings.SECRETS_FOLDER.mkdir(parents=True)
    (settings.SECRETS_FOLDER / "metrics_token").write_text("made-up")
    factories.adopted_catalogue()
    factories.registered_organ()
    accepted(*(document(document_number=number) for number in NUMBERS))
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))


def shown(day: date = LATER) -> dict[str, tuple[Any, Any]]:
    """What is shown on a day: content, and until when, by document."""
    rows = [row for batch in shown_stream(on_date=day) for row in batch.to_pylist()]
    return {row["record_ref"]: (row["public_form"], row["public_until"]) for row in rows}


def of(number: str) -> Record:
    return Record.objects.get(document_number=number)


def saved(path: Path) -> Path:
    target = path / f"{uuid4()}.age"
    write_backup(target, recipient=KEY.to_public(), passphrase="", moment=noon(TODAY), told=lambda more: None)
    return target


def put_back(target: Path, *, ledger_lost: bool = False, replace: bool = True) -> Restored:
    return restore(
        target,
        identity=KEY,
        passphrase="",
        replace=replace,
        ledger_lost=ledger_lost,
        moment=noon(LATER),
        told=lambda more: None,
    )


def taken_back(number: str) -> None:
    record = of(number)
    withdraw(
        subjects=[record.subject_id],
        record_ref=record.record_ref,
        organ=MARKET.code,
        ground="ENTERED_WRONGLY",
        words="",
        actor="test",
        moment=noon(TODAY),
    )
    number_filings(moment=noon(TODAY))


def lose_everything() -> None:
    """The database is there no more; an empty one of that name is what an operator makes."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE records_filing, records_record, records_journalline, records_heldback CASCADE")


def test_what_ended_or_changed_since_does_not_come_back(tmp_path: Path) -> None:
    target = saved(tmp_path)
    taken_back(NUMBERS[0])
    accepted(document(document_number=NUMBERS[1], decided_on=date(2026, 9, 1)))
    accepted(document(document_number=NUMBERS[2], penalties=["WARNING"], severity="MINOR"))
    accepted(document(document_number="示市监罚〔2026〕0099号"))
    before = shown()
    catch_up()
    lose_everything()
    done = put_back(target)
    after = shown()
    assert done.again == (1, 2)
    assert after.items() <= before.items()
    assert len(after) == 3
    withdrawn = of(NUMBERS[0])
    assert (withdrawn.ended, withdrawn.ended_on) == (Change.WITHDRAWN, TODAY)
    assert held_back() == 2
    lines = JournalLine.objects.filter(actor="restore").values_list("change", flat=True)
    assert sorted(lines) == [Change.HELD_BACK, Change.HELD_BACK, Change.WITHDRAWN]


def test_what_is_held_back_is_shown_again_when_its_organ_files_it(tmp_path: Path) -> None:
    target = saved(tmp_path)
    shorter = document(document_number=NUMBERS[1], decided_on=date(2026, 9, 1))
    accepted(shorter)
    accepted(document(document_number=NUMBERS[2], penalties=["WARNING"], severity="MINOR"))
    until = of(NUMBERS[1]).public_until
    catch_up()
    lose_everything()
    put_back(target)
    original = accepted(document(document_number=NUMBERS[1]), on_day=LATER)
    assert set(original.held.values()) == {"WOULD_LENGTHEN"}
    never = accepted(document(document_number=NUMBERS[2]), on_day=LATER)
    assert set(never.held.values()) == {"WOULD_LENGTHEN"}
    assert accepted(shorter, on_day=LATER).corrected == 1
    assert shown()[str(of(NUMBERS[1]).record_ref)][1] == until
    assert accepted(shorter, on_day=LATER).unchanged == 1
    assert held_back() == 1


def test_the_same_content_filed_again_ends_the_holding(tmp_path: Path) -> None:
    target = saved(tmp_path)
    (settings.ENDINGS_FOLDER / endings.NAME).unlink()
    lose_everything()
    with pytest.raises(Gap):
        put_back(target)
    done = put_back(target, ledger_lost=True)
    assert done.again == (0, 5)
    assert len(shown()) == 1
    assert accepted(document(document_number=NUMBERS[0]), on_day=LATER).corrected == 1
    assert len(shown()) == 2


def test_a_store_that_still_answers_tells_what_the_ledger_lacks(tmp_path: Path) -> None:
    target = saved(tmp_path)
    taken_back(NUMBERS[3])
    before = shown()
    with pytest.raises(NotEmpty):
        put_back(target, replace=False)
    assert put_back(target).again == (1, 0)
    assert shown() == before


def test_a_second_restore_remembers_the_first(tmp_path: Path) -> None:
    """By whatever way the journal went on from the backup: every ending on any of them holds."""
    target = saved(tmp_path)
    taken_back(NUMBERS[0])
    put_back(target)
    taken_back(NUMBERS[1])
    second = saved(tmp_path)
    taken_back(NUMBERS[2])
    before = shown()
    assert put_back(second).again == (1, 0)
    assert shown() == before
    assert put_back(target).again == (3, 0)
    assert shown() == before


def test_no_token_and_no_upload_in_hand_comes_back(tmp_path: Path) -> None:
    batch, kept = UUID(int=1), UUID(int=2)
    Batch.objects.create(
        id=batch,
        organ_code=MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.API,
        file_name="made-up.csv",
        actor="test",
        attested_by="test",
        state=State.FILING,
        on_day=TODAY,
        received_at=noon(TODAY).instant,
    )
    vault.append(batch, 0, [b"made up"])
    vault.append(kept, 0, [b"made up"])
    issue_token(organ_code=MARKET.code, name="t", from_day=TODAY, until=None, actor="test", moment=noon(TODAY))
    target = saved(tmp_path)
    vault.erase(kept)
    done = put_back(target)
    assert done.tokens == 1
    assert tokens_of(MARKET.code, on_date=LATER) == ()
    assert vault.batches_kept() == []  # the other one belongs to no batch, and the sweep of a restore erases it
    assert (settings.SECRETS_FOLDER / "metrics_token").read_text() == "made-up"


def test_no_mandate_and_no_visit_comes_back(tmp_path: Path) -> None:
    """One may have been revoked since the backup: the organisations prove control anew."""
    with time_machine.travel(noon(TODAY).instant, tick=False):
        signed_in_organisation(Client())
    target = saved(tmp_path)
    assert mandates_of_user(USERNAME, on_date=LATER)
    assert put_back(target).mandates == 1
    assert mandates_of_user(USERNAME, on_date=LATER) == ()
    assert visits_of(USERNAME, since=noon(TODAY).instant - timedelta(days=1)) == ()


def test_a_damaged_or_foreign_backup_changes_nothing(tmp_path: Path) -> None:
    target = saved(tmp_path)
    before, content = shown(), target.read_bytes()
    for damage in (content[:-5000], content[:4000] + b"\0" + content[4001:], b"no backup", b""):
        target.write_bytes(damage)
        with pytest.raises((sealing.NotWhole, sealing.NoKey)):
            put_back(target)
    target.write_bytes(content)
    with pytest.raises(sealing.NoKey):
        verify(target, identity=pyrage.x25519.Identity.generate(), passphrase="", told=lambda more: None)
    assert shown() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE '%%\\_restoring'")
        assert cursor.fetchone() == (0,)


def test_a_store_in_use_is_left_as_it_is(tmp_path: Path) -> None:
    target, before = saved(tmp_path), shown()
    other = connections.create_connection("default")
    other.ensure_connection()
    try:
        with pytest.raises(databases.InUse):
            put_back(target)
    finally:
        other.close()
    assert shown() == before


def test_a_backup_is_never_plain(tmp_path: Path) -> None:
    target = tmp_path / "plain.age"
    with pytest.raises(sealing.NoKey):
        write_backup(target, recipient=None, passphrase="", moment=noon(TODAY), told=lambda more: None)
    assert list(tmp_path.glob("*plain*")) == []
    write_backup(target, recipient=None, passphrase=PASSPHRASE, moment=noon(TODAY), told=lambda more: None)
    assert not re.search("云汀示例".encode(), target.read_bytes())
    assert target.stat().st_mode & 0o077 == 0
    manifest = verify(target, identity=None, passphrase=PASSPHRASE, told=lambda more: None)
    assert manifest["point"][0] == 6
    assert {name.partition("/")[0] for name in manifest["members"]} >= {"database", "secrets", "point.json"}


def test_by_the_command_line(tmp_path: Path, settings: Any) -> None:
    """Written, verified and put back; never without a key, never over what is there without being asked."""
    settings.EMBEDDED_DATABASE = False
    target, key = tmp_path / "x.age", tmp_path / "key.txt"
    key.write_text(f"# made up\n{KEY}\n")

    def told(*words: str, answer: str = "") -> Any:
        return CliRunner().invoke(cli, [*map(str, words)], input=answer)

    assert isinstance(told("backup", str(target)).exception, sealing.NoKey)
    assert not target.exists()
    done = told("backup", str(target), "--recipient", str(KEY.to_public()))
    assert (done.exit_code, "№6" in done.output) == (0, True), done.output
    assert "sound" in told("backup", "verify", str(target), "--identity", str(key)).output
    taken_back(NUMBERS[0])
    before = shown()
    assert isinstance(told("restore", str(target), "--identity", str(key)).exception, NotEmpty)
    assert told("restore", str(target), "--identity", str(key), "--replace", answer="n\n").exit_code == 1
    done = told("restore", str(target), "--identity", str(key), "--replace", "--yes")
    assert done.exit_code == 0, done.output
    assert "withdrawn again: 1" in done.output
    assert shown() == before
    assert all("Example" in told(name, "--help").output for name in ("backup", "restore"))
