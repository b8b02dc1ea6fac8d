"""The log offers its checkpoints to its witnesses: both cosign, one is down and the log goes on, one lies and is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from click.testing import CliRunner
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from tests.factories import SUBJECT, TODAY, accepted, adopted_catalogue, document, noon
from tests.journeys.conftest import on
from xinshu.doors import metrics
from xinshu.doors.cli.log import log as command
from xinshu.doors.cli.witness import load
from xinshu.doors.cli.worker import work
from xinshu.doors.kept_checkpoints import Found, check_and_keep
from xinshu.doors.published_log import Lied, source
from xinshu.doors.witness import Witness
from xinshu.doors.witness_key import witness_key
from xinshu.doors.witnessing import BadWitnesses, Failure, configured, offer_to_all
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import stand, witnesses
from xinshu.register.publog.tasks import integrate_soon
from xinshu.register.records.models import Record
from xinshu.tlog.note import cosign, parse, verifier_key

pytestmark = pytest.mark.django_db
Application = Callable[[dict[str, Any], Callable[..., Any]], Any]
NOW = noon(TODAY)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: object = "-", size: object = "-") -> None:
        """A test needs no line."""


@contextmanager
def served(application: Application) -> Iterator[str]:
    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def log(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.PUBLOG_FOLDER = tmp_path / "publog"
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    settings.PUBLOG_WITNESSES = tmp_path / "witnesses"
    adopted_catalogue()
    accepted(document())
    integrate(moment=NOW)
    with on(TODAY):
        yield tmp_path / "publog"


@pytest.fixture
def pair(tmp_path: Path, log: Path) -> list[Witness]:
    """Two witnesses of this log."""
    made = []
    for name in ("w1", "w2"):
        witness_key(tmp_path / f"{name}.key", f"{name}.example")
        made.append(load(tmp_path / f"{name}.key", tmp_path / name, (tiles.key() or "",)))
    return made


def named(folder: Path, *lines: tuple[str, object]) -> None:
    text = "".join(f"{address} {key}\n" for address, key in lines)
    (folder / "witnesses").write_text(f"# 见证方\n\n{text}", encoding="utf-8")


def signers() -> list[str]:
    """Who signed what is published."""
    return [each.name for each in parse(tiles.checkpoint() or "").signatures][1:]


def grown(number: int) -> None:
    accepted(document(document_number=f"示市监罚〔2026〕{number:04d}号"))
    integrate(moment=NOW)


def of(name: str) -> tuple[int, str]:
    """Which size that witness cosigned last, and how it answered."""
    return next((row.size, row.failure) for row in witnesses() if row.key.startswith(f"{name}.example"))


def verified(log: Path, *demanded: Witness) -> Found:
    """As a stranger verifies what is published, and demands these witnesses."""
    key = verifier_key(tiles.key() or "")
    return check_and_keep(source(str(log)), key, None, [each.key.public for each in demanded], lambda done, total: None)


def test_both_cosign_and_the_log_goes_on(tmp_path: Path, pair: list[Witness], log: Path) -> None:
    one, two = pair
    with served(one) as first, served(two) as second:
        named(tmp_path, (first, one.key.public), (f"{second}/", two.key.public))
        assert offer_to_all(moment=NOW) == 2
        assert signers() == ["w1.example", "w2.example"]
        assert stand().checkpoint == tiles.checkpoint()
        assert offer_to_all(moment=NOW) == 2
        for number in range(2, 5):
            grown(number)
            assert signers() == []
            assert offer_to_all(moment=NOW) == 2
        assert (of("w1"), of("w2")) == ((5, ""), (5, ""))
        found = verified(log, one, two)
        assert [(name, at) for name, at in found.witnesses] == [(f"w{n}.example", NOW.instant) for n in (1, 2)]
        assert one.memory.known(stand().checkpoint.split("\n")[0]).root == stand().root


def test_a_proof_says_who_witnessed_it(tmp_path: Path, pair: list[Witness], client: Client) -> None:
    one, two = pair
    with served(one) as first:
        named(tmp_path, (first, one.key.public))
        offer_to_all(moment=NOW)
    record = Record.objects.get()
    file = tmp_path / "record.tlog-proof"
    file.write_bytes(client.get(f"/subjects/{SUBJECT}/records/{record.record_ref}/record.tlog-proof").content)
    said = ["check", str(file), "--key", tiles.key() or "", "--witness"]
    held = CliRunner().invoke(command, [*said, str(one.key.public)], catch_exceptions=False)
    assert "Witnessed: w1.example，2026-11-23 12:00:00" in held.output
    with pytest.raises(Lied, match=r"w2\.example"):
        CliRunner().invoke(command, [*said, str(two.key.public)], catch_exceptions=False)


def test_one_that_is_down_holds_nothing_up_and_is_told(
    tmp_path: Path, pair: list[Witness], log: Path, client: Client, settings: Settings
) -> None:
    one, two = pair
    settings.DATA_FOLDER = tmp_path
    (tmp_path / "secrets" / metrics.TOKEN).write_text("made-up")
    with served(two) as second:
        named(tmp_path, ("http://127.0.0.1:9", one.key.public), (second, two.key.public))
        assert offer_to_all(moment=NOW) == 1
        assert signers() == ["w2.example"]
        assert verified(log, two).told.size == 2
        with pytest.raises(Lied, match=r"w1\.example"):
            verified(log, one)
        assert (of("w1"), of("w2")) == ((0, "UNREACHABLE"), (2, ""))
    grown(2)
    assert offer_to_all(moment=NOW) == 0
    text = client.get("/metrics", headers={"Authorization": "Bearer made-up"}).content.decode()
    page = client.get("/log/").content.decode()
    assert 'xinshu_witness_behind{witness="w1.example"} 3.0' in text
    assert 'xinshu_witness_behind{witness="w2.example"} 1.0' in text
    assert 'xinshu_witness_failing{witness="w2.example"} 1.0' in text
    assert "w2.example" in page
    assert "尚未联署" in page
    with served(one) as first, served(two) as second:
        named(tmp_path, (first, one.key.public), (second, two.key.public))
        assert offer_to_all(moment=NOW) == 2
    assert of("w2") == (3, "")


def test_a_witness_that_knows_more_or_another_log_is_told(tmp_path: Path, pair: list[Witness]) -> None:
    one, _ = pair
    with served(one) as first:
        named(tmp_path, (first, one.key.public))
        earlier = tiles.checkpoint() or ""
        grown(2)
        offer_to_all(moment=NOW)
        tiles.publish(earlier, tiles.key() or "")
        assert offer_to_all(moment=NOW) == 0
        assert of("w1") == (3, Failure.AHEAD)
        one.memory.path(earlier.split("\n")[0]).write_text(
            str(parse(earlier)).replace("\n2\n", "\n3\n"), encoding="utf-8"
        )
        integrate(moment=NOW)
        grown(3)
        assert offer_to_all(moment=NOW) == 0
        assert of("w1") == (3, Failure.FORKED)


def saying(status: str, kind: str, content: bytes) -> Application:
    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response(status, [("Content-Type", kind)])
        return [content]

    return application


def test_no_nonsense_of_a_witness_is_published(tmp_path: Path, pair: list[Witness]) -> None:
    one, two = pair
    text = parse(tiles.checkpoint() or "").text
    late = int((NOW.instant + timedelta(1)).timestamp())
    tomorrow = cosign(text, one.key.public, one.key.sign, timestamp=late).line
    another = cosign(text, two.key.public, two.key.sign, timestamp=1).line
    wrong = cosign(text + "x\n", one.key.public, one.key.sign, timestamp=1).line
    answers = [
        ("200 OK", "text/plain", tomorrow, Failure.INVALID),
        ("200 OK", "text/plain", another, Failure.INVALID),
        ("200 OK", "text/plain", wrong, Failure.INVALID),
        ("200 OK", "text/plain", "", Failure.INVALID),
        ("200 OK", "text/plain", "x" * 70_000, Failure.INVALID),
        ("404 Not Found", "text/plain", "", Failure.REFUSED),
        ("302 Found", "text/plain", "", Failure.REFUSED),
        ("422 No", "text/plain", "", Failure.FORKED),
        ("409 Conflict", "text/plain", "1\n", Failure.INVALID),
        ("409 Conflict", "text/x.tlog.size", "one\n", Failure.INVALID),
        ("409 Conflict", "text/x.tlog.size", "0\n", Failure.FORKED),
        ("409 Conflict", "text/x.tlog.size", "1\n", Failure.FORKED),
        ("409 Conflict", "text/x.tlog.size", "9\n", Failure.AHEAD),
    ]
    for status, kind, content, failure in answers:
        with served(saying(status, kind, content.encode())) as first:
            named(tmp_path, (first, one.key.public))
            assert offer_to_all(moment=NOW) == 0
        assert (signers(), of("w1")) == ([], (0, failure)), (status, content[:40])


def test_who_is_no_witness_any_more_is_forgotten(tmp_path: Path, pair: list[Witness], settings: Settings) -> None:
    named(tmp_path, ("http://127.0.0.1:9", pair[0].key.public))
    offer_to_all(moment=NOW)
    assert len(witnesses()) == 1
    settings.PUBLOG_WITNESSES = None
    assert offer_to_all(moment=NOW) == 0
    assert witnesses() == []


def test_a_file_of_witnesses_that_is_none_says_which_line(tmp_path: Path, pair: list[Witness]) -> None:
    key = pair[0].key.public
    for lines in ([("ftp://w", key)], [("https://w", tiles.key())], [("https://w", "x")], [("https://w", "")]):
        named(tmp_path, *lines)
        with pytest.raises(BadWitnesses, match="Line 3"):
            configured()
    named(tmp_path, ("https://w", key), ("https://v", key))
    with pytest.raises(BadWitnesses, match="twice"):
        configured()
    (tmp_path / "witnesses").unlink()
    with pytest.raises(BadWitnesses):
        configured()


@pytest.mark.django_db(transaction=True)
def test_a_worker_offers_what_it_signed(tmp_path: Path, pair: list[Witness], settings: Settings) -> None:
    one, _ = pair
    with served(one) as first:
        named(tmp_path, (first, one.key.public))
        accepted(document(document_number="示市监罚〔2026〕0009号"))
        integrate_soon()
        assert work(queues=["timers", "witnesses"])
    done = ProcrastinateJob.objects.filter(task_name__in=["publog.integrate", "publog.offer"])
    assert {job.status for job in done} == {"succeeded"}
    assert (stand().size, signers()) == (3, ["w1.example"])
