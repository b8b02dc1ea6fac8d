"""`make bench`: measures section by section, and writes each into docs/benchmarks.md as soon as it is measured."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

from bench import assessment, check, codes, feed, intake, pages, publog, subject
from bench.page import Row, line, put, written


class Section(NamedTuple):
    """A section of the page: its title, what measures it, and what is told of how."""

    title: str
    measure: Callable[[], list[Row]]
    note: Callable[[], str]


CODES = """
Valid codes that both accept; python-stdnum `cn.uscc.is_valid`, one call a row.
"""

SUBJECT = """
`wrk`, 1 thread, {connections} connections, {seconds} s a round, {subjects} subjects; ours is what
`xinshu run` serves (Django WSGI on granian, 2 workers, all middleware); the twin is bench/twin.py: FastAPI and
asyncpg under uvicorn with 2 workers, the same two SQL statements on the same PostgreSQL, no code check. 0.85 is the
aim.
"""

PAGES = """
`wrk`, 1 thread, 16 connections, 8 s a round, over 2,000 addresses drawn from all; both registers are served
side by side by their own `xinshu run` (2 workers, no jobs beside). Each is filled by a first load of one made-up
penalty for each body, of which nine copies are made under new references. The hello page is `/healthz` of the same
server.
"""

INTAKE = """
Made-up rows of the penalty template (bench/made_up.py), five for a body, each body new, in a process of its
own, from the start of `receive` to the receipt: digest, reading, every check, matching, deriving, public forms,
records, versions, journal, numbering, the trail. Once as an ordinary batch, in parts of 100,000, once as a first load
(docs/adr/0010). The server is the embedded one with its own settings (`kit/postgres_files.py`); nothing is turned
off. The limit is COPY, in the same round on the same server, of what that load left in its tables, from binary
files on the server's own disk: nothing is read, checked or derived. Its tables are equal: same columns, checks, keys
and indexes (docs/scale.md lists them), foreign keys added. Its DDL, for each of the tables:

```sql
{statements}
```
"""

PUBLOG = """
Entries of 1,200 bytes of content in lots of 100,000, one round: committed, numbered, in the published
tiles and bundles on the disk, under a signed checkpoint. A proof is read out of the published tiles.
"""

FEED = """
Two hundred followers in four processes hear the stream beside the house and its two web processes, on the
same cores; an ending counts from its withdrawal until the file of a copy shows it no more.
"""

CHECK = """
Half of the codes are known, with two penalties each; two made-up measures. The reference is
one SQL statement that knows both of them by heart, read into the same frame; the answers are compared before either
is timed. Over HTTP each answer is written, sealed, kept and logged; the hello page is `/healthz` of the same server.
"""

ASSESSMENT = """
A draft of one measure more beside the shipped catalogue, all measures of both editions, over a made-up
register that comes in parts of 500,000 bodies (bench/assessing.py); making it up is not counted. Beside a peer: one
record a body, seconds of one core, every ground of every measure said to the peer in its own way
(bench/assessing_peers.py), the same facts, and the same number of bodies that come under the draft's measure.{peers}
"""

GROWTH = """
One ordinary batch for each size, each into an empty house: half an hour and some 60 GB, so `make bench GROWTH=1` alone
measures it.
"""


def _subject() -> str:
    known = {"connections": subject.CONNECTIONS, "seconds": subject.SECONDS, "subjects": f"{subject.SUBJECTS:,}"}
    return SUBJECT.format(**known)


def _intake() -> str:
    told = (f"{text};" for table in intake.TABLES for text in intake.statements(table))
    return INTAKE.format(statements="\n".join(told))


SECTIONS = {
    "codes": Section("Codes", codes.measure, lambda: CODES),
    "subject": Section("Subject answer", subject.measure, _subject),
    "pages": Section("Pages", pages.measure, lambda: PAGES),
    "intake": Section("Intake", intake.measure, _intake),
    "publog": Section("Public log", publog.measure, lambda: PUBLOG),
    "feed": Section("Feed", feed.measure, lambda: FEED),
    "check": Section("Check at the door", check.measure, lambda: CHECK),
    "assessment": Section(
        "Assessment of a policy", assessment.measure, lambda: ASSESSMENT.format(peers=assessment.absent())
    ),
    "growth": Section("Growth", intake.growth, lambda: GROWTH),
}
TITLES = [section.title for section in SECTIONS.values()]
ALONE = (sys.executable, "-m", "bench", "--only")
"""Each section in a process of its own: a house that one has set up is not there for the next."""

SELDOM = "growth"
"""Not measured unless it is asked for."""


def main() -> None:
    """Measure what is asked for; a section that fails keeps the lines that it had, and the others are measured."""
    asked = _asked()
    if len(asked) == 1:
        _measured(SECTIONS[asked[0]])
        return
    failed = [name for name in asked if subprocess.run((*ALONE, name), check=False).returncode]
    if failed:
        raise SystemExit(f"failed, and left as they were: {', '.join(failed)}")


def _asked() -> list[str]:
    given = argparse.ArgumentParser(prog="bench", description=__doc__)
    given.add_argument("--only", default="", metavar="SECTION,...", help=f"of {', '.join(SECTIONS)}")
    given.add_argument("--growth", action="store_true", help="and ten million rows")
    chosen = given.parse_args()
    only = {name.strip() for name in chosen.only.split(",")} - {""}
    if only - set(SECTIONS):
        given.error(f"there is no section {', '.join(sorted(only - set(SECTIONS)))}; there are {', '.join(SECTIONS)}")
    wanted = only or set(SECTIONS) - {SELDOM}
    return [name for name in SECTIONS if name in wanted or (chosen.growth and name == SELDOM)]


def _measured(section: Section) -> None:
    rows = section.measure()
    put(section.title, written(section.title, rows, section.note()), TITLES)
    sys.stdout.write("".join(f"{line(row)}\n" for row in rows))


if __name__ == "__main__":
    main()
