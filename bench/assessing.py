"""One assessment in a process of its own: `python -m bench.assessing whole|alike BODIES` prints seconds and peak MiB.

A draft of one measure more, beside the shipped catalogue. `whole`: over a made-up register of several records a body,
part by part. `alike`: over one record a body in memory, as bench/assessing_peers.py has it computed by others.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from tests.drafts import LAWFUL
from xinshu.bulk.assessment import ROWS, Assessing
from xinshu.law.assessment import lint
from xinshu.law.catalogue import Catalogue
from xinshu.law.checks import build
from xinshu.register.catalogues.files import read_draft, read_pages

CATALOGUE = Path(__file__).resolve().parents[1] / "catalogue"
DAY = date(2026, 11, 23)
MEASURE = "TEST-TRADING"
PART = 500_000
SHARES = {
    "ENTERPRISE_REGISTRATION": 1.0,
    "ADMIN_PENALTY": 0.2,
    "ADMIN_LICENCE": 0.2,
    "ABNORMAL_OPERATION": 0.05,
    "SERIOUS_DISHONESTY": 0.01,
    "JUDGMENT_DEFAULTER": 0.01,
    "HONOUR": 0.02,
}
"""How many records of each kind a body has, at most one of each."""

DRAWN = {
    "severity": ("MINOR", "ORDINARY", "SERIOUS"),
    "procedure": ("SUMMARY", "ORDINARY"),
    "area": ("FOOD", "WORK_SAFETY", "GENERAL"),
    "penalties": ("WARNING", "FINE", "LICENCE_REVOCATION", "PRODUCTION_SUSPENSION"),
    "list": ("MARKET_REGULATION", "TAX", "WORK_SAFETY", "WAGE_ARREARS"),
}
"""What is drawn of a record, one of each."""


def rules() -> tuple[Catalogue, Catalogue]:
    """The edition in force, and the one with the draft."""
    pages, _ = read_pages(CATALOGUE)
    old, faults = build(pages)
    draft, wrong = read_draft(LAWFUL.encode(), "draft.yaml")
    assert old is not None, faults
    assert draft is not None, wrong
    new = lint(pages, draft, old).catalogue
    assert new is not None
    return old, new


def drawn(subjects: np.ndarray, kinds: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """The facts of one record for each of these, as texts and days."""
    random = np.random.default_rng(seed)
    count = len(subjects)
    said = {name: np.array(values)[random.integers(0, len(values), count)] for name, values in DRAWN.items()}
    penalty = kinds == "ADMIN_PENALTY"
    for name in ("severity", "procedure", "area", "penalties"):
        said[name] = np.where(penalty, said[name], "")
    listed = np.where(kinds == "SERIOUS_DISHONESTY", said.pop("list"), "")
    return said | {
        "subject": subjects,
        "subject_kind": np.full(count, "ENTERPRISE"),
        "kind": kinds,
        "says": np.where(listed == "", "", np.char.add("LIST=", listed)),
        "decided_on": np.datetime64(DAY) - random.integers(0, 1500, count).astype("timedelta64[D]"),
        "division": np.char.add((11 + subjects % 30).astype(str), "0100"),
        "industry": np.array(list("ABCDEFGHIJKLMNOPQRST"))[subjects % 20],
        "size": np.full(count, "ENTERPRISE/UNKNOWN"),
    }


def one_each(bodies: int, first: int = 0) -> dict[str, np.ndarray]:
    """One record for each body, of any kind."""
    kinds = np.array(list(SHARES))
    chosen = kinds[np.random.default_rng(first + 3).integers(0, len(kinds), bodies)]
    return drawn(np.arange(first, first + bodies), chosen, first + 7)


def frame(said: dict[str, np.ndarray]) -> pl.DataFrame:
    """Those records in the columns that an assessment takes."""
    found = pl.DataFrame(said)
    optional = [
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in ("severity", "procedure", "area")
    ]
    missing = [pl.lit(None, kind).alias(name) for name, kind in ROWS.items() if name not in said and name != "marks"]
    found = found.with_columns(*optional, *missing, pl.lit("").alias("marks"))
    until = pl.lit(DAY + timedelta(400)).alias("public_until")
    return found.with_columns(until, public_from="decided_on").select(list(ROWS)).cast(ROWS)  # type: ignore[arg-type]


def register(bodies: int) -> Iterator[pl.DataFrame]:
    """A made-up register, by subject."""
    for first in range(0, bodies, PART):
        subjects = np.arange(first, min(first + PART, bodies))
        random = np.random.default_rng(first)
        parts = []
        for kind, share in SHARES.items():
            chosen = subjects[random.random(len(subjects)) < share]
            parts.append(frame(drawn(chosen, np.full(len(chosen), kind), first + 1)))
        yield pl.concat(parts).sort("subject", maintain_order=True)


def whole(bodies: int) -> dict[str, float]:
    """The seconds of comparing alone, without making the register up; and of one bare count by the same columns."""
    found, seconds, bare = Assessing(*rules(), on_date=DAY), 0.0, 0.0
    for part in register(bodies):
        begun = time.perf_counter()
        found.take(part)
        seconds += time.perf_counter() - begun
        begun = time.perf_counter()
        part.group_by("kind", "severity", "area", "penalties", "says", "division", "industry", "size").len()
        bare += time.perf_counter() - begun
    assert found.bodies == bodies
    return {"records": found.records, "seconds": seconds, "bare": bare, "gains": gains(found)}


def alike(bodies: int) -> dict[str, float]:
    """Seconds of one core, part by part."""
    found, seconds = Assessing(*rules(), on_date=DAY), 0.0
    for first in range(0, bodies, PART):
        rows = frame(one_each(min(PART, bodies - first), first))
        begun = time.process_time()
        found.take(rows)
        seconds += time.process_time() - begun
    return {"records": found.records, "seconds": seconds, "gains": gains(found)}


def gains(found: Assessing) -> int:
    """How many bodies would come under the measure of the draft."""
    return sum(bodies for cell, bodies in found.cells().items() if cell.kind == f"GAINS {MEASURE}")


if __name__ == "__main__":
    done = {"whole": whole, "alike": alike}[sys.argv[1]](int(sys.argv[2]))
    status = Path("/proc/self/status").read_text(encoding="ascii")
    done["peak_mib"] = int(status.split("VmHWM:")[1].split()[0]) / 1024
    done["threads"] = float(os.environ.get("POLARS_MAX_THREADS", "0"))
    print(json.dumps(done))
