"""The copy itself: one SQLite file with what is shown, how far the log is followed, and what of it is proven.

A reader opens the view `shown`; only this program writes. What is deleted is overwritten, in the file and in its log of
writes, so that what has ended cannot be dug out of it.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from xinshu.doors.follower.lines import Kept, Line
from xinshu.kit.errors import XinshuError
from xinshu.tlog.merkle import EMPTY_ROOT, HASH_SIZE
from xinshu.tlog.tile import Growth, edge

NAME: Final = "copy.sqlite"
ENDED_KEPT: Final = timedelta(31)
"""The feed itself tells no longer which entry an ending belongs to."""

BATCH: Final = 10_000
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS state (
    id INTEGER PRIMARY KEY CHECK (id = 1), place TEXT NOT NULL, key TEXT NOT NULL, adverse INTEGER NOT NULL,
    day TEXT NOT NULL, next INTEGER NOT NULL, next_edge BLOB NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,
    edge BLOB NOT NULL, checkpoint TEXT NOT NULL, due TEXT, acknowledged INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY, code TEXT NOT NULL, record TEXT NOT NULL, shown_from TEXT NOT NULL, shown_until TEXT,
    content TEXT NOT NULL, leaf BLOB NOT NULL, salt BLOB NOT NULL, verified INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS record_code ON record (code);
CREATE INDEX IF NOT EXISTS record_record ON record (record);
CREATE INDEX IF NOT EXISTS record_until ON record (shown_until);
CREATE INDEX IF NOT EXISTS record_unproven ON record (number) WHERE NOT verified;
CREATE TABLE IF NOT EXISTS ended (
    number INTEGER PRIMARY KEY, of INTEGER UNIQUE, reason TEXT, day TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS streamed (number INTEGER PRIMARY KEY, of INTEGER NOT NULL, leaf BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS daily (day TEXT PRIMARY KEY, size INTEGER NOT NULL, past_their_end INTEGER NOT NULL);
CREATE VIEW IF NOT EXISTS shown AS SELECT number, code, record, shown_from, shown_until, content FROM record
    WHERE verified AND (shown_until IS NULL OR shown_until >= (SELECT day FROM state));
"""
BEGIN_ANEW: Final = """
INSERT INTO state VALUES (1, ?, ?, ?, ?, 0, x'', 0, ?, x'', '', NULL, 0) ON CONFLICT (id) DO UPDATE SET
    place = excluded.place, key = excluded.key, adverse = excluded.adverse, day = excluded.day, next = 0,
    next_edge = x'', size = 0, root = excluded.root, edge = x'', checkpoint = '', due = NULL, acknowledged = 0
"""


class Damaged(XinshuError):
    """The copy itself is not as this program left it."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a copy is: `next` entries are applied; the first `size` are proven, by that root and checkpoint.

    `edge` and `next_edge` are the partial tiles of the tree at either size; `due` is a checkpoint (a note) beyond
    `next`, at which the next proof is due. `adverse`: whether the copy was made of the subscription.
    """

    place: str
    key: str
    adverse: bool
    day: str
    next: int
    next_edge: bytes
    size: int
    root: bytes
    edge: bytes
    checkpoint: str
    due: str | None
    acknowledged: int


class Copy:
    """The file, opened by the one who writes it. Raises Damaged."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=60)
        try:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                self._db.execute(f"PRAGMA {pragma}").fetchall()
            self._db.executescript(SCHEMA)
            state = self.state()
            sound = state is None or growth(state.size, state.edge).root() == state.root
        except (sqlite3.DatabaseError, ValueError, KeyError) as error:
            raise damaged(path) from error
        if not sound:
            raise damaged(path)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it, on the disk at its end."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def part(self) -> Iterator[None]:
        """All of the block or nothing of it, within a transaction that goes on either way."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO part")
            self._db.execute("RELEASE part")
            raise
        self._db.execute("RELEASE part")

    def state(self) -> State | None:
        """How far it is; None before the first snapshot."""
        found = self._db.execute("SELECT * FROM state")
        row = found.fetchone()
        if row is None:
            return None
        told: dict[str, Any] = dict(zip((name for name, *_ in found.description), row, strict=True))
        del told["id"]
        return State(**told | {"adverse": bool(told["adverse"])})

    def begin_anew(self, *, place: str, key: str, adverse: bool, day: date) -> None:
        """Empty it, for a snapshot of that place."""
        for table in ("record", "ended", "streamed"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 names of this line
        self._db.execute(BEGIN_ANEW, (place, key, adverse, day.isoformat(), EMPTY_ROOT))

    def add(self, records: Iterable[Kept]) -> None:
        """Records, not proven yet: no reader sees them. Raises sqlite3.IntegrityError for a number that is there."""
        self._db.executemany(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                (
                    each.number,
                    each.code,
                    each.record,
                    each.shown_from,
                    each.shown_until,
                    each.content,
                    each.leaf,
                    each.salt,
                )
                for each in records
            ),
        )

    def drop(self, numbers: Iterable[int]) -> None:
        """What stands under these numbers goes."""
        self._db.executemany("DELETE FROM record WHERE number = ?", ((number,) for number in numbers))

    def move(self, tree: Growth, due: str | None) -> None:
        """So many entries are applied."""
        self._db.execute("UPDATE state SET next = ?, next_edge = ?, due = ?", (tree.size, packed(tree), due))

    def prove(self, tree: Growth, checkpoint: str) -> None:
        """The first `tree.size` entries are proven by a checkpoint: what stands under them is visible."""
        self._db.execute("UPDATE record SET verified = 1 WHERE NOT verified AND number < ?", (tree.size,))
        self._db.execute(
            "UPDATE state SET size = ?, root = ?, edge = ?, checkpoint = ?",
            (tree.size, tree.root(), packed(tree), checkpoint),
        )

    def step_back(self) -> None:
        """Back to what is proven; what has gone stays gone."""
        self._db.execute("DELETE FROM record WHERE NOT verified")
        self._db.execute("DELETE FROM ended WHERE number >= (SELECT size FROM state)")
        self._db.execute("DELETE FROM streamed")
        self._db.execute("UPDATE state SET next = size, next_edge = edge, due = NULL")

    def note_endings(self, lines: Iterable[Line], day: date) -> None:
        """What ended, by number, and the reason that a subscriber was told; no content."""
        self._db.executemany(
            "INSERT OR IGNORE INTO ended VALUES (?, ?, ?, ?)",
            ((line.number, line.of, line.reason, day.isoformat()) for line in lines),
        )

    def ending_of(self, number: int) -> int | None:
        """The entry that ended this one, as far as it is kept."""
        found = self._db.execute("SELECT number FROM ended WHERE of = ?", (number,)).fetchone()
        return None if found is None else int(found[0])

    def leaf(self, number: int) -> bytes | None:
        """The leaf of a record that stands under this number."""
        found = self._db.execute("SELECT leaf FROM record WHERE number = ?", (number,)).fetchone()
        return None if found is None else bytes(found[0])

    def note_streamed(self, line: Line) -> None:
        """What the stream told ahead of the feed."""
        self._db.execute("INSERT OR IGNORE INTO streamed VALUES (?, ?, ?)", (line.number, line.of, line.leaf))

    def streamed(self) -> dict[int, tuple[int, bytes]]:
        """What the stream told and the feed did not yet: number of the entry, what it replaces, its leaf."""
        return {number: (of, bytes(leaf)) for number, of, leaf in self._db.execute("SELECT * FROM streamed")}

    def forget_streamed(self, before: int) -> None:
        """The feed has told it too."""
        self._db.execute("DELETE FROM streamed WHERE number < ?", (before,))

    def turn_the_day(self, day: date) -> int:
        """What is past its last shown day goes, whatever the feed says; how many."""
        told = day.isoformat()
        gone = self._db.execute("DELETE FROM record WHERE shown_until < ?", (told,)).rowcount
        self._db.execute("DELETE FROM ended WHERE day < ?", ((day - ENDED_KEPT).isoformat(),))
        self._db.execute("UPDATE state SET day = ?", (told,))
        self._db.execute(
            "INSERT INTO daily SELECT ?, size, ? FROM state WHERE true ON CONFLICT (day) DO UPDATE"
            " SET size = excluded.size, past_their_end = past_their_end + excluded.past_their_end",
            (told, gone),
        )
        return gone

    def acknowledge(self, through: int) -> None:
        """The server knows that every ending before that number is applied."""
        self._db.execute("UPDATE state SET acknowledged = ?", (through,))

    def leaves(self) -> Iterator[tuple[int, bytes]]:
        """Number and leaf of all that stands, in order."""
        yield from self._db.execute("SELECT number, leaf FROM record ORDER BY number")

    def count(self) -> int:
        """How many are shown."""
        return int(self._db.execute("SELECT count(*) FROM shown").fetchone()[0])

    def shown(self, code: str | None = None) -> Iterator[tuple[Any, ...]]:
        """What is shown, in order, of a code or of all: number, code, record, first and last day, content."""
        where = "" if code is None else " WHERE code = ?"
        sql = f"SELECT * FROM shown{where} ORDER BY number"  # noqa: S608 a constant of this function
        yield from self._db.execute(sql, () if code is None else (code,))

    def shown_record(self, record: str) -> tuple[Any, ...] | None:
        """The same of one record, by its reference; None where it is not shown."""
        row: tuple[Any, ...] | None = self._db.execute("SELECT * FROM shown WHERE record = ?", (record,)).fetchone()
        return row

    def tidy(self) -> None:
        """Have nothing that went lie about in the log of writes; where a reader is at it, the next time."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def packed(tree: Growth) -> bytes:
    """The right edge of a tree: its partial tiles, one behind the other."""
    return b"".join(content for _, content in tree.partial())


def growth(size: int, content: bytes) -> Growth:
    """The tree again, out of its size and its packed edge. Raises ValueError."""
    partial, at = {}, 0
    for tile in edge(size):
        partial[tile] = content[at : at + tile.width * HASH_SIZE]
        at += tile.width * HASH_SIZE
    return Growth(size, partial)


def damaged(path: Path) -> Damaged:
    """The error, which says the way out."""
    return Damaged(
        f"副本文件已损坏：{path}。请删除它（连同 -wal、-shm 文件）后再运行，即从快照重新开始。"
        f" The copy {path} is damaged: delete it (with its -wal and -shm files) and run again; it begins anew from a"
        " snapshot."
    )
