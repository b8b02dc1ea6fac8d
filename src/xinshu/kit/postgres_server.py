"""The server process of an embedded cluster: launched, watched and shut down."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from xinshu.kit.postgres_files import SOCKET_NAME, Places
from xinshu.kit.postgres_programs import Account, run

PORT = "5432"  # names the socket; nothing listens on the network
# An error is reported without its detail: a row that breaks a rule would stand there, value by value.
QUIET = ("-c", "listen_addresses=", "-c", "log_error_verbosity=terse", "-c", "log_parameter_max_length_on_error=0")
PAUSE = 0.02  # seconds between two looks at a starting or stopping server
LOADS = 250  # looks at a process whose program is being loaded
LOG_LIMIT = 16 * 2**20  # bytes; a longer log is set aside once, at the next start


def launch(places: Places, binaries: Path, account: Account | None) -> int:
    """Start the postmaster as nobody's child, so that it never waits as our zombie; its process id.

    The process id of a dead server may belong to someone else by now, or to a zombie (both are usual in containers).
    PostgreSQL would then refuse to start, unless that id is its grandparent's; its check of the shared memory
    still keeps two servers apart.
    """
    command: list[str | Path] = [binaries / "postgres", "-D", places.cluster, "-p", PORT, *QUIET]
    socket = ["-c", f"unix_socket_directories={_quoted(places.socket)}", "-c", "unix_socket_permissions=0700"]
    stale = {"PG_GRANDPARENT_PID": str(_pid_file(places.cluster)[0])}
    _end_orphans(places.cluster)
    (places.socket / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)  # the folder is ours alone
    log = _open_log(places.log)
    try:
        shell = ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh"]
        started = run(*shell, *command, *socket, account=account, stderr=log, environment=stale)
    finally:
        os.close(log)
    return int(started.stdout)


def _quoted(folder: Path) -> str:
    """A list of one folder, as PostgreSQL reads lists."""
    return '"' + str(folder).replace('"', '""') + '"'


def comes_up(pid: int | None, cluster: Path) -> bool:
    """Wait until the server takes connections: True; or until its process has ended: False."""
    while pid is not None and _serves(pid, cluster):
        if _pid_file(cluster) == (pid, "ready"):
            return True
        time.sleep(PAUSE)
    return False


def shut_down(pid: int, cluster: Path) -> None:
    """A fast, clean shutdown: connections are closed, everything is written."""
    if not _serves(pid, cluster):
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    while _serves(pid, cluster):
        time.sleep(PAUSE)


def living(cluster: Path) -> int | None:
    """The process id of the server of this cluster, if it lives."""
    pid = _pid_file(cluster)[0]
    return pid if _serves(pid, cluster) else None


def _serves(pid: int, cluster: Path) -> bool:
    """Whether that process is the server of this cluster: not a zombie, not a stranger with a recycled number."""
    return os.fsencode(cluster) in (_arguments(Path(f"/proc/{pid}")) or b"").split(b"\0")


def _arguments(process: Path) -> bytes | None:
    """With what a process was called; None: it is gone or going.

    A zombie has no arguments, and a process whose program is just being loaded has none yet: that one has a program.
    """
    try:
        for _ in range(LOADS):
            if said := (process / "cmdline").read_bytes():
                return said
            (process / "exe").readlink()
            time.sleep(PAUSE)
    except OSError:
        return None
    return b""


def _end_orphans(cluster: Path) -> None:
    """End what a killed server has left running: until then its shared memory bars the way to a new one.

    Who is going already is waited for. Nothing is touched while any other program works in the cluster, such as a
    server that someone started by hand.
    """
    while found := _working_in(cluster):
        if any(title is not None and not title.startswith(b"postgres: ") for title in found.values()):
            return
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(PAUSE)


def _working_in(folder: Path) -> dict[int, bytes | None]:
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile, or not ours to look into
            if (process / "cwd").readlink() == folder:
                found[int(process.name)] = _arguments(process)
    return found


def _pid_file(cluster: Path) -> tuple[int, str]:
    """The process id and the state ("starting", "ready", "stopping") that the last server noted; (0, "") if none."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):
        return 0, ""


def _open_log(path: Path) -> int:
    """Opened by us and handed down: the server's user need not reach the folder."""
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def last_lines(log: Path, count: int = 12) -> str:
    """The end of the log, for an error message."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join([f"The end of its log {log}:", *lines[-count:]])
