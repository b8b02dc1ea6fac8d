"""Works one step ahead: while one item is used, the next is made in a thread beside."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def one_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items in the same order; an error is raised where its item would have come. Two are in memory at once.

    Polars and the database's driver let other threads run while they work, so that both cores are busy.
    """
    nothing = object()
    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(next, items, nothing)
        while (item := coming.result()) is not nothing:
            coming = beside.submit(next, items, nothing)
            yield item  # type: ignore[misc]
