"""What watches over the site: health, metrics for the holder of the token alone, and lines of the log without values."""

import json
import logging
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client

from tests import factories, filings
from xinshu.doors import health, metrics
from xinshu.doors.passage import HEADER
from xinshu.kit.log_lines import JsonLines, WithoutValues
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.states import Door
from xinshu.proceedings.vault import folder

TOKEN = "made-up-token"
SECRETS = (filings.SUBJECT, "云汀示例", "示例甲", "11010519491231002X", "0001号", "subjects/", "made-up", "127.0.0.1")


@pytest.fixture
def today() -> Iterator[date]:
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False):
        yield factories.TODAY


@pytest.fixture
def site(db: None, today: date, settings: Any, tmp_path: Path) -> Client:
    """A site with a catalogue, a record, and a token."""
    settings.DATA_FOLDER = tmp_path
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    settings.SECRETS_FOLDER.mkdir()
    (settings.SECRETS_FOLDER / metrics.TOKEN).write_text(f"{TOKEN}\n")
    factories.adopted_catalogue()
    factories.registered_organ()
    factories.accepted(factories.document())
    return Client(raise_request_exception=False)


def read(site: Client, token: str = TOKEN) -> Any:
    return site.get("/metrics", headers={"Authorization": f"Bearer {token}"})


# --- health ---------------------------------------------------------------------------------------


def test_a_process_that_lives_says_so_without_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json(), answer.headers["Cache-Control"]) == (200, {"alive": True}, "no-store")
    assert client.post("/healthz").status_code == 405


def test_ready_names_every_check(site: Client) -> None:
    answer = site.get("/readyz")
    names = ("database", "migrations", "catalogue", "vault")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": dict.fromkeys(names, "ok")})


@pytest.mark.django_db
def test_without_a_catalogue_in_force_it_is_not_ready(client: Client, today: date) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["catalogue"]) == (503, "failed")
    assert answer.json()["checks"]["database"] == "ok"


def test_a_migration_that_is_not_applied_is_told(site: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'records' AND name LIKE '0015%%'")
    assert site.get("/readyz").json()["checks"]["migrations"] == "failed"


def test_a_vault_that_takes_nothing_is_told(site: Client, settings: Any) -> None:
    settings.DATA_FOLDER = folder() / "key"
    settings.DATA_FOLDER.write_text("a file where a folder should be")
    assert site.get("/readyz").json()["checks"]["vault"] == "failed"


def test_a_database_that_does_not_answer_is_told(site: Client) -> None:
    def away(execute: Any, *said: Any) -> Any:
        raise OperationalError("made up")

    with connection.execute_wrapper(away):
        assert dict(health.checks(factories.TODAY)).keys() == {"database", "migrations", "catalogue", "vault"}
        answer = site.get("/readyz")
    assert answer.status_code == 503
    assert {name for name, said in answer.json()["checks"].items() if said == "failed"} >= {"database", "migrations"}


# --- metrics --------------------------------------------------------------------------------------


def test_without_the_token_there_is_nothing_at_that_address(site: Client, settings: Any) -> None:
    nothing = site.get("/nothing")
    tries = [site.get("/metrics"), read(site, "another"), read(site, ""), site.get("/metrics", headers={"x": TOKEN})]
    tries += [site.get("/metrics", headers={"Authorization": f"Basic {TOKEN}"})]
    (settings.SECRETS_FOLDER / metrics.TOKEN).write_text("")
    tries += [read(site, ""), read(site)]
    for answer in tries:
        assert (answer.status_code, answer.content) == (404, nothing.content)
        assert dict(answer.headers) == dict(nothing.headers)
    assert site.post("/metrics").content == site.post("/nothing").content


def test_the_numbers_are_about_no_one(site: Client) -> None:
    site.get(f"/api/v1/subjects/{factories.SUBJECT}")
    site.get(f"/subjects/{factories.SUBJECT}/?kind=ADMIN_PENALTY")
    site.get("/subjects/")
    text = read(site).content.decode()
    assert 'xinshu_answers_seconds_count{route="api-1:subject",status="2xx"}' in text
    assert 'route="none",status="4xx"' in text
    for name in ("filings_unnumbered", "filings_unnumbered_seconds", "data_folder_free_bytes", "database_up"):
        assert f"xinshu_{name} " in text
    assert "xinshu_last_number 1.0" in text
    assert "xinshu_endings_behind" in text
    assert "seconds_since_backup" not in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_a_backup_is_counted_from(site: Client, settings: Any) -> None:
    (settings.DATA_FOLDER / metrics.LAST_BACKUP).write_text("2026-11-23T11:00:00+08:00")
    assert "xinshu_seconds_since_backup 3600.0" in read(site).content.decode()


def test_a_database_that_fails_is_counted(site: Client) -> None:
    def away(execute: Any, *said: Any) -> Any:
        raise OperationalError("made up")

    def counted() -> float:
        text = read(site).content.decode()
        lines = [line for line in text.splitlines() if line.startswith("xinshu_database_errors_total")]
        return sum(float(line.split()[-1]) for line in lines)

    before = counted()
    with connection.execute_wrapper(away):
        assert site.get("/api/v1/quality?month=2026-09").status_code == 503
        assert site.get("/quality/").status_code == 503
        assert "xinshu_database_up 0.0" in read(site).content.decode()
    assert counted() == before + 2


# --- lines of the log -----------------------------------------------------------------------------


@pytest.fixture(params=[WithoutValues, JsonLines])
def lines(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """Everything that anybody logs, down to the least line, as the operator would see it."""
    said, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(said)
    handler.setFormatter(request.param())
    levels = {name: logging.getLogger(name).level for name in ("", "django")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.INFO)
    root.addHandler(handler)
    yield said
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_no_line_of_a_journey_tells_of_anyone(site: Client, lines: StringIO, tmp_path: Path) -> None:
    path = filings.write_csv(tmp_path / "云汀示例.csv", [filings.penalty(), filings.penalty(decided_on="2026-02-30")])
    receive(
        path=path,
        organ_code=factories.MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.DESK,
        actor="test",
        attested=True,
        moment=factories.noon(factories.TODAY),
        progress=lambda step: None,
    )
    for address in (
        f"/subjects/{filings.SUBJECT}/",
        f"/api/v1/subjects/{filings.SUBJECT}",
        "/?q=云汀示例",
        f"/nothing/{filings.SUBJECT}/示例甲",
        f"/subjects/{filings.SUBJECT}/records/{uuid4()}/",
        f"/desk/?q={filings.SUBJECT}",
    ):
        site.get(address)
    site.get("/", headers={"host": f"{filings.SUBJECT}.example"})
    site.post("/desk/sign-in/", data={"username": "示例甲", "password": "made-up"})
    logging.getLogger("procrastinate.worker").error(
        "Job %s failed", "示例甲", extra={"action": "job_error", "job": {"id": 1, "task_name": "intake.file"}}
    )
    logging.getLogger("xinshu.test").warning("wrong row of %s", filings.SUBJECT)
    logged = lines.getvalue()
    assert "portal:subject" in logged
    assert "job_error intake.file[1]" in logged
    assert [secret for secret in SECRETS if secret in logged] == []


@pytest.mark.parametrize("lines", [JsonLines], indirect=True)
def test_a_json_line_says_which_request_it_is_about(site: Client, lines: StringIO) -> None:
    number = str(uuid4())
    assert site.get("/healthz", headers={HEADER: number}).headers[HEADER] == number
    line = json.loads(lines.getvalue().splitlines()[-1])
    assert line.pop("time") == "2026-11-23T04:00:00.000+00:00"
    took = line.pop("milliseconds")
    assert took >= 0
    assert line == {
        "level": "INFO",
        "logger": "xinshu.access",
        "message": f"healthz 200 {took} ms",
        "request": number,
        "route": "healthz",
        "status": 200,
    }


@pytest.mark.parametrize(
    "given", ["11010519491231002X", "919999990000002110", "0b3b59be-c039-41f3-87b4-ed2fc5f4da68 x", ""]
)
def test_a_number_that_is_none_is_not_taken(client: Client, lines: StringIO, given: str) -> None:
    answer = client.get("/healthz", headers={HEADER: given})
    assert HEADER not in answer.headers
    assert not given or given not in lines.getvalue()
