"""A court approves a plan: the records go everywhere at once; performed they stay away for good, failed they come back."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.factories import body, noon, registered_recipient
from tests.filings import MARKET, SUBJECT, penalty, write_csv
from tests.journeys.conftest import answer, on, page, told
from tests.proceedings.repairs import officer
from tests.proceedings.shields import FIRST, ORDER, PDF, SECOND, officers
from tests.spaces import signed_in_organisation
from xinshu.parties.notices.queries import notices_of
from xinshu.proceedings.shield.deciding import follow
from xinshu.register.access.roles import Role
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import stand
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day

Send = Callable[..., dict[str, Any]]
ARRIVES, ASKED, GRANTED, LATE, OVER = (
    date(2026, 6, 22),
    date(2026, 7, 1),
    date(2026, 7, 3),
    date(2026, 7, 10),
    date(2026, 7, 28),
)
BEFORE = penalty(number="示市监罚〔2026〕0001号", decided_on="2026-04-30")
OF_THE_DAY = penalty(number="示市监罚〔2026〕0002号", decided_on="2026-06-15")
AFTER = penalty(number="示市监罚〔2026〕0003号", decided_on="2026-06-16")
LATE_FILED = penalty(number="示市监罚〔2026〕0004号", decided_on="2026-05-20")
EVERY = {row["number"] for row in (BEFORE, OF_THE_DAY, AFTER)}


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


def numbers(day: date) -> set[str]:
    """What is shown of the body, the same by page, API and command line."""
    status, shown = page(f"/subjects/{SUBJECT}/", day)
    assert status == 200
    every = (*EVERY, LATE_FILED["number"])
    on_page, api, line = ({number for number in every if number in said} for said in (shown, *_machines(day)))
    assert on_page == api == line
    return on_page


def _machines(day: date) -> tuple[str, str]:
    return str(answer(SUBJECT, day)["bodies"]), str(told(SUBJECT, day)["bodies"])


def asked() -> str:
    """The company asks; the form without its number, and with a file of a wrong type, comes back as it was filled in."""
    with on(ASKED):
        company = Client()
        signed_in_organisation(company, SUBJECT)
        assert "免费" in text(company.get("/own/shields/"))
        place: str = company.post("/own/shields/").headers["Location"]
        wrong = {**ORDER, "number": "", "step": "lodge", "document": SimpleUploadedFile("裁定.pdf", b"PK\x03\x04")}
        assert 'value="示范市中级人民法院"' in text(company.post(place, wrong), 422)
        right = {**ORDER, "step": "lodge", "document": SimpleUploadedFile("裁定.pdf", PDF)}
        assert company.post(place, right).status_code == 302
        assert "2026-07-06" in text(company.get(place)), "the last day stands on the page of both sides"
    return place.rstrip("/").rpartition("/")[2]


def desk(name: str) -> Client:
    """An officer of the platform, signed in on the day."""
    officers()
    client = Client()
    assert client.login(username=name, password=factories.PASSWORD)
    return client


def decided(case: str, day: date) -> None:
    """One officer checks and proposes, and may not confirm; the other one confirms."""
    with on(day):
        place, first, second = f"/desk/shields/{case}/", desk(FIRST), desk(SECOND)
        assert first.post(place, {"step": "propose_grant"}).status_code == 302
        assert first.post(place, {"step": "confirm"}).status_code == 422
        assert second.post(place, {"step": "confirm"}).status_code == 302


def granted(send: Send, folder: Path) -> tuple[str, str, int]:
    """Three penalties are shown, the company asks, the shield is granted; case, a subscriber's token, the log's size."""
    send(write_csv(folder / "three.csv", [BEFORE, OF_THE_DAY, AFTER]), day=ARRIVES)
    sealed(ARRIVES)
    token = registered_recipient(on_day=ASKED, days=200)
    case = asked()
    assert numbers(ASKED) == EVERY, "an application alone hides nothing"
    before = stand().size
    decided(case, GRANTED)
    assert numbers(GRANTED) == {AFTER["number"]}
    return case, token, before


def ends(before: int, token: str, day: date) -> list[tuple[str, str | None]]:
    """What the feed says since, to a stranger without reason, to a subscriber with it."""
    sealed(day)
    for line in feed(f"/api/v1/changes?after={before}", "", day):
        assert (line["content"], "reason" in line) == (None, False), "a stranger learns that something ended, not what"
    lines = feed(f"/api/v1/subscription/changes?after={before}", token, day)
    return [(line["event"], line["reason"] and line["reason"]["code"]) for line in lines]


def kinds_told() -> set[str]:
    """What the company was told."""
    return {notice.kind for notice in notices_of([body(SUBJECT)], most=50)[0]}


@pytest.mark.django_db(transaction=True)
def test_performed_the_records_are_gone_for_good(send: Send, tmp_path: Path) -> None:
    case, token, before = granted(send, tmp_path)
    assert ends(before, token, GRANTED) == [("ENDED", "HIDDEN")] * 2, "neutral: nobody is told of the court"
    with on(GRANTED):
        unit = Client()
        assert unit.login(username=officer("复核", Role.REVIEWER, organ=MARKET), password=factories.PASSWORD)
        assert BEFORE["number"] in text(unit.get(f"/desk/shields/{case}/"))

    assert send(write_csv(tmp_path / "late.csv", [LATE_FILED]), day=LATE)["accepted"] == 1
    assert LATE_FILED["number"] not in numbers(LATE), "who can be told is told before, and waits a day"
    with on(LATE):
        assert follow(moment=noon(LATE)) == 1
    assert numbers(OVER) == {AFTER["number"]}

    with on(OVER):
        company = Client()
        signed_in_organisation(company, SUBJECT, username="test-company-too")
        proof = SimpleUploadedFile("监督报告.pdf", PDF + b"\n")
        said = {"performed_on": "2026-07-27", "performance": "已清偿", "commitment": "yes", "signed_by": "示例乙"}
        place = f"/own/shields/{case}/"
        assert company.post(place, {**said, "step": "ask_completion", "document": proof}).status_code == 302
    decided(case, OVER)
    assert numbers(OVER) == {AFTER["number"]}
    assert [code for event, code in ends(before, token, OVER) if event == "ENDED"] == ["REPAIRED"] * 2
    assert {"SHIELD_LODGED", "SHIELD_GRANTED", "SHIELD_COMPLETED"} <= kinds_told()
    again = [row | {"content": f"{row['content']}（重报）"} for row in (BEFORE, LATE_FILED)]
    send(write_csv(tmp_path / "again.csv", again), day=OVER)
    assert numbers(OVER) == {AFTER["number"]}


@pytest.mark.django_db(transaction=True)
def test_failed_they_are_shown_until_their_former_end(send: Send, tmp_path: Path) -> None:
    case, token, before = granted(send, tmp_path)
    place = f"/desk/shields/{case}/"
    with on(LATE):
        ruling = {"number": "（2026）示01破1号之三", "ruled_on": "2026-07-09", "words": "法院裁定终止计划的执行"}
        ruling |= {"step": "notice_failure"}
        with_file = {**ruling, "document": SimpleUploadedFile("裁定.pdf", PDF + b"\n\n")}
        assert desk(FIRST).post(place, with_file).status_code == 302
        assert "SHIELD_FAILURE_PLANNED" in kinds_told()
        assert desk(SECOND).post(place, {"step": "confirm_failure"}).status_code == 422, "the body is heard first"
    assert numbers(LATE) == {AFTER["number"]}
    with on(OVER):
        assert desk(FIRST).post(place, {"step": "confirm_failure"}).status_code == 422, "another officer decides"
        assert desk(SECOND).post(place, {"step": "confirm_failure"}).status_code == 302
    assert numbers(OVER) == EVERY
    assert ends(before, token, OVER)[-2:] == [("SHOWN", None)] * 2
    assert numbers(date(2027, 4, 30)) == EVERY
    assert numbers(date(2027, 5, 1)) == EVERY - {BEFORE["number"]}, "not a day is added to any term"
    assert "SHIELD_FAILED" in kinds_told()
