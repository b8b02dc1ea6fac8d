"""The fail-point matrix: our process is killed at each kind of durable event, before it and after it.

A crash leaves each part whole or absent, readers see what is numbered and nothing else, a second sending ends exactly
as an undisturbed one, a third changes nothing, and the sweep leaves no file. `make soak` takes every point.
"""

import pytest

from tests.faults.conftest import Store
from tests.faults.trials import course_of, wrong_points

SEED = 20261123
"""Which points are taken besides one of every kind; any seed must pass."""

LEAST = 60


@pytest.mark.slow
def test_a_second_sending_completes_what_a_kill_cut_off(store: Store) -> None:
    """A file in one call, under a key, as the command line and connectors send it."""
    course = course_of(store, "sent")
    points = course.sample(SEED, LEAST)
    assert len(points) >= LEAST
    assert {course.events[number - 1] for number, _ in points} == set(course.events)
    assert wrong_points(store, course, points) == {}
