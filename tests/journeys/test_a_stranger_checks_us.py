"""A stranger checks us: one record, the whole log, site against feed; and every way to cheat is told, with the entry."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.factories import SUBJECT, TODAY, accepted, document, noon
from tests.journeys.conftest import on
from xinshu.doors.cli.log import log
from xinshu.kit.errors import XinshuError
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record

LICENCE = "示市监许〔2026〕0001号"


def sealed() -> None:
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))


@pytest.fixture
def site(house: None, live_server: LiveServer) -> Iterator[str]:
    """A penalty is entry 1, a licence entry 2."""
    with on(TODAY):
        accepted(document())
        accepted(document("ADMIN_LICENCE", document_number=LICENCE))
        sealed()
        yield live_server.url


@pytest.fixture
def key(site: str, tmp_path: Path) -> str:
    """As the gazette printed it."""
    (tmp_path / "gazette.key").write_text(str(tiles.key()), encoding="utf-8")
    return str(tmp_path / "gazette.key")


def told(*arguments: str) -> Result:
    return CliRunner().invoke(log, list(arguments), catch_exceptions=False)


def verified(site: str, key: str, folder: Path) -> Result:
    return told("verify", f"{site}/log/", "--key", key, "--keep", str(folder / "seen"))


def monitored(site: str, key: str, folder: Path, token: str = "") -> Result:
    """With a token the adverse records are compared too."""
    more = []
    if token:
        (folder / "token").write_text(token, encoding="ascii")
        more = ["--token-file", str(folder / "token")]
    return told("monitor", site, "--key", key, "--state", str(folder / "watch"), "--again", "0", *more)


def test_one_record_is_checked_without_network_and_keeps_holding(site: str, key: str, tmp_path: Path) -> None:
    record = Record.objects.get(document_number=LICENCE)
    address = f"/subjects/{SUBJECT}/records/{record.record_ref}/record.tlog-proof"
    (tmp_path / "saved").write_bytes(Client().get(address).content)
    factories.taken_back(record.subject_id, record.record_ref)
    sealed()
    said = told("check", str(tmp_path / "saved"), "--key", key)
    assert said.exit_code == 0
    assert "entry 2 of 3" in said.stdout
    assert LICENCE in said.stdout
    assert Client().get(address).status_code == 404


def test_all_of_it_is_checked_and_goes_on_from_what_was_seen(site: str, key: str, tmp_path: Path) -> None:
    assert "Sound: 3" in verified(site, key, tmp_path).stdout
    accepted(document(document_number="示市监罚〔2026〕0002号"))
    sealed()
    said = verified(site, key, tmp_path)
    assert "Sound: 4" in said.stdout
    assert "It goes on from what was seen before: 3" in said.stdout


def test_site_and_feed_are_compared_record_by_record(site: str, key: str, tmp_path: Path) -> None:
    said = monitored(site, key, tmp_path, factories.registered_recipient())
    assert (said.exit_code, "2 条信息 records" in said.stdout) == (0, True)


def one_byte_of_a_tile() -> None:
    path = next((Path(settings.PUBLOG_FOLDER) / "tile" / "0").rglob("*.p/3"))
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)


def one_byte_of_an_entry() -> None:
    path = next((Path(settings.PUBLOG_FOLDER) / "tile" / "entries").rglob("*.p/3"))
    content = bytearray(path.read_bytes())
    content[52 + 2 + 30] ^= 1
    path.write_bytes(content)


def one_byte_of_the_checkpoint() -> None:
    path = Path(settings.PUBLOG_FOLDER) / "checkpoint"
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("cheat", "says"),
    [
        (one_byte_of_a_tile, "Entry 1 "),
        (one_byte_of_an_entry, "Entry 1 "),
        (one_byte_of_the_checkpoint, "The checkpoint is not valid"),
    ],
)
def test_one_byte_is_named(site: str, key: str, tmp_path: Path, cheat: Callable[[], None], says: str) -> None:
    verified(site, key, tmp_path)
    cheat()
    with pytest.raises(XinshuError, match=says):
        verified(site, key, tmp_path)


def test_a_log_that_was_rolled_back_is_told_with_both_sizes(site: str, key: str, tmp_path: Path) -> None:
    shutil.copytree(settings.PUBLOG_FOLDER, tmp_path / "before")
    accepted(document(document_number="示市监罚〔2026〕0002号"))
    sealed()
    verified(site, key, tmp_path)
    shutil.rmtree(settings.PUBLOG_FOLDER)
    shutil.copytree(tmp_path / "before", settings.PUBLOG_FOLDER)
    with pytest.raises(XinshuError, match=r"(?s)4.*3|3.*4"):
        verified(site, key, tmp_path)
    assert list(tmp_path.glob("seen*evidence*")) or list(tmp_path.glob("seen.*"))


def altered(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [LICENCE])


def test_a_record_altered_behind_the_application_is_named(site: str, key: str, tmp_path: Path) -> None:
    monitored(site, key, tmp_path)
    altered("UPDATE records_record SET public_form = replace(public_form, %s, '示市监许〔2026〕9999号')")
    with pytest.raises(XinshuError, match=r"[Ee]ntry 2"):
        monitored(site, key, tmp_path)
    assert any((tmp_path / "watch" / "evidence").iterdir())


def test_a_record_that_is_shown_and_never_entered_is_named(site: str, key: str, tmp_path: Path) -> None:
    record = Record.objects.get(document_number=LICENCE)
    altered("UPDATE records_record SET entry_lot = NULL, entry_place = NULL WHERE document_number = %s")
    with pytest.raises(XinshuError, match=str(record.record_ref)):
        monitored(site, key, tmp_path, factories.registered_recipient())
