"""The examples of docs/api.md are run as they stand there, and a client generated from the document is used and checked."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import time_machine
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.factories import SUBJECT
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.register.publog.actions import integrate
from xinshu.tlog.proof import HEADER

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
NUMBERS = [f"示市监罚〔2026〕{number:04d}号" for number in range(1, 6)]
CONSUMER = """
from uuid import UUID

from xinshu_api_client import Client
from xinshu_api_client.api.catalogue import kinds
from xinshu_api_client.api.disclosure import records, subject
from xinshu_api_client.models import AdminPenaltyRecord, ErrorForm, KindsAnswer, RecordsAnswer, SubjectAnswer


def penalties(client: Client, code: str) -> list[tuple[UUID, str]]:
    answer = subject.sync(code, client=client)
    assert isinstance(answer, SubjectAnswer)
    found = [record for body in answer.bodies for record in body.records]
    return [(one.ref, one.document_number) for one in found if isinstance(one, AdminPenaltyRecord)]


def act(client: Client, code: str) -> str:
    page = records.sync(code, client=client, limit=1)
    assert isinstance(page, RecordsAnswer)
    record = page.records[0].record
    assert isinstance(record, AdminPenaltyRecord)
    return str(record.fields.cf_wsh)


def names(client: Client) -> dict[str, str]:
    answer = kinds.sync(client=client)
    assert isinstance(answer, KindsAnswer)
    return {kind.id: kind.name.zh for kind in answer.kinds}


def refusal(client: Client) -> str:
    answer = subject.sync("1", client=client)
    assert isinstance(answer, ErrorForm)
    return answer.error.value
"""


@pytest.fixture
def address(transactional_db: None, live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[str]:
    settings.PUBLOG_FOLDER, settings.SECRETS_FOLDER = tmp_path / "publog", tmp_path / "secrets"
    with time_machine.travel(datetime.combine(factories.TODAY, time(12), LEGAL_ZONE), tick=True):
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.accepted(*(factories.document(document_number=number) for number in NUMBERS))
        integrate(moment=factories.noon(factories.TODAY))
        yield live_server.url


def test_the_examples_in_the_shell_do_what_the_page_says(address: str, tmp_path: Path) -> None:
    for example in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL):
        world = {"XINSHU": address, "SUBJECT": SUBJECT, "PATH": "/usr/bin:/bin"}
        command = ["bash", "-euo", "pipefail", "-c", example]
        done = subprocess.run(command, cwd=tmp_path, env=world, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, (example, done.stderr.decode())
    kept = {path.stem: orjson.loads(path.read_bytes()) for path in tmp_path.glob("*.json") if path.stat().st_size}
    assert {*kept} == {"subject", "found", "kinds", "kind", "errors", "changes"}
    assert kept["changes"]["changes"] == []
    assert (tmp_path / "snapshot.ndjson").read_text(encoding="utf-8").endswith('{"end":0}\n')
    assert [hit["code"] for hit in kept["found"]["hits"]] == [SUBJECT]
    assert kept["kind"]["id"] == "ADMIN_PENALTY"
    assert (tmp_path / "record.tlog-proof").read_text(encoding="utf-8").startswith(HEADER)
    assert (tmp_path / "status.txt").read_text() == "304"


def test_the_examples_in_python_do_what_the_page_says(address: str) -> None:
    world: dict[str, Any] = {"httpx": httpx, "XINSHU": address, "SUBJECT": SUBJECT}
    examples = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, "docs/api.md", "exec"), world)
    assert sorted(world["numbers"]) == NUMBERS


GENERATOR = """post_hooks: []
content_type_overrides:
  application/x-ndjson: application/octet-stream
"""
"""What the generator is told: lines of JSON are a file to it."""


@pytest.mark.slow
def test_a_client_generated_from_the_document_is_typed_and_works(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openapi.json").write_bytes(httpx.get(f"{address}/api/v1/openapi.json").content)
    generator = Path(sys.executable).with_name("openapi-python-client")
    (tmp_path / "settings.yml").write_text(GENERATOR, encoding="utf-8")
    options = ["--path", "openapi.json", "--meta", "none", "--config", "settings.yml", "--fail-on-warning"]
    command = [str(generator), "generate", *options, "--output-path", "xinshu_api_client"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert made.returncode == 0, made.stdout + made.stderr
    (tmp_path / "consumer.py").write_text(CONSUMER, encoding="utf-8")
    checked = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "consumer.py"]
    told = subprocess.run(checked, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert told.returncode == 0, told.stdout
    monkeypatch.syspath_prepend(tmp_path)
    consumer = importlib.import_module("consumer")
    client = importlib.import_module("xinshu_api_client").Client(base_url=f"{address}/api/v1")
    with client:
        assert sorted(number for _, number in consumer.penalties(client, SUBJECT)) == NUMBERS
        assert consumer.act(client, SUBJECT) in NUMBERS
        assert consumer.names(client)["ADMIN_PENALTY"] == "行政处罚"
        assert consumer.refusal(client) == "NOT_A_CODE"
