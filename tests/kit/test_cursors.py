"""Cursors: they come back as they were given, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinshu.kit.cursors import BadCursor, read_cursor, write_cursor

PLACES = st.lists(st.none() | st.text(max_size=20), max_size=4)
KEY = "made-up"


@given(PLACES, st.text(max_size=20))
def test_what_was_written_is_read(place: list[str | None], of: str) -> None:
    assert read_cursor(write_cursor(place, of=of, key=KEY), of=of, key=KEY) == place


@given(st.text(max_size=80) | st.text(alphabet="ABCDabcd0123-_=", max_size=80))
def test_what_was_not_written_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(text, of="list", key=KEY)


@given(PLACES, st.integers(0), st.sampled_from("Aa0_"))
def test_a_changed_one_is_refused(place: list[str | None], where: int, sign: str) -> None:
    text = write_cursor(place, of="list", key=KEY)
    at = where % len(text)
    changed = text[:at] + sign + text[at + 1 :]
    if changed != text:
        with pytest.raises(BadCursor):
            read_cursor(changed, of="list", key=KEY)


def test_one_of_another_list_or_key_is_refused() -> None:
    text = write_cursor(["2026-09-30"], of="list", key=KEY)
    for of, key in (("other", KEY), ("list", "other")):
        with pytest.raises(BadCursor):
            read_cursor(text, of=of, key=key)
    with pytest.raises(BadCursor):
        read_cursor("A" * 600, of="list", key=KEY)
