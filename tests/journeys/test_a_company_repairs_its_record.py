"""A company repairs its record, through the real doors: signed in, asked, lodged, granted; then it is gone for good."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.factories import body, noon, registered_recipient
from tests.filings import SUBJECT, penalty, write_csv
from tests.journeys.conftest import answer, on, page, told
from tests.proceedings.repairs import officer
from tests.spaces import signed_in_organisation
from xinshu.parties.notices.queries import notices_of
from xinshu.register.access.roles import Role
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import stand
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day

Send = Callable[..., dict[str, Any]]
ARRIVES, EVE, OPENS, GRANTED = date(2026, 5, 6), date(2026, 7, 30), date(2026, 7, 31), date(2026, 8, 4)
ROW = penalty(decided_on="2026-04-30")
NUMBER = ROW["number"]
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
FORM = {"duties_done": "yes", "words": "罚没款已缴清", "commitment": "yes", "signed_by": "示例乙"}


@pytest.fixture(autouse=True)
def _ledger_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.ENDINGS_FOLDER = tmp_path / "endings"


def sealed(day: date) -> None:
    """What was filed by that day is numbered in the public log."""
    turn_the_day(moment=noon(day))
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def feed(address: str, token: str, day: date) -> list[dict[str, Any]]:
    """The lines of a feed from a cursor on."""
    with on(day):
        found = Client().get(address, headers={"Authorization": f"Bearer {token}"})
    assert found.status_code == 200
    lines: list[dict[str, Any]] = found.json()["changes"]
    return lines


def text(found: Any, status: int = 200) -> str:
    """What a page says."""
    assert found.status_code == status, found.status_code
    return str(found.content.decode())


def lodged(company: Client, reference: str) -> str:
    """The company asks, is told the first day, and lodges on it with a document; the number of its case."""
    asked = f"/own/repairs/record/{reference}/"
    with on(EVE):
        signed_in_organisation(company, SUBJECT)
        assert reference in text(company.get("/own/"))
        assert OPENS.isoformat() in text(company.get(asked))
    with on(OPENS):
        signed_in_again(company)
        assert "免费" in text(company.get(asked))
        draft: str = company.post(asked).headers["Location"]
        file = SimpleUploadedFile("缴款凭证.pdf", PDF)
        assert company.post(f"{draft}documents/", {"document": file}).status_code == 302
        assert "缴款凭证.pdf" in text(company.get(draft))
        assert company.post(draft, {**FORM, "step": "lodge"}).status_code == 302
        both = text(company.get(draft))
        assert "2026-08-05" in both, "the unit says by then whether it accepts"
        assert "2026-08-14" in both, "the result is due"
    return draft.rstrip("/").rpartition("/")[2]


def signed_in_again(company: Client) -> None:
    """The visit of the eve has ended by itself; the same user comes back, here under a new visit of the test."""
    company.cookies.clear()
    signed_in_organisation(company, SUBJECT, username="test-company-too")


def decided(case: str) -> None:
    """The officer of the unit sees it at the desk with its document, accepts and grants it."""
    desk, place = Client(), f"/desk/repairs/{case}/"
    assert desk.login(username=officer("复核一", Role.REVIEWER), password=factories.PASSWORD)
    assert case in text(desk.get("/desk/repairs/"))
    assert "缴款凭证.pdf" in text(desk.get(place))
    for step in ("accept", "grant"):
        assert desk.post(place, {"step": step}).status_code == 302


def kinds_told() -> list[str]:
    """What the company was told, newest first."""
    return [notice.kind for notice in notices_of([body(SUBJECT)], most=50)[0]]


@pytest.mark.django_db(transaction=True)
def test_repaired_it_is_gone_everywhere_and_does_not_come_back(send: Send, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "one.csv", [ROW])
    assert send(file, day=ARRIVES)["accepted"] == 1
    sealed(EVE)
    token = registered_recipient(on_day=OPENS)
    ((form,),) = ([*bodies["records"]] for bodies in answer(SUBJECT, EVE)["bodies"])
    shown = f"/subjects/{SUBJECT}/records/{form['ref']}/"
    assert page(shown, EVE)[0] == 200
    assert f"/subjects/{SUBJECT}/" in page("/?q=示例商贸", EVE)[1]

    company = Client()
    case = lodged(company, form["ref"])
    assert page(shown, OPENS)[0] == 200, "an application alone ends nothing"
    before = stand().size
    with on(GRANTED):
        decided(case)

    assert page(shown, GRANTED)[0] == 404
    assert page(f"/api/v1/subjects/{SUBJECT}/records/{form['ref']}", GRANTED)[0] == 404
    assert answer(SUBJECT, GRANTED)["bodies"] == []
    assert told(SUBJECT, GRANTED)["bodies"] == []
    assert NUMBER not in page(f"/subjects/{SUBJECT}/", GRANTED)[1]
    assert f"/subjects/{SUBJECT}/" not in page("/?q=示例商贸", GRANTED)[1]
    assert {"REPAIR_LODGED", "REPAIR_ACCEPTED", "REPAIR_GRANTED"} <= set(kinds_told())

    sealed(GRANTED)
    end = feed(f"/api/v1/changes?after={before}", "", GRANTED)[-1]
    assert (end["event"], end["content"], "reason" in end) == ("ENDED", None, False)
    end = feed(f"/api/v1/subscription/changes?after={before}", token, GRANTED)[-1]
    assert (end["event"], end["content"], end["reason"]["code"]) == ("ENDED", None, "REPAIRED")

    assert send(file, day=GRANTED)["accepted"] == 0
    again = write_csv(tmp_path / "again.csv", [ROW | {"content": f"{ROW['content']}（重报）"}])
    send(again, day=GRANTED)
    assert page(shown, GRANTED)[0] == 404
    assert answer(SUBJECT, GRANTED)["bodies"] == []
