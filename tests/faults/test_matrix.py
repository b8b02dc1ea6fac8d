"""The fail-point matrix: our process is killed at each kind of durable event, before it and after it.

A crash leaves each part whole or absent, readers see what is numbered and nothing else, a second sending ends exactly
as an undisturbed one, a third changes nothing, and the sweep leaves no file. `make soak` takes every point.
"""

import pytest

from tests.faults.conftest import Store
from tests.faults.trials import course_of, wrong_points

SEED = 20261123
"""Which points are taken besides one of every kind; any seed must pass."""

MATRIX = [
    pytest.param("sent", (), 70, id="sent"),
    pytest.param("sent_without_key", (), 10, id="sent_without_key"),
    pytest.param("by_the_desk", (), 30, id="by_the_desk"),
    pytest.param("withdrawn", (), 40, id="withdrawn"),
    pytest.param("discarded", (), 20, id="discarded"),
    pytest.param("swept", ("by_the_desk",), 100, id="swept"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "before", "most"), MATRIX)
def test_a_second_sending_completes_what_a_kill_cut_off(
    store: Store, scenario: str, before: tuple[str, ...], most: int
) -> None:
    course = course_of(store, scenario, before)
    assert wrong_points(store, course, course.sample(SEED, most)) == {}
