"""A read-only pull from a department's table: rows beyond a cursor, in its order, streamed out as lines of JSON."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from xinshu.doors.connectors.configuration import secret
from xinshu.doors.connectors.delivery import Delivered, deliver_pull, position
from xinshu.doors.connectors.durations import persist
from xinshu.doors.connectors.entries import BackOff, Connector, DatabaseSource
from xinshu.doors.connectors.faults import BadConfiguration, SourceFault, Unavailable

ROWS_AT_ONCE = 2_000
READ_ONLY = {
    "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}
"""The first statement of each transaction, after which the server itself refuses to write."""

WAITING = {
    "postgresql": "connect_timeout",
    "mysql": "connect_timeout",
    "mariadb": "connect_timeout",
    "sqlite": "timeout",
}
"""What each driver calls the longest wait for a connection, in seconds."""

BACK: dict[str, Any] = {
    "int": int,
    "str": str,
    "float": float,
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}
"""How a stored cursor becomes a value again, by the name of its type."""


def take_in(connector: Connector, source: DatabaseSource) -> Iterator[Delivered]:
    """The rows beyond the cursor as one batch, if there are any."""
    at = position(connector)
    delivered = deliver_pull(connector, Rows(source, connector.back_off, at), seen=at.get("seen"))
    if delivered is not None:
        yield delivered


def looked_at(connector: Connector, source: DatabaseSource) -> str:
    """Whether the table can be read as configured; takes nothing and tells no value."""
    with reading(source, connector.back_off) as connection:
        found = connection.execute(_question(source, None).limit(1)).first()
    rows = "有 yes" if found is not None else "无 none"
    return f"数据库可读，列齐全；有无数据 table can be read with all its columns; any row: {rows}"


class Rows:
    """One pull. `most_rows` are cut where the cursor changes, so that no row of one moment is left behind."""

    def __init__(self, source: DatabaseSource, back_off: BackOff, at: dict[str, Any]) -> None:
        self.source, self.back_off, self.at = source, back_off, at
        self.last: Any = None

    def lines(self) -> Iterator[bytes]:
        """The rows, as lines of JSON; the transaction is open as long as they are asked for."""
        since = BACK[self.at["type"]](self.at["value"]) if "type" in self.at else None
        headers = [*self.source.columns.values()]
        with reading(self.source, self.back_off) as connection:
            streamed = connection.execution_options(stream_results=True, max_row_buffer=ROWS_AT_ONCE)
            with closing(streamed.execute(_question(self.source, since))) as result:
                for rows in self._up_to_most(result.partitions(ROWS_AT_ONCE)):
                    yield b"".join(_line(headers, row[:-1]) for row in rows)

    def reached(self) -> dict[str, Any]:
        """The cursor of the last row."""
        kind = type(self.last).__name__
        if kind not in BACK:
            raise SourceFault(
                f"cursor列“{self.source.cursor}”的类型不能作游标：请用整数、时间或文字列。"
                f" A column of this type cannot be a cursor; use whole numbers, times or text: {kind}"
            )
        moved = self.last.isoformat() if isinstance(self.last, date) else str(self.last)
        return {"type": kind, "value": moved}

    def _up_to_most(self, parts: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
        count = 0
        for part in parts:
            rows: list[Any] = []
            for row in part:
                if count >= self.source.most_rows and row[-1] != self.last:
                    yield rows
                    return
                self.last, count = row[-1], count + 1
                rows.append(row)
            yield rows


def _question(source: DatabaseSource, since: Any) -> sa.Select[Any]:
    """The wanted columns and, last, the cursor; rows without a cursor are never read."""
    names = [*source.columns]
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in dict.fromkeys([*names, source.cursor])]
    table: Any
    if source.select is not None:
        table = sa.text(source.select.replace(":", r"\:")).columns(*columns).subquery("pulled")
    else:
        schema, _, name = (source.table or "").rpartition(".")
        table = sa.table(name, *columns, schema=schema or None)
    cursor = table.c[source.cursor]
    question = sa.select(*(table.c[name] for name in names), cursor.label("xinshu_cursor")).order_by(cursor)
    if since is None:
        return question.where(cursor.is_not(None))
    if source.overlap is None:
        return question.where(cursor > since)
    return question.where(cursor >= _earlier(source, since))


def _earlier(source: DatabaseSource, since: Any) -> Any:
    """The cursor less the overlap, in which late commits are looked for again."""
    if isinstance(since, date) == isinstance(source.overlap, timedelta) and not isinstance(since, str):
        return since - source.overlap
    if source.overlap == 0:
        return since
    raise BadConfiguration(
        "overlap与cursor列的类型不合：时间列写作10m，整数列写作整数，文字列只能为0。"
        " overlap does not fit the cursor: a duration for times, a number for numbers, 0 only for text."
    )


@contextmanager
def reading(source: DatabaseSource, back_off: BackOff) -> Iterator[Connection]:
    """A connection in a transaction that cannot write; it is rolled back at the end, whatever happened."""
    engine = _engine(source)
    limits = {"first": back_off.first, "most": back_off.most, "attempts": back_off.attempts}
    try:
        connection = persist(lambda: _connected(engine), **limits)  # type: ignore[arg-type]
        try:
            yield connection
        except SQLAlchemyError as error:
            raise _fault(error) from None
        finally:
            connection.close()
    finally:
        engine.dispose()


def _connected(engine: sa.Engine) -> Connection:
    statement = READ_ONLY.get(engine.dialect.name)
    try:
        connection = engine.connect()
        if statement is not None:
            connection.exec_driver_sql(statement)
    except SQLAlchemyError as error:
        raise _fault(error) from None
    return connection


def _engine(source: DatabaseSource) -> sa.Engine:
    url = make_url(secret(source.url_secret) if source.url_secret else source.url or "")
    if source.password_secret:
        url = url.set(password=secret(source.password_secret))
    dialect = url.get_backend_name()
    if dialect not in READ_ONLY and not source.account_is_read_only:
        raise BadConfiguration(
            f"{dialect} 不能由我们设为只读事务；请给只读账号，并写 account_is_read_only: true。"
            " We cannot make transactions of this database read-only: use an account that cannot write, and say so."
        )
    waiting = {WAITING[dialect]: max(1, round(source.timeout.total_seconds()))} if dialect in WAITING else {}
    try:
        return sa.create_engine(_read_only(url), poolclass=NullPool, connect_args=waiting, hide_parameters=True)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise BadConfiguration(
            f"没有安装 {url.drivername} 的驱动程序；请先安装。 No driver is installed for {url.drivername}."
        ) from None


def _read_only(url: URL) -> URL:
    """PostgreSQL goes by the driver that we have; a SQLite file is opened for reading and never made."""
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        return url.set(database=f"file:{url.database}").update_query_dict({"mode": "ro", "uri": "true"})
    return url


def _fault(error: SQLAlchemyError) -> SourceFault:
    """Lost for now, or asked wrongly. The driver's own words are left out: they may quote a row or a password."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = (
        getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None) or type(original).__name__
    )
    lost = isinstance(error, OperationalError | InterfaceError) and state not in ("SQLITE_ERROR", "28P01", "3D000")
    if lost or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return Unavailable(f"部门数据库暂不可用 The department's database cannot be reached now: {state}")
    return SourceFault(
        f"部门数据库不能按配置读取；请核对账号、表名、列名与cursor。"
        f" The department's database cannot be read as configured; look at account, table, columns and cursor: {state}"
    )


def _line(headers: list[str], values: Any) -> bytes:
    return orjson.dumps(dict(zip(headers, map(_text, values), strict=True))) + b"\n"


def _text(value: Any) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case int() | float() | UUID():
            return str(value)
    raise SourceFault(f"有一列的类型不能上报 A column has a type that cannot be sent: {type(value).__name__}")
