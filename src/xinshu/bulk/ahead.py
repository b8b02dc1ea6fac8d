"""Works ahead: the next items are made in threads beside, while one is used."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


@contextmanager
def one_ahead(items: Generator[Item, None, None]) -> Iterator[Iterator[Item]]:
    """The same items in the same order; an error is raised where its item would have come. Two are in memory at once.

    When the block is left, however it is, nothing of it goes on beside.
    """
    with closing(items), ThreadPoolExecutor(1) as beside:
        yield _ahead(items, beside)


@contextmanager
def two_at_once(make: Callable[[Item], Made], items: Iterator[Item]) -> Iterator[Iterator[Made]]:
    """What is made of each item, in the order of the items and with the errors of `one_ahead`; two are made at once.

    `make` is called in two threads; it must bear that.
    """
    with ThreadPoolExecutor(2) as beside:
        yield _made(make, items, beside)


def _ahead(items: Iterator[Item], beside: ThreadPoolExecutor) -> Iterator[Item]:
    """Polars and the database's driver let other threads run while they work, so that both cores are busy."""
    nothing = object()
    coming = beside.submit(next, items, nothing)
    while (item := coming.result()) is not nothing:
        coming = beside.submit(next, items, nothing)
        yield item  # type: ignore[misc]


def _made(make: Callable[[Item], Made], items: Iterator[Item], beside: ThreadPoolExecutor) -> Iterator[Made]:
    coming: deque[Future[Made]] = deque()
    for item in items:
        coming.append(beside.submit(make, item))
        if len(coming) > 1:
            yield coming.popleft().result()
    while coming:
        yield coming.popleft().result()
