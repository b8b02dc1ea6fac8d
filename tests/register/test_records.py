"""Records: what a batch leaves behind, what a correction may do, and what has ended stays ended."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import SUBJECT, TODAY, accepted, adopted_catalogue, body, document
from xinshu.register.records import queries
from xinshu.register.records.actions import Held
from xinshu.register.records.models import JournalLine, Record, RecordVersion
from xinshu.register.records.queries import shown_page, shown_stream

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue() -> None:
    adopted_catalogue()


def numbers(day: date = TODAY) -> list[str]:
    forms, _ = shown_page(subject=body(SUBJECT), on_date=day)
    return [form["document_number"] for form in forms]


def test_a_record_keeps_period_edition_and_version() -> None:
    assert accepted(document()).accepted == 1
    (record,) = Record.objects.all()
    (line,) = JournalLine.objects.all()
    assert (record.public_from, record.public_until, record.repair_from) == (
        TODAY,
        date(2027, 10, 1),
        date(2026, 12, 31),
    )
    assert (line.public_from, line.public_until, line.regime) == (TODAY, date(2027, 10, 1), "ORDER_36")
    assert bytes(line.edition) == bytes(record.edition)
    assert RecordVersion.objects.get().version == record.version == 1


def test_equal_content_changes_nothing_even_after_a_correction() -> None:
    accepted(document())
    accepted(document(decided_on=date(2026, 8, 31)))
    assert accepted(document()).unchanged == 1
    assert RecordVersion.objects.count() == 2


def test_a_correction_may_lower_the_class() -> None:
    accepted(document(penalties=["LICENCE_REVOCATION"], severity="SERIOUS"))
    assert accepted(document()).corrected == 1
    assert Record.objects.get().severity == "ORDINARY"


def test_a_correction_never_raises_the_class_or_lengthens_display() -> None:
    accepted(document())
    raised = accepted(document(penalties=["LICENCE_REVOCATION"], severity="SERIOUS"))
    assert raised.held == {0: Held.WOULD_RAISE_CLASS}
    longer = accepted(document(decided_on=date(2026, 10, 31)))
    assert longer.held == {0: Held.WOULD_LENGTHEN}
    assert JournalLine.objects.count() == 1


def test_what_has_ended_or_was_never_shown_is_not_brought_back() -> None:
    accepted(document(decided_on=date(2025, 9, 30), severity="ORDINARY"), on_day=date(2025, 10, 9))
    assert numbers(date(2026, 3, 31)) == ["示市监罚〔2026〕0001号"]
    assert numbers() == []
    longer = accepted(document(decided_on=date(2025, 10, 8)))
    assert longer.held == {0: Held.WOULD_LENGTHEN}
    newer = accepted(document(decided_on=date(2026, 9, 30)))
    assert newer.held == {0: Held.DECIDED_AFTER_ARRIVAL}
    accepted(document(document_number="二号", penalties=["WARNING"], severity="MINOR"))
    shown = accepted(document(document_number="二号", penalties=["WARNING"], severity="MINOR", publicity_reason="必要"))
    assert shown.held == {0: Held.WOULD_LENGTHEN}
    assert numbers() == []


def test_a_correction_moves_neither_the_first_day_nor_the_clock() -> None:
    accepted(document(), on_day=date(2026, 10, 9))
    accepted(document(decided_on=date(2026, 8, 31)))
    (record,) = Record.objects.all()
    assert (record.recorded_on, record.public_from, record.public_until) == (
        date(2026, 10, 9),
        date(2026, 10, 9),
        date(2027, 9, 1),
    )
    assert record.repair_from == date(2026, 12, 1)
    assert numbers(date(2026, 10, 8)) == []
    assert numbers(date(2026, 10, 9)) == numbers() == ["示市监罚〔2026〕0001号"]


def test_a_correction_never_shows_before_the_service_that_was_filed() -> None:
    accepted(document(served_on=date(2026, 12, 1)))
    assert numbers() == []
    sooner = accepted(document(served_on=None))
    assert sooner.held == {0: Held.WOULD_LENGTHEN}
    assert numbers() == []
    later = accepted(document(served_on=date(2026, 12, 5)))
    assert later.corrected == 1
    assert numbers(date(2026, 12, 4)) == []


def test_questions_about_the_class_are_counted() -> None:
    outcome = accepted(document(severity="SERIOUS"), document(document_number="二号"))
    assert (outcome.accepted, list(outcome.questions)) == (2, [0])


def test_a_page_is_newest_first_and_of_one_kind() -> None:
    days = [date(2026, 9, 1) + timedelta(days=count) for count in range(5)]
    accepted(*(document(document_number=day.isoformat(), decided_on=day) for day in days))
    accepted(document("ADMIN_LICENCE", document_number="许可"))
    forms, total = shown_page(subject=body(SUBJECT), on_date=TODAY, kind="ADMIN_PENALTY", most=2, skip=1)
    assert ([form["decided_on"] for form in forms], total) == (["2026-09-04", "2026-09-03"], 5)


def test_the_stream_brings_each_record_once_in_small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", 3)
    accepted(*(document(document_number=f"{number}号") for number in range(10)))
    batches = list(shown_stream(on_date=TODAY))
    assert [batch.num_rows for batch in batches] == [3, 3, 3, 1]
    references = [reference for batch in batches for reference in batch["record_ref"].to_pylist()]
    assert len({UUID(reference) for reference in references}) == 10


def test_the_database_itself_refuses_an_impossible_period() -> None:
    accepted(document())
    refused = pytest.raises(IntegrityError, match="record_period_holds_a_day")
    with connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute("UPDATE records_record SET public_until = public_from")
