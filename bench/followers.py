"""Some followers of the feed in one process, each with a copy and a thread of its own, as `xinshu follow` runs them."""

import sys
import threading
from contextlib import closing
from pathlib import Path

from xinshu.doors.follower.feed import BackOff, Feed
from xinshu.doors.follower.following import following
from xinshu.doors.follower.streaming import Listener
from xinshu.tlog.note import verifier_key


def _follow(url: str, key: str, token: str, stream: str, folder: Path) -> None:
    with (
        closing(Feed(url, token=token, back_off=BackOff(20))) as feed,
        following(folder, feed, verifier_key(key)) as follower,
    ):
        Listener(follower, feed, lambda text: print(text, file=sys.stderr)).keep_in_step(stream)


if __name__ == "__main__":
    # python -m bench.followers URL KEY TOKEN STREAM FOLDER FIRST COUNT; until stdin ends
    url, key, token, stream, folder, first, count = sys.argv[1:]
    for number in range(int(first), int(first) + int(count)):
        told = (url, key, token, stream, Path(folder, str(number)))
        threading.Thread(target=_follow, args=told, daemon=True).start()
    sys.stdin.read()
