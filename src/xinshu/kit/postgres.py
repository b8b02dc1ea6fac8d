"""The embedded PostgreSQL: made on first use, shared by its users, stopped when the last of them leaves.

Users are counted by the kernel: each holds a shared lock on `users.lock`, which a killed process gives back too.
The server listens on a private socket only, and its superuser `xinshu` signs in with a password (scram).
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from xinshu.kit.postgres_files import (
    SUPERUSER,
    Places,
    check_version,
    make_cluster,
    open_socket_folder,
    places_of,
    read_password,
)
from xinshu.kit.postgres_programs import PostgresError, find_binaries, run, server_account, usable_binaries
from xinshu.kit.postgres_server import PORT, comes_up, last_lines, launch, living, shut_down

__all__ = [
    "EmbeddedPostgres",
    "PostgresError",
    "connection_parameters",
    "dsn",
    "find_binaries",
    "postmaster",
    "running",
]

DATABASE = "xinshu"
CREATE_DATABASE = r"""
SELECT 'CREATE DATABASE xinshu' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'xinshu') \gexec
"""


def connection_parameters(data_folder: Path, database: str = DATABASE) -> dict[str, str]:
    """How libpq reaches the server of this data folder: host, port, user, password, dbname. Starts nothing."""
    with _explained(data_folder):
        places = places_of(data_folder)
        password = read_password(places)
    host = str(places.socket)
    return {"host": host, "port": PORT, "user": SUPERUSER, "password": password, "dbname": database}


def dsn(data_folder: Path, database: str = DATABASE) -> str:
    """The same as one address, in the form of DATABASE_URL. Starts nothing."""
    part = {name: quote(text, safe="") for name, text in connection_parameters(data_folder, database).items()}
    return f"postgresql://{part['user']}:{part['password']}@/{part['dbname']}?host={part['host']}&port={part['port']}"


def postmaster(data_folder: Path) -> int | None:
    """The process id of the living server of this data folder, or None."""
    with _explained(data_folder):
        return living(places_of(data_folder).cluster)


@contextmanager
def running(data_folder: Path, *, binaries: Path | None = None) -> Iterator["EmbeddedPostgres"]:
    """A server that answers, for as long as the block lasts."""
    server = EmbeddedPostgres(data_folder, binaries=binaries)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class EmbeddedPostgres:
    """One process's use of the server of a data folder; `binaries` replaces what find_binaries would find."""

    def __init__(self, data_folder: Path, *, binaries: Path | None = None) -> None:
        self.data_folder = data_folder
        self._binaries = binaries
        self._places: Places | None = None
        self._users = -1  # the open lock, while we are a user
        self._process = 0
        self._launched = 0

    def start(self) -> None:
        """Join the users, and make, start or await the server as needed; PostgresError tells why it cannot be.

        A crash recovery has no time limit: it takes what it takes, as long as the server lives.
        """
        if self._places:
            return
        with _explained(self.data_folder):
            places = places_of(self.data_folder)
            with _locked(places.start_lock):
                self._places, self._process = places, os.getpid()
                self._users = _open_lock(places.users_lock)
                try:
                    fcntl.flock(self._users, fcntl.LOCK_SH)
                    self._serve(places)
                except BaseException:
                    self._leave(places)
                    raise

    def stop(self) -> None:
        """Leave; the last user to leave stops the server, cleanly. A forked child's call does nothing."""
        if self._places is None or self._process != os.getpid():
            return
        with _explained(self.data_folder), _locked(self._places.start_lock):
            self._leave(self._places)

    def _leave(self, places: Places) -> None:
        self._places = None
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shut_down(living(places.cluster) or self._launched, places.cluster)
        except BlockingIOError:
            pass  # others still use the server
        finally:
            os.close(self._users)

    def _serve(self, places: Places) -> None:
        if sys.platform != "linux":
            raise PostgresError("The embedded PostgreSQL is kept on Linux only. Set DATABASE_URL to a running server.")
        account = server_account(places.cluster)
        binaries, major = usable_binaries(self._binaries or find_binaries(), account)
        if not (places.cluster / "PG_VERSION").exists():
            make_cluster(places, binaries, major, account)
        check_version(places.cluster, major)
        open_socket_folder(places, account)
        if not comes_up(living(places.cluster), places.cluster):
            self._launched = launch(places, binaries, account)
            if not comes_up(self._launched, places.cluster):
                raise PostgresError(f"PostgreSQL ended while starting. {last_lines(places.log)}")
        _create_database(places, binaries)


def _create_database(places: Places, binaries: Path) -> None:
    where: list[str | Path] = ["-h", places.socket, "-p", PORT, "-U", SUPERUSER, "-d", "postgres"]
    password = {"PGPASSWORD": read_password(places)}
    command = [binaries / "psql", "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", *where]
    done = run(*command, account=None, stdin=CREATE_DATABASE, environment=password)
    if done.returncode != 0:
        raise PostgresError(
            f"PostgreSQL runs, but its database cannot be opened: {done.stderr.strip()} {last_lines(places.log)}"
        )


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def _explained(data_folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PostgresError(
            f"The embedded PostgreSQL cannot use the data folder {data_folder}: {error}. Choose a folder that this "
            "user may write to, or set DATABASE_URL to a server that is already running."
        ) from error
