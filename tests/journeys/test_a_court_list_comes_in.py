"""A court's list comes in by file: what it demands and no more; a row without service goes back, and each entry ends."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.factories import SUBJECT, SUBJECT_NAME
from tests.filings import MARKET
from tests.journeys.conftest import answer, page, told
from tests.kinds import sample_row
from tests.law.test_every_category import shipped
from xinshu.proceedings.intake.own import returned
from xinshu.register.records.models import Record

Send = Callable[..., dict[str, Any]]
ARRIVES, LAST, OVER = date(2026, 6, 1), date(2028, 5, 5), date(2028, 5, 6)
KIND = "JUDGMENT_DEFAULTER"
CASE, UNSERVED, EARLY = "（2026）示0101执1号", "（2026）示0101执2号", "（2026）示0101执3号"


def row(**changes: str) -> dict[str, str]:
    """A row of the court, of a company that could perform and refused."""
    said = {
        "SUBJECT_CODE": SUBJECT,
        "SUBJECT_NAME": SUBJECT_NAME,
        "DOCUMENT_NUMBER": CASE,
        "ORGAN_NAME": "示范市示范区人民法院",
        "ORGAN_CODE": MARKET,
        "SOURCE_CODE": MARKET,
        "GROUND": "有履行能力而拒不履行生效法律文书确定义务",
        "CASE_FILED_ON": "2026-04-01",
        "PUBLISHED_ON": "2026-05-07",
        "LISTED_UNTIL": LAST.isoformat(),
    }
    return sample_row(KIND, shipped(), **(said | changes))


def sent(send: Send, path: Path, *rows: dict[str, str], day: date = ARRIVES) -> dict[str, Any]:
    """The court's file comes in on that day."""
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in rows))
    return send(path, day=day, kind=KIND)


def numbers(day: date) -> list[str]:
    """What is shown of the company, the same by page, API and command line."""
    status, shown = page(f"/subjects/{SUBJECT}/", day)
    assert status == 200
    found = [[one for one in (CASE, UNSERVED, EARLY) if one in said] for said in (shown, *_machines(day))]
    assert found[0] == found[1] == found[2]
    return found[0]


def _machines(day: date) -> tuple[str, str]:
    return str(answer(SUBJECT, day)["bodies"]), str(told(SUBJECT, day)["bodies"])


@pytest.mark.django_db(transaction=True)
def test_a_court_list_comes_in(send: Send, tmp_path: Path) -> None:
    unserved = row(DOCUMENT_NUMBER=UNSERVED, SERVED_ON="")
    early = row(DOCUMENT_NUMBER=EARLY, DECIDED_ON="2026-05-20", SERVED_ON="2026-05-19")
    receipt = sent(send, tmp_path / "名单.ndjson", row(), unserved, early)
    assert (receipt["accepted"], receipt["returned"]) == (1, 2)

    entry = Record.objects.get()
    assert (entry.listed_in, entry.notified_on, entry.defence_until) == ("COURT_DEFAULTERS", None, None)
    assert (entry.decided_on, entry.served_on, entry.effective_from) == (date(2026, 5, 6),) * 3
    assert numbers(ARRIVES) == [CASE]

    back = returned(receipt["batch"])
    assert back is not None
    said = [" ".join(zh for _, _, code, zh, _ in one.reasons if code == "LISTING_STEP") for one in back.rows]
    assert "尚未完成" in said[0]
    assert "须在前一步完成之后" in said[1]
    assert all("失信被执行人名单信息的若干规定" in one for one in said), "each names the article of its own list"

    mended = row(DOCUMENT_NUMBER=UNSERVED)
    assert sent(send, tmp_path / "补报.ndjson", mended)["accepted"] == 1
    assert numbers(ARRIVES) == [CASE, UNSERVED]

    removed = row(DOCUMENT_NUMBER=UNSERVED, LISTED_UNTIL="2026-06-30")
    assert sent(send, tmp_path / "删除.ndjson", removed, day=date(2026, 6, 29))["corrected"] == 1
    assert numbers(date(2026, 6, 30)) == [CASE, UNSERVED]
    assert numbers(date(2026, 7, 1)) == [CASE], "the court removed it, and it is gone the day after"
    assert numbers(LAST) == [CASE]
    assert numbers(OVER) == []
