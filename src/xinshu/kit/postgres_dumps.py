"""pg_dump and pg_restore as processes at the other end of a pipe: of the server's own version where there is one."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from xinshu.kit.postgres_programs import ENVIRONMENT, SYSTEM_FOLDER, PostgresError, find_binaries

VARIABLES: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
}
"""Parts of an address that the programs are told, in their environment: a command line is seen by everybody."""


def dump_program(name: str, major: int) -> Path:
    """A program of the server's major version: the system's, else the embedded one's, which must not be older."""
    for folder in (SYSTEM_FOLDER / str(major) / "bin", find_binaries()):
        if (folder / name).exists():
            return folder / name
    raise PostgresError(
        f"The program {name} was not found. Install the client programs of PostgreSQL {major} "
        f"(apt install postgresql-client-{major})."
    )


@contextmanager
def dumped(
    where: Mapping[str, str], major: int, *, snapshot: str, without_rows_of: tuple[str, ...]
) -> Iterator[IO[bytes]]:
    """A database in the custom format, as one snapshot of it sees it; PostgresError when it did not come whole."""
    leave = [f"--exclude-table-data={table}" for table in without_rows_of]
    flags = ("--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--snapshot={snapshot}", *leave)
    with _running((dump_program("pg_dump", major), *flags), where, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield process.stdout


@contextmanager
def restoring(where: Mapping[str, str], major: int) -> Iterator[IO[bytes]]:
    """Where to write a dump to, into an empty database; PostgresError when not all of it could be put there."""
    flags = ("--no-owner", "--no-privileges", "--no-password", "--exit-on-error", f"--dbname={where['dbname']}")
    with _running((dump_program("pg_restore", major), *flags), where, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        yield process.stdin
        process.stdin.close()


@contextmanager
def _running(
    command: Sequence[Path | str],
    where: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """What it says of errors may quote a row further down, so only its first line is told."""
    environment = ENVIRONMENT | {VARIABLES[name]: str(value) for name, value in where.items() if name in VARIABLES}
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(  # noqa: S603 a fixed program, no shell
            [str(part) for part in command], stdin=stdin, stdout=stdout, stderr=told, env=environment, cwd="/"
        ) as process,
    ):
        try:
            yield process
        except BrokenPipeError:
            pass  # it has ended; what it said is told below
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            told.seek(0)
            first = told.read().decode(errors="replace").partition("\n")[0][:200]
            raise PostgresError(f"{Path(command[0]).name} failed (status {process.returncode}): {first}")
