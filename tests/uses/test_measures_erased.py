"""What is erased is erased here too, in the same transaction: answers, watches, and what stands in rooms of tenders."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection
from django.test import Client

from tests import factories
from tests.factories import FOUNDING_DAY, MARKET, OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, document, noon
from tests.house.tree import python_files, relative
from tests.journeys.conftest import on
from tests.measures import BARRED, PURPOSE, SERIOUS, asked, catalogue_folder, lines, organ_token, stands
from xinshu.doors.erasing import erase_past_term
from xinshu.parties.notices.models import Notice
from xinshu.proceedings import vault
from xinshu.proceedings.retention import actions as retention
from xinshu.register.catalogues.actions import adopt
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record
from xinshu.uses.measures.actions import erase_old
from xinshu.uses.measures.models import Alert, Check, TenderStep, Watch, WatchedCode
from xinshu.uses.measures.queries import answer_of
from xinshu.uses.measures.rooms import bidders_of, tender
from xinshu.uses.measures.tenders import (
    Procedure,
    answer_buyer,
    begin_tender,
    close_tender,
    exclude,
    follow,
    look_anew,
    open_bids,
)

pytestmark = pytest.mark.django_db

PROCEDURE = Procedure("示采〔2026〕1号", "示例办公设备采购", "EX_TENDER_22", TODAY, date(2027, 6, 30))
ANSWER_BY, AFTER, GONE = date(2026, 11, 26), date(2026, 11, 27), date(2027, 1, 4)
"""The last day of the window, the next, and a day after the one month for which a withdrawn record is kept here."""
NUMBER, OTHER_NUMBER = "示市监罚〔2026〕0001号", "示市监罚〔2026〕0002号"
REASON = f"依据{NUMBER}的处罚决定排除。"
OTHER_NAME = "云汀另一示例有限公司"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.DATA_FOLDER, settings.ENDINGS_FOLDER = tmp_path / "data", tmp_path / "endings"
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    folder = catalogue_folder(tmp_path)
    kinds = folder / "national" / "kinds" / "03-administrative-penalty.yaml"
    text, changed = re.subn(r"(\n  retention:\n)", r"\1    months: 1\n", kinds.read_text("utf-8"))
    assert changed == 1
    kinds.write_text(text, "utf-8")
    adopt(folder, in_force_from=FOUNDING_DAY, actor="test", moment=noon(TODAY))
    factories.registered_organ()
    accepted(document(**SERIOUS))
    accepted(document(**SERIOUS, code=OTHER_SUBJECT, name=OTHER_NAME, document_number=OTHER_NUMBER))
    with on(TODAY):
        yield


def said(room: UUID, day: date) -> dict[str, Any]:
    return {"tender": room, "organ": MARKET, "actor": "buyer", "moment": noon(day)}


def ref(number: str = NUMBER) -> str:
    return str(Record.objects.get(document_number=number).record_ref)


def turned(day: date) -> None:
    turn_the_day(moment=noon(day))
    number_filings(moment=noon(day))
    integrate(moment=noon(day))


def excluded(text: str = f"{SUBJECT}\n{OTHER_SUBJECT}\n") -> UUID:
    """A room in which the body answered, was excluded, and of which both were told."""
    room = begin_tender(procedure=PROCEDURE, text=text, organ=MARKET, actor="buyer", moment=noon(TODAY))
    words = f"{NUMBER}的罚款已缴清。"
    answer_buyer(tender=room, codes=[SUBJECT], words=words, actor="bidder", moment=noon(TODAY))
    open_bids(**said(room, TODAY))
    named = {"code": SUBJECT, "key": [*BARRED, ref()], "words": REASON, "joint_text": "采购文件第二章第3条"}
    exclude(**named, **said(room, AFTER))
    return room


def taken_back_and_erased(number: str = NUMBER) -> None:
    """Withdrawn that day; erased when the month is over."""
    row = Record.objects.get(document_number=number)
    factories.taken_back(row.subject_id, row.record_ref)
    turned(TODAY)
    follow(moment=noon(TODAY))
    turned(GONE)
    assert erase_past_term(moment=noon(GONE)).records == 1


def held() -> str:
    """Each value of each table, with the answers unsealed."""
    found: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            found += (f"{table} {value}" for row in cursor.fetchall() for value in row if value is not None)
    found += (answer_of(number).decode() for number in Check.objects.values_list("id", flat=True))
    return "\n".join(found)


def traces(words: set[str]) -> set[str]:
    return {line[:100] for line in held().splitlines() if any(word in line for word in words)}


def test_nothing_of_an_erased_record_is_left_in_answers_watches_and_rooms() -> None:
    token = organ_token()
    room, other = excluded(), asked(token, OTHER_SUBJECT)
    both = lines(asked(token, SUBJECT, OTHER_SUBJECT))[0]["check"]
    known = {ref(), NUMBER, factories.SUBJECT_NAME}
    before = held()
    assert {word for word in known if word in before} == known, "the control: the same search finds all of it"
    assert len([line for line in before.splitlines() if NUMBER in line]) > 5
    taken_back_and_erased()
    assert traces(known) == set()
    row, untouched = bidders_of(room)
    assert (row.code, row.outcome, row.told, row.answer_by, row.answer) == (SUBJECT, "NONE", [], None, "")
    assert (row.excluded_on, row.excluded_for, row.excluded_words) == (None, None, "")
    assert untouched.told == [[*BARRED, ref(OTHER_NUMBER)]]
    events = set(TenderStep.objects.filter(tender=room, bidder=SUBJECT).values_list("event", flat=True))
    assert events == {"TOLD"}, "of what every bidder is told, whether or not anything stands"
    found = tender(room)
    assert found is not None
    assert found.evidence is None
    number = lines(other)[0]["check"]
    replay = Client().get(f"/api/v1/check/{number}", headers=token)
    assert replay.content == other.content, "an answer that does not tell of it is there to the byte"
    assert Client().get(f"/api/v1/check/{both}", headers=token).status_code == 404, "no answer is given in part"


def test_what_another_measure_rests_on_stays() -> None:
    """The bidder was told of two records; one of them goes."""
    accepted(document(**SERIOUS, document_number="示市监罚〔2026〕0003号"))
    room = excluded()
    taken_back_and_erased()
    (row, _) = bidders_of(room)
    assert row.told == [[*BARRED, ref("示市监罚〔2026〕0003号")]]
    assert (row.answer_by, row.answered_on, row.excluded_on) == (ANSWER_BY, TODAY, None)
    assert stands(asked(organ_token(), SUBJECT)) == [BARRED]


def test_of_a_consortium_it_goes_for_every_member() -> None:
    room = excluded(f"示例联合体：{SUBJECT} {UNKNOWN}\n")
    assert [one.excluded_on for one in bidders_of(room)] == [AFTER, AFTER]
    taken_back_and_erased()
    for row in bidders_of(room):
        assert (row.told, row.answer_by, row.excluded_on, row.joint_text) == ([], None, None, "")
    assert traces({REASON, "采购文件第二章第3条"}) == set()


def test_it_is_one_transaction_with_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails, nothing is erased in part."""
    room = excluded()
    turned(TODAY)
    row = Record.objects.get(document_number=NUMBER)
    factories.taken_back(row.subject_id, row.record_ref)
    turned(GONE)
    before = bidders_of(room)

    def broken(**_said: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(retention, "note", broken)
    with pytest.raises(RuntimeError):
        erase_past_term(moment=noon(GONE))
    assert Record.objects.filter(document_number=NUMBER).exists()
    assert bidders_of(room) == before
    assert tender(room).evidence is not None  # type: ignore[union-attr]


def test_what_nobody_can_unseal_stops_no_erasure() -> None:
    """With another key of the vault an answer says nothing to anybody."""
    asked(organ_token(), SUBJECT)
    (vault.folder() / "key").unlink()
    with pytest.raises(vault.KeyGone):
        answer_of(Check.objects.get().id)
    taken_back_and_erased()
    assert not Record.objects.filter(document_number=NUMBER).exists()


def test_alerts_and_watches_of_an_api_forget_it_too() -> None:
    token = organ_token()
    question = {"codes": [SUBJECT], "context": "PUBLIC_TRADING", "purpose": PURPOSE, "reference": "示采〔2026〕1号"}
    content = orjson.dumps({**question, "ends_on": date(2027, 6, 30)})
    number = Client().post("/api/v1/watches", content, "application/json", headers=token).json()["watch"]
    named = ref()
    taken_back_and_erased()
    assert Watch.objects.filter(id=number).exists()
    assert WatchedCode.objects.get().stands == []
    assert not Alert.objects.exists()
    assert traces({named}) == set()


def test_whoever_erases_does_it_by_the_door_that_erases_everywhere() -> None:
    """Nothing else in the source calls retention's own verbs, by which the rooms above would keep what is erased."""
    calls = re.compile(r"retention(?:\.actions)? import [^)]*?\b(?:erase_past_term|erase_again)\b|retention\.erase_")
    found = [path for path in python_files() if calls.search(path.read_text("utf-8"))]
    assert [relative(path) for path in found] == ["src/xinshu/doors/erasing.py"]


# --- a room has an end ----------------------------------------------------------------------------


def test_with_a_room_its_notices_go(settings: Any) -> None:
    room = excluded()
    close_tender(**said(room, AFTER))
    gone = AFTER + timedelta(days=settings.CHECK_DAYS + 1)
    assert Notice.objects.filter(kind__startswith="TENDER").count() == 3
    erase_old(moment=noon(gone))
    assert not Notice.objects.filter(kind__startswith="TENDER").exists()
    assert (
        traces({ref(), REASON}) - {line for line in traces({ref()}) if line.startswith(("records_", "publog_"))}
        == set()
    )


def test_a_watch_that_was_ended_goes_by_the_day_of_its_end(settings: Any) -> None:
    token = organ_token()
    question = {"codes": [SUBJECT], "context": "PUBLIC_TRADING", "purpose": PURPOSE, "reference": "示采〔2026〕1号"}
    content = orjson.dumps({**question, "ends_on": date(2027, 6, 30)})
    number = Client().post("/api/v1/watches", content, "application/json", headers=token).json()["watch"]
    Client().delete(f"/api/v1/watches/{number}", headers=token)
    erase_old(moment=noon(TODAY + timedelta(days=settings.CHECK_DAYS)))
    assert Watch.objects.exists()
    erase_old(moment=noon(TODAY + timedelta(days=settings.CHECK_DAYS + 2)))
    assert not Watch.objects.exists()


def test_a_room_of_which_the_evidence_went_goes_on() -> None:
    room = excluded()
    taken_back_and_erased()
    look_anew(**said(room, GONE))
    close_tender(**said(room, GONE))
    found = tender(room)
    assert found is not None
    assert found.state == "CLOSED"
