"""The unit decides a repair in its own window: the file that says so ends the record on page, API, feed and copies."""

import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.factories import MARKET, SUBJECT, TODAY, accepted, document, noon
from tests.journeys.conftest import answer, on, page
from xinshu.doors.cli.follow import follow
from xinshu.doors.cli.repair_elsewhere import repair
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER, OTHER = "示市监罚〔2026〕0001号", "示市监罚〔2026〕0002号"


def sealed() -> None:
    turn_the_day(moment=noon(TODAY))
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))


def received(file: Path) -> str:
    with on(TODAY):
        done = CliRunner().invoke(repair, ["receive", str(file), "--sender", MARKET.code], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def copied(folder: Path) -> set[str]:
    """What the follower's copy shows, by number of document."""
    with closing(sqlite3.connect(folder / "copy.sqlite")) as copy:
        return {number for number in (NUMBER, OTHER) if any(number in line for line in copy.iterdump())}


def test_a_decision_of_the_units_own_window_ends_it_everywhere(
    house: None, live_server: LiveServer, tmp_path: Path
) -> None:
    with on(TODAY):
        accepted(document(), document(document_number=OTHER))
        sealed()
    record = Record.objects.get(document_number=NUMBER)
    address = f"/subjects/{SUBJECT}/records/{record.record_ref}/"
    (tmp_path / "token").write_text(factories.registered_recipient(), encoding="ascii")
    bank = [live_server.url, "--key", str(tiles.key()), "--to", str(tmp_path / "copy")]
    bank += ["--token-file", str(tmp_path / "token"), "--once"]
    with on(TODAY):
        assert CliRunner().invoke(follow, bank, catch_exceptions=False).exit_code == 0
    assert page(address, TODAY)[0] == 200

    row = {"decider": MARKET.code, "case_number": "修〔2026〕7号", "decided_on": "2026-11-20", "subject_code": SUBJECT}
    row |= {"document_number": NUMBER, "result": "GRANTED"}
    file = tmp_path / "decisions.jsonl"
    file.write_bytes(orjson.dumps(row) + b"\n" + orjson.dumps(row | {"decider": SUBJECT}) + b"\n")
    said = received(file)
    assert "APPLIED 1" in said
    assert "NOT_A_SOURCE" in said

    assert page(address, TODAY)[0] == 404
    shown = {one["document_number"] for body in answer(SUBJECT, TODAY)["bodies"] for one in body["records"]}
    assert shown == {OTHER}
    with on(TODAY):
        sealed()
        feed = Client().get("/api/v1/changes?after=0").content.decode()
        assert CliRunner().invoke(follow, bank, catch_exceptions=False).exit_code == 0
    assert '"content":null' in feed
    assert NUMBER not in feed
    assert copied(tmp_path / "copy") == {OTHER}
    assert "ALREADY 1" in received(file)
    assert accepted(document()).accepted == 0
    assert page(address, TODAY)[0] == 404
