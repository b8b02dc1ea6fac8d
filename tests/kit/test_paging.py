"""Pages: none beyond the list, no neighbour that is not there, and whatever is asked for is some page."""

from hypothesis import given
from hypothesis import strategies as st

from xinshu.kit.paging import LAST_PAGE, LAST_PUBLIC_PAGE, page_number, pages


@given(st.text(max_size=8))
def test_whatever_is_asked_for_is_a_page(asked: str) -> None:
    assert 1 <= page_number(asked) <= LAST_PAGE


def test_a_number_is_itself_and_anything_else_the_first() -> None:
    assert [page_number(asked) for asked in ("7", "100000", "0", "-1", "100001", "", "1.5", "٣", "²", " 7")] == (
        [7, 100_000] + [1] * 8
    )


def test_an_outsider_pages_less_far() -> None:
    assert [page_number(asked, last=LAST_PUBLIC_PAGE) for asked in ("10000", "10001", "100000")] == [10_000, 1, 1]


@given(st.integers(0, 500), st.integers(1, 50))
def test_from_page_to_page_every_entry_is_passed_once(total: int, size: int) -> None:
    seen, page = [1], pages(1, total, size)
    while page["after"] is not None:
        page = pages(page["after"], total, size)
        seen.append(page["this"] or 0)
        assert page["before"] == seen[-2]
    assert seen == list(range(1, (page["last"] or 0) + 1))
    assert (len(seen) - 1) * size < max(total, 1) <= len(seen) * size
