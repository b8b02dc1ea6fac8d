"""Tables of records are ready to be hash-partitioned by subject: the statements of docs/scale.md are tried as written."""

import re
from importlib import import_module
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import NotSupportedError, connection, transaction

from tests.factories import MARKET, SUBJECT, TODAY, accepted, adopted_catalogue, body, document, noon
from tests.house.tree import ROOT
from xinshu.register.records.actions import number_filings, withdraw
from xinshu.register.records.models import JournalLine, Record
from xinshu.register.records.queries import shown_page

TABLES = ("records_record", "records_recordversion", "records_recordsource", "records_journalline")
MIGRATIONS = "xinshu.register.records.migrations"


def split_as_the_page_says() -> None:
    """The SQL of docs/scale.md, inside the test's own transaction."""
    (statements,) = re.findall(r"```sql\nBEGIN;\n(.*?)COMMIT;\n```", (ROOT / "docs/scale.md").read_text("utf-8"), re.S)
    with connection.cursor() as cursor:
        cursor.execute(statements)


def triggers() -> set[tuple[str, str]]:
    """Every trigger of these tables, with what it asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgrelid = ANY(%s::regclass[]) AND NOT tgisinternal",
            [list(TABLES)],
        )
        return set(cursor.fetchall())


def shown() -> list[str]:
    forms, _ = shown_page(subject=body(SUBJECT), on_date=TODAY)
    return sorted(form["decided_on"] for form in forms)


@pytest.mark.django_db
def test_everything_works_on_tables_that_were_split_when_they_were_full() -> None:
    adopted_catalogue()
    accepted(document(), document(document_number="二号"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    guarded = triggers()
    split_as_the_page_says()
    assert triggers() == guarded
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = ANY(%s::regclass[])", [list(TABLES)])
        assert cursor.fetchone()[0] == 4 * 64
    assert accepted(document()).unchanged == 1
    assert accepted(document(decided_on=TODAY.replace(month=9, day=1))).corrected == 1
    assert accepted(document(document_number="三号")).accepted == 1
    assert shown() == ["2026-09-01", "2026-09-30", "2026-09-30"]
    _withdrawn(Record.objects.get(document_number="三号").record_ref)
    assert shown() == ["2026-09-01", "2026-09-30"]
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        JournalLine.objects.update(version=9)
    call_command("migrate", check_unapplied=True, verbosity=0)
    call_command("makemigrations", check_changes=True, verbosity=0)


@pytest.mark.django_db
def test_tables_that_were_split_before_get_their_guards_again() -> None:
    guarded, again = triggers(), import_module(f"{MIGRATIONS}.0015_listings_by_their_own_edition")
    with connection.cursor() as cursor:
        for name in ("erased_whole", "listed_by_its_steps"):
            cursor.execute(f"DROP TRIGGER {name} ON records_record")
        cursor.execute(again.STEPS)
        cursor.execute(again.ERASED_WHOLE)
        assert triggers() == guarded
        cursor.execute(again.ERASED_WHOLE)


def _withdrawn(reference: UUID) -> None:
    withdraw(
        subjects=[body(SUBJECT)],
        record_ref=reference,
        organ=MARKET.code,
        ground="ENTERED_WRONGLY",
        words="录入错误",
        actor="test",
        moment=noon(TODAY),
    )
    number_filings(moment=noon(TODAY))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.django_db
def test_a_table_can_be_partitioned_by_subject_as_it_stands(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE split (LIKE {table} INCLUDING ALL) PARTITION BY HASH (subject_id)")
        for part in range(4):
            cursor.execute(
                f"CREATE TABLE split_{part} PARTITION OF split FOR VALUES WITH (MODULUS 4, REMAINDER {part})"
            )
        cursor.execute(
            "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " WHERE c.relname = 'split_0' AND i.indisunique"
        )
        assert cursor.fetchone()[0] >= 1


@pytest.mark.django_db
def test_a_key_without_the_subject_could_not() -> None:
    """The check can fail: a unique key that leaves the subject out is refused by PostgreSQL."""
    with connection.cursor() as cursor, pytest.raises(NotSupportedError, match="partition"), transaction.atomic():
        cursor.execute("CREATE TABLE split (subject_id bigint, record_ref uuid UNIQUE) PARTITION BY HASH (subject_id)")
