"""Journey: a department's penalties come in, and the public page shows them (docs/journeys, same name)."""

import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connection

from tests.factories import TODAY
from tests.filings import INDIVIDUAL, MARKET, OTHER_SUBJECT, SUBJECT, penalty, write_csv, write_xlsx
from tests.journeys.conftest import answer, page, told
from xinshu.proceedings.intake import running
from xinshu.register.records.models import Record
from xinshu.register.subjects.models import Subject

Send = Callable[..., dict[str, Any]]
IDENTITY_NUMBER = "11010519491231002X"


def forms(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [form for body in said["bodies"] for form in body["records"]]


@pytest.fixture
def filed(send: Send, tmp_path: Path) -> dict[str, Any]:
    rows = [
        penalty(),
        penalty(number="示市监罚〔2026〕0002号", penalties="警告", content="警告", confiscated="", severity="轻微"),
        penalty(number="示市监罚〔2026〕0003号", decided_on="2026-02-30"),
        penalty(number="示市监罚〔2026〕0004号", code="919999990000002111"),
        penalty(
            number="示市监罚〔2026〕0005号",
            type="自然人",
            name="示例乙",
            code="",
            person_document="身份证",
            person_number=IDENTITY_NUMBER,
        ),
    ]
    return send(write_csv(tmp_path / "september.csv", rows))


def test_the_receipt_accounts_for_every_row(filed: dict[str, Any]) -> None:
    assert (filed["received"], filed["accepted"], filed["returned"], filed["outside"]) == (5, 2, 2, 1)
    assert filed["seconds"] > 0


def test_page_api_and_command_say_the_same(filed: dict[str, Any]) -> None:
    said = answer(SUBJECT, TODAY)
    assert told(SUBJECT, TODAY) == said
    (form,) = forms(said)
    assert form["document_number"] == "示市监罚〔2026〕0001号"
    assert (form["shown_from"], form["shown_until"], form["repair_from"]) == ("2026-11-23", "2027-09-30", "2026-12-31")
    assert form["severity"] == "ORDINARY"
    status, text = page(f"/subjects/{SUBJECT}/", TODAY)
    assert status == 200
    for wanted in (form["document_number"], form["organ"]["name"], "2027-09-30", "2026-12-31", form["why"]["zh"]):
        assert wanted in text
    status, text = page(f"/subjects/{SUBJECT}/records/{form['ref']}/", TODAY)
    assert status == 200
    assert form["fields"]["CF_SY"] in text


def test_a_search_by_name_and_by_code_finds_the_page(filed: dict[str, Any]) -> None:
    status, text = page("/?q=示例商贸", TODAY)
    assert status == 200
    assert f"/subjects/{SUBJECT}/" in text
    status, _ = page(f"/?q={SUBJECT.lower()}", TODAY)
    assert status == 302


def test_returned_rows_come_back_in_their_own_form_and_can_be_sent_again(filed: dict[str, Any], send: Send) -> None:
    returned = Path(filed["returned_file"])
    assert stat.S_IMODE(returned.stat().st_mode) == 0o600
    text = returned.read_bytes().decode("gb18030")
    assert "示市监罚〔2026〕0003号" in text
    assert "处罚决定日期" in text
    assert IDENTITY_NUMBER not in text
    mended = text.replace("2026-02-30", "2026-02-28").replace("919999990000002111", SUBJECT)
    again = returned.with_name("mended.csv")
    again.write_bytes(mended.encode("gb18030"))
    receipt = send(again)
    assert (receipt["received"], receipt["accepted"], receipt["returned"]) == (2, 2, 0)


def test_sending_again_changes_nothing(filed: dict[str, Any], send: Send, tmp_path: Path) -> None:
    before = answer(SUBJECT, TODAY)
    receipt = send(tmp_path / "september.csv")
    assert (receipt["accepted"], receipt["unchanged"], receipt["corrected"]) == (0, 2, 0)
    assert answer(SUBJECT, TODAY) == before


def test_no_identity_number_reaches_the_database(filed: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{IDENTITY_NUMBER}%"])
            assert cursor.fetchone() == (0,), table
    assert filed["dropped_personal"] >= 4


def test_a_workbook_goes_the_same_way(send: Send, tmp_path: Path) -> None:
    rows = [
        penalty(name="云汀示例贸易有限公司", code=OTHER_SUBJECT, penalties="罚款;没收违法所得", fine="0.2"),
        penalty(name="云汀示例贸易有限公司", code=OTHER_SUBJECT, number="示市监罚〔2026〕0009号", decided_on=""),
    ]
    receipt = send(write_xlsx(tmp_path / "rows.xlsx", rows))
    assert (receipt["accepted"], receipt["returned"]) == (1, 1)
    (form,) = forms(answer(OTHER_SUBJECT, TODAY))
    assert (form["fields"]["CF_NR_FK"], form["fields"]["CF_NR_WFFF"]) == ("0.2", "0.35")
    returned = pl.read_excel(receipt["returned_file"])
    assert returned.height == 1
    assert "处罚决定日期" in str(returned.row(0)[-1])


def test_an_individual_business_is_told_by_its_code_only(send: Send, tmp_path: Path) -> None:
    row = penalty(name="云汀示例甲面馆", code=INDIVIDUAL, type="个体工商户", representative="示例甲")
    send(write_csv(tmp_path / "one.csv", [row], encoding="utf-8-sig"))
    said = answer(INDIVIDUAL, TODAY)
    assert [body["name"] for body in said["bodies"]] == [None]
    for text in (str(said), page(f"/subjects/{INDIVIDUAL}/", TODAY)[1]):
        assert "示例甲" not in text
        assert row["facts"] not in text
    assert INDIVIDUAL not in page("/?q=示例甲面馆", TODAY)[1]


def test_a_correction_may_shorten_and_never_lengthen(filed: dict[str, Any], send: Send, tmp_path: Path) -> None:
    longer = penalty(decided_on="2026-10-15")
    receipt = send(write_csv(tmp_path / "longer.csv", [longer]))
    assert (receipt["corrected"], receipt["returned"]) == (0, 1)
    shorter = penalty(decided_on="2026-08-15", facts="经查，当事人销售的两件商品未按规定标注产地。")
    receipt = send(write_csv(tmp_path / "shorter.csv", [shorter]))
    assert (receipt["corrected"], receipt["returned"]) == (1, 0)
    (form,) = forms(answer(SUBJECT, TODAY))
    assert form["shown_until"] == "2027-08-15"
    receipt = send(tmp_path / "september.csv")
    assert (receipt["unchanged"], receipt["accepted"]) == (2, 0)
    (form,) = forms(answer(SUBJECT, TODAY))
    assert form["shown_until"] == "2027-08-15"


def test_a_name_that_differs_is_held_for_the_organ(filed: dict[str, Any], send: Send, tmp_path: Path) -> None:
    row = penalty(name="云汀别样商贸有限公司", number="示市监罚〔2026〕0010号")
    receipt = send(write_csv(tmp_path / "name.csv", [row]))
    assert (receipt["accepted"], receipt["returned"]) == (0, 1)


def test_only_its_own_rows(send: Send, tmp_path: Path) -> None:
    row = penalty(organ_code=OTHER_SUBJECT, source_code=OTHER_SUBJECT)
    receipt = send(write_csv(tmp_path / "foreign.csv", [row]))
    assert (receipt["accepted"], receipt["returned"]) == (0, 1)
    assert MARKET != OTHER_SUBJECT


def test_nothing_is_stored_when_the_store_fails_midway(
    send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(running, "_put_returned", broken)
    with pytest.raises(OSError, match="disk full"):
        send(write_csv(tmp_path / "rows.csv", [penalty(), penalty(number="坏", decided_on="2026-13-01")]))
    assert (Record.objects.count(), Subject.objects.count()) == (0, 0)
    assert not (tmp_path / "rows.returned.csv").exists()


@pytest.mark.parametrize("day", [date(2027, 9, 30), date(2027, 10, 1)])
def test_the_last_shown_day_and_the_day_after(filed: dict[str, Any], day: date) -> None:
    (form,) = forms(answer(SUBJECT, TODAY))
    address = f"/subjects/{SUBJECT}/records/{form['ref']}/"
    still = day <= date(2027, 9, 30)
    assert len(forms(answer(SUBJECT, day))) == still
    assert len(forms(told(SUBJECT, day))) == still
    assert page(address, day)[0] == (200 if still else 404)
    assert (form["document_number"] in page(f"/subjects/{SUBJECT}/", day)[1]) is still
    assert (f"/subjects/{SUBJECT}/" in page("/?q=示例商贸", day)[1]) is still
