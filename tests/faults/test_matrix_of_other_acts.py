"""The fail-point matrix of whatever is done beside sending a file under a key; apart, so that both run side by side."""

import pytest

from tests.faults.conftest import Store
from tests.faults.trials import course_of, wrong_points


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "before", "most"),
    [
        pytest.param("by_the_desk", (), 17, id="the-steps-of-a-clerk"),
        pytest.param("published", (), 18, id="the-public-log"),
        pytest.param("sent_without_key", (), 12, id="without-a-key"),
        pytest.param("withdrawn", (), 24, id="a-withdrawal"),
        pytest.param("discarded", (), 8, id="a-batch-undone"),
        pytest.param("swept", ("sent",), 7, id="the-sweep"),
    ],
)
def test_so_does_every_other_act(
    store: Store, kills_seed: int, scenario: str, before: tuple[str, ...], most: int
) -> None:
    course = course_of(store, scenario, before)
    points = course.sample(kills_seed, most)
    assert len(points) == most
    assert wrong_points(store, course, points) == {}, f"--kills-seed {kills_seed}"
