"""`make bench`: runs every benchmark and writes docs/benchmarks.md."""

import os
import platform
import sys
from pathlib import Path

from bench import assessment, check, codes, feed, intake, pages, publog, subject
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
- Pages: `wrk`, 1 thread, 16 connections, 8 s a round, over 2,000 addresses drawn from all; both registers are served
  side by side by their own `xinshu run` (2 workers, no jobs beside). Each is filled by a first load of one made-up
  penalty for each body, of which nine copies are made under new references. The hello page is `/healthz` of the same
  server.
- Intake: made-up rows of the penalty template (bench/made_up.py), five for a body, each body new, in a process of its
  own, from the start of `receive` to the receipt: digest, reading, every check, matching, deriving, public forms,
  records, versions, journal, numbering, the trail. Once as an ordinary batch, in parts of 100,000, once as a first load
  (docs/adr/0010). The server is the embedded one with its own settings (`kit/postgres_files.py`); nothing is turned
  off. The limit is COPY, in the same round on the same server, of what that load left in its tables, from binary
  files on the server's own disk: nothing is read, checked or derived. Its tables are equal: same columns, checks, keys
  and indexes (docs/scale.md lists them), foreign keys added. Its DDL, for each of the tables:

```sql
{statements}
```
- Public log: entries of 1,200 bytes of content in lots of 100,000, one round: committed, numbered, in the published
  tiles and bundles on the disk, under a signed checkpoint. A proof is read out of the published tiles.
- Feed: two hundred followers in four processes hear the stream beside the house and its two web processes, on the
  same cores; an ending counts from its withdrawal until the file of a copy shows it no more.
- Check (bench/check.py): half of the codes are known, with two penalties each; two made-up measures. The reference is
  one SQL statement that knows both of them by heart, read into the same frame; the answers are compared before either
  is timed. Over HTTP each answer is written, sealed, kept and logged; the hello page is `/healthz` of the same server.
- Assessment: a draft of one measure more beside the shipped catalogue, all measures of both editions, over a made-up
  register that comes in parts of 500,000 bodies (bench/assessing.py); making it up is not counted. Beside a peer: one
  record a body, seconds of one core, every ground of every measure said to the peer in its own way
  (bench/assessing_peers.py), the same facts, and the same number of bodies that come under the draft's measure.{peers}
- Growth (`python -m bench.intake growth`): one ordinary batch for each size, each into an empty house, half an
  hour and some 60 GB; `make bench GROWTH=1` runs it with the rest. {growth}
"""

GROWTH_ALONE = "It was not part of this run."


def line(row: dict[str, str | float]) -> str:
    """One line of the table."""
    held = "" if not row["target"] else "yes" if float(row["ratio"]) >= float(row["target"]) else "**no**"
    ours, limit = (
        f"{number:,.0f}" if (number := float(row[key])) >= 10 else f"{number:,.2f}" for key in ("ours", "limit")
    )
    target = row["target"] or ""
    return f"| {row['name']} | {ours} {row['unit']} | {limit} | {float(row['ratio']):.2f} | {target} | {held} |"


def main() -> None:
    rows = [
        *codes.measure(),
        *subject.measure(),
        *pages.measure(),
        *intake.measure(),
        *publog.measure(),
        *feed.measure(),
        *check.measure(),
        *assessment.measure(),
    ]
    growing = "growth" in sys.argv[1:]
    if growing:
        rows += intake.growth()
    head = HEAD.format(day=now().day, cores=os.cpu_count(), python=platform.python_version())
    tail = TAIL.format(
        connections=subject.CONNECTIONS,
        seconds=subject.SECONDS,
        subjects=f"{subject.SUBJECTS:,}",
        statements="\n".join(f"{text};" for table in intake.TABLES for text in intake.statements(table)),
        peers=assessment.absent(),
        growth="" if growing else GROWTH_ALONE,
    )
    PAGE.write_text(head + "\n".join(map(line, rows)) + "\n" + tail, encoding="utf-8")
    print("\n".join(map(line, rows)))


if __name__ == "__main__":
    main()
