"""A stranger checks us: a proof out of the site, the whole log out of its files, and whatever is not as it was."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django import Settings

from tests import factories
from tests.factories import SUBJECT, TODAY, UNKNOWN, accepted, adopted_catalogue, document, noon
from tests.journeys.conftest import on
from xinshu.doors.cli.log import Unproven
from xinshu.doors.cli.log import log as command
from xinshu.doors.published_log import Lied, NotThere, check_all, check_proof, source
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import stand
from xinshu.register.publog.signing import signer
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record
from xinshu.tlog.note import VerifierKey, sign, signed, verifier_key

pytestmark = pytest.mark.django_db

NUMBER = "示市监罚〔2026〕0001号"


@pytest.fixture
def published(settings: Settings, tmp_path: Path) -> Path:
    """A log of 300 records and a withdrawal, published in two steps."""
    settings.PUBLOG_FOLDER = tmp_path / "publog"
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    adopted_catalogue()
    accepted(*(document(document_number=f"示市监罚〔2026〕{number:04d}号") for number in range(300)))
    integrate(moment=noon(TODAY))
    taken_back("示市监罚〔2026〕0007号")
    integrate(moment=noon(TODAY))
    return tmp_path / "publog"


@pytest.fixture
def key(published: Path) -> VerifierKey:
    return verifier_key(tiles.key() or "")


def taken_back(number: str) -> None:
    record = Record.objects.get(document_number=number)
    factories.taken_back(record.subject_id, record.record_ref)
    number_filings(moment=noon(TODAY))


def address(what: str, number: str = NUMBER, code: str = SUBJECT) -> str:
    return f"/subjects/{code}/records/{Record.objects.get(document_number=number).record_ref}/{what}"


def got(client: Client, place: str) -> bytes:
    with on(TODAY):
        answer = client.get(place)
    assert answer.status_code == 200, place
    return answer.content


def test_a_proof_out_of_the_site_holds_for_whoever_has_the_key(client: Client, key: VerifierKey) -> None:
    content = got(client, address("record.tlog-proof")).decode()
    found, told = check_proof(content, key)
    assert told.size == stand().size == 302
    assert found.checkpoint == got(client, "/log/checkpoint").decode()
    assert f"第 {found.index} 号条目" in got(client, address("proof/")).decode()


def test_what_has_ended_has_no_proof_and_looks_like_what_never_was(client: Client, key: VerifierKey) -> None:
    ended = address("proof/", "示市监罚〔2026〕0007号")
    never = address("proof/").replace(SUBJECT, UNKNOWN)
    with on(TODAY):
        answers = [client.get(place) for place in (ended, never, ended.replace("proof/", "record.tlog-proof"))]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_what_is_shown_and_not_yet_signed_says_when(client: Client, key: VerifierKey) -> None:
    accepted(document(document_number="示市监罚〔2026〕9999号"))
    with on(TODAY):
        page = client.get(address("proof/", "示市监罚〔2026〕9999号"))
        file = client.get(address("record.tlog-proof", "示市监罚〔2026〕9999号"))
    assert "正在写入已签名的日志" in page.content.decode()
    assert (file.status_code, file.headers["Retry-After"]) == (503, "5")


def test_the_site_serves_the_files_as_they_are(client: Client, published: Path, key: VerifierKey) -> None:
    for path in sorted(published.rglob("*")):
        place = str(path.relative_to(published))
        if path.is_file() and place != "key":
            assert got(client, f"/log/{place}") == path.read_bytes()
    with on(TODAY):
        wrong = [client.get(f"/log/tile/{place}") for place in ("0/9", "0/009", "0/../key", "entries/000.p/300", "")]
        assert {answer.status_code for answer in wrong} == {404}
        kept = client.get("/log/tile/0/000").headers["Cache-Control"]
    assert "immutable" in kept


def whole(place: Path, key: VerifierKey) -> int:
    seen: list[int] = []
    size = check_all(source(str(place)), key, lambda done, total: seen.append(done)).size
    assert seen[-1] == size
    return size


def test_the_whole_log_is_sound(published: Path, key: VerifierKey) -> None:
    assert whole(published, key) == 302


def bit(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


SPOILED: dict[str, tuple[Callable[[Path], None], str]] = {
    "an entry": (lambda log: bit(log / "tile/entries/000", 52 * 5 + 30), "Entry 5 "),
    "the event of an entry": (lambda log: bit(log / "tile/entries/000", 52 * 9 + 3), "Entry 9 "),
    "a hash of a tile": (lambda log: bit(log / "tile/0/001.p/46", 32 * 40), "Entry 296 "),
    "a tile above": (lambda log: bit(log / "tile/1/000.p/1", 3), "from 0 on"),
    "the root": (lambda log: bit(log / "checkpoint", 30), "checkpoint"),
    "an entry left out": (
        lambda log: (log / "tile/entries/000").write_bytes((log / "tile/entries/000").read_bytes()[:-52]) and None,
        "not whole",
    ),
    "a tile left out": (
        lambda log: (log / "tile/0/000").write_bytes((log / "tile/0/000").read_bytes()[:-32]) and None,
        "Entry 255 is missing",
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_one_byte_that_is_not_as_it_was_is_found_and_named(published: Path, key: VerifierKey, what: str) -> None:
    spoil, said = SPOILED[what]
    spoil(published)
    with pytest.raises(Lied, match=re.escape(said)):
        whole(published, key)


def test_a_log_of_another_key_or_a_rewritten_one_is_refused(published: Path, key: VerifierKey, tmp_path: Path) -> None:
    other, private = signer(tmp_path / "other", key.name)
    with pytest.raises(Lied, match="checkpoint"):
        whole(published, other)
    text = (published / "checkpoint").read_text(encoding="utf-8").split("\n\n")[0] + "\n"
    rewritten = text.replace("\n302\n", "\n301\n")
    (published / "checkpoint").write_text(str(signed(rewritten, [sign(rewritten, other, private)])), encoding="utf-8")
    with pytest.raises(Lied, match=r"not the tree|Entry"):
        whole(published, other)
    shutil.rmtree(published / "tile")
    with pytest.raises(NotThere):
        whole(published, other)


def test_what_caches_keep_says_how_far_the_log_was(client: Client, published: Path) -> None:
    with on(TODAY):
        assert client.get("/catalogue/").headers["Xinshu-State"].endswith("log=302")


@pytest.mark.django_db(transaction=True)
def test_the_operator_s_commands_give_key_and_proof(published: Path, key: VerifierKey, tmp_path: Path) -> None:
    record = Record.objects.get(document_number=NUMBER)
    with on(TODAY):
        assert CliRunner().invoke(command, ["key"], catch_exceptions=False).output.strip() == str(key)
        printed = CliRunner().invoke(command, ["prove", SUBJECT, str(record.record_ref)], catch_exceptions=False)
        check_proof(printed.output, key)
        file = tmp_path / "r.tlog-proof"
        told = ["prove", SUBJECT, str(record.record_ref), "--to", str(file)]
        assert CliRunner().invoke(command, told, catch_exceptions=False).exit_code == 0
        assert file.read_text(encoding="utf-8") == printed.output
        with pytest.raises(Unproven):
            CliRunner().invoke(command, ["prove", UNKNOWN, str(record.record_ref)], catch_exceptions=False)


def test_files_that_cannot_be_read_break_no_page(client: Client, published: Path, key: VerifierKey) -> None:
    shutil.rmtree(published / "tile")
    with on(TODAY):
        assert client.get(address("proof/")).status_code == 200
        assert client.get(address("record.tlog-proof")).status_code == 503


def test_the_commands_say_it_in_a_line(client: Client, published: Path, key: VerifierKey, tmp_path: Path) -> None:
    file = tmp_path / "record.tlog-proof"
    file.write_bytes(got(client, address("record.tlog-proof")))
    (tmp_path / "log.key").write_text(str(key), encoding="utf-8")
    for told in (str(key), str(tmp_path / "log.key")):
        said = CliRunner().invoke(command, ["check", str(file), "--key", told], catch_exceptions=False)
        assert "It holds: SHOWN" in said.output
        assert NUMBER in said.output
    said = CliRunner().invoke(command, ["verify", str(published), "--key", str(key)], catch_exceptions=False)
    assert "Sound: 302" in said.output
    refused = CliRunner().invoke(command, ["verify", str(published), "--key", "no+key"])
    assert (refused.exit_code, "Not a public key" in refused.output) == (2, True)
    bit(file, 300)
    with pytest.raises(Lied):
        CliRunner().invoke(command, ["check", str(file), "--key", str(key)], catch_exceptions=False)
