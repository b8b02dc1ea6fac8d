"""Tables of records are ready to be hash-partitioned by subject: every unique key holds it (docs/scale.md)."""

import pytest
from django.db import NotSupportedError, connection, transaction

TABLES = ("records_record", "records_recordversion", "records_journalline")


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
