"""Each kind of lie is found, ends the follower, and leaves its evidence; what it ended stays ended, what it added does not."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.doors.copies import caught_up, copying, on, read, rows
from tests.doors.feed_server import Answer, Asked, Lies, Platform, served
from xinshu.doors.follower.evidence import LieFound, Unresolved
from xinshu.doors.follower.feed import Feed
from xinshu.doors.follower.lies import Away
from xinshu.doors.follower.streaming import Listener
from xinshu.tlog.note import ED25519, VerifierKey, sign, signed

TODAY = date(2026, 11, 27)
Told = dict[str, Any]


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with on(TODAY):
        yield


@pytest.fixture
def platform() -> Platform:
    """A log of 300 entries, which a copy has, and seven more: 300 to 303 shown, 304 changes 300, 305 and 306 endings."""
    platform = Platform()
    for _ in range(300):
        platform.show()
    platform.integrate()
    return platform


@pytest.fixture
def url(platform: Platform) -> Iterator[str]:
    with served(platform) as place:
        yield place


@pytest.fixture
def copy(platform: Platform, url: str, tmp_path: Path) -> Path:
    caught_up(tmp_path, url, platform.key)
    for _ in range(4):
        platform.show()
    platform.change(300, document_number="改")
    platform.end(7)
    platform.end(301)
    platform.integrate()
    return tmp_path


def page(alter: Callable[[Told], None]) -> Lies:
    """A page that is not as it was."""

    def lie(asked: Asked, answer: Answer) -> Answer:
        if not asked.path.endswith("changes"):
            return answer
        told = orjson.loads(b"".join(answer[1]))
        alter(told)
        return 200, [orjson.dumps(told)]

    return lie


def snapshot(alter: Callable[[list[Told]], None]) -> Lies:
    """A snapshot that is not as it was."""

    def lie(asked: Asked, answer: Answer) -> Answer:
        if not asked.path.endswith("snapshot"):
            return answer
        told = [orjson.loads(line) for line in answer[1]]
        alter(told)
        return 200, [orjson.dumps(line) + b"\n" for line in told]

    return lie


def line(number: int, /, **changes: Any) -> Callable[[Told], None]:
    return lambda told: told["changes"][number - 300].update(changes)


def content(told: Told) -> None:
    told["changes"][2]["content"]["record"]["document_number"] = "另一个"


def leaf(told: Told) -> None:
    """Content, salt and leaf fit one another, and are not what the log holds."""
    other = Platform(seed=5)
    other.show()
    entry = other.entries[0]
    told["changes"][2] |= {"leaf": entry.leaf.hex(), "salt": entry.salt.hex(), "content": entry.content}


def skipped(told: Told) -> None:
    del told["changes"][2]
    told["next"] -= 1


def renumbered(told: Told) -> None:
    """An ending is left out, and those after it are renumbered to hide it."""
    del told["changes"][5]
    for place, each in enumerate(told["changes"]):
        each["number"] = 300 + place
    told["changes"].append({**told["changes"][-1], "number": 306, "of": 302})


def forged(told: Told) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
    text = told["checkpoint"].split("\n\n")[0] + "\n"
    key = VerifierKey("credit.example/log", ED25519, private.public_key().public_bytes_raw())
    told["checkpoint"] = str(signed(text, [sign(text, key, private.sign)]))


def another_size(told: Told) -> None:
    told["checkpoint"] = told["checkpoint"].replace("\n307\n", "\n308\n")


PAGES: dict[str, tuple[Callable[[Told], None], str, int | None]] = {
    "altered content": (content, "commitment", 302),
    "altered leaf": (leaf, "fork", 302),
    "leaf that is none": (line(302, leaf="00" * 50), "leaf", 302),
    "another event": (line(302, event="CHANGED"), "leaf", 302),
    "content of an ending": (line(305, content={"record": {}, "subject": ""}, salt="00" * 16), "commitment", 305),
    "content without salt": (line(302, salt=None), "commitment", 302),
    "number left out": (skipped, "order", 302),
    "number told twice": (line(303, number=302), "order", 303),
    "another page": (lambda told: told.update(after=299), "order", 300),
    "more than is told": (lambda told: told.update(next=308), "order", 307),
    "ending left out": (renumbered, "fork", 305),
    "ending of itself": (line(305, of=305), "link", 305),
    "ended twice": (line(306, of=7), "link", 306),
    "ending of another": (line(305, salt="11" * 16), "link", 305),
    "forged signature": (forged, "signature", 300),
    "checkpoint that was altered": (another_size, "signature", 300),
    "checkpoint that is none": (lambda told: told.update(checkpoint="x"), "signature", 300),
}


@pytest.mark.parametrize("what", PAGES)
def test_a_lie_in_the_feed_is_found_and_its_evidence_kept(platform: Platform, url: str, copy: Path, what: str) -> None:
    alter, kind, number = PAGES[what]
    platform.lies = page(alter)
    before = read(copy)
    with pytest.raises(LieFound) as found:
        caught_up(copy, url, platform.key)
    assert kept(copy, found.value, kind, number)["state"]["proven"] == 300
    assert rows(copy, "SELECT size, next FROM state") == [(300, 300)]
    gone = {line["of"] for line in orjson.loads(evidence(copy, "received"))["changes"]}
    assert read(copy) == {number: told for number, told in before.items() if number not in gone}
    platform.lies = None
    with pytest.raises(Unresolved):
        caught_up(copy, url, platform.key)
    (folder,) = (copy / "evidence").iterdir()
    (folder / "resolved").write_text("settled", encoding="utf-8")
    caught_up(copy, url, platform.key)
    wrongly_gone = (gone & before.keys()) - {entry.of for entry in platform.entries}
    assert read(copy) == {number: told for number, told in platform.shown().items() if number not in wrongly_gone}


def kept(copy: Path, said: LieFound, kind: str, number: int | None) -> Told:
    told: Told = orjson.loads(evidence(copy, "lie.json"))
    assert (told["kind"], told["entry"]) == (kind, number)
    (folder,) = (copy / "evidence").iterdir()
    assert str(folder) in str(said)
    assert number is None or str(number) in str(said)
    assert folder.stat().st_mode & 0o077 == 0
    return told


def evidence(copy: Path, name: str) -> bytes:
    (folder,) = (copy / "evidence").iterdir()
    return (folder / name).read_bytes()


def rolled_back(platform: Platform) -> None:
    shorter = Platform()
    for _ in range(280):
        shorter.show()
    shorter.integrate()
    platform.__dict__ |= {name: shorter.__dict__[name] for name in ("entries", "size", "checkpoint", "_growth")}


def test_a_log_that_was_rolled_back_is_found(platform: Platform, url: str, copy: Path) -> None:
    rolled_back(platform)
    with pytest.raises(LieFound) as found:
        caught_up(copy, url, platform.key)
    kept(copy, found.value, "rolled-back", 299)
    assert b"FEED_AHEAD" in evidence(copy, "received")
    assert evidence(copy, "our-checkpoint").decode() == platform.notes[300]


def test_a_checkpoint_that_was_rolled_back_is_found(platform: Platform, url: str, copy: Path) -> None:
    caught_up(copy, url, platform.key)
    platform.lies = page(lambda told: told.update(checkpoint=platform.notes[300]))
    with pytest.raises(LieFound) as found:
        caught_up(copy, url, platform.key)
    kept(copy, found.value, "rolled-back", 300)
    assert evidence(copy, "their-checkpoint").decode() == platform.notes[300]


@pytest.mark.parametrize("more", [0, 5])
def test_a_fork_is_found(platform: Platform, url: str, copy: Path, more: int) -> None:
    """Another log of the same key: of the same size, and of a larger one."""
    caught_up(copy, url, platform.key)
    other = Platform(seed=1)
    for _ in range(307 + more):
        other.show()
    other.integrate()
    platform.__dict__ |= {name: other.__dict__[name] for name in ("entries", "size", "checkpoint", "_growth", "tiles")}
    with pytest.raises(LieFound) as found:
        caught_up(copy, url, platform.key)
    kept(copy, found.value, "fork", 307)
    assert rows(copy, "SELECT size FROM state") == [(307,)]


def test_a_fork_is_found_from_a_snapshot_too(platform: Platform, url: str, copy: Path) -> None:
    before = read(copy)
    other = Platform(seed=1)
    for _ in range(900):
        other.show()
    other.integrate()
    platform.__dict__ |= {name: other.__dict__[name] for name in ("entries", "size", "checkpoint", "_growth", "tiles")}
    platform.goes_back_to = 800
    with pytest.raises(LieFound) as found:
        caught_up(copy, url, platform.key)
    kept(copy, found.value, "fork", 300)
    assert read(copy) == before


def in_the_snapshot(told: list[Told]) -> None:
    told[20]["content"]["record"]["document_number"] = "另一个"


def not_in_the_log(told: list[Told]) -> None:
    other = Platform(seed=5)
    other.show()
    entry = other.entries[0]
    told[20] |= {"leaf": entry.leaf.hex(), "salt": entry.salt.hex(), "content": entry.content}


def beyond(told: list[Told]) -> None:
    told[20]["number"] = 307


def twice(told: list[Told]) -> None:
    told[20] = told[21]


SNAPSHOTS: dict[str, tuple[Callable[[list[Told]], None], str, int | None]] = {
    "altered content": (in_the_snapshot, "commitment", 20),
    "entry that is not in the log": (not_in_the_log, "leaf", 20),
    "entry beyond the log": (beyond, "leaf", 307),
    "entry under another number": (lambda told: told[20].update(number=7), "leaf", 7),
    "entry twice": (twice, "order", 21),
    "wrong count": (lambda told: told[-1].update(end=7), "count", None),
    "record left out": (lambda told: told.pop(20) and None, "count", None),
    "something behind the end": (lambda told: told.append(told[5]), "count", None),
    "forged signature": (lambda told: forged(told[0]), "signature", None),
}


@pytest.mark.parametrize("what", SNAPSHOTS)
def test_a_lie_in_a_snapshot_is_found(platform: Platform, url: str, copy: Path, what: str) -> None:
    alter, kind, number = SNAPSHOTS[what]
    fresh = copy / "fresh"
    platform.lies = snapshot(alter)
    with pytest.raises(LieFound) as found:
        caught_up(fresh, url, platform.key)
    assert kept(fresh, found.value, kind, number)["state"] is None
    assert b'"checkpoint"' in evidence(fresh, "received")
    assert rows(fresh, "SELECT * FROM record") == rows(fresh, "SELECT * FROM state") == []


def test_a_snapshot_that_is_cut_off_leaves_nothing_and_accuses_nobody(
    platform: Platform, url: str, tmp_path: Path
) -> None:
    platform.lies = snapshot(lambda told: told.pop() and None)
    with pytest.raises(Away, match="broke off"):
        caught_up(tmp_path, url, platform.key)
    assert rows(tmp_path, "SELECT * FROM record") == []
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize("path", ["/log/tile/0/000", "/log/tile/0/001.p/51", "/log/tile/1/000.p/1"])
def test_a_tile_that_is_not_as_it_was_is_found(platform: Platform, url: str, copy: Path, path: str) -> None:
    def lie(asked: Asked, answer: Answer) -> Answer:
        body = b"".join(answer[1])
        return (200, [body[:5] + bytes([body[5] ^ 1]) + body[6:]]) if asked.path == path else answer

    platform.lies = lie
    with pytest.raises(LieFound) as found:
        caught_up(copy / "fresh", url, platform.key)
    kept(copy / "fresh", found.value, "fork", 0 if path.endswith("000") else None)


@pytest.mark.parametrize("what", ["forged", "shorter", "otherwise"])
def test_a_lie_of_the_stream_is_found(platform: Platform, url: str, copy: Path, what: str) -> None:
    told: Told = {"size": 307, "checkpoint": platform.checkpoint}
    if what == "forged":
        forged(told)
    if what == "shorter":
        told["checkpoint"] = platform.notes[0]
    events = [b"event: checkpoint\ndata: " + orjson.dumps(told) + b"\n\n"]
    if what == "otherwise":
        ending = {"number": 307, "event": "ENDED", "leaf": platform.entries[305].leaf.hex(), "of": 9}
        events = [b"event: change\ndata: " + orjson.dumps(ending) + b"\n\n"]

    def lie(asked: Asked, answer: Answer) -> Answer:
        return (200, events) if asked.path.endswith("stream") else answer

    platform.lies = lie
    feed = Feed(url)
    with copying(copy, url, platform.key) as follower:
        listener = Listener(follower, feed, print)
        if what == "otherwise":
            listener.listen(url + "stream")
            assert 9 not in read(copy)
            platform.show()
            platform.integrate()
        with pytest.raises(LieFound) as found:
            listener.listen(url + "stream")
    feed.close()
    kind, number = {"forged": ("signature", None), "shorter": ("rolled-back", 0), "otherwise": ("stream", 307)}[what]
    kept(copy, found.value, kind, number)


def test_what_is_past_its_last_day_goes_though_a_lie_is_unresolved(platform: Platform, url: str, copy: Path) -> None:
    platform.show(until="2026-11-27")
    platform.integrate()
    caught_up(copy, url, platform.key)
    assert 307 in read(copy)
    platform.lies = page(forged)
    with pytest.raises(LieFound):
        caught_up(copy, url, platform.key)
    with on(date(2026, 11, 28)), pytest.raises(Unresolved):
        caught_up(copy, url, platform.key)
    assert 307 not in read(copy)


def test_evidence_is_never_overwritten(platform: Platform, url: str, copy: Path) -> None:
    platform.lies = page(content)
    for _ in range(2):
        with pytest.raises(LieFound):
            caught_up(copy, url, platform.key)
        newest = max((copy / "evidence").iterdir())
        (newest / "resolved").touch()
    assert len(list((copy / "evidence").iterdir())) == 2
    shutil.rmtree(copy / "evidence")
    platform.lies = None
    caught_up(copy, url, platform.key)
