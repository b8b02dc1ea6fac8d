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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

ROUNDS = 3
ROWS = 1_000_000
TABLES = (
    *("subjects_subject", "subjects_subjectcode", "subjects_subjectname", "records_record", "records_recordversion"),
    *("records_journalline",),
)
OF_SUBJECT = "FOREIGN KEY (subject_id) REFERENCES subjects_subject DEFERRABLE INITIALLY DEFERRED"
FOREIGN_KEYS = dict.fromkeys(("subjects_subjectcode", "subjects_subjectname", "records_record"), OF_SUBJECT)
Row = dict[str, str | float]


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> list[Row]:
    """Rows a second, median of the rounds: `name, ours, limit, ratio, unit, target`."""
    with _house() as folder:
        ours, limit, heap, peaks = [], [], [], []
        for number in range(rounds):
            loaded = _load(folder, rows, seed=number)
            ours.append(rows / loaded["seconds"])
            peaks.append(loaded["peak_mib"])
            limit.append(rows / _copied(folder, indexed=True))
            heap.append(rows / _copied(folder, indexed=False))
            _empty()
    size = f"{rows:,} penalty rows from CSV"
    return [
        _row(f"{size}, an ordinary batch (limit: COPY, equal tables and indexes)", ours, limit, 0.35),
        _row(f"{size} (for information: COPY into plain heaps)", ours, heap, 0),
        {
            "name": f"{size}: memory of our process, MiB below 2,048",
            "ours": max(peaks),
            "limit": 2048,
            "ratio": 2048 / max(peaks),
            "unit": "MiB",
            "target": 1,
        },
    ]


def growth(sizes: tuple[int, ...] = (100_000, 1_000_000, 10_000_000)) -> list[Row]:
    """Time and memory a row from the smallest to the largest file, each into an empty house."""
    seen = {}
    for rows in sizes:
        with _house() as folder:
            seen[rows] = _load(folder, rows, seed=1)
    for rows, loaded in seen.items():
        print(f"{rows:,} rows: {loaded['seconds']:.1f} s, {loaded['peak_mib']:,.0f} MiB", file=sys.stderr)
    first, last = seen[sizes[0]], seen[sizes[-1]]
    speeds = [rows / loaded["seconds"] for rows, loaded in ((sizes[0], first), (sizes[-1], last))]
    name = f"time a row at {sizes[-1]:,} rows beside {sizes[0]:,} (at most 1.2 times)"
    return [
        {
            "name": name,
            "ours": speeds[1],
            "limit": speeds[0],
            "ratio": speeds[1] / speeds[0],
            "unit": "rows/s",
            "target": 0.83,
        }
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


def _load(folder: Path, rows: int, *, seed: int, first_time: bool = False) -> dict[str, float]:
    from bench.made_up import write_penalties  # noqa: PLC0415 - settings are read when it is imported

    file = write_penalties(folder / "rows.csv", rows, seed=seed)
    said = subprocess.run([sys.executable, "-m", "bench.loading", str(file), *(["--first-load"] if first_time else [])], check=True, stdout=subprocess.PIPE)
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
            what = "INCLUDING ALL EXCLUDING IDENTITY" if indexed else ""
            database.execute(f"CREATE TABLE reference (LIKE {table} {what})")
            if indexed and (key := FOREIGN_KEYS.get(table)):
                database.execute(f"ALTER TABLE reference ADD {key}")
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
        database.execute(f"TRUNCATE {', '.join(TABLES)}, records_filing, intake_batch CASCADE")
        database.execute("CHECKPOINT")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    for found in measure(wanted, rounds=int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS):
        print("{name}: {ours:,.0f} {unit}, limit {limit:,.0f}: {ratio:.2f} (target {target})".format(**found))
