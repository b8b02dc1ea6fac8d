"""A first load: the database and every row are as an ordinary load leaves them, all or nothing, and readers read on."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests import factories, filings
from tests.register.test_partitioning import split_as_the_page_says
from xinshu.kit.fresh_tables import SCHEMA, NotBuiltAnew
from xinshu.proceedings.intake import own
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.states import Door, Receipt, State, Step
from xinshu.register.records.first_load import TABLES, NotFirst
from xinshu.register.records.queries import shown_page
from xinshu.register.subjects.queries import known

NOON = factories.noon(factories.TODAY)
REBUILT = (*TABLES, "subjects_subjectname")
OTHER_SYSTEM = {"source": "示范市行业系统", "source_code": "11999999TE5T00200A"}

CATALOGUE = {
    "columns": """SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation,
        pg_get_expr(d.adbin, d.adrelid), a.attstorage, a.attcompression FROM pg_attribute a LEFT JOIN pg_attrdef d
        ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = %s AND a.attnum > 0
        AND NOT a.attisdropped""",
    "constraints": "SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s",
    "indexes": """SELECT c.relname, pg_get_indexdef(c.oid), i.indisunique, i.indisprimary, i.indisvalid, i.indimmediate
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s""",
    "triggers": """SELECT tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger
        WHERE tgrelid = %s AND NOT tgisinternal""",
    "table": """SELECT relname, relnamespace::regnamespace::text, relkind, relowner::regrole::text, relacl::text,
        reloptions, reltablespace, relpersistence, pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = %s""",
    "column grants": "SELECT attname, attacl::text FROM pg_attribute WHERE attrelid = %s AND attacl IS NOT NULL",
}
Rows = list[tuple[Any, ...]]


def rows(sql: str, *params: Any) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return sorted(cursor.fetchall(), key=str)


def catalogue() -> dict[str, Rows]:
    """What PostgreSQL knows of the tables that are built anew, and of each of their parts."""
    parts = "SELECT inhrelid::bigint FROM pg_inherits WHERE inhparent = ANY(%s::regclass[])"
    tables = [row[0] for row in rows("SELECT unnest(%s::regclass[])::oid::bigint", list(REBUILT))]
    tables += [row[0] for row in rows(parts, list(REBUILT))]
    return {
        what: sorted((row for table in tables for row in rows(sql, table)), key=str) for what, sql in CATALOGUE.items()
    }


# Everything that is held, save what is drawn by lot (references), counted by the database (ids), or the batch's own.
CONTENTS = {
    "records": """SELECT c.code, encode(r.identity, 'hex'), r.kind, r.organ_code, r.document_number, r.decided_on,
        r.severity, r.question, r.audience, r.public_from, r.public_until, r.repair_from,
        replace(r.public_form, r.record_ref::text, ''), encode(r.edition, 'hex'), r.version, r.ended, r.recorded_on,
        r.recorded_at, f.part, f.first_number FROM records_record r JOIN records_filing f ON f.id = r.filing_id
        JOIN subjects_subjectcode c USING (subject_id)""",
    "versions": """SELECT encode(r.identity, 'hex'), v.version, encode(v.content_digest, 'hex'), v.content,
        v.source_code, v.source_name, v.recorded_at FROM records_recordversion v
        JOIN records_record r USING (subject_id, record_ref)""",
    "journal": """SELECT f.first_number + j.place, encode(r.identity, 'hex'), j.change, j.version, j.on_day, j.at,
        j.actor, j.organ_code, j.public_from, j.public_until, j.repair_from, j.severity, j.regime, j.reasons, j.words
        FROM records_journalline j JOIN records_record r USING (subject_id, record_ref)
        JOIN records_filing f ON f.id = j.filing_id""",
    "sources": """SELECT encode(r.identity, 'hex'), s.source_code, s.source_name FROM records_recordsource s
        JOIN records_record r USING (subject_id, record_ref)""",
    "filings": "SELECT part, kind, organ_code, actor, on_day, at, lines, withdraws, first_number FROM records_filing",
    "bodies": """SELECT c.scheme, c.code, s.kind, s.is_shell, n.name, n.searchable, n.folded, n.bigrams
        FROM subjects_subject s JOIN subjects_subjectcode c ON c.subject_id = s.id
        JOIN subjects_subjectname n ON n.subject_id = s.id""",
}


def contents() -> dict[str, Rows]:
    return {what: rows(sql) for what, sql in CONTENTS.items()}


@pytest.fixture
def ready() -> None:
    factories.adopted_catalogue()
    factories.registered_organ()


@pytest.fixture
def auditor() -> Iterator[str]:
    """A role that may read, as an operator grants it: one whole table, of another some columns."""
    rows_of = connection.cursor()
    rows_of.execute("CREATE ROLE test_auditor")
    rows_of.execute("GRANT SELECT ON records_journalline TO test_auditor WITH GRANT OPTION")
    rows_of.execute("GRANT SELECT (subject_id, record_ref, public_from) ON records_record TO test_auditor")
    yield "test_auditor"
    rows_of.execute("DROP OWNED BY test_auditor")
    rows_of.execute("DROP ROLE test_auditor")


def province(folder: Path) -> Path:
    """A file of three parts, with all that can happen between them.

    Sound rows, a late one, faults, one document of several bodies, a row that comes again in another part (once from
    another system), one that comes again otherwise, and one that a part says twice.
    """
    first = filings.penalty()
    again = filings.penalty(number="示市监罚〔2026〕0002号")
    parts = (
        [first, again, filings.penalty(number="示市监罚〔2026〕0003号", decided_on="2026-11-20"), first],
        [
            filings.penalty(code=filings.OTHER_SUBJECT, name="云汀另一商贸有限公司"),
            again,
            filings.penalty(number="示市监罚〔2026〕0004号", decided_on="2026-13-01"),
            filings.penalty(number="示市监罚〔2026〕0005号"),
        ],
        [
            again | OTHER_SYSTEM,
            filings.penalty(number="示市监罚〔2026〕0005号", facts="另一事实。"),
            filings.penalty(number="示市监罚〔2026〕0006号", name="不同的名称有限公司"),
            filings.penalty(number="示市监罚〔2026〕0007号", severity="严重"),
        ],
    )
    path = folder / "province.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, part in enumerate(parts):
            archive.write(filings.write_csv(folder / f"{number}.csv", part), f"{number}.csv")
    return path


def load(path: Path, *, first_time: bool, progress: Callable[[Step], None] = lambda step: None) -> Receipt:
    return receive(
        path=path,
        organ_code=factories.MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.CLI,
        actor="test",
        moment=NOON,
        progress=progress,
        first_time=first_time,
    )


def counts(receipt: Receipt) -> tuple[int, ...]:
    said = (receipt.received, receipt.accepted, receipt.unchanged, receipt.corrected, receipt.returned)
    return (*said, receipt.outside, receipt.late, len(receipt.questions))


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE records_record, records_recordversion, records_journalline, records_recordsource, records_filing,"
            " subjects_subject, subjects_subjectcode, subjects_subjectname, intake_batch RESTART IDENTITY CASCADE"
        )


def same_as_an_ordinary_load(folder: Path) -> None:
    path = province(folder)
    before = catalogue()
    ordinary = load(path, first_time=False)
    wanted, gone_back = contents(), own.returned(ordinary.batch)
    emptied()
    first = load(path, first_time=True)
    assert counts(first) == counts(ordinary)
    assert contents() == wanted
    assert (first.accepted, first.unchanged, first.returned, len(wanted["sources"])) == (5, 3, 4, 1)
    assert own.returned(first.batch).rows == gone_back.rows  # type: ignore[union-attr]
    assert catalogue() == before
    assert rows("SELECT FROM pg_namespace WHERE nspname = %s", SCHEMA) == []
    assert counts(load(path, first_time=False))[1:4] == (0, 8, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ready", "auditor")
def test_the_database_and_every_row_are_as_an_ordinary_load_leaves_them(tmp_path: Path) -> None:
    same_as_an_ordinary_load(tmp_path)


@pytest.mark.django_db
@pytest.mark.usefixtures("ready")
def test_so_they_are_where_the_tables_lie_in_parts(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    split_as_the_page_says()
    same_as_an_ordinary_load(tmp_path)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ready")
def test_readers_read_on_and_see_nothing_before_the_end(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    given = connection.get_connection_params()
    place = {name: given[name] for name in ("host", "port", "user", "password", "dbname") if given.get(name)}
    with psycopg.connect(**place, autocommit=True, options="-c statement_timeout=5000") as reader:

        def look(step: Step) -> None:
            held = reader.execute("SELECT count(*) FROM records_record").fetchone()
            seen.append((step.name_en, held[0]))  # type: ignore[index]

        receipt = load(province(tmp_path), first_time=True, progress=look)
        held = reader.execute("SELECT count(*) FROM records_record").fetchone()
    assert {count for _, count in seen} == {0}
    assert {"read", "check", "store", "build indexes"} == {step for step, _ in seen}
    assert held == (receipt.accepted,)
    subject = known([filings.SUBJECT])[filings.SUBJECT].subjects[0]
    assert len(shown_page(subject=subject, on_date=factories.TODAY)[0]) == 4


@pytest.mark.parametrize("cut_at", ["store", "build indexes"])
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ready")
def test_cut_off_anywhere_it_leaves_nothing_and_the_next_sending_completes_it(tmp_path: Path, cut_at: str) -> None:
    path, before = province(tmp_path), catalogue()

    def cut(step: Step) -> None:
        if step.name_en == cut_at:
            raise RuntimeError(cut_at)

    with pytest.raises(RuntimeError, match=cut_at):
        load(path, first_time=True, progress=cut)
    assert all(not found for found in contents().values())
    assert catalogue() == before
    receipt = load(path, first_time=cut_at == "store")
    assert (receipt.state, receipt.accepted, receipt.received) == (State.FILED, 5, 12)
    assert catalogue() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ready")
def test_a_register_that_holds_a_record_is_refused_and_keeps_it(tmp_path: Path) -> None:
    factories.accepted(factories.document(document_number="旧号"))
    with pytest.raises(NotFirst, match="--first-load"):
        load(province(tmp_path), first_time=True)
    assert rows("SELECT document_number FROM records_record") == [("旧号",)]
    assert load(province(tmp_path), first_time=False).state == State.FILED


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ready")
def test_one_decision_under_two_codes_of_a_body_is_refused_whole(tmp_path: Path) -> None:
    reference = factories.body(filings.SUBJECT)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO subjects_subjectcode (subject_id, scheme, code, recorded_at) VALUES (%s, 'USCC', %s, now())",
            [reference, filings.OTHER_SUBJECT],
        )
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, code in enumerate((filings.SUBJECT, filings.OTHER_SUBJECT)):
            row = filings.penalty(code=code, name=factories.SUBJECT_NAME)
            archive.write(filings.write_csv(tmp_path / f"{number}.csv", [row]), f"{number}.csv")
    with pytest.raises(NotFirst, match="两个代码"):
        load(path, first_time=True)
    assert rows("SELECT FROM records_record") == []
    receipt = load(path, first_time=False)
    assert (receipt.accepted, receipt.accepted + receipt.corrected + receipt.returned) == (1, 2)


@pytest.mark.django_db
@pytest.mark.usefixtures("ready")
def test_what_would_be_lost_is_refused_by_name(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW test_view AS SELECT record_ref FROM records_record")
    with pytest.raises(NotBuiltAnew, match=r"records_record .*view"):
        load(province(tmp_path), first_time=True)
