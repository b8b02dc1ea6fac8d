"""A copy equals the site: by snapshot and changes, at every number, on every day, and what ends goes at once."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors.copies import caught_up, copying, holds, noon, on, read, rows
from tests.doors.feed_server import CODE, CUT, OTHER_CODE, Answer, Asked, Platform, served
from xinshu.doors.follower.copy import NAME, Damaged
from xinshu.doors.follower.feed import Feed
from xinshu.doors.follower.following import InUse, NotWritten, OtherKey
from xinshu.doors.follower.lies import Away, NotAllowed
from xinshu.doors.follower.streaming import Listener
from xinshu.tlog.note import VerifierKey

TODAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with on(TODAY):
        yield


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def url(platform: Platform) -> Iterator[str]:
    with served(platform) as place:
        yield place


def some(platform: Platform, count: int = 600) -> list[int]:
    numbers = [platform.show(CODE if number % 3 else OTHER_CODE) for number in range(count)]
    platform.integrate()
    return numbers


def test_a_copy_begins_with_a_snapshot_and_goes_on_by_changes(platform: Platform, url: str, tmp_path: Path) -> None:
    numbers = some(platform)
    platform.end(numbers[5])
    platform.integrate()
    caught_up(tmp_path, url, platform.key)
    assert read(tmp_path) == platform.shown()
    platform.most = 7
    platform.change(numbers[6], document_number="改")
    platform.end(numbers[7])
    platform.end(platform.show())
    platform.rules()
    for _ in range(20):
        platform.show(adverse=True)
        platform.show()
    platform.integrate()
    caught_up(tmp_path, url, platform.key)
    assert read(tmp_path) == platform.shown()
    assert len(read(tmp_path)) == 600 - 2 + 20
    ((size, following_on, checkpoint),) = rows(tmp_path, "SELECT size, next, checkpoint FROM state")
    assert (size, following_on, checkpoint) == (platform.size, platform.size, platform.checkpoint)
    assert [asked.path for asked in platform.asked].count("/api/v1/snapshot") == 1


def test_what_is_not_covered_by_a_checkpoint_yet_is_not_visible(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 3)
    caught_up(tmp_path, url, platform.key)
    platform.most = 2
    some(platform, 5)
    asked = 0

    def away_after_a_page(request: Asked, answer: Answer) -> Answer:
        nonlocal asked
        asked += request.path.endswith("changes")
        return answer if asked < 2 else (503, [b""])

    platform.lies = away_after_a_page
    with pytest.raises(Away):
        caught_up(tmp_path, url, platform.key)
    assert (len(read(tmp_path)), len(rows(tmp_path, "SELECT 1 FROM record"))) == (3, 5)
    platform.lies = None
    caught_up(tmp_path, url, platform.key)
    assert read(tmp_path) == platform.shown()
    assert len(read(tmp_path)) == 8


def caught_up_on_a_full_disk(folder: Path, url: str, key: VerifierKey) -> None:
    with copying(folder, url, key) as follower:
        follower.copy._db.execute("PRAGMA max_page_count = 20")
        follower.catch_up()


def test_each_checkpoint_on_the_way_is_a_proof(platform: Platform, url: str, tmp_path: Path) -> None:
    """The log grows while a reader is behind: the first checkpoint ahead of it is proven as it is passed."""
    caught_up(tmp_path, url, platform.key)
    platform.most = 3
    some(platform, 8)
    pages = 0

    def growing(asked: Asked, answer: Answer) -> Answer:
        nonlocal pages
        pages += asked.path.endswith("changes")
        if pages == 1:
            some(platform, 4)
        return answer if pages < 4 else (503, [b""])

    platform.lies = growing
    with pytest.raises(Away):
        caught_up(tmp_path, url, platform.key)
    assert rows(tmp_path, "SELECT size, next, checkpoint, due FROM state") == [
        (8, 9, platform.notes[8], platform.notes[platform.size])
    ]
    assert list(read(tmp_path)) == list(range(8))


def test_an_ending_that_was_numbered_first_lets_nothing_in(platform: Platform, url: str, tmp_path: Path) -> None:
    """Its `of` is null while what it ends has no number, and a later number afterwards; neither is a lie."""
    some(platform, 3)
    caught_up(tmp_path, url, platform.key)
    platform.most = 1
    one, other = platform.end_first(), platform.end_first()
    platform.integrate(one + 1)
    caught_up(tmp_path, url, platform.key)
    platform.integrate()
    said = [entry for entry in platform.entries if entry.content is not None][-1]

    def told_all_the_same(asked: Asked, answer: Answer) -> Answer:
        """The gate would not tell its content; a copy would not take it either."""
        page = orjson.loads(b"".join(answer[1]))
        for line in page["changes"]:
            if line["number"] == other + 1:
                line |= {"salt": said.salt.hex(), "content": said.content}
        return 200, [orjson.dumps(page)]

    platform.lies = told_all_the_same
    caught_up(tmp_path, url, platform.key)
    assert rows(tmp_path, "SELECT number, of FROM ended") == [(one, None), (other, other + 1)]
    assert rows(tmp_path, "SELECT number FROM record") == [(0,), (1,), (2,)]


def test_a_server_that_is_a_day_behind_brings_nothing_back(platform: Platform, url: str, tmp_path: Path) -> None:
    caught_up(tmp_path, url, platform.key)
    platform.day = TODAY - timedelta(1)
    over, lasting = platform.show(until=platform.day.isoformat()), platform.show()
    platform.integrate()
    assert over in platform.shown()
    caught_up(tmp_path, url, platform.key)
    assert rows(tmp_path, "SELECT number FROM record") == [(lasting,)]


def test_a_full_disk_is_told_and_leaves_the_copy_as_it_was(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 5)
    caught_up(tmp_path, url, platform.key)
    before = read(tmp_path)
    some(platform, 900)
    with pytest.raises(NotWritten, match="full"):
        caught_up_on_a_full_disk(tmp_path, url, platform.key)
    assert read(tmp_path) == before
    caught_up(tmp_path, url, platform.key)
    assert read(tmp_path) == platform.shown()


def test_what_ended_is_nowhere_in_the_files_of_the_copy(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 40)
    named = platform.show(what="示市监许〔2026〕找得到号")
    platform.integrate()
    caught_up(tmp_path, url, platform.key)
    assert holds(tmp_path, "找得到")
    platform.end(named)
    platform.integrate()
    caught_up(tmp_path, url, platform.key)
    assert not holds(tmp_path, "找得到")
    assert rows(tmp_path, "SELECT number, of, reason FROM ended") == [(41, 40, None)]


def test_the_last_day_is_honoured_though_the_feed_says_nothing(platform: Platform, url: str, tmp_path: Path) -> None:
    platform.show(until=TODAY.isoformat())
    platform.show()
    platform.integrate()
    caught_up(tmp_path, url, platform.key)
    assert len(read(tmp_path)) == 2
    with on(TODAY + timedelta(1)):
        platform.lies = lambda asked, answer: (503, [b""])
        with pytest.raises(Away):
            caught_up(tmp_path, url, platform.key)
    assert list(read(tmp_path)) == [1]
    assert rows(tmp_path, "SELECT number FROM record") == [(1,)]
    assert rows(tmp_path, "SELECT * FROM daily ORDER BY day") == [("2026-11-27", 2, 0), ("2026-11-28", 2, 1)]


def test_a_cursor_too_old_begins_anew_from_a_snapshot(platform: Platform, url: str, tmp_path: Path) -> None:
    numbers = some(platform, 300)
    caught_up(tmp_path, url, platform.key)
    platform.end(numbers[3])
    some(platform, 500)
    platform.goes_back_to = 600
    caught_up(tmp_path, url, platform.key)
    assert read(tmp_path) == platform.shown()
    assert numbers[3] not in read(tmp_path)


def test_a_snapshot_that_breaks_off_is_asked_for_again(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 20)
    tries = 0

    def broken(asked: Asked, answer: Answer) -> Answer:
        nonlocal tries
        if not asked.path.endswith("snapshot"):
            return answer
        tries += 1
        cut = [*answer[1][:9], CUT] if tries == 1 else answer[1][:-1]
        return answer if tries > 2 else (200, cut)

    platform.lies = broken
    caught_up(tmp_path, url, platform.key)
    assert (read(tmp_path), tries) == (platform.shown(), 3)


def test_a_subscriber_gets_what_is_adverse_says_what_it_applied_and_learns_why(
    platform: Platform, url: str, tmp_path: Path
) -> None:
    some(platform, 3)
    adverse = platform.show(adverse=True)
    platform.integrate()
    caught_up(tmp_path, url, platform.key)
    assert adverse not in read(tmp_path)
    caught_up(tmp_path, url, platform.key, token=platform.token)
    assert read(tmp_path) == platform.shown(adverse=True)
    assert adverse in read(tmp_path)
    platform.end(adverse)
    platform.integrate()
    caught_up(tmp_path, url, platform.key, token=platform.token)
    assert platform.acknowledged == [4, 5]
    assert rows(tmp_path, "SELECT number, of, reason FROM ended") == [(4, adverse, "REPAIRED")]
    caught_up(tmp_path, url, platform.key, token=platform.token)
    assert platform.acknowledged == [4, 5]
    with pytest.raises(NotAllowed):
        caught_up(tmp_path, url, platform.key, token="another")
    platform.show(adverse=True)
    platform.integrate()
    caught_up(tmp_path, url, platform.key)
    assert read(tmp_path) == platform.shown()
    assert not any("token" in asked.path or asked.token for asked in platform.asked if asked.path.startswith("/log/"))


def test_an_acknowledgement_that_is_not_taken_is_sent_again(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 3)
    platform.lies = lambda asked, answer: (409, [b"{}"]) if asked.path.endswith("acknowledgements") else answer
    caught_up(tmp_path, url, platform.key, token=platform.token)
    assert rows(tmp_path, "SELECT acknowledged FROM state") == [(0,)]
    platform.lies = None
    caught_up(tmp_path, url, platform.key, token=platform.token)
    assert rows(tmp_path, "SELECT acknowledged FROM state") == [(3,)]


def test_the_stream_ends_at_once_and_the_feed_brings_the_rest(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 5)

    def meanwhile(asked: Asked, answer: Answer) -> Answer:
        """Two things happen once the stream is open, and the API is away from then on."""
        if asked.path != "/changes/stream":
            return (503, [b""]) if platform.streamed else answer
        ending, another = platform.end(2), platform.show()
        platform.integrate()
        platform.event("change", ending)
        platform.streamed.append(b": still here\n\n")
        platform.event("change", another)
        return 200, platform.streamed

    platform.lies = meanwhile
    said: list[str] = []
    with copying(tmp_path, url, platform.key) as follower, closing(Feed(url)) as feed:
        listener = Listener(follower, feed, said.append)
        assert listener.listen(url + "changes/stream")
        assert set(read(tmp_path)) == {0, 1, 3, 4}
        assert (rows(tmp_path, "SELECT number, of FROM streamed"), said) == ([(5, 2)], [])
        platform.lies = None
        platform.event("checkpoint")
        assert listener.listen(url + "changes/stream")
    assert read(tmp_path) == platform.shown()
    assert set(read(tmp_path)) == {0, 1, 3, 4, 6}
    assert rows(tmp_path, "SELECT * FROM streamed") == []


def test_a_reader_too_far_behind_the_stream_is_sent_to_the_feed(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 5)

    def meanwhile(asked: Asked, answer: Answer) -> Answer:
        if asked.path == "/changes/stream":
            some(platform, 5)
        return answer

    platform.streamed = [b'event: behind\ndata: {"size":10}\n\n']
    platform.lies = meanwhile
    with copying(tmp_path, url, platform.key) as follower, closing(Feed(url)) as feed:
        assert Listener(follower, feed, print).listen(url + "changes/stream")
    assert read(tmp_path) == platform.shown()
    assert len(read(tmp_path)) == 10


def test_what_is_shown_is_written_as_parquet(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 5)
    file = tmp_path / "shown.parquet"
    with copying(tmp_path / "copy", url, platform.key, parquet=file) as follower:
        follower.catch_up()
        assert pl.read_parquet(file)["number"].to_list() == [0, 1, 2, 3, 4]
        platform.end(1)
        platform.integrate()
        follower.catch_up()
    found = pl.read_parquet(file)
    assert {row["number"]: row["content"].encode() for row in found.to_dicts()} == platform.shown()
    assert pl.read_parquet_metadata(file)["size"] == "6"


def test_two_do_not_follow_into_one_folder(platform: Platform, url: str, tmp_path: Path) -> None:
    with copying(tmp_path, url, platform.key), pytest.raises(InUse), copying(tmp_path, url, platform.key):
        pass


def test_a_copy_of_another_key_or_a_damaged_one_is_refused(platform: Platform, url: str, tmp_path: Path) -> None:
    some(platform, 5)
    caught_up(tmp_path, url, platform.key)
    with pytest.raises(OtherKey):
        caught_up(tmp_path, url, VerifierKey(platform.key.name, platform.key.kind, bytes(32)))
    (tmp_path / NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(Damaged):
        caught_up(tmp_path, url, platform.key)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"after":0}', b'{"after":"0","next":0,"checkpoint":"","changes":[]}']
)
def test_what_is_no_feed_is_no_lie(platform: Platform, url: str, tmp_path: Path, body: bytes) -> None:
    caught_up(tmp_path, url, platform.key)
    platform.lies = lambda asked, answer: (200, [body]) if asked.path.endswith("changes") else answer
    with pytest.raises(Away, match="form"):
        caught_up(tmp_path, url, platform.key)
    assert not (tmp_path / "evidence").exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["show", "show", "show", "adverse", "change", "end", "end first", "rules", "day", "lag"]),
        st.integers(0, 1000),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=40,
)


def act(platform: Platform, what: str, which: int, days: int) -> None:
    """One step of a history; an ending or a change without anything to end is nothing."""
    standing = [number for number, entry in platform.standing().items() if _shown(platform, number)]
    number = standing[which % len(standing)] if standing else None
    if what in ("show", "adverse"):
        until = None if days == 3 else (platform.day + timedelta(days)).isoformat()
        platform.show(until=until, adverse=what == "adverse")
    elif what in ("rules", "end first"):
        (platform.rules if what == "rules" else platform.end_first)()
    elif number is not None and what == "change":
        platform.change(number, document_number=f"改{len(platform.entries)}")
    elif number is not None and what == "end":
        platform.end(number)


def _shown(platform: Platform, number: int) -> bool:
    return number in platform.shown(adverse=True, signed_only=False)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, begins=st.integers(0, 20), most=st.integers(1, 9), token=st.booleans(), every=st.integers(1, 3))
def test_the_copy_equals_the_site_at_every_number(
    steps: list[tuple[str, int, int]], begins: int, most: int, token: bool, every: int
) -> None:
    """Random histories, begun anywhere, in pages of any size, over the turns of days; overnight endings come late."""
    platform = Platform(most=most)
    used = platform.token if token else None
    with ExitStack() as stack:
        url = stack.enter_context(served(platform))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        clock = stack.enter_context(on(platform.day))
        copy = None
        for place, (what, which, days) in enumerate(steps):
            if what == "day":
                platform.day += timedelta(1)
                clock.move_to(noon(platform.day))
            act(platform, what, which, days)
            if what == "lag":
                platform.integrate(platform.size + which % (len(platform.entries) - platform.size + 1))
            elif place % every == 0:
                platform.integrate()
            if place == begins:
                copy = stack.enter_context(copying(folder, url, platform.key, token=used))
            if copy is not None:
                copy.catch_up()
                if platform.size == len(platform.entries):
                    assert read(folder) == platform.shown(adverse=token), place
