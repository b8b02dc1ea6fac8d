"""The pages of a subject and of a record at a million subjects and ten million records, beside a small register.

Two houses stand side by side, each served by its own `xinshu run`, and 16 clients ask them in turn, so that both meet
the same weather. Beside each stands what that server can answer at most: `/healthz`, a page that asks nothing.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.subject import serving

ROUNDS = 3
SECONDS = 8
CLIENTS = 16
SUBJECTS = (10_000, 1_000_000)
RECORDS_A_BODY = 10
ASKED = 2_000
"""So many addresses are asked for in turn, drawn from all of them."""

HELLO = "/healthz"
TWICE = 1.3
"""A register a hundred times as large may take this much longer to answer."""

Row = dict[str, str | float]

LUA = """
local places = {%s}
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", places[n %% #places + 1])
end
"""

COLUMNS = (
    *("kind", "organ_code", "document_number", "decided_on", "severity", "question", "audience", "public_from"),
    *("public_until", "repair_from", "edition", "version", "filing_id", "recorded_on", "recorded_at"),
    *("entry_lot", "entry_place"),
)
MULTIPLY = f"""
INSERT INTO records_record (subject_id, record_ref, identity, public_form, {", ".join(COLUMNS)})
SELECT r.subject_id, n.ref, sha256(r.identity || n.ref::text::bytea),
       replace(r.public_form, r.record_ref::text, n.ref::text), {", ".join(f"r.{name}" for name in COLUMNS)}
  FROM records_record r
 CROSS JOIN LATERAL (SELECT gen_random_uuid() AS ref, r.kind FROM generate_series(2, {RECORDS_A_BODY})) n
"""
"""A reader needs records only: intake brings one for each body, the others are its copies under new references, and
name its entry of the public log, of which pages read nothing."""

DRAWN = """
SELECT c.code, r.record_ref FROM records_record r JOIN subjects_subjectcode c USING (subject_id)
 WHERE r.subject_id = ANY(%s) AND r.public_from IS NOT NULL ORDER BY md5(r.record_ref::text) LIMIT 2000
"""


@dataclass(slots=True)
class Seen:
    """Of one page in one house: requests a second, and milliseconds at the median and at the 99th hundredth."""

    speed: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)


def measure(sizes: tuple[int, int] = SUBJECTS) -> list[Row]:
    """Requests a second and latencies, median of the rounds: `name, ours, limit, ratio, unit, target`."""
    seen: dict[tuple[int, str], Seen] = {}
    with ExitStack() as houses:
        scripts = {}
        for port, subjects in enumerate(sizes, start=8751):
            folder = houses.enter_context(_house(subjects))
            scripts[port] = (subjects, _scripts(folder))
            environment = os.environ | {"XINSHU_DATA_FOLDER": str(folder), "XINSHU_RATE_LIMIT": "0"}
            tool = str(Path(sys.executable).with_name("xinshu"))
            # What was copied in has no entries of the public log yet; a server takes them up before it answers.
            subprocess.run([tool, "setup"], env=environment, check=True, stdout=subprocess.DEVNULL)
            houses.enter_context(serving([tool, "run", "--port", str(port), "--without-worker"], environment, port))
        for turn in range(ROUNDS + 1):
            for port, (subjects, pages) in scripts.items():
                for page, script in pages.items():
                    said = _wrk(port, script)
                    if turn:
                        _note(seen.setdefault((subjects, page), Seen()), said)
    return _rows(seen, sizes)


def _rows(seen: dict[tuple[int, str], Seen], sizes: tuple[int, int]) -> list[Row]:
    small, large = sizes
    rows: list[Row] = []
    for page in ("subject page", "record page"):
        for subjects in sizes:
            one = seen[subjects, page]
            ours, hello = statistics.median(one.speed), statistics.median(seen[subjects, "hello"].speed)
            p50, p99 = statistics.median(one.p50), statistics.median(one.p99)
            records = subjects * RECORDS_A_BODY
            name = f"{page}, {subjects:,} subjects, {records:,} records, {CLIENTS} clients: "
            name += f"p50 {p50:.1f} ms, p99 {p99:.1f} ms (limit: the server's own hello page)"
            rows.append(
                {"name": name, "ours": ours, "limit": hello, "ratio": ours / hello, "unit": "requests/s", "target": 0}
            )
        fast, slow = (statistics.median(seen[subjects, page].speed) for subjects in (small, large))
        name = f"{page}: {large:,} subjects beside {small:,} (at most {TWICE} times as long)"
        rows.append(
            {
                "name": name,
                "ours": slow,
                "limit": fast,
                "ratio": slow / fast,
                "unit": "requests/s",
                "target": round(1 / TWICE, 2),
            }
        )
    return rows


@contextmanager
def _house(subjects: int) -> Iterator[Path]:
    """A register of that size with its server running."""
    with tempfile.TemporaryDirectory(prefix="xinshu-bench.") as name:
        folder = Path(name)
        folder.chmod(0o755)
        environment = os.environ | {"XINSHU_DATA_FOLDER": name, "DJANGO_SETTINGS_MODULE": "xinshu.project.settings"}
        command = [sys.executable, "-m", "bench.serving"]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        try:
            assert server.stdout is not None
            assert server.stdout.readline().strip() == b"ready"
            fill = [sys.executable, "-m", "bench.pages", "fill", str(folder / "rows.csv"), str(subjects)]
            subprocess.run(fill, check=True, env=environment, stdout=sys.stderr)
            yield folder
        finally:
            server.communicate(b"done\n", timeout=300)


def _fill(path: Path, subjects: int) -> None:
    """In a process of its own: writes a file, has it taken in, and has ten records where one was."""
    import django  # noqa: PLC0415 - its settings are those of this house

    django.setup()
    from bench.made_up import write_penalties  # noqa: PLC0415

    write_penalties(path, subjects, seed=5, rows_a_body=1)
    subprocess.run([sys.executable, "-m", "bench.loading", str(path), "--first-load"], check=True)
    path.unlink()
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(MULTIPLY)
        cursor.execute("VACUUM ANALYZE")  # what autovacuum does on a server that has been up for a while
        cursor.execute("CHECKPOINT")  # or it would be written out while the pages are asked for


def _scripts(folder: Path) -> dict[str, Path]:
    """For `wrk`: addresses drawn from all of them."""
    import psycopg  # noqa: PLC0415 - settings are read when ours is imported

    from xinshu.kit.postgres import connection_parameters  # noqa: PLC0415

    with psycopg.connect(**connection_parameters(folder)) as database:
        (most,) = database.execute("SELECT max(id) FROM subjects_subject").fetchone() or (0,)
        drawn = [most * place // ASKED for place in range(1, ASKED + 1)]
        found = database.execute(DRAWN, [drawn]).fetchall()
    assert len(found) > ASKED // 2, "too few records to ask for"
    places = {
        "hello": [HELLO],
        "subject page": [f"/subjects/{code}/" for code, _ in found],
        "record page": [f"/subjects/{code}/records/{ref}/" for code, ref in found],
    }
    scripts = {}
    for page, addresses in places.items():
        scripts[page] = folder / f"{page.replace(' ', '-')}.lua"
        scripts[page].write_text(LUA % ",".join(f'"{address}"' for address in addresses), encoding="ascii")
    return scripts


def _wrk(port: int, script: Path) -> str:
    command = [
        "wrk",
        "-t1",
        f"-c{CLIENTS}",
        f"-d{SECONDS}s",
        "--latency",
        "-s",
        str(script),
        f"http://127.0.0.1:{port}",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"the load run of {script.stem} met errors:\n{said}")
    return said


def _note(seen: Seen, said: str) -> None:
    """Take the figures out of what `wrk` printed."""
    units = {"us": 0.001, "ms": 1.0, "s": 1000.0}

    def milliseconds(share: int) -> float:
        found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)\b", said)
        assert found is not None
        return float(found[1]) * units[found[2]]

    speed = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert speed is not None
    seen.speed.append(float(speed[1]))
    seen.p50.append(milliseconds(50))
    seen.p99.append(milliseconds(99))


if __name__ == "__main__":
    # python -m bench.pages [SMALL LARGE]
    if sys.argv[1:2] == ["fill"]:
        _fill(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        chosen = [int(size) for size in sys.argv[1:3]] or SUBJECTS
        for row in measure((chosen[0], chosen[1])):
            print("{name}: {ours:,.0f} {unit}, limit {limit:,.0f}: {ratio:.2f} (target {target})".format(**row))
