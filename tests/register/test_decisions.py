"""What was decided of a body is asked for a whole part of a file at once, however many bodies it names."""

import polars as pl
import pytest

from tests.factories import TODAY, noon
from xinshu.register.subjects.decisions import Refusal, accept_again, decline, without_refused

pytestmark = pytest.mark.django_db

KIND = "HONOUR"
MANY = 70_000
"""More than a query takes as parameters one by one."""


def part(bodies: int) -> pl.DataFrame:
    """Documents of so many bodies, one each."""
    numbers = pl.Series("subject", range(1, bodies + 1))
    columns = {"subject": numbers, "organ_code": ["11999999TE5T001041"] * bodies, "document_number": numbers.cast(str)}
    return pl.DataFrame(columns).with_row_index()


def test_a_part_with_more_bodies_than_a_query_has_parameters_is_asked_for_whole() -> None:
    decline(subject=MANY, kind=KIND, actor="test-company", moment=noon(TODAY))
    left, refused = without_refused(part(MANY), kind=KIND)
    assert refused == {MANY - 1: Refusal.DECLINED}
    assert len(left) == MANY - 1


def test_what_is_declined_is_declined_for_its_kind_and_until_taken_back() -> None:
    decline(subject=1, kind=KIND, actor="test-company", moment=noon(TODAY))
    assert without_refused(part(2), kind="ADMIN_LICENCE")[1] == {}
    accept_again(subject=1, kind=KIND, actor="test-company", moment=noon(TODAY))
    assert without_refused(part(2), kind=KIND)[1] == {}
