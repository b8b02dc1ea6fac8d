"""The fail-point matrix: our process is killed at durable events of every course, before them and after them.

A crash leaves each part whole or absent, readers see what is numbered and nothing else, a second sending ends exactly
as an undisturbed one, a third changes nothing, and the sweep leaves no file. Here the named commit points and a spread
of others, which the seed of the day draws (`--kills-seed` takes another); `make soak-faults` takes every point.
"""

import pytest

from tests.faults.conftest import Store
from tests.faults.trials import Course, course_of, wrong_points

MOST = 26


@pytest.mark.slow
def test_a_second_sending_completes_what_a_kill_cut_off(store: Store, kills_seed: int) -> None:
    """A file in one call, under a key, as the command line and connectors send it."""
    course = course_of(store, "sent")
    points = course.sample(kills_seed, MOST)
    assert len(points) == MOST
    assert {name for name, there in course.named().items() if set(there) & set(points)} == course.named().keys()
    assert wrong_points(store, course, points) == {}, f"--kills-seed {kills_seed}"


EVENTS = ["SELECT a", "COMMIT", *["INSERT b", "COMMIT", "lock", "NUMBER"] * 5, "file unlink"]


@pytest.mark.parametrize("seed", range(20))
def test_a_sample_has_every_named_point_and_is_spread(seed: int) -> None:
    """Twice where a name comes often, and one of each stretch; the same seed draws the same."""
    course = Course("made up", events=EVENTS)
    points = course.sample(seed, 15)
    assert len(points) == len(set(points)) == 15
    assert points == course.sample(seed, 15)
    for name, there in course.named().items():
        assert len(set(there) & set(points)) >= min(2, len(there)), name
    for start in range(1, len(EVENTS), 8):
        assert any(start <= number < start + 8 for number, _ in points)


def test_every_point_is_drawn_by_some_day() -> None:
    course = Course("made up", events=EVENTS)
    drawn = {point for seed in range(200) for point in course.sample(seed, 15)}
    assert drawn == set(course.points())
    assert {when for point in course.named().values() for _, when in point} == {"before", "after"}
