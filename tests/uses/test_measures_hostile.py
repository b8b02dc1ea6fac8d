"""A measure as a hostile auditor looks at it: what is not committed yet, the very midnight, another edition, many codes,
and who has an old answer again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, body, document, noon
from tests.journeys.conftest import on
from tests.measures import (
    BARRED,
    LOOKED_AT,
    PURPOSE,
    SERIOUS,
    adopted_measures,
    asked,
    catalogue_folder,
    lines,
    organ_token,
    stands,
)
from xinshu.law.terms import UseContext
from xinshu.register.access.actions import issue_token
from xinshu.register.access.queries import OrganRow
from xinshu.register.catalogues.actions import adopt_assessed, keep_assessment
from xinshu.register.catalogues.files import canonical, read_pages
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.queries import numbered
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record
from xinshu.register.subjects.models import SubjectCode
from xinshu.uses.measures.queries import told_of
from xinshu.uses.measures.rooms import bidders_of
from xinshu.uses.measures.tenders import (
    ExclusionRefused,
    Procedure,
    begin_tender,
    close_tender,
    exclude,
    follow,
    open_bids,
)
from xinshu.uses.measures.watching import ask_again, follow_watches

TENDER = Procedure("示采〔2026〕1号", "示例办公设备采购", "EX_TENDER_22", TODAY, date(2027, 6, 30))
AFTER = date(2026, 11, 27)
"""A day after the window of a room that was opened TODAY."""
REASON = "据以排除的措施仍然有效，答复未提出新的事实。"
FIRE = OrganRow("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
LAST_SECOND, FIRST_SECOND = time(23, 59, 59), time(0, 0, 0)


@pytest.fixture(autouse=True)
def house(transactional_db: None, tmp_path: Path, settings: Any) -> None:
    settings.DATA_FOLDER, settings.ENDINGS_FOLDER = tmp_path / "data", tmp_path / "endings"
    adopted_measures(tmp_path)
    factories.registered_organ()


def said(room: UUID, day: date) -> dict[str, Any]:
    return {"tender": room, "organ": MARKET, "actor": "buyer", "moment": noon(day)}


def sealed(day: date) -> None:
    turn_the_day(moment=noon(day))
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def begun(text: str = SUBJECT, day: date = TODAY) -> UUID:
    return begin_tender(procedure=TENDER, text=text, organ=MARKET, actor="buyer", moment=noon(day))


def replayed(number: str, headers: dict[str, str]) -> Any:
    return Client().get(f"/api/v1/check/{number}", headers=headers)


@contextmanager
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """Whoever works in another transaction."""
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(connections.close_all).result(30)


# --- what is not committed ------------------------------------------------------------------------


def test_what_is_not_committed_is_not_told_and_what_is_counts_at_once() -> None:
    """A repair, a withdrawal: whoever asks beside it sees the one or the other, and never half."""
    accepted(document(**SERIOUS))
    row = Record.objects.get()
    with on(TODAY), elsewhere() as other:
        token = organ_token()
        with transaction.atomic():
            factories.taken_back(row.subject_id, row.record_ref)
            assert stands(other.submit(asked, token, SUBJECT).result(30)) == [BARRED]
        assert stands(other.submit(asked, token, SUBJECT).result(30)) == []


def test_who_checks_in_one_transaction_with_what_is_undone_keeps_nothing() -> None:
    accepted(document(**SERIOUS))
    with on(TODAY):
        token = organ_token()
        with transaction.atomic():
            number = lines(asked(token, SUBJECT))[0]["check"]
            transaction.set_rollback(True)
        assert replayed(number, token).status_code == 404


# --- midnight -------------------------------------------------------------------------------------


def test_the_very_midnight_ends_it_everywhere_without_a_job() -> None:
    """Check, watch, room and exclusion go by the day of the door's clock, here in Asia/Shanghai."""
    accepted(document(**SERIOUS))
    until = Record.objects.get().public_until
    assert until is not None
    last = until - timedelta(days=1)
    with on(last, LAST_SECOND):
        token = organ_token(last)
        before = asked(token, SUBJECT)
        assert (stands(before), lines(before)[0]["day"]) == ([BARRED], last.isoformat())
        question = {"codes": [SUBJECT], "context": "PUBLIC_TRADING", "purpose": PURPOSE, "reference": "示采〔2026〕2号"}
        content = orjson.dumps({**question, "ends_on": until})
        watch = Client().post("/api/v1/watches", content, "application/json", headers=token).json()["watch"]
    with on(until, FIRST_SECOND):
        after = asked(token, SUBJECT)
        assert (stands(after), lines(after)[0]["day"]) == ([], until.isoformat())
        assert replayed(lines(before)[0]["check"], token).content == before.content
        follow_watches(moment=noon(until))
        (change,) = Client().get(f"/api/v1/watches/{watch}", headers=token).json()["changes"]
        assert [one[:2] for one in change["went"]] == [BARRED]


def test_nobody_is_excluded_by_what_ended_at_midnight() -> None:
    """A measure of two months ends though its record stands on."""
    accepted(document(decided_on=date(2026, 9, 30)), on_day=date(2026, 10, 9))
    last = date(2026, 11, 30)
    room = begun()
    open_bids(**said(room, TODAY))
    (key,) = bidders_of(room)[0].told
    assert key[:2] == LOOKED_AT
    with pytest.raises(ExclusionRefused, match="没有这项"):
        exclude(code=SUBJECT, key=key, words=REASON, **said(room, last + timedelta(days=1)))
    exclude(code=SUBJECT, key=key, words=REASON, **said(room, last))


# --- another edition ------------------------------------------------------------------------------


def second_edition(place: Path, begins: date) -> None:
    """An edition by which the bar from tenders is no longer in use."""
    folder = catalogue_folder(place / "second")
    path = folder / "national" / "measures" / "made-up.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("standing: ACTIVE", "standing: INACTIVE\n  why_zh: 停用。\n  why_en: Not in use.", 1))
    pages, faults = read_pages(folder)
    assert not faults
    said: dict[str, Any] = {"against": catalogue_on(TODAY).hash, "actor": "test", "moment": noon(TODAY)}
    report = keep_assessment(name="draft", content=canonical(pages), report=b"{}", touches=False, **said)
    adopt_assessed(report, in_force_from=begins, actor="test", moment=noon(TODAY))


def test_an_edition_that_changes_ends_the_measure_at_its_midnight_and_no_old_answer(tmp_path: Path) -> None:
    accepted(document(**SERIOUS))
    with on(TODAY):
        token = organ_token()
        room, before = begun(), asked(token, SUBJECT)
        open_bids(**said(room, TODAY))
        second_edition(tmp_path, AFTER)
        sealed(TODAY)
        follow(moment=noon(TODAY))
        assert stands(asked(token, SUBJECT)) == [BARRED], "until its first day"
        assert len(bidders_of(room)[0].stands) == 1
    key = bidders_of(room)[0].told[0]
    with on(AFTER, FIRST_SECOND):
        after = asked(token, SUBJECT)
        assert stands(after) == []
        assert lines(after)[0]["edition"] != lines(before)[0]["edition"]
        assert replayed(lines(before)[0]["check"], token).content == before.content
    follow(moment=noon(AFTER))
    assert bidders_of(room)[0].stands == []
    with pytest.raises(ExclusionRefused, match="没有这项"):
        exclude(code=SUBJECT, key=key, words=REASON, **said(room, AFTER))


# --- who has an old answer again ------------------------------------------------------------------


def test_only_who_may_has_what_is_over() -> None:
    """Its caller, the body itself for its own part, and on a recorded ground an auditor (tests/doors/test_tenders.py)."""
    accepted(document(**SERIOUS))
    accepted(document(**SERIOUS, code=OTHER_SUBJECT, name="云汀另一示例有限公司", document_number="示〔2026〕2号"))
    row = Record.objects.get(subject_id=body(SUBJECT))
    with on(TODAY):
        token = organ_token()
        factories.registered_organ(FIRE)
        issued = {"from_day": TODAY, "until": None, "actor": "test", "moment": noon(TODAY)}
        fire = {"Authorization": f"Bearer {issue_token(organ_code=FIRE.code, name='fire', **issued)}"}
        before = asked(token, SUBJECT, OTHER_SUBJECT)
        number = lines(before)[0]["check"]
        factories.taken_back(row.subject_id, row.record_ref)
        assert replayed(number, token).content == before.content
        bank = {"Authorization": f"Bearer {factories.registered_recipient()}"}
        for stranger in (fire, bank):
            assert replayed(number, stranger).status_code == 404
        for method in (Client().post, Client().delete, Client().head):
            assert method(f"/api/v1/check/{number}", headers=fire).status_code in {404, 405}
    assert told_of(UUID(number), [SUBJECT], [row.subject_id]) == before.content.splitlines()[1:2]
    assert told_of(UUID(number), [UNKNOWN], [row.subject_id]) == []


def test_of_a_code_of_two_bodies_each_has_its_own_part_again() -> None:
    """What was told of the other is over by now, and its own (Decision 3)."""
    other_name = "云汀另一示例有限公司"
    accepted(document(**SERIOUS))
    body_of_subject, other = body(SUBJECT), body(OTHER_SUBJECT, name=other_name)
    accepted(document(**SERIOUS, code=OTHER_SUBJECT, name=other_name, document_number="示〔2026〕2号"))
    SubjectCode.objects.create(subject_id=other, scheme="USCC", code=SUBJECT, recorded_at=noon(TODAY).instant)
    with on(TODAY):
        answer = asked(organ_token(), SUBJECT)
    number = UUID(lines(answer)[0]["check"])
    (own,) = told_of(number, [SUBJECT], [body_of_subject])
    assert [one["name"] for one in orjson.loads(own)["bodies"]] == [factories.SUBJECT_NAME]
    assert "示〔2026〕2号" not in own.decode()
    (theirs,) = told_of(number, [SUBJECT, OTHER_SUBJECT], [other])
    assert [one["name"] for one in orjson.loads(theirs)["bodies"]] == [other_name]
    assert told_of(number, [SUBJECT], [0]) == [], "of which nothing was told"
    (both,) = told_of(number, [SUBJECT], [body_of_subject, other])
    assert both == answer.content.splitlines()[1]


# --- many codes -----------------------------------------------------------------------------------


def test_a_hundred_thousand_codes_ask_the_database_no_more_than_two_and_miss_none() -> None:
    accepted(document(**SERIOUS))
    accepted(document(**SERIOUS, code=OTHER_SUBJECT, name="云汀另一示例有限公司", document_number="示〔2026〕2号"))
    with on(TODAY):
        token = organ_token()
        head = orjson.dumps({"context": "PUBLIC_TRADING", "purpose": PURPOSE})

        def sent(codes: list[str]) -> tuple[Any, int]:
            content = b"\n".join([head, *(f'"{code}"'.encode() for code in codes)])
            with CaptureQueriesContext(connection) as queries:
                told = Client().post("/api/v1/check", content, content_type="application/x-ndjson", headers=token)
            return told, len(queries)

        sent([SUBJECT, UNKNOWN])
        _, few = sent([SUBJECT, UNKNOWN])
        many, queries = sent([SUBJECT, *[UNKNOWN] * 99_998, OTHER_SUBJECT])
        assert queries <= few
        found = many.content.splitlines()
        assert len(found) == 100_002
        assert [orjson.loads(found[place])["outcome"] for place in (1, 2, 100_000)] == ["MEASURES", "NONE", "MEASURES"]
        assert orjson.loads(found[-1]) == {"end": 100_000, "found": 2}
        row = Record.objects.get(subject_id=body(SUBJECT))
        factories.taken_back(row.subject_id, row.record_ref)
        again, _ = sent([SUBJECT, *[UNKNOWN] * 99_998, OTHER_SUBJECT])
        assert orjson.loads(again.content.splitlines()[1])["outcome"] == "NONE"
        assert replayed(lines(many)[0]["check"], token).content == many.content


# --- rooms ----------------------------------------------------------------------------------------


def test_of_a_room_that_was_closed_meanwhile_nothing_is_asked_or_told() -> None:
    with on(TODAY):
        room = begun()
        number = watch_of(room)
        close_tender(**said(room, TODAY))
        accepted(document(**SERIOUS))
        sealed(TODAY)
        assert ask_again(watch=number, through=numbered(), moved=None, moment=noon(TODAY)) == []
        follow(moment=noon(TODAY))
        assert bidders_of(room)[0].told == []


def test_nobody_ends_the_watch_of_an_open_room_beside_it() -> None:
    """Not even its own unit's system: else bidders would not be told of a change before the award."""
    with on(TODAY):
        room, token = begun(), organ_token()
        number = watch_of(room)
        assert Client().delete(f"/api/v1/watches/{number}", headers=token).status_code == 404
        accepted(document(**SERIOUS))
        sealed(TODAY)
        follow(moment=noon(TODAY))
        assert bidders_of(room)[0].outcome == "MEASURES"


def watch_of(room: UUID) -> UUID:
    with connection.cursor() as cursor:
        cursor.execute("SELECT watch_id FROM measures_tender WHERE id = %s", [room])
        return UUID(str(cursor.fetchone()[0]))


def test_what_is_asked_about_in_a_room_is_public_trading_alone() -> None:
    """A measure of finance alone never reaches a room."""
    with on(TODAY):
        accepted(document(**SERIOUS))
        room = begun()
        catalogue = catalogue_on(TODAY).catalogue
        for measure, _, _ in bidders_of(room)[0].told:
            assert UseContext.PUBLIC_TRADING in catalogue.measures[measure].contexts
