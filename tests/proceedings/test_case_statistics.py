"""Statistics of cases: received, in time, late, results, median; and nothing small can be had from them by subtraction."""

import random
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests import factories
from tests.bulk.test_small_cells import _looks
from tests.factories import MARKET
from xinshu.bulk.small_cells import Cell, Number, numbers_of
from xinshu.proceedings.cases import statistics
from xinshu.proceedings.cases.models import Case, CaseEvent
from xinshu.proceedings.cases.statistics import Result, case_statistics, counted
from xinshu.register.catalogues.queries import catalogue_on

DAY = date(2026, 11, 23)
UNIT, OTHER = MARKET.code, "11999999TE5T00205X"
RECEIVED = date(2026, 9, 1)


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    factories.adopted_catalogue()
    factories.registered_organ()


def case(
    *turns: tuple[str, date], course: str = "REPAIR", organ: str = UNIT, due: date | None = None, subject: int = 7
) -> None:
    """A case as its history tells it: states and days; `due` runs until the last of them."""
    made = Case.objects.create(
        id=uuid4(),
        course=course,
        subject_id=subject,
        organ_code=organ,
        state=turns[-1][0],
        opened_on=turns[0][1],
        opened_at=factories.noon(turns[0][1]).instant,
    )
    CaseEvent.objects.bulk_create(
        CaseEvent(
            case_id=made.id,
            place=place,
            event="turn",
            before="",
            after=state,
            side="HOUSE",
            actor="test",
            until=due if place < len(turns) - 1 or len(turns) == 1 else None,
            on_day=day,
            at=factories.noon(day).instant,
        )
        for place, (state, day) in enumerate(turns)
    )


def granted(many: int, *, days: int = 3, late: bool = False, organ: str = UNIT, received: date = RECEIVED) -> None:
    on_day = received + timedelta(days=days)
    for _ in range(many):
        due = on_day - timedelta(days=1) if late else on_day
        case(("DRAFT", received - timedelta(days=40)), ("LODGED", received), ("GRANTED", on_day), organ=organ, due=due)


def told(course: str = "REPAIR", *, organ: str = "", day: date = DAY) -> statistics.CaseStatistics:
    return case_statistics(course, catalogue_on(DAY).catalogue.calendar, organ=organ, on_date=day)


def test_it_counts_from_the_lodging_by_outcome_and_in_working_days() -> None:
    granted(25, days=1)
    granted(15, days=14, late=True)
    for _ in range(20):
        case(("LODGED", RECEIVED), ("REFUSED", RECEIVED))
    line = told().all
    assert (line.received, line.on_time, line.late) == (60, 45, 15)
    assert line.results == {Result.GRANTED: 40, Result.REFUSED: 20}
    assert line.days == 1
    assert dict(told(organ=UNIT).months)["2026-09"] == 60


def test_a_draft_is_not_received_and_what_waits_past_its_day_is_late() -> None:
    case(("DRAFT", RECEIVED))
    case(("LODGED", RECEIVED), due=date(2026, 9, 15))
    case(("LODGED", RECEIVED), due=date(2026, 12, 15))
    case(("LODGED", RECEIVED), ("WITHDRAWN", RECEIVED))
    assert {(group.result, group.late, group.many) for group in counted("REPAIR", until=date(2026, 11, 1))} == {
        (Result.OPEN, True, 1),
        (Result.OPEN, False, 1),
        (Result.OTHER, False, 1),
    }


def test_an_objection_is_upheld_or_not_and_the_days_of_an_appeal_make_nothing_late() -> None:
    for _ in range(15):
        case(("LODGED", RECEIVED), ("ENDED", RECEIVED), course="OBJECTION")
        case(("LODGED", RECEIVED), ("CONFIRMED", RECEIVED), course="OBJECTION", due=RECEIVED)
    line = told("OBJECTION").all
    assert (line.late, line.results) == (None, {Result.UPHELD: 15, Result.NOT_UPHELD: 15})
    assert told().all.received is None


def test_a_revoked_repair_was_granted_and_one_without_a_unit_is_not_counted() -> None:
    case(("LODGED", RECEIVED), ("GRANTED", RECEIVED), ("REVOCATION_NOTICED", RECEIVED), ("REVOKED", RECEIVED))
    case(("LODGED", RECEIVED), organ="")
    assert [group.result for group in counted("REPAIR", until=DAY)] == [Result.GRANTED]


def test_a_shield_is_counted_for_the_platform_that_decides_it() -> None:
    for _ in range(10):
        case(("DRAFT", RECEIVED), ("LODGED", RECEIVED), ("GRANTED", RECEIVED), course="SHIELD", organ="")
        case(("LODGED", RECEIVED), ("GRANTED", RECEIVED), ("COMPLETED", DAY), course="SHIELD", organ="")
        case(("LODGED", RECEIVED), ("REFUSED", RECEIVED), course="SHIELD", organ="")
    found = told("SHIELD")
    assert found.all.results == {Result.GRANTED: 20, Result.REFUSED: 10}
    assert [line.organ for line in found.units] == ["PLATFORM"]
    page = Client().get("/statistics/cases/?course=SHIELD").content.decode()
    assert "平台运行管理" in page


def test_within_a_month_nothing_moves() -> None:
    granted(30)
    first = told(day=date(2026, 11, 1))
    case(("LODGED", date(2026, 11, 2)), ("GRANTED", date(2026, 11, 3)))
    granted(20, received=date(2026, 11, 4))
    assert told(day=date(2026, 11, 30)) == first
    assert told(day=date(2026, 12, 1)).all.received == 50


def test_small_numbers_are_not_told_and_no_other_gives_them_away() -> None:
    """Units, months and results that would give a small one by subtraction from a total."""
    granted(40, organ=UNIT)
    granted(4, organ=OTHER)
    found = told()
    assert [line.organ for line in found.units] == [UNIT]
    assert (found.all.received, found.units[0].received) == (40, 40)
    granted(3, organ=OTHER, received=date(2026, 10, 1))
    assert dict(told(organ=OTHER).months) == dict.fromkeys(dict(found.months))
    assert dict(told().months)["2026-10"] is None


@pytest.mark.parametrize("seed", range(12))
def test_attacked_by_months_and_units_some_other_world_looks_the_same(seed: int) -> None:
    """For every small number one case more, less or otherwise would have given the very same page."""
    drawn = random.Random(seed)
    for organ in (UNIT, OTHER):
        for month in (9, 10):
            granted(
                drawn.choice((0, 1, 9, 10, 14)), organ=organ, received=date(2026, month, 1), late=drawn.random() < 0.5
            )
    until = date(2026, 11, 1)
    groups, months = counted("REPAIR", until=until), statistics._months(until)
    seen = statistics._published("REPAIR", groups, until)
    rows, held = statistics._rows("REPAIR", groups, months), statistics._cells(groups, months)
    assert all(number >= 10 and number % 5 == 0 for number in seen.told.values())
    truth: dict[Number, int] = {}
    for cell, many in held.items():
        for number in numbers_of(cell):
            truth[number] = truth.get(number, 0) + many
    cells = (rows.kinds, rows.divisions, ("", "2026-09", "2026-10"), (Result.GRANTED, Result.REFUSED))
    everywhere = [Cell(*one) for one in product(*cells)]
    small, sheltered = {number for number, many in truth.items() if many < 10}, set[Number]()
    for less, more in product([None, *held], [None, *everywhere]):
        away, into = ({*numbers_of(one)} if one else set() for one in (less, more))
        there = {one: truth.get(one, 0) - (one in away) + (one in into) for one in away ^ into}
        if all(_looks(number, many, seen) for number, many in there.items()):
            sheltered |= small & there.keys()
    assert small - sheltered == set()


def test_five_units_of_nine_are_not_given_away_by_their_total() -> None:
    """No other five numbers below ten make 45: so the total, which is ten or more, is not told, nor any other 45."""
    for place in range(5):
        granted(9, organ=f"11999999TE5T0020{place}X")
    found = told()
    assert (found.units, found.all.received) == ((), None)


def test_the_median_is_told_only_beside_a_result_that_is_told() -> None:
    granted(9)
    assert told().all.days is None
    granted(1)
    assert told().all.days == 3


def test_page_and_api_say_the_same_and_name_no_subject() -> None:
    factories.accepted(factories.document())
    granted(25)
    client = Client()
    page = client.get("/statistics/cases/").content.decode()
    answer: dict[str, Any] = client.get("/api/v1/statistics/cases?course=REPAIR").json()
    assert (answer["all"]["received"], answer["units"][0]["organ"]) == (25, UNIT)
    assert ">25<" in page
    assert MARKET.name in page
    for text in (page, str(answer)):
        assert factories.SUBJECT not in text
        assert factories.SUBJECT_NAME not in text
    assert client.get("/statistics/cases/?course=NONE").status_code == 404
    assert client.get("/api/v1/statistics/cases?course=NONE").status_code == 422
