"""A bank keeps a copy: by snapshot, changes and stream, from the real site; what ends there ends in it, killed or not."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.doors.test_stream import streaming
from tests.factories import SUBJECT, TODAY, accepted, document, noon
from tests.house.tree import ROOT
from tests.journeys.conftest import on
from tests.processes import started
from xinshu.bulk.canonical import canonical
from xinshu.doors.cli.follow import follow
from xinshu.doors.follower.evidence import LieFound
from xinshu.kit.errors import XinshuError
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record
from xinshu.uses.sharing.queries import subscriptions

PENALTY, LICENCE = "示市监罚〔2026〕0001号", "示市监许〔2026〕0001号"
PROGRAM = [sys.executable, "-c", "from xinshu.doors.cli.main import main; main()", "follow"]


@pytest.fixture
def site(house: None, live_server: LiveServer) -> Iterator[str]:
    with on(TODAY):
        accepted(document())
        accepted(document("ADMIN_LICENCE", document_number=LICENCE))
        sealed()
        yield live_server.url


@pytest.fixture
def bank(site: str, tmp_path: Path) -> list[str]:
    """How the bank calls the follower: with its token, and the key that it had from elsewhere."""
    (tmp_path / "token").write_text(factories.registered_recipient(), encoding="ascii")
    return [site, "--key", str(tiles.key()), "--to", str(tmp_path / "copy"), "--token-file", str(tmp_path / "token")]


def sealed(day: date = TODAY) -> None:
    turn_the_day(moment=noon(day))
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def taken_back(number: str) -> None:
    record = Record.objects.get(document_number=number)
    factories.taken_back(record.subject_id, record.record_ref)
    sealed()


def once(arguments: list[str]) -> Result:
    return CliRunner().invoke(follow, [*arguments, "--once"], catch_exceptions=False)


def rows(arguments: list[str], sql: str) -> list[Any]:
    with closing(sqlite3.connect(Path(arguments[4]) / "copy.sqlite")) as database:
        return database.execute(sql).fetchall()


def held(arguments: list[str]) -> list[bytes]:
    return sorted(content.encode() for (content,) in rows(arguments, "SELECT content FROM shown"))


def shown() -> list[bytes]:
    """What the site shows of the body, in the form of the feed."""
    bodies = Client().get(f"/api/v1/subjects/{SUBJECT}").json()["bodies"]
    return sorted(canonical({"record": form, "subject": SUBJECT}) for one in bodies for form in one["records"])


def in_step(arguments: list[str]) -> bool:
    """Whether the copy is the site; one that is only being made is not."""
    try:
        return held(arguments) == shown()
    except sqlite3.OperationalError:
        return False


def within(seconds: float, wanted: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_the_copy_is_the_site_after_each_step_and_endings_are_acknowledged(bank: list[str]) -> None:
    assert once(bank).exit_code == 0
    assert held(bank) == shown()
    assert len(held(bank)) == 2
    accepted(document(fine=Decimal(5)))
    sealed()
    assert once(bank).exit_code == 0
    assert held(bank) == shown()
    taken_back(PENALTY)
    assert once(bank).exit_code == 0
    assert [orjson.loads(one)["record"]["document_number"] for one in held(bank)] == [LICENCE]
    assert rows(bank, "SELECT reason FROM ended") == [("WITHDRAWN",)]
    (row,) = subscriptions()
    assert row.acknowledged == row.told == 5


def test_everyone_else_has_what_is_not_adverse(bank: list[str], tmp_path: Path) -> None:
    everyone = [*bank[:4], str(tmp_path / "public")]
    assert once(everyone).exit_code == 0
    assert [orjson.loads(one)["record"]["document_number"] for one in held(everyone)] == [LICENCE]
    taken_back(PENALTY)
    assert once(everyone).exit_code == 0
    assert rows(everyone, "SELECT count(*) FROM ended WHERE reason IS NOT NULL") == [(0,)]


def test_killed_at_any_moment_it_goes_on_and_an_ending_comes_by_the_stream_at_once(
    bank: list[str], tmp_path: Path
) -> None:
    with streaming(connection.get_connection_params(), tmp_path / "stream") as stream:
        again = [*bank, "--stream", f"{stream}/changes/stream"]
        for number in range(3):
            with started([*PROGRAM, *again], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
                assert within(60, lambda: in_step(bank))
                accepted(document(document_number=f"示市监罚〔2026〕1{number:03d}号"))
                sealed()
                process.send_signal(signal.SIGKILL)
        with started([*PROGRAM, *again], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            assert within(60, lambda: held(bank) == shown())
            assert len(held(bank)) == 5
            taken_back(PENALTY)
            assert within(30, lambda: held(bank) == shown())
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


def test_what_ends_with_the_day_goes_though_the_feed_says_nothing(bank: list[str], tmp_path: Path) -> None:
    """The site has not turned its day, and the copy has: on the day after the last, the record is gone from both."""
    assert once(bank).exit_code == 0
    until = Record.objects.get(document_number=PENALTY).public_until
    assert until is not None
    with on(until):
        (tmp_path / "token").write_text(factories.registered_recipient(on_day=until), encoding="ascii")
        assert once(bank).exit_code == 0
        assert held(bank) == shown()
        assert PENALTY not in str(held(bank))


def test_a_record_altered_behind_the_application_stops_it_and_is_kept_as_evidence(bank: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_record SET public_form = replace(public_form, '0001', '0007')")
    with pytest.raises(LieFound, match="Entry 1 has a content that its entry does not commit to"):
        once(bank)
    assert len(list((Path(bank[4]) / "evidence").iterdir())) == 1
    with pytest.raises(XinshuError, match="evidence"):
        once(bank)
    assert len(list((Path(bank[4]) / "evidence").iterdir())) == 1
