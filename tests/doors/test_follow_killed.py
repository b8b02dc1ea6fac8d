"""kill -9 at any moment: the copy goes on to be, row by row, the one that nobody killed."""

import os
import random
import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from tests.doors.copies import caught_up, rows
from tests.doors.feed_server import Answer, Asked, Platform, served
from tests.house.tree import ROOT
from tests.processes import started

MOST_KILLS = 12
TABLES = ("state", "record", "ended", "streamed")


class Killer:
    """Kills whoever asks: before the answer, or some milliseconds after it, while it is applied; by a seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance, self.kills = folder, random.Random(seed), 0

    def __call__(self, asked: Asked, answer: Answer) -> Answer:
        if self.kills < MOST_KILLS and self.chance.random() < 0.4:
            self.kills += 1
            # A descriptor of the process, so that no other one of the same number is ever hit.
            descriptor = os.pidfd_open(int((self.folder / "child").read_text(encoding="ascii")))
            if self.chance.random() < 0.3:
                self.kill(descriptor)
            else:
                threading.Timer(self.chance.random() * 0.03, self.kill, [descriptor]).start()
        return answer

    def kill(self, descriptor: int) -> None:
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        except ProcessLookupError:
            self.kills -= 1  # it had come to its end
        finally:
            os.close(descriptor)


def killed_and_caught_up(folder: Path, url: str, platform: Platform, seed: int) -> int:
    """How often it was killed on its way."""
    command = [sys.executable, "-m", "tests.doors.follow_nursery", url, str(folder), str(platform.key)]
    platform.lies = Killer(folder, seed)
    with started(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as nursery:
        said, _ = nursery.communicate(timeout=120)
    platform.lies = None
    assert nursery.returncode == 0
    return int(said)


def history(platform: Platform) -> None:
    chance = random.Random(1)
    for _ in range(150):
        standing = sorted(platform.standing())
        platform.change(chance.choice(standing), document_number="改")
        platform.end(chance.choice(sorted(platform.standing())))
        platform.show()
    platform.integrate()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_copy_that_was_killed_equals_one_that_was_not(tmp_path: Path, seed: int) -> None:
    platform = Platform(most=12, day=date(2026, 11, 27))
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    killed.mkdir()
    for _ in range(400):
        platform.show(until=None)
    platform.integrate()
    kills = 0
    with served(platform) as url:
        for step in range(2):
            kills += killed_and_caught_up(killed, url, platform, seed * 10 + step)
            caught_up(whole, url, platform.key)
            for table in TABLES:
                assert rows(killed, f"SELECT * FROM {table}") == rows(whole, f"SELECT * FROM {table}"), table
            history(platform)
    assert kills > MOST_KILLS / 2
    assert not (killed / "evidence").exists()
