"""The page that lists the corpus is the corpus."""

from tests.hostile.page import PLACE, page


def test_the_page_is_current() -> None:
    """Write it anew with `python -m tests.hostile.page`."""
    assert PLACE.read_text("utf-8") == page()
