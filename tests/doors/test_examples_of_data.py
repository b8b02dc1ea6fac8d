"""The examples of open data are run as the page and docs/open-data.md give them, against the real server."""

import os
import re
import subprocess
import sys
from datetime import datetime, time
from html import unescape
from pathlib import Path

import orjson
import pytest
import time_machine
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests import factories
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.register.access.actions import register_recipient

DOCS = Path(__file__).resolve().parents[2] / "docs"


def examples(page: str) -> list[str]:
    return re.findall(r"```bash\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_examples_do_what_the_page_says(live_server: LiveServer, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    with time_machine.travel(datetime.combine(factories.TODAY, time(12), LEGAL_ZONE), tick=True):
        factories.adopted_catalogue()
        factories.accepted(factories.document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
        factories.accepted(factories.document())
        moment = factories.noon(factories.TODAY)
        token = register_recipient(
            name="示范银行",
            contact="data@bank.example",
            purpose="贷前核查",
            accepts_terms=True,
            until=factories.TODAY.replace(year=2027),
            actor="test",
            moment=moment,
        )
        world = {"XINSHU": live_server.url, "TOKEN": token, "PATH": os.environ["PATH"]}
        page = unescape(run(["curl", "--silent", f"{live_server.url}/data/"], tmp_path, world))
        (bash,) = examples("open-data.md")
        run(["bash", "-euo", "pipefail", "-c", bash], tmp_path, world)
        fetching = examples("recipients.md")[-1]
        run(["bash", "-euo", "pipefail", "-c", fetching], tmp_path, world)
    shown, read_csv, read_parquet = re.findall(r"<pre[^>]*><code>(.*?)\n?</code></pre>", page, re.DOTALL)
    assert shown == f"XINSHU={live_server.url}\n{bash.rstrip()}"
    manifest = tmp_path / "manifest.json"
    assert {entry["data_set"] for entry in orjson.loads(manifest.read_bytes())["files"]} == {"adverse"}
    assert "示市监罚〔2026〕0001号" in (tmp_path / "adverse.ndjson").read_text(encoding="utf-8")
    with time_machine.travel(datetime.combine(factories.TODAY, time(12), LEGAL_ZONE), tick=True):
        run(["bash", "-euo", "pipefail", "-c", bash], tmp_path, world)
    said = run([sys.executable, "-c", read_csv], tmp_path, world)
    assert said.strip() == "1 licences, to be deleted at 2026-11-24T00:00:00+08:00"
    assert factories.MARKET.name in run([sys.executable, "-c", read_parquet], tmp_path, world)


def run(command: list[str], folder: Path, world: dict[str, str]) -> str:
    """What a command says; an error ends it."""
    done = subprocess.run(command, cwd=folder, env=world, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
