"""No silence: who waits for the result of a repair is told when the application is over without one."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.test import Client

from tests import factories
from tests.factories import MARKET, SUBJECT, accepted, body, document, noon
from tests.journeys.conftest import on
from tests.proceedings.repairs import drafted, handed_in, lodged, record, row
from tests.spaces import signed_in_organisation
from xinshu.parties.notices.models import Notice
from xinshu.parties.notices.queries import notices_of
from xinshu.parties.notices.states import NoticeKind
from xinshu.parties.notices.words import NOTICES
from xinshu.proceedings.repair.actions import file_due
from xinshu.proceedings.repair.inbound import Outcome, receive
from xinshu.register.records.actions import number_filings

pytestmark = pytest.mark.django_db(transaction=True)
EARLY, LATE = date(2026, 5, 11), date(2026, 8, 3)
LAPSED = NoticeKind.REPAIR_LAPSED


@pytest.fixture(autouse=True)
def ready(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    factories.adopted_catalogue()
    factories.registered_organ()
    accepted(document(decided_on=date(2026, 4, 30)), on_day=date(2026, 5, 6))
    with on(EARLY):
        yield


def kinds(made: UUID) -> list[str]:
    return list(Notice.objects.filter(case_id=made).order_by("id").values_list("kind", flat=True))


def withdrawn() -> None:
    found = record()
    factories.taken_back(found.subject_id, found.record_ref)
    number_filings(moment=noon(EARLY))


def test_what_was_handed_in_ahead_lapses_with_its_record_and_is_told_once() -> None:
    made = handed_in(EARLY)
    withdrawn()
    for _ in range(2):
        file_due(moment=noon(EARLY))
    assert (row(made).state, kinds(made)) == ("LAPSED", [LAPSED])
    assert Notice.objects.get(case_id=made).record_ref == row(made).record_ref


def test_what_was_lodged_lapses_at_the_end_of_its_term_and_is_told() -> None:
    made = lodged(LATE)
    file_due(moment=noon(date(2027, 4, 29)))
    assert row(made).state == "LODGED"
    file_due(moment=noon(date(2027, 5, 1)))
    assert (row(made).state, kinds(made)[-1]) == ("LAPSED", LAPSED)


def test_a_draft_lapses_without_a_word() -> None:
    made = drafted(EARLY)
    withdrawn()
    file_due(moment=noon(EARLY))
    assert (row(made).state, kinds(made)) == ("LAPSED", [])


def granted_elsewhere(day: date) -> None:
    said = {"decider": MARKET.code, "subject_code": SUBJECT, "document_number": document()["document_number"]}
    rest = {"case_number": "修〔2026〕7号", "decided_on": day.isoformat(), "result": "GRANTED"}
    (told,) = receive(lines=[orjson.dumps(said | rest)], sender=MARKET.code, actor="token:test", moment=noon(day))
    assert told.outcome is Outcome.APPLIED


def test_a_grant_elsewhere_settles_what_was_handed_in_here_and_says_so_in_words(client: Client) -> None:
    made = handed_in(EARLY)
    granted_elsewhere(EARLY)
    assert (row(made).state, kinds(made)) == ("LAPSED", [LAPSED])
    assert [one.kind for one in notices_of([body(SUBJECT)], most=9)[0]] == [NoticeKind.REPAIR_GRANTED, LAPSED]
    signed_in_organisation(client)
    page = client.get("/own/notices/").content.decode()
    for said in (NOTICES[LAPSED].zh, "作出修复决定的单位", "修〔2026〕7号", f"/own/repairs/{made}/"):
        assert said in page, said
    links = [part.split('"')[0] for part in page.split('href="/own/repairs/')[1:]]
    assert {client.get(f"/own/repairs/{link}").status_code for link in links} == {200}, "no link leads nowhere"
