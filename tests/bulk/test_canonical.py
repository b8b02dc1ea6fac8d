"""Canonical JSON is that of RFC 8785, as another implementation writes it."""

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from xinshu.bulk.canonical import canonical, in_order

NAMES = st.text(alphabet=st.characters(max_codepoint=127))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
CONTENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)
)


@given(CONTENTS)
def test_canonical_json_is_that_of_the_standard(content: object) -> None:
    assert canonical(content) == rfc8785.dumps(content)  # type: ignore[arg-type]


def test_another_order_is_brought_into_it() -> None:
    assert in_order('{"b": [2, 1],  "a": {"d": "\u00e9", "c": null}}') == '{"a":{"c":null,"d":"é"},"b":[2,1]}'
