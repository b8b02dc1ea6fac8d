"""Works one step ahead: while one item is used, the next is made in a thread beside."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TypeVar

Item = TypeVar("Item")


@contextmanager
def one_ahead(items: Generator[Item, None, None]) -> Iterator[Iterator[Item]]:
    """The same items in the same order; an error is raised where its item would have come. Two are in memory at once.

    When the block is left, however it is, nothing of it goes on beside.
    """
    with closing(items), ThreadPoolExecutor(1) as beside:
        yield _ahead(items, beside)


def _ahead(items: Iterator[Item], beside: ThreadPoolExecutor) -> Iterator[Item]:
    """Polars and the database's driver let other threads run while they work, so that both cores are busy."""
    nothing = object()
    coming = beside.submit(next, items, nothing)
    while (item := coming.result()) is not nothing:
        coming = beside.submit(next, items, nothing)
        yield item  # type: ignore[misc]
