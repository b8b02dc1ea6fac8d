"""docs/benchmarks.md as sections, each with its own day: what is measured anew takes the place of what stood there."""

import os
import platform
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from xinshu.kit.clock import now

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"

Row = dict[str, str | float]

HEAD = """# Benchmarks

Written by `make bench`, section by section (`make bench ONLY=check,assessment`): the median of three rounds where a
section does not say otherwise; ours, the peer or limit measured in the same run, and their ratio. Machines differ, so
compare ratios.
"""

TABLE = """| what | ours | peer or limit | ratio | wanted at least | held |
|---|--:|--:|--:|--:|:-:|
"""

SECTION = """## {title}

Measured on {day}, {cores} cores, Python {python}.

{table}
{note}
"""


def written(title: str, rows: Sequence[Row], note: str) -> str:
    """A section as it stands on the page."""
    return SECTION.format(
        title=title,
        day=now().day,
        cores=os.cpu_count(),
        python=platform.python_version(),
        table=TABLE + "".join(f"{line(row)}\n" for row in rows),
        note=note.strip(),
    )


def line(row: Row) -> str:
    """One line of a table."""
    held = "" if not row["target"] else "yes" if float(row["ratio"]) >= float(row["target"]) else "**no**"
    ours, limit = (
        f"{number:,.0f}" if (number := float(row[key])) >= 10 else f"{number:,.2f}" for key in ("ours", "limit")
    )
    wanted = row["target"] or ""
    return f"| {row['name']} | {ours} {row['unit']} | {limit} | {float(row['ratio']):.2f} | {wanted} | {held} |"


def sections(page: str) -> dict[str, str]:
    """The sections of a page by their titles, each from its heading on."""
    found = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {text.partition("\n")[0].removeprefix("## "): text.strip() + "\n" for text in found}


def merged(page: str, titles: Sequence[str], anew: Mapping[str, str]) -> str:
    """The page with these sections in place of those that stood there; the others stay, in the order of the titles."""
    kept = sections(page) | {title: text.strip() + "\n" for title, text in anew.items()}
    return "\n".join([HEAD, *(kept[title] for title in titles if title in kept)])


def put(title: str, text: str, titles: Sequence[str]) -> None:
    """Write one section into the page."""
    PAGE.write_text(merged(PAGE.read_text(encoding="utf-8"), titles, {title: text}), encoding="utf-8")
