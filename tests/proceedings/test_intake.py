"""Intake through its action: files whole, two clerks at once, and refusals that say what to do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from zipfile import ZipFile

import pytest
from django.db import connection

from tests.factories import MARKET, adopted_catalogue, noon, registered_organ
from tests.filings import OTHER_SUBJECT, SUBJECT, penalty, write_csv
from xinshu.proceedings.intake import running
from xinshu.proceedings.intake.actions import UnknownKind, receive
from xinshu.proceedings.intake.queries import batches_of
from xinshu.proceedings.intake.states import Door, Progress, Receipt, State
from xinshu.register.access.actions import UnknownOrgan
from xinshu.register.records.models import JournalLine, Record, RecordVersion
from xinshu.register.subjects.models import Subject, SubjectCode
from xinshu.register.subjects.queries import named_by

DAY = date(2026, 11, 23)


@pytest.fixture
def ready(transactional_db: None) -> None:
    adopted_catalogue()
    registered_organ()


def take_in(
    path: Path,
    *,
    day: date = DAY,
    organ: str = MARKET.code,
    kind: str = "ADMIN_PENALTY",
    attested: bool = True,
    progress: Progress = lambda _: None,
) -> Receipt:
    return receive(
        path=path,
        organ_code=organ,
        kind=kind,
        door=Door.CLI,
        actor="test",
        moment=noon(day),
        progress=progress,
        attested=attested,
    )


def test_a_dry_run_tells_of_several_sheets_what_filing_them_does(ready: None, tmp_path: Path) -> None:
    one, other = penalty(), penalty(number="示市监罚〔2026〕0002号", code=OTHER_SUBJECT, name="云汀另一商贸有限公司")
    sheets = ([one], [one, other], [other | {"number": "示市监罚〔2026〕0003号", "name": "云汀又一商贸有限公司"}])
    path = tmp_path / "sheets.zip"
    with ZipFile(path, "w") as archive:
        for number, rows in enumerate(sheets):
            archive.write(write_csv(tmp_path / f"{number}.csv", rows), f"{number}.csv")
    tried, filed = take_in(path, attested=False), take_in(path)
    assert (tried.state, filed.state) == (State.CHECKED, State.FILED)
    for receipt in (tried, filed):
        assert (receipt.received, receipt.accepted, receipt.unchanged, receipt.returned) == (4, 2, 1, 1)


def test_a_large_file_is_tried_part_by_part(ready: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PART_ROWS", 2)
    told: list[int] = []
    path = tmp_path / "parts.zip"
    with ZipFile(path, "w") as archive:
        for number in range(5):
            row = penalty(number=f"示市监罚〔2026〕000{number}号")
            archive.write(write_csv(tmp_path / f"{number}.csv", [row]), f"{number}.csv")
    receipt = take_in(path, attested=False, progress=lambda step: told.append(step.done) if step.total else None)
    assert (receipt.received, receipt.accepted) == (5, 5)
    assert [done for done in told if done][-3:] == [2, 4, 5]


def test_an_unknown_organ_is_told_how_to_register(ready: None, tmp_path: Path) -> None:
    with pytest.raises(UnknownOrgan, match="xinshu organ add"):
        take_in(write_csv(tmp_path / "a.csv", [penalty()]), organ=OTHER_SUBJECT)


def test_a_kind_outside_the_catalogue_is_refused(ready: None, tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match="ADMIN_PENALTY"):
        take_in(write_csv(tmp_path / "a.csv", [penalty()]), kind="GOSSIP")


def test_a_file_that_is_none_is_refused_and_says_why(ready: None, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    receipt = take_in(path)
    assert (receipt.state, receipt.received) == (State.REFUSED, 0)
    assert receipt.refusal is not None
    assert "空" in receipt.refusal.zh
    assert [batch.state for batch in batches_of(None)] == [State.REFUSED]


def test_two_clerks_with_one_file_at_one_moment(ready: None, tmp_path: Path) -> None:
    """One of them stores it, for the other nothing is new; no body is opened twice."""
    rows = [penalty(number=f"示市监罚〔2026〕{number:04d}号") for number in range(1, 40)]
    paths = [write_csv(tmp_path / f"{clerk}.csv", rows) for clerk in ("one", "two")]
    start = Barrier(2)

    def clerk(path: Path) -> Receipt:
        try:
            start.wait(timeout=30)
            return take_in(path)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        receipts = list(pool.map(clerk, paths))
    assert sorted((receipt.accepted, receipt.unchanged) for receipt in receipts) == [(0, 39), (39, 0)]
    assert (Subject.objects.count(), Record.objects.count(), JournalLine.objects.count()) == (1, 39, 39)


def test_every_change_has_its_version_and_its_line_in_the_journal(ready: None, tmp_path: Path) -> None:
    take_in(write_csv(tmp_path / "a.csv", [penalty()]))
    take_in(write_csv(tmp_path / "b.csv", [penalty(facts="经查，当事人更正后的事实。")]))
    (record,) = Record.objects.all()
    assert record.version == 2
    assert RecordVersion.objects.count() == 2
    lines = JournalLine.objects.order_by("filing_id", "place")
    assert [(line.change, line.version) for line in lines] == [("ACCEPTED", 1), ("CORRECTED", 2)]
    assert all(bytes(line.edition) == bytes(record.edition) for line in lines)


def test_one_code_of_several_bodies_is_never_guessed(ready: None, tmp_path: Path) -> None:
    take_in(write_csv(tmp_path / "a.csv", [penalty()]))
    other = Subject.objects.create(kind="ENTERPRISE", recorded_at=noon(DAY).instant)
    SubjectCode.objects.create(subject=other, scheme="USCC", code=SUBJECT, recorded_at=noon(DAY).instant)
    assert len(named_by(SUBJECT)) == 2
    receipt = take_in(write_csv(tmp_path / "b.csv", [penalty(number="示市监罚〔2026〕0002号")]))
    assert (receipt.accepted, receipt.returned) == (0, 1)


def test_one_decision_under_two_codes_of_one_body_is_returned(ready: None, tmp_path: Path) -> None:
    take_in(write_csv(tmp_path / "a.csv", [penalty(number="示市监罚〔2026〕0009号")]))
    (row,) = named_by(SUBJECT)
    second = {"scheme": "USCC", "code": OTHER_SUBJECT, "recorded_at": noon(DAY).instant}
    SubjectCode.objects.create(subject_id=row.subject, **second)
    receipt = take_in(write_csv(tmp_path / "b.csv", [penalty(), penalty(code=OTHER_SUBJECT)]))
    assert (receipt.accepted, receipt.returned) == (0, 2)
    assert Record.objects.count() == 1


def test_a_batch_with_two_names_for_one_new_code_is_returned(ready: None, tmp_path: Path) -> None:
    rows = [penalty(), penalty(number="示市监罚〔2026〕0002号", name="云汀别样商贸有限公司")]
    receipt = take_in(write_csv(tmp_path / "a.csv", rows))
    assert (receipt.accepted, receipt.returned) == (0, 2)
    assert Subject.objects.count() == 0


LICENCE = {
    "XK_XDR_MC": "云汀示例商贸有限公司",
    "XK_XDR_LB": "法人及非法人组织",
    "XK_XDR_SHXYM": SUBJECT,
    "XK_FRDB": "示例甲",
    "XK_XKWS": "食品经营许可决定书",
    "XK_WSH": "示市监许〔2026〕0001号",
    "XK_XKLB": "普通",
    "XK_NR": "准予食品经营",
    "XK_JDRQ": "2026-05-06",
    "XK_YXQZ": "2026-05-06",
    "XK_YXQZI": "2027-02-28",
    "XK_XKJG": MARKET.name,
    "XK_XKJGDM": MARKET.code,
    "XK_ZT": "有效",
    "XK_LYDW": MARKET.name,
    "XK_LYDWDM": MARKET.code,
}


def shown_days(path: Path, **changes: str) -> tuple[date | None, date | None]:
    row = LICENCE | changes
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    receipt = take_in(path, kind="ADMIN_LICENCE")
    assert (receipt.accepted, receipt.returned) == (1, 0)
    record = Record.objects.get(kind="ADMIN_LICENCE")
    return record.public_from, record.public_until


def test_a_licence_is_shown_through_its_last_day_of_validity(ready: None, tmp_path: Path) -> None:
    assert shown_days(tmp_path / "a.csv") == (DAY, date(2027, 3, 1))


def test_a_licence_without_an_end_is_shown_while_it_lasts(ready: None, tmp_path: Path) -> None:
    assert shown_days(tmp_path / "a.csv", XK_YXQZI="2099-12-31") == (DAY, None)


def test_a_licence_that_its_organ_calls_invalid_is_not_shown(ready: None, tmp_path: Path) -> None:
    assert shown_days(tmp_path / "a.csv", XK_ZT="无效") == (None, None)


def test_a_class_in_doubt_comes_back_as_a_question(ready: None, tmp_path: Path) -> None:
    """The row is stored under the lower class, and the receipt says which row, which class counts, and why."""
    rows = [penalty(), penalty(number="示市监罚〔2026〕0002号", severity="严重")]
    receipt = take_in(write_csv(tmp_path / "a.csv", rows))
    assert (receipt.accepted, receipt.returned) == (2, 0)
    (asked,) = receipt.questions
    assert (asked.row, asked.document_number) == (3, "示市监罚〔2026〕0002号")
    assert (asked.declared, asked.settled) == ("SERIOUS", "ORDINARY")
    assert "《信用修复管理办法》" in asked.zh
    assert Record.objects.get(document_number="示市监罚〔2026〕0002号").severity == "ORDINARY"
