"""The public log: what is written of a record, in which order it is numbered, and the tree over it."""

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
import rfc8785
from django.conf import settings
from django.db import connection
from pytest_django import Settings

from tests import factories
from tests.factories import MARKET, SUBJECT, TODAY, accepted, adopted_catalogue, body, document, noon
from xinshu.bulk.canonical import canonical
from xinshu.law.terms import ClaimCause, Mark
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.leaf import SIZE, Event, commitment, ended, leaf, parse, shown
from xinshu.register.publog.models import Entry, Lot
from xinshu.register.publog.queries import delay, is_overdue, leaves_from, numbered, proof_of, stand, standing
from xinshu.register.publog.signing import check, signer
from xinshu.register.publog.tiles import Forked
from xinshu.register.records import queries
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record
from xinshu.register.records.withholding import mask, unmask
from xinshu.tlog import checkpoint, note, verify
from xinshu.tlog.tile import ENTRIES, Tile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(settings: Settings, tmp_path: Path) -> Path:
    settings.PUBLOG_FOLDER = tmp_path / "publog"
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    adopted_catalogue()
    return tmp_path / "publog"


def events() -> list[tuple[Event, str | None]]:
    """The numbered entries in their order, each with the reference of its record."""
    found = []
    for lot in Lot.objects.filter(first_number__isnull=False).order_by("first_number"):
        assert lot.first_number == len(found)
        entries = Entry.objects.filter(lot_id=lot.id).order_by("place")
        assert [entry.place for entry in entries] == list(range(lot.entries))
        found += [(Event(entry.event), entry.record_ref and str(entry.record_ref)) for entry in entries]
    return found


def the(number: str = "示市监罚〔2026〕0001号") -> Record:
    return Record.objects.get(document_number=number)


def withdrawn(record: Record) -> None:
    factories.taken_back(record.subject_id, record.record_ref)


def form_of(record: Record) -> str:
    """As the gate gives it."""
    form = queries.shown_record(subject=record.subject_id, record_ref=record.record_ref, on_date=TODAY)
    return canonical(form).decode()


def test_a_record_is_shown_changed_and_ended_once_each() -> None:
    accepted(document())
    record = the()
    reference = str(record.record_ref)
    assert events() == [(Event.RULES, None), (Event.SHOWN, reference)]
    accepted(document(fine=Decimal(5)))
    withdrawn(the())
    assert number_filings(moment=noon(TODAY)) == 1
    assert [event for event, _ in events()] == [Event.RULES, Event.SHOWN, Event.CHANGED, Event.ENDED]
    assert {found for _, found in events()} == {None, reference}
    assert (the().entry_lot, the().entry_place) == (None, None)


def test_what_is_committed_to_is_what_the_gate_gives() -> None:
    accepted(document())
    record = the()
    entry = standing(record.entry_lot, record.entry_place)
    assert entry is not None
    assert entry.salt is not None
    assert entry.number == 1
    said = shown(form_of(record), entry.subject_code)
    assert entry.subject_code == SUBJECT
    assert commitment(entry.salt, said) == entry.commitment
    stored = record.public_form
    assert rfc8785.dumps(orjson.loads(stored)) == stored.encode(), "it is canonical as it is stored"


def test_corrections_are_entered_in_no_order_that_tells_their_rows() -> None:
    """Else whoever knows what was shown in which order would know which leaf belongs to which; each once, and its own."""
    numbers = [f"示市监罚〔2026〕{number:04d}号" for number in range(60)]
    accepted(*(document(document_number=number) for number in numbers))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off")
    accepted(*(document(document_number=number, fine=Decimal(5)) for number in numbers[::-1]))
    corrected = [found for event, found in events() if event is Event.CHANGED]
    rows = [str(the(number).record_ref) for number in numbers]
    assert corrected not in (rows, rows[::-1])
    assert sorted(corrected) == sorted(rows)
    for record in Record.objects.all():
        entry = Entry.objects.get(lot_id=record.entry_lot, place=record.entry_place)
        assert (entry.event, entry.record_ref) == (Event.CHANGED, record.record_ref)


def test_a_mask_is_a_change_that_commits_to_what_is_left() -> None:
    accepted(document())
    record = the()
    said = {"subject": record.subject_id, "record_ref": record.record_ref, "actor": "test", "moment": noon(TODAY)}
    catalogue = adopted_catalogue().catalogue
    mask(mark=Mark.NAME_CLAIMED, organ="", catalogue=catalogue, **said)
    number_filings(moment=noon(TODAY))
    unmask(cause=ClaimCause.NAME, organ=MARKET.code, catalogue=catalogue, **said)
    number_filings(moment=noon(TODAY))
    changes = [event for event, _ in events()]
    assert changes == [Event.RULES, Event.SHOWN, Event.CHANGED, Event.CHANGED]
    entry = standing(the().entry_lot, the().entry_place)
    assert entry is not None
    assert entry.salt is not None
    assert commitment(entry.salt, shown(form_of(the()), SUBJECT)) == entry.commitment


def test_an_ending_commits_to_the_leaf_that_it_ends() -> None:
    accepted(document())
    before = standing(the().entry_lot, the().entry_place)
    withdrawn(the())
    number_filings(moment=noon(TODAY))
    last = Entry.objects.get(event=Event.ENDED)
    assert before is not None
    assert commitment(bytes(last.salt), ended(before.reference)) == bytes(last.commitment)


def test_no_two_leaves_of_a_record_have_anything_in_common() -> None:
    accepted(document())
    accepted(document(fine=Decimal(5)))
    accepted(document(fine=Decimal(6)))
    withdrawn(the())
    number_filings(moment=noon(TODAY))
    found = list(Entry.objects.exclude(event=Event.RULES))
    told = [(entry.reference.bytes, bytes(entry.commitment), bytes(entry.salt)) for entry in found]
    assert len({part for entry in told for part in entry}) == 3 * len(found) == 12


def test_what_ends_with_the_day_ends_in_the_log() -> None:
    accepted(document())
    until = the().public_until
    assert until is not None
    assert turn_the_day(moment=noon(until - timedelta(1))) == 0
    assert turn_the_day(moment=noon(until)) == 1
    assert turn_the_day(moment=noon(until)) == 0
    number_filings(moment=noon(until))
    assert [event for event, _ in events()] == [Event.RULES, Event.SHOWN, Event.ENDED]


def test_what_came_in_before_there_was_a_log_is_taken_up() -> None:
    accepted(document(), document(document_number="示市监罚〔2026〕0002号"))
    Record.objects.update(entry_lot=None, entry_place=None)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE publog_entry DISABLE TRIGGER append_only")
    Entry.objects.exclude(event=Event.RULES).delete()
    Lot.objects.filter(entries=2).delete()
    assert turn_the_day(moment=noon(TODAY)) == 2
    number_filings(moment=noon(TODAY))
    assert [event for event, _ in events()] == [Event.RULES, Event.SHOWN, Event.SHOWN]


def test_endings_are_numbered_before_whatever_else_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted(document())
    monkeypatch.setattr("tests.factories.number_filings", lambda **_: 0)
    accepted(*(document(document_number=f"示市监罚〔2026〕1{number:03d}号") for number in range(5)))
    withdrawn(the())
    number_filings(moment=noon(TODAY))
    assert [event for event, _ in events()] == [Event.RULES, Event.SHOWN, Event.ENDED, *[Event.SHOWN] * 5]


def test_without_a_checkpoint_nothing_new_is_published_and_endings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted(document())
    monkeypatch.setattr("tests.factories.number_filings", lambda **_: 0)
    accepted(document(document_number="示市监罚〔2026〕0002号"))
    withdrawn(the())
    later = noon(TODAY + timedelta(1))
    assert delay().lots == 2
    assert is_overdue(later)
    assert number_filings(moment=later, endings_only=is_overdue(later)) == 1
    assert queries.shown_page(subject=body(SUBJECT), on_date=later.day) == ([], 0)
    integrate(moment=later)
    assert number_filings(moment=later, endings_only=is_overdue(later)) == 1
    assert queries.shown_page(subject=body(SUBJECT), on_date=later.day)[1] == 1


def proven(number: int, entry: bytes) -> None:
    """As a stranger checks it: with the file of proof, and the public key alone."""
    found = proof_of(number)
    assert found is not None
    opened = note.parse(found.checkpoint)
    key, _ = signer(settings.SECRETS_FOLDER, settings.PUBLOG_ORIGIN)
    note.opened(opened, [key], check)
    told = checkpoint.parse(opened.text)
    verify.included(verify.leaf(entry), found.index, told.size, found.hashes, told.root)


def test_every_entry_is_proven_by_what_is_published(log: Path) -> None:
    accepted(*(document(document_number=f"示市监罚〔2026〕{number:04d}号") for number in range(300)))
    assert proof_of(0) is None
    after = integrate(moment=noon(TODAY))
    assert after.size == numbered() == 301
    accepted(document(document_number="示市监罚〔2026〕9999号"))
    assert integrate(moment=noon(TODAY)).size == 302
    entries = [*tiles.entries(Tile(ENTRIES, 0)), *tiles.entries(Tile(ENTRIES, 1, 46))]
    assert [parse(entry).event for entry in entries] == [Event.RULES, *[Event.SHOWN] * 301]
    for number in (0, 1, 255, 256, 300, 301):
        proven(number, entries[number])
    assert verify.tree(verify.leaf(entry) for entry in entries) == stand().root
    assert (log / "checkpoint").read_text(encoding="utf-8") == stand().checkpoint
    partial = {str(path.relative_to(log)) for path in log.rglob("*.p")}
    assert partial == {"tile/0/001.p", "tile/1/000.p", "tile/entries/001.p"}, "a full one stands in for 000"


def test_the_database_joins_leaves_as_they_are_made() -> None:
    accepted(document())
    withdrawn(the())
    number_filings(moment=noon(TODAY))
    made = [leaf(entry.event, entry.reference.bytes, bytes(entry.commitment)) for entry in Entry.objects.order_by("pk")]
    assert [entry for chunk in leaves_from(0) for entry in chunk] == made
    assert [len(entry) for entry in made] == [SIZE] * 3


def test_a_second_integration_changes_nothing(log: Path) -> None:
    accepted(document())
    first = integrate(moment=noon(TODAY))
    files = {path: path.read_bytes() for path in log.rglob("*") if path.is_file()}
    assert integrate(moment=noon(TODAY)) == first
    assert {path: path.read_bytes() for path in log.rglob("*") if path.is_file()} == files
    (log / "checkpoint").unlink()
    integrate(moment=noon(TODAY))
    assert (log / "checkpoint").read_text(encoding="utf-8") == first.checkpoint


@pytest.mark.parametrize("what", ["tile", "bundle", "checkpoint"])
def test_what_is_published_otherwise_is_never_signed_over(log: Path, what: str) -> None:
    accepted(document())
    integrate(moment=noon(TODAY))
    path = log / {"tile": "tile/0/000.p/2", "bundle": "tile/entries/000.p/2", "checkpoint": "checkpoint"}[what]
    content = bytearray(path.read_bytes())
    if what == "checkpoint":
        content = content.replace(b"\n2\n", b"\n5\n")
    else:
        content[40] ^= 1
    path.write_bytes(bytes(content))
    accepted(document(document_number="示市监罚〔2026〕0002号"))
    before = stand()
    with pytest.raises(Forked):
        integrate(moment=noon(TODAY))
    assert stand() == before


def test_a_database_put_back_alone_is_not_signed_over(log: Path) -> None:
    accepted(document())
    integrate(moment=noon(TODAY))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM publog_state")
    with pytest.raises(Forked):
        integrate(moment=noon(TODAY))
    shutil.rmtree(log)
    assert integrate(moment=noon(TODAY)).size == 2


def test_published_files_that_are_lost_are_made_again(log: Path) -> None:
    accepted(*(document(document_number=f"示市监罚〔2026〕{number:04d}号") for number in range(300)))
    first = integrate(moment=noon(TODAY))
    files = {path: path.read_bytes() for path in log.rglob("*") if path.is_file()}
    shutil.rmtree(log)
    assert integrate(moment=noon(TODAY)) == first
    assert {path: path.read_bytes() for path in log.rglob("*") if path.is_file()} == files
    (log / "tile/0/001.p/45").unlink()
    accepted(document(document_number="示市监罚〔2026〕9999号"))
    with pytest.raises(Forked):
        integrate(moment=noon(TODAY))
