"""`make bench`: runs every benchmark and writes docs/benchmarks.md."""

import os
import platform
from pathlib import Path

from bench import codes, subject
from xinshu.kit.clock import now

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"

HEAD = """# Benchmarks

Written by `make bench`: the median of three rounds; ours, the peer or limit measured in the same run, and their ratio.
Machines differ, so compare ratios. Last run: {day}, {cores} cores, Python {python}.

| what | ours | peer or limit | ratio | wanted at least | held |
|---|--:|--:|--:|--:|:-:|
"""

TAIL = """
- Code check: valid codes that both accept; python-stdnum `cn.uscc.is_valid`, one call a row.
- Subject answer: `wrk`, 1 thread, {connections} connections, {seconds} s a round, {subjects} subjects; ours is what
  `xinshu run` serves (Django WSGI on granian, 2 workers, all middleware); the twin is bench/twin.py: FastAPI and
  asyncpg under uvicorn with 2 workers, the same two SQL statements on the same PostgreSQL, no code check. 0.85 is the
  aim.
"""


def line(row: dict[str, str | float]) -> str:
    """One line of the table."""
    held = "yes" if float(row["ratio"]) >= float(row["target"]) else "**no**"
    ours, limit = (f"{float(row[key]):,.0f}" for key in ("ours", "limit"))
    return f"| {row['name']} | {ours} {row['unit']} | {limit} | {float(row['ratio']):.2f} | {row['target']} | {held} |"


def main() -> None:
    rows = [*codes.measure(), *subject.measure()]
    head = HEAD.format(day=now().day, cores=os.cpu_count(), python=platform.python_version())
    tail = TAIL.format(connections=subject.CONNECTIONS, seconds=subject.SECONDS, subjects=f"{subject.SUBJECTS:,}")
    PAGE.write_text(head + "\n".join(map(line, rows)) + "\n" + tail, encoding="utf-8")
    print("\n".join(map(line, rows)))


if __name__ == "__main__":
    main()
