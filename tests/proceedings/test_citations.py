"""A correction to the subject's harm: by a citation, a second person and a notice; and never after the display is over."""

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from tests.factories import MARKET, adopted_catalogue, noon, registered_organ
from tests.filings import SUBJECT, penalty, write_csv
from xinshu.proceedings.intake import actions, mending
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.own import returned
from xinshu.proceedings.intake.states import Door, Receipt, State
from xinshu.register.records.models import JournalLine, NoticeDue, Record
from xinshu.register.records.queries import shown_page
from xinshu.register.subjects.queries import named_by

DAY = date(2026, 11, 23)
CITATION = "示市监更〔2026〕3号更正决定书；《信用修复管理办法》第十条"
MILD = {"severity": "一般", "decided_on": "2026-09-30"}
GRAVE = {
    "severity": "严重",
    "decided_on": "2026-09-30",
    "penalties": "吊销许可证件",
    "confiscated": "",
    "licence": "示例证1号",
}


@pytest.fixture(autouse=True)
def ready(transactional_db: None) -> None:
    adopted_catalogue()
    registered_organ()


def take_in(folder: Path, day: date = DAY, **changes: str) -> Receipt:
    return actions.receive(
        path=write_csv(folder / "rows.csv", [penalty(**changes)]),
        organ_code=MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.DESK,
        actor="clerk",
        moment=noon(day),
        progress=lambda _: None,
    )


def cite(receipt: Receipt, citation: str = CITATION, day: date = DAY) -> Receipt:
    """The clerk cites; what is dry-run is the receipt."""
    batch = mending.cited(batch=receipt.batch, rows={0}, citation=citation, actor="clerk", moment=noon(day))
    return actions.check(batch=batch.id, actor="clerk", moment=noon(day), progress=lambda _: None)


def file(receipt: Receipt, actor: str, day: date = DAY) -> Receipt:
    return actions.file(batch=receipt.batch, actor=actor, moment=noon(day), attested=True, progress=lambda _: None)


def codes(receipt: Receipt) -> set[str]:
    back = returned(receipt.batch)
    return {reason[2] for row in (back.rows if back else ()) for reason in row.reasons}


def test_two_persons_and_a_citation_raise_a_class_and_owe_a_notice(tmp_path: Path) -> None:
    take_in(tmp_path, **MILD)
    before = Record.objects.get()
    refused = take_in(tmp_path, **GRAVE)
    assert (refused.returned, codes(refused)) == (1, {"WOULD_RAISE_CLASS"})
    tried = cite(refused)
    assert (tried.state, tried.corrected, tried.returned) == (State.CHECKED, 1, 0)
    assert Record.objects.get().severity == before.severity, "a dry run stores nothing"
    done = file(tried, "reviewer")
    assert (done.state, done.corrected) == (State.FILED, 1)
    after = Record.objects.get()
    assert (before.severity, after.severity) == ("ORDINARY", "SERIOUS")
    assert after.public_until > before.public_until
    line = JournalLine.objects.get(change="CORRECTED")
    assert (line.actor, line.words) == ("reviewer", CITATION)
    notice = NoticeDue.objects.get()
    assert (notice.subject_id, notice.record_ref) == (after.subject_id, after.record_ref)
    assert (notice.raises, notice.lengthens, notice.on_day) == (True, True, DAY)
    forms, _ = shown_page(subject=after.subject_id, on_date=DAY)
    assert [form["severity"] for form in forms] == ["SERIOUS"]


def test_who_cites_does_not_file(tmp_path: Path) -> None:
    take_in(tmp_path, **MILD)
    tried = cite(take_in(tmp_path, **GRAVE))
    with pytest.raises(actions.CitationRefused, match="第二人"):
        file(tried, "clerk")
    assert Record.objects.get().severity == "ORDINARY"
    assert NoticeDue.objects.count() == 0


def test_the_database_itself_wants_two_persons(tmp_path: Path) -> None:
    take_in(tmp_path, **MILD)
    tried = cite(take_in(tmp_path, **GRAVE))
    with pytest.raises(IntegrityError, match="a_citation_needs_two_persons"), transaction.atomic():
        Batch.objects.filter(id=tried.batch).update(attested_by="clerk", state=State.FILED)


@pytest.mark.parametrize("citation", ["", "   ", "第十条", "据" * 501])
def test_a_citation_names_document_and_article(tmp_path: Path, citation: str) -> None:
    take_in(tmp_path, **MILD)
    with pytest.raises(actions.CitationRefused, match="条款"):
        cite(take_in(tmp_path, **GRAVE), citation)


def test_a_row_with_another_fault_is_not_cited_away(tmp_path: Path) -> None:
    take_in(tmp_path, **MILD)
    refused = take_in(tmp_path, **(GRAVE | {"decided_on": "2026-02-30"}))
    with pytest.raises(actions.NotNow, match="附依据"):
        cite(refused)


def test_what_is_over_is_not_shown_again_whatever_is_cited(tmp_path: Path) -> None:
    """Decision 3: a display that has run out is not begun again by a correction."""
    take_in(tmp_path, day=date(2026, 10, 8), **MILD)
    later = date(2027, 10, 8)
    (row,) = named_by(SUBJECT)
    assert shown_page(subject=row.subject, on_date=later)[1] == 0
    refused = take_in(tmp_path, day=later, **GRAVE)
    assert codes(refused) == {"WOULD_RAISE_CLASS"}
    tried = cite(refused, day=later)
    assert (tried.corrected, tried.returned, codes(tried)) == (0, 1, {"DISPLAY_OVER"})
    assert file(tried, "reviewer", day=later).returned == 1
    assert shown_page(subject=row.subject, on_date=later)[1] == 0
    assert NoticeDue.objects.count() == 0


def test_an_ordinary_correction_in_a_cited_batch_owes_no_notice(tmp_path: Path) -> None:
    take_in(tmp_path, **MILD)
    tried = cite(take_in(tmp_path, **GRAVE))
    file(tried, "reviewer")
    take_in(tmp_path, **(GRAVE | {"facts": "经查，更正后的事实。"}))
    assert JournalLine.objects.filter(change="CORRECTED").count() == 2
    assert NoticeDue.objects.count() == 1
