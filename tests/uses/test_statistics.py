"""Statistics of what is shown: counted through the gate, rounded, of today or not at all, and never of a body."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.test import Client
from procrastinate.contrib.django import app

from tests import factories
from tests.factories import MARKET, TODAY, noon
from xinshu.register.access.queries import OrganRow
from xinshu.register.records.queries import deliveries, log_state, shown_tally
from xinshu.uses.disclosure.actions import count_shown
from xinshu.uses.disclosure.models import ShownCount, ShownNumber
from xinshu.uses.disclosure.statistics import (
    Coverage,
    Line,
    Source,
    choices,
    coverage,
    months_until,
    prefecture,
    statistics,
)

FAR = OrganRow("11999999TE5T003026", "示范市远方市场监督管理局", "990205", "MARKET_REGULATION")
TOMORROW = TODAY + timedelta(days=1)
MINOR = {"penalties": ["WARNING"], "severity": "MINOR"}


@pytest.fixture(autouse=True)
def house(db: None):
    """Twelve penalties of September by one organ, three licences by another, and what nobody may see."""
    with time_machine.travel(noon(TODAY).instant, tick=False):
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.registered_organ(FAR)
        document, accepted = factories.document, factories.accepted
        accepted(*(document(document_number=f"示市监罚〔2026〕{number:04}号") for number in range(1, 13)))
        accepted(*(document(document_number=f"示市监警〔2026〕{number:04}号", **MINOR) for number in range(20)))
        accepted(
            *(
                document("ADMIN_LICENCE", document_number=f"远许〔2026〕{number}号", organ_code=FAR.code)
                for number in range(3)
            )
        )
        yield


def number(lines: tuple[Line, ...], value: str) -> int | None:
    return next(line.number for line in lines if line.value == value)


def of_today(**chosen: str):
    return statistics(choices(on_date=TODAY), on_date=TODAY, **chosen)


def test_only_what_is_shown_is_counted_and_small_numbers_are_not_told() -> None:
    """Minor penalties are never shown, so that they are in no number; three licences are too few to be told."""
    count_shown(moment=noon(TODAY))
    found = of_today()
    assert (found.total, found.log_number) == (15, log_state().number)
    assert (number(found.kinds, "ADMIN_PENALTY"), number(found.kinds, "ADMIN_LICENCE")) == (10, None)
    assert (number(found.divisions, "990100"), number(found.divisions, "990200")) == (10, None)
    assert number(found.months, "2026-09") == 15
    assert number(found.months, "2026-08") is None
    assert number(found.industries, "UNKNOWN") == 15
    assert not ShownNumber.objects.filter(number__lt=10).exists()


def test_a_kind_in_a_division_has_its_total_only() -> None:
    count_shown(moment=noon(TODAY))
    found = of_today(kind="ADMIN_PENALTY", division="990100")
    assert found.total == 10
    assert (found.months, found.kinds, found.divisions, found.industries) == ((), (), (), ())
    found = of_today(kind="ADMIN_PENALTY")
    assert found.kinds == ()
    assert number(found.divisions, "990100") == number(found.months, "2026-09") == 10


def test_an_industry_is_what_the_shown_registration_says() -> None:
    factories.accepted(factories.document("ENTERPRISE_REGISTRATION", document_number=factories.SUBJECT))
    count_shown(moment=noon(TODAY))
    found = of_today()
    assert (number(found.industries, "A"), number(found.industries, "UNKNOWN")) == (15, None)
    assert ("A 农、林、牧、渔业", "Agriculture, forestry, animal husbandry and fishery") in [
        line.names for line in found.industries
    ]


def test_what_has_ended_is_in_no_count_and_an_older_count_is_kept_by_nobody() -> None:
    """The ordinary penalties end; the count of the day before is not told the day after, and gone with the next."""
    count_shown(moment=noon(TODAY))
    assert statistics(choices(on_date=TOMORROW), on_date=TOMORROW).counted_at is None
    assert statistics(choices(on_date=TOMORROW), on_date=TOMORROW).total is None
    later = date(2027, 12, 1)
    count_shown(moment=noon(later))
    assert [count.day for count in ShownCount.objects.all()] == [later]
    tally = shown_tally(on_date=later, first=date(2026, 1, 1), registration="", field="")
    assert [row.count for row in tally] == [3]
    assert not ShownNumber.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_job_counts_a_day_once() -> None:
    task = app.tasks["disclosure.count_shown"]
    task(timestamp=0)
    first = ShownCount.objects.get()
    factories.accepted(factories.document(document_number="示市监罚〔2026〕9999号"))
    task(timestamp=0)
    assert ShownCount.objects.get() == first
    assert ShownCount.objects.get().log_number == first.log_number


def test_who_delivered_what_and_when_last() -> None:
    assert coverage() == Coverage(None, {})
    count_shown(moment=noon(TODAY))
    assert {kind for kind, _, _ in deliveries()} == {"ADMIN_PENALTY", "ADMIN_LICENCE"}
    known = coverage()
    assert known.looked_up_on == TODAY
    assert known.sources["ADMIN_PENALTY"] == (Source(MARKET.name, TODAY),)
    assert set(known.sources) == {"ADMIN_PENALTY", "ADMIN_LICENCE"}


def test_the_api_and_the_table_say_the_same(client: Client) -> None:
    waiting = client.get("/api/v1/statistics").json()
    assert (waiting["counted_at"], waiting["total"]) == (None, None)
    count_shown(moment=noon(TODAY))
    told = client.get("/api/v1/statistics?kind=ADMIN_PENALTY").json()
    table = client.get("/api/v1/statistics?kind=ADMIN_PENALTY&form=csv")
    rows = list(csv.DictReader(StringIO(table.content.decode("utf-8-sig"))))
    assert told["total"] == 10
    assert [row["number"] for row in rows if row["part"] == "total"] == ["10"]
    months = {line["value"]: line["number"] for line in told["months"]}
    assert {row["value"]: row["number"] for row in rows if row["part"] == "months"} == {
        month: "" if count is None else str(count) for month, count in months.items()
    }
    assert len(months) == 24


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("kind=NONE", "UNKNOWN_KIND"),
        ("kind=COMMITMENT", "UNKNOWN_KIND"),
        ("division=110000", "UNKNOWN_DIVISION"),
        ("form=xml", "UNKNOWN_FORM"),
    ],
)
def test_what_cannot_be_asked(client: Client, asked: str, why: str) -> None:
    """A kind that is never public is as unknown as none at all."""
    answer = client.get(f"/api/v1/statistics?{asked}")
    assert (answer.status_code, answer.json()["error"]) == (422, why)


def test_months_and_prefectures() -> None:
    months = months_until(date(2026, 1, 31))
    assert (months[0], months[-1], len(months)) == (date(2024, 2, 1), date(2026, 1, 1), 24)
    assert [prefecture(code) for code in ("990101", "990100", "990000")] == ["990100", "990100", "990000"]
