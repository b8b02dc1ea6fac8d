"""A process that follows in a child of its own, and in another one where that was killed, until one comes to its end.

Run as `python -m tests.doors.follow_nursery URL FOLDER KEY`; each child writes its number to FOLDER/child first.
"""

import os
import signal
import sys
from pathlib import Path

from tests.doors.copies import caught_up
from xinshu.tlog.note import verifier_key


def main(url: str, folder: Path, key: str) -> int:
    """0 where the last child ended well; printed is how many were killed before it."""
    killed = 0
    while True:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                (folder / "child").write_text(str(os.getpid()), encoding="ascii")
                caught_up(folder, url, verifier_key(key))
                status = 0
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        if not os.WIFSIGNALED(ended) or os.WTERMSIG(ended) != signal.SIGKILL:
            sys.stdout.write(str(killed))
            return int(ended != 0)
        killed += 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
