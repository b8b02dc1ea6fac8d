"""Work ahead: nothing lost, nothing out of order, errors in their place, and what was begun is closed."""

import threading
from collections.abc import Generator

import pytest

from xinshu.bulk.ahead import one_ahead, two_at_once


def test_the_next_is_made_while_one_is_used() -> None:
    made: list[int] = []
    second = threading.Event()

    def items() -> Generator[int, None, None]:
        for number in range(3):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    with one_ahead(items()) as used:
        assert next(used) == 0
        assert second.wait(10), "the second was not begun while the first was in use"
        assert list(used) == [1, 2]
    assert made == [0, 1, 2]


def test_nothing_gives_nothing() -> None:
    with one_ahead(number for number in ()) as used:
        assert list(used) == []


def test_an_error_comes_where_its_item_would_have_come() -> None:
    def items() -> Generator[int, None, None]:
        yield 1
        raise ValueError("二")

    with one_ahead(items()) as used:
        assert next(used) == 1
        with pytest.raises(ValueError, match="二"):
            next(used)


def test_what_is_left_early_is_closed() -> None:
    closed = []

    def items() -> Generator[int, None, None]:
        try:
            yield from range(9)
        finally:
            closed.append(True)

    with one_ahead(items()) as used:
        assert next(used) == 0
    assert closed == [True]


def test_two_are_made_at_once_and_come_in_their_order() -> None:
    both = threading.Barrier(2)

    def make(number: int) -> int:
        both.wait(10)  # neither goes on before the other has begun
        return number * 10

    with two_at_once(make, iter(range(4))) as made:
        assert list(made) == [0, 10, 20, 30]


def test_what_could_not_be_made_is_told_where_it_would_have_come() -> None:
    def make(number: int) -> int:
        if number == 2:
            raise ValueError("二")
        return number

    with two_at_once(make, iter(range(5))) as made:
        assert [next(made), next(made)] == [0, 1]
        with pytest.raises(ValueError, match="二"):
            next(made)


def test_no_more_than_two_are_begun_before_the_first_is_taken() -> None:
    begun: list[int] = []

    def items() -> Generator[int, None, None]:
        for number in range(9):
            begun.append(number)
            yield number

    with two_at_once(lambda number: number, items()) as made:
        assert next(made) == 0
        assert begun == [0, 1]
