"""A stranger's monitor: sound where site, feed and log agree; else it names entry, code and record, and keeps the evidence."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from tests.doors.copies import on
from tests.doors.feed_server import CODE, OTHER_CODE, Answer, Asked, Platform, served
from xinshu.doors.cli.monitor import monitor
from xinshu.doors.follower.evidence import LieFound, Unresolved
from xinshu.tlog.note import VerifierKey


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with on(date(2026, 11, 27)):
        yield


@pytest.fixture
def platform() -> Platform:
    platform = Platform()
    for number in range(30):
        platform.show(OTHER_CODE if number % 3 else CODE, adverse=number % 5 == 4)
    platform.end(3)
    platform.integrate()
    return platform


@pytest.fixture
def url(platform: Platform) -> Iterator[str]:
    with served(platform) as place:
        yield place


def look(url: str, key: VerifierKey, folder: Path, *more: str, fails: bool = False) -> Result:
    told = [url, "--key", str(key), "--state", str(folder), "--again", "0", *more]
    return CliRunner().invoke(monitor, told, catch_exceptions=fails)


def ref(platform: Platform, number: int) -> str:
    content = platform.entries[number].content
    assert content is not None
    return str(content["record"]["ref"])


def test_a_sound_platform_is_sound(platform: Platform, url: str, tmp_path: Path) -> None:
    said = look(url, platform.key, tmp_path)
    assert "Sound: 31" in said.stdout
    assert "2 个代码 codes，23 条信息 records" in said.stdout
    (tmp_path / "token").write_text(platform.token, encoding="ascii")
    said = look(url, platform.key, tmp_path, "--token-file", str(tmp_path / "token"))
    assert "29 条信息 records" in said.stdout
    site = [asked for asked in platform.asked if asked.path.startswith("/api/v1/subjects/")]
    assert len(site) == 4
    assert not any(asked.token for asked in site)


def test_a_sample_is_drawn_again_by_its_seed(platform: Platform, url: str, tmp_path: Path) -> None:
    asked = []
    for _ in range(2):
        said = look(url, platform.key, tmp_path, "--sample", "1", "--seed", "7")
        assert "seed: 7" in said.stdout
        asked.append(platform.asked[-1].path)
    assert asked[0] == asked[1]
    assert "seed: " in look(url, platform.key, tmp_path, "--sample", "9999").stdout


DIFFERENCES = {
    "shown otherwise": ({"document_number": "另一个"}, "shown by the site otherwise"),
    "not shown": ({}, "not shown by the site"),
}


@pytest.mark.parametrize("what", DIFFERENCES)
def test_a_record_that_the_site_shows_otherwise_is_named(
    platform: Platform, url: str, tmp_path: Path, what: str
) -> None:
    changes, words = DIFFERENCES[what]
    content = platform.entries[6].content
    assert content is not None
    platform.hidden[ref(platform, 6)] = {**content["record"], **changes} if changes else {}
    said = look(url, platform.key, tmp_path, fails=True)
    assert isinstance(said.exception, LieFound)
    (line,) = [line for line in said.stderr.splitlines() if line]
    assert f"entry 6，代码 code {CODE}，信息 record {ref(platform, 6)}" in line
    assert words in line
    (evidence,) = (tmp_path / "evidence").iterdir()
    assert orjson.loads((evidence / "received").read_bytes())[0]["feed"]["record"]["ref"] == ref(platform, 6)
    assert isinstance(look(url, platform.key, tmp_path, fails=True).exception, Unresolved)


def test_a_record_that_only_the_site_shows_is_named(platform: Platform, url: str, tmp_path: Path) -> None:
    number = platform.show(CODE)
    said = look(url, platform.key, tmp_path, fails=True)
    assert isinstance(said.exception, LieFound)
    assert f"entry —，代码 code {CODE}，信息 record {ref(platform, number)}" in said.stderr
    assert "not by the feed" in said.stderr


def test_what_only_moved_is_no_lie(platform: Platform, url: str, tmp_path: Path) -> None:
    """Shown by the site a moment before it is signed: asked about again, it is in the feed."""
    platform.show(CODE)

    def signed_meanwhile(asked: Asked, answer: Answer) -> Answer:
        if asked.path.endswith(OTHER_CODE):
            platform.integrate()
        return answer

    platform.lies = signed_meanwhile
    assert "Sound: 32" in look(url, platform.key, tmp_path).stdout


def test_a_log_that_does_not_go_on_from_what_it_was_is_found(platform: Platform, url: str, tmp_path: Path) -> None:
    look(url, platform.key, tmp_path)
    other = Platform(seed=3)
    for _ in range(40):
        other.show()
    other.integrate()

    def another_log(asked: Asked, answer: Answer) -> Answer:
        return other._truth(asked) if asked.path.startswith("/log/") else answer

    platform.lies = another_log
    said = look(url, platform.key, tmp_path, fails=True)
    assert isinstance(said.exception, LieFound)
    assert "does not go on" in str(said.exception)
    (evidence,) = (tmp_path / "evidence").iterdir()
    assert (evidence / "their-checkpoint").read_text("utf-8") == other.checkpoint
    assert (evidence / "our-checkpoint").read_text("utf-8") == platform.checkpoint


def test_a_published_log_that_was_rolled_back_is_found(platform: Platform, url: str, tmp_path: Path) -> None:
    look(url, platform.key, tmp_path)
    older = platform.checkpoint
    platform.show()
    platform.integrate()
    platform.lies = lambda asked, answer: (200, [older.encode()]) if asked.path == "/log/checkpoint" else answer
    said = look(url, platform.key, tmp_path, fails=True)
    assert isinstance(said.exception, LieFound)
    assert "rolled back" in str(said.exception)


def test_a_platform_that_is_away_is_not_accused(platform: Platform, url: str, tmp_path: Path) -> None:
    look(url, platform.key, tmp_path)
    platform.lies = lambda asked, answer: (200, [b"<html>"]) if "subjects" in asked.path else answer
    said = look(url, platform.key, tmp_path)
    assert said.exit_code == 1
    assert "not of the form" in said.stderr
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize("wrong", [["--every", "5", "--once"], ["--seed", "1"], ["--every", "0"], ["--sample", "no"]])
def test_wrong_options_are_told(platform: Platform, url: str, tmp_path: Path, wrong: list[str]) -> None:
    said = look(url, platform.key, tmp_path, *wrong)
    assert said.exit_code == 2
    assert not platform.asked
