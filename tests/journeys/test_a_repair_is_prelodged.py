"""A repair is handed in ahead: it files itself on the first lawful day, once, and its result counts from that day."""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.factories import body
from tests.filings import SUBJECT, penalty, write_csv
from tests.journeys.conftest import answer, on
from tests.spaces import signed_in_organisation
from xinshu.doors.cli.repair import repair
from xinshu.parties.notices.queries import notices_of
from xinshu.proceedings.cases.queries import history
from xinshu.proceedings.repair.queries import open_case_of
from xinshu.proceedings.repair.tasks import _file_due

Send = Callable[..., dict[str, Any]]
ARRIVES, AHEAD, EVE, OPENS = date(2026, 5, 6), date(2026, 6, 1), date(2026, 7, 30), date(2026, 7, 31)
RESULT_BY = date(2026, 8, 14)
FORM = {"duties_done": "yes", "words": "罚没款已缴清", "commitment": "yes", "signed_by": "示例乙"}
AFTER_MIDNIGHT = time(0, 5)


@pytest.fixture(autouse=True)
def _ledger_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.ENDINGS_FOLDER = tmp_path / "endings"


def events(record_ref: str) -> list[str]:
    """What happened in the open case about that record."""
    found = open_case_of(record_ref)  # type: ignore[arg-type]
    assert found is not None
    return [line.event for line in history(found.id)]


def handed_in(reference: str) -> str:
    """The company hands a repair in, two months ahead of its day; the address of its case."""
    company, asked = Client(), f"/own/repairs/record/{reference}/"
    with on(AHEAD):
        signed_in_organisation(company, SUBJECT)
        page = company.get(asked).content.decode()
        assert OPENS.isoformat() in page
        assert "预约" in page
        draft: str = company.post(asked).headers["Location"]
        assert company.post(draft, {**FORM, "step": "lodge"}).status_code == 422, "not before its day"
        assert company.post(draft, {**FORM, "step": "prelodge"}).status_code == 302
        assert "自动提交" in company.get(draft).content.decode()
    return draft


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("runs_on", [OPENS, date(2026, 8, 3)], ids=["in the night", "after days without the job"])
def test_it_files_itself_on_its_first_lawful_day_and_once(send: Send, tmp_path: Path, runs_on: date) -> None:
    send(write_csv(tmp_path / "one.csv", [penalty(decided_on="2026-04-30")]), day=ARRIVES)
    ((form,),) = ([*bodies["records"]] for bodies in answer(SUBJECT, AHEAD)["bodies"])
    place = handed_in(form["ref"])

    with on(EVE, time(23, 59)):
        _file_due(timestamp=0)
    assert events(form["ref"]) == ["begin", "prelodge"], "a minute early is too early"

    with on(runs_on, AFTER_MIDNIGHT):
        _file_due(timestamp=0)
        _file_due(timestamp=0)
        assert "filed: 0" in CliRunner().invoke(repair, ["file-due"], catch_exceptions=False).output
    assert events(form["ref"]) == ["begin", "prelodge", "file"]

    company = Client()
    with on(runs_on):
        signed_in_organisation(company, SUBJECT, username="test-company-too")
        told = company.get(place).content.decode()
    assert f"<time>{OPENS}</time>" in told, "it counts from the first lawful day"
    assert f"<time>{RESULT_BY}</time>" in told, "ten working days from it"
    assert [row.kind for row in notices_of([body(SUBJECT)], most=50)[0]].count("REPAIR_FILED_ITSELF") == 1
