"""Erasure: a record goes whole, nothing of it is left where it was, every proof holds, and it never comes back."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from tests import factories
from tests.factories import MARKET, SUBJECT, TODAY, accepted, document, noon
from tests.retention import GONE, adopted_with_months
from xinshu.doors.published_log import check_all, source
from xinshu.proceedings import endings
from xinshu.proceedings.intake.actions import withdraw
from xinshu.proceedings.intake.models import Withdrawal
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.proceedings.retention.actions import count_past_term, erase_past_term
from xinshu.register.access.models import TrailLine
from xinshu.register.erasures.models import Erased
from xinshu.register.erasures.queries import KEY, KeyLost
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.leaf import leaf
from xinshu.register.publog.models import Entry, Lot
from xinshu.register.publog.queries import erased_through, leaves_from, proof_of, standing
from xinshu.register.records.actions import Held, number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Filing, HeldBack, JournalLine, NoticeDue, Record, RecordSource, RecordVersion
from xinshu.register.records.queries import shown_stream
from xinshu.register.subjects.models import Subject, SubjectCode, SubjectName
from xinshu.tlog import checkpoint, note, verify
from xinshu.tlog.merkle import leaf_hash
from xinshu.tlog.note import verifier_key

pytestmark = pytest.mark.django_db
HISTORY = (RecordVersion, JournalLine, RecordSource, NoticeDue, HeldBack)
NUMBERS = [f"示市监罚〔2026〕{number:04d}号" for number in range(1, 8)]

FAULT = """
CREATE SEQUENCE faults;
CREATE FUNCTION fail_the_second_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('faults') = 2 THEN
        RAISE EXCEPTION 'the disk is gone' USING ERRCODE = 'disk_full';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fails BEFORE {} FOR EACH STATEMENT EXECUTE FUNCTION fail_the_second_time();
"""


@pytest.fixture(autouse=True)
def house(settings: Settings, tmp_path: Path) -> None:
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    adopted_with_months(tmp_path)
    factories.registered_organ()


def at_the_end(day: date = GONE) -> Any:
    """The day turns, then what is past its retention goes."""
    turn_the_day(moment=noon(day))
    number_filings(moment=noon(day))
    integrate(moment=noon(day))
    return erase_past_term(moment=noon(day))


def the(number: str = NUMBERS[0]) -> Record:
    return Record.objects.get(document_number=number)


def taken_back(number: str, day: date = TODAY) -> None:
    withdraw(
        organ_code=MARKET.code,
        subject_code=SUBJECT,
        record_ref=the(number).record_ref,
        reason=WithdrawalReason.ENTERED_WRONGLY,
        words="错录",
        actor="test",
        moment=noon(day),
    )


def test_a_record_goes_whole_on_its_day_and_not_before() -> None:
    accepted(document(document_number=NUMBERS[0]))
    accepted(document(document_number=NUMBERS[0], source_code=MARKET.code, source_name=MARKET.name))
    record = the()
    last = record.public_until - timedelta(days=1)
    day = date(last.year + 1, last.month, last.day)
    assert at_the_end(day).records == 0
    assert the().pk == record.pk
    assert count_past_term(moment=noon(day + timedelta(days=1))) == {"ADMIN_PENALTY": 1}
    assert at_the_end(day + timedelta(days=1)) == (1, 2, 1)
    for table in (Record, *HISTORY, Subject, SubjectCode, SubjectName):
        assert not table.objects.exists(), table
    assert list(Entry.objects.exclude(event=4).values_list("salt", "record_ref", "subject_id", "subject_code")) == (
        [(None, None, None, None)] * 2
    )
    assert erased_through() == 3
    filing = Filing.objects.exclude(lines=0).first()
    assert filing is not None
    assert (filing.kind, filing.organ_code, filing.actor, filing.lines) == ("", "", "", 1)
    line = TrailLine.objects.get(act="ERASE")
    assert line.matter == "records 1 entries 2 bodies 1"


def test_every_entry_goes_and_every_proof_stays() -> None:
    """SHOWN, CHANGED, ENDED, and shown again after it was held back; proofs of before hold on."""
    accepted(*(document(document_number=number) for number in NUMBERS))
    accepted(*(document(document_number=number, fine="5") for number in NUMBERS[:3]))
    integrate(moment=noon(TODAY))
    saved = []
    for record in Record.objects.all():
        entry = standing(record.entry_lot, record.entry_place)
        assert entry is not None
        assert entry.number is not None
        proof = proof_of(entry.number)
        assert proof is not None
        saved.append((leaf(entry.event, entry.reference.bytes, entry.commitment), proof))
    before = [each for chunk in leaves_from(0) for each in chunk]
    taken_back(NUMBERS[4])
    assert at_the_end().records == len(NUMBERS)
    assert not Entry.objects.exclude(salt=None, record_ref=None, subject_id=None, of_lot=None).exists()
    assert set(Lot.objects.exclude(entries=1).values_list("filing_id", "numbered_at")) == {(None, None)}
    key = verifier_key(tiles.key() or "")
    checked = check_all(source(str(tiles.folder())), key, lambda done, total: None)
    after = [each for chunk in leaves_from(0) for each in chunk]
    assert checked.size == len(after) == 1 + 7 + 3 + 7
    assert after[: len(before)] == before
    assert erased_through() == len(after)
    for entry_leaf, proof in saved:
        told = checkpoint.parse(note.parse(proof.checkpoint).text)
        verify.included(leaf_hash(entry_leaf), proof.index, told.size, proof.hashes, told.root)


def test_a_body_stays_while_anything_is_recorded_of_it() -> None:
    accepted(document(document_number=NUMBERS[0]))
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号", event_on=None))
    assert at_the_end() == (1, 2, 0)
    assert SubjectCode.objects.get().code == SUBJECT


@pytest.mark.parametrize("kind", ["ADMIN_PENALTY", "ADMIN_LICENCE"])
def test_what_was_taken_back_and_erased_is_not_shown_again(kind: str) -> None:
    """Though by its dates it would be: three years from its document, or without a longest term at all."""
    grave = document(kind, document_number=NUMBERS[0])
    grave |= {"penalties": ["LICENCE_REVOCATION"], "severity": "SERIOUS"} if kind == "ADMIN_PENALTY" else {}
    accepted(grave)
    taken_back(NUMBERS[0])
    later = date(2028, 1, 10)
    assert at_the_end(later).records == 1
    assert not Withdrawal.objects.exists()
    again = accepted(grave, on_day=later)
    assert set(again.held.values()) == {Held.HAS_ENDED}
    assert set(accepted(grave | {"fine": "9"}, on_day=later).held.values()) == {Held.HAS_ENDED}
    assert accepted(grave | {"document_number": NUMBERS[1]}, on_day=later).accepted == 1
    assert sum(len(batch) for batch in shown_stream(on_date=later)) == 1


def test_without_the_key_nothing_is_taken_in(settings: Settings) -> None:
    accepted(document(document_number=NUMBERS[0]))
    assert at_the_end().records == 1
    key = settings.SECRETS_FOLDER / KEY
    content = key.read_text()
    for lost in (None, "00" * 32):
        key.unlink()
        if lost:
            key.write_text(lost)
        with pytest.raises(KeyLost):
            accepted(document(document_number=NUMBERS[1]), on_day=GONE)
        key.write_text(content)
    assert accepted(document(document_number=NUMBERS[1]), on_day=GONE).accepted == 1
    assert Erased.objects.count() == 2


@pytest.mark.parametrize("table", ["recordversion", "journalline", "recordsource", "noticedue", "heldback"])
def test_the_database_erases_history_with_its_record_only(table: str) -> None:
    accepted(document(document_number=NUMBERS[0]))
    record = the()
    other = {"recordsource": "source_code, batch, recorded_at", "noticedue": "filing_id, raises, lengthens, on_day"}
    values = {"recordsource": "'1', gen_random_uuid(), now()", "noticedue": "1, true, true, now()"}
    other["heldback"], values["heldback"] = "filing_id, on_day", "1, now()"
    with connection.cursor() as cursor:
        if table in other:
            whose = f"{record.subject_id}, '{record.record_ref}'"
            cursor.execute(
                f"INSERT INTO records_{table} (subject_id, record_ref, {other[table]}) VALUES ({whose}, {values[table]})"
            )
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(f"DELETE FROM records_{table}")
        with pytest.raises(IntegrityError, match="what the log shows"), transaction.atomic():
            cursor.execute("DELETE FROM records_record")
        cursor.execute("UPDATE records_record SET entry_lot = NULL, entry_place = NULL")
        cursor.execute("DELETE FROM records_record")
        cursor.execute(f"SELECT count(*) FROM records_{table}")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "fault",
    [
        "INSERT ON erasures_erased",
        "UPDATE ON publog_entry",
        "UPDATE ON publog_state",
        "UPDATE ON records_filing",
        "DELETE ON subjects_subjectname",
        "DELETE ON records_record",
        "INSERT ON access_trailline",
    ],
)
def test_a_crash_in_the_middle_leaves_a_chunk_as_it_was(fault: str) -> None:
    """All or nothing of each record, wherever the database fails in the second chunk; the next run goes on."""
    accepted(*(document(document_number=number) for number in NUMBERS))
    turn_the_day(moment=noon(GONE))
    number_filings(moment=noon(GONE))
    integrate(moment=noon(GONE))
    with connection.cursor() as cursor:
        cursor.execute(FAULT.format(fault))
    with pytest.raises(DatabaseError, match="the disk is gone"):
        erase_past_term(moment=noon(GONE), most=2)
    left = references(Record)
    assert len(left) == len(NUMBERS) - 2
    assert [references(table) for table in (RecordVersion, JournalLine)] == [left] * 2
    assert references(Entry) == left | {"None"}
    assert set(Entry.objects.filter(record_ref=None).exclude(event=4).values_list("salt")) == {(None,)}
    assert Erased.objects.count() == 1 + 2
    assert TrailLine.objects.filter(act="ERASE").count() == 1
    assert erase_past_term(moment=noon(GONE), most=2).records == len(NUMBERS) - 2
    assert not Subject.objects.exists()
    assert references(Entry) == {"None"}


def references(table: Any) -> set[str]:
    return {str(found) for found in table.objects.values_list("record_ref", flat=True)}


def test_the_ledger_forgets_days_and_keeps_that_it_is_erased(settings: Settings) -> None:
    accepted(*(document(document_number=number) for number in NUMBERS[:3]))
    accepted(document(document_number=NUMBERS[0], fine="5"))
    taken_back(NUMBERS[1])
    endings.catch_up()
    references = {str(record.record_ref) for record in Record.objects.all()}
    ledger = Path(settings.ENDINGS_FOLDER) / endings.NAME
    content = ledger.read_text()
    assert sum(reference in content for reference in references) == 2
    reached = endings.catch_up()
    assert at_the_end().records == 3
    assert {reference for _, reference in endings.erased_among((1, each) for each in references)} == references
    assert endings.erased_among([(1, str(uuid4()))]) == []
    assert [ending for ending in endings.endings_after(endings.BEGINNING) if ending.record_ref in references] == []
    lines = [orjson.loads(line) for line in ledger.read_text().splitlines()]
    (marks,) = (line["erased"] for line in lines if "erased" in line)
    assert (len(marks), marks) == (3, sorted(marks))
    assert not [reference for reference in references if reference in ledger.read_text()]
    assert endings.endings_after(reached) == []
    accepted(document(document_number=NUMBERS[5], decided_on=GONE - timedelta(days=1)), on_day=GONE)
    assert endings.catch_up().number == reached.number + 1
    assert at_the_end().records == 0
