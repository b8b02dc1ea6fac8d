"""Where the embedded PostgreSQL keeps its cluster, socket, log, locks and password."""

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from xinshu.kit.postgres_programs import Account, PostgresError, can_enter, machine_folder, run, server_account

SUPERUSER = "xinshu"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 107  # bytes; the kernel's, for any socket's address
SETTINGS = """
# Written once by Xinshu for a small machine: change these as you like.
shared_buffers = '256MB'
max_wal_size = '2GB'
jit = off
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
"""


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one cluster, the same for every process that names the same data folder."""

    data: Path
    cluster: Path

    @property
    def log(self) -> Path:
        """What the server reports."""
        return self.data / "postgres.log"

    @property
    def password(self) -> Path:
        """The superuser's password, for our eyes only (0600)."""
        return self.data / "postgres.password"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the server."""
        return self.data / "users.lock"

    @property
    def start_lock(self) -> Path:
        """Held exclusively while the server is started or stopped."""
        return self.data / "start.lock"

    @property
    def socket(self) -> Path:
        """The private folder of the server's socket; one in /tmp when that path is too long or holds a comma.

        Not the folder of TMPDIR: every process must come to the same answer. (To libpq a comma parts two hosts.)
        """
        near = self.cluster.parent / "socket"
        if len(os.fsencode(near / SOCKET_NAME)) <= SOCKET_PATH_LIMIT and "," not in str(near):
            return near
        return Path("/tmp", f"xinshu-{hashlib.sha256(os.fsencode(self.cluster)).hexdigest()[:16]}")  # noqa: S108


def places_of(data_folder: Path) -> Places:
    """The places below this folder, which is created when missing.

    The cluster is `<data_folder>/postgres`. When we are root and the server's user cannot enter the data folder,
    that name becomes a link to a folder of its own below /var/lib/xinshu: visible, and decided once for ever.
    """
    data = data_folder.resolve()
    data.mkdir(parents=True, exist_ok=True)
    entrance = data / "postgres"
    account = server_account(entrance)
    if account and not os.path.lexists(entrance) and not can_enter(data, account):
        _lead_elsewhere(entrance, account)
    return Places(data, entrance.resolve())


def read_password(places: Places) -> str:
    """The password of the superuser; made and kept on the first call, so that the answer is stable.

    Raises PostgresError when the file was lost after the cluster had been made with it.
    """
    cluster_exists = places.cluster.exists()  # asked first: whoever makes a cluster has kept its password before
    if not places.password.exists():
        if cluster_exists:
            raise PostgresError(
                f"The password file {places.password} is missing, but the database in {places.cluster} was made "
                "with it. Put the file back from a backup."
            )
        _make_password(places.password)
    return places.password.read_text(encoding="ascii")


def open_socket_folder(places: Places, account: Account | None) -> None:
    """Make the socket's folder, or check that it is a private folder of the server's user (/tmp is shared by all)."""
    folder = places.socket
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    owner = account.uid if account else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise PostgresError(
            f"The socket folder {folder} belongs to another user, so it cannot be trusted. Remove it, "
            "or choose a data folder with a shorter path."
        )
    give(folder, account)
    folder.chmod(0o700)


def give(path: Path, account: Account | None) -> None:
    """Hand a file or folder of ours to the server's user."""
    if account:
        os.chown(path, account.uid, account.gid)


def _lead_elsewhere(entrance: Path, account: Account) -> None:
    home = Path(tempfile.mkdtemp(prefix=f"{entrance.parent.name}-", dir=machine_folder()))
    give(home, account)
    try:
        entrance.symlink_to(home / "postgres")
    except FileExistsError:  # another process was first: its link holds
        home.rmdir()


def _make_password(path: Path) -> None:
    descriptor, draft = tempfile.mkstemp(prefix="postgres.password-", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:  # another process was first: its password holds
        pass
    finally:
        Path(draft).unlink()


def make_cluster(places: Places, binaries: Path, major: int, account: Account | None) -> None:
    """Make the cluster under another name and rename it when complete: half a cluster is never seen."""
    home = places.cluster.parent
    for left_over in home.glob("postgres-new-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    nursery = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=home))
    try:
        password = nursery / "password"
        password.touch(mode=0o600)
        password.write_text(read_password(places), encoding="ascii")
        for path in (nursery, password):
            give(path, account)
        _initialise(nursery / "cluster", binaries, major, account, password)
        (nursery / "cluster").rename(places.cluster)
    finally:
        shutil.rmtree(nursery, ignore_errors=True)


def _initialise(cluster: Path, binaries: Path, major: int, account: Account | None, password: Path) -> None:
    """Danger: with LC_CTYPE "C" pg_trgm silently indexes no Chinese, so the locale must be C.UTF-8.

    From 17 on the builtin provider keeps indexes valid when the system's C library changes.
    """
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
    flags = ["--encoding=UTF8", "--locale=C.UTF-8", *builtin, "--data-checksums", f"--username={SUPERUSER}"]
    access = ["--auth-local=scram-sha-256", "--auth-host=scram-sha-256", f"--pwfile={password}"]
    append: list[str | Path] = [
        "/bin/sh",
        "-c",
        'cat >> "$0" && sync "$0"',
    ]  # not by root, which would follow a link set there
    make = [binaries / "initdb", f"--pgdata={cluster}", *flags, *access]
    for command, text in ((make, ""), ([*append, cluster / "postgresql.conf"], SETTINGS)):
        done = run(*command, account=account, stdin=text)
        if done.returncode != 0:
            raise PostgresError(f"A new database could not be made in {cluster.parent.parent}:\n{done.stderr.strip()}")


def check_version(cluster: Path, major: int) -> None:
    """PostgresError when the cluster was made by another major version."""
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != str(major):
        raise PostgresError(
            f"The database in {cluster} was made by PostgreSQL {made_by}, but PostgreSQL {major} was found here. "
            f"Install PostgreSQL {made_by}, or move the data over with pg_dump and pg_restore."
        )
