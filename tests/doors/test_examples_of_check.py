"""The examples of docs/check.md are run as they stand there."""

import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path

import orjson
import pytest
import time_machine
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.factories import SUBJECT, TODAY, accepted, document
from tests.measures import SERIOUS, adopted_measures, organ_token
from xinshu.kit.moment import LEGAL_ZONE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "check.md").read_text(encoding="utf-8")


@pytest.fixture
def address(transactional_db: None, live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[str]:
    settings.DATA_FOLDER = tmp_path / "data"
    with time_machine.travel(datetime.combine(TODAY, time(12), LEGAL_ZONE), tick=True):
        adopted_measures(tmp_path)
        factories.registered_organ()
        accepted(document(**SERIOUS))
        yield live_server.url


def test_the_examples_do_what_the_page_says(address: str, tmp_path: Path) -> None:
    token = organ_token()["Authorization"].removeprefix("Bearer ")
    world = {"XINSHU": address, "SUBJECT": SUBJECT, "TOKEN": token, "DAY": "2026-12-31", "PATH": "/usr/bin:/bin"}
    examples = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 4
    for example in examples:
        command = ["bash", "-euo", "pipefail", "-c", example]
        done = subprocess.run(command, cwd=tmp_path, env=world, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, (example, done.stderr.decode())
    check, again, replay = (
        [orjson.loads(line) for line in (tmp_path / f"{name}.ndjson").read_bytes().splitlines()]
        for name in ("check", "again", "replay")
    )
    assert [one["outcome"] for one in check[1:-1]] == ["MEASURES", "NOT_A_CODE"]
    assert replay == check
    assert again[-1] == {"end": 1, "found": 1}
    assert orjson.loads((tmp_path / "watch.json").read_bytes())["over"] is False


def test_every_outcome_and_member_of_the_answer_is_explained(address: str, tmp_path: Path) -> None:
    """What the first line says, and each outcome, has its line on the page."""
    explained = set(re.findall(r"`(\w+)`", PAGE))
    test_the_examples_do_what_the_page_says(address, tmp_path)
    head = orjson.loads((tmp_path / "check.ndjson").read_bytes().splitlines()[0])
    assert head.keys() - explained - {"asked"} == set()
    assert {"MEASURES", "NONE", "NOT_A_CODE", "FOREIGN"} <= explained
