"""Policy assessment: all of it over ten million bodies with its peak of memory, and its pace beside two rule engines.

The peers are no dependency of ours: where one is not installed, the page says so and there is no number.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

BODIES = int(os.environ.get("BENCH_ASSESSED", "10000000"))
AT_ONCE = 500_000
"""Bodies that OpenFisca-core computes together; the facts are those of our own first part."""

ONE_BY_ONE = 5_000
"""zen-engine takes one body at a time: its pace does not depend on how many follow."""

PEERS = {
    "openfisca": ("OpenFisca-core", "openfisca_core", AT_ONCE, 3.0),
    "zen": ("zen-engine", "zen", ONE_BY_ONE, 1_000.0),
}


def measure() -> list[dict[str, str | float]]:
    """Bodies assessed in a second; beside a peer, of one core."""
    whole = _run("assessing", "whole", BODIES)
    peak = f"{whole['peak_mib']:,.0f} MiB at most"
    ours, bare = BODIES / whole["seconds"], BODIES / whole["bare"]
    rows = [
        _row(f"assessment of {BODIES:,} bodies, {whole['records']:,} records ({peak}); a bare count", ours, bare, 0)
    ]
    alike = _run("assessing", "alike", BODIES, threads=1)
    for peer in present():
        name, _, bodies, target = PEERS[peer]
        theirs = _run("assessing_peers", peer, bodies)
        mine = _run("assessing", "alike", bodies, threads=1)
        assert theirs["gains"] == mine["gains"] > 0, (theirs, mine)
        pace = bodies / theirs["seconds"]
        rows.append(_row(f"assessment, one record a body, one core; {name}", BODIES / alike["seconds"], pace, target))
    return rows


def present() -> list[str]:
    """The peers that are installed."""
    return [peer for peer, (_, module, _, _) in PEERS.items() if find_spec(module) is not None]


def absent() -> str:
    """What the page says of peers that are not."""
    missing = [name for peer, (name, *_) in PEERS.items() if peer not in present()]
    return f" Not installed here, so not measured: {', '.join(missing)}." if missing else ""


def _run(module: str, what: str, bodies: int, *, threads: int = 0) -> dict[str, float]:
    own = {**os.environ, **({"POLARS_MAX_THREADS": str(threads)} if threads else {})}
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{module}", what, str(bodies)],
        env=own,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _row(name: str, ours: float, limit: float, target: float) -> dict[str, str | float]:
    return {"name": name, "ours": ours, "limit": limit, "ratio": ours / limit, "unit": "bodies/s", "target": target}


if __name__ == "__main__":
    for row in measure():
        print("{name}: {ours:,.0f} {unit}, {limit:,.0f}: {ratio:.2f}x (target {target}x)".format(**row))
    print(absent())
