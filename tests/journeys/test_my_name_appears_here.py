"""Someone finds their name in a record: withheld at once for all to see, reviewed within days, kept or undone."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from tests.factories import MARKET, PASSWORD, TODAY, appointed, noon
from tests.filings import SUBJECT, penalty, write_csv
from tests.journeys.conftest import answer, on, page, told
from tests.journeys.test_what_an_outsider_learns import Send
from xinshu.proceedings.objections.actions import sweep
from xinshu.proceedings.objections.models import Claim
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = "经查，当事人的店长示例甲某在场，商品未按规定标注产地。"
KEPT = "示市监罚〔2026〕0001号"


@pytest.fixture
def record(send: Send, tmp_path: Path) -> str:
    """The address of a penalty in whose facts a person's name is left, which no machine can tell."""
    assert send(write_csv(tmp_path / "rows.csv", [penalty(facts=FACTS)]))["accepted"] == 1
    (form,) = answer(SUBJECT, TODAY)["bodies"][0]["records"]
    return f"/subjects/{SUBJECT}/records/{form['ref']}/"


def say(record: str, cause: str) -> UUID:
    with on(TODAY):
        client = Client()
        assert client.get(f"{record}claim/").status_code == 200
        said = client.post(f"{record}claim/", {"cause": cause, "words": "见事实一句"})
    assert said.status_code == 302
    return UUID(said.headers["Location"].strip("/").split("/")[-1])


def decide(claim: UUID, verdict: str, reason: str = "") -> Client:
    reviewer = Client()
    with on(TODAY):
        username = appointed(Role.REVIEWER, organ=MARKET.code)
        assert reviewer.login(username=username, password=PASSWORD)
        assert reviewer.post(f"/desk/claims/{claim}/", {"verdict": verdict, "reason": reason}).status_code == 302
    return reviewer


def everywhere(record: str) -> list[str]:
    with on(TODAY):
        as_json = Client().get(f"/api/v1{record.rstrip('/')}").content.decode()
    return [page(record, TODAY)[1], as_json, str(answer(SUBJECT, TODAY)), str(told(SUBJECT, TODAY))]


def test_a_name_is_out_of_sight_at_once_and_for_good(record: str, send: Send, tmp_path: Path) -> None:
    assert all("示例甲某" in text for text in everywhere(record))
    claim = say(record, "NAME")
    assert not any("示例甲某" in text for text in everywhere(record))
    assert all(KEPT in text and "有人提出这里出现了其姓名" in text for text in everywhere(record))
    decide(claim, "UPHELD")
    assert all("经核实，可能出现个人姓名的文字不再显示" in text for text in everywhere(record))
    again = penalty(facts=FACTS, decided_on=date(2026, 9, 29))
    assert send(write_csv(tmp_path / "again.csv", [again]))["corrected"] == 1
    assert not any("示例甲某" in text for text in everywhere(record))
    assert all("2026-09-29" in text for text in everywhere(record))


def test_rejected_it_is_shown_again_and_the_receipt_says_why(record: str) -> None:
    claim = say(record, "NAME")
    decide(claim, "REJECTED", "所写不是姓名")
    assert all("示例甲某" in text for text in everywhere(record))
    assert "所写不是姓名" in page(f"/claims/{claim}/", TODAY)[1]
    second = say(record, "NAME")
    assert all("示例甲某" in text for text in everywhere(record)), "reviewed again, not withheld again"
    assert "没有再遮蔽" in page(f"/claims/{second}/", TODAY)[1]
    assert sweep(moment=noon(TODAY + timedelta(30))) == 1
    assert Claim.objects.get(id=claim).words == ""


def test_a_record_of_another_body_is_withdrawn_and_the_matter_is_closed(record: str) -> None:
    claim = say(record, "BODY")
    assert not any(KEPT in text or "示例甲某" in text for text in everywhere(record))
    assert all("市场监督管理局" in text for text in everywhere(record)), "nobody makes a record vanish"
    reviewer = decide(claim, "UPHELD")
    with on(TODAY):
        form = {"code": SUBJECT, "number": KEPT, "record": record.strip("/").split("/")[-1]}
        said = {"reason": "ENTERED_WRONGLY", "confirmed": "yes"}
        assert reviewer.post("/desk/records/withdraw/", form | said).status_code == 302
    assert page(record, TODAY)[0] == page(f"{record}claim/", TODAY)[0] == 404
    closed = page(f"/claims/{claim}/", TODAY)[1]
    assert "这件事已经办结" in closed
    assert "2026-11-26" not in closed
