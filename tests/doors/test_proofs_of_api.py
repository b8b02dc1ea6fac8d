"""Proofs by the API: as JSON and as the file, checked with the key alone; what has ended looks like what never was."""

import shutil
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from tests import factories
from tests.factories import SUBJECT, TODAY, UNKNOWN, accepted, adopted_catalogue, document, noon
from tests.house.statements import heard
from tests.journeys.conftest import on
from xinshu.bulk.canonical import canonical
from xinshu.doors.passage import HEADER
from xinshu.doors.published_log import check_proof, signed_state
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.leaf import Event, commitment, leaf
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record
from xinshu.tlog import verify
from xinshu.tlog.note import VerifierKey, verifier_key

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture(autouse=True)
def log(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Twelve records in a signed log, and one that waits."""
    settings.PUBLOG_FOLDER, settings.SECRETS_FOLDER = tmp_path / "publog", tmp_path / "secrets"
    adopted_catalogue()
    accepted(*(document(document_number=number(n)) for n in range(12)))
    integrate(moment=noon(TODAY))
    accepted(document(document_number=number(99)))
    with on(TODAY):
        yield tmp_path / "publog"


def number(n: int) -> str:
    return f"示市监罚〔2026〕{n:04d}号"


def key() -> VerifierKey:
    return verifier_key(tiles.key() or "")


def place(n: int = 1, code: str = SUBJECT) -> str:
    return f"{API}/subjects/{code}/records/{Record.objects.get(document_number=number(n)).record_ref}/proof"


def asked(client: Client, address: str, **headers: str) -> Any:
    return client.get(address, headers=headers)


def test_the_json_holds_for_whoever_has_the_key(client: Client) -> None:
    said = asked(client, place()).json()
    parts = said["leaf"]
    committed = commitment(bytes.fromhex(parts["salt"]), canonical(parts["content"]))
    entry = leaf(Event[parts["event"]], UUID(parts["reference"]).bytes, committed)
    told = signed_state(said["checkpoint"], key())
    hashes = [b64decode(each) for each in said["hashes"]]
    verify.included(verify.leaf(entry), said["number"], told.size, hashes, told.root)
    assert parts["content"]["record"] == asked(client, place().removesuffix("/proof")).json()
    assert parts["content"]["subject"] == SUBJECT


def test_the_file_is_the_same_by_form_and_by_accept(client: Client) -> None:
    files = [asked(client, f"{place()}?form=tlog-proof"), asked(client, place(), accept="text/plain")]
    page = client.get(place().removeprefix(API).replace("/proof", "/record.tlog-proof"))
    assert {each.content for each in files} == {page.content}
    assert {each.headers["Content-Type"] for each in files} == {"text/plain; charset=utf-8"}
    found, _ = check_proof(page.content.decode(), key())
    assert found.index == asked(client, place(), accept="*/*").json()["number"]
    both = asked(client, f"{place()}?form=json", accept="text/plain")
    assert (both.headers["Content-Type"][:16], both.headers["Vary"]) == ("application/json", "Accept")
    assert asked(client, f"{place()}?form=pdf").status_code == 422


def test_what_has_ended_looks_like_what_never_was(client: Client) -> None:
    record = Record.objects.get(document_number=number(7))
    ended, never = place(7), place(7).replace(str(record.record_ref), str(uuid4()))
    factories.taken_back(record.subject_id, record.record_ref)
    number_filings(moment=noon(TODAY))
    answers = [asked(client, each) for each in (ended, never, ended.replace(SUBJECT, UNKNOWN))]
    answers += [asked(client, f"{each}?form=tlog-proof") for each in (ended, never)]
    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}
    differ = {name for name, value in answers[0].headers.items() if answers[1].headers[name] != value}
    assert differ <= {HEADER, "RateLimit-Remaining"}
    assert answers[0].json()["error"] == "NOT_FOUND"
    assert asked(client, place().replace(SUBJECT, "919999990000002111")).json()["error"] == "NOT_A_CODE"


def test_what_is_not_signed_yet_is_asked_for_again(client: Client, log: Path) -> None:
    answer = asked(client, place(99))
    assert (answer.status_code, answer.json()["error"]) == (503, "NOT_SIGNED_YET")
    assert answer.headers["Retry-After"] == "5"
    integrate(moment=noon(TODAY))
    assert asked(client, place(99)).status_code == 200
    shutil.rmtree(log / "tile")
    assert asked(client, place()).status_code == asked(client, f"{API}/log/consistency?old=1").status_code == 503


def test_the_log_goes_on_from_every_size_that_it_had(client: Client) -> None:
    before = signed_state(tiles.checkpoint() or "", key())
    integrate(moment=noon(TODAY))
    said = asked(client, f"{API}/log/consistency?old={before.size}").json()
    told = signed_state(said["checkpoint"], key())
    hashes = [b64decode(each) for each in said["hashes"]]
    assert (said["old"], said["size"]) == (before.size, before.size + 1)
    verify.consistent(before.size, before.root, told.size, told.root, hashes)
    assert asked(client, f"{API}/log/consistency?old={told.size}").json()["hashes"] == []


def test_a_size_that_it_never_had_is_told_what_it_means(client: Client) -> None:
    asking = {"0": (422, "NOTHING_FOLLOWS"), "14": (409, "LOG_IS_SHORTER"), "-1": (422, "INVALID_PARAMETER")}
    asking |= {str(1 << 63): (422, "INVALID_PARAMETER"), "one": (422, "INVALID_PARAMETER")}
    for old, said in asking.items():
        answer = asked(client, f"{API}/log/consistency?old={old}")
        assert (answer.status_code, answer.json()["error"]) == said
    assert "13" in asked(client, f"{API}/log/consistency?old=14").json()["message"]["en"]


@pytest.mark.parametrize("address", ["record", "consistency"])
def test_the_questions_to_the_database_are_bounded(client: Client, address: str) -> None:
    wanted = place() if address == "record" else f"{API}/log/consistency?old=3"
    asked(client, wanted)
    with heard() as statements:
        asked(client, wanted)
    assert 0 < len([said for said in statements if said.startswith(("SELECT", "WITH", "\nSELECT"))]) <= 6
