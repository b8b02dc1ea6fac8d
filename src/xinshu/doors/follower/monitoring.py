"""A stranger's monitor: the log goes on from what it was, and site and feed show the same, record by record.

The feed's side is a copy that the monitor follows for itself; the site's side is what its public API answers by code.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

from xinshu.bulk.canonical import canonical
from xinshu.doors.follower.applying import rolled_back
from xinshu.doors.follower.copy import Copy
from xinshu.doors.follower.feed import Feed
from xinshu.doors.follower.following import Follower
from xinshu.doors.follower.lies import Away, Kind, Lie, NotAllowed
from xinshu.doors.follower.lines import UNREADABLE, signed
from xinshu.doors.follower.tiles import prove_onward
from xinshu.tlog.note import VerifierKey

AGAIN: Final = 30.0
"""Seconds before a difference is looked at again: what is shown is in the signed log within seconds."""

ADVERSE: Final = "ADVERSE"


class Where(StrEnum):
    """How site and feed differ about a record."""

    SITE_ONLY = "SITE_ONLY"
    FEED_ONLY = "FEED_ONLY"
    OTHERWISE = "OTHERWISE"


SAID: Final = {
    Where.SITE_ONLY: ("网站公示而变更接口没有", "shown by the site and not by the feed"),
    Where.FEED_ONLY: ("变更接口有而网站没有公示", "told by the feed and not shown by the site"),
    Where.OTHERWISE: ("网站与变更接口内容不同", "shown by the site otherwise than by the feed"),
}


class Difference(NamedTuple):
    """A record about which site and feed differ; `number`: its entry, where the feed has one."""

    code: str
    record: str
    where: Where
    number: int | None

    def __str__(self) -> str:
        zh, en = SAID[self.where]
        entry = "—" if self.number is None else str(self.number)
        return f"条目 entry {entry}，代码 code {self.code}，信息 record {self.record}：{zh} {en}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found sound: so many entries of the log, so many records and codes compared."""

    size: int
    records: int
    codes: int


class Monitor:
    """Watches one platform."""

    def __init__(
        self, follower: Follower, feed: Feed, key: VerifierKey, *, again: float, say: Callable[[str], None]
    ) -> None:
        self._follower, self._feed, self._key, self._again, self._say = follower, feed, key, again, say

    def look(self, chosen: random.Random | None, most: int) -> Report:
        """Look once; of a sample of `most` records where there is a `chosen`. Raises LieFound, Away, NotAllowed."""
        self._follower.catch_up()
        with self._follower.lies_kept():
            self._look_at_the_log()
        copy = self._follower.copy
        codes = _codes(copy, chosen, most)
        skipped = frozenset() if self._feed.adverse else self._adverse_kinds()
        differences = self._differences(codes, skipped)
        if differences:
            time.sleep(self._again)
            self._follower.catch_up()
            still = set(self._differences(sorted({each.code for each in differences}), skipped))
            self._tell([each for each in differences if each in still])
        state = self._follower.state
        records = sum(1 for code in codes for _ in copy.shown(code))
        return Report(0 if state is None else state.size, records, len(codes))

    def _look_at_the_log(self) -> None:
        """The published log goes on from what the feed told. A cache may be a moment behind."""
        log = self._feed.log()
        for last in (False, True):
            note = log.read("checkpoint").decode("utf-8", "replace")
            told = signed(note, self._key, None)
            state = self._follower.state
            if state is None or told.size >= state.size:
                break
            if last:
                lie = rolled_back(told.size, state.size)
                lie.theirs = note
                raise lie
            time.sleep(self._again)
        if state is not None:
            try:
                prove_onward(log, state.size, state.root, told)
            except Lie as lie:
                lie.theirs = note
                raise

    def _adverse_kinds(self) -> frozenset[str]:
        """Kinds that the feed tells to registered recipients only."""
        try:
            kinds = orjson.loads(self._feed.get("api/v1/kinds"))["kinds"]
            return frozenset(kind["id"] for kind in kinds if kind["effect"] == ADVERSE)
        except (ValueError, TypeError, KeyError) as error:
            raise Away(UNREADABLE) from error

    def _differences(self, codes: Sequence[str], skipped: frozenset[str]) -> list[Difference]:
        return [difference for code in codes for difference in self._of_code(code, skipped)]

    def _of_code(self, code: str, skipped: frozenset[str]) -> Iterator[Difference]:
        copy = self._follower.copy
        told = {row[2]: (row[0], _form(row[5])) for row in copy.shown(code)}
        shown = {record: form for record, kind, form in self._site(code) if kind not in skipped}
        for record, (number, form) in told.items():
            if record not in shown:
                yield Difference(code, record, Where.FEED_ONLY, number)
            elif shown[record] != form:
                yield Difference(code, record, Where.OTHERWISE, number)
        for record in shown.keys() - told.keys():
            found = copy.shown_record(record)
            if found is None:
                yield Difference(code, record, Where.SITE_ONLY, None)
            elif _form(found[5]) != shown[record]:
                yield Difference(code, record, Where.OTHERWISE, found[0])

    def _site(self, code: str) -> Iterator[tuple[str, str, bytes]]:
        """What the site shows for a code: reference, kind and canonical form of each record."""
        try:
            bodies = orjson.loads(self._feed.get(f"api/v1/subjects/{code}"))["bodies"]
            for body in bodies:
                for record in body["records"]:
                    yield str(record["ref"]), str(record["kind"]), canonical(record)
        except NotAllowed:
            return
        except (ValueError, TypeError, KeyError) as error:
            raise Away(UNREADABLE) from error

    def _tell(self, differences: Sequence[Difference]) -> None:
        """What still differs is a lie of one side or the other: each is named, and all are kept."""
        for each in differences:
            self._say(str(each))
        if not differences:
            return
        first, count = differences[0], len(differences)
        number = next((each.number for each in differences if each.number is not None), None)
        lie = Lie(
            Kind.DIFFERENCE,
            number,
            f"网站与变更接口有 {count} 条不一致，其一为{first}。",
            f"Site and feed differ about {count} records, the first of which is named here.",
        )
        lie.received = orjson.dumps(
            [{**each._asdict(), "feed": self._told(each.record), "site": self._answered(each)} for each in differences],
            option=orjson.OPT_INDENT_2,
        )
        with self._follower.lies_kept():
            raise lie

    def _told(self, record: str) -> Any:
        found = self._follower.copy.shown_record(record)
        return None if found is None else orjson.loads(found[5])

    def _answered(self, difference: Difference) -> Any:
        found = [form for record, _, form in self._site(difference.code) if record == difference.record]
        return orjson.loads(found[0]) if found else None


def _codes(copy: Copy, chosen: random.Random | None, most: int) -> list[str]:
    """The codes of all records, or those of a sample."""
    codes: Iterable[str] = (row[1] for row in copy.shown())
    if chosen is not None:
        numbers = [row[0] for row in copy.shown()]
        sample = set(chosen.sample(numbers, min(most, len(numbers))))
        codes = (row[1] for row in copy.shown() if row[0] in sample)
    return sorted(set(codes))


def _form(content: str) -> bytes:
    """The public form in a content, as canonical JSON."""
    return canonical(orjson.loads(content)["record"])
