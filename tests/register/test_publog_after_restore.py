"""A database that is put back takes up what was published since: the log goes on, and nobody sees it go back."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from tests.factories import TODAY, accepted, adopted_catalogue, document, noon
from xinshu.doors.published_log import check_all, source
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import erase_nobodys, integrate
from xinshu.register.publog.after_restore import take_up_published
from xinshu.register.publog.leaf import Event
from xinshu.register.publog.models import Entry
from xinshu.register.publog.queries import erased_through, numbered, stand
from xinshu.register.publog.tiles import Forked
from xinshu.register.records.actions import number_filings
from xinshu.tlog import proof, verify
from xinshu.tlog.note import verifier_key

pytestmark = pytest.mark.django_db
TABLES = ("publog_lot", "publog_entry", "publog_state")


@pytest.fixture
def put_back(settings: Settings, tmp_path: Path) -> Callable[[], None]:
    """Two records, published; a backup of the log's tables; one record more, published. The tables can be put back."""
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    adopted_catalogue()
    accepted(*(document(document_number=f"示市监罚〔2026〕{number:04d}号") for number in range(300)))
    integrate(moment=noon(TODAY))
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TEMP TABLE kept_{table} ON COMMIT DROP AS TABLE {table}")
    accepted(document(document_number="示市监罚〔2026〕9999号"))
    integrate(moment=noon(TODAY))

    def back() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE publog_entry DISABLE TRIGGER append_only")
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")

    return back


def test_the_log_goes_on_from_what_was_published(put_back: Callable[[], None]) -> None:
    last = stand()
    put_back()
    with pytest.raises(Forked):
        integrate(moment=noon(TODAY))
    assert take_up_published(moment=noon(TODAY)) == 1
    assert (stand().size, stand().root, numbered()) == (last.size, last.root, last.size)
    number_filings(moment=noon(TODAY))
    after = integrate(moment=noon(TODAY))
    assert after.size == last.size + 1, "what nobody knows any more has its ending"
    assert Entry.objects.filter(event=Event.ENDED).count() == 1
    verify.consistent(
        last.size, last.root, after.size, after.root, proof.consistency(last.size, after.size, tiles.read)
    )
    key = verifier_key(tiles.key() or "")
    assert check_all(source(str(tiles.folder())), key, lambda done, total: None).size == after.size
    assert take_up_published(moment=noon(TODAY)) == 0


def test_what_nobody_knows_loses_its_link_after_a_month(put_back: Callable[[], None]) -> None:
    put_back()
    take_up_published(moment=noon(TODAY))
    number_filings(moment=noon(TODAY))
    last = integrate(moment=noon(TODAY))
    linked = Entry.objects.filter(event=Event.ENDED, subject_id=None)
    assert erase_nobodys(before=noon(TODAY).instant) == 0
    assert linked.exclude(of_lot=None).count() == 1
    assert erase_nobodys(before=noon(TODAY + timedelta(days=1)).instant) == 1
    assert list(linked.values_list("salt", "of_lot", "of_place")) == [(None, None, None)]
    assert erased_through() == last.size
    assert integrate(moment=noon(TODAY)) == last


def test_what_does_not_fit_is_refused(put_back: Callable[[], None]) -> None:
    put_back()
    path = tiles.folder() / "tile/entries/001.p/46"
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(bytes(content))
    accepted(document(document_number="示市监罚〔2026〕8888号"))
    with pytest.raises(Forked):
        take_up_published(moment=noon(TODAY))
