"""How fast the public log takes entries in, everything included; how fast it proves one; what it takes on the disk.

An entry counts once it is committed in the database, numbered, in the published tiles and bundles on the disk, and
under a signed checkpoint. The peer of the proofs is pymerkle's SqliteTree at the size that it can hold.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ENTRIES = 10_000_000
SIMULATED = 100_000_000
GROWN = 500_000
AT_ONCE = 100_000
PROOFS = 300
PEER = 200_000
Row = dict[str, str | float]


def measure(entries: int = ENTRIES, rounds: int = 1) -> list[Row]:
    """Entries a second, proofs a second, bytes an entry: `name, ours, limit, ratio, unit, target`."""
    from bench.intake import _house  # noqa: PLC0415 - settings are read when it is imported

    with _house() as folder:
        speeds, proofs, octets = zip(*(_round(folder, entries, number) for number in range(rounds)), strict=True)
    peer = _peer()
    grown, far = _simulated(SIMULATED)
    speed, proof = statistics.median(speeds), statistics.median(proofs)
    return [
        {"name": f"public log: {entries:,} entries appended, numbered, published and signed (limit: the aim)"}
        | {"ours": speed, "limit": 50_000, "ratio": speed / 50_000, "unit": "entries/s", "target": 1},
        {"name": f"public log: a proof out of {entries:,} entries (limit: pymerkle's SqliteTree of {PEER:,})"}
        | {"ours": 1 / proof, "limit": 1 / peer, "ratio": peer / proof, "unit": "proofs/s", "target": 100},
        {"name": f"public log: a proof out of {entries:,} entries (limit: 2 ms)"}
        | {"ours": 1 / proof, "limit": 500, "ratio": 0.002 / proof, "unit": "proofs/s", "target": 1},
        {"name": f"public log: a proof out of {SIMULATED:,} entries, simulated: tiles of random hashes (limit: 2 ms)"}
        | {"ours": 1 / far, "limit": 500, "ratio": 0.002 / far, "unit": "proofs/s", "target": 0},
        {"name": f"public log: the tree grown at {SIMULATED:,} entries, simulated, without database and disk"}
        | {"ours": grown, "limit": 50_000, "ratio": grown / 50_000, "unit": "entries/s", "target": 0},
        {"name": "public log: published files (for information: the leaf and its hash)"}
        | {"ours": octets[-1], "limit": 82, "ratio": 82 / octets[-1], "unit": "bytes an entry", "target": 0},
    ]


def _round(folder: Path, entries: int, seed: int) -> tuple[float, float, float]:
    import polars as pl  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415
    from django.test import override_settings  # noqa: PLC0415

    from bench.intake import _empty  # noqa: PLC0415
    from xinshu.kit.clock import now  # noqa: PLC0415
    from xinshu.register.publog.actions import ENTRY, enter, integrate, number  # noqa: PLC0415
    from xinshu.register.publog.queries import proof_of  # noqa: PLC0415

    chance = random.Random(seed)
    place = folder / f"publog-{seed}"
    with override_settings(PUBLOG_FOLDER=place):
        frame = pl.DataFrame(
            {
                "event": [1] * AT_ONCE,
                "content": [chance.randbytes(1200) for _ in range(AT_ONCE)],
                "subject_id": list(range(AT_ONCE)),
                "record_ref": ["5b0c2a52-6f0e-4d5c-9e0f-000000000000"] * AT_ONCE,
                "subject_code": ["919999990000002110"] * AT_ONCE,
                "of_lot": [None] * AT_ONCE,
                "of_place": [None] * AT_ONCE,
            },
            schema=ENTRY,
        )
        began = time.perf_counter()
        for _ in range(0, entries, AT_ONCE):
            with transaction.atomic():
                enter(frame, filing=None, ends=False)
        entered = time.perf_counter()
        number([], moment=now())
        size = integrate(moment=now()).size
        ended = time.perf_counter()
        print(
            f"entered {entries / (entered - began):,.0f}/s, integrated {size / (ended - entered):,.0f}/s",
            file=sys.stderr,
        )
        took = []
        for _ in range(PROOFS):
            index = chance.randrange(size)
            start = time.perf_counter()
            proof_of(index)
            took.append(time.perf_counter() - start)
        octets = sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) / size
    _empty()
    assert place != settings.PUBLOG_FOLDER
    return entries / (ended - began), statistics.median(took), octets


def _simulated(size: int) -> tuple[float, float]:
    """A tree of that size whose tiles are random: entries a second by which it grows, and seconds of a proof."""
    from xinshu.tlog import proof  # noqa: PLC0415
    from xinshu.tlog.merkle import HASH_SIZE, leaf_hash  # noqa: PLC0415
    from xinshu.tlog.tile import WIDTH, Growth, Tile, edge  # noqa: PLC0415

    chance = random.Random(1)
    noise = chance.randbytes(1 << 24)

    def fetch(tile: Tile) -> bytes:
        at = (tile.number * 7_919 + tile.level) * HASH_SIZE % ((1 << 24) - WIDTH * HASH_SIZE)
        return noise[at : at + tile.width * HASH_SIZE]

    growth = Growth(size, {tile: fetch(tile) for tile in edge(size)})
    entries = [chance.randbytes(50) for _ in range(GROWN)]
    start = time.perf_counter()
    for at in range(0, GROWN, 20_000):
        for _ in growth.add([leaf_hash(entry) for entry in entries[at : at + 20_000]]):
            pass
    grown = GROWN / (time.perf_counter() - start)
    took = []
    for _ in range(PROOFS):
        index = chance.randrange(size)
        start = time.perf_counter()
        proof.inclusion(index, size, fetch)
        took.append(time.perf_counter() - start)
    return grown, statistics.median(took)


def _peer() -> float:
    """Seconds of a proof of pymerkle's, the median of a few."""
    from pymerkle import SqliteTree  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        tree = SqliteTree(os.fspath(Path(folder, "tree.db")), algorithm="sha256")
        tree.append_entries([str(number).encode() for number in range(PEER)], chunksize=50_000)
        took = []
        for number in range(1, PEER, PEER // 5):
            start = time.perf_counter()
            tree.prove_inclusion(number)
            took.append(time.perf_counter() - start)
        tree.con.close()
    return statistics.median(took)


if __name__ == "__main__":
    # python -m bench.publog [ENTRIES [ROUNDS]]
    for found in measure(*map(int, sys.argv[1:])):
        print("{name}: {ours:,.0f} {unit}, limit {limit:,.0f}: {ratio:.2f} (target {target})".format(**found))
