"""A withdrawn penalty lives on at an agency: found, noticed, named, reported with a slip, mended, and all is over."""

import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from click.testing import CliRunner, Result
from django.test import Client
from pytest_django import Settings

from tests.factories import PASSWORD, TODAY, appointed
from tests.filings import MARKET, SUBJECT, penalty, write_csv
from tests.journeys.conftest import answer, on
from tests.journeys.test_what_an_outsider_learns import Send
from xinshu.doors.cli.agencies import agency
from xinshu.doors.cli.slips import slip
from xinshu.doors.cli.withdraw import withdraw
from xinshu.register.access.roles import Role
from xinshu.register.publog import tiles

pytestmark = pytest.mark.django_db(transaction=True)
NUMBERS = ("示市监罚〔2026〕0001号", "示市监罚〔2026〕0002号")
NAME = "示例征信"
LATER = date(2026, 12, 1)


@pytest.fixture
def copies() -> list[dict[str, Any]]:
    """What the agency has in its own store."""
    return []


@pytest.fixture
def feed(copies: list[dict[str, Any]], settings: Settings) -> Iterator[str]:
    """Its public feed."""

    class Serving(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"\n".join(map(orjson.dumps, copies)))

        def log_message(self, *arguments: Any) -> None:
            """Nothing."""

    settings.AGENCY_NETWORKS = ("127.0.0.0/8",)
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Serving)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_address[1]}/copies.ndjson"
    serving.shutdown()
    thread.join()
    serving.server_close()


def run(command: Any, *arguments: Any, day: date = TODAY) -> Result:
    with on(day):
        result = CliRunner().invoke(command, [str(part) for part in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def late() -> Any:
    with on(LATER):
        return Client().get("/api/v1/agencies/late").json()["late"]


def test_a_copy_is_followed_until_it_is_gone(
    send: Send, tmp_path: Path, feed: str, copies: list[dict[str, Any]]
) -> None:
    # Two penalties are shown, and an agency copies them as the API tells them.
    assert send(write_csv(tmp_path / "rows.csv", [penalty(number=number) for number in NUMBERS]))["accepted"] == 2
    forms = answer(SUBJECT, TODAY)["bodies"][0]["records"]
    copies += [{"record": form, "subject": SUBJECT, "as_of": "2026-11-23T12:00:00+08:00"} for form in forms]
    added = run(agency, "add", NAME, "--contact", "x", "--feed", feed, "--site", "agency.example")
    box = added.stdout.strip()
    assert run(agency, "audit", NAME).exit_code == 0

    # One of them is withdrawn. The agency still shows it; the audit finds it, and the agency is told.
    gone = next(form["ref"] for form in forms if form["document_number"] == NUMBERS[0])
    run(withdraw, SUBJECT, NUMBERS[0], "--organ", MARKET, "--reason", "ENTERED_WRONGLY")
    told = run(agency, "audit", NAME)
    assert (told.exit_code, f"{gone}\tNOT_SHOWN" in told.stdout) == (1, True)
    with on(TODAY):
        notice = Client().get(f"{box}notices.json").json()
        assert [row["ref"] for row in notice["findings"]] == [gone]
        (matter,) = notice["matters"]
        assert matter["due_on"] == "2026-11-30"
        assert Client().post(box, {"matter": matter["id"], "words": "收到，稍后处理"}).status_code == 302
    assert late() == []

    # The subject gets a slip; a buyer who holds the copy recognises it, nobody else learns anything.
    file, own = tmp_path / "slip.json", tmp_path / "own.ndjson"
    assert run(slip, "issue", SUBJECT, gone, "--to", file).exit_code == 0
    own.write_bytes(b"\n".join(map(orjson.dumps, copies)))
    assert gone in run(slip, "check", file, "--key", tiles.key(), "--copy", own).stdout
    assert gone not in file.read_text() + run(slip, "check", file, "--key", tiles.key()).stdout

    # With the slip, the subject reports where the copy stands.
    with on(TODAY):
        sent = {"slip": file.read_text(), "act": "report", "address": "https://www.agency.example/company/7"}
        reported = Client().post("/slips/", sent).headers["Location"]
        assert "已通知该网站" in Client().get(reported).content.decode()
        assert len(Client().get(f"{box}notices.json").json()["matters"]) == 2

    # Its time is over and nothing is mended: a person decides, and the agency is named, the subject is not.
    assert run(agency, "audit", NAME, day=LATER).exit_code == 1
    with on(LATER):
        operator = Client()
        assert operator.login(username=appointed(Role.OPERATOR), password=PASSWORD)
        said = {"event": "LISTED", "reason": "逾期未删除"}
        assert operator.post(f"/desk/matters/{UUID(matter['id'])}/", said).status_code == 302
        page = Client().get("/agencies/late/").content.decode()
    assert [(row["agency"], row["copies"]) for row in late()] == [(NAME, 1)]
    assert NAME in page
    assert SUBJECT not in page
    assert gone not in page

    # The agency removes it: off the list at once, and every matter is closed, the reported copy too.
    copies[:] = [copy for copy in copies if copy["record"]["ref"] != gone]
    assert run(agency, "audit", NAME, day=LATER).exit_code == 0
    assert late() == []
    with on(LATER):
        assert Client().get(f"{box}notices.json").json()["matters"] == []
        assert "已办结" in Client().get(reported).content.decode()
