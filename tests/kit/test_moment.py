"""A moment's legal day is Shanghai's, and never lies ahead of its instant."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinshu.kit.clock import now
from xinshu.kit.moment import LEGAL_ZONE, Moment

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


def test_the_day_turns_at_midnight_in_shanghai() -> None:
    assert Moment.of(datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)).day == date(2026, 11, 23)
    assert Moment.of(datetime(2026, 11, 23, 16, 0, 0, tzinfo=UTC)).day == date(2026, 11, 24)


@given(INSTANTS)
def test_the_day_does_not_depend_on_the_zone_an_instant_is_told_in(instant: datetime) -> None:
    assert Moment.of(instant).day == Moment.of(instant.astimezone(LEGAL_ZONE)).day


def test_an_act_may_count_for_an_earlier_day_and_keeps_its_instant() -> None:
    instant = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert Moment(instant, date(2026, 11, 20)).instant == instant
    with pytest.raises(ValueError, match="lies ahead"):
        Moment(instant, date(2026, 11, 24))


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Moment(datetime(2026, 11, 23), date(2026, 11, 23))


def test_the_clock_gives_a_moment_of_its_own_day() -> None:
    moment = now()
    assert moment == Moment.of(moment.instant)
