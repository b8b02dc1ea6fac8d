"""Filings: what is not numbered is not shown, numbers are dense, withdrawals come first; ended is ended; sources."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.factories import MARKET, SUBJECT, TODAY, accepted, adopted_catalogue, body, document, noon
from xinshu.register.records.actions import Change, Held, NotHeld, number_filings, withdraw
from xinshu.register.records.models import Filing, JournalLine, Record, RecordSource, RecordVersion
from xinshu.register.records.own import filed_by, own_records
from xinshu.register.records.queries import shown_json, shown_page, shown_record, shown_stream

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue() -> None:
    adopted_catalogue()


def shown() -> list[str]:
    forms, _ = shown_page(subject=body(SUBJECT), on_date=TODAY)
    return sorted(form["document_number"] for form in forms)


def take_back(number: str, organ: str = MARKET.code) -> None:
    record = Record.objects.get(document_number=number)
    withdraw(
        subjects=[record.subject_id],
        record_ref=record.record_ref,
        organ=organ,
        ground="ENTERED_WRONGLY",
        words="录入错误",
        actor="test",
        moment=noon(TODAY),
    )


def unnumbered(*documents: dict[str, object]) -> None:
    """Accept a filing as its transaction leaves it: committed, not numbered yet."""
    accepted(*documents)
    newest = Filing.objects.order_by("-id").first()
    assert newest is not None
    Filing.objects.filter(id=newest.id).update(first_number=None, numbered_at=None)


def test_what_has_no_number_is_shown_in_no_form_of_the_gate() -> None:
    accepted(document(document_number="一号"))
    unnumbered(document(document_number="二号"))
    hidden = Record.objects.get(document_number="二号")
    assert shown() == ["一号"]
    assert "二号" not in shown_json(subject=body(SUBJECT), on_date=TODAY)
    assert shown_record(subject=hidden.subject_id, record_ref=hidden.record_ref, on_date=TODAY) is None
    assert sum(len(batch) for batch in shown_stream(on_date=TODAY)) == 1
    assert number_filings(moment=noon(TODAY)) == 1
    assert shown() == ["一号", "二号"]


def test_a_correction_shows_neither_the_old_nor_the_new_before_its_number() -> None:
    accepted(document())
    unnumbered(document(decided_on=date(2026, 8, 31)))
    assert shown() == []
    number_filings(moment=noon(TODAY))
    assert shown() == ["示市监罚〔2026〕0001号"]


def test_numbers_are_dense_and_withdrawals_come_first() -> None:
    accepted(document(document_number="一号"), document(document_number="二号"))
    unnumbered(document(document_number="三号"))
    take_back("一号")
    number_filings(moment=noon(TODAY))
    told = [
        (line.change, Filing.objects.get(id=line.filing_id).first_number + line.place)
        for line in JournalLine.objects.all()
    ]
    assert sorted(told, key=lambda one: one[1]) == [
        (Change.ACCEPTED, 1),
        (Change.ACCEPTED, 2),
        (Change.WITHDRAWN, 3),
        (Change.ACCEPTED, 4),
    ]
    assert number_filings(moment=noon(TODAY)) == 0


def test_a_withdrawn_record_is_gone_at_once_and_for_good() -> None:
    accepted(document())
    take_back("示市监罚〔2026〕0001号")
    assert shown() == []
    assert accepted(document()).unchanged == 1
    other = accepted(document(decided_on=date(2026, 8, 31)))
    assert other.held == {0: Held.HAS_ENDED}
    assert shown() == []
    with pytest.raises(NotHeld):
        take_back("示市监罚〔2026〕0001号")
    assert [line.words for line in JournalLine.objects.filter(change="WITHDRAWN")] == ["录入错误"]


def test_no_other_organ_takes_it_back() -> None:
    accepted(document())
    with pytest.raises(NotHeld):
        take_back("示市监罚〔2026〕0001号", organ="11999999TE5T003026")
    assert shown() == ["示市监罚〔2026〕0001号"]


def test_one_fact_from_two_systems_is_one_record_with_two_sources() -> None:
    first = {"source_code": MARKET.code, "source_name": MARKET.name}
    second = {"source_code": "11999999TE5T003026", "source_name": "示范市行业系统"}
    accepted(document(**first))
    assert accepted(document(**second)).unchanged == 1
    assert accepted(document(**second)).unchanged == 1
    assert (Record.objects.count(), RecordVersion.objects.count()) == (1, 1)
    assert [source.source_code for source in RecordSource.objects.all()] == [second["source_code"]]
    assert shown() == ["示市监罚〔2026〕0001号"]
    take_back("示市监罚〔2026〕0001号")
    assert shown() == []


def test_the_public_form_names_its_source() -> None:
    accepted(document(source_code=MARKET.code, source_name=MARKET.name))
    (form,), _ = shown_page(subject=body(SUBJECT), on_date=TODAY)
    assert form["fields"]["CF_SJLYDM"] == MARKET.code
    assert form["fields"]["CF_SJLY"] == MARKET.name


def test_an_organ_reads_what_it_filed_and_has_not_withdrawn() -> None:
    accepted(document(document_number="一号"), document(document_number="二号"))
    take_back("一号")
    month = {"first": date(2026, 9, 1), "until": date(2026, 10, 1)}
    filed = list(filed_by(organ=MARKET.code, kind="ADMIN_PENALTY", **month))
    assert [one.number for one in filed] == ["二号"]
    assert filed[0].identity == bytes(Record.objects.get(document_number="二号").identity)
    own = own_records(organ=MARKET.code, subjects=[body(SUBJECT)], document_number="二号")
    assert [row["document_number"] for row in own] == ["二号"]
    assert own_records(organ=MARKET.code, subjects=[body(SUBJECT)], document_number="一号") == []


def test_sources_and_lines_are_append_only() -> None:
    accepted(document(source_code=MARKET.code))
    accepted(document(source_code="11999999TE5T003026"))
    for table in ("records_recordsource", "records_journalline", "records_recordversion"):
        with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"), transaction.atomic():
            cursor.execute(f"DELETE FROM {table}")


class Numbering(TestCase):
    """Whatever waits, numbers stay dense and no line has two."""

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.booleans()), max_size=12))
    def test_numbers_are_dense_over_all_filings(self, filings: list[tuple[int, bool, bool]]) -> None:
        for lines, withdraws, number_now in filings:
            Filing.objects.create(
                batch=uuid4(),
                part=0,
                kind="ADMIN_PENALTY",
                organ_code=MARKET.code,
                actor="test",
                on_day=TODAY,
                at=noon(TODAY).instant,
                lines=lines,
                withdraws=withdraws,
            )
            if number_now:
                number_filings(moment=noon(TODAY))
        number_filings(moment=noon(TODAY))
        spans = sorted(Filing.objects.values_list("first_number", "lines"))
        expected = 1
        for first, lines in spans:
            assert first == expected
            expected += lines
        assert UUID(int=0) not in set(Filing.objects.values_list("batch", flat=True))
