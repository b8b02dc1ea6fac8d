"""How often measures were applied and lifted: told by year and division, nothing small, and nothing of today."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client

from tests import factories
from tests.factories import MARKET, SUBJECT, TODAY, noon
from tests.journeys.conftest import on
from tests.measures import adopted_measures, organ_token
from xinshu.register.access.queries import OrganRow
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.measures.actions import EffectRefused, note_effect
from xinshu.uses.measures.models import MeasureEffect
from xinshu.uses.measures.queries import EffectsTold, effects_told
from xinshu.uses.measures.states import EffectKind

pytestmark = pytest.mark.django_db

YESTERDAY = TODAY - timedelta(days=1)
BARS, FINES = "EX_NO_TENDERS", "EX_NO_FINES"
FIRE = OrganRow("11999999TE5T003026", "示范市消防救援支队", "990200", "FIRE")
NONE_TOLD = "没有可以公布的数"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path / "data"
    adopted_measures(tmp_path)
    factories.registered_organ()
    factories.registered_organ(FIRE)
    with on(TODAY):
        yield


def reported(
    times: int,
    measure: str = BARS,
    effect: EffectKind = EffectKind.APPLIED,
    organ: str = MARKET.code,
    done_on: date = YESTERDAY,
    day: date = YESTERDAY,
) -> None:
    begun = MeasureEffect.objects.count()
    for place in range(begun, begun + times):
        note_effect(
            measure=measure,
            effect=effect,
            code=SUBJECT,
            matter=f"示〔2026〕{place}号",
            done_on=done_on,
            organ=organ,
            actor="test",
            moment=noon(day),
        )


def told(day: date = TODAY) -> EffectsTold:
    return effects_told(measures=catalogue_on(day).catalogue.measures, moment=noon(day))


def page(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_told_by_year_and_division_and_rounded_down() -> None:
    reported(14)
    reported(11, done_on=date(2025, 3, 1))
    reported(12, effect=EffectKind.LIFTED)
    found = told()
    assert found.times == {(BARS, "APPLIED"): 25, (BARS, "LIFTED"): 10}
    assert found.years == {(BARS, "APPLIED"): {"2026": 10, "2025": 10}, (BARS, "LIFTED"): {"2026": 10}}
    assert found.divisions == {(BARS, "APPLIED"): {"990100": 25}, (BARS, "LIFTED"): {"990100": 10}}
    said = page(f"/catalogue/measures/{BARS}/")
    assert NONE_TOLD not in said
    for words in ("2026", "2025", "990100", '<span class="num">25</span>'):
        assert words in said
    overview = page("/catalogue/measures/")
    assert overview.count(f'href="/catalogue/measures/{BARS}/"') == 2
    assert '<span class="num">25</span>' in overview


@pytest.mark.parametrize("times", [0, 1, 9])
def test_what_is_small_is_no_different_from_nothing(times: int) -> None:
    before = page(f"/catalogue/measures/{BARS}/"), page("/catalogue/measures/")
    reported(times)
    assert told() == EffectsTold({}, {}, {})
    assert (page(f"/catalogue/measures/{BARS}/"), page("/catalogue/measures/")) == before
    assert NONE_TOLD in before[0]
    assert NONE_TOLD in before[1]


def test_what_is_small_cannot_be_had_by_subtraction() -> None:
    """Of 19 in a year one organ's nine are not told, nor what would give them away beside the total."""
    reported(10)
    reported(9, done_on=date(2025, 3, 1))
    found = told()
    assert found.years.get((BARS, "APPLIED"), {}).get("2025") is None
    assert found.times[BARS, "APPLIED"] == 15, "rounded down, so that the nine may be any number below ten"
    reported(4, organ=FIRE.code)
    found = told()
    assert found.divisions == {(BARS, "APPLIED"): {"990100": 15}}
    assert found.times[BARS, "APPLIED"] == 20


def test_nothing_of_today_is_told_before_tomorrow() -> None:
    """Else the page before and after a report would tell of that one report."""
    reported(12)
    before = told()
    reported(20, day=TODAY, done_on=TODAY)
    assert told() == before
    tomorrow = TODAY + timedelta(days=1)
    assert told(tomorrow).times == {(BARS, "APPLIED"): 30}


def test_a_past_edition_has_no_numbers() -> None:
    reported(30)
    assert '<span class="num">30</span>' not in page(f"/catalogue/measures/{BARS}/?day={YESTERDAY}")


def test_what_is_long_ago_counts_in_the_total_alone() -> None:
    reported(12, done_on=date(2010, 1, 1))
    found = told()
    assert (found.times, found.years) == ({(BARS, "APPLIED"): 10}, {})


def test_what_was_applied_by_a_row_that_is_gone_may_be_lifted() -> None:
    MeasureEffect.objects.create(
        organ_code=MARKET.code,
        measure="EX_GONE",
        effect="APPLIED",
        done_on=YESTERDAY,
        actor="test",
        at=noon(YESTERDAY).instant,
        once=b"gone",
    )
    with pytest.raises(EffectRefused, match="没有这项措施"):
        reported(1, measure="EX_GONE")
    with pytest.raises(EffectRefused, match="没有这项措施"):
        reported(1, measure="EX_NEVER", effect=EffectKind.LIFTED)
    reported(1, measure="EX_GONE", effect=EffectKind.LIFTED)


def test_a_report_over_http_is_counted_the_next_day() -> None:
    token = organ_token()
    for place in range(12):
        said = {"measure": FINES, "effect": "APPLIED", "code": SUBJECT, "matter": f"示〔2026〕{place}号"}
        body = orjson.dumps({**said, "done_on": TODAY})
        assert Client().post("/api/v1/effects", body, "application/json", headers=token).json() == {"kept": True}
    assert told().times == {}
    assert told(TODAY + timedelta(days=1)).times == {(FINES, "APPLIED"): 10}
