"""What a journey starts from: the shipped catalogue adopted, one organ registered, the doors, and a browser for people."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import orjson
import pytest
import time_machine
from click.testing import CliRunner
from django.test import Client
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.doors.conftest import CHROMIUM
from tests.factories import TODAY, adopted_catalogue, registered_organ
from tests.filings import MARKET
from tests.journeys.browsing import Person
from xinshu.doors.cli.intake import intake
from xinshu.doors.cli.shown import shown
from xinshu.kit.moment import LEGAL_ZONE


@contextmanager
def on(day: date, at: time = time(12)) -> Iterator[None]:
    """The world on that day: the one clock of the doors says so."""
    with time_machine.travel(datetime.combine(day, at, LEGAL_ZONE), tick=False):
        yield


@pytest.fixture
def house(transactional_db: None) -> None:
    """A house that is ready to receive: catalogue and organ."""
    adopted_catalogue()
    registered_organ()


@pytest.fixture
def send(house: None, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Sends a file through the command line on a day, and gives the receipt."""

    def sent(path: Path, *, day: date = TODAY, kind: str = "ADMIN_PENALTY") -> dict[str, Any]:
        arguments = [str(path), "--organ", MARKET, "--kind", kind, "--on", day.isoformat(), "--json", "--attested"]
        with on(day):
            result = CliRunner().invoke(intake, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        receipt: dict[str, Any] = orjson.loads(result.stdout)
        parts = ("accepted", "unchanged", "corrected", "returned", "outside")
        assert receipt["received"] == sum(receipt[part] for part in parts)
        return receipt

    return sent


@pytest.fixture
def newcomer(house: None, live_server: LiveServer, settings: Any, tmp_path: Path) -> Iterator[Callable[[], Person]]:
    """People come to the served house, each with a browser of their own."""
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: what only a real browser can tell is not tested")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM)

        def came() -> Person:
            context = chromium.new_context(locale="zh-CN", base_url=live_server.url)
            context.set_default_timeout(15_000)
            return Person(context.new_page())

        yield came
        chromium.close()


def told(code: str, day: date) -> dict[str, Any]:
    """What `xinshu shown` says."""
    result = CliRunner().invoke(shown, [code, "--on", day.isoformat(), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = orjson.loads(result.stdout)
    return answer


def answer(code: str, day: date) -> dict[str, Any]:
    """What the API says on that day."""
    with on(day):
        response = Client().get(f"/api/v1/subjects/{code}")
    assert response.status_code == 200
    said: dict[str, Any] = response.json()
    return said


def page(address: str, day: date) -> tuple[int, str]:
    """Status and text of a page on that day."""
    with on(day):
        response = Client().get(address)
    return response.status_code, response.content.decode()
