"""The fail-point matrix of whatever is done beside sending a file under a key; apart, so that both run side by side."""

import pytest

from tests.faults.conftest import Store
from tests.faults.test_matrix import SEED
from tests.faults.trials import course_of, wrong_points


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "before", "most"),
    [
        pytest.param("sent_without_key", (), 14, id="without-a-key"),
        pytest.param("by_the_desk", (), 24, id="the-steps-of-a-clerk"),
        pytest.param("withdrawn", (), 50, id="a-withdrawal"),
        pytest.param("published", (), 30, id="the-public-log"),
        pytest.param("discarded", (), 12, id="a-batch-undone"),
        pytest.param("swept", ("sent",), 14, id="the-sweep"),
    ],
)
def test_so_does_every_other_act(store: Store, scenario: str, before: tuple[str, ...], most: int) -> None:
    """The kinds of events that the first trial does not have, and some more."""
    course = course_of(store, scenario, before)
    tried = course_of(store, "sent").events
    assert wrong_points(store, course, course.sample(SEED, most, but=tried)) == {}
