"""The examples of docs/intake.md are run as they stand there, with a real curl against the real server."""

import os
import re
import subprocess
from datetime import datetime, time
from pathlib import Path

import orjson
import pytest
import time_machine
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.filings import MARKET, SUBJECT, penalty, write_csv
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.register.access.actions import issue_token

PAGE = Path(__file__).resolve().parents[2] / "docs" / "intake.md"
EXAMPLES = re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_examples_do_what_the_page_says(live_server: LiveServer, tmp_path: Path) -> None:
    with time_machine.travel(datetime.combine(factories.TODAY, time(12), LEGAL_ZONE), tick=True):
        factories.adopted_catalogue()
        factories.registered_organ()
        bad = penalty(number="示市监罚〔2026〕0002号", decided_on="2026-02-30")
        write_csv(tmp_path / "penalties.csv", [penalty(), bad], encoding="utf-8")
        moment = factories.noon(factories.TODAY)
        token = issue_token(
            organ_code=MARKET, name="case-system", from_day=moment.day, until=None, actor="test", moment=moment
        )
        world = {"XINSHU": live_server.url, "TOKEN": token, "SUBJECT": SUBJECT, "PATH": os.environ["PATH"]}
        said = [run(example, tmp_path, world) for example in EXAMPLES]
    assert orjson.loads((tmp_path / "checked.json").read_bytes())["state"] == "CHECKED"
    filed, resumed, _, withdrawn = said
    assert (filed["state"], filed["accepted"], filed["returned"]) == ("FILED", 1, 1)
    assert (resumed["state"], resumed["received"], resumed["unchanged"]) == ("CHECKED", 2, 1)
    (row,) = orjson.loads((tmp_path / "returned.json").read_bytes())
    assert row["reasons"][0][2] == "NOT_A_DATE"
    assert "2026-02-30" in (tmp_path / "returned.csv").read_text(encoding="utf-8")
    assert withdrawn == {}


def run(example: str, folder: Path, world: dict[str, str]) -> dict[str, object]:
    """The last answer of an example; an error of curl or of the server ends it."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", example],
        cwd=folder,
        env=world,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, object] = orjson.loads(done.stdout or b"{}")
    return answer
