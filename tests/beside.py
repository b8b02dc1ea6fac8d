"""Other people at work at the same moment, each with a connection of their own, and who of them waits for whom."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection

# The server is shared with the other workers of the tests, and a wait for a transaction names no database: whoever
# waits holds a table of this one beside it, or waits for a lock of it.
_WAITING: Final = """
SELECT count(DISTINCT pid) FROM pg_locks AS waiter JOIN pg_locks AS held USING (pid)
WHERE NOT waiter.granted AND pid <> pg_backend_pid() AND waiter.locktype = ANY (coalesce(%s, ARRAY[waiter.locktype]))
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def beside() -> Iterator[Callable[[Callable[[], Any]], "Future[Any]"]]:
    """What starts an act of somebody else's; all have ended at the end of the block."""
    with ThreadPoolExecutor(4) as pool:

        def start(act: Callable[[], Any]) -> "Future[Any]":
            def worked() -> Any:
                try:
                    return act()
                finally:
                    connection.close()

            return pool.submit(worked)

        yield start


def waiting(*kinds: str) -> int:
    """How many others wait in this database for a lock, of these kinds (`pg_locks.locktype`) or of any."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [list(kinds) or None])
        return int(cursor.fetchone()[0])


def until(holds: Callable[[], object]) -> None:
    """Wait for what another session does, for twenty seconds at most.

    Raises:
        AssertionError: It never came.
    """
    for _ in range(2_000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def waits(*others: "Future[Any]") -> bool:
    """Whether each of these comes to wait for a lock of ours, and none is done without; ten seconds are given."""
    for _ in range(1_000):
        if any(one.done() for one in others):
            return False
        if waiting() == len(others):
            return True
        time.sleep(0.01)
    return False
