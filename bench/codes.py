"""How fast codes are checked: bulk.codes beside python-stdnum, on valid codes that both accept."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import polars as pl
from stdnum.cn import uscc

from xinshu.bulk.codes import check_codes, check_digits_ok
from xinshu.kit import identifier_schemes as schemes

ROWS = 1_000_000
ROWS_OF_STDNUM = 30_000  # per-row code: its speed does not depend on how many rows follow
ROUNDS = 3


def codes(rows: int, *, seed: int = 20151001) -> pl.Series:
    """Made-up codes, all different in practice, all valid, with digits in the first eight places."""
    random = np.random.default_rng(seed)
    values = np.empty((rows, 18), np.int64)
    values[:, 0] = random.choice([1, 5, 9], rows, p=[0.1, 0.1, 0.8])
    values[:, 1] = random.choice([1, 2, 3], rows)
    values[:, 2:8] = random.integers(0, 10, (rows, 6))
    values[:, 8:16] = random.integers(0, 10, (rows, 8))
    newer = random.random(rows) < 0.5  # codes given since 2015 hold letters
    values[newer, 8:16] = random.integers(0, len(schemes.USCC_ALPHABET), (newer.sum(), 8))
    alphabet = np.frombuffer(schemes.USCC_ALPHABET.encode(), np.uint8)
    in_36 = np.array([schemes.LETTERS_AND_DIGITS.index(character) for character in schemes.USCC_ALPHABET])
    inner = -(in_36[values[:, 8:16]] @ np.array(schemes.ORGANISATION_CODE_WEIGHTS)) % 11
    values[:, 16] = np.where(inner == 10, schemes.USCC_ALPHABET.index("X"), inner)
    values[:, 17] = -(values[:, :17] @ np.array(schemes.USCC_WEIGHTS)) % 31
    return pl.Series("code", alphabet[values].view("S18").ravel().astype(str))


def measure() -> list[dict[str, str | float]]:
    """Rows checked in a second, median of three: `name, ours, limit, ratio, unit, target` (limit: python-stdnum)."""
    ours = codes(ROWS)
    theirs = ours.head(ROWS_OF_STDNUM).to_list()
    check_codes(ours.head(1))  # the tables are built once for the life of a process, in some 20 ms
    assert check_codes(ours)["valid"].all()
    assert all(map(uscc.is_valid, theirs))
    full, bare, limit = [], [], []
    for _ in range(ROUNDS):
        full.append(_speed(ROWS, lambda: check_codes(ours)))
        bare.append(_speed(ROWS, lambda: check_digits_ok(ours)))
        limit.append(_speed(ROWS_OF_STDNUM, lambda: [uscc.is_valid(code) for code in theirs]))
    return [
        _row("code check, full answer", full, limit, target=50),
        _row("code check, bare check digit", bare, limit, target=100),
    ]


def _speed(rows: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return rows / (time.perf_counter() - start)


def _row(name: str, ours: list[float], limit: list[float], *, target: float) -> dict[str, str | float]:
    mine, other = statistics.median(ours), statistics.median(limit)
    return {"name": name, "ours": mine, "limit": other, "ratio": mine / other, "unit": "rows/s", "target": target}


if __name__ == "__main__":
    for row in measure():
        print("{name}: {ours:,.0f} {unit}, python-stdnum {limit:,.0f}: {ratio:.0f}x (target {target}x)".format(**row))
