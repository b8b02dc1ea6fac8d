"""A journalist takes the open files, compares them with page and API, and is registered for the adverse ones."""

import csv
import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from django.test import Client

from tests.factories import TODAY, accepted, document
from tests.filings import SUBJECT, penalty, write_csv
from tests.journeys.conftest import answer, on
from xinshu.doors.cli.recipients import recipient
from xinshu.doors.cli.withdraw import withdraw
from xinshu.law.terms import SubjectKind
from xinshu.register.access.models import TrailLine

Send = Callable[..., dict[str, Any]]
INDIVIDUAL = "92999999TE5T0002XF"
LAST_DAY = date(2027, 9, 30)


@pytest.fixture
def world(send: Send, tmp_path: Path) -> None:
    """A penalty with a representative in its lawful column, two licences, one of an individual business."""
    send(write_csv(tmp_path / "rows.csv", [penalty(representative="秦示例甲")]))
    accepted(
        document("ADMIN_LICENCE", code=SUBJECT, document_number="示市监许〔2026〕0001号"),
        document(
            "ADMIN_LICENCE",
            code=INDIVIDUAL,
            name="示例丙小吃店",
            subject_kind=SubjectKind.INDIVIDUAL_BUSINESS,
            document_number="示市监许〔2026〕0002号",
        ),
    )


def fetched(address: str, day: date = TODAY, token: str | None = None) -> bytes:
    with on(day):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        said = Client().get(address, headers=headers)
        assert said.status_code == 200, (address, said.status_code)
        return said.getvalue()


def registered() -> str:
    """As the operator does it; the token is told once."""
    until = (TODAY + timedelta(days=360)).isoformat()
    asked = [
        "add",
        "示范日报",
        "--contact",
        "data@paper.example",
        "--purpose",
        "新闻报道",
        "--until",
        until,
        "--accepts-terms",
    ]
    with on(TODAY):
        said = CliRunner().invoke(recipient, asked, catch_exceptions=False)
    assert said.exit_code == 0, said.output
    return said.stdout.split()[0]


def test_the_file_the_api_and_the_page_are_one(world: None) -> None:
    rows = [orjson.loads(line) for line in fetched("/data/licences.ndjson").splitlines()]
    own = [row for row in rows if row.get("subject", {}).get("code") == SUBJECT]
    (form,) = [form for form in answer(SUBJECT, TODAY)["bodies"][0]["records"] if form["kind"] == "ADMIN_LICENCE"]
    assert [{name: told for name, told in row.items() if name != "subject"} for row in own] == [form]
    with on(TODAY):
        assert form["document_number"] in Client().get(f"/subjects/{SUBJECT}/").content.decode()


def test_the_manifest_can_be_checked(world: None) -> None:
    content = fetched("/data/licences.csv")
    told = orjson.loads(fetched("/data/manifest.json"))
    (entry,) = [file for file in told["files"] if file["address"] == "/data/licences.csv"]
    assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert entry["rows"] == 2
    assert told["day"] == TODAY.isoformat()


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet", "xlsx"])
def test_every_form_of_every_open_set_comes(world: None, form: str) -> None:
    sizes = {name: len(fetched(f"/data/{name}.{form}")) for name in ("registration", "licences", "catalogue")}
    assert sizes["licences"]
    assert sizes["catalogue"]


def test_no_person_is_in_any_file(world: None) -> None:
    token = registered()
    files = [fetched(f"/data/{name}.ndjson") for name in ("registration", "licences")]
    files.append(fetched("/api/v1/bulk/ndjson", token=token))
    for content in files:
        assert "秦示例甲".encode() not in content
        assert "示例丙".encode() not in content


def test_adverse_records_come_in_bulk_to_the_registered_alone(world: None) -> None:
    with on(TODAY):
        for header in ({}, {"Authorization": "Bearer made-up"}):
            assert Client().get("/api/v1/bulk/csv", headers=header).status_code == 401
        assert Client().get("/data/adverse.csv").status_code == 404
    token = registered()
    rows = list(csv.reader(StringIO(fetched("/api/v1/bulk/csv", token=token).decode("utf-8-sig"))))
    assert any("示市监罚〔2026〕0001号" in row for row in rows)
    line = TrailLine.objects.get(act="FETCH_BULK")
    assert (line.actor, line.purpose) == ("recipient:示范日报", "新闻报道")


def test_what_ends_or_is_taken_back_is_in_the_file_no_more(world: None) -> None:
    token = registered()
    number = "示市监罚〔2026〕0001号".encode()
    assert number in fetched("/api/v1/bulk/ndjson", LAST_DAY, token)
    assert number not in fetched("/api/v1/bulk/ndjson", LAST_DAY + timedelta(days=1), token)
    assert number in fetched("/api/v1/bulk/ndjson", TODAY, token)
    asked = [SUBJECT, "示市监罚〔2026〕0001号", "--organ", "11999999TE5T001041", "--reason", "ENTERED_WRONGLY"]
    with on(TODAY):
        assert CliRunner().invoke(withdraw, asked, catch_exceptions=False).exit_code == 0
    assert number not in fetched("/api/v1/bulk/ndjson", TODAY, token)
