"""The databases of a restore: a new one beside the present one, and the change of their names in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from xinshu.kit.errors import XinshuError

RESTORING: Final = "_restoring"
REPLACED: Final = "_replaced"
NAMES: Final = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
OURS: Final = frozenset({"server_side_binding", "prepare_threshold", "pool"})
"""Options that are about our driver and not about the server."""

CONNECTED: Final = "SELECT FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
FAREWELLS: Final = 40
IN_USE: Final = (
    "数据库正在使用：请先停止门户和后台作业（xinshu run、xinshu worker），然后重试。"
    " The database is in use: stop `xinshu run` and `xinshu worker`, then try again. Nothing was changed."
)


class InUse(XinshuError):
    """Somebody uses the database: it cannot be put in its place."""


class MayNot(XinshuError):
    """The user of the database may not make one."""


def address(database: str | None = None) -> dict[str, str]:
    """How the server of this store is reached, as libpq names it; another database of it, if given."""
    known = connection.settings_dict
    parts = {name: known[key] for key, name in NAMES.items() if known.get(key)}
    parts |= {name: value for name, value in known["OPTIONS"].items() if name not in OURS and isinstance(value, str)}
    named = {} if database is None else {"dbname": database}
    return {key: str(value) for key, value in parts.items()} | named


def major() -> int:
    """The server's major version."""
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10_000


def must_be_free() -> None:
    """Raises InUse while anybody else is connected to the present database; a farewell may take a moment."""
    connection.close()
    with _server() as server:
        for _ in range(FAREWELLS):
            if server.execute(CONNECTED, [connection.settings_dict["NAME"]]).fetchone() is None:
                return
            server.execute("SELECT pg_sleep(0.05)")
    raise InUse(IN_USE)


@contextmanager
def fresh() -> Iterator[str]:
    """A new and empty database; it goes again unless `take_its_place` was called. What an attempt left is removed."""
    name = f"{connection.settings_dict['NAME']}{RESTORING}"
    with _server() as server:
        _drop(server, name)
        try:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise MayNot(
                "数据库用户无建库权限：恢复时须 ALTER ROLE … CREATEDB。"
                " The database user may not make a database: ALTER ROLE … CREATEDB for the time of the restore."
            ) from error
    try:
        yield name
    finally:
        with _server() as server:
            _drop(server, name)


@contextmanager
def using(name: str) -> Iterator[None]:
    """Have the rooms of the house ask another database for as long as the block lasts."""
    connection.close()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def take_its_place(name: str) -> None:
    """The new database gets the present one's name, all or nothing, and the present one is removed. Raises InUse."""
    connection.close()
    present = str(connection.settings_dict["NAME"])
    set_aside = f"{present}{REPLACED}"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with _server() as server:
        _drop(server, set_aside)
        try:
            with server.transaction():
                if _exists(server, present):
                    server.execute(rename.format(sql.Identifier(present), sql.Identifier(set_aside)))
                server.execute(rename.format(sql.Identifier(name), sql.Identifier(present)))
        except psycopg.errors.ObjectInUse as error:
            raise InUse(IN_USE) from error
        _drop(server, set_aside)


@contextmanager
def _server() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(make_conninfo(**address("postgres")), autocommit=True) as server:
        yield server


def _exists(server: psycopg.Connection[Any], name: str) -> bool:
    return server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
