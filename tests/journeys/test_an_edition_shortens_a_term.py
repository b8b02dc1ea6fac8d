"""An edition shortens a term: what stands is shown no longer than it allows, in every copy, and no job runs for it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pytest_django.live_server_helper import LiveServer

from tests.drafts import of_ordinary_penalties
from tests.factories import MARKET, SUBJECT, TODAY, accepted, adopted_catalogue, document, registered_organ
from tests.journeys.browsing import Bank, Person, account, aside, seal
from tests.journeys.conftest import on
from xinshu.doors.cli.policy import policy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AFTER, BEGINS = date(2026, 12, 24), date(2027, 1, 15)
TWELVE, EIGHT = date(2027, 9, 30), date(2027, 5, 30)
"""The last shown day of a penalty of 30 September 2026, after so many months (Civil Code arts. 201, 202)."""

NUMBER, LATER = "示市监罚〔2026〕0001号", "示市监罚〔2026〕0002号"


def command(*words: object) -> str:
    """What `xinshu policy` says."""
    done = aside(CliRunner().invoke, policy, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.output)


def last_days(public: Person) -> list[str]:
    """The last shown day of each penalty on the company's page, as the machines read them too."""
    public.opens(f"/subjects/{SUBJECT}/")
    said = public.asks(f"/api/v1/subjects/{SUBJECT}").json()
    days = [str(form["shown_until"]) for body in said["bodies"] for form in body["records"]]
    assert all(day in public.reads() for day in days)
    return days


def test_an_edition_shortens_a_term(
    newcomer: Callable[[], Person], live_server: LiveServer, settings: Any, tmp_path: Path
) -> None:
    settings.EMBEDDED_DATABASE = False
    public, company = newcomer(), newcomer()
    with on(TODAY):
        for ready in (adopted_catalogue, registered_organ):
            aside(ready)
        aside(accepted, document())
        aside(seal)
        company.secret = aside(account, SUBJECT)
        bank = Bank(live_server.url, tmp_path)
        bank.follows()
        assert last_days(public) == [str(TWELVE)]
        report = _assessed(tmp_path)
    with on(AFTER):
        _adopted(report)
        assert last_days(public) == [str(EIGHT)]
        assert "《信用修复管理办法》第12条" in public.reads()
        _told(company)
        bank.follows()
        assert [record["shown_until"] for record in bank.records()] == [str(EIGHT)]
        aside(accepted, document(document_number=LATER), on_day=AFTER)
        bank.follows()
        assert last_days(public) == [str(EIGHT)] * 2
    with on(EIGHT):
        assert last_days(public) == [str(EIGHT)] * 2
    with on(EIGHT + timedelta(days=1)):
        public.opens(f"/subjects/{SUBJECT}/")
        assert NUMBER not in public.reads()
        assert LATER not in public.reads()
        bank.follows()
        assert bank.records() == []
        assert bank.checks_the_log() > 0


def _assessed(folder: Path) -> str:
    (folder / "draft.yaml").write_text(of_ordinary_penalties(max_months=8), encoding="utf-8")
    report = command("assess", folder / "draft.yaml").split("评估 assessment: ")[1].strip()
    assert "2026-12-23" in command("consult", report)
    return report


def _adopted(report: str) -> None:
    said = command("adopt", report, "--from", BEGINS)
    assert "records that end, or open to repair, earlier: 1" in said
    assert "earlier: 0" in command("adopt", report, "--from", BEGINS)
    aside(seal)


def _told(company: Person) -> None:
    """In its own space the company reads until when its record is shown, and what has happened to it."""
    company.opens("/own/")
    company.signs_in()
    company.opens("/own/")
    company.follows(NUMBER)
    said = company.reads()
    assert str(EIGHT) in said
    assert "新版目录已采纳" in said
    assert MARKET.name in said
