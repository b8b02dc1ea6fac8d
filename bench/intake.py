"""How fast a file is taken in, everything included, beside PostgreSQL's own COPY of the very rows that it stored.

The reference loads what our load left in each table into `LIKE … INCLUDING ALL` copies of them (same columns, checks,
keys and indexes; the foreign keys to the body added), from binary files on the server's disk, one COPY a table: nothing
is read, checked or derived. The plain heap is the same without keys and indexes. All run on one server, in turn.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django

ROUNDS = 3
ROWS = 1_000_000
SIZES = (100_000, 1_000_000, 10_000_000)
TABLES = (
    *("subjects_subject", "subjects_subjectcode", "subjects_subjectname", "records_record", "records_recordversion"),
    *("records_journalline", "publog_entry"),
)
OF_SUBJECT = "FOREIGN KEY (subject_id) REFERENCES subjects_subject DEFERRABLE INITIALLY DEFERRED"
FOREIGN_KEYS = dict.fromkeys(("subjects_subjectcode", "subjects_subjectname", "records_record"), OF_SUBJECT)
Row = dict[str, str | float]


@dataclass(slots=True)
class Seen:
    """Rows a second of the rounds so far: ours, COPY into equal tables, COPY into heaps; and the most memory."""

    ours: list[float] = field(default_factory=list)
    equal: list[float] = field(default_factory=list)
    heap: list[float] = field(default_factory=list)
    peak_mib: float = 0


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> list[Row]:
    """Rows a second, median of the rounds: `name, ours, limit, ratio, unit, target`."""
    seen = {False: Seen(), True: Seen()}
    with _house() as folder:
        for number in range(rounds):
            for first_time, figures in seen.items():
                loaded = _load(folder, rows, seed=number, first_time=first_time)
                figures.ours.append(rows / loaded["seconds"])
                figures.peak_mib = max(figures.peak_mib, loaded["peak_mib"])
                figures.equal.append(rows / _copied(folder, indexed=True))
                figures.heap.append(rows / _copied(folder, indexed=False))
                _empty()
    size = f"{rows:,} penalty rows from CSV"
    ordinary, first = seen[False], seen[True]
    peak = max(ordinary.peak_mib, first.peak_mib)
    memory: Row = {"name": f"{size}: most memory of our process", "ours": peak, "limit": 2048, "ratio": 2048 / peak}
    return [
        _row(f"{size}, an ordinary batch (limit: COPY, equal tables and indexes)", ordinary.ours, ordinary.equal, 0.35),
        _row(f"{size}, a first load (limit: COPY, equal tables and indexes)", first.ours, first.equal, 0.6),
        _row(f"{size}, an ordinary batch (for information: COPY into plain heaps)", ordinary.ours, ordinary.heap, 0),
        _row(f"{size}, a first load (for information: COPY into plain heaps)", first.ours, first.heap, 0),
        memory | {"unit": "MiB", "target": 1},
    ]


def statements(table: str) -> list[str]:
    """The DDL of the reference: an equal table with equal keys, indexes and foreign keys."""
    equal = f"CREATE TABLE reference (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY)"
    return [equal, *([f"ALTER TABLE reference ADD {FOREIGN_KEYS[table]}"] if table in FOREIGN_KEYS else [])]


def growth(sizes: Sequence[int] = SIZES) -> list[Row]:
    """Time and memory a row from the smallest to the largest file, each into an empty house."""
    seen = {}
    for rows in sizes:
        with _house() as folder:
            seen[rows] = _load(folder, rows, seed=1)
            seen[rows]["copy"] = _copied(folder, indexed=True)
        per_row = {name: 1e6 * seen[rows][name] / rows for name in ("seconds", "copy")}
        print(
            f"{rows:,} rows: {seen[rows]['seconds']:.1f} s, {per_row['seconds']:.1f} µs a row"
            f" (COPY {per_row['copy']:.1f}), {seen[rows]['peak_mib']:,.0f} MiB",
            file=sys.stderr,
            flush=True,
        )
    first, last = (seen[rows] for rows in (sizes[0], sizes[-1]))
    speeds = [sizes[-1] / last["seconds"], sizes[0] / first["seconds"]]
    name = f"{sizes[-1]:,} rows beside {sizes[0]:,}, an ordinary batch"
    peak = {"name": f"{name}: memory at the top beside a gigabyte and a half", "ours": last["peak_mib"], "limit": 1536}
    return [
        {"name": name, "ours": speeds[0], "limit": speeds[1], "ratio": speeds[0] / speeds[1]}
        | {"unit": "rows/s", "target": 0.83},
        peak | {"ratio": 1536 / last["peak_mib"], "unit": "MiB", "target": 1},
    ]


def _row(name: str, ours: list[float], limit: list[float], target: float) -> Row:
    mine, other = statistics.median(ours), statistics.median(limit)
    return {"name": name, "ours": mine, "limit": other, "ratio": mine / other, "unit": "rows/s", "target": target}


@contextmanager
def _house() -> Iterator[Path]:
    """A server of its own with tables, catalogue and organ; everything is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="xinshu-bench."))
    folder.chmod(0o755)
    os.environ |= {"XINSHU_DATA_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "xinshu.project.settings"}
    django.setup()
    server = subprocess.Popen([sys.executable, "-m", "bench.serving"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == b"ready"
        yield folder
    finally:
        server.communicate(b"done\n", timeout=120)
        shutil.rmtree(folder, ignore_errors=True)


def _load(folder: Path, rows: int, *, seed: int, first_time: bool = False, rows_a_body: int = 5) -> dict[str, float]:
    from bench.made_up import write_penalties  # noqa: PLC0415 - settings are read when it is imported

    file = write_penalties(folder / "rows.csv", rows, seed=seed, rows_a_body=rows_a_body)
    said = subprocess.run(
        [sys.executable, "-m", "bench.loading", str(file), *(["--first-load"] if first_time else [])],
        check=True,
        stdout=subprocess.PIPE,
    )
    file.unlink()
    loaded: dict[str, float] = json.loads(said.stdout)
    return loaded


def _copied(folder: Path, *, indexed: bool) -> float:
    """Seconds in which COPY loads what is in the tables into equal, empty ones."""
    import psycopg  # noqa: PLC0415

    from xinshu.kit.postgres import connection_parameters  # noqa: PLC0415

    total = 0.0
    with psycopg.connect(**connection_parameters(folder), autocommit=True) as database:
        for table in TABLES:
            file = f"{database.execute('SHOW data_directory').fetchone()[0]}/bench.copy"  # type: ignore[index]
            database.execute(f"COPY {table} TO '{file}' (FORMAT binary)")
            for statement in statements(table) if indexed else [f"CREATE TABLE reference (LIKE {table})"]:
                database.execute(statement)
            database.execute("CHECKPOINT")
            begun = time.perf_counter()
            database.execute(f"COPY reference FROM '{file}' (FORMAT binary)")
            total += time.perf_counter() - begun
            database.execute("DROP TABLE reference")
    return total


def _empty() -> None:
    import psycopg  # noqa: PLC0415

    from xinshu.kit.postgres import connection_parameters  # noqa: PLC0415

    with psycopg.connect(**connection_parameters(Path(os.environ["XINSHU_DATA_FOLDER"])), autocommit=True) as database:
        logs = "publog_lot, publog_entry, publog_state"
        database.execute(f"TRUNCATE {', '.join(TABLES)}, records_filing, intake_batch, {logs} CASCADE")
        database.execute("CHECKPOINT")
    for ledger in ("endings", "publog"):
        shutil.rmtree(Path(os.environ["XINSHU_DATA_FOLDER"]) / ledger, ignore_errors=True)


if __name__ == "__main__":
    # python -m bench.intake [ROWS [ROUNDS]], or python -m bench.intake growth [SIZE ...]
    if sys.argv[1:2] == ["growth"]:
        results = growth([int(size) for size in sys.argv[2:]] or SIZES)
    else:
        results = measure(*map(int, sys.argv[1:]))
    for found in results:
        print("{name}: {ours:,.0f} {unit}, limit {limit:,.0f}: {ratio:.2f} (target {target})".format(**found))
