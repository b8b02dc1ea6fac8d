"""An upgrade from the release before listings, on a backup that that release itself made (docs/running.md, Upgrade)."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from tests.factories import noon
from xinshu.doors.backups import databases, sealing
from xinshu.doors.backups.reading import Restored, restore
from xinshu.doors.backups.writing import DATABASE
from xinshu.doors.published_log import check_all, source
from xinshu.doors.tables import TablesBusy, bring_up
from xinshu.kit.errors import XinshuError
from xinshu.kit.postgres_dumps import restoring
from xinshu.law.listing import LIST_KINDS
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import Change, number_filings, withdraw
from xinshu.register.records.models import JournalLine, Record
from xinshu.register.records.queries import shown_stream
from xinshu.register.records.withholding import numbering
from xinshu.tlog.note import verifier_key

RELEASES = Path(__file__).with_name("releases")
BACKUP = RELEASES / "before-listings.age"
LEDGER = RELEASES / "before-listings.endings.ndjson"
PASSPHRASE = "pass-phrase-made-up-1"
TODAY = date(2026, 12, 1)
LAST = 40
"""The last number of its journal."""

LOGGED = 39
KEY = "127.0.0.1:8000/log+47c12fe0+ASReFr3Ofltx1p0GrAREujuqMUSj4bwCRbpWVoB34Gzk"
"""Entries that its public log had, under this key."""

SHOWN = {"SERIOUS_DISHONESTY": 3, "JUDGMENT_DEFAULTER": 1, "ENTERPRISE_REGISTRATION": 5, "ADMIN_PENALTY": 18}

PUT_OFF = """
INSERT INTO records_recordversion
SELECT subject_id, record_ref, 2, content_digest, replace(content, '"DEFENCE_UNTIL":"2026-05-13"', '"DEFENCE_UNTIL":"2026-06-20"'),
       batch, v.recorded_at, source_code, source_name
  FROM records_recordversion v JOIN records_record r USING (subject_id, record_ref, version) WHERE r.document_number = %s
"""
"""The old release took in an entry whose time for defence ended after its decision, and showed it."""


@pytest.fixture(autouse=True)
def house(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    """An empty store, and the ledger of the old one."""
    settings.DATA_FOLDER = tmp_path / "data"
    settings.SECRETS_FOLDER = settings.DATA_FOLDER / "secrets"
    settings.SECRETS_FOLDER.mkdir(parents=True)
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    settings.ENDINGS_FOLDER.mkdir()
    shutil.copy(LEDGER, settings.ENDINGS_FOLDER / "endings.ndjson")


def put_back() -> Restored:
    return restore(
        BACKUP,
        identity=None,
        passphrase=PASSPHRASE,
        replace=False,
        ledger_lost=False,
        moment=noon(TODAY),
        told=lambda more: None,
    )


@contextmanager
def old_tables() -> Iterator[None]:
    """The old release's database as it is, with nothing brought up."""
    with databases.fresh() as name:
        with (
            BACKUP.open("rb") as file,
            restoring(databases.address(name), databases.major()) as database,
        ):
            for member, content in sealing.unseal(file, identity=None, passphrase=PASSPHRASE):
                if member.startswith(f"{DATABASE}/"):
                    database.write(content)
        with databases.using(name):
            yield


def made_unlawful(number: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PUT_OFF, [number])
        cursor.execute("UPDATE records_record SET version = 2 WHERE document_number = %s", [number])
        assert cursor.rowcount == 1


def taken_off(number: str) -> None:
    """What the withdrawal of the old release does to the record."""
    with connection.cursor() as cursor:
        nothing = "public_from = NULL, public_until = NULL, repair_from = NULL, public_form = NULL"
        cursor.execute(f"UPDATE records_record SET {nothing} WHERE document_number = %s", [number])


def applied() -> set[str]:
    """The migrations of the records that were run."""
    return {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "records"}


def test_all_that_was_shown_is_shown_and_everything_goes_on() -> None:
    done = put_back()
    assert done.again == (0, 0)
    shown = [row for batch in shown_stream(on_date=TODAY) for row in batch.to_pylist()]
    counts = {kind: sum(row["kind"] == kind for row in shown) for kind in SHOWN}
    assert counts == SHOWN
    assert len(shown) == sum(SHOWN.values())
    entries = Record.objects.filter(kind__in=LIST_KINDS)
    assert set(entries.values_list("kind", "served_on", "effective_from")) == {
        ("SERIOUS_DISHONESTY", date(2026, 6, 3), date(2026, 6, 3)),
        ("JUDGMENT_DEFAULTER", date(2026, 7, 3), date(2026, 7, 3)),
    }
    assert numbering().last == LAST
    one = entries.get(document_number="示市监列〔2026〕0号")
    assert one.document_number in Client().get("/api/v1/subjects/93990104MA0UMYNG4U").text
    with pytest.raises(IntegrityError):
        Record.objects.filter(record_ref=one.record_ref).update(served_on=None)
    withdraw(
        subjects=[one.subject_id],
        record_ref=one.record_ref,
        organ=one.organ_code,
        ground="ENTERED_WRONGLY",
        words="",
        actor="test",
        moment=noon(TODAY),
    )
    number_filings(moment=noon(TODAY))
    assert numbering().last == LAST + 1
    assert JournalLine.objects.filter(record_ref=one.record_ref, change=Change.WITHDRAWN).count() == 1
    before = integrate(moment=noon(TODAY)).size
    told = check_all(source(str(settings.PUBLOG_FOLDER)), verifier_key(KEY), lambda done, total: None)
    assert told.size == before > LOGGED


def test_unlawful_entries_stop_it_before_a_record_is_changed_and_each_is_named() -> None:
    numbers = ["示市监列〔2026〕0号", "示市监列〔2026〕2号"]
    with old_tables():
        for number in numbers:
            made_unlawful(number)
        with pytest.raises(XinshuError) as refused:
            bring_up()
        assert max(applied()) == "0010_the_day_turns"
        head, *_, first, second = str(refused.value).splitlines()
        assert "2条" in head
        assert "xinshu withdraw" in str(refused.value)
        for line, number, code in (
            (first, numbers[0], "93990104MA0UMYNG4U"),
            (second, numbers[1], "91990100MAKA24G57Y"),
        ):
            assert line == (
                f"  {code} {number} --organ 11990100MB7CKTH00H --kind SERIOUS_DISHONESTY："
                "DECIDED_ON 2026-06-01 < DEFENCE_UNTIL 2026-06-20"
            )
        taken_off(numbers[0])
        with pytest.raises(XinshuError, match="1条"):
            bring_up()
        taken_off(numbers[1])
        bring_up()
        assert "0014_listings_checked" in applied()


def test_a_step_that_a_list_does_not_tell_stops_it_too() -> None:
    with old_tables():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE records_record SET public_from = '2026-07-02' WHERE kind = 'JUDGMENT_DEFAULTER'")
            cursor.execute(
                "UPDATE records_record SET decided_on = NULL WHERE document_number = %s", ["示市监列〔2026〕1号"]
            )
        with pytest.raises(XinshuError) as refused:
            bring_up()
        said = str(refused.value)
        assert "JUDGMENT_DEFAULTER：PUBLIC_FROM 2026-07-02 < SERVED_ON 2026-07-03" in said
        assert "示市监列〔2026〕1号 --organ 11990100MB7CKTH00H --kind SERIOUS_DISHONESTY：DECIDED_ON ?" in said


def test_what_the_old_release_files_meanwhile_gets_its_days_too() -> None:
    with old_tables():
        call_command("migrate", "records", "0012", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE records_record SET listed_in = NULL, served_on = NULL WHERE kind = ANY(%s)", [list(LIST_KINDS)]
            )
        bring_up()
        entries = Record.objects.filter(kind__in=LIST_KINDS)
        assert entries.count() == sum(SHOWN[kind] for kind in LIST_KINDS)
        assert not entries.filter(listed_in=None).exists()
        assert not entries.filter(served_on=None).exists()


def test_a_table_in_use_is_told_and_the_upgrade_goes_on_later() -> None:
    with old_tables():
        call_command("migrate", "records", "0013", verbosity=0, interactive=False)
        with psycopg.connect(**databases.address()) as somebody:
            somebody.execute("LOCK TABLE records_record IN SHARE UPDATE EXCLUSIVE MODE")
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            with pytest.raises(TablesBusy, match=r"records\.0014_listings_checked"):
                bring_up()
        bring_up()
        assert "0014_listings_checked" in applied()
