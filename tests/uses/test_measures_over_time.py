"""A measure goes with what it rested on, in the same transaction or on the same day; watches tell; a replay stays."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests import factories
from tests.factories import OTHER_SUBJECT, SUBJECT, TODAY, accepted, body, document, noon
from tests.journeys.conftest import on
from tests.measures import BARRED, LOOKED_AT, PURPOSE, SERIOUS, adopted_measures, asked, lines, organ_token, stands
from tests.proceedings.repairs import lodged, officer
from xinshu.law.terms import ClaimCause, Mark, SubjectKind
from xinshu.proceedings.objections.actions import lodge as claim
from xinshu.proceedings.repair import deciding
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.display import Hidden, hide, mark, unhide
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record
from xinshu.register.subjects.models import SubjectCode
from xinshu.uses.measures.models import MeasureEffect, Watch
from xinshu.uses.measures.watching import follow_watches

pytestmark = pytest.mark.django_db

FILED, REPAIRED = date(2026, 5, 6), date(2026, 7, 31)
DOCUMENT = {"decided_on": date(2026, 4, 30), "penalties": ["CONFISCATION_OF_GAINS"]}


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER, settings.ENDINGS_FOLDER = tmp_path / "data", tmp_path / "endings"
    adopted_measures(tmp_path)
    factories.registered_organ()


@pytest.fixture
def today() -> Iterator[None]:
    with on(TODAY):
        yield


def sealed(day: date) -> None:
    turn_the_day(moment=noon(day))
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def watched(token: dict[str, str], *codes: str, ends_on: date) -> Any:
    said = {"codes": list(codes), "context": "PUBLIC_TRADING", "purpose": PURPOSE, "reference": "示采〔2026〕1号"}
    return Client().post(
        "/api/v1/watches", orjson.dumps({**said, "ends_on": ends_on}), "application/json", headers=token
    )


def changes(token: dict[str, str], number: str, after: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        Client().get(f"/api/v1/watches/{number}?after={after}", headers=token).json()["changes"]
    )
    return found


# --- repair, withdrawal, the end of a term --------------------------------------------------------


def test_after_a_repair_the_measure_is_gone_at_once_and_a_replay_still_has_it() -> None:
    accepted(document(**DOCUMENT), on_day=FILED)
    made, reviewer = lodged(REPAIRED), officer("复核一", Role.REVIEWER)
    deciding.accept(case=made, actor=reviewer, moment=noon(REPAIRED))
    with on(date(2026, 6, 30)):
        old = organ_token(date(2026, 6, 30), "old")
        assert stands(asked(old, SUBJECT)) == [LOOKED_AT]
    with on(REPAIRED):
        token = organ_token(REPAIRED)
        context = "PUBLIC_TRADING"
        before = asked(token, SUBJECT, context=context)
        number = lines(before)[0]["check"]
        deciding.grant(case=made, actor=reviewer, moment=noon(REPAIRED))
        assert stands(asked(token, SUBJECT)) == []
        again = Client().get(f"/api/v1/check/{number}", headers=token)
        assert again.content == before.content


def test_what_is_granted_and_rolled_back_stands(today: None) -> None:
    """The answer is of its own transaction: nothing that was not committed is told."""
    accepted(document(**SERIOUS))
    token = organ_token()
    row = Record.objects.get()
    with transaction.atomic():
        factories.taken_back(row.subject_id, row.record_ref)
        assert stands(asked(token, SUBJECT)) == []
        transaction.set_rollback(True)
    assert stands(asked(token, SUBJECT)) == [BARRED]


def test_after_a_withdrawal_it_is_gone_before_it_is_numbered(today: None) -> None:
    accepted(document(**SERIOUS))
    token = organ_token()
    before = lines(asked(token, SUBJECT))[0]["journal"]
    row = Record.objects.get()
    factories.taken_back(row.subject_id, row.record_ref)
    head, one, _ = lines(asked(token, SUBJECT))
    assert one["outcome"] == "NONE"
    assert head["journal"] == before, "not numbered yet, and not told any more"
    number_filings(moment=noon(TODAY))
    assert lines(asked(token, SUBJECT))[0]["journal"] > before


def test_it_ends_at_midnight_of_the_last_day() -> None:
    accepted(document(**SERIOUS, decided_on=date(2026, 4, 30)), on_day=FILED)
    until = Record.objects.get().public_until
    assert until is not None
    token = organ_token(FILED)
    with on(until - timedelta(days=1)):
        last = asked(token, SUBJECT)
        assert stands(last) == [BARRED]
        assert lines(last)[1]["bodies"][0]["measures"][0]["until"] == (until - timedelta(days=1)).isoformat()
    with on(until):
        assert stands(asked(token, SUBJECT)) == [], "no job has run"


@pytest.mark.parametrize("cause", list(Hidden))
def test_nothing_follows_from_what_the_gate_hides(today: None, cause: Hidden) -> None:
    """Though its term runs: while it is not that body's, or a court's plan shields it; afterwards it stands again."""
    accepted(document(**SERIOUS))
    token, row = organ_token(), Record.objects.get()
    said: dict[str, Any] = {"subject": row.subject_id, "record_ref": row.record_ref, "organ": row.organ_code}
    hide(cause=cause, actor="test", moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))
    assert stands(asked(token, SUBJECT)) == []
    unhide(cause=cause, actor="test", moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))
    assert stands(asked(token, SUBJECT)) == [BARRED]


def test_nothing_follows_from_a_decision_that_is_stayed(today: None) -> None:
    accepted(document(**SERIOUS))
    row, token = Record.objects.get(), organ_token()
    said = {"subject": row.subject_id, "record_ref": row.record_ref, "actor": "test", "moment": noon(TODAY)}
    mark(mark=Mark.STAYED, organ=factories.MARKET.code, catalogue=catalogue_on(TODAY).catalogue, **said)
    number_filings(moment=noon(TODAY))
    _, one, end = lines(asked(token, SUBJECT))
    assert (one["outcome"], end["found"]) == ("NONE", 0)
    (held,) = one["bodies"][0]["held"]
    assert held["why"]["code"] == "MEASURE_HELD"
    assert one["bodies"][0]["measures"] == []


def test_nothing_follows_from_what_may_be_another_bodys(today: None) -> None:
    accepted(document(**SERIOUS))
    row = Record.objects.get()
    said = {"subject": row.subject_id, "record_ref": row.record_ref, "words": "不是我们的"}
    claim(cause=ClaimCause.BODY, moment=noon(TODAY), **said)
    assert stands(asked(organ_token(), SUBJECT)) == []


def test_a_code_of_two_bodies_answers_for_both(today: None) -> None:
    accepted(document(**SERIOUS))
    other = body(OTHER_SUBJECT, name="云汀另一示例有限公司")
    accepted(
        document(**SERIOUS, code=OTHER_SUBJECT, name="云汀另一示例有限公司", document_number="示市监罚〔2026〕0007号")
    )
    SubjectCode.objects.create(subject_id=other, scheme="USCC", code=SUBJECT, recorded_at=noon(TODAY).instant)
    _, one, _ = lines(asked(organ_token(), SUBJECT))
    assert {each["name"] for each in one["bodies"]} == {factories.SUBJECT_NAME, "云汀另一示例有限公司"}
    assert [len(each["measures"]) for each in one["bodies"]] == [1, 1]


def test_an_individual_business_is_told_by_its_code_only(today: None) -> None:
    code = "92999999TE5T00059L"
    given = {"code": code, "name": "示例甲小吃店", "subject_kind": SubjectKind.INDIVIDUAL_BUSINESS}
    accepted(document(**SERIOUS, **given))
    answer = asked(organ_token(), code)
    assert stands(answer) == [BARRED]
    assert lines(answer)[1]["bodies"][0]["name"] is None
    assert "示例甲" not in answer.content.decode()


# --- watches --------------------------------------------------------------------------------------


def test_a_watch_tells_what_came_and_went_and_dies_with_its_procedure(today: None) -> None:
    token = organ_token()
    accepted(document(code=OTHER_SUBJECT))
    sealed(TODAY)
    made = watched(token, SUBJECT, OTHER_SUBJECT, ends_on=TODAY + timedelta(days=1))
    assert made.status_code == 201, made.content
    number = made.json()["watch"]
    assert follow_watches(moment=noon(TODAY)) == {}
    accepted(document(**SERIOUS))
    sealed(TODAY)
    assert follow_watches(moment=noon(TODAY)) == {UUID(number): [SUBJECT]}
    (came,) = changes(token, number)
    ref = str(Record.objects.get(severity="SERIOUS").record_ref)
    assert (came["came"], came["went"]) == ([[*BARRED, ref]], [])
    assert follow_watches(moment=noon(TODAY)) == {}, "told once"
    row = Record.objects.get(severity="SERIOUS")
    factories.taken_back(row.subject_id, row.record_ref)
    sealed(TODAY)
    follow_watches(moment=noon(TODAY))
    (went,) = changes(token, number, came["number"])
    assert (went["came"], went["went"]) == ([], [[*BARRED, ref]])
    after = TODAY + timedelta(days=2)
    with on(after):
        accepted(document(**SERIOUS, document_number="示市监罚〔2026〕0008号"), on_day=after)
        sealed(after)
        assert follow_watches(moment=noon(after)) == {}
        assert Client().get(f"/api/v1/watches/{number}", headers=token).json()["over"] is True
    assert Watch.objects.get().ended_at is not None


def test_what_ends_without_any_entry_is_told_the_next_day() -> None:
    """A measure of two months ends though its record stands."""
    accepted(document(decided_on=date(2026, 9, 30)), on_day=date(2026, 10, 9))
    eve, after = date(2026, 11, 30), date(2026, 12, 1)
    with on(eve):
        token = organ_token(eve)
        number = watched(token, SUBJECT, ends_on=after).json()["watch"]
        assert follow_watches(moment=noon(eve)) == {}
    with on(after):
        assert follow_watches(moment=noon(after)) == {UUID(number): [SUBJECT]}
        (went,) = changes(token, number)
        assert went["went"][0][:2] == LOOKED_AT


def test_a_watch_is_its_watchers_alone_and_ends_when_told(today: None) -> None:
    token = organ_token()
    number = watched(token, SUBJECT, ends_on=TODAY).json()["watch"]
    bank = {"Authorization": f"Bearer {factories.registered_recipient()}"}
    for ask in (Client().get, Client().delete):
        assert ask(f"/api/v1/watches/{number}", headers=bank).status_code == 404
    for _ in range(2):
        assert Client().delete(f"/api/v1/watches/{number}", headers=token).json()["over"] is True


@pytest.mark.parametrize(
    ("codes", "days"), [([SUBJECT], -1), ([SUBJECT], 400), (["9199"], 1), ([], 1), ([SUBJECT] * 2000, 1)]
)
def test_a_watch_that_cannot_be_is_refused(today: None, codes: list[str], days: int) -> None:
    refused = watched(organ_token(), *codes, ends_on=TODAY + timedelta(days=days))
    assert refused.status_code == 422
    assert not Watch.objects.exists()


# --- effects --------------------------------------------------------------------------------------


def reported(token: dict[str, str], **changes: Any) -> Any:
    said = {"measure": "EX_NO_TENDERS", "effect": "APPLIED", "code": SUBJECT, "matter": "示采〔2026〕1号"}
    content = orjson.dumps({**said, "done_on": TODAY, **changes})
    return Client().post("/api/v1/effects", content, "application/json", headers=token)


def test_an_effect_is_counted_once_and_names_nobody(today: None) -> None:
    token = organ_token()
    assert [reported(token).json()["kept"] for _ in range(2)] == [True, False]
    assert reported(token, effect="LIFTED").json()["kept"] is True
    assert {(one.measure, one.effect) for one in MeasureEffect.objects.all()} == {
        ("EX_NO_TENDERS", "APPLIED"),
        ("EX_NO_TENDERS", "LIFTED"),
    }
    assert not [one for one in MeasureEffect.objects.values_list() if SUBJECT in map(str, one)]
    with pytest.raises(IntegrityError), transaction.atomic():
        MeasureEffect.objects.all().delete()


@pytest.mark.parametrize(
    "wrong", [{"measure": "NONE"}, {"done_on": date(2027, 1, 1)}, {"matter": "  "}, {"effect": "X"}]
)
def test_an_effect_that_cannot_be_is_refused(today: None, wrong: dict[str, Any]) -> None:
    assert reported(organ_token(), **wrong).status_code == 422
    assert not MeasureEffect.objects.exists()
