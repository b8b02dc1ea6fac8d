"""The command line of a clerk: headers of one's own are said once, a wrong record is taken back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from tests.factories import TODAY
from tests.filings import MARKET, SUBJECT, penalty, write_csv
from tests.journeys.conftest import house, on, send, told  # noqa: F401 the fixtures are used by name
from xinshu.doors.cli.intake import intake
from xinshu.doors.cli.withdraw import NotOneRecord, withdraw
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.intake.actions import HeaderRefused

NUMBER = "示市监罚〔2026〕0001号"
Send = Callable[..., dict[str, Any]]


def run(command: Any, *arguments: str) -> Result:
    with on(TODAY):
        return CliRunner().invoke(command, list(arguments))


def renamed(folder: Path) -> Path:
    """A file with a header that no template has."""
    path = write_csv(folder / "own.csv", [penalty()], encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace("行政处罚决定书文号", "我局编号"), encoding="utf-8")
    return path


def test_a_header_of_ones_own_is_said_once(house: None, tmp_path: Path) -> None:  # noqa: F811
    path = renamed(tmp_path)
    arguments = (str(path), "--organ", MARKET, "--kind", "ADMIN_PENALTY", "--json")
    refused = run(intake, *arguments)
    assert isinstance(refused.exception, XinshuError)
    assert "我局编号" in str(refused.exception)
    said = run(intake, *arguments, "--header", "我局编号=CF_WSH")
    assert orjson.loads(said.stdout)["accepted"] == 1
    assert orjson.loads(run(intake, *arguments, "--attested").stdout)["accepted"] == 1, "it is remembered"


@pytest.mark.parametrize("said", ["我局编号", "=CF_WSH"])
def test_a_header_said_wrongly_is_told(house: None, tmp_path: Path, said: str) -> None:  # noqa: F811
    result = run(intake, str(renamed(tmp_path)), "--organ", MARKET, "--kind", "ADMIN_PENALTY", "--header", said)
    assert result.exit_code == 2
    assert "表头=字段" in result.output


def test_a_header_for_a_field_that_is_none_is_refused(house: None, tmp_path: Path) -> None:  # noqa: F811
    path = str(renamed(tmp_path))
    result = run(intake, path, "--organ", MARKET, "--kind", "ADMIN_PENALTY", "--header", "我局编号=NONE")
    assert isinstance(result.exception, HeaderRefused)


def test_a_wrong_record_is_taken_back_and_stays_away(send: Send, tmp_path: Path) -> None:  # noqa: F811
    path = write_csv(tmp_path / "rows.csv", [penalty()])
    send(path)
    shown_before = told(SUBJECT, TODAY)
    assert NUMBER in orjson.dumps(shown_before).decode()
    result = run(withdraw, SUBJECT, NUMBER, "--organ", MARKET, "--reason", "entered_wrongly", "--words", "录入错误")
    assert result.exit_code == 0, result.output
    assert NUMBER not in orjson.dumps(told(SUBJECT, TODAY)).decode()
    assert send(path)["unchanged"] == 1
    again = run(withdraw, SUBJECT, NUMBER, "--organ", MARKET, "--reason", "ENTERED_WRONGLY")
    assert isinstance(again.exception, NotOneRecord)
    assert "核对" in str(again.exception)


def test_another_organ_takes_nothing_back(send: Send, tmp_path: Path) -> None:  # noqa: F811
    send(write_csv(tmp_path / "rows.csv", [penalty()]))
    result = run(withdraw, SUBJECT, NUMBER, "--organ", "11999999TE5T003026", "--reason", "ENTERED_WRONGLY")
    assert isinstance(result.exception, NotOneRecord)
    assert NUMBER in orjson.dumps(told(SUBJECT, TODAY)).decode()
