"""`xinshu follow` as a new user tries it: what it says, with which status, and what wrong arguments get."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.doors.copies import read
from tests.doors.feed_server import Answer, Asked, Platform, served
from tests.house.tree import ROOT
from tests.processes import started
from xinshu.doors.cli.follow import follow
from xinshu.tlog.note import VerifierKey

PROGRAM = [sys.executable, "-c", "from xinshu.doors.cli.main import main; main()", "follow"]


@pytest.fixture
def platform() -> Platform:
    platform = Platform()
    for _ in range(5):
        platform.show(until=None)
    platform.integrate()
    return platform


@pytest.fixture
def url(platform: Platform) -> Iterator[str]:
    with served(platform) as place:
        yield place


def told(url: str, key: VerifierKey, folder: Path, *more: str) -> Result:
    return CliRunner().invoke(follow, [url, "--key", str(key), "--to", str(folder), *more], catch_exceptions=False)


def program(*arguments: str) -> Any:
    return started([*PROGRAM, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_it_catches_up_and_says_how_far_it_is(platform: Platform, url: str, tmp_path: Path) -> None:
    said = told(url, platform.key, tmp_path / "copy", "--once", "--parquet", str(tmp_path / "shown.parquet"))
    assert said.stdout == "已跟上 In step: 5 条日志条目已核对 entries proven，公示中 shown: 5。\n"
    assert (said.exit_code, said.stderr) == (0, "")
    assert read(tmp_path / "copy") == platform.shown()
    assert (tmp_path / "shown.parquet").exists()


def test_it_goes_on_until_it_is_told_to_stop(platform: Platform, url: str, tmp_path: Path) -> None:
    """With a stream: what ends is gone from the copy while the program runs; SIGTERM is a good end."""
    platform.event("checkpoint")
    opened: list[Asked] = []
    again = Event()

    def count(asked: Asked, answer: Answer) -> Answer:
        opened.extend([asked] if asked.path == "/changes/stream" else [])
        if len(opened) == 2:
            again.set()
        return answer

    platform.lies = count
    with program(url, "--key", str(platform.key), "--to", str(tmp_path), "--stream", url + "changes/stream") as running:
        assert again.wait(60)
        running.send_signal(signal.SIGTERM)
        said = running.communicate(timeout=30)
    assert (running.returncode, *said) == (0, "", "")
    assert read(tmp_path) == platform.shown()


def test_a_lie_is_told_in_one_sentence_with_status_2(platform: Platform, url: str, tmp_path: Path) -> None:
    other = Platform(origin="another.example/log")
    with program(url, "--key", str(other.key), "--to", str(tmp_path), "--once") as running:
        _, said = running.communicate(timeout=30)
    assert running.returncode == 2
    assert said.startswith("错误 Error: 检查点不是所持公钥签署的。")
    assert "evidence" in said
    assert len(said.splitlines()) == 1
    with program(url, "--key", str(other.key), "--to", str(tmp_path), "--once") as running:
        assert "A lie found earlier is not settled" in running.communicate(timeout=30)[1]
    assert running.returncode == 2


def test_a_server_that_is_away_is_told_with_status_1(platform: Platform, url: str, tmp_path: Path) -> None:
    platform.lies = lambda asked, answer: (502, [b""])
    said = told(url, platform.key, tmp_path, "--once", "--tries", "1")
    assert said.exit_code == 1
    assert said.stderr == "错误 Error: 服务器现在不能回答。 The server cannot answer now: HTTP 502.\n"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--once", "--stream", "https://credit.example/changes/stream"], "exclude one another"),
        (["--stream", "changes"], "Not an address of the web"),
        (["--token-file", "no-such-file"], "There is no token"),
        (["--key", "log.key"], "Not a public key"),
        (["--tries", "0"], "tries"),
    ],
)
def test_wrong_arguments_are_told(platform: Platform, url: str, tmp_path: Path, more: list[str], words: str) -> None:
    said = told(url, platform.key, tmp_path / "copy", *more)
    assert said.exit_code == 2
    assert words in said.stderr
    assert not platform.asked
    assert not (tmp_path / "copy").exists()


def test_a_token_goes_over_a_sealed_line_only(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n", encoding="ascii")
    said = told("http://credit.example/", platform.key, tmp_path / "copy", "--token-file", str(tmp_path / "token"))
    assert "by https only" in said.stderr
    assert told("credit.example", platform.key, tmp_path / "copy").exit_code == 2


def test_the_follower_needs_neither_django_nor_a_database_of_ours() -> None:
    code = (
        "import sys; import xinshu.doors.follower.monitoring, xinshu.doors.follower.streaming;"
        "print([name for name in sys.modules if name.startswith(('django', 'psycopg', 'xinshu.project', 'xinshu.uses'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
