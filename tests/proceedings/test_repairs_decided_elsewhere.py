"""A repair that was decided elsewhere ends its record here, if who decided and who sent may; all else changes nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.test import Client

from tests import factories
from tests.factories import MARKET, SUBJECT, TODAY, accepted, document, noon
from xinshu.parties.notices.models import Notice
from xinshu.proceedings.cases import queries as cases
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.cases.turns import NotNow
from xinshu.proceedings.repair import inbound
from xinshu.proceedings.repair.inbound import ELSEWHERE, Back, Outcome, WhyBack
from xinshu.register.access.actions import issue_token
from xinshu.register.records.actions import Change
from xinshu.register.records.models import JournalLine, Record
from xinshu.register.records.queries import shown_page

NUMBER = "示市监罚〔2026〕0001号"
WINDOW = "91999999000010030B"
"""A registered window in these tests: any valid code that is not the unit's."""


@pytest.fixture(autouse=True)
def ready(transactional_db: None, settings: Any, tmp_path: Any) -> None:
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    factories.adopted_catalogue()
    factories.registered_organ()
    accepted(document())


def decision(**changes: Any) -> bytes:
    said = {
        "decider": MARKET.code,
        "case_number": "修〔2026〕7号",
        "decided_on": TODAY.isoformat(),
        "subject_code": SUBJECT,
        "document_number": NUMBER,
        "result": "GRANTED",
    }
    return orjson.dumps(said | changes)


def sent(*rows: bytes, sender: str = MARKET.code) -> list[inbound.Answer]:
    return list(inbound.receive(lines=rows, sender=sender, actor="token:test", moment=noon(TODAY)))


def shown() -> int:
    return len(shown_page(subject=factories.body(SUBJECT), on_date=TODAY, most=10, skip=0)[0])


def test_it_ends_the_record_tells_the_subject_and_names_the_decision() -> None:
    assert shown() == 1
    (told,) = sent(decision())
    record = Record.objects.get()
    assert (told.outcome, shown(), record.ended, record.ended_on) == (Outcome.APPLIED, 0, Change.REPAIRED, TODAY)
    line = JournalLine.objects.get(change=Change.REPAIRED)
    assert (line.organ_code, "修〔2026〕7号" in line.words) == (MARKET.code, True)
    assert Notice.objects.get().record_ref == record.record_ref
    assert told.case is not None
    assert cases.history(told.case)[0].said["case_number"] == "修〔2026〕7号"


def test_a_second_sending_changes_nothing() -> None:
    (first,) = sent(decision())
    lines = JournalLine.objects.count()
    (again,) = sent(decision())
    assert (again.outcome, again.case) == (Outcome.ALREADY, first.case)
    assert (JournalLine.objects.count(), Case.objects.count(), Notice.objects.count()) == (lines, 1, 1)


BACK = {
    "not JSON": (b"{", WhyBack.UNREADABLE),
    "a list": (b"[]", WhyBack.UNREADABLE),
    "no number": (decision(document_number=""), WhyBack.UNREADABLE),
    "a number that is none": (decision(document_number=7), WhyBack.UNREADABLE),
    "no case": (decision(case_number=" "), WhyBack.UNREADABLE),
    "a long case": (decision(case_number="x" * 65), WhyBack.UNREADABLE),
    "a reference that is none": (decision(record_ref="x"), WhyBack.UNREADABLE),
    "a character of no text": (decision(document_number="a\0"), WhyBack.UNREADABLE),
    "refused": (decision(result="REFUSED"), WhyBack.NOT_GRANTED),
    "tomorrow": (decision(decided_on=(TODAY + timedelta(days=1)).isoformat()), WhyBack.NO_SUCH_DAY),
    "before the fact": (decision(decided_on="2026-09-01"), WhyBack.BEFORE_THE_FACT),
    "no such code": (decision(subject_code="919999990000002111"), WhyBack.NOT_A_CODE),
    "an unknown subject": (decision(subject_code=factories.UNKNOWN), WhyBack.NO_SUCH_RECORD),
    "another number": (decision(document_number="示市监罚〔2026〕0002号"), WhyBack.NO_SUCH_RECORD),
    "no such reference": (decision(document_number="", record_ref=str(uuid4())), WhyBack.NO_SUCH_RECORD),
}


@pytest.mark.parametrize(("row", "why"), BACK.values(), ids=BACK)
def test_what_goes_back_says_why_and_ends_nothing(row: bytes, why: WhyBack) -> None:
    (told,) = sent(row)
    assert (told.outcome, told.why) == (Outcome.RETURNED, why)
    assert "。" in told.sentence
    assert (shown(), Case.objects.count(), Notice.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize(
    ("decider", "sender", "windows", "why"),
    [
        (MARKET.code, WINDOW, set(), WhyBack.NOT_A_SOURCE),
        (WINDOW, MARKET.code, set(), WhyBack.NOT_A_SOURCE),
        (WINDOW, WINDOW, set(), WhyBack.NOT_THE_DECIDER),
        (WINDOW, WINDOW, {WINDOW}, None),
        (MARKET.code, WINDOW, {WINDOW}, None),
        (WINDOW, MARKET.code, {WINDOW}, WhyBack.NOT_A_SOURCE),
    ],
)
def test_only_the_unit_of_the_fact_or_a_registered_window_decides_and_sends(
    settings: Any, decider: str, sender: str, windows: set[str], why: WhyBack | None
) -> None:
    settings.REPAIR_WINDOWS = frozenset(windows)
    (told,) = sent(decision(decider=decider, record_organ=MARKET.code), sender=sender)
    assert told.why == why
    assert shown() == (0 if why is None else 1)


def test_other_content_under_the_same_number_goes_back() -> None:
    sent(decision())
    accepted(document(document_number="示市监罚〔2026〕0002号"))
    (told,) = sent(decision(document_number="示市监罚〔2026〕0002号"))
    assert told.why is WhyBack.CONFLICTS
    assert shown() == 1


def two_of_a_number() -> list[UUID]:
    accepted(document(item="二"))
    return list(Record.objects.order_by("recorded_at", "record_ref").values_list("record_ref", flat=True))


def test_what_fits_several_waits_for_a_person_and_ends_nothing_until_then() -> None:
    one, other = two_of_a_number()
    (told,) = sent(decision())
    assert (told.outcome, shown(), Notice.objects.count()) == (Outcome.DOUBTFUL, 2, 0)
    assert sent(decision())[0].outcome is Outcome.ALREADY
    assert told.case is not None
    assert {found["record_ref"] for found in inbound.candidates_of(told.case)} == {one, other}
    how = {"case_id": told.case, "words": "核对卷宗", "actor": "operator", "moment": noon(TODAY)}
    with pytest.raises(Back):
        inbound.match_doubtful(record_ref=uuid4(), **how)
    assert shown() == 2
    inbound.match_doubtful(record_ref=other, **how)
    assert Record.objects.get(ended=Change.REPAIRED).record_ref == other
    for refused in (lambda: inbound.match_doubtful(record_ref=one, **how), lambda: inbound.dismiss_doubtful(**how)):
        with pytest.raises(NotNow):
            refused()
    assert shown() == 1


def test_a_reference_says_which_and_one_that_does_not_agree_is_doubtful() -> None:
    one, _ = two_of_a_number()
    assert sent(decision(record_ref=str(one)))[0].outcome is Outcome.APPLIED
    told = sent(decision(case_number="修〔2026〕8号", record_ref=str(uuid4())))[0]
    assert told.outcome is Outcome.DOUBTFUL
    assert told.case is not None
    inbound.dismiss_doubtful(case_id=told.case, words="无此信息", actor="operator", moment=noon(TODAY))
    assert shown() == 1


@pytest.mark.parametrize("step", ["end_publication", "notify", "number_and_note"])
def test_a_fault_at_any_step_leaves_nothing(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    real = getattr(inbound, step)

    def broken(**how: Any) -> None:
        real(**how)
        raise RuntimeError(step)

    monkeypatch.setattr(inbound, step, broken)
    with pytest.raises(RuntimeError):
        sent(decision())
    assert (shown(), Case.objects.count(), Notice.objects.count()) == (1, 0, 0)
    monkeypatch.undo()
    assert sent(decision())[0].outcome is Outcome.APPLIED


def test_the_same_document_sent_again_does_not_bring_it_back() -> None:
    sent(decision())
    accepted(document())
    accepted(document(penalties=["WARNING"], severity="MINOR"))
    assert shown() == 0


def test_one_bad_row_does_not_hold_up_the_others() -> None:
    assert [told.outcome for told in sent(b"{", decision(), b"", b"[]")] == ["RETURNED", "APPLIED", "RETURNED"]


def test_an_organ_sends_by_the_api_and_nobody_without_a_token() -> None:
    token = issue_token(
        organ_code=MARKET.code, name="system", from_day=TODAY, until=None, actor="test", moment=noon(TODAY)
    )
    client, place = Client(), "/api/v1/repair-decisions"
    kind = "application/x-ndjson"
    assert client.post(place, data=decision(), content_type=kind).status_code == 401
    row = decision(decided_on="2026-10-20")
    told = client.post(place, data=row, content_type=kind, headers={"Authorization": f"Bearer {token}"})
    assert (told.status_code, told.json()["rows"][0]["outcome"]) == (200, "APPLIED")
    back = client.post(place, data=b"{", content_type=kind, headers={"Authorization": f"Bearer {token}"})
    assert back.json()["rows"][0]["why"] == "UNREADABLE"
    assert cases.case_of_key(ELSEWHERE.name, f"{MARKET.code}|修〔2026〕7号") is not None
