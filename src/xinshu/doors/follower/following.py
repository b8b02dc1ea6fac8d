"""Follows a platform: from a snapshot on, page after page, each proven; a lie ends it, with its evidence kept."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from xinshu.doors.follower import snapshots
from xinshu.doors.follower.applying import apply_event, apply_page, rolled_back
from xinshu.doors.follower.copy import NAME, Copy, State, damaged
from xinshu.doors.follower.evidence import found, keep, refuse_unresolved
from xinshu.doors.follower.feed import WAIT, Feed
from xinshu.doors.follower.lies import Away, Kind, Lie, TooOld
from xinshu.doors.follower.lines import Line, Page, signed
from xinshu.doors.follower.parquet import write
from xinshu.doors.follower.snapshots import Beginning, Watch
from xinshu.doors.follower.tiles import cut, first_difference
from xinshu.doors.published_log import full_or_partial
from xinshu.kit.clock import now
from xinshu.kit.durable import make
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import LEGAL_ZONE, Moment
from xinshu.tlog.checkpoint import parse
from xinshu.tlog.note import VerifierKey
from xinshu.tlog.note import parse as parse_note

MOST_EMPTY: Final = 3
"""Pages in a row that tell nothing, though the checkpoint covers more."""


class InUse(XinshuError):
    """Somebody follows into this folder already."""


class NotWritten(XinshuError):
    """The file of the copy cannot be written now; nothing half is kept."""


class OtherKey(XinshuError):
    """The copy was made with another key."""


class Follower:
    """One copy in one folder, of one platform, by one pinned key."""

    def __init__(
        self, copy: Copy, folder: Path, feed: Feed, key: VerifierKey, *, parquet: Path | None, watch: Watch
    ) -> None:
        self.copy = copy
        self._folder, self._feed, self._key, self._parquet, self._watch = folder, feed, key, parquet, watch
        self._written: tuple[int, str] | None = None

    @property
    def state(self) -> State | None:
        """How far the copy is."""
        return self.copy.state()

    @property
    def next(self) -> int:
        """The number of entries that are applied."""
        state = self.copy.state()
        return 0 if state is None else state.next

    def catch_up(self, *, patient: bool = False) -> None:
        """Up to the newest checkpoint; if `patient`, held by the server for a while when there is nothing new.

        Raises LieFound, once its evidence is on the disk; Away, NotAllowed.
        """
        with self.lies_kept():
            self.turn_the_day()
            state = self.copy.state()
            if state is None or state.adverse != self._feed.adverse:
                self._begin()
                patient = False
            try:
                self._pages(patient=patient)
            except TooOld:
                self._begin()
                self._pages(patient=False)
            self._done()

    def tell(self, line: Line) -> None:
        """Apply what the stream tells ahead of the feed."""
        if apply_event(self.copy, line):
            self.copy.tidy()

    def look_at(self, checkpoint: str) -> int:
        """A checkpoint of the stream, held against ours; its size. Raises LieFound."""
        with self.lies_kept():
            told = signed(checkpoint, self._key, None)
            state = self.copy.state()
            if state is not None and told.size < state.size:
                lie = rolled_back(told.size, state.size)
                lie.theirs = checkpoint
                raise lie
            return told.size

    def turn_the_day(self) -> None:
        """What is past its last shown day goes."""
        state = self.copy.state()
        if state is not None:
            with self.copy.transaction():
                gone = self.copy.turn_the_day(now().day)
            if gone:
                self.copy.tidy()

    @contextmanager
    def lies_kept(self) -> Iterator[None]:
        """A lie in the block becomes evidence on the disk, and LieFound."""
        try:
            yield
        except Lie as lie:
            place = keep(self._folder, lie, self.copy.state(), now())
            self.copy.tidy()
            self.write_parquet()
            raise found(lie, place) from lie

    def write_parquet(self) -> None:
        """The file of what is shown, where one is wanted."""
        state = self.copy.state()
        if self._parquet is not None and state is not None:
            write(self._parquet, self.copy, state)

    def _begin(self) -> None:
        """From a snapshot."""
        beginning = Beginning(self._feed.place, self._key, self._feed.adverse)
        log = self._feed.log()

        def use(lines: Iterator[bytes]) -> None:
            snapshots.take(self.copy, lines, log, beginning, day=now().day, watch=self._watch)

        self._feed.snapshot(use)

    def _pages(self, *, patient: bool) -> None:
        empty = 0
        wait = _until_midnight(now()) if patient else 0
        while True:
            page = self._feed.page(self.next, wait=wait)
            wait = 0
            try:
                apply_page(self.copy, page, self._key, now().day)
            except Lie as lie:
                raise self._named(lie, page) from lie
            state = self.copy.state()
            if state is None or state.due is None:
                return
            empty = 0 if page.lines else empty + 1
            if empty == MOST_EMPTY:
                raise Away("变更接口停在原处，请稍后再试。 The feed stands still although its log goes on; try later.")

    def _named(self, lie: Lie, page: Page) -> Lie:
        """The same lie; where entries and tree do not fit, by the first entry that the tiles have otherwise."""
        if lie.kind is not Kind.FORK:
            return lie
        number = None
        log = self._feed.log()
        with suppress(XinshuError, ValueError):
            size = parse(parse_note(page.checkpoint).text).size
            number = first_difference(page.lines, size, lambda tile: cut(tile, full_or_partial(log, tile)))
        if number is None:
            return lie
        named = Lie(
            Kind.FORK,
            number,
            f"第 {number} 号条目与已发布日志中的不同。",
            f"Entry {number} is not the one of the published log. {lie}",
        )
        named.received, named.theirs = lie.received, lie.theirs
        return named

    def _done(self) -> None:
        state = self.copy.state()
        if state is None:
            return
        if self._feed.adverse and state.next > state.acknowledged and self._feed.acknowledge(state.next):
            with self.copy.transaction():
                self.copy.acknowledge(state.next)
        reached = (state.next, state.day)
        if reached != self._written:
            self.copy.tidy()
            self.write_parquet()
            self._written = reached


@contextmanager
def following(
    folder: Path, feed: Feed, key: VerifierKey, *, parquet: Path | None = None, watch: Watch = lambda *_: None
) -> Iterator[Follower]:
    """The follower of a folder, alone there. Raises InUse, OtherKey, Damaged, Unresolved.

    What is past its last shown day goes first, even where an unresolved lie lets nothing else happen.
    """
    make(folder)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(f"已有程序在使用此文件夹：{folder}。 Another program uses this folder: {folder}.") from error
        copy = Copy(folder / NAME)
        try:
            follower = Follower(copy, folder, feed, key, parquet=parquet, watch=watch)
            follower.turn_the_day()
            state = copy.state()
            if state is not None:
                follower.write_parquet()
                if state.key != str(key):
                    raise OtherKey(
                        f"此副本是用另一公钥核对的，请核实后换一个文件夹：{folder}。"
                        f" This copy was proven with another key; find out why, and use another folder: {folder}."
                    )
            refuse_unresolved(folder)
            yield follower
        except sqlite3.OperationalError as error:
            raise NotWritten(
                f"副本不能读写（磁盘已满，或被其他程序占用），先前的内容仍完整：{folder / NAME}（{error}）。"
                f" The copy cannot be written, for lack of room or since another program holds it; what was there is"
                f" whole: {folder / NAME} ({error})."
            ) from error
        except sqlite3.DatabaseError as error:
            raise damaged(folder / NAME) from error
        finally:
            copy.close()


def _until_midnight(moment: Moment) -> int:
    """Seconds to wait for something new: not beyond the end of the day, when something may end."""
    midnight = datetime.combine(moment.day + timedelta(1), time(), LEGAL_ZONE)
    return min(WAIT, 1 + int((midnight - moment.instant).total_seconds()))
