"""Connectors that pull from a department's table: SQLite and PostgreSQL, read only, while others write."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import orjson
import psycopg
import pytest
import sqlalchemy as sa
from django.db import connection
from pytest_django import Settings

from tests import factories
from tests.doors.sources import connector, row
from tests.filings import PENALTY_HEADERS
from xinshu.doors.connectors import databases, running
from xinshu.doors.connectors.databases import Rows
from xinshu.doors.connectors.delivery import Delivered
from xinshu.doors.connectors.entries import Connector, DatabaseSource
from xinshu.doors.connectors.faults import BadConfiguration, SourceFault, Unavailable
from xinshu.proceedings.intake import queries
from xinshu.proceedings.intake.states import State

COLUMNS = {f"c_{key}": header for key, header in PENALTY_HEADERS.items()}
TABLE = f"CREATE TABLE decisions (id bigint, changed_at timestamp, {', '.join(f'{name} text' for name in COLUMNS)})"


@pytest.fixture(autouse=True)
def ready(day: date, settings: Settings, tmp_path: Path) -> None:
    factories.adopted_catalogue()
    factories.registered_organ()
    settings.SECRETS_FOLDER = tmp_path


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(tmp_path / "department.db", isolation_level=None)
    opened.execute(TABLE)
    yield opened
    opened.close()


@pytest.fixture
def department(tmp_path: Path) -> Iterator[psycopg.Connection]:
    """A department's own schema in the test database, by a connection of its own."""
    known = {name: value for name, value in connection.get_connection_params().items() if name in KNOWN}
    with psycopg.connect(**known, autocommit=True) as opened:
        opened.execute("DROP SCHEMA IF EXISTS department CASCADE; CREATE SCHEMA department")
        opened.execute(cast(Any, TABLE.replace("decisions", "department.decisions", 1)))
        url = sa.URL.create(
            "postgresql",
            username=known["user"],
            password=known.get("password"),
            database=known["dbname"],
            query={"host": known["host"], "port": str(known.get("port", 5432))},
        )
        (tmp_path / "department-url").write_text(url.render_as_string(hide_password=False), encoding="utf-8")
        yield opened
        opened.execute("DROP SCHEMA department CASCADE")


KNOWN = ("user", "password", "dbname", "host", "port")


def write(opened: Any, table: str, number: int, changed: str = "2026-11-01 08:00:00", **changes: Any) -> None:
    values = row(number, **changes)
    cells = [number, changed, *(values.get(key, "") for key in PENALTY_HEADERS)]
    marks = ", ".join(["?" if isinstance(opened, sqlite3.Connection) else "%s"] * len(cells))
    opened.execute(f"INSERT INTO {table} VALUES ({marks})", cells)


def from_sqlite(tmp_path: Path, **more: Any) -> Connector:
    source = {"type": "database", "url": f"sqlite:///{tmp_path}/department.db", "table": "decisions"}
    return connector(source | {"columns": COLUMNS, "cursor": "id"} | more)


def from_postgresql(**more: Any) -> Connector:
    source = {"type": "database", "url_secret": "department-url", "columns": COLUMNS, "cursor": "id"}
    named = {} if "select" in more else {"table": "department.decisions"}
    return connector(source | named | more)


def accepted(done: tuple[Delivered, ...]) -> list[int]:
    return [delivered.receipt.accepted if delivered.is_filed else -1 for delivered in done]


def test_only_rows_beyond_the_cursor_are_pulled(lite: sqlite3.Connection, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(lite, "decisions", number)
    assert accepted(running.run(from_sqlite(tmp_path))) == [3]
    assert running.run(from_sqlite(tmp_path)) == ()
    write(lite, "decisions", 4)
    assert accepted(running.run(from_sqlite(tmp_path))) == [1]
    assert orjson.loads(queries.cursor("market") or "")["value"] == "4"


def test_a_pull_from_postgresql_by_table_and_by_select(department: psycopg.Connection) -> None:
    for number in (1, 2, 3):
        write(department, "department.decisions", number)
    assert accepted(running.run(from_postgresql())) == [3]
    select = "SELECT d.*, '12:30'::text AS colon FROM department.decisions d WHERE d.c_number <> 'none'"
    write(department, "department.decisions", 4)
    assert accepted(running.run(from_postgresql(select=select))) == [1]


def test_a_time_is_a_cursor_and_an_overlap_finds_what_was_committed_late(department: psycopg.Connection) -> None:
    entry = from_postgresql(cursor="changed_at", overlap="10m")
    write(department, "department.decisions", 1, "2026-11-01 08:00:00")
    write(department, "department.decisions", 2, "2026-11-01 08:09:00")
    assert accepted(running.run(entry)) == [2]
    write(department, "department.decisions", 3, "2026-11-01 08:05:00")
    (done,) = running.run(entry)
    assert (done.receipt.accepted, done.receipt.unchanged) == (1, 2)
    assert running.run(entry) == ()


def test_at_most_so_many_rows_a_run_and_never_half_of_one_moment(lite: sqlite3.Connection, tmp_path: Path) -> None:
    for number, changed in enumerate(("08", "09", "09", "09", "10"), 1):
        write(lite, "decisions", number, f"2026-11-01 {changed}:00:00")
    entry = from_sqlite(tmp_path, cursor="changed_at", most_rows=2)
    assert [accepted(running.run(entry)) for _ in range(3)] == [[4], [1], []]


@pytest.mark.parametrize(
    "write_out", ["UPDATE decisions SET c_name = ''", "DELETE FROM decisions", "CREATE TABLE more (x int)"]
)
def test_the_transaction_cannot_write_on_sqlite(lite: sqlite3.Connection, tmp_path: Path, write_out: str) -> None:
    source = cast(DatabaseSource, from_sqlite(tmp_path).source)
    with (
        pytest.raises(SourceFault, match="READONLY"),
        databases.reading(source, from_sqlite(tmp_path).back_off) as opened,
    ):
        opened.exec_driver_sql(write_out)


def test_the_transaction_cannot_write_on_postgresql(department: psycopg.Connection) -> None:
    """Not even by a function that a SELECT calls."""
    write(department, "department.decisions", 1)
    department.execute(
        "CREATE FUNCTION department.sly() RETURNS text LANGUAGE sql AS"
        " $$ UPDATE department.decisions SET c_name = 'changed'; SELECT 'x'::text $$"
    )
    entry = from_postgresql(select="SELECT d.*, department.sly() FROM department.decisions d")
    with pytest.raises(SourceFault, match="25006"):
        running.run(entry)
    assert department.execute("SELECT count(*) FROM department.decisions WHERE c_name = 'changed'").fetchone() == (0,)
    assert queries.batches_of(None) == ()


def test_rows_that_change_while_they_are_read_come_as_they_stood(department: psycopg.Connection) -> None:
    """One snapshot: what is written after the first rows were read comes with the next pull, once."""
    for number in range(1, 3001):
        write(department, "department.decisions", number, remark="before")
    entry = from_postgresql()
    pull = Rows(cast(DatabaseSource, entry.source), entry.back_off, {})
    lines = pull.lines()
    first = next(lines)
    department.execute("UPDATE department.decisions SET c_remark = 'after'")
    department.execute("DELETE FROM department.decisions WHERE id = 2999")
    write(department, "department.decisions", 3001)
    rows = [orjson.loads(line) for part in (first, *lines) for line in part.splitlines()]
    assert len(rows) == 3000
    assert {found[PENALTY_HEADERS["remark"]] for found in rows} == {"before"}
    assert pull.reached() == {"type": "int", "value": "3000"}


def test_a_connection_cut_in_the_middle_leaves_nothing_and_the_cursor_where_it_was(
    department: psycopg.Connection,
) -> None:
    """The server ends our session after the first rows are out."""
    for number in range(1, 6001):
        write(department, "department.decisions", number)
    cutting = """
    SELECT d.*, CASE WHEN d.id = 5000 THEN pg_terminate_backend(pg_backend_pid())::text END AS cut
    FROM department.decisions d ORDER BY d.id
    """
    with pytest.raises(Unavailable):
        running.run(from_postgresql(select=cutting, columns=COLUMNS | {"cut": "备注2"}))
    assert [batch.state for batch in queries.batches_of(None)] == [State.DISCARDED]
    assert queries.cursor("market") is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"table": "nowhere"}, "SQLITE_ERROR"),
        ({"cursor": "no_such_column"}, "SQLITE_ERROR"),
        ({"columns": {"no_such_column": "备注"}}, "SQLITE_ERROR"),
        ({"overlap": "10m"}, "overlap"),
    ],
)
def test_a_wrong_configuration_is_told_without_a_value(
    lite: sqlite3.Connection, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    write(lite, "decisions", 1, name="云汀秘名商贸有限公司")
    if "overlap" in change:
        running.run(from_sqlite(tmp_path))
    with pytest.raises((SourceFault, BadConfiguration), match=told) as error:
        running.run(from_sqlite(tmp_path, **change))
    assert "秘名" not in str(error.value)


def test_a_database_that_is_not_there_is_unavailable_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="SQLITE_CANTOPEN"):
        running.run(from_sqlite(tmp_path))
    assert not (tmp_path / "department.db").exists()


def test_a_wrong_password_is_told_without_it(department: psycopg.Connection, tmp_path: Path) -> None:
    secret = tmp_path / "department-url"
    url = sa.make_url(secret.read_text(encoding="utf-8")).set(password="wrong-and-secret")
    secret.write_text(url.render_as_string(hide_password=False), encoding="utf-8")
    with pytest.raises(SourceFault) as told:
        running.run(from_postgresql())
    assert "wrong-and-secret" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_database_that_we_cannot_make_read_only_needs_the_operators_word() -> None:
    source = {"type": "database", "url": "mssql+pyodbc://db.example/x", "table": "t", "columns": {"a": "b"}}
    with pytest.raises(BadConfiguration, match="account_is_read_only"):
        running.run(connector(source | {"cursor": "id"}))
    with pytest.raises(BadConfiguration, match="mssql"):
        running.run(connector(source | {"cursor": "id", "account_is_read_only": True}))


def test_every_type_of_a_column_is_sent_as_text(department: psycopg.Connection) -> None:
    select = """
    SELECT 7::bigint AS id, 12.500000::numeric AS amount, date '2026-11-01' AS day, true AS yes, NULL::text AS nothing,
    timestamptz '2026-11-01 08:00+08' AS moment, 'x'::bytea AS octets
    """
    columns = {name: name for name in ("amount", "day", "yes", "nothing", "id")}
    entry = from_postgresql(select=select, columns=columns)
    (line,) = Rows(cast(DatabaseSource, entry.source), entry.back_off, {}).lines()
    expected = {"amount": "12.500000", "day": "2026-11-01", "yes": "true", "nothing": None, "id": "7"}
    assert orjson.loads(line) == expected
    with pytest.raises(SourceFault, match="bytes"):
        running.run(from_postgresql(select=select, columns={"octets": "octets"}))


def test_what_a_crash_left_of_a_pull_is_cleared_away_by_the_next(
    lite: sqlite3.Connection, tmp_path: Path, crashed: Callable[[Connector], None]
) -> None:
    write(lite, "decisions", 1)
    entry = from_sqlite(tmp_path)
    crashed(entry)
    assert [batch.state for batch in queries.batches_of(None)] == [State.UPLOADING]
    assert accepted(running.run(entry)) == [1]
    assert sorted(batch.state for batch in queries.batches_of(None)) == [State.DISCARDED, State.FILED]


@pytest.fixture
def crashed() -> Callable[[Connector], None]:
    """A run that the operator's Ctrl-C, or a kill, ends between the upload and the filing."""

    class Killed(Rows):
        def reached(self) -> dict[str, Any]:
            raise KeyboardInterrupt

    def run(entry: Connector) -> None:
        with pytest.raises(KeyboardInterrupt):
            databases.deliver_pull(entry, Killed(cast(DatabaseSource, entry.source), entry.back_off, {}), seen=None)

    return run
